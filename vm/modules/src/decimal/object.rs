//! The state of a `Decimal`: immutable.

use super::number::{Coef, Kind, Num, Short};
use crate::support::{ClassCell, class};
use std::borrow::Cow;
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::value::Value;

/// A number whose coefficient fits in two words: most decimals need no drop.
#[derive(Clone)]
pub(super) struct Dec {
    words: [u64; 2],
    exp: i64,
    kind: Kind,
    neg: bool,
    /// as large as [`LongDec`]: the class has one layout
    _room: u64,
}
impl Payload for Dec {
    const NEEDS_DROP: bool = false;
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
/// A number with a longer coefficient.
#[derive(Clone)]
struct LongDec {
    limbs: Vec<u64>,
    exp: i64,
    kind: Kind,
    neg: bool,
}
impl Payload for LongDec {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
const _: () = assert!(payload_size::<Dec>() == payload_size::<LongDec>());

impl Dec {
    #[inline]
    fn num(&self) -> Num {
        Num {
            neg: self.neg,
            kind: self.kind,
            exp: self.exp,
            coef: Coef::Small(self.coef()),
        }
    }
    #[inline(always)]
    fn coef(&self) -> u128 {
        u128::from(self.words[1]) << 64 | u128::from(self.words[0])
    }
}
impl LongDec {
    fn num(&'static self) -> Num {
        Num {
            neg: self.neg,
            kind: self.kind,
            exp: self.exp,
            coef: Coef::Big(Cow::Borrowed(&self.limbs)),
        }
    }
}
/// The number of a value that is a `Decimal`.
#[inline]
pub(super) fn num(v: Value) -> Option<Num> {
    match payload::downcast::<Dec>(v) {
        Some(d) => Some(d.frozen().num()),
        None => payload::downcast::<LongDec>(v).map(|d| d.frozen().num()),
    }
}
/// Is it a `Decimal`?
#[inline]
pub(super) fn is_decimal(v: Value) -> bool {
    payload::downcast::<Dec>(v).is_some() || payload::downcast::<LongDec>(v).is_some()
}
/// A new object of `Decimal` or a subclass.
#[inline]
pub(super) fn new_of(th: &mut Thread, class: Gc<Class>, n: Num) -> R {
    let Num { neg, kind, exp, coef } = n;
    let words = match coef {
        Coef::Small(n) => [n as u64, (n >> 64) as u64],
        Coef::Big(v) => {
            let limbs = v.into_owned();
            let d = LongDec { limbs, exp, kind, neg };
            return Ok(payload::new(th, class, d).value());
        }
    };
    let d = Dec {
        words,
        exp,
        kind,
        neg,
        _room: 0,
    };
    Ok(payload::new(th, class, d).value())
}
/// A new `Decimal` of a finite number with a short coefficient.
#[inline]
pub(super) fn new_short(th: &mut Thread, n: Short) -> R {
    let words = [n.coef as u64, (n.coef >> 64) as u64];
    let d = Dec {
        words,
        exp: n.exp,
        kind: Kind::Finite,
        neg: n.neg,
        _room: 0,
    };
    let class = decimal_class(th)?;
    Ok(payload::new(th, class, d).value())
}
/// The number of a decimal or an int, if it is short.
#[inline(always)]
pub(super) fn short(v: Value) -> Option<Short> {
    if v.is_small() {
        let n = v.as_small();
        return Some(Short {
            neg: n < 0,
            coef: n.unsigned_abs().into(),
            exp: 0,
        });
    }
    let d = payload::downcast::<Dec>(v)?.frozen();
    if d.kind != Kind::Finite {
        return None;
    }
    Some(Short {
        neg: d.neg,
        coef: d.coef(),
        exp: d.exp,
    })
}
/// The class `Decimal`.
pub(super) static CLASS: ClassCell = ClassCell::new();
/// The class `Decimal`.
#[inline]
pub(super) fn decimal_class(th: &mut Thread) -> R<Gc<Class>> {
    class(th, &CLASS, &super::decimal_type::DECIMAL)
}
/// A new `Decimal`.
#[inline]
pub(super) fn new(th: &mut Thread, n: Num) -> R {
    let c = decimal_class(th)?;
    new_of(th, c, n)
}
