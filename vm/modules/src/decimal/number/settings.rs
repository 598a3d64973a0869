//! What arithmetic is told by a context, and what it reports: conditions.

/// Largest precision.
pub(crate) const MAX_PREC: i64 = 999_999_999_999_999_999;
/// Largest exponent.
pub(crate) const MAX_EMAX: i64 = MAX_PREC;
/// Least exponent of normal numbers.
pub(crate) const MIN_EMIN: i64 = -MAX_PREC;
/// Least exponent of a last digit.
pub(crate) const MIN_ETINY: i64 = MIN_EMIN - (MAX_PREC - 1);

/// Conditions: a bit each. The first nine are the signals, in the order of their table in Python.
pub(crate) mod cond {
    /// a condition of its own, and what all invalid operations signal
    pub(crate) const INVALID_OPERATION: u32 = 1;
    /// a float was mixed in
    pub(crate) const FLOAT_OPERATION: u32 = 1 << 1;
    /// a number was divided by zero
    pub(crate) const DIVISION_BY_ZERO: u32 = 1 << 2;
    /// too large
    pub(crate) const OVERFLOW: u32 = 1 << 3;
    /// subnormal and inexact
    pub(crate) const UNDERFLOW: u32 = 1 << 4;
    /// exponent below Emin before rounding
    pub(crate) const SUBNORMAL: u32 = 1 << 5;
    /// digits other than 0 were cut off
    pub(crate) const INEXACT: u32 = 1 << 6;
    /// digits were cut off
    pub(crate) const ROUNDED: u32 = 1 << 7;
    /// the exponent was changed to fit
    pub(crate) const CLAMPED: u32 = 1 << 8;
    /// not the text of a number
    pub(crate) const CONVERSION_SYNTAX: u32 = 1 << 9;
    /// the integer quotient has too many digits
    pub(crate) const DIVISION_IMPOSSIBLE: u32 = 1 << 10;
    /// 0 / 0
    pub(crate) const DIVISION_UNDEFINED: u32 = 1 << 11;
    /// the context does not allow the operation
    pub(crate) const INVALID_CONTEXT: u32 = 1 << 12;
    /// the result needs more memory than there is
    pub(crate) const MEMORY: u32 = 1 << 13;
    /// what the signal `InvalidOperation` stands for
    pub(crate) const ALL_INVALID: u32 = INVALID_OPERATION | CONVERSION_SYNTAX | DIVISION_IMPOSSIBLE | DIVISION_UNDEFINED | INVALID_CONTEXT;
    /// the signals
    pub(crate) const SIGNALS: u32 = (1 << 9) - 1;
    /// The signals of conditions.
    #[inline]
    pub(crate) fn signals(conditions: u32) -> u32 {
        let invalid = if conditions & ALL_INVALID != 0 { INVALID_OPERATION } else { 0 };
        conditions & SIGNALS | invalid
    }
}

/// A rounding mode.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Round {
    Up,
    Down,
    Ceiling,
    Floor,
    HalfUp,
    HalfDown,
    HalfEven,
    ZeroFiveUp,
}
impl Round {
    /// All, by number.
    pub(crate) const ALL: [Round; 8] = {
        use Round::*;
        [Up, Down, Ceiling, Floor, HalfUp, HalfDown, HalfEven, ZeroFiveUp]
    };
    /// Their names, by number.
    pub(crate) const NAMES: [&'static str; 8] = [
        "ROUND_UP",
        "ROUND_DOWN",
        "ROUND_CEILING",
        "ROUND_FLOOR",
        "ROUND_HALF_UP",
        "ROUND_HALF_DOWN",
        "ROUND_HALF_EVEN",
        "ROUND_05UP",
    ];
}

/// The numbers of a context.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Settings {
    /// digits of results
    pub(crate) prec: i64,
    /// largest exponent of a first digit
    pub(crate) emax: i64,
    /// least exponent of a first digit of normal numbers
    pub(crate) emin: i64,
    /// rounding mode
    pub(crate) round: Round,
    /// are exponents of last digits limited, as in formats of fixed size?
    pub(crate) clamp: bool,
}
impl Settings {
    /// The widest: nothing is rounded.
    pub(crate) const MAX: Settings = Settings {
        prec: MAX_PREC,
        emax: MAX_EMAX,
        emin: MIN_EMIN,
        round: Round::HalfEven,
        clamp: false,
    };
    /// Least exponent of a last digit.
    #[inline]
    pub(crate) fn etiny(&self) -> i64 {
        self.emin - (self.prec - 1)
    }
    /// Largest exponent of a last digit of a number of full precision.
    #[inline]
    pub(crate) fn etop(&self) -> i64 {
        self.emax - (self.prec - 1)
    }
    /// These with another rounding mode.
    pub(crate) fn rounding(self, round: Round) -> Settings {
        Settings { round, ..self }
    }
}
