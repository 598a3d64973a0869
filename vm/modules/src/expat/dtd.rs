//! Declarations of the document type.

use super::errors::Code;
use super::event::{Event, External, Model};
use super::names::{is_space, name_len, space_len, token_len};
use std::collections::HashMap;

/// An entity.
#[derive(Clone)]
pub(super) enum Entity {
    Internal(String),
    External(External),
    /// not XML; the notation says what it is
    Unparsed,
}
/// A declared attribute.
#[derive(Clone)]
pub(super) struct Declared {
    pub name: String,
    pub cdata: bool,
    pub default: Option<String>,
}
/// All that was declared.
#[derive(Clone, Default)]
pub(super) struct Dtd {
    pub general: HashMap<String, Entity>,
    pub parameter: HashMap<String, Entity>,
    pub attributes: HashMap<String, Vec<Declared>>,
    /// there may be declarations that were not read
    pub incomplete: bool,
    pub standalone: bool,
}

/// Reads a declaration from its text.
pub(super) struct Reader<'a> {
    rest: &'a str,
}
impl<'a> Reader<'a> {
    pub fn new(rest: &'a str) -> Reader<'a> {
        Reader { rest }
    }
    /// The rest of the text.
    pub fn rest(&self) -> &'a str {
        self.rest
    }
    /// Skips white space; was there any?
    pub fn space(&mut self) -> bool {
        let n = space_len(self.rest);
        self.rest = &self.rest[n..];
        n > 0
    }
    fn need_space(&mut self) -> Result<(), Code> {
        if self.space() { Ok(()) } else { Err(Code::SYNTAX) }
    }
    /// Takes this text if it comes next.
    pub fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }
    pub fn name(&mut self) -> Result<&'a str, Code> {
        self.take(name_len(self.rest))
    }
    fn take(&mut self, n: usize) -> Result<&'a str, Code> {
        if n == 0 {
            return Err(Code::INVALID_TOKEN);
        }
        let (name, rest) = self.rest.split_at(n);
        self.rest = rest;
        Ok(name)
    }
    /// A text in quotes.
    pub fn literal(&mut self) -> Result<&'a str, Code> {
        let quote = self.rest.chars().next().filter(|c| matches!(c, '"' | '\'')).ok_or(Code::SYNTAX)?;
        let (text, rest) = self.rest[1..].split_once(quote).ok_or(Code::SYNTAX)?;
        self.rest = rest;
        Ok(text)
    }
    /// `SYSTEM "…"`, `PUBLIC "…" "…"`, or nothing. Notations may have a public identifier alone.
    pub fn external(&mut self, notation: bool) -> Result<External, Code> {
        let mut id = External::default();
        if self.eat("SYSTEM") {
            self.need_space()?;
            id.system = Some(self.literal()?.into());
        } else if self.eat("PUBLIC") {
            self.need_space()?;
            let public = self.literal()?;
            if !public
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || " \r\n-'()+,./:=?;!*#@$_%".contains(c))
            {
                return Err(Code::PUBLICID);
            }
            id.public = Some(public.split(is_space).filter(|w| !w.is_empty()).collect::<Vec<_>>().join(" "));
            let spaced = self.space();
            if self.rest.starts_with(['"', '\'']) {
                if !spaced {
                    return Err(Code::SYNTAX);
                }
                id.system = Some(self.literal()?.into());
            } else if !notation {
                return Err(Code::SYNTAX);
            }
        }
        Ok(id)
    }
    pub fn end(&mut self) -> Result<(), Code> {
        self.space();
        if self.rest.is_empty() { Ok(()) } else { Err(Code::SYNTAX) }
    }
}
/// `?`, `*`, `+` or nothing after a part of a model.
fn quantifier(r: &mut Reader<'_>) -> i64 {
    match r.rest.chars().next() {
        Some('?') => {
            r.rest = &r.rest[1..];
            1
        }
        Some('*') => {
            r.rest = &r.rest[1..];
            2
        }
        Some('+') => {
            r.rest = &r.rest[1..];
            3
        }
        _ => 0,
    }
}
/// A part in parentheses, whose opening one has been read.
fn group(r: &mut Reader<'_>, depth: usize) -> Result<Model, Code> {
    if depth > 500 {
        return Err(Code::NO_MEMORY);
    }
    let mut m = Model {
        kind: 6,
        quantifier: 0,
        name: None,
        children: Vec::new(),
    };
    let mut separator = None;
    r.space();
    if r.eat("#PCDATA") {
        m.kind = 3;
        separator = Some('|');
        r.space();
    } else {
        m.children.push(particle(r, depth)?);
    }
    loop {
        r.space();
        let Some(c) = r.rest.chars().next() else { return Err(Code::SYNTAX) };
        r.rest = &r.rest[c.len_utf8()..];
        match c {
            ')' => break,
            '|' | ',' if separator.is_none_or(|s| s == c) => {
                if m.kind != 3 {
                    m.kind = if c == '|' { 5 } else { 6 };
                }
                separator = Some(c);
                r.space();
                m.children.push(particle(r, depth)?);
            }
            _ => return Err(Code::SYNTAX),
        }
    }
    m.quantifier = quantifier(r);
    Ok(m)
}
fn particle(r: &mut Reader<'_>, depth: usize) -> Result<Model, Code> {
    if r.eat("(") {
        return group(r, depth + 1);
    }
    let name = r.name().map_err(|_| Code::SYNTAX)?;
    Ok(Model {
        kind: 4,
        quantifier: quantifier(r),
        name: Some(name.into()),
        children: Vec::new(),
    })
}
/// What follows `<!ELEMENT`.
pub(super) fn element(text: &str) -> Result<Event, Code> {
    let mut r = Reader::new(text);
    r.need_space()?;
    let name = r.name()?.to_owned();
    r.need_space()?;
    let simple = |kind| Model {
        kind,
        quantifier: 0,
        name: None,
        children: Vec::new(),
    };
    let model = if r.eat("EMPTY") {
        simple(1)
    } else if r.eat("ANY") {
        simple(2)
    } else if r.eat("(") {
        group(&mut r, 0)?
    } else {
        return Err(Code::SYNTAX);
    };
    r.end()?;
    Ok(Event::ElementDecl(name, model))
}
/// What follows `<!NOTATION`.
pub(super) fn notation(text: &str) -> Result<Event, Code> {
    let mut r = Reader::new(text);
    r.need_space()?;
    let name = r.name()?.to_owned();
    r.need_space()?;
    let id = r.external(true)?;
    r.end()?;
    Ok(Event::NotationDecl(name, id))
}
/// A declared attribute as it is written: its default is not yet a value.
pub(super) struct Written<'a> {
    pub name: &'a str,
    pub kind: String,
    pub default: Option<&'a str>,
    pub required: bool,
}
/// What follows `<!ATTLIST`: the element and its attributes.
pub(super) fn attributes(text: &str) -> Result<(&str, Vec<Written<'_>>), Code> {
    let mut r = Reader::new(text);
    r.need_space()?;
    let element = r.name()?;
    let mut out = Vec::new();
    loop {
        let spaced = r.space();
        if r.rest.is_empty() {
            return Ok((element, out));
        }
        if !spaced {
            return Err(Code::SYNTAX);
        }
        let name = r.name()?;
        r.need_space()?;
        let kind = kind(&mut r)?;
        r.need_space()?;
        let (mut default, mut required) = (None, false);
        if r.eat("#REQUIRED") {
            required = true;
        } else if !r.eat("#IMPLIED") {
            if r.eat("#FIXED") {
                required = true;
                r.need_space()?;
            }
            default = Some(r.literal()?);
        }
        out.push(Written {
            name,
            kind,
            default,
            required,
        });
    }
}
fn kind(r: &mut Reader<'_>) -> Result<String, Code> {
    let mut text = String::new();
    if !r.rest.starts_with('(') {
        let word = r.name()?;
        let known = [
            "CDATA", "ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES", "NMTOKEN", "NMTOKENS", "NOTATION",
        ];
        if !known.contains(&word) {
            return Err(Code::SYNTAX);
        }
        text.push_str(word);
        if word != "NOTATION" {
            return Ok(text);
        }
        r.need_space()?;
    }
    if !r.eat("(") {
        return Err(Code::SYNTAX);
    }
    text.push('(');
    loop {
        r.space();
        text.push_str(r.take(token_len(r.rest))?);
        r.space();
        if r.eat(")") {
            text.push(')');
            return Ok(text);
        }
        if !r.eat("|") {
            return Err(Code::SYNTAX);
        }
        text.push('|');
    }
}
/// What follows `<!ENTITY`: whether it is a parameter entity, its name, its literal or where it is, and its notation.
pub(super) struct EntityText<'a> {
    pub parameter: bool,
    pub name: &'a str,
    pub literal: Option<&'a str>,
    pub id: External,
    pub notation: Option<&'a str>,
}
pub(super) fn entity(text: &str) -> Result<EntityText<'_>, Code> {
    let mut r = Reader::new(text);
    r.need_space()?;
    let parameter = r.eat("%");
    if parameter {
        r.need_space()?;
    }
    let name = r.name()?;
    r.need_space()?;
    let mut e = EntityText {
        parameter,
        name,
        literal: None,
        id: External::default(),
        notation: None,
    };
    if r.rest.starts_with(['"', '\'']) {
        e.literal = Some(r.literal()?);
    } else {
        e.id = r.external(false)?;
        if e.id.system.is_none() {
            return Err(Code::SYNTAX);
        }
        if r.space() && !parameter && r.eat("NDATA") {
            r.need_space()?;
            e.notation = Some(r.name()?);
        }
    }
    r.end()?;
    Ok(e)
}
