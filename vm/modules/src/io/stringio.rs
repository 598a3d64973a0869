//! `StringIO`: text in memory, a code point a word, shared until it is changed.

use super::newline::{Mode, Newlines, replace_ends};
use super::{bytesio, closed_error, raw, size_arg};
use crate::support;
use std::sync::Arc;
use vasuki_vm::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::int;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::str_::{Chars, Str};
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

/// State.
#[derive(Clone)]
pub(crate) struct StringIO {
    data: Arc<Vec<u32>>,
    pos: usize,
    closed: bool,
    /// set by `__init__`
    ready: bool,
    mode: Mode,
    /// of universal mode: the line ends seen
    ends: Option<Newlines>,
}
impl Payload for StringIO {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
const LF: Mode = Mode {
    universal: false,
    translate_read: false,
    end: "\n",
    write: None,
    given: Some("\n"),
};

/// The declaration.
pub(crate) static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: GETSETS,
    doc: "Text I/O implementation using an in-memory buffer.\n\nThe initial_value argument sets the value of object.  The newline\nargument is like the one of TextIOWrapper's constructor.",
    ..TypeDef::new("_io.StringIO", Kind::Payload, payload_size::<StringIO>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, /, *args, **kwargs", new, ""),
    def(
        "__init__",
        "self, initial_value='', newline='\\n'",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("readable", "self, /", able, "Returns True if the IO object can be read."),
    def("writable", "self, /", able, "Returns True if the IO object can be written."),
    def("seekable", "self, /", able, "Returns True if the IO object can be seeked."),
    def("close", "self, /", close, "Close the IO object."),
    def("getvalue", "self, /", getvalue, "Retrieve the entire contents of the object."),
    def(
        "read",
        "self, size=-1, /",
        read,
        "Read at most size characters, returned as a string.",
    ),
    def("readline", "self, size=-1, /", readline, "Read until newline or EOF."),
    def("write", "self, s, /", write, "Write string to file."),
    def("seek", "self, pos, whence=0, /", seek, "Change stream position."),
    def("tell", "self, /", tell, "Tell the current file position."),
    def("truncate", "self, pos=None, /", truncate, "Truncate size to pos."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def("__getstate__", "self, /", getstate, ""),
    def("__setstate__", "self, state, /", setstate, ""),
];
static GETSETS: &[GetSetDef] = &[
    getter("closed", |th, v| Ok(Value::bool(checked(th, v)?.closed)), ""),
    getter(
        "newlines",
        |th, v| {
            let ends = state(th, v)?.ends;
            Ok(ends.map_or(Value::NONE, |e| e.kinds(th)))
        },
        "",
    ),
    getter(
        "line_buffering",
        |th, v| {
            state(th, v)?;
            Ok(Value::FALSE)
        },
        "",
    ),
];

fn new(th: &mut Thread, a: &[Value]) -> R {
    let s = StringIO {
        data: Arc::default(),
        pos: 0,
        closed: false,
        ready: false,
        mode: LF,
        ends: None,
    };
    Ok(payload::new(th, a[0].as_gc(), s).value())
}
fn checked(th: &mut Thread, v: Value) -> R<&'static mut StringIO> {
    let s = support::open::<StringIO>(th, v)?;
    if s.ready {
        Ok(s)
    } else {
        Err(th.value_error("I/O operation on uninitialized object"))
    }
}
/// The state; ValueError when closed.
fn state(th: &mut Thread, v: Value) -> R<&'static mut StringIO> {
    let s = checked(th, v)?;
    if s.closed { Err(closed_error(th)) } else { Ok(s) }
}
fn init(th: &mut Thread, a: &[Value]) -> R {
    let newline = match a[2] {
        Value::EMPTY => Some("\n".to_owned()),
        Value::NONE => None,
        v => match v.cast::<Str>() {
            Some(s) => Some(s.to_string_lossy()),
            None => {
                let name = th.class_of(v).name_str();
                return Err(th.type_error(&format!("StringIO() argument 'newline' must be str or None, not {name}")));
            }
        },
    };
    let Some(mode) = Mode::of(newline.as_deref()) else {
        let shown = match a[2] {
            Value::EMPTY => String::new(),
            v => th.repr_string(v)?,
        };
        return Err(th.value_error(&format!("illegal newline value: {shown}")));
    };
    let text = match a[1] {
        Value::EMPTY | Value::NONE => None,
        v => match v.cast::<Str>() {
            Some(s) => Some(s),
            None => {
                let name = th.class_of(v).name_str();
                return Err(th.type_error(&format!("initial_value must be str or None, not {name}")));
            }
        },
    };
    *support::open::<StringIO>(th, a[0])? = StringIO {
        data: Arc::default(),
        pos: 0,
        closed: false,
        ready: true,
        ends: mode.universal.then(|| Newlines::new(mode.translate_read)),
        mode,
    };
    if let Some(text) = text {
        put(th, a[0], text)?;
        state(th, a[0])?.pos = 0;
    }
    Ok(Value::NONE)
}
fn able(th: &mut Thread, a: &[Value]) -> R {
    state(th, a[0])?;
    Ok(Value::TRUE)
}
fn close(th: &mut Thread, a: &[Value]) -> R {
    let s = support::open::<StringIO>(th, a[0])?;
    s.closed = true;
    s.data = Arc::default();
    Ok(Value::NONE)
}
fn getvalue(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    Ok(th.new_str_points(&s.data))
}
impl StringIO {
    fn rest(&self) -> &[u32] {
        self.data.get(self.pos..).unwrap_or(&[])
    }
    /// Characters of the next line.
    fn line(&self) -> usize {
        let rest = self.rest();
        self.mode.line_end(Chars::Four(rest)).unwrap_or(rest.len())
    }
}
/// Gives out `n` characters, or as many as there are.
fn give(th: &mut Thread, s: &mut StringIO, n: usize) -> Value {
    let n = n.min(s.rest().len());
    let v = th.new_str_points(&s.rest()[..n]);
    s.pos += n;
    v
}
fn read(th: &mut Thread, a: &[Value]) -> R {
    state(th, a[0])?;
    let n = size_arg(th, a[1])?;
    let s = state(th, a[0])?;
    Ok(give(th, s, if n < 0 { usize::MAX } else { n as usize }))
}
fn readline(th: &mut Thread, a: &[Value]) -> R {
    state(th, a[0])?;
    let limit = size_arg(th, a[1])?;
    let s = state(th, a[0])?;
    let n = s.line();
    Ok(give(th, s, if limit < 0 { n } else { n.min(limit as usize) }))
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let n = s.line();
    Ok(if n == 0 { Value::EMPTY } else { give(th, s, n) })
}
/// Writes at the position.
fn put(th: &mut Thread, v: Value, text: Gc<Str>) -> R<()> {
    let mut text = text;
    if let Some(mut ends) = state(th, v)?.ends {
        text = ends.decode(th, text, true).as_gc();
        state(th, v)?.ends = Some(ends);
    }
    if let Some(end) = state(th, v)?.mode.write {
        text = replace_ends(th, text, end);
    }
    let s = state(th, v)?;
    let n = text.len();
    if n == 0 {
        return Ok(());
    }
    let Some(end) = s.pos.checked_add(n).filter(|&e| e <= isize::MAX as usize / 4) else {
        return Err(th.overflow_error("new position too large"));
    };
    if end > s.data.len() {
        raw::room(th, (end - s.data.len()) * 4)?;
    }
    let d = Arc::make_mut(&mut s.data);
    if s.pos > d.len() {
        d.resize(s.pos, 0);
    }
    let kept = d.len().min(s.pos);
    if d.len() > kept {
        let tail = d.len().min(end);
        for (slot, c) in d[kept..tail].iter_mut().zip(text.points()) {
            *slot = c;
        }
        d.extend(text.points().skip(tail - kept));
    } else {
        match text.chars() {
            Chars::One(c) => d.extend(c.iter().map(|&c| u32::from(c))),
            Chars::Two(c) => d.extend(c.iter().map(|&c| u32::from(c))),
            Chars::Four(c) => d.extend_from_slice(c),
        }
    }
    s.pos = end;
    Ok(())
}
fn write(th: &mut Thread, a: &[Value]) -> R {
    state(th, a[0])?;
    let Some(s) = a[1].cast::<Str>() else {
        let name = th.class_of(a[1]).name_str();
        return Err(th.type_error(&format!("string argument expected, got '{name}'")));
    };
    put(th, a[0], s)?;
    Ok(Value::small(s.len() as i64))
}
fn tell(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::small(state(th, a[0])?.pos as i64))
}
fn seek(th: &mut Thread, a: &[Value]) -> R {
    state(th, a[0])?;
    let at = th.to_isize(a[1])?;
    let whence = if a[2].is_empty() { 0 } else { th.to_i32(a[2])? };
    let s = state(th, a[0])?;
    let to = match whence {
        0 if at < 0 => return Err(th.value_error(&format!("Negative seek position {at}"))),
        0 => at as usize,
        1 | 2 if at != 0 => return Err(super::os_text(th, "Can't do nonzero cur-relative seeks")),
        1 => s.pos,
        2 => s.data.len(),
        _ => return Err(th.value_error(&format!("Invalid whence ({whence}, should be 0, 1 or 2)"))),
    };
    s.pos = to;
    Ok(Value::small(to as i64))
}
fn truncate(th: &mut Thread, a: &[Value]) -> R {
    let pos = state(th, a[0])?.pos;
    let size = match a[1] {
        Value::EMPTY | Value::NONE => pos as isize,
        v => th.to_isize(v)?,
    };
    if size < 0 {
        return Err(th.value_error(&format!("Negative size value {size}")));
    }
    let s = state(th, a[0])?;
    if (size as usize) < s.data.len() {
        Arc::make_mut(&mut s.data).truncate(size as usize);
    }
    Ok(Value::small(size as i64))
}
fn getstate(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    let text = th.new_str_points(&s.data);
    let newline = match s.mode.given {
        Some(n) => th.new_str(n),
        None => Value::NONE,
    };
    let pos = th.new_int(s.pos as i64);
    let d = bytesio::attributes(th, a[0])?;
    Ok(th.new_tuple(&[text, newline, pos, d]))
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let items = a[1].cast::<Tuple>().map(|t| t.items());
    let Some([text, newline, pos, d, ..]) = items else {
        let (own, name) = (th.class_of(a[0]), th.class_of(a[1]).name_str());
        let own = th.full_name(own)?;
        return Err(th.type_error(&format!("{own}.__setstate__ argument should be 4-tuple, got {name}")));
    };
    // The text holds line ends as they are: it is not translated again.
    init(th, &[a[0], Value::EMPTY, *newline])?;
    if let Some(t) = text.cast::<Str>() {
        let points = t.points().collect();
        state(th, a[0])?.data = Arc::new(points);
    }
    if !int::is_int(*pos) {
        let name = th.class_of(*pos).name_str();
        return Err(th.type_error(&format!("third item of state must be an integer, got {name}")));
    }
    let at = th.to_isize(*pos)?;
    if at < 0 {
        return Err(th.value_error("position value cannot be negative"));
    }
    state(th, a[0])?.pos = at as usize;
    bytesio::set_attributes(th, a[0], *d, "fourth")?;
    Ok(Value::NONE)
}
