//! The exceptions of the module, and how conditions become exceptions.

use super::number::cond;
use crate::support::{ClassCell, put};
use vasuki_vm::context::ctx;
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::type_;
use vasuki_vm::value::Value;

/// A signal or condition.
struct Entry {
    name: &'static str,
    bit: u32,
    class: ClassCell,
}
const fn entry(name: &'static str, bit: u32) -> Entry {
    let class = ClassCell::new();
    Entry { name, bit, class }
}
/// Signals, in the order of tables of them; their bits are in the same order.
static SIGNALS: [Entry; 9] = [
    entry("InvalidOperation", cond::INVALID_OPERATION),
    entry("FloatOperation", cond::FLOAT_OPERATION),
    entry("DivisionByZero", cond::DIVISION_BY_ZERO),
    entry("Overflow", cond::OVERFLOW),
    entry("Underflow", cond::UNDERFLOW),
    entry("Subnormal", cond::SUBNORMAL),
    entry("Inexact", cond::INEXACT),
    entry("Rounded", cond::ROUNDED),
    entry("Clamped", cond::CLAMPED),
];
/// Conditions that signal `InvalidOperation`.
static CONDITIONS: [Entry; 4] = [
    entry("ConversionSyntax", cond::CONVERSION_SYNTAX),
    entry("DivisionImpossible", cond::DIVISION_IMPOSSIBLE),
    entry("DivisionUndefined", cond::DIVISION_UNDEFINED),
    entry("InvalidContext", cond::INVALID_CONTEXT),
];
static DECIMAL_EXCEPTION: ClassCell = ClassCell::new();

/// Makes the classes and adds them to the module.
pub(super) fn init(th: &mut Thread, m: Value) -> R<()> {
    let t = &ctx().types;
    let base = class(th, &DECIMAL_EXCEPTION, "DecimalException", &[t.ArithmeticError])?;
    put(th, m, "DecimalException", base.value())?;
    // Bases come before what derives from them.
    for i in [0, 1, 2, 5, 6, 7, 8, 3, 4] {
        let of = |i: usize| SIGNALS[i].class.get().copied().unwrap_or(base);
        let bases: &[Gc<Class>] = match SIGNALS[i].bit {
            cond::FLOAT_OPERATION => &[base, t.TypeError],
            cond::DIVISION_BY_ZERO => &[base, t.ZeroDivisionError],
            cond::OVERFLOW => &[of(6), of(7)],
            cond::UNDERFLOW => &[of(6), of(7), of(5)],
            _ => &[base],
        };
        let c = class(th, &SIGNALS[i].class, SIGNALS[i].name, bases)?;
        put(th, m, SIGNALS[i].name, c.value())?;
    }
    let invalid = signal(0);
    for e in &CONDITIONS {
        let bases: &[Gc<Class>] = match e.bit {
            cond::DIVISION_UNDEFINED => &[invalid, t.ZeroDivisionError],
            _ => &[invalid],
        };
        let c = class(th, &e.class, e.name, bases)?;
        put(th, m, e.name, c.value())?;
    }
    Ok(())
}
fn class(th: &mut Thread, cell: &'static ClassCell, name: &str, bases: &[Gc<Class>]) -> R<Gc<Class>> {
    if let Some(c) = cell.get() {
        return Ok(*c);
    }
    let c = type_::new_exception_class(th, &format!("decimal.{name}"), bases, "")?;
    vasuki_vm::memory::keep(c.value());
    Ok(*cell.get_or_init(|| c))
}
/// The class of a signal by number.
pub(super) fn signal(i: usize) -> Gc<Class> {
    SIGNALS[i].class.get().copied().unwrap_or(ctx().types.ArithmeticError)
}
/// The number of a signal by class.
pub(super) fn index(v: Value) -> Option<usize> {
    SIGNALS.iter().position(|e| e.class.get().is_some_and(|c| c.value() == v))
}
/// The names of signals, as a context shows them.
pub(super) fn names(signals: u32) -> String {
    // In the order of the bits of the C library.
    let order = [8, 0, 2, 6, 1, 3, 7, 5, 4];
    let names: Vec<&str> = order.iter().filter(|i| signals >> **i & 1 == 1).map(|i| SIGNALS[*i].name).collect();
    names.join(", ")
}
/// The exception for conditions of which at least one is trapped.
#[cold]
pub(super) fn raise(th: &mut Thread, conditions: u32, traps: u32) -> Throw {
    let trapped = if traps & cond::INVALID_OPERATION != 0 {
        conditions & (traps | cond::ALL_INVALID)
    } else {
        conditions & traps & !cond::ALL_INVALID
    };
    match exception(th, trapped) {
        Ok(e) => th.raise(e),
        Err(t) => t,
    }
}
fn exception(th: &mut Thread, trapped: u32) -> R {
    let first = cond::signals(trapped).trailing_zeros() as usize;
    let mut list = ValueVec::new();
    for e in SIGNALS[..1].iter().chain(&CONDITIONS).chain(&SIGNALS[1..]) {
        if trapped & e.bit != 0
            && let Some(c) = e.class.get()
        {
            list.push(th, c.value())?;
        }
    }
    let list = th.new_list_vec(list);
    th.new_exception(signal(first), &[list])
}
