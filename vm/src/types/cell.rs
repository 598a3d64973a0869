//! `cell`: a variable that closures share.

use crate::attrs::{change, load};
use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_static, getset};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::ops::CmpOp;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::value::Value;

/// Layout.
#[repr(C)]
pub struct Cell {
    header: Header,
    /// the value, EMPTY when unbound
    pub value: Slot,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Cell {
    const KIND: Kind = Kind::Cell;
}
impl Gc<Cell> {
    /// The content, maybe EMPTY.
    #[inline(always)]
    pub fn get(self, th: &mut Thread) -> R {
        load(th, self.header(), &self.value)
    }
    /// Replaces the content.
    #[inline(always)]
    pub fn set(self, th: &mut Thread, v: Value) -> R<()> {
        change(th, self.header(), 1, &self.value, v)
    }
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.value.get());
    }
}
/// A new cell.
#[inline]
pub fn new(th: &mut Thread, v: Value) -> Gc<Cell> {
    let c: Gc<Cell> = th.new_object(ctx().types.cell, 0);
    c.value.set_raw(v);
    c
}
/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: GETSETS,
    doc: "Create a new cell object.",
    ..TypeDef::new("cell", Kind::Cell, std::mem::size_of::<Cell>())
};
static GETSETS: &[GetSetDef] = &[getset("cell_contents", contents, set_contents, "")];
static METHODS: &[NativeDef] = &[
    def_static(
        "__new__",
        "cls, contents=<unrepresentable>, /",
        |th, a| Ok(new(th, a[1]).value()),
        "",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__eq__", "self, value, /", |th, a| compare(th, CmpOp::Eq, a), "Return self==value."),
    def("__ne__", "self, value, /", |th, a| compare(th, CmpOp::Ne, a), "Return self!=value."),
    def("__lt__", "self, value, /", |th, a| compare(th, CmpOp::Lt, a), "Return self<value."),
    def("__le__", "self, value, /", |th, a| compare(th, CmpOp::Le, a), "Return self<=value."),
    def("__gt__", "self, value, /", |th, a| compare(th, CmpOp::Gt, a), "Return self>value."),
    def("__ge__", "self, value, /", |th, a| compare(th, CmpOp::Ge, a), "Return self>=value."),
];
fn contents(th: &mut Thread, v: Value) -> R {
    match v.as_gc::<Cell>().get(th)? {
        Value::EMPTY => Err(th.value_error("cell is empty")),
        v => Ok(v),
    }
}
fn set_contents(th: &mut Thread, v: Value, new: Value) -> R<()> {
    v.as_gc::<Cell>().set(th, new)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let text = match a[0].as_gc::<Cell>().get(th)? {
        Value::EMPTY => format!("<cell at {:#x}: empty>", a[0].0),
        v => format!("<cell at {:#x}: {} object at {:#x}>", a[0].0, class_of(v).name_str(), v.0),
    };
    Ok(th.new_str(&text))
}
fn compare(th: &mut Thread, op: CmpOp, a: &[Value]) -> R {
    let Some(other) = a[1].cast::<Cell>() else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (x, y) = (a[0].as_gc::<Cell>().get(th)?, other.get(th)?);
    if x.is_empty() || y.is_empty() {
        let (x, y) = (Value::small(!x.is_empty() as i64), Value::small(!y.is_empty() as i64));
        return th.compare(op, x, y);
    }
    th.compare(op, x, y)
}
