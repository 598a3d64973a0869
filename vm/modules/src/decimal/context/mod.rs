//! The state of a `Context`, as slots, and what every operation does with it: read settings, report conditions.

mod class;
mod methods;
pub(super) mod signal_dict;

use super::number::{Num, Round, Settings, cond};
use super::{object, signals};
use crate::support::{ClassCell, class};
use vasuki_vm::object::Gc;
use vasuki_vm::state;
use vasuki_vm::state::State;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::int;
use vasuki_vm::value::Value;

state! {
    /// A context. Numbers are ints; `round` is an index of [`Round::ALL`]; `traps` and `status` are sets of signals.
    Context {
        prec,
        emax,
        emin,
        round,
        clamp,
        capitals,
        traps,
        status,
        /// what `flags` gives; EMPTY until it is asked for
        flags_view,
        /// what `traps` gives; EMPTY until it is asked for
        traps_view,
    }
}

/// A context as operations use it: its settings as they were when it was read.
#[derive(Clone, Copy)]
pub(super) struct Env {
    /// the context
    pub(super) context: State<Context>,
    /// its numbers
    pub(super) s: Settings,
    /// signals that raise
    pub(super) traps: u32,
    /// exponents are written with a capital letter
    pub(super) capitals: bool,
}

#[inline(always)]
fn number(v: Value) -> i64 {
    if v.is_small() { v.as_small() } else { int::to_i64(v).unwrap_or(0) }
}
impl Env {
    /// Reads a context.
    #[inline]
    pub(super) fn of(th: &mut Thread, context: State<Context>) -> R<Env> {
        let (s, traps, capitals) = context.read(th, |c| {
            let s = Settings {
                prec: number(c.prec.get()),
                emax: number(c.emax.get()),
                emin: number(c.emin.get()),
                round: Round::ALL[c.round.get().as_small() as usize & 7],
                clamp: c.clamp.get() != Value::small(0),
            };
            (s, c.traps.get().as_small() as u32, c.capitals.get() != Value::small(0))
        })?;
        Ok(Env {
            context,
            s,
            traps,
            capitals,
        })
    }
    /// Reports conditions: sets flags, and raises what is trapped.
    #[inline]
    pub(super) fn report(&self, th: &mut Thread, conditions: u32) -> R<()> {
        if conditions == 0 {
            return Ok(());
        }
        self.report_some(th, conditions)
    }
    #[inline(never)]
    fn report_some(&self, th: &mut Thread, conditions: u32) -> R<()> {
        if conditions & cond::MEMORY != 0 {
            return Err(th.memory_error());
        }
        self.flag(th, conditions)?;
        if cond::signals(conditions) & self.traps != 0 {
            return Err(signals::raise(th, conditions, self.traps));
        }
        Ok(())
    }
    /// Sets flags. One that is set is not written again, so that threads that share a context do not conflict.
    pub(super) fn flag(&self, th: &mut Thread, conditions: u32) -> R<()> {
        let new = i64::from(cond::signals(conditions));
        let old = self.context.read(th, |c| c.status.get().as_small())?;
        if old | new != old {
            let slot = &self.context.fixed().status;
            self.context.put(th, slot, Value::small(old | new))?;
        }
        Ok(())
    }
    /// A result: reports its conditions and makes it an object.
    #[inline]
    pub(super) fn done(&self, th: &mut Thread, n: Num, conditions: u32) -> R {
        self.report(th, conditions)?;
        object::new(th, n)
    }
    /// The result of an operation.
    #[inline]
    pub(super) fn run(&self, th: &mut Thread, f: impl FnOnce(&Settings, &mut u32) -> Num) -> R {
        let mut st = 0;
        let n = f(&self.s, &mut st);
        self.done(th, n, st)
    }
}

/// The class `Context`.
pub(super) fn context_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    class(th, &C, &class::CONTEXT)
}
pub(super) use class::{copy_of, rounding, set_keywords};

/// The settings of a new context, its traps and flags.
pub(super) struct Template {
    /// numbers
    pub(super) s: Settings,
    /// exponents are written with a capital letter
    pub(super) capitals: bool,
    /// signals that raise
    pub(super) traps: u32,
    /// signals that have been reported
    pub(super) status: u32,
}
/// The traps of the default context.
const ERRORS: u32 = cond::INVALID_OPERATION | cond::DIVISION_BY_ZERO | cond::OVERFLOW;
const DEFAULT: Settings = Settings {
    prec: 28,
    emax: 999_999,
    emin: -999_999,
    round: Round::HalfEven,
    clamp: false,
};
impl Template {
    /// Of `DefaultContext`.
    pub(super) const DEFAULT: Template = Template {
        s: DEFAULT,
        capitals: true,
        traps: ERRORS,
        status: 0,
    };
    /// Of `BasicContext`.
    pub(super) const BASIC: Template = Template {
        s: Settings {
            prec: 9,
            round: Round::HalfUp,
            ..DEFAULT
        },
        traps: ERRORS | cond::CLAMPED | cond::UNDERFLOW,
        ..Template::DEFAULT
    };
    /// Of `ExtendedContext`.
    pub(super) const EXTENDED: Template = Template {
        s: Settings { prec: 9, ..DEFAULT },
        traps: 0,
        ..Template::DEFAULT
    };
    /// A context like this, of a class.
    pub(super) fn make(&self, th: &mut Thread, class: Value) -> Value {
        let (prec, emax, emin) = (th.new_int(self.s.prec), th.new_int(self.s.emax), th.new_int(self.s.emin));
        let fields = [
            prec,
            emax,
            emin,
            Value::small(self.s.round as i64),
            Value::small(self.s.clamp.into()),
            Value::small(self.capitals.into()),
            Value::small(self.traps.into()),
            Value::small(self.status.into()),
            Value::EMPTY,
            Value::EMPTY,
        ];
        Context::make(th, class, fields)
    }
    /// What a context is now.
    pub(super) fn of(th: &mut Thread, context: State<Context>) -> R<Template> {
        let env = Env::of(th, context)?;
        Ok(Template {
            s: env.s,
            capitals: env.capitals,
            traps: env.traps,
            status: context.read(th, |c| c.status.get().as_small() as u32)?,
        })
    }
}
