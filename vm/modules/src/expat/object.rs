//! Parser objects: their attributes, and the calls of handlers.

use super::decode::Encoding;
use super::errors::Code;
use super::event::{Attribute, Event, External, Item, Model};
use super::failure;
use super::names::is_space;
use super::parser::{Kind, Parser, Place};
use crate::support::{self, ClassCell, call_method, given, open};
use vasuki_vm::native::{GetSetDef, TypeDef, def, getset, getter};
use vasuki_vm::object::{Gc, Kind as ObjectKind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol::bytes_arg;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::list::List;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

macro_rules! handlers {
    ($($id:ident $name:literal;)*) => {
        /// Handlers by what they handle.
        #[derive(Clone, Copy)]
        enum Handler { $($id,)* }
        const COUNT: usize = [$(Handler::$id),*].len();
        const GETSETS: [GetSetDef; COUNT + OTHERS.len()] = {
            let handlers = [$(getset(
                $name,
                |th, v| handler(th, v, Handler::$id),
                |th, v, new| set_handler(th, v, Handler::$id, new),
                "",
            )),*];
            let mut all = [const { getter("", |_, _| Ok(Value::NONE), "") }; COUNT + OTHERS.len()];
            let mut i = 0;
            while i < COUNT {
                all[i] = GetSetDef { ..handlers[i] };
                i += 1;
            }
            while i < all.len() {
                all[i] = GetSetDef { ..OTHERS[i - COUNT] };
                i += 1;
            }
            all
        };
    };
}
handlers! {
    Start "StartElementHandler";
    End "EndElementHandler";
    Pi "ProcessingInstructionHandler";
    Text "CharacterDataHandler";
    Unparsed "UnparsedEntityDeclHandler";
    Notation "NotationDeclHandler";
    StartNamespace "StartNamespaceDeclHandler";
    EndNamespace "EndNamespaceDeclHandler";
    Comment "CommentHandler";
    StartCdata "StartCdataSectionHandler";
    EndCdata "EndCdataSectionHandler";
    Default "DefaultHandler";
    DefaultExpand "DefaultHandlerExpand";
    NotStandalone "NotStandaloneHandler";
    External "ExternalEntityRefHandler";
    StartDoctype "StartDoctypeDeclHandler";
    EndDoctype "EndDoctypeDeclHandler";
    Entity "EntityDeclHandler";
    XmlDecl "XmlDeclHandler";
    Element "ElementDeclHandler";
    Attlist "AttlistDeclHandler";
    Skipped "SkippedEntityHandler";
}
const OTHERS: &[GetSetDef] = &[
    getset("buffer_text", |th, v| Ok(Value::bool(this(th, v)?.buffers)), set_buffer_text, ""),
    getset("buffer_size", |th, v| number(this(th, v)?.buffer_size), set_buffer_size, ""),
    getter("buffer_used", |th, v| number(this(th, v)?.buffer.len()), ""),
    getset(
        "namespace_prefixes",
        |th, v| Ok(Value::bool(this(th, v)?.core.prefixes)),
        |th, v, new| {
            let on = truth(th, new)?;
            this(th, v)?.core.prefixes = on;
            Ok(())
        },
        "",
    ),
    getset(
        "ordered_attributes",
        |th, v| Ok(Value::bool(this(th, v)?.ordered)),
        |th, v, new| {
            let on = truth(th, new)?;
            this(th, v)?.ordered = on;
            Ok(())
        },
        "",
    ),
    getset(
        "specified_attributes",
        |th, v| Ok(Value::bool(this(th, v)?.specified)),
        |th, v, new| {
            let on = truth(th, new)?;
            this(th, v)?.specified = on;
            Ok(())
        },
        "",
    ),
    getter("intern", |th, v| Ok(this(th, v)?.names), ""),
    getter("CurrentLineNumber", |th, v| number(this(th, v)?.core.place.line), ""),
    getter("CurrentColumnNumber", |th, v| number(this(th, v)?.core.place.column), ""),
    getter("CurrentByteIndex", |th, v| index(this(th, v)?), ""),
    getter("ErrorCode", |th, v| number(this(th, v)?.error as usize), ""),
    getter("ErrorLineNumber", |th, v| number(this(th, v)?.core.place.line), ""),
    getter("ErrorColumnNumber", |th, v| number(this(th, v)?.core.place.column), ""),
    getter("ErrorByteIndex", |th, v| index(this(th, v)?), ""),
];
static ALL: [GetSetDef; COUNT + OTHERS.len()] = GETSETS;

#[derive(Clone)]
struct XmlParser {
    core: Parser,
    handlers: [Value; COUNT],
    /// a dict of names, or None
    names: Value,
    base: Value,
    buffers: bool,
    buffer_size: usize,
    buffer: String,
    ordered: bool,
    specified: bool,
    calling: bool,
    deferral: bool,
    error: Code,
}
impl Payload for XmlParser {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        self.handlers.iter().for_each(|h| f(*h));
        f(self.names);
        f(self.base);
    }
}
static XML_PARSER: TypeDef = TypeDef {
    base: false,
    doc: "XML parser",
    methods: &[
        def(
            "Parse",
            "self, data, isfinal=False, /",
            parse,
            "Parse XML data.\n\n'isfinal' should be true at end of input.",
        ),
        def("ParseFile", "self, file, /", parse_file, "Parse XML data from file-like object."),
        def("SetBase", "self, base, /", set_base, "Set the base URL for the parser."),
        def(
            "GetBase",
            "self, /",
            |th, a| Ok(this(th, a[0])?.base),
            "Return base URL string for the parser.",
        ),
        def(
            "GetInputContext",
            "self, /",
            input_context,
            "Return the untranslated text of the input that caused the current event.",
        ),
        def(
            "ExternalEntityParserCreate",
            "self, context, encoding=<unrepresentable>, /",
            external_parser,
            "Create a parser for parsing an external entity based on the information passed to the ExternalEntityRefHandler.",
        ),
        def(
            "SetParamEntityParsing",
            "self, flag, /",
            set_parameters,
            "Controls parsing of parameter entities (including the external DTD subset).",
        ),
        def(
            "UseForeignDTD",
            "self, flag=True, /",
            use_foreign_dtd,
            "Allows the application to provide an artificial external subset if one is not specified as part of the document instance.",
        ),
        def(
            "GetReparseDeferralEnabled",
            "self, /",
            |th, a| Ok(Value::bool(this(th, a[0])?.deferral)),
            "Retrieve reparse deferral enabled status.",
        ),
        def(
            "SetReparseDeferralEnabled",
            "self, enabled, /",
            |th, a| {
                let on = th.truth(a[1])?;
                this(th, a[0])?.deferral = on;
                Ok(Value::NONE)
            },
            "Enable/Disable reparse deferral.",
        ),
    ],
    getsets: &ALL,
    ..TypeDef::new("pyexpat.xmlparser", ObjectKind::Payload, payload_size::<XmlParser>())
};
pub(super) fn class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::class(th, &C, &XML_PARSER)
}
fn this(th: &mut Thread, v: Value) -> R<&'static mut XmlParser> {
    open::<XmlParser>(th, v)
}
fn number(n: usize) -> R {
    Ok(Value::small(n as i64))
}
fn index(p: &XmlParser) -> R {
    Ok(Value::small(if p.core.has_begun() { p.core.place.index as i64 } else { -1 }))
}
/// A value to be set: attributes cannot be deleted.
fn attribute(th: &mut Thread, new: Value) -> R {
    if new.is_empty() {
        return Err(th.runtime_error("Cannot delete attribute"));
    }
    Ok(new)
}
fn truth(th: &mut Thread, new: Value) -> R<bool> {
    let new = attribute(th, new)?;
    th.truth(new)
}
fn handler(th: &mut Thread, v: Value, h: Handler) -> R {
    Ok(this(th, v)?.handlers[h as usize])
}
fn set_handler(th: &mut Thread, v: Value, h: Handler, new: Value) -> R<()> {
    let new = attribute(th, new)?;
    if matches!(h, Handler::Text) {
        // What was found before goes to the old one.
        flush(th, v)?;
    }
    this(th, v)?.handlers[h as usize] = new;
    Ok(())
}
fn set_buffer_text(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let on = truth(th, new)?;
    if !on {
        flush(th, v)?;
    }
    this(th, v)?.buffers = on;
    Ok(())
}
fn set_buffer_size(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let new = attribute(th, new)?;
    if !vasuki_vm::types::int::is_int(new) {
        return Err(th.type_error("buffer_size must be an integer"));
    }
    let n = th.to_isize(new)?;
    if n <= 0 {
        return Err(th.value_error("buffer_size must be greater than zero"));
    }
    if n > i32::MAX as isize {
        return Err(th.value_error(&format!("buffer_size must not be greater than {}", i32::MAX)));
    }
    flush(th, v)?;
    this(th, v)?.buffer_size = n as usize;
    Ok(())
}
fn optional_text(th: &mut Thread, v: Value, what: &str) -> R<Option<String>> {
    match given(v).filter(|v| !v.is_none()) {
        None => Ok(None),
        Some(v) => match v.cast::<Str>() {
            Some(s) => Ok(Some(s.to_string_lossy())),
            None => {
                let name = support::arg_name(th, v);
                Err(th.type_error(&format!("{what} must be str or None, not {name}")))
            }
        },
    }
}
pub(super) fn create(th: &mut Thread, a: &[Value]) -> R {
    let encoding = optional_text(th, a[0], "ParserCreate() argument 'encoding'")?;
    let separator = optional_text(th, a[1], "ParserCreate() argument 'namespace_separator'")?;
    if separator.as_ref().is_some_and(|s| s.chars().count() > 1) {
        return Err(th.value_error("namespace_separator must be at most one character, omitted, or None"));
    }
    let names = match given(a[2]) {
        None => th.new_dict(),
        Some(d) if d.is_none() || d.is_kind(ObjectKind::Dict) => d,
        Some(_) => return Err(th.type_error("intern must be a dictionary")),
    };
    let mut core = Parser::new(Kind::Document, separator);
    if let Some(name) = encoding {
        give_encoding(th, &mut core, &name)?;
    }
    make(th, core, [Value::NONE; COUNT], names)
}
fn make(th: &mut Thread, core: Parser, handlers: [Value; COUNT], names: Value) -> R {
    let c = class(th)?;
    let p = XmlParser {
        core,
        handlers,
        names,
        base: Value::NONE,
        buffers: false,
        buffer_size: 8192,
        buffer: String::new(),
        ordered: false,
        specified: false,
        calling: false,
        deferral: true,
        error: Code::NONE,
    };
    Ok(payload::new(th, c, p).value())
}
/// Sets the encoding, unless the first bytes of the document tell more.
fn give_encoding(th: &mut Thread, core: &mut Parser, name: &str) -> R<()> {
    if name.eq_ignore_ascii_case("utf-16") {
        return Ok(());
    }
    let e = match Encoding::named(name) {
        Some(e) => e,
        None => table(th, name)?,
    };
    core.set_encoding(e);
    Ok(())
}
/// An encoding that Python knows, with one byte for each character.
fn table(th: &mut Thread, name: &str) -> R<Encoding> {
    let all: Vec<u8> = (0..=255).collect();
    let bytes = th.new_bytes(&all);
    let (name, errors) = (th.new_str(name), th.new_str("replace"));
    let text = call_method(th, bytes, "decode", &[name, errors])?;
    let Some(s) = text.cast::<Str>().filter(|s| s.len() == 256) else {
        return Err(th.value_error("multi-byte encodings are not supported"));
    };
    let table = std::array::from_fn(|i| char::from_u32(s.at(i)).filter(|c| *c != '\u{FFFD}'));
    Ok(Encoding::Table(Box::new(table)))
}
fn external_parser(th: &mut Thread, a: &[Value]) -> R {
    let context = optional_text(th, a[1], "ExternalEntityParserCreate() argument 1")?;
    let encoding = optional_text(th, a[2], "ExternalEntityParserCreate() argument 2")?;
    let p = this(th, a[0])?;
    let kind = if context.is_some() { Kind::General } else { Kind::Subset };
    let (mut core, handlers, names) = (p.core.child(kind), p.handlers, p.names);
    let settings = (p.buffers, p.buffer_size, p.ordered, p.specified, p.base);
    if let Some(name) = encoding {
        give_encoding(th, &mut core, &name)?;
    }
    let child = make(th, core, handlers, names)?;
    let p = this(th, child)?;
    (p.buffers, p.buffer_size, p.ordered, p.specified, p.base) = settings;
    Ok(child)
}
fn set_base(th: &mut Thread, a: &[Value]) -> R {
    support::str_arg(th, a[1], "SetBase() argument")?;
    this(th, a[0])?.base = a[1];
    Ok(Value::NONE)
}
fn input_context(th: &mut Thread, a: &[Value]) -> R {
    let p = this(th, a[0])?;
    if !p.calling {
        return Ok(Value::NONE);
    }
    let rest = p.core.unparsed().as_bytes();
    Ok(th.new_bytes(rest))
}
fn set_parameters(th: &mut Thread, a: &[Value]) -> R {
    let flag = th.to_i32(a[1])?;
    let p = this(th, a[0])?;
    if p.core.has_begun() {
        return Ok(Value::small(0));
    }
    p.core.parameters = flag.clamp(0, 2);
    Ok(Value::small(1))
}
fn use_foreign_dtd(th: &mut Thread, a: &[Value]) -> R {
    let p = this(th, a[0])?;
    if p.core.has_begun() {
        let place = p.core.place;
        return Err(failure(th, Code::CANT_CHANGE_FEATURE_ONCE_PARSING, place));
    }
    Ok(Value::NONE)
}
fn check_not_calling(th: &mut Thread, v: Value, name: &str) -> R<()> {
    if this(th, v)?.calling {
        return Err(th.runtime_error(&format!("cannot call {name}() from within a handler")));
    }
    Ok(())
}
fn parse(th: &mut Thread, a: &[Value]) -> R {
    let last = given(a[2]).map_or(Ok(false), |v| th.truth(v))?;
    check_not_calling(th, a[0], "Parse")?;
    let data = match a[1].cast::<Str>() {
        Some(s) => {
            let p = this(th, a[0])?;
            if !p.core.has_begun() {
                p.core.set_encoding(Encoding::Utf8);
            }
            vasuki_vm::codecs::utf8_of(th, s)?.into_bytes()
        }
        None => bytes_arg(th, a[1])?.into_owned(),
    };
    feed(th, a[0], &data, last)?;
    Ok(Value::small(1))
}
fn parse_file(th: &mut Thread, a: &[Value]) -> R {
    check_not_calling(th, a[0], "ParseFile")?;
    let name = th.intern("read");
    let Some(read) = th.getattr_opt(a[1], name)? else {
        return Err(th.type_error("argument must have 'read' attribute"));
    };
    loop {
        let data = th.call(read, &[Value::small(2048)])?;
        if !data.is_kind(ObjectKind::Bytes) {
            let Some(b) = vasuki_vm::types::buffer_protocol::bytes_like(th, data)? else {
                let class = support::type_name(th, data);
                return Err(th.type_error(&format!("read() did not return a bytes object (type={class})")));
            };
            feed(th, a[0], &b, b.is_empty())?;
            if b.is_empty() {
                return Ok(Value::small(1));
            }
            continue;
        }
        let b = vasuki_vm::codecs::bytes_of(data);
        feed(th, a[0], b, b.is_empty())?;
        if b.is_empty() {
            return Ok(Value::small(1));
        }
    }
}
/// Nothing is parsed after an error.
fn fail<T>(th: &mut Thread, v: Value, code: Code) -> R<T> {
    let p = this(th, v)?;
    p.error = code;
    p.core.finish();
    let place: Place = p.core.place;
    Err(failure(th, code, place))
}
fn feed(th: &mut Thread, v: Value, data: &[u8], last: bool) -> R<()> {
    let p = this(th, v)?;
    if p.core.is_finished() {
        return fail(th, v, Code::FINISHED);
    }
    let mut asked = p.core.feed(data, last);
    if let Ok(Some(name)) = &asked {
        if name.eq_ignore_ascii_case("utf-16") {
            return fail(th, v, Code::INCORRECT_ENCODING);
        }
        let e = match table(th, name) {
            Ok(e) => e,
            Err(t) => {
                this(th, v)?.core.finish();
                return Err(t);
            }
        };
        let p = this(th, v)?;
        p.core.set_encoding(e);
        asked = p.core.decode();
    }
    loop {
        let p = this(th, v)?;
        p.core.expand = p.handlers[Handler::Default as usize].is_none();
        let item = match p.core.next() {
            Ok(Some(item)) => item,
            Ok(None) => break,
            Err(code) => {
                flush(th, v)?;
                return fail(th, v, code);
            }
        };
        if let Err(t) = deliver(th, v, item) {
            if !t.is_abort() {
                this(th, v)?.core.finish();
            }
            return Err(t);
        }
    }
    flush(th, v)?;
    match asked {
        Ok(_) => Ok(()),
        Err(code) => fail(th, v, code),
    }
}
/// Calls a handler; false: there is none.
fn call(th: &mut Thread, v: Value, h: Handler, args: &[Value]) -> R<Option<Value>> {
    let p = this(th, v)?;
    let f = p.handlers[h as usize];
    if f.is_none() {
        return Ok(None);
    }
    if !matches!(h, Handler::Text) {
        flush(th, v)?;
    }
    let outer = std::mem::replace(&mut this(th, v)?.calling, true);
    let r = th.call(f, args);
    if r.as_ref().is_err_and(|t| t.is_abort()) {
        return r.map(Some);
    }
    this(th, v)?.calling = outer;
    r.map(Some)
}
/// Hands over the characters that were collected.
fn flush(th: &mut Thread, v: Value) -> R<()> {
    let text = std::mem::take(&mut this(th, v)?.buffer);
    if !text.is_empty() {
        let text = th.new_str(&text);
        call(th, v, Handler::Text, &[text])?;
    }
    Ok(())
}
fn text(th: &mut Thread, s: &Option<String>) -> Value {
    match s {
        Some(s) => th.new_str(s),
        None => Value::NONE,
    }
}
/// A name, the same object each time.
fn name(th: &mut Thread, v: Value, s: &str) -> R {
    let s = th.new_str(s);
    match this(th, v)?.names.cast::<Dict>() {
        Some(d) => d.setdefault(th, s, s),
        None => Ok(s),
    }
}
fn name_opt(th: &mut Thread, v: Value, s: &Option<String>) -> R {
    match s {
        Some(s) => name(th, v, s),
        None => Ok(Value::NONE),
    }
}
fn model(th: &mut Thread, m: &Model) -> R {
    let children = th.new_list(&[])?;
    for c in &m.children {
        let c = model(th, c)?;
        children.as_gc::<List>().append(th, c)?;
    }
    let children = th.collect(children)?;
    let children = th.new_tuple(children.as_slice());
    let name = text(th, &m.name);
    Ok(th.new_tuple(&[Value::small(m.kind), Value::small(m.quantifier), name, children]))
}
fn attributes(th: &mut Thread, v: Value, list: &[Attribute]) -> R {
    let p = this(th, v)?;
    let (ordered, specified) = (p.ordered, p.specified);
    let list = list.iter().filter(|a| a.specified || !specified);
    if ordered {
        let out = th.new_list(&[])?;
        for a in list {
            let k = name(th, v, &a.name)?;
            out.as_gc::<List>().append(th, k)?;
            let value = th.new_str(&a.value);
            out.as_gc::<List>().append(th, value)?;
        }
        return Ok(out);
    }
    let out = th.new_dict();
    for a in list {
        let k = name(th, v, &a.name)?;
        let value = th.new_str(&a.value);
        out.as_gc::<Dict>().set(th, k, value)?;
    }
    Ok(out)
}
/// Calls the handler of a part, or the default one with its text.
fn deliver(th: &mut Thread, v: Value, item: Item) -> R<()> {
    let Item { event, raw } = item;
    let mut split = false;
    let done = match &event {
        Event::Text(t) => return characters(th, v, t, &raw),
        Event::XmlDecl {
            version,
            encoding,
            standalone,
        } => {
            let (a, b) = (text(th, version), text(th, encoding));
            call(th, v, Handler::XmlDecl, &[a, b, Value::small(*standalone)])?
        }
        Event::Pi(target, data) => {
            let (a, b) = (name(th, v, target)?, th.new_str(data));
            call(th, v, Handler::Pi, &[a, b])?
        }
        Event::Comment(t) => {
            let t = th.new_str(t);
            call(th, v, Handler::Comment, &[t])?
        }
        Event::NotStandalone => {
            let r = call(th, v, Handler::NotStandalone, &[])?;
            return must_be_true(th, v, r, Code::NOT_STANDALONE);
        }
        Event::StartDoctype { name: n, id, internal } => {
            split = true;
            let (a, b, c) = (name(th, v, n)?, name_opt(th, v, &id.system)?, name_opt(th, v, &id.public)?);
            call(th, v, Handler::StartDoctype, &[a, b, c, Value::small(i64::from(*internal))])?
        }
        Event::EndDoctype => {
            split = true;
            call(th, v, Handler::EndDoctype, &[])?
        }
        Event::ElementDecl(n, m) => {
            let (a, b) = (name(th, v, n)?, model(th, m)?);
            call(th, v, Handler::Element, &[a, b])?
        }
        Event::AttlistDecl {
            element,
            name: n,
            kind,
            default,
            required,
        } => {
            let args = [
                name(th, v, element)?,
                name(th, v, n)?,
                th.new_str(kind),
                text(th, default),
                Value::small(i64::from(*required)),
            ];
            call(th, v, Handler::Attlist, &args)?
        }
        Event::NotationDecl(n, id) => {
            let base = this(th, v)?.base;
            let args = [name(th, v, n)?, base, name_opt(th, v, &id.system)?, name_opt(th, v, &id.public)?];
            call(th, v, Handler::Notation, &args)?
        }
        Event::EntityDecl {
            name: n,
            parameter,
            value,
            id,
            notation,
        } => entity(th, v, n, *parameter, value, id, notation)?,
        Event::StartNamespace(prefix, uri) => {
            let (a, b) = (name_opt(th, v, prefix)?, name_opt(th, v, uri)?);
            call(th, v, Handler::StartNamespace, &[a, b])?
        }
        Event::EndNamespace(prefix) => {
            let a = name_opt(th, v, prefix)?;
            call(th, v, Handler::EndNamespace, &[a])?
        }
        Event::Start(n, list) => {
            if this(th, v)?.handlers[Handler::Start as usize].is_none() {
                None
            } else {
                // What was collected comes before.
                flush(th, v)?;
                let (a, b) = (name(th, v, n)?, attributes(th, v, list)?);
                call(th, v, Handler::Start, &[a, b])?
            }
        }
        Event::End(n) => {
            let a = name(th, v, n)?;
            call(th, v, Handler::End, &[a])?
        }
        Event::StartCdata => call(th, v, Handler::StartCdata, &[])?,
        Event::EndCdata => call(th, v, Handler::EndCdata, &[])?,
        Event::ExternalEntity(context, id) => {
            let base = this(th, v)?.base;
            let args = [text(th, context), base, name_opt(th, v, &id.system)?, name_opt(th, v, &id.public)?];
            match call(th, v, Handler::External, &args)? {
                None => None,
                r => return must_be_true(th, v, r, Code::EXTERNAL_ENTITY_HANDLING),
            }
        }
        Event::Skipped(n, parameter) => {
            let a = name(th, v, n)?;
            call(th, v, Handler::Skipped, &[a, Value::small(i64::from(*parameter))])?
        }
        Event::Other => None,
    };
    if done.is_some() || raw.is_empty() {
        return Ok(());
    }
    if !split {
        return default(th, v, &raw);
    }
    for t in tokens(&raw) {
        default(th, v, t)?;
    }
    Ok(())
}
fn entity(
    th: &mut Thread,
    v: Value,
    n: &str,
    parameter: bool,
    value: &Option<String>,
    id: &External,
    notation: &Option<String>,
) -> R<Option<Value>> {
    let base = this(th, v)?.base;
    let (n, sys, public, notation) = (
        name(th, v, n)?,
        name_opt(th, v, &id.system)?,
        name_opt(th, v, &id.public)?,
        name_opt(th, v, notation)?,
    );
    if !notation.is_none() && !this(th, v)?.handlers[Handler::Unparsed as usize].is_none() {
        return call(th, v, Handler::Unparsed, &[n, base, sys, public, notation]);
    }
    let value = text(th, value);
    let parameter = Value::small(i64::from(parameter));
    call(th, v, Handler::Entity, &[n, parameter, value, base, sys, public, notation])
}
/// A handler that gives 0 stops the parser.
fn must_be_true(th: &mut Thread, v: Value, r: Option<Value>, code: Code) -> R<()> {
    match r {
        Some(r) if th.to_i64(r)? == 0 => fail(th, v, code),
        _ => Ok(()),
    }
}
fn characters(th: &mut Thread, v: Value, t: &str, raw: &str) -> R<()> {
    let p = this(th, v)?;
    if p.handlers[Handler::Text as usize].is_none() {
        return default(th, v, raw);
    }
    if !p.buffers {
        let t = th.new_str(t);
        call(th, v, Handler::Text, &[t])?;
        return Ok(());
    }
    if p.buffer.len() + t.len() > p.buffer_size {
        flush(th, v)?;
    }
    let p = this(th, v)?;
    if t.len() > p.buffer_size {
        let t = th.new_str(t);
        call(th, v, Handler::Text, &[t])?;
    } else {
        p.buffer.push_str(t);
    }
    Ok(())
}
fn default(th: &mut Thread, v: Value, raw: &str) -> R<()> {
    let text = th.new_str(raw);
    if call(th, v, Handler::DefaultExpand, &[text])?.is_none() {
        call(th, v, Handler::Default, &[text])?;
    }
    Ok(())
}
/// The words, texts in quotes, brackets and white space of a declaration.
fn tokens(raw: &str) -> impl Iterator<Item = &str> {
    let mut rest = raw;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let n = match first {
            '"' | '\'' => rest[1..].find(first).map_or(rest.len(), |i| i + 2),
            '[' | ']' | '>' => 1,
            c if is_space(c) => rest.find(|c| !is_space(c)).unwrap_or(rest.len()),
            _ => rest.find(|c| is_space(c) || matches!(c, '[' | ']' | '>')).unwrap_or(rest.len()),
        };
        let (token, after) = rest.split_at(n);
        rest = after;
        Some(token)
    })
}
