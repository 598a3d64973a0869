//! The module `_csv`: readers and writers of comma-separated values.

mod dialect;
mod reader;
mod writer;

use crate::support::{self, ClassCell, put, put_ints};
use dialect::Dialect;
use std::sync::OnceLock;
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::class::Class;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::int;
use vasuki_vm::types::payload;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_csv",
    doc: "CSV parsing and writing.\n",
    functions: FUNCTIONS,
    init,
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "field_size_limit",
        "new_limit=<unrepresentable>",
        field_size_limit,
        "Sets an upper limit on parsed fields.\n\n    csv.field_size_limit([limit])\n\nReturns old limit. If limit is not given, no new limit is set and\nthe old limit is returned",
    ),
    def(
        "get_dialect",
        "name",
        |th, a| lookup(th, a[0]),
        "Return the dialect instance associated with name.",
    ),
    def(
        "list_dialects",
        "",
        |th, _| {
            let d = registry(th);
            let keys = d.snapshot(th)?.0;
            Ok(th.new_list_vec(keys))
        },
        "Return a list of all known dialect names.",
    ),
    def(
        "reader",
        "iterable, /, dialect='excel', **fmtparams",
        reader::new,
        "Return a reader object that will process lines from the given iterable.",
    ),
    def(
        "register_dialect",
        "name, /, dialect='excel', **fmtparams",
        register,
        "Create a mapping from a string name to a CVS dialect.",
    ),
    def(
        "unregister_dialect",
        "name",
        unregister,
        "Delete the name/dialect mapping associated with a string name.",
    ),
    def(
        "writer",
        "fileobj, /, dialect='excel', **fmtparams",
        writer::new,
        "Return a writer object that will write user data on the given file object.",
    ),
];
fn init(th: &mut Thread, m: Value) -> R<()> {
    put_ints(
        th,
        m,
        &[
            ("QUOTE_MINIMAL", 0),
            ("QUOTE_ALL", 1),
            ("QUOTE_NONNUMERIC", 2),
            ("QUOTE_NONE", 3),
            ("QUOTE_STRINGS", 4),
            ("QUOTE_NOTNULL", 5),
        ],
    )?;
    let v = th.new_str("1.0");
    put(th, m, "__version__", v)?;
    let d = registry(th);
    put(th, m, "_dialects", d.value())?;
    let c = dialect::class(th)?;
    put(th, m, "Dialect", c.value())?;
    let c = reader::class(th)?;
    put(th, m, "Reader", c.value())?;
    let c = writer::class(th)?;
    put(th, m, "Writer", c.value())?;
    let e = error_class(th)?;
    put(th, m, "Error", e.value())
}
fn error_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::exception(th, &C, "_csv.Error", ctx().types.Exception, "")
}
/// `_csv.Error`
fn error(th: &mut Thread, text: &str) -> Throw {
    match error_class(th) {
        Ok(c) => th.error(c, text),
        Err(t) => t,
    }
}
/// The registered dialects, by name.
fn registry(th: &mut Thread) -> Gc<Dict> {
    static D: OnceLock<Gc<Dict>> = OnceLock::new();
    match D.get() {
        Some(d) => *d,
        None => {
            let d = vasuki_vm::memory::keep(th.new_dict()).as_gc();
            *D.get_or_init(|| d)
        }
    }
}
/// The limit of a field's length.
fn limit(th: &mut Thread) -> R<usize> {
    let d = limits(th);
    let k = th.intern("limit");
    Ok(d.get_str(th, k)?.and_then(|v| v.to_small()).map_or(131072, |n| n as usize))
}
/// The limit lives in a dict, so that a change is part of its transaction.
fn limits(th: &mut Thread) -> Gc<Dict> {
    static D: OnceLock<Gc<Dict>> = OnceLock::new();
    match D.get() {
        Some(d) => *d,
        None => {
            let d = vasuki_vm::memory::keep(th.new_dict()).as_gc();
            *D.get_or_init(|| d)
        }
    }
}
fn field_size_limit(th: &mut Thread, a: &[Value]) -> R {
    let old = limit(th)?;
    if !a[0].is_empty() {
        if !int::is_int(a[0]) {
            return Err(th.type_error("limit must be an integer"));
        }
        let Some(n) = int::to_i64(a[0]) else {
            return Err(th.overflow_error("Python int too large to convert to C long"));
        };
        let d = limits(th);
        let k = th.intern("limit");
        let v = th.new_int(n.clamp(0, 1 << 47));
        d.set_str(th, k, v)?;
    }
    Ok(th.new_uint(old as u64))
}
fn lookup(th: &mut Thread, name: Value) -> R {
    let d = registry(th);
    match d.get(th, name)? {
        Some(v) => Ok(v),
        None => Err(error(th, "unknown dialect")),
    }
}
fn register(th: &mut Thread, a: &[Value]) -> R {
    if !a[0].is_kind(Kind::Str) {
        return Err(th.type_error("dialect name must be a string"));
    }
    let d = dialect::make(th, a[1], a[2])?;
    let all = registry(th);
    all.set(th, a[0], d)?;
    Ok(Value::NONE)
}
fn unregister(th: &mut Thread, a: &[Value]) -> R {
    let d = registry(th);
    match d.remove(th, a[0])? {
        Some(_) => Ok(Value::NONE),
        None => Err(error(th, "unknown dialect")),
    }
}
/// The settings of a dialect object.
fn settings(v: Value) -> Option<&'static Dialect> {
    payload::downcast::<Dialect>(v).map(|d| d.frozen())
}
