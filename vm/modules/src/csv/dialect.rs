//! Dialects: checked settings of a reader or writer.

use super::settings;
use crate::support::{self, ClassCell, native, type_name};
use vasuki_vm::native::{TypeDef, def, def_static, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::int;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

pub(super) const QUOTE_ALL: i32 = 1;
pub(super) const QUOTE_NONNUMERIC: i32 = 2;
pub(super) const QUOTE_NONE: i32 = 3;
pub(super) const QUOTE_STRINGS: i32 = 4;
pub(super) const QUOTE_NOTNULL: i32 = 5;

/// The settings. Never change.
#[derive(Clone)]
pub(super) struct Dialect {
    pub delimiter: u32,
    pub quotechar: Option<u32>,
    pub escapechar: Option<u32>,
    pub doublequote: bool,
    pub skipinitialspace: bool,
    pub strict: bool,
    pub quoting: i32,
    pub lineterminator: Value,
}
impl Payload for Dialect {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.lineterminator)
    }
}
static DEF: TypeDef = TypeDef {
    doc: "CSV dialect\n\nThe Dialect type records CSV dialect options.",
    methods: &[
        def_static(
            "__new__",
            "cls, dialect=None, delimiter=None, doublequote=None, escapechar=None, lineterminator=None, quotechar=None, quoting=None, skipinitialspace=None, strict=None",
            dialect_new,
            "",
        ),
        def(
            "__reduce_ex__",
            "self, protocol, /",
            no_pickle,
            "raises an exception to avoid pickling",
        ),
        def("__reduce__", "self, /", no_pickle, "raises an exception to avoid pickling"),
    ],
    getsets: &[
        getter(
            "delimiter",
            |th, v| {
                let d = native::<Dialect>(th, v)?.frozen();
                Ok(th.char_str(d.delimiter))
            },
            "",
        ),
        getter(
            "doublequote",
            |th, v| Ok(Value::bool(native::<Dialect>(th, v)?.frozen().doublequote)),
            "",
        ),
        getter(
            "escapechar",
            |th, v| {
                let d = native::<Dialect>(th, v)?.frozen();
                Ok(d.escapechar.map_or(Value::NONE, |c| th.char_str(c)))
            },
            "",
        ),
        getter("lineterminator", |th, v| Ok(native::<Dialect>(th, v)?.frozen().lineterminator), ""),
        getter(
            "quotechar",
            |th, v| {
                let d = native::<Dialect>(th, v)?.frozen();
                Ok(d.quotechar.map_or(Value::NONE, |c| th.char_str(c)))
            },
            "",
        ),
        getter(
            "quoting",
            |th, v| Ok(Value::small(native::<Dialect>(th, v)?.frozen().quoting as i64)),
            "",
        ),
        getter(
            "skipinitialspace",
            |th, v| Ok(Value::bool(native::<Dialect>(th, v)?.frozen().skipinitialspace)),
            "",
        ),
        getter("strict", |th, v| Ok(Value::bool(native::<Dialect>(th, v)?.frozen().strict)), ""),
    ],
    ..TypeDef::new("_csv.Dialect", Kind::Payload, payload_size::<Dialect>())
};
pub(super) fn class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::class(th, &C, &DEF)
}
fn no_pickle(th: &mut Thread, a: &[Value]) -> R {
    let name = type_name(th, a[0]);
    Err(th.type_error(&format!("cannot pickle '{name}' instances")))
}
/// The dialect of a reader, writer or registration: a base (name, class or instance) and overriding settings.
pub(super) fn make(th: &mut Thread, base: Value, params: Value) -> R {
    let class = class(th)?;
    let mut args = [Value::EMPTY; 10];
    args[0] = class.value();
    args[1] = base;
    const NAMES: [&str; 8] = [
        "delimiter",
        "doublequote",
        "escapechar",
        "lineterminator",
        "quotechar",
        "quoting",
        "skipinitialspace",
        "strict",
    ];
    if let Some(d) = params.cast::<Dict>() {
        let (keys, values) = d.snapshot(th)?;
        for (k, &v) in keys.as_slice().iter().zip(values.as_slice()) {
            let key = k.cast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default();
            match NAMES.iter().position(|n| *n == key) {
                Some(i) => args[i + 2] = v,
                None => {
                    return Err(th.type_error(&format!("this function got an unexpected keyword argument '{key}'")));
                }
            }
        }
    }
    dialect_new(th, &args)
}
fn flag(th: &mut Thread, v: Value, default: bool) -> R<bool> {
    if v.is_empty() { Ok(default) } else { th.truth(v) }
}
/// A setting of one character; `none`: may it be None?
fn character(th: &mut Thread, name: &str, v: Value, default: Option<u32>, none: bool) -> R<Option<u32>> {
    if v.is_empty() {
        return Ok(default);
    }
    if none && v.is_none() {
        return Ok(None);
    }
    let or = if none { " or None" } else { "" };
    match v.cast::<Str>() {
        Some(s) if s.len() == 1 => Ok(Some(s.at(0))),
        Some(s) => {
            let n = s.len();
            Err(th.type_error(&format!("\"{name}\" must be a unicode character{or}, not a string of length {n}")))
        }
        None => {
            let n = type_name(th, v);
            Err(th.type_error(&format!("\"{name}\" must be a unicode character{or}, not {n}")))
        }
    }
}
fn dialect_new(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    let mut base = a[1];
    if base.is_kind(Kind::Str) {
        base = super::lookup(th, base)?;
    }
    let given = a[2..].iter().any(|v| !v.is_empty());
    if !base.is_empty() && !given && settings(base).is_some() && th.class_of(base) == class {
        return Ok(base);
    }
    const NAMES: [&str; 8] = [
        "delimiter",
        "doublequote",
        "escapechar",
        "lineterminator",
        "quotechar",
        "quoting",
        "skipinitialspace",
        "strict",
    ];
    let mut values = [Value::EMPTY; 8];
    for (i, name) in NAMES.iter().enumerate() {
        values[i] = a[i + 2];
        if values[i].is_empty() && !base.is_empty() && !base.is_none() {
            let k = th.intern(name);
            values[i] = th.getattr_opt(base, k)?.unwrap_or(Value::EMPTY);
        }
    }
    let [
        delimiter,
        doublequote,
        escapechar,
        lineterminator,
        quotechar,
        quoting,
        skipinitialspace,
        strict,
    ] = values;
    let delimiter = character(th, "delimiter", delimiter, Some(b',' as u32), false)?.unwrap_or(b',' as u32);
    let doublequote = flag(th, doublequote, true)?;
    let escape = character(th, "escapechar", escapechar, None, true)?;
    let lineterminator = if lineterminator.is_empty() {
        th.new_str("\r\n")
    } else if lineterminator.is_kind(Kind::Str) {
        lineterminator
    } else {
        let n = type_name(th, lineterminator);
        return Err(th.type_error(&format!("\"lineterminator\" must be a string, not {n}")));
    };
    let quote_given = !quotechar.is_empty();
    let quotechar = character(th, "quotechar", quotechar, Some(b'"' as u32), true)?;
    let quoting_given = !quoting.is_empty();
    let mut style = 0;
    if quoting_given {
        if !int::is_int(quoting) || quoting.is_bool() {
            let text = format!("\"quoting\" must be an integer, not {}", type_name(th, quoting));
            return Err(th.type_error(&text));
        }
        style = th.to_i32(quoting)?;
    }
    let skipinitialspace = flag(th, skipinitialspace, false)?;
    let strict = flag(th, strict, false)?;
    if !(0..=QUOTE_NOTNULL).contains(&style) {
        return Err(th.type_error("bad \"quoting\" value"));
    }
    if quote_given && quotechar.is_none() && !quoting_given {
        style = QUOTE_NONE;
    }
    if style != QUOTE_NONE && quotechar.is_none() {
        return Err(th.type_error("quotechar must be set if quoting enabled"));
    }
    let end = lineterminator.as_gc::<Str>();
    check(th, "delimiter", Some(delimiter), end, true)?;
    check(th, "escapechar", escape, end, !skipinitialspace)?;
    check(th, "quotechar", quotechar, end, !skipinitialspace)?;
    for (x, y, n, m) in [
        (Some(delimiter), escape, "delimiter", "escapechar"),
        (Some(delimiter), quotechar, "delimiter", "quotechar"),
        (escape, quotechar, "escapechar", "quotechar"),
    ] {
        if x.is_some() && x == y {
            return Err(th.value_error(&format!("bad {n} or {m} value")));
        }
    }
    let d = Dialect {
        delimiter,
        quotechar,
        escapechar: escape,
        doublequote,
        skipinitialspace,
        strict,
        quoting: style,
        lineterminator,
    };
    Ok(payload::new(th, class, d).value())
}
fn check(th: &mut Thread, name: &str, c: Option<u32>, end: Gc<Str>, space: bool) -> R<()> {
    let Some(c) = c else { return Ok(()) };
    if c == b'\n' as u32 || c == b'\r' as u32 || c == b' ' as u32 && !space {
        return Err(th.value_error(&format!("bad {name} value")));
    }
    if end.points().any(|p| p == c) {
        return Err(th.value_error(&format!("bad {name} or lineterminator value")));
    }
    Ok(())
}
