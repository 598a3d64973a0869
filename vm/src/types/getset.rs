//! `getset_descriptor`: a computed attribute of a native type. Nothing changes after construction.

use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, getter};
use crate::object::{Gc, Header, Kind, Layout, Slot, Space};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_of};
use crate::types::str_::Str;
use crate::value::Value;

/// Layout.
#[repr(C)]
pub struct GetSet {
    header: Header,
    def: &'static GetSetDef,
    /// declaring class
    pub owner: Slot,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for GetSet {
    const KIND: Kind = Kind::GetSet;
}
impl Gc<GetSet> {
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.owner.get());
    }
}
/// A new descriptor for a class's declared attribute.
pub fn new(th: &mut Thread, def: &'static GetSetDef, owner: Gc<Class>) -> Value {
    let size = std::mem::size_of::<GetSet>();
    let class = ctx().types.getset_descriptor;
    let p = th.alloc_raw(Kind::GetSet, class.root_shape(), size + class.attr_bytes(), Space::Plain);
    // SAFETY: fresh memory of that size; the fields are set before anyone sees the object.
    unsafe {
        let g = p.as_ptr().cast::<GetSet>();
        (&raw mut (*g).def).write(def);
        (*g).owner.set_raw(owner.value());
        Gc::<GetSet>::from_addr(g as u64).value()
    }
}
fn check(th: &mut Thread, g: Gc<GetSet>, obj: Value) -> R<()> {
    let owner = g.owner.get().as_gc::<Class>();
    if class_of(obj).is_subclass_of(owner) {
        return Ok(());
    }
    let (o, c) = (owner.name_str(), class_of(obj).name_str());
    Err(th.type_error(&format!(
        "descriptor '{}' for '{o}' objects doesn't apply to a '{c}' object",
        g.def.name
    )))
}
/// The attribute of `obj`; the descriptor itself for EMPTY.
#[inline]
pub fn get(th: &mut Thread, v: Value, obj: Value) -> R {
    if obj.is_empty() {
        return Ok(v);
    }
    let g = v.as_gc::<GetSet>();
    check(th, g, obj)?;
    (g.def.get)(th, obj)
}
/// Sets the attribute of `obj` (EMPTY: deletes it).
pub fn set(th: &mut Thread, v: Value, obj: Value, new: Value) -> R<()> {
    let g = v.as_gc::<GetSet>();
    check(th, g, obj)?;
    match g.def.set {
        Some(f) => f(th, obj, new),
        None => {
            let owner = g.owner.get().as_gc::<Class>().name_str();
            Err(th.attribute_error(&format!("attribute '{}' of '{owner}' objects is not writable", g.def.name)))
        }
    }
}

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: GETSETS,
    ..TypeDef::new("getset_descriptor", Kind::GetSet, std::mem::size_of::<GetSet>())
};
static METHODS: &[NativeDef] = &[
    def(
        "__get__",
        "self, instance, owner=None, /",
        |th, a| {
            if a[1].is_none() && !a[2].is_empty() {
                Ok(a[0])
            } else {
                get(th, a[0], a[1])
            }
        },
        "Return an attribute of instance, which is of type owner.",
    ),
    def(
        "__set__",
        "self, instance, value, /",
        |th, a| set(th, a[0], a[1], a[2]).map(|()| Value::NONE),
        "Set an attribute of instance to value.",
    ),
    def(
        "__delete__",
        "self, instance, /",
        |th, a| set(th, a[0], a[1], Value::EMPTY).map(|()| Value::NONE),
        "Delete an attribute of instance.",
    ),
    def("__repr__", "self, /", repr, "Return repr(self)."),
];
static GETSETS: &[GetSetDef] = &[
    getter("__name__", |th, v| Ok(th.intern(v.as_gc::<GetSet>().def.name).value()), ""),
    getter("__qualname__", qualname, ""),
    getter("__objclass__", |_, v| Ok(v.as_gc::<GetSet>().owner.get()), ""),
    getter("__doc__", doc, ""),
];
fn qualname(th: &mut Thread, v: Value) -> R {
    let g = v.as_gc::<GetSet>();
    let q = g
        .owner
        .get()
        .as_gc::<Class>()
        .qualname
        .get()
        .cast::<Str>()
        .map_or_else(String::new, |s| s.to_string_lossy());
    let text = format!("{q}.{}", g.def.name);
    Ok(th.new_str(&text))
}
fn doc(th: &mut Thread, v: Value) -> R {
    let d = v.as_gc::<GetSet>().def.doc;
    Ok(if d.is_empty() { Value::NONE } else { th.new_str(d) })
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let g = a[0].as_gc::<GetSet>();
    let text = format!(
        "<attribute '{}' of '{}' objects>",
        g.def.name,
        g.owner.get().as_gc::<Class>().name_str()
    );
    Ok(th.new_str(&text))
}
