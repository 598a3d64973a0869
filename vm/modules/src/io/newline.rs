//! Line ends: translating them in decoded text, `IncrementalNewlineDecoder`, and what a `newline` argument means.

use crate::support::{self, call_method};
use vasuki_vm::native::{NativeDef, TypeDef, def, def_static, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::str_::{Chars, Str, from_chars};
use vasuki_vm::types::str_ops::{StrBuilder, latin1};
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

const LF: u8 = 1;
const CR: u8 = 2;
const CRLF: u8 = 4;

/// Line ends seen in a text that comes in pieces.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Newlines {
    /// make all of them `\n`
    pub translate: bool,
    /// the last piece ended with a `\r` that was held back
    pub held: bool,
    seen: u8,
}
impl Newlines {
    pub fn new(translate: bool) -> Newlines {
        Newlines {
            translate,
            held: false,
            seen: 0,
        }
    }
    /// Forgets all.
    pub fn reset(&mut self) {
        (self.held, self.seen) = (false, 0);
    }
    /// The kinds seen: None, a str or a tuple of str.
    pub fn kinds(&self, th: &mut Thread) -> Value {
        // In the order in which Python shows them.
        let mut found = Vec::new();
        for (bit, text) in [(CR, "\r"), (LF, "\n"), (CRLF, "\r\n")] {
            if self.seen & bit != 0 {
                found.push(th.new_str(text));
            }
        }
        match found[..] {
            [] => Value::NONE,
            [one] => one,
            _ => th.new_tuple(&found),
        }
    }
    /// The next piece; `last`: nothing follows, so nothing is held back.
    pub fn decode(&mut self, th: &mut Thread, text: Gc<Str>, last: bool) -> Value {
        if let Some(s) = text.as_ascii()
            && !self.held
            && super::sys::find(b'\r', s.as_bytes()).is_none()
        {
            if self.seen & LF == 0 && super::sys::find(b'\n', s.as_bytes()).is_some() {
                self.seen |= LF;
            }
            return text.value();
        }
        match text.chars() {
            Chars::One(c) => {
                let mut out = Vec::with_capacity(c.len() + 1);
                self.run(c.iter().map(|&c| c as u32), last, |c| out.push(c as u8));
                latin1(th, &out)
            }
            _ => {
                let mut out = StrBuilder::new();
                self.run(text.points(), last, |c| out.push(c));
                out.finish(th)
            }
        }
    }
    fn run(&mut self, points: impl Iterator<Item = u32>, last: bool, mut push: impl FnMut(u32)) {
        let mut cr = std::mem::take(&mut self.held);
        for c in points {
            if cr {
                cr = false;
                if c == '\n' as u32 {
                    self.seen |= CRLF;
                    if !self.translate {
                        push('\r' as u32);
                    }
                    push('\n' as u32);
                    continue;
                }
                self.seen |= CR;
                push(if self.translate { '\n' } else { '\r' } as u32);
            }
            match c {
                0xD => cr = true,
                0xA => {
                    self.seen |= LF;
                    push(c);
                }
                c => push(c),
            }
        }
        if cr && last {
            self.seen |= CR;
            push(if self.translate { '\n' } else { '\r' } as u32);
        } else {
            self.held = cr;
        }
    }
}

/// What a `newline` argument asks for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mode {
    /// reading: any of the three ends a line
    pub universal: bool,
    /// reading: they become `\n`
    pub translate_read: bool,
    /// reading: the one that ends a line, if not universal
    pub end: &'static str,
    /// writing: what `\n` becomes, if anything else
    pub write: Option<&'static str>,
    /// the argument
    pub given: Option<&'static str>,
}
impl Mode {
    /// None: not a legal value.
    pub fn of(newline: Option<&str>) -> Option<Mode> {
        let given = match newline {
            None => None,
            Some(n) => Some(["", "\n", "\r", "\r\n"].into_iter().find(|x| *x == n)?),
        };
        Some(Mode {
            universal: matches!(given, None | Some("")),
            translate_read: given.is_none(),
            end: match given {
                Some(n) if !n.is_empty() => n,
                _ => "\n",
            },
            write: match given {
                Some(n @ ("\r" | "\r\n")) => Some(n),
                _ => None,
            },
            given,
        })
    }
    /// Number of characters of the first line with its end, or how many characters hold no line end so far.
    pub fn line_end(&self, text: Chars<'_>) -> Result<usize, usize> {
        match text {
            Chars::One(c) => self.end_in(c, super::sys::find),
            Chars::Two(c) => self.end_in(c, |x, s| s.iter().position(|&c| c == x as u16)),
            Chars::Four(c) => self.end_in(c, |x, s| s.iter().position(|&c| c == x as u32)),
        }
    }
    fn end_in<T: Copy + PartialEq + From<u8>>(&self, s: &[T], find: impl Fn(u8, &[T]) -> Option<usize>) -> Result<usize, usize> {
        if self.translate_read || self.end == "\n" && !self.universal {
            return find(b'\n', s).map(|i| i + 1).ok_or(s.len());
        }
        if self.universal {
            let at = match find(b'\n', s) {
                Some(n) => find(b'\r', &s[..n]).unwrap_or(n),
                None => match find(b'\r', s) {
                    Some(r) => r,
                    None => return Err(s.len()),
                },
            };
            let pair = s[at] == b'\r'.into() && s.get(at + 1) == Some(&b'\n'.into());
            return Ok(at + 1 + usize::from(pair));
        }
        if self.end == "\r" {
            return find(b'\r', s).map(|i| i + 1).ok_or(s.len());
        }
        let mut from = 0;
        while let Some(i) = find(b'\r', &s[from..]) {
            let at = from + i;
            match s.get(at + 1) {
                Some(c) if *c == b'\n'.into() => return Ok(at + 2),
                None => return Err(at),
                _ => from = at + 1,
            }
        }
        Err(s.len())
    }
}
/// `text` with every `\n` replaced.
pub(crate) fn replace_ends(th: &mut Thread, text: Gc<Str>, end: &str) -> Gc<Str> {
    let has = match text.chars() {
        Chars::One(c) => super::sys::find(b'\n', c).is_some(),
        Chars::Two(c) => c.contains(&10),
        Chars::Four(c) => c.contains(&10),
    };
    if !has {
        return text;
    }
    let mut out = StrBuilder::new();
    for c in text.points() {
        if c == 10 { out.push_str(end) } else { out.push(c) }
    }
    out.finish(th).as_gc()
}

/// State of an `IncrementalNewlineDecoder`.
#[derive(Clone)]
pub(crate) struct Decoder {
    /// the decoder of the bytes, or None; EMPTY before `__init__`
    inner: Value,
    errors: Value,
    ends: Newlines,
}
impl Payload for Decoder {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.inner);
        f(self.errors);
    }
}
/// The declaration.
pub(crate) static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: &[getter(
        "newlines",
        |th, v| {
            let e = support::open::<Decoder>(th, v)?.ends;
            Ok(e.kinds(th))
        },
        "",
    )],
    doc: "Codec used when reading a file in universal newlines mode.\n\nIt wraps another incremental decoder, translating \\r\\n and \\r into \\n.\nIt also records the types of newlines encountered.  When used with\ntranslate=False, it ensures that the newline sequence is returned in\none piece. When used with decoder=None, it expects unicode strings as\ndecode input and translates newlines without first invoking an external\ndecoder.",
    ..TypeDef::new("_io.IncrementalNewlineDecoder", Kind::Payload, payload_size::<Decoder>())
};
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, /, *args, **kwargs",
        |th, a| {
            Ok(payload::new(
                th,
                a[0].as_gc(),
                Decoder {
                    inner: Value::EMPTY,
                    errors: Value::NONE,
                    ends: Newlines::default(),
                },
            )
            .value())
        },
        "",
    ),
    def(
        "__init__",
        "self, decoder, translate, errors='strict'",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("decode", "self, input, final=False", decode, ""),
    def("getstate", "self, /", getstate, ""),
    def("setstate", "self, state, /", setstate, ""),
    def("reset", "self, /", reset, ""),
];
fn init(th: &mut Thread, a: &[Value]) -> R {
    let translate = th.truth(a[2])?;
    let errors = if a[3].is_empty() { th.new_str("strict") } else { a[3] };
    *support::open::<Decoder>(th, a[0])? = Decoder {
        inner: a[1],
        errors,
        ends: Newlines::new(translate),
    };
    Ok(Value::NONE)
}
fn state(th: &mut Thread, v: Value) -> R<&'static mut Decoder> {
    let s = support::open::<Decoder>(th, v)?;
    if s.inner.is_empty() {
        Err(th.value_error("IncrementalNewlineDecoder.__init__() not called"))
    } else {
        Ok(s)
    }
}
fn decode(th: &mut Thread, a: &[Value]) -> R {
    let last = super::flag_arg(th, a[2], false)?;
    let inner = state(th, a[0])?.inner;
    let text = if inner.is_none() {
        a[1]
    } else {
        call_method(th, inner, "decode", &[a[1], Value::bool(last)])?
    };
    let Some(s) = text.cast::<Str>() else {
        let name = th.class_of(text).name_str();
        return Err(th.type_error(&format!("decoder should return a string result, not '{name}'")));
    };
    let d = state(th, a[0])?;
    let r = d.ends.decode(th, s, last);
    if th.class_of(r) == vasuki_vm::context::ctx().types.str {
        Ok(r)
    } else {
        Ok(from_chars(th, s.chars()).value())
    }
}
fn getstate(th: &mut Thread, a: &[Value]) -> R {
    let inner = state(th, a[0])?.inner;
    let (buffer, flag) = if inner.is_none() {
        (th.new_bytes(&[]), 0)
    } else {
        let r = call_method(th, inner, "getstate", &[])?;
        match r.cast::<Tuple>().map(|t| t.items()) {
            Some([b, f]) => (*b, th.to_i64(*f)?),
            _ => return Err(th.type_error("illegal decoder state")),
        }
    };
    let held = state(th, a[0])?.ends.held;
    let flag = th.new_int(flag << 1 | held as i64);
    Ok(th.new_tuple(&[buffer, flag]))
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let Some(t) = a[1].cast::<Tuple>() else {
        return Err(th.type_error("state argument must be a tuple"));
    };
    let [buffer, flag] = t.items() else {
        return Err(th.type_error("setstate(): illegal state argument"));
    };
    let flag = th.to_i64(*flag)?;
    let s = state(th, a[0])?;
    s.ends.held = flag & 1 == 1;
    let inner = s.inner;
    if inner.is_none() {
        return Ok(Value::NONE);
    }
    let flag = th.new_int(flag >> 1);
    let new = th.new_tuple(&[*buffer, flag]);
    call_method(th, inner, "setstate", &[new])
}
fn reset(th: &mut Thread, a: &[Value]) -> R {
    let s = state(th, a[0])?;
    s.ends.reset();
    let inner = s.inner;
    if inner.is_none() {
        Ok(Value::NONE)
    } else {
        call_method(th, inner, "reset", &[])
    }
}
