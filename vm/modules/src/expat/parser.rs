//! The parser: takes a document piece by piece, gives its parts one by one. It knows nothing of Python.

use super::decode::{self, Encoding, Start};
use super::dtd::{self, Declared, Dtd, Entity, Reader};
use super::errors::Code;
use super::event::{Attribute, Event, External, Item};
use super::names::{is_char, is_space, name_len, space_len};
use std::collections::VecDeque;
use std::sync::Arc;

/// What entities make of a document may be so many times as long as what was read, after this many bytes.
const AMPLIFICATION: u64 = 100;
const UNCHECKED: u64 = 8 << 20;
const XML_URI: &str = "http://www.w3.org/XML/1998/namespace";
const XMLNS_URI: &str = "http://www.w3.org/2000/xmlns/";

/// A text that is parsed: the document, or an entity in it.
#[derive(Clone)]
struct Source {
    text: Arc<str>,
    pos: usize,
    /// which entity it is, and whether a parameter entity
    entity: Option<(String, bool)>,
    /// open elements where it begins
    depth: usize,
}
/// Where something is.
#[derive(Clone, Copy, Default)]
pub(super) struct Place {
    pub line: usize,
    pub column: usize,
    pub index: usize,
}
impl Place {
    fn pass(&mut self, text: &str) {
        self.index += text.len();
        match text.rfind('\n') {
            Some(i) => {
                self.line += text.bytes().filter(|b| *b == b'\n').count();
                self.column = text[i + 1..].chars().count();
            }
            None => self.column += text.chars().count(),
        }
    }
}
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// nothing was read
    Begin,
    Prolog,
    Subset,
    Content,
    Epilog,
    Finished,
}
/// What is parsed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Document,
    /// an external entity in the content
    General,
    /// the external subset, or an external parameter entity
    Subset,
}
#[derive(Clone)]
struct Open {
    raw: String,
    name: String,
    prefixes: Vec<Option<String>>,
}
/// A parser.
#[derive(Clone)]
pub(super) struct Parser {
    kind: Kind,
    bytes: Vec<u8>,
    encoding: Option<Encoding>,
    sources: Vec<Source>,
    stack: Vec<Open>,
    spaces: Vec<(Option<String>, Option<String>)>,
    dtd: Arc<Dtd>,
    state: State,
    doctype: Option<External>,
    queue: VecDeque<Item>,
    last: bool,
    read: u64,
    expanded: u64,
    /// where the part begins that was given last
    pub place: Place,
    here: Place,
    /// between the URI and the name; None: no namespaces
    pub separator: Option<String>,
    /// names also have their prefix
    pub prefixes: bool,
    /// internal entities are replaced
    pub expand: bool,
    /// parameter entities are read: 0 never, 1 unless standalone, 2 always
    pub parameters: i32,
}
type Step = Result<bool, Code>;

impl Parser {
    pub fn new(kind: Kind, separator: Option<String>) -> Parser {
        Parser {
            kind,
            bytes: Vec::new(),
            encoding: None,
            sources: vec![Source {
                text: "".into(),
                pos: 0,
                entity: None,
                depth: 0,
            }],
            stack: Vec::new(),
            spaces: vec![(Some("xml".into()), Some(XML_URI.into()))],
            dtd: Arc::default(),
            state: State::Begin,
            doctype: None,
            queue: VecDeque::new(),
            last: false,
            read: 0,
            expanded: 0,
            place: Place {
                line: 1,
                ..Place::default()
            },
            here: Place {
                line: 1,
                ..Place::default()
            },
            separator,
            prefixes: false,
            expand: true,
            parameters: 0,
        }
    }
    /// A parser for an external entity of this document.
    pub fn child(&self, kind: Kind) -> Parser {
        Parser {
            dtd: self.dtd.clone(),
            spaces: self.spaces.clone(),
            prefixes: self.prefixes,
            expand: self.expand,
            parameters: self.parameters,
            ..Parser::new(kind, self.separator.clone())
        }
    }
    pub fn has_begun(&self) -> bool {
        self.read > 0 || self.last
    }
    pub fn is_finished(&self) -> bool {
        self.state == State::Finished
    }
    /// Nothing more is parsed.
    pub fn finish(&mut self) {
        self.state = State::Finished;
    }
    pub fn set_encoding(&mut self, e: Encoding) {
        self.encoding = Some(e);
    }
    /// Takes bytes. An encoding that needs a table is asked for by its name: call again with it.
    pub fn feed(&mut self, data: &[u8], last: bool) -> Result<Option<String>, Code> {
        self.read += data.len() as u64;
        self.bytes.extend_from_slice(data);
        self.last |= last;
        if self.encoding.is_none() {
            match decode::start(&self.bytes, last) {
                Start::Unknown => return Ok(None),
                Start::Declared(name) => return Ok(Some(name)),
                Start::Known(e, mark) => {
                    self.bytes.drain(..mark);
                    self.encoding = Some(e);
                }
            }
        }
        self.decode()
    }
    /// Text of the bytes, now that the encoding is known.
    pub fn decode(&mut self) -> Result<Option<String>, Code> {
        let s = &mut self.sources[0];
        let mut text = String::with_capacity(s.text.len() - s.pos + self.bytes.len());
        text.push_str(&s.text[s.pos..]);
        let r = match &self.encoding {
            Some(e) => decode::decode(e, &mut self.bytes, self.last, &mut text),
            None => Ok(()),
        };
        if self.last && text.ends_with('\r') {
            text.pop();
            text.push('\n');
        }
        if r.is_ok() && text.starts_with('\u{FEFF}') && self.state == State::Begin {
            text.remove(0);
        }
        s.text = text.into();
        s.pos = 0;
        r.map(|()| None)
    }
    /// The start of the document, as far as it was read and not yet parsed.
    pub fn unparsed(&self) -> &str {
        let s = &self.sources[0];
        &s.text[s.pos..]
    }
    fn source(&self) -> &Source {
        &self.sources[self.sources.len() - 1]
    }
    fn is_nested(&self) -> bool {
        self.sources.len() > 1
    }
    /// Nothing comes after what is there.
    fn is_last(&self) -> bool {
        self.last || self.is_nested()
    }
    /// What is needed and not there: more text, or this error if there is no more.
    fn more(&self, code: Code) -> Step {
        if self.is_last() { Err(code) } else { Ok(false) }
    }
    /// The text from here on, without a line end that may go on.
    fn rest(&self) -> Arc<str> {
        self.source().text.clone()
    }
    /// Goes on after `n` bytes; gives them.
    fn take(&mut self, n: usize) -> String {
        let nested = self.is_nested();
        let i = self.sources.len() - 1;
        let s = &mut self.sources[i];
        let taken = s.text[s.pos..s.pos + n].to_owned();
        s.pos += n;
        if !nested {
            self.place = self.here;
            self.here.pass(&taken);
        }
        taken
    }
    fn emit(&mut self, event: Event, raw: impl Into<String>) {
        self.queue.push_back(Item { event, raw: raw.into() });
    }
    /// An error at the `n`-th byte from here, which is where a character begins.
    fn wrong<T>(&mut self, n: usize, code: Code) -> Result<T, Code> {
        // What is wrong in an entity is where the entity is.
        if !self.is_nested() {
            let s = self.source();
            let skipped = s.text[s.pos..(s.pos + n).min(s.text.len())].to_owned();
            self.here.pass(&skipped);
            self.place = self.here;
        }
        Err(code)
    }
    /// The next part; None: more is needed, or all is done.
    pub fn next(&mut self) -> Result<Option<Item>, Code> {
        loop {
            if let Some(i) = self.queue.pop_front() {
                return Ok(Some(i));
            }
            if self.state == State::Finished || !self.step()? {
                return Ok(None);
            }
        }
    }
    fn step(&mut self) -> Step {
        let text = self.rest();
        let mut rest = &text[self.source().pos..];
        if !self.is_last() && rest.ends_with('\r') {
            rest = &rest[..rest.len() - 1];
        }
        match self.state {
            State::Begin => self.begin(rest),
            State::Prolog | State::Epilog => self.outside(rest),
            State::Subset => self.subset(rest),
            State::Content => self.content(rest),
            State::Finished => Ok(false),
        }
    }
    fn begin(&mut self, rest: &str) -> Step {
        const OPEN: &str = "<?xml";
        if rest.is_empty() && !self.is_last() || !self.is_last() && rest.len() <= OPEN.len() && OPEN.starts_with(rest) {
            return Ok(false);
        }
        if rest.strip_prefix(OPEN).is_some_and(|r| r.starts_with(is_space)) {
            let Some(end) = rest.find("?>") else {
                return self.more(Code::UNCLOSED_TOKEN);
            };
            let event = match declaration(&rest[OPEN.len()..end], self.kind == Kind::Document) {
                Ok(e) => e,
                Err(code) => return self.wrong(OPEN.len(), code),
            };
            if let Event::XmlDecl { standalone: 1, .. } = event {
                Arc::make_mut(&mut self.dtd).standalone = true;
            }
            let raw = self.take(end + 2);
            self.emit(event, raw);
        }
        self.state = match self.kind {
            Kind::Document => State::Prolog,
            Kind::General => State::Content,
            Kind::Subset => State::Subset,
        };
        Ok(true)
    }
    /// A comment or a processing instruction, if one begins here.
    fn aside(&mut self, rest: &str) -> Option<Step> {
        if let Some(body) = rest.strip_prefix("<!--") {
            let Some(end) = body.find("--") else {
                return Some(self.more(Code::UNCLOSED_TOKEN));
            };
            if body.len() < end + 3 && !self.is_last() {
                return Some(Ok(false));
            }
            if !body[end..].starts_with("-->") {
                return Some(self.wrong(4 + end + 2, Code::INVALID_TOKEN));
            }
            let raw = match self.take_checked(end + 7) {
                Ok(r) => r,
                Err(e) => return Some(Err(e)),
            };
            self.emit(Event::Comment(raw[4..raw.len() - 3].into()), raw);
            return Some(Ok(true));
        }
        let body = rest.strip_prefix("<?")?;
        let Some(end) = body.find("?>") else {
            return Some(self.more(Code::UNCLOSED_TOKEN));
        };
        let n = name_len(&body[..end]);
        let data = &body[n..end];
        if n == 0 || !data.is_empty() && !data.starts_with(is_space) {
            return Some(self.wrong(2 + n, Code::INVALID_TOKEN));
        }
        if body[..n].eq_ignore_ascii_case("xml") {
            let code = if &body[..n] == "xml" {
                Code::MISPLACED_XML_PI
            } else {
                Code::INVALID_TOKEN
            };
            return Some(self.wrong(0, code));
        }
        let event = Event::Pi(body[..n].into(), data.trim_start_matches(is_space).into());
        Some(self.take_checked(end + 4).map(|raw| {
            self.emit(event, raw);
            true
        }))
    }
    /// As `take`, for text in which every character must be allowed.
    fn take_checked(&mut self, n: usize) -> Result<String, Code> {
        let s = self.source();
        match s.text[s.pos..s.pos + n].char_indices().find(|(_, c)| !is_char(*c)) {
            Some((i, _)) => self.wrong(i, Code::INVALID_TOKEN),
            None => Ok(self.take(n)),
        }
    }
    /// Before and after the element of the document.
    fn outside(&mut self, rest: &str) -> Step {
        let after = self.state == State::Epilog;
        if rest.is_empty() {
            if !self.is_last() {
                return Ok(false);
            }
            if !after {
                return self.wrong(0, Code::NO_ELEMENTS);
            }
            self.state = State::Finished;
            return Ok(true);
        }
        let n = space_len(rest);
        if n > 0 {
            let raw = self.take(n);
            self.emit(Event::Other, raw);
            return Ok(true);
        }
        if !self.is_last() && (["<!--", "<!DOCTYPE"].iter().any(|o| o.starts_with(rest)) || rest == "<") {
            return Ok(false);
        }
        if let Some(done) = self.aside(rest) {
            return done;
        }
        if after {
            return self.wrong(0, Code::JUNK_AFTER_DOC_ELEMENT);
        }
        if rest.starts_with("<!DOCTYPE") {
            if self.doctype.is_some() {
                return self.wrong(0, Code::SYNTAX);
            }
            return self.doctype(rest);
        }
        if rest.starts_with('<') && name_len(&rest[1..]) > 0 {
            return self.start_tag(rest);
        }
        let code = if rest.starts_with('<') || rest.starts_with(|c| !is_char(c)) {
            Code::INVALID_TOKEN
        } else {
            Code::SYNTAX
        };
        self.wrong(usize::from(rest.starts_with('<')), code)
    }
    fn doctype(&mut self, rest: &str) -> Step {
        const OPEN: usize = "<!DOCTYPE".len();
        let Some(end) = end_of(&rest[OPEN..], &['[', '>']) else {
            return self.more(Code::UNCLOSED_TOKEN);
        };
        let end = OPEN + end;
        let mut r = Reader::new(&rest[OPEN..end]);
        let read = |r: &mut Reader<'_>| -> Result<(String, External), Code> {
            if !r.space() {
                return Err(Code::SYNTAX);
            }
            let name = r.name()?.to_owned();
            let spaced = r.space();
            let id = if spaced { r.external(false)? } else { External::default() };
            r.end()?;
            Ok((name, id))
        };
        let (name, id) = match read(&mut r) {
            Ok(x) => x,
            Err(code) => return self.wrong(end - r.rest().len(), code),
        };
        let internal = rest[end..].starts_with('[');
        let raw = self.take_checked(end + usize::from(internal))?;
        if id.system.is_some() {
            Arc::make_mut(&mut self.dtd).incomplete = true;
            if !self.dtd.standalone && self.parameters == 0 {
                self.emit(Event::NotStandalone, "");
            }
        }
        self.doctype = Some(id.clone());
        self.emit(Event::StartDoctype { name, id, internal }, raw);
        if internal {
            self.state = State::Subset;
        } else {
            self.end_doctype(1);
        }
        Ok(true)
    }
    /// `n` bytes end the document type.
    fn end_doctype(&mut self, n: usize) {
        let id = self.doctype.clone().unwrap_or_default();
        let raw = self.take(n);
        if id.system.is_some() && self.reads_parameters() {
            self.emit(Event::ExternalEntity(None, id), "");
        }
        self.emit(Event::EndDoctype, raw);
        self.state = State::Prolog;
    }
    fn reads_parameters(&self) -> bool {
        self.parameters == 2 || self.parameters == 1 && !self.dtd.standalone
    }
    /// Declarations.
    fn subset(&mut self, rest: &str) -> Step {
        if rest.is_empty() {
            return self.end_of_source();
        }
        let n = space_len(rest);
        if n > 0 {
            let raw = self.take(n);
            self.emit(Event::Other, raw);
            return Ok(true);
        }
        const ALL: [&str; 5] = ["<!--", "<!ELEMENT", "<!ATTLIST", "<!ENTITY", "<!NOTATION"];
        if !self.is_last() && (ALL.iter().any(|o| o.starts_with(rest)) || rest == "<?") {
            return Ok(false);
        }
        if let Some(done) = self.aside(rest) {
            return done;
        }
        if let Some(after) = rest.strip_prefix(']') {
            if self.kind == Kind::Subset || self.is_nested() {
                return self.wrong(0, Code::SYNTAX);
            }
            let n = space_len(after);
            return match after[n..].chars().next() {
                Some('>') => {
                    self.end_doctype(n + 2);
                    Ok(true)
                }
                Some(_) => self.wrong(1 + n, Code::SYNTAX),
                None => self.more(Code::UNCLOSED_TOKEN),
            };
        }
        if let Some(after) = rest.strip_prefix('%') {
            let n = name_len(after);
            return match after[n..].chars().next() {
                Some(';') if n > 0 => self.parameter_entity(&after[..n]),
                None if n > 0 || after.is_empty() => self.more(Code::UNCLOSED_TOKEN),
                _ => self.wrong(1 + n, Code::INVALID_TOKEN),
            };
        }
        let Some(open) = ALL[1..].iter().find(|o| rest.starts_with(**o)) else {
            let code = if rest.starts_with("<!") {
                Code::SYNTAX
            } else {
                Code::INVALID_TOKEN
            };
            return self.wrong(0, code);
        };
        let Some(end) = end_of(&rest[open.len()..], &['>']) else {
            return self.more(Code::UNCLOSED_TOKEN);
        };
        let end = open.len() + end;
        let events = match self.declare(open, &rest[open.len()..end]) {
            Ok(e) => e,
            Err(code) => return self.wrong(open.len(), code),
        };
        let raw = self.take_checked(end + 1)?;
        if events.is_empty() {
            self.emit(Event::Other, raw);
            return Ok(true);
        }
        for (i, e) in events.into_iter().enumerate() {
            self.emit(e, if i == 0 { raw.clone() } else { String::new() });
        }
        Ok(true)
    }
    fn declare(&mut self, open: &str, text: &str) -> Result<Vec<Event>, Code> {
        Ok(match open {
            "<!ELEMENT" => vec![dtd::element(text)?],
            "<!NOTATION" => vec![dtd::notation(text)?],
            "<!ATTLIST" => {
                let (element, list) = dtd::attributes(text)?;
                let mut out = Vec::new();
                for w in list {
                    let cdata = w.kind == "CDATA";
                    let default = match w.default {
                        Some(d) => Some(self.attribute_value(d, cdata)?),
                        None => None,
                    };
                    let known = Arc::make_mut(&mut self.dtd).attributes.entry(element.into()).or_default();
                    if known.iter().all(|d| d.name != w.name) {
                        known.push(Declared {
                            name: w.name.into(),
                            cdata,
                            default: default.clone(),
                        });
                    }
                    out.push(Event::AttlistDecl {
                        element: element.into(),
                        name: w.name.into(),
                        kind: w.kind,
                        default,
                        required: w.required,
                    });
                }
                out
            }
            _ => {
                let e = dtd::entity(text)?;
                let value = match e.literal {
                    Some(l) => Some(self.entity_value(l)?),
                    None => None,
                };
                let entity = match (&value, e.notation) {
                    (Some(v), _) => Entity::Internal(v.clone()),
                    (None, Some(_)) => Entity::Unparsed,
                    (None, None) => Entity::External(e.id.clone()),
                };
                let dtd = Arc::make_mut(&mut self.dtd);
                let table = if e.parameter { &mut dtd.parameter } else { &mut dtd.general };
                if table.contains_key(e.name) {
                    return Ok(Vec::new());
                }
                table.insert(e.name.into(), entity);
                vec![Event::EntityDecl {
                    name: e.name.into(),
                    parameter: e.parameter,
                    value,
                    id: e.id,
                    notation: e.notation.map(Into::into),
                }]
            }
        })
    }
    /// The text of an entity: references to characters are replaced, and in the external subset parameter entities.
    fn entity_value(&mut self, literal: &str) -> Result<String, Code> {
        let mut out = String::with_capacity(literal.len());
        let mut rest = literal;
        while let Some(i) = rest.find(['&', '%']) {
            out.push_str(&rest[..i]);
            rest = &rest[i..];
            if rest.starts_with('%') {
                let n = name_len(&rest[1..]);
                if n == 0 || !rest[1 + n..].starts_with(';') {
                    return Err(Code::INVALID_TOKEN);
                }
                if self.kind != Kind::Subset {
                    return Err(Code::PARAM_ENTITY_REF);
                }
                if let Some(Entity::Internal(t)) = self.dtd.parameter.get(&rest[1..1 + n]) {
                    let t = t.clone();
                    self.count(t.len())?;
                    out.push_str(&t);
                }
                rest = &rest[n + 2..];
                continue;
            }
            let (n, c) = reference(rest)?.ok_or(Code::INVALID_TOKEN)?;
            match c {
                Ok(c) => out.push(c),
                Err(_) => out.push_str(&rest[..n]),
            }
            rest = &rest[n..];
        }
        out.push_str(rest);
        Ok(out)
    }
    /// What entities add may not be out of all proportion.
    fn count(&mut self, n: usize) -> Result<(), Code> {
        self.expanded += n as u64;
        let all = self.read + self.expanded;
        if all > UNCHECKED && all / self.read.max(1) > AMPLIFICATION {
            return Err(Code::AMPLIFICATION_LIMIT_BREACH);
        }
        Ok(())
    }
    fn parameter_entity(&mut self, name: &str) -> Step {
        let raw = self.take(name.len() + 2);
        let read = self.reads_parameters();
        match self.dtd.parameter.get(name).cloned() {
            Some(Entity::Internal(text)) if read => {
                self.emit(Event::Other, raw);
                self.enter(name, true, &text)?;
            }
            Some(Entity::External(id)) if read => self.emit(Event::ExternalEntity(None, id), raw),
            found => {
                Arc::make_mut(&mut self.dtd).incomplete = true;
                if !self.dtd.standalone && !read {
                    self.emit(Event::NotStandalone, "");
                }
                if found.is_none() && read {
                    self.emit(Event::Skipped(name.into(), true), raw);
                } else {
                    self.emit(Event::Other, raw);
                }
            }
        }
        Ok(true)
    }
    /// Goes on with the text of an entity.
    fn enter(&mut self, name: &str, parameter: bool, text: &str) -> Result<(), Code> {
        let known = |s: &Source| s.entity.as_ref().is_some_and(|(n, p)| n == name && *p == parameter);
        if self.sources.iter().any(known) {
            return Err(Code::RECURSIVE_ENTITY_REF);
        }
        self.count(text.len())?;
        self.sources.push(Source {
            text: text.into(),
            pos: 0,
            entity: Some((name.into(), parameter)),
            depth: self.stack.len(),
        });
        Ok(())
    }
    /// There is no text any more.
    fn end_of_source(&mut self) -> Step {
        if self.is_nested() {
            if self.source().depth != self.stack.len() {
                return self.wrong(0, Code::ASYNC_ENTITY);
            }
            self.sources.pop();
            return Ok(true);
        }
        if !self.last {
            return Ok(false);
        }
        match self.kind {
            Kind::Document => self.wrong(0, Code::NO_ELEMENTS),
            _ if !self.stack.is_empty() => self.wrong(0, Code::ASYNC_ENTITY),
            _ => {
                self.state = State::Finished;
                Ok(true)
            }
        }
    }
    /// In an element.
    fn content(&mut self, rest: &str) -> Step {
        match rest.chars().next() {
            None => self.end_of_source(),
            Some('<') => self.markup(rest),
            Some('&') => self.content_reference(rest),
            Some('\n') => {
                let raw = self.take(1);
                self.emit(Event::Text(raw.clone()), raw);
                Ok(true)
            }
            Some(_) => {
                let n = rest.find(['<', '&', '\n']).unwrap_or(rest.len());
                if let Some(i) = rest[..n].find("]]>") {
                    return self.wrong(i + 2, Code::INVALID_TOKEN);
                }
                // It may become `]]>`.
                let open = rest.len() - rest.trim_end_matches(']').len();
                let n = if n == rest.len() && !self.is_last() { n - open.min(2) } else { n };
                if n == 0 {
                    return Ok(false);
                }
                let raw = self.take_checked(n)?;
                self.emit(Event::Text(raw.clone()), raw);
                Ok(true)
            }
        }
    }
    fn content_reference(&mut self, rest: &str) -> Step {
        let (n, found) = match reference(rest) {
            Ok(Some(x)) => x,
            Ok(None) => return self.more(Code::UNCLOSED_TOKEN),
            Err(code) => return self.wrong(if code == Code::INVALID_TOKEN { 1 } else { 0 }, code),
        };
        let name = match found {
            Ok(c) => {
                let raw = self.take(n);
                self.emit(Event::Text(c.into()), raw);
                return Ok(true);
            }
            Err(name) => name.to_owned(),
        };
        match self.dtd.general.get(&name).cloned() {
            Some(Entity::Internal(_)) if !self.expand => {
                let raw = self.take(n);
                self.emit(Event::Skipped(name, false), raw);
            }
            Some(Entity::Internal(text)) => {
                let place = if self.is_nested() { self.place } else { self.here };
                self.take(n);
                if let Err(code) = self.enter(&name, false, &text) {
                    self.place = place;
                    return Err(code);
                }
            }
            Some(Entity::External(id)) => {
                let raw = self.take(n);
                self.emit(Event::ExternalEntity(Some(name), id), raw);
            }
            Some(Entity::Unparsed) => return self.wrong(0, Code::BINARY_ENTITY_REF),
            None if self.dtd.incomplete && !self.dtd.standalone => {
                let raw = self.take(n);
                self.emit(Event::Skipped(name, false), raw);
            }
            None => return self.wrong(0, Code::UNDEFINED_ENTITY),
        }
        Ok(true)
    }
    fn markup(&mut self, rest: &str) -> Step {
        const CDATA: &str = "<![CDATA[";
        if !self.is_last() && (rest.len() < CDATA.len() && CDATA.starts_with(rest) || "<!--".starts_with(rest)) {
            return Ok(false);
        }
        if let Some(done) = self.aside(rest) {
            return done;
        }
        if let Some(body) = rest.strip_prefix(CDATA) {
            let Some(end) = body.find("]]>") else {
                return self.more(Code::UNCLOSED_CDATA_SECTION);
            };
            let raw = self.take_checked(CDATA.len() + end + 3)?;
            let (open, text) = (CDATA.len(), &raw[CDATA.len()..CDATA.len() + end]);
            self.emit(Event::StartCdata, &raw[..open]);
            for part in text.split_inclusive('\n') {
                let (line, end) = match part.strip_suffix('\n') {
                    Some(line) => (line, "\n"),
                    None => (part, ""),
                };
                for t in [line, end].into_iter().filter(|t| !t.is_empty()) {
                    self.emit(Event::Text(t.into()), t);
                }
            }
            self.emit(Event::EndCdata, "]]>");
            return Ok(true);
        }
        if let Some(body) = rest.strip_prefix("</") {
            return self.end_tag(body);
        }
        if rest.len() > 1 && name_len(&rest[1..]) == 0 {
            return self.wrong(1, Code::INVALID_TOKEN);
        }
        self.start_tag(rest)
    }
    fn end_tag(&mut self, body: &str) -> Step {
        let n = name_len(body);
        let space = space_len(&body[n..]);
        match body[n + space..].chars().next() {
            Some('>') if n > 0 => {}
            None => return self.more(Code::UNCLOSED_TOKEN),
            Some(_) => return self.wrong(2 + n + space, Code::INVALID_TOKEN),
        }
        let lowest = self.source().depth;
        if self.stack.len() <= lowest {
            let code = if self.is_nested() { Code::ASYNC_ENTITY } else { Code::TAG_MISMATCH };
            return self.wrong(2, code);
        }
        if self.stack.last().is_some_and(|o| o.raw != body[..n]) {
            return self.wrong(2, Code::TAG_MISMATCH);
        }
        let raw = self.take(2 + n + space + 1);
        self.close(raw);
        Ok(true)
    }
    fn close(&mut self, raw: String) {
        let Some(open) = self.stack.pop() else { return };
        self.emit(Event::End(open.name), raw);
        for prefix in open.prefixes.into_iter().rev() {
            self.spaces.pop();
            self.emit(Event::EndNamespace(prefix), "");
        }
        if self.stack.is_empty() && self.kind == Kind::Document {
            self.state = State::Epilog;
        }
    }
    fn start_tag(&mut self, rest: &str) -> Step {
        let Some(end) = end_of(&rest[1..], &['>']) else {
            // What cannot become a tag is told at once.
            if let Some(i) = rest[1..].find('<').filter(|i| !rest[1..1 + i].contains(['"', '\''])) {
                return self.wrong(1 + i, Code::INVALID_TOKEN);
            }
            return self.more(Code::UNCLOSED_TOKEN);
        };
        let inside = &rest[1..1 + end];
        let empty = inside.ends_with('/');
        let inside = inside.strip_suffix('/').unwrap_or(inside);
        let name_end = name_len(inside);
        let name = &inside[..name_end];
        let mut at = name_end;
        let mut list: Vec<(&str, &str)> = Vec::new();
        loop {
            let space = space_len(&inside[at..]);
            at += space;
            let left = &inside[at..];
            if left.is_empty() {
                break;
            }
            let n = name_len(left);
            if n == 0 || space == 0 {
                return self.wrong(1 + at, Code::INVALID_TOKEN);
            }
            let eq = n + space_len(&left[n..]);
            if !left[eq..].starts_with('=') {
                return self.wrong(1 + at + eq, Code::INVALID_TOKEN);
            }
            let open = eq + 1 + space_len(&left[eq + 1..]);
            let Some(quote) = left[open..].chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                return self.wrong(1 + at + open, Code::INVALID_TOKEN);
            };
            let Some(len) = left[open + 1..].find(quote) else {
                return self.wrong(1 + at + open, Code::INVALID_TOKEN);
            };
            let value = &left[open + 1..open + 1 + len];
            if let Some((i, _)) = value.char_indices().find(|(_, c)| *c == '<' || !is_char(*c)) {
                return self.wrong(1 + at + open + 1 + i, Code::INVALID_TOKEN);
            }
            if list.iter().any(|(k, _)| *k == &left[..n]) {
                return self.wrong(1 + at, Code::DUPLICATE_ATTRIBUTE);
            }
            list.push((&left[..n], value));
            at += open + 1 + len + 1;
        }
        let declared = self.dtd.attributes.get(name).cloned().unwrap_or_default();
        let mut attributes = Vec::with_capacity(list.len());
        for (k, v) in list {
            let cdata = declared.iter().find(|d| d.name == k).is_none_or(|d| d.cdata);
            let value = match self.attribute_value(v, cdata) {
                Ok(v) => v,
                Err(code) => return self.wrong(0, code),
            };
            attributes.push(Attribute {
                name: k.into(),
                value,
                specified: true,
            });
        }
        for d in declared {
            if let Some(value) = d.default.filter(|_| attributes.iter().all(|a| a.name != d.name)) {
                attributes.push(Attribute {
                    name: d.name,
                    value,
                    specified: false,
                });
            }
        }
        let mut open = Open {
            raw: name.into(),
            name: name.into(),
            prefixes: Vec::new(),
        };
        if self.separator.is_some()
            && let Err(code) = self.namespaces(&mut open, &mut attributes)
        {
            return self.wrong(0, code);
        }
        let raw = self.take(end + 2);
        self.emit(Event::Start(open.name.clone(), attributes), raw);
        self.state = State::Content;
        self.stack.push(open);
        if empty {
            self.close(String::new());
        }
        Ok(true)
    }
    /// Declarations of namespaces become parts of their own; names get their URI.
    fn namespaces(&mut self, open: &mut Open, attributes: &mut Vec<Attribute>) -> Result<(), Code> {
        let mut declared = Vec::new();
        attributes.retain(|a| {
            let prefix = if a.name == "xmlns" {
                Some(None)
            } else {
                a.name.strip_prefix("xmlns:").map(|p| Some(p.to_owned()))
            };
            match prefix {
                Some(p) => {
                    declared.push((p, a.value.clone()));
                    false
                }
                None => true,
            }
        });
        for (prefix, uri) in declared {
            match prefix.as_deref() {
                Some("xml") if uri != XML_URI => return Err(Code::RESERVED_PREFIX_XML),
                Some("xmlns") => return Err(Code::RESERVED_PREFIX_XMLNS),
                Some(_) if uri.is_empty() => return Err(Code::UNDECLARING_PREFIX),
                p if uri == XMLNS_URI || uri == XML_URI && p != Some("xml") => return Err(Code::RESERVED_NAMESPACE_URI),
                _ => {}
            }
            let uri = Some(uri).filter(|u| !u.is_empty());
            self.emit(Event::StartNamespace(prefix.clone(), uri.clone()), "");
            self.spaces.push((prefix.clone(), uri));
            open.prefixes.push(prefix);
        }
        open.name = self.qualified(&open.name, true)?;
        for i in 0..attributes.len() {
            attributes[i].name = self.qualified(&attributes[i].name, false)?;
            if attributes[..i].iter().any(|a| a.name == attributes[i].name) {
                return Err(Code::DUPLICATE_ATTRIBUTE);
            }
        }
        Ok(())
    }
    fn qualified(&self, name: &str, element: bool) -> Result<String, Code> {
        let (prefix, local) = match name.split_once(':') {
            Some((p, l)) => (Some(p), l),
            None if element => (None, name),
            None => return Ok(name.into()),
        };
        let found = self.spaces.iter().rev().find(|(p, _)| p.as_deref() == prefix);
        let uri = match found {
            Some((_, uri)) => uri.as_deref(),
            None if prefix.is_some() => return Err(Code::UNBOUND_PREFIX),
            None => None,
        };
        let separator = self.separator.as_deref().unwrap_or_default();
        Ok(match (uri, prefix) {
            (Some(uri), Some(p)) if self.prefixes => [uri, separator, local, separator, p].concat(),
            (Some(uri), _) => [uri, separator, local].concat(),
            (None, _) => name.into(),
        })
    }
    fn attribute_value(&mut self, text: &str, cdata: bool) -> Result<String, Code> {
        let mut out = String::with_capacity(text.len());
        self.add_value(text, &mut Vec::new(), &mut out)?;
        if cdata {
            return Ok(out);
        }
        Ok(out.split(' ').filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" "))
    }
    fn add_value(&mut self, text: &str, within: &mut Vec<String>, out: &mut String) -> Result<(), Code> {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            match c {
                '<' => return Err(Code::INVALID_TOKEN),
                '&' => {
                    let (n, found) = reference(rest)?.ok_or(Code::INVALID_TOKEN)?;
                    match found {
                        Ok(c) => out.push(c),
                        Err(name) => self.add_entity(name, within, out)?,
                    }
                    rest = &rest[n..];
                }
                c => {
                    out.push(if is_space(c) { ' ' } else { c });
                    rest = &rest[c.len_utf8()..];
                }
            }
        }
        Ok(())
    }
    fn add_entity(&mut self, name: &str, within: &mut Vec<String>, out: &mut String) -> Result<(), Code> {
        if within.iter().any(|n| n == name) {
            return Err(Code::RECURSIVE_ENTITY_REF);
        }
        if within.len() > 200 {
            return Err(Code::NO_MEMORY);
        }
        match self.dtd.general.get(name).cloned() {
            Some(Entity::Internal(text)) => {
                self.count(text.len())?;
                within.push(name.into());
                self.add_value(&text, within, out)?;
                within.pop();
                Ok(())
            }
            Some(Entity::External(_)) => Err(Code::ATTRIBUTE_EXTERNAL_ENTITY_REF),
            Some(Entity::Unparsed) => Err(Code::BINARY_ENTITY_REF),
            None if self.dtd.incomplete && !self.dtd.standalone => Ok(()),
            None => Err(Code::UNDEFINED_ENTITY),
        }
    }
}
/// Where one of the characters is outside of quotes.
fn end_of(text: &str, stops: &[char]) -> Option<usize> {
    let mut quote = None;
    for (i, c) in text.char_indices() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if stops.contains(&c) => return Some(i),
            None => {}
        }
    }
    None
}
/// A reference at the beginning of a text: its length, and its character or the entity's name. None: it has no end yet.
type Reference<'a> = Option<(usize, Result<char, &'a str>)>;
fn reference(text: &str) -> Result<Reference<'_>, Code> {
    let body = &text[1..];
    if let Some(digits) = body.strip_prefix('#') {
        let (digits, radix, skip) = match digits.strip_prefix('x') {
            Some(d) => (d, 16, 3),
            None => (digits, 10, 2),
        };
        let n = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
        return match digits[n..].chars().next() {
            None => Ok(None),
            Some(';') if n > 0 => {
                let code = u32::from_str_radix(&digits[..n], radix).ok();
                match code.and_then(char::from_u32).filter(|c| is_char(*c)) {
                    Some(c) => Ok(Some((skip + n + 1, Ok(c)))),
                    None => Err(Code::BAD_CHAR_REF),
                }
            }
            Some(_) => Err(Code::INVALID_TOKEN),
        };
    }
    let n = name_len(body);
    match body[n..].chars().next() {
        None => Ok(None),
        Some(';') if n > 0 => {
            let found = match &body[..n] {
                "lt" => Ok('<'),
                "gt" => Ok('>'),
                "amp" => Ok('&'),
                "quot" => Ok('"'),
                "apos" => Ok('\''),
                name => Err(name),
            };
            Ok(Some((n + 2, found)))
        }
        Some(_) => Err(Code::INVALID_TOKEN),
    }
}
/// What is between `<?xml` and `?>`.
fn declaration(text: &str, document: bool) -> Result<Event, Code> {
    let wrong = if document { Code::XML_DECL } else { Code::TEXT_DECL };
    let mut r = Reader::new(text);
    let mut parts = [None, None, None];
    let mut next = 0;
    loop {
        let spaced = r.space();
        if r.rest().is_empty() {
            break;
        }
        let name = r.name().map_err(|_| wrong)?;
        let which = ["version", "encoding", "standalone"].iter().position(|n| *n == name);
        let Some(which) = which.filter(|w| spaced && *w >= next) else {
            return Err(wrong);
        };
        r.space();
        if !r.eat("=") {
            return Err(wrong);
        }
        r.space();
        parts[which] = Some(r.literal().map_err(|_| wrong)?.to_owned());
        next = which + 1;
    }
    let [version, encoding, standalone] = parts;
    let standalone = match standalone.as_deref() {
        None => -1,
        Some("yes") if document => 1,
        Some("no") if document => 0,
        Some(_) => return Err(wrong),
    };
    if document && version.is_none() || !document && encoding.is_none() {
        return Err(wrong);
    }
    Ok(Event::XmlDecl {
        version,
        encoding,
        standalone,
    })
}
