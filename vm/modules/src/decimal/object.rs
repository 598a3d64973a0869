//! The state of a `Decimal`: immutable.

use super::number::{Coef, Kind, Num, Short};
use crate::support::{ClassCell, class};
use std::sync::Arc;
use vasuki_vm::native::TypeDef;
use vasuki_vm::object::{self, Gc};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::value::Value;

/// A number. Short coefficients lie in the object; long ones are an object of their own, so that most decimals need no
/// drop.
#[derive(Clone)]
pub(super) struct Dec {
    words: [u64; 2],
    exp: i64,
    kind: Kind,
    neg: bool,
    long: bool,
    /// is it finite, with a coefficient of one word?
    short: bool,
}
impl Payload for Dec {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        if self.long {
            f(Value(self.words[0]));
        }
    }
}
/// A long coefficient.
#[derive(Clone)]
struct Digits(Arc<[u64]>);
impl Payload for Digits {
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
static DIGITS: TypeDef = TypeDef {
    base: false,
    weakrefs: false,
    ..TypeDef::new("decimal.digits", object::Kind::Payload, payload_size::<Digits>())
};

impl Dec {
    /// The number.
    #[inline]
    pub(super) fn num(&self) -> Num {
        let coef = if self.long {
            self.long_coef()
        } else {
            Coef::Small(u128::from(self.words[1]) << 64 | u128::from(self.words[0]))
        };
        Num {
            neg: self.neg,
            kind: self.kind,
            exp: self.exp,
            coef,
        }
    }
    #[inline(never)]
    fn long_coef(&self) -> Coef {
        match payload::downcast::<Digits>(Value(self.words[0])) {
            Some(d) => Coef::Big(d.frozen().0.clone()),
            None => Coef::ZERO,
        }
    }
}
/// The number of a value that is a `Decimal`.
#[inline]
pub(super) fn num(v: Value) -> Option<Num> {
    payload::downcast::<Dec>(v).map(|d| d.frozen().num())
}
/// Is it a `Decimal`?
#[inline]
pub(super) fn is_decimal(v: Value) -> bool {
    payload::downcast::<Dec>(v).is_some()
}
/// A new object of `Decimal` or a subclass.
#[inline]
pub(super) fn new_of(th: &mut Thread, class: Gc<Class>, n: Num) -> R {
    let Num { neg, kind, exp, coef } = n;
    let (words, long) = match coef {
        Coef::Small(n) => ([n as u64, (n >> 64) as u64], false),
        Coef::Big(v) => ([long_digits(th, v)?.0, 0], true),
    };
    let short = kind == Kind::Finite && words[1] == 0 && !long;
    let d = Dec {
        words,
        exp,
        kind,
        neg,
        long,
        short,
    };
    Ok(payload::new(th, class, d).value())
}
/// A new `Decimal` of a finite number with a short coefficient.
#[inline]
pub(super) fn new_short(th: &mut Thread, n: Short<u128>) -> R {
    let words = [n.coef as u64, (n.coef >> 64) as u64];
    let d = Dec {
        words,
        exp: n.exp,
        kind: Kind::Finite,
        neg: n.neg,
        long: false,
        short: words[1] == 0,
    };
    let class = decimal_class(th)?;
    Ok(payload::new(th, class, d).value())
}
/// The number of a decimal or an int, if it is short.
#[inline(always)]
pub(super) fn short(v: Value) -> Option<Short<u64>> {
    if v.is_small() {
        let n = v.as_small();
        return Some(Short {
            neg: n < 0,
            coef: n.unsigned_abs(),
            exp: 0,
        });
    }
    let d = payload::downcast::<Dec>(v)?.frozen();
    if !d.short {
        return None;
    }
    Some(Short {
        neg: d.neg,
        coef: d.words[0],
        exp: d.exp,
    })
}
#[inline(never)]
fn long_digits(th: &mut Thread, v: Arc<[u64]>) -> R {
    static C: ClassCell = ClassCell::new();
    let c = class(th, &C, &DIGITS)?;
    Ok(payload::new(th, c, Digits(v)).value())
}
/// The class `Decimal`.
pub(super) static CLASS: ClassCell = ClassCell::new();
/// The class `Decimal`.
#[inline]
pub(super) fn decimal_class(th: &mut Thread) -> R<Gc<Class>> {
    class(th, &CLASS, &super::decimal::DECIMAL)
}
/// A new `Decimal`.
#[inline]
pub(super) fn new(th: &mut Thread, n: Num) -> R {
    let c = decimal_class(th)?;
    new_of(th, c, n)
}
