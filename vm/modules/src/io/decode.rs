//! Incremental decoders and encoders of text streams: native for UTF-8, ASCII and Latin-1, any other from the registry.

use super::newline::Newlines;
use crate::support::{attr, call_method};
use vasuki_vm::codecs::{self, Codec, Errors, registry};
use vasuki_vm::context::ctx;
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol;
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

/// Where the bytes become text.
#[derive(Clone, Copy)]
enum Source {
    /// with the start of a character that is not complete
    Utf8([u8; 4], u8),
    Ascii,
    Latin1,
    Python(Value),
}
/// A decoder; one copy of it is one state, unless it is a Python object.
#[derive(Clone)]
pub(crate) struct Decoder {
    source: Source,
    errors: Errors,
    pub ends: Option<Newlines>,
}
/// An encoder.
#[derive(Clone)]
pub(crate) enum Encoder {
    Native(Codec, Errors),
    Python(Value),
}

/// The native codec of a name, if it has no state to speak of.
fn native(name: &str) -> Option<Codec> {
    codecs::builtin(name).filter(|c| matches!(c, Codec::Utf8 | Codec::Ascii | Codec::Latin1))
}
/// LookupError unless the name is that of a text encoding.
pub(crate) fn check_encoding(th: &mut Thread, name: &str) -> R<()> {
    if native(name).is_some() {
        return Ok(());
    }
    let info = registry::lookup(th, name)?;
    let flag = th.intern("_is_text_encoding");
    if let Some(v) = th.getattr_opt(info, flag)?
        && !th.truth(v)?
    {
        let text = format!("'{name}' is not a text encoding; use codecs.open() to handle arbitrary codecs");
        return Err(th.error(ctx().types.LookupError, &text));
    }
    Ok(())
}
fn incremental(th: &mut Thread, name: &str, errors: Value, which: &str) -> R {
    let info = registry::lookup(th, name)?;
    let class = attr(th, info, which)?;
    if class.is_none() {
        return Err(th.error(ctx().types.LookupError, &format!("codec '{name}' has no incremental codec")));
    }
    th.call(class, &[errors])
}

impl Decoder {
    /// A decoder of an encoding that has been checked.
    pub fn new(th: &mut Thread, name: &str, errors: Value, ends: Option<Newlines>) -> R<Decoder> {
        let source = match native(name) {
            Some(Codec::Utf8) => Source::Utf8([0; 4], 0),
            Some(Codec::Ascii) => Source::Ascii,
            Some(_) => Source::Latin1,
            None => Source::Python(incremental(th, name, errors, "incrementaldecoder")?),
        };
        Ok(Decoder {
            source,
            errors: Errors::of(errors),
            ends,
        })
    }
    /// Calls `f` with every value inside.
    pub fn trace(&self, f: &mut dyn FnMut(Value)) {
        if let Source::Python(v) = self.source {
            f(v);
        }
    }
    /// The text of the next bytes (a bytes-like value).
    pub fn decode(&mut self, th: &mut Thread, data: Value, last: bool) -> R<Gc<Str>> {
        if let Source::Python(d) = self.source {
            let text = call_method(th, d, "decode", &[data, Value::bool(last)])?;
            return self.ended(th, text, last);
        }
        let bytes = buffer_protocol::bytes_arg(th, data)?;
        self.decode_slice(th, &bytes, last)
    }
    /// The text of the next bytes.
    pub fn decode_slice(&mut self, th: &mut Thread, bytes: &[u8], last: bool) -> R<Gc<Str>> {
        let text = match self.source {
            Source::Python(_) => {
                let data = th.new_bytes(bytes);
                return self.decode(th, data, last);
            }
            Source::Ascii => codecs::decode(th, Codec::Ascii, bytes, &self.errors, last)?.0,
            Source::Latin1 => codecs::decode(th, Codec::Latin1, bytes, &self.errors, last)?.0,
            Source::Utf8(start, n) => {
                let joined;
                let input = if n == 0 {
                    bytes
                } else {
                    joined = [&start[..n as usize], bytes].concat();
                    &joined[..]
                };
                let (text, used) = codecs::decode(th, Codec::Utf8, input, &self.errors, last)?;
                let rest = &input[used..];
                let mut start = [0; 4];
                let n = rest.len().min(4);
                start[..n].copy_from_slice(&rest[..n]);
                self.source = Source::Utf8(start, n as u8);
                text
            }
        };
        self.ended(th, text, last)
    }
    fn ended(&mut self, th: &mut Thread, text: Value, last: bool) -> R<Gc<Str>> {
        let Some(s) = text.cast::<Str>() else {
            let name = th.class_of(text).name_str();
            return Err(th.type_error(&format!("decoder should return a string result, not '{name}'")));
        };
        match &mut self.ends {
            Some(e) => Ok(e.decode(th, s, last).as_gc()),
            None => Ok(s),
        }
    }
    /// Bytes not yet decoded, and flags.
    pub fn getstate(&self, th: &mut Thread) -> R<(Value, i64)> {
        let (rest, flags) = match self.source {
            Source::Python(d) => {
                let r = call_method(th, d, "getstate", &[])?;
                let Some([rest, flags]) = r.cast::<Tuple>().map(|t| t.items()) else {
                    return Err(th.type_error("illegal decoder state"));
                };
                if rest.cast::<Bytes>().is_none() {
                    let name = th.class_of(*rest).name_str();
                    return Err(th.type_error(&format!(
                        "illegal decoder state: the first item should be a bytes object, not '{name}'"
                    )));
                }
                (*rest, th.to_i64(*flags)?)
            }
            Source::Utf8(start, n) => (th.new_bytes(&start[..n as usize]), 0),
            _ => (th.new_bytes(&[]), 0),
        };
        Ok((
            rest,
            match &self.ends {
                Some(e) => flags << 1 | e.held as i64,
                None => flags,
            },
        ))
    }
    /// Puts a state back.
    pub fn setstate(&mut self, th: &mut Thread, rest: Value, flags: i64) -> R<()> {
        let mut flags = flags;
        if let Some(e) = &mut self.ends {
            e.held = flags & 1 == 1;
            flags >>= 1;
        }
        match &mut self.source {
            Source::Python(d) => {
                let flags = th.new_int(flags);
                let state = th.new_tuple(&[rest, flags]);
                call_method(th, *d, "setstate", &[state])?;
            }
            Source::Utf8(start, n) => {
                let b = codecs::bytes_of(rest);
                *n = b.len().min(4) as u8;
                start[..*n as usize].copy_from_slice(&b[..*n as usize]);
            }
            _ => {}
        }
        Ok(())
    }
    /// Back to the start.
    pub fn reset(&mut self, th: &mut Thread) -> R<()> {
        if let Some(e) = &mut self.ends {
            e.reset();
        }
        match &mut self.source {
            Source::Python(d) => call_method(th, *d, "reset", &[]).map(drop),
            Source::Utf8(_, n) => {
                *n = 0;
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
impl Encoder {
    /// An encoder of an encoding that has been checked.
    pub fn new(th: &mut Thread, name: &str, errors: Value) -> R<Encoder> {
        Ok(match native(name) {
            Some(c) => Encoder::Native(c, Errors::of(errors)),
            None => Encoder::Python(incremental(th, name, errors, "incrementalencoder")?),
        })
    }
    /// Calls `f` with every value inside.
    pub fn trace(&self, f: &mut dyn FnMut(Value)) {
        if let Encoder::Python(v) = self {
            f(*v);
        }
    }
    /// Tells the encoder whether it is at the start of the stream (where a byte order mark goes).
    pub fn at_start(&self, th: &mut Thread, start: bool) -> R<()> {
        let Encoder::Python(e) = *self else { return Ok(()) };
        if start {
            call_method(th, e, "reset", &[])?
        } else {
            call_method(th, e, "setstate", &[Value::small(0)])?
        };
        Ok(())
    }
    /// Has it a state that depends on where the stream is?
    pub fn has_state(&self) -> bool {
        matches!(self, Encoder::Python(_))
    }
    /// The bytes of a text.
    pub fn encode(&self, th: &mut Thread, s: Gc<Str>) -> R<Vec<u8>> {
        match self {
            Encoder::Native(c, errors) => codecs::encode(th, *c, s, errors),
            Encoder::Python(e) => {
                let r = call_method(th, *e, "encode", &[s.value()])?;
                match r.cast::<Bytes>() {
                    Some(b) => Ok(b.as_slice().to_vec()),
                    None => {
                        let name = th.class_of(r).name_str();
                        Err(th.type_error(&format!("encoder should return a bytes object, not '{name}'")))
                    }
                }
            }
        }
    }
}
