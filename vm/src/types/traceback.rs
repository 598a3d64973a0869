//! `traceback`: one entry per frame that an exception passed.

use crate::attrs::{change, load};
use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getset, getter};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::types::exception::Exception;
use crate::value::Value;

/// Layout.
#[repr(C)]
pub struct Traceback {
    header: Header,
    /// traceback or EMPTY
    pub next: Slot,
    /// frame
    pub frame: Slot,
    /// int
    pub lineno: Slot,
    /// int
    pub lasti: Slot,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Traceback {
    const KIND: Kind = Kind::Traceback;
}
impl Gc<Traceback> {
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.next.get());
        f(self.frame.get());
    }
}
/// A new entry before `next` (EMPTY: the last).
pub fn new(th: &mut Thread, next: Value, frame: Value, lasti: i64, lineno: i64) -> Value {
    let t: Gc<Traceback> = th.new_object(ctx().types.traceback, 0);
    t.next.set_raw(next);
    t.frame.set_raw(frame);
    t.lasti.set_raw(Value::small(lasti));
    t.lineno.set_raw(Value::small(lineno));
    t.value()
}
/// Notes that an exception passes a frame.
pub fn add(th: &mut Thread, exc: Value, frame: Value, lasti: i64, lineno: i64) -> R<()> {
    let Some(e) = exc.cast::<Exception>() else { return Ok(()) };
    let next = e.field(th, &e.traceback)?;
    let t = new(th, next, frame, lasti, lineno);
    e.set(th, &e.traceback, t)
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Create a new traceback object.",
    ..TypeDef::new("traceback", Kind::Traceback, std::mem::size_of::<Traceback>())
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, tb_next, tb_frame, tb_lasti, tb_lineno", tb_new, ""),
    def("__dir__", "self, /", dir, ""),
];
static GETSETS: &[GetSetDef] = &[
    getset("tb_next", next, set_next, ""),
    getter("tb_frame", |_, v| Ok(v.as_gc::<Traceback>().frame.get()), ""),
    getter("tb_lineno", |_, v| Ok(v.as_gc::<Traceback>().lineno.get()), ""),
    getter("tb_lasti", |_, v| Ok(v.as_gc::<Traceback>().lasti.get()), ""),
];
fn dir(th: &mut Thread, _: &[Value]) -> R {
    let names = ["tb_frame", "tb_next", "tb_lasti", "tb_lineno"].map(|n| th.intern(n).value());
    th.new_list(&names)
}
fn tb_new(th: &mut Thread, a: &[Value]) -> R {
    let next = match a[1] {
        Value::NONE => Value::EMPTY,
        t if t.is_kind(Kind::Traceback) => t,
        t => {
            let text = format!("expected traceback object or None, got '{}'", class_of(t).name_str());
            return Err(th.type_error(&text));
        }
    };
    if !a[2].is_kind(Kind::Frame) {
        let text = format!("traceback() argument 'tb_frame' must be frame, not {}", class_of(a[2]).name_str());
        return Err(th.type_error(&text));
    }
    let (lasti, lineno) = (th.to_i32(a[3])?, th.to_i32(a[4])?);
    Ok(new(th, next, a[2], lasti as i64, lineno as i64))
}
fn next(th: &mut Thread, v: Value) -> R {
    let t = v.as_gc::<Traceback>();
    let n = load(th, t.header(), &t.next)?;
    Ok(if n.is_empty() { Value::NONE } else { n })
}
fn set_next(th: &mut Thread, v: Value, new: Value) -> R<()> {
    let t = v.as_gc::<Traceback>();
    if new.is_empty() {
        return Err(th.type_error("can't delete tb_next attribute"));
    }
    if new.is_none() {
        return change(th, t.header(), 4, &t.next, Value::EMPTY);
    }
    if !new.is_kind(Kind::Traceback) {
        let text = format!("expected traceback object or None, got '{}'", class_of(new).name_str());
        return Err(th.type_error(&text));
    }
    let mut at = Some(new.as_gc::<Traceback>());
    while let Some(x) = at {
        if x == t {
            return Err(th.value_error("traceback loop detected"));
        }
        at = load(th, x.header(), &x.next)?.cast();
    }
    change(th, t.header(), 4, &t.next, new)
}
