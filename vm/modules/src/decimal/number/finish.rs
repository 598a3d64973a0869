//! The last step of operations: a result is made to fit the context.

use super::limbs::Rest;
use super::{Coef, Kind, Num, Round, Settings, cond, too_long};

impl Round {
    /// Does the number before a cut move away from zero? `last` is its last digit.
    #[inline]
    pub(super) fn up(self, neg: bool, last: impl Fn() -> u64, rest: Rest) -> bool {
        if rest == Rest::Zero {
            return false;
        }
        match self {
            Round::Up => true,
            Round::Down => false,
            Round::Ceiling => !neg,
            Round::Floor => neg,
            Round::HalfUp => rest != Rest::Below,
            Round::HalfDown => rest == Rest::Above,
            Round::HalfEven => rest == Rest::Above || rest == Rest::Half && last() & 1 == 1,
            Round::ZeroFiveUp => matches!(last(), 0 | 5),
        }
    }
}
/// A coefficient without its last digits, rounded.
pub(super) fn rounded(coef: &Coef, drop: u64, neg: bool, round: Round, more: bool) -> (Coef, Rest) {
    let (q, rest) = coef.shift_right(drop);
    let rest = rest.and_more(more);
    let up = round.up(neg, || q.last_digit(), rest);
    (if up { q.add_small(1) } else { q }, rest)
}

impl Num {
    /// A NaN with no more diagnostic digits than fit.
    pub(super) fn finish_nan(self, s: &Settings) -> Num {
        let room = s.prec - i64::from(s.clamp);
        if self.digits() <= room {
            return self;
        }
        let coef = self.coef.low_digits(room as u64);
        Num { coef, ..self }
    }
    /// It as a result.
    #[inline]
    pub(crate) fn finish(self, s: &Settings, st: &mut u32) -> Num {
        // What fits without any change is the rule.
        if self.kind == Kind::Finite && self.exp <= s.etop() && self.exp >= s.etiny() {
            let digits = self.digits();
            if digits <= s.prec && self.exp + digits > s.emin && !self.coef.is_zero() {
                return self;
            }
        }
        self.fit(false, s, st)
    }
    /// It as a result; `more`: nonzero digits follow its last one.
    pub(super) fn finish_inexact(self, more: bool, s: &Settings, st: &mut u32) -> Num {
        self.fit(more, s, st)
    }
    fn fit(self, more: bool, s: &Settings, st: &mut u32) -> Num {
        match self.kind {
            Kind::Inf => return self,
            Kind::QNan | Kind::SNan => return self.finish_nan(s),
            Kind::Finite => {}
        }
        let top = if s.clamp { s.etop() } else { s.emax };
        let Num { neg, exp, coef, .. } = self;
        if coef.is_zero() && !more {
            let fits = exp.clamp(s.etiny(), top);
            if fits != exp {
                *st |= cond::CLAMPED;
            }
            return Num::zero(neg, fits);
        }
        let digits = coef.digits() as i64;
        let subnormal = exp + digits - 1 < s.emin;
        if subnormal {
            *st |= cond::SUBNORMAL;
        }
        let (mut coef, mut exp) = (coef, exp);
        let least = (exp + digits - s.prec).max(s.etiny());
        if exp < least || more {
            *st |= cond::ROUNDED;
            let drop = (least - exp).max(0) as u64;
            let (kept, rest) = rounded(&coef, drop, neg, s.round, more);
            exp = exp.max(least);
            coef = kept;
            if coef.digits() as i64 > s.prec {
                coef = coef.shift_right(1).0;
                exp += 1;
            }
            if rest != Rest::Zero {
                *st |= cond::INEXACT;
                if subnormal {
                    *st |= cond::UNDERFLOW;
                }
            }
            if coef.is_zero() {
                *st |= cond::CLAMPED;
                return Num::zero(neg, exp);
            }
        }
        let digits = coef.digits() as i64;
        if exp + digits - 1 > s.emax {
            return overflow(neg, s, st);
        }
        if s.clamp && exp > top {
            if too_long(digits + (exp - top), st) {
                return Num::nan();
            }
            *st |= cond::CLAMPED;
            coef = coef.shift_left((exp - top) as u64);
            exp = top;
        }
        Num::new(neg, coef, exp)
    }
}
/// The result of an operation that is too large.
pub(super) fn overflow(neg: bool, s: &Settings, st: &mut u32) -> Num {
    *st |= cond::OVERFLOW | cond::INEXACT | cond::ROUNDED;
    let largest = match s.round {
        Round::Down | Round::ZeroFiveUp => true,
        Round::Ceiling => neg,
        Round::Floor => !neg,
        _ => false,
    };
    if !largest {
        return Num::inf(neg);
    }
    if too_long(s.prec, st) {
        return Num::nan();
    }
    Num::new(neg, Coef::nines(s.prec as u64), s.etop())
}
