//! The module `_blake2`: BLAKE2b and BLAKE2s (RFC 7693) with all parameters of their parameter block.

use crate::hashes::{data_arg, first_data, hex};
use crate::support::{self, ClassCell, given, open, put};
use num_traits::ToPrimitive;
use vasuki_vm::native::{ModuleDef, TypeDef, def, def_static, getter};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol::bytes_arg;
use vasuki_vm::types::int;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_blake2",
    doc: "_blake2b provides BLAKE2b for hashlib\n",
    functions: &[],
    init,
};

const SIGMA: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];
/// Columns and diagonals of a round.
const STEPS: [[usize; 4]; 8] = [
    [0, 4, 8, 12],
    [1, 5, 9, 13],
    [2, 6, 10, 14],
    [3, 7, 11, 15],
    [0, 5, 10, 15],
    [1, 6, 11, 12],
    [2, 7, 8, 13],
    [3, 4, 9, 14],
];

macro_rules! core {
    ($name:ident, $word:ty, $bytes:literal, $rounds:literal, $rot:expr, $iv:expr) => {
        /// Chain value, bytes so far.
        #[derive(Clone)]
        struct $name {
            h: [$word; 8],
            count: u128,
        }
        impl $name {
            const IV: [$word; 8] = $iv;
            /// The state for a parameter block.
            fn new(block: &[u8]) -> $name {
                let mut h = Self::IV;
                for (w, b) in h.iter_mut().zip(block.as_chunks::<$bytes>().0) {
                    *w ^= <$word>::from_le_bytes(*b);
                }
                $name { h, count: 0 }
            }
            fn compress(&mut self, block: &[u8], len: usize, last: bool, last_node: bool) {
                self.count += len as u128;
                let mut m: [$word; 16] = [0; 16];
                for (w, b) in m.iter_mut().zip(block.as_chunks::<$bytes>().0) {
                    *w = <$word>::from_le_bytes(*b);
                }
                let mut v: [$word; 16] = [0; 16];
                v[..8].copy_from_slice(&self.h);
                v[8..].copy_from_slice(&Self::IV);
                v[12] ^= self.count as $word;
                v[13] ^= (self.count >> <$word>::BITS) as $word;
                if last {
                    v[14] = !v[14];
                    if last_node {
                        v[15] = !v[15];
                    }
                }
                const ROT: [u32; 4] = $rot;
                for round in 0..$rounds {
                    let s = &SIGMA[round % 10];
                    for (i, [a, b, c, d]) in STEPS.into_iter().enumerate() {
                        v[a] = v[a].wrapping_add(v[b]).wrapping_add(m[s[2 * i]]);
                        v[d] = (v[d] ^ v[a]).rotate_right(ROT[0]);
                        v[c] = v[c].wrapping_add(v[d]);
                        v[b] = (v[b] ^ v[c]).rotate_right(ROT[1]);
                        v[a] = v[a].wrapping_add(v[b]).wrapping_add(m[s[2 * i + 1]]);
                        v[d] = (v[d] ^ v[a]).rotate_right(ROT[2]);
                        v[c] = v[c].wrapping_add(v[d]);
                        v[b] = (v[b] ^ v[c]).rotate_right(ROT[3]);
                    }
                }
                for i in 0..8 {
                    self.h[i] ^= v[i] ^ v[i + 8];
                }
            }
            fn bytes(&self) -> Vec<u8> {
                self.h.iter().flat_map(|w| w.to_le_bytes()).collect()
            }
        }
    };
}
core!(
    B,
    u64,
    8,
    12,
    [32, 24, 16, 63],
    [
        0x6A09_E667_F3BC_C908,
        0xBB67_AE85_84CA_A73B,
        0x3C6E_F372_FE94_F82B,
        0xA54F_F53A_5F1D_36F1,
        0x510E_527F_ADE6_82D1,
        0x9B05_688C_2B3E_6C1F,
        0x1F83_D9AB_FB41_BD6B,
        0x5BE0_CD19_137E_2179,
    ]
);
core!(
    S,
    u32,
    4,
    10,
    [16, 12, 8, 7],
    [
        0x6A09_E667,
        0xBB67_AE85,
        0x3C6E_F372,
        0xA54F_F53A,
        0x510E_527F,
        0x9B05_688C,
        0x1F83_D9AB,
        0x5BE0_CD19,
    ]
);
#[derive(Clone)]
enum Core {
    B(B),
    S(S),
}
/// A hash object.
#[derive(Clone)]
struct Blake2 {
    core: Core,
    /// data that are not compressed yet: the last block is compressed differently
    pending: Vec<u8>,
    digest_size: usize,
    last_node: bool,
}
impl Payload for Blake2 {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
impl Blake2 {
    fn block_size(&self) -> usize {
        match self.core {
            Core::B(_) => 128,
            Core::S(_) => 64,
        }
    }
    fn compress(&mut self, block: &[u8], len: usize, last: bool) {
        let node = self.last_node;
        match &mut self.core {
            Core::B(c) => c.compress(block, len, last, node),
            Core::S(c) => c.compress(block, len, last, node),
        }
    }
    fn update(&mut self, mut data: &[u8]) {
        let size = self.block_size();
        while self.pending.len() + data.len() > size {
            if self.pending.is_empty() {
                self.compress(&data[..size], size, false);
                data = &data[size..];
            } else {
                let n = size - self.pending.len();
                let mut block = std::mem::take(&mut self.pending);
                block.extend_from_slice(&data[..n]);
                self.compress(&block, size, false);
                data = &data[n..];
            }
        }
        self.pending.extend_from_slice(data);
    }
    fn digest(&self) -> Vec<u8> {
        let mut c = self.clone();
        let mut block = std::mem::take(&mut c.pending);
        let len = block.len();
        block.resize(self.block_size(), 0);
        c.compress(&block, len, true);
        let mut out = match &c.core {
            Core::B(c) => c.bytes(),
            Core::S(c) => c.bytes(),
        };
        out.truncate(self.digest_size);
        out
    }
}

const NEW: &str = "cls, data=b'', *, digest_size=64, key=b'', salt=b'', person=b'', fanout=1, depth=1, leaf_size=0, node_offset=0, node_depth=0, inner_size=0, last_node=False, usedforsecurity=True, string=None";
macro_rules! class_def {
    ($name:ident, $type_name:literal, $big:literal, $short:literal) => {
        static $name: TypeDef = TypeDef {
            doc: "Return a new BLAKE2 hash object.",
            methods: &[
                def_static("__new__", NEW, |th, a| new(th, a, $big), ""),
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
                    "Update this hash object's state with the provided bytes-like object.",
                ),
            ],
            getsets: &[
                getter("name", |th, _| Ok(th.new_str($short)), ""),
                getter(
                    "block_size",
                    |th, v| Ok(Value::small(open::<Blake2>(th, v)?.block_size() as i64)),
                    "",
                ),
                getter(
                    "digest_size",
                    |th, v| Ok(Value::small(open::<Blake2>(th, v)?.digest_size as i64)),
                    "",
                ),
            ],
            ..TypeDef::new($type_name, Kind::Payload, payload_size::<Blake2>())
        };
    };
}
class_def!(BLAKE2B, "_blake2.blake2b", true, "blake2b");
class_def!(BLAKE2S, "_blake2.blake2s", false, "blake2s");

fn init(th: &mut Thread, m: Value) -> R<()> {
    static CB: ClassCell = ClassCell::new();
    static CS: ClassCell = ClassCell::new();
    for (name, cell, def, sizes) in [
        ("blake2b", &CB, &BLAKE2B, [16, 16, 64, 64]),
        ("blake2s", &CS, &BLAKE2S, [8, 8, 32, 32]),
    ] {
        let c = support::class(th, cell, def)?;
        for (key, n) in ["SALT_SIZE", "PERSON_SIZE", "MAX_KEY_SIZE", "MAX_DIGEST_SIZE"]
            .into_iter()
            .zip(sizes)
        {
            let k = th.intern(key);
            c.namespace().set_str(th, k, Value::small(n))?;
        }
        put(th, m, name, c.value())?;
    }
    put(th, m, "_GIL_MINSIZE", Value::small(2048))
}
fn small(th: &mut Thread, v: Value, default: i64, range: std::ops::RangeInclusive<i64>, text: &str) -> R<i64> {
    let n = match given(v) {
        None => default,
        Some(v) => th.to_i32(v)? as i64,
    };
    if range.contains(&n) { Ok(n) } else { Err(th.value_error(text)) }
}
fn unsigned(th: &mut Thread, v: Value, max: u64, text: &str) -> R<u64> {
    let Some(v) = given(v) else { return Ok(0) };
    let i = th.index(v)?;
    if int::sign(i) < 0 {
        return Err(th.value_error("value must be positive"));
    }
    match int::to_bigint(i).and_then(|b| b.to_u64()) {
        Some(n) if n <= max => Ok(n),
        _ => Err(th.overflow_error(text)),
    }
}
fn short_bytes(th: &mut Thread, v: Value, max: usize, what: &str) -> R<Vec<u8>> {
    let Some(v) = given(v) else { return Ok(Vec::new()) };
    let b = bytes_arg(th, v)?;
    if b.len() > max {
        return Err(th.value_error(&format!("maximum {what} length is {max} bytes")));
    }
    Ok(b.into_owned())
}
fn new(th: &mut Thread, a: &[Value], big: bool) -> R {
    let (max, extra) = if big { (64, 16) } else { (32, 8) };
    let data = first_data(th, a[1], a[14])?;
    let digest_size = match given(a[2]) {
        None => max as i64,
        Some(v) => th.to_i32(v)? as i64,
    };
    if !(1..=max as i64).contains(&digest_size) {
        let name = if big { "blake2b" } else { "blake2s" };
        return Err(th.value_error(&format!(
            "digest_size for {name} must be between 1 and {max} bytes, here it is {digest_size}"
        )));
    }
    let salt = short_bytes(th, a[4], extra, "salt")?;
    let person = short_bytes(th, a[5], extra, "person")?;
    let fanout = small(th, a[6], 1, 0..=255, "fanout must be between 0 and 255")?;
    let depth = small(th, a[7], 1, 1..=255, "depth must be between 1 and 255")?;
    let leaf_size = unsigned(th, a[8], u32::MAX as u64, "leaf_size is too large")?;
    let node_offset = unsigned(th, a[9], if big { u64::MAX } else { (1 << 48) - 1 }, "node_offset is too large")?;
    let node_depth = small(th, a[10], 0, 0..=255, "node_depth must be between 0 and 255")?;
    let inner_size = small(th, a[11], 0, 0..=max as i64, &format!("inner_size must be between 0 and is {max}"))?;
    let key = short_bytes(th, a[3], max, "key")?;
    let last_node = given(a[12]).map_or(Ok(false), |v| th.truth(v))?;
    let mut block = vec![digest_size as u8, key.len() as u8, fanout as u8, depth as u8];
    block.extend((leaf_size as u32).to_le_bytes());
    block.extend(&node_offset.to_le_bytes()[..if big { 8 } else { 6 }]);
    block.extend([node_depth as u8, inner_size as u8]);
    block.resize(block.len() + if big { 14 } else { 0 }, 0);
    for part in [salt, person] {
        let end = block.len() + extra;
        block.extend(part);
        block.resize(end, 0);
    }
    let core = if big { Core::B(B::new(&block)) } else { Core::S(S::new(&block)) };
    let mut h = Blake2 {
        core,
        pending: Vec::new(),
        digest_size: digest_size as usize,
        last_node,
    };
    if !key.is_empty() {
        let mut first = key;
        first.resize(h.block_size(), 0);
        h.update(&first);
    }
    h.update(&data);
    Ok(payload::new(th, a[0].as_gc(), h).value())
}
fn update(th: &mut Thread, a: &[Value]) -> R {
    let data = data_arg(th, a[1])?;
    open::<Blake2>(th, a[0])?.update(&data);
    Ok(Value::NONE)
}
fn digest(th: &mut Thread, a: &[Value]) -> R {
    let d = open::<Blake2>(th, a[0])?.digest();
    Ok(th.new_bytes(&d))
}
fn hexdigest(th: &mut Thread, a: &[Value]) -> R {
    let d = open::<Blake2>(th, a[0])?.digest();
    Ok(hex(th, &d))
}
fn copy(th: &mut Thread, a: &[Value]) -> R {
    let h = open::<Blake2>(th, a[0])?.clone();
    let class = th.class_of(a[0]);
    Ok(payload::new(th, class, h).value())
}

#[cfg(test)]
mod tests {
    use super::*;
    fn plain(big: bool) -> Blake2 {
        let n = if big { 64 } else { 32 };
        let mut block = vec![n as u8, 0, 1, 1];
        block.resize(n, 0);
        let core = if big { Core::B(B::new(&block)) } else { Core::S(S::new(&block)) };
        Blake2 {
            core,
            pending: Vec::new(),
            digest_size: n,
            last_node: false,
        }
    }
    #[test]
    fn digests_of_the_rfc() {
        let mut b = plain(true);
        b.update(b"abc");
        assert_eq!(b.digest()[..8], [0xBA, 0x80, 0xA5, 0x3F, 0x98, 0x1C, 0x4D, 0x0D]);
        let mut s = plain(false);
        s.update(b"abc");
        assert_eq!(s.digest()[..8], [0x50, 0x8C, 0x5E, 0x8C, 0x32, 0x7C, 0x14, 0xE2]);
        let (mut x, mut y) = (plain(true), plain(true));
        let data = vec![7; 1000];
        x.update(&data);
        data.chunks(33).for_each(|c| y.update(c));
        assert_eq!(x.digest(), y.digest());
    }
}
