//! Hash objects: what `_md5`, `_sha1`, `_sha2` and `_sha3` share.

use crate::keccak::Sponge;
use crate::support::{given, native, open};
use md5::Md5;
use sha1::Sha1;
use sha2::digest::Digest;
use sha2::{Sha224, Sha256, Sha384, Sha512};
use std::borrow::Cow;
use vasuki_vm::native::{GetSetDef, NativeDef, def, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol::bytes_like;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::{self, Payload};
use vasuki_vm::value::Value;

/// State of an algorithm.
#[derive(Clone)]
pub(crate) enum State {
    Md5(Md5),
    Sha1(Sha1),
    Sha224(Sha224),
    Sha256(Sha256),
    Sha384(Sha384),
    Sha512(Sha512),
    /// sponge, bytes of the digest; 0: SHAKE, which is asked for a length
    Sha3(Sponge, usize),
}
/// A hash object.
#[derive(Clone)]
pub(crate) struct Hash {
    state: State,
    name: &'static str,
}
impl Payload for Hash {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
macro_rules! each {
    ($s:expr, $h:ident => $e:expr, $p:ident, $n:ident => $k:expr) => {
        match $s {
            State::Md5($h) => $e,
            State::Sha1($h) => $e,
            State::Sha224($h) => $e,
            State::Sha256($h) => $e,
            State::Sha384($h) => $e,
            State::Sha512($h) => $e,
            State::Sha3($p, $n) => $k,
        }
    };
}
impl State {
    /// The empty state of an algorithm.
    pub fn new(name: &'static str) -> State {
        match name {
            "md5" => State::Md5(Md5::new()),
            "sha1" => State::Sha1(Sha1::new()),
            "sha224" => State::Sha224(Sha224::new()),
            "sha256" => State::Sha256(Sha256::new()),
            "sha384" => State::Sha384(Sha384::new()),
            "sha512" => State::Sha512(Sha512::new()),
            "sha3_224" => State::Sha3(Sponge::new(144, 6), 28),
            "sha3_256" => State::Sha3(Sponge::new(136, 6), 32),
            "sha3_384" => State::Sha3(Sponge::new(104, 6), 48),
            "sha3_512" => State::Sha3(Sponge::new(72, 6), 64),
            "shake_128" => State::Sha3(Sponge::new(168, 0x1F), 0),
            _ => State::Sha3(Sponge::new(136, 0x1F), 0),
        }
    }
    fn update(&mut self, data: &[u8]) {
        each!(self, h => h.update(data), s, _n => s.update(data))
    }
    fn digest(&self) -> Vec<u8> {
        each!(self, h => h.clone().finalize().to_vec(), s, n => s.digest(*n))
    }
    fn block_size(&self) -> usize {
        match self {
            State::Sha384(_) | State::Sha512(_) => 128,
            State::Sha3(s, _) => s.rate,
            _ => 64,
        }
    }
    fn digest_size(&self) -> usize {
        match self {
            State::Md5(_) => 16,
            State::Sha1(_) => 20,
            State::Sha224(_) => 28,
            State::Sha256(_) => 32,
            State::Sha384(_) => 48,
            State::Sha512(_) => 64,
            State::Sha3(_, n) => *n,
        }
    }
}
/// The data argument of a hash function.
pub(crate) fn data_arg(th: &mut Thread, v: Value) -> R<Cow<'static, [u8]>> {
    if v.is_kind(Kind::Str) {
        return Err(th.type_error("Strings must be encoded before hashing"));
    }
    match bytes_like(th, v)? {
        Some(b) => Ok(b),
        None => Err(th.type_error("object supporting the buffer API required")),
    }
}
/// The data to start with: `data` or the old name `string`.
pub(crate) fn first_data(th: &mut Thread, data: Value, string: Value) -> R<Cow<'static, [u8]>> {
    match (given(data), given(string).filter(|s| !s.is_none())) {
        (Some(_), Some(_)) => Err(th.type_error(
            "'data' and 'string' are mutually exclusive and support for 'string' keyword parameter is slated for removal in a future version.",
        )),
        (Some(d), None) | (None, Some(d)) => data_arg(th, d),
        (None, None) => Ok(Cow::Borrowed(&[])),
    }
}
/// A new hash object; arguments are data, usedforsecurity, string.
pub(crate) fn make(th: &mut Thread, class: Gc<Class>, name: &'static str, a: &[Value]) -> R {
    let data = first_data(th, a[0], a[2])?;
    if let Some(v) = given(a[1]) {
        th.truth(v)?;
    }
    let mut state = State::new(name);
    state.update(&data);
    Ok(payload::new(th, class, Hash { state, name }).value())
}
pub(crate) const SIGNATURE: &str = "data=b'', *, usedforsecurity=True, string=None";

pub(crate) fn update(th: &mut Thread, a: &[Value]) -> R {
    let data = data_arg(th, a[1])?;
    open::<Hash>(th, a[0])?.state.update(&data);
    Ok(Value::NONE)
}
pub(crate) fn digest(th: &mut Thread, a: &[Value]) -> R {
    let d = open::<Hash>(th, a[0])?.state.digest();
    Ok(th.new_bytes(&d))
}
/// The text of a digest.
pub(crate) fn hex(th: &mut Thread, d: &[u8]) -> Value {
    let text: String = d
        .iter()
        .flat_map(|b| [b >> 4, b & 15])
        .filter_map(|n| char::from_digit(n as u32, 16))
        .collect();
    th.new_str(&text)
}
pub(crate) fn hexdigest(th: &mut Thread, a: &[Value]) -> R {
    let d = open::<Hash>(th, a[0])?.state.digest();
    Ok(hex(th, &d))
}
pub(crate) fn copy(th: &mut Thread, a: &[Value]) -> R {
    let h = open::<Hash>(th, a[0])?.clone();
    let class = th.class_of(a[0]);
    Ok(payload::new(th, class, h).value())
}
fn shake(th: &mut Thread, a: &[Value]) -> R<Vec<u8>> {
    native::<Hash>(th, a[0])?;
    let n = th.to_isize(a[1])?;
    if n < 0 {
        return Err(th.value_error("value must be positive"));
    }
    if n >= 1 << 29 {
        return Err(th.value_error("length is too large"));
    }
    match &open::<Hash>(th, a[0])?.state {
        State::Sha3(s, _) => Ok(s.digest(n as usize)),
        other => Ok(other.digest()),
    }
}
pub(crate) fn shake_digest(th: &mut Thread, a: &[Value]) -> R {
    let d = shake(th, a)?;
    Ok(th.new_bytes(&d))
}
pub(crate) fn shake_hexdigest(th: &mut Thread, a: &[Value]) -> R {
    let d = shake(th, a)?;
    Ok(hex(th, &d))
}
pub(crate) static METHODS: &[NativeDef] = &[
    def("copy", "self, /", copy, "Return a copy of the hash object."),
    def("digest", "self, /", digest, "Return the digest value as a bytes object."),
    def(
        "hexdigest",
        "self, /",
        hexdigest,
        "Return the digest value as a string of hexadecimal digits.",
    ),
    def(
        "update",
        "self, data, /",
        update,
        "Update this hash object's state with the provided string.",
    ),
];
macro_rules! common {
    ($($more:expr),* $(,)?) => {
        &[
            getter("block_size", |th, v| Ok(Value::small(open::<Hash>(th, v)?.state.block_size() as i64)), ""),
            getter("digest_size", |th, v| Ok(Value::small(open::<Hash>(th, v)?.state.digest_size() as i64)), ""),
            getter("name", |th, v| { let n = open::<Hash>(th, v)?.name; Ok(th.new_str(n)) }, ""),
            $($more),*
        ]
    };
}
pub(crate) static GETSETS: &[GetSetDef] = common![];
fn sponge(th: &mut Thread, v: Value) -> R<(i64, u8)> {
    match &open::<Hash>(th, v)?.state {
        State::Sha3(s, _) => Ok((s.rate as i64 * 8, s.suffix)),
        _ => Ok((0, 0)),
    }
}
pub(crate) static SHA3_GETSETS: &[GetSetDef] = common![
    getter("_capacity_bits", |th, v| Ok(Value::small(1600 - sponge(th, v)?.0)), ""),
    getter("_rate_bits", |th, v| Ok(Value::small(sponge(th, v)?.0)), ""),
    getter(
        "_suffix",
        |th, v| {
            let s = sponge(th, v)?.1;
            Ok(th.new_bytes(&[s]))
        },
        ""
    ),
];
