//! `member_descriptor`: an inline slot of instances, from `__slots__` or a native type's members.
//! Nothing changes after construction.

use crate::attrs;
use crate::context::ctx;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, getter};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_flag, class_of};
use crate::types::str_::Str;
use crate::value::Value;

/// Layout.
#[repr(C)]
pub struct Member {
    header: Header,
    name: Slot,
    owner: Slot,
    index: Slot,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Member {
    const KIND: Kind = Kind::Member;
}
impl Gc<Member> {
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.name.get());
        f(self.owner.get());
    }
    /// Which inline slot.
    #[inline]
    pub fn index(self) -> usize {
        self.index.get().as_small() as usize
    }
    /// The class that declares it.
    #[inline]
    pub fn owner(self) -> Gc<Class> {
        self.owner.get().as_gc()
    }
    fn text(self) -> String {
        self.name.get().cast::<Str>().map_or_else(String::new, |s| s.to_string_lossy())
    }
}
/// A new descriptor for inline slot `index`.
pub fn new(th: &mut Thread, name: Gc<Str>, owner: Gc<Class>, index: usize) -> Value {
    let m: Gc<Member> = th.new_object(ctx().types.member_descriptor, 0);
    m.name.set_raw(name.value());
    m.owner.set_raw(owner.value());
    m.index.set_raw(Value::small(index as i64));
    m.value()
}
fn check(th: &mut Thread, m: Gc<Member>, obj: Value) -> R<()> {
    if class_of(obj).is_subclass_of(m.owner()) {
        return Ok(());
    }
    let (o, c) = (m.owner().name_str(), class_of(obj).name_str());
    Err(th.type_error(&format!(
        "descriptor '{}' for '{o}' objects doesn't apply to a '{c}' object",
        m.text()
    )))
}
/// The slot of `obj`; the descriptor itself for EMPTY.
pub fn get(th: &mut Thread, v: Value, obj: Value) -> R {
    if obj.is_empty() {
        return Ok(v);
    }
    let m = v.as_gc::<Member>();
    check(th, m, obj)?;
    let found = attrs::member(th, obj.as_obj(), m.index())?;
    if !found.is_empty() {
        return Ok(found);
    }
    // Members of native types read as None until they are set.
    if !m.owner().has_flag(class_flag::HEAP) {
        return Ok(Value::NONE);
    }
    let name = th.full_name(class_of(obj))?;
    let text = format!("'{name}' object has no attribute '{}'", m.text());
    Err(attrs::attribute_error_for(th, &text, obj, m.name.get().as_gc()))
}
/// Sets the slot (EMPTY: deletes).
pub fn set(th: &mut Thread, v: Value, obj: Value, new: Value) -> R<()> {
    let m = v.as_gc::<Member>();
    check(th, m, obj)?;
    if new.is_empty() && m.owner().has_flag(class_flag::HEAP) && attrs::member(th, obj.as_obj(), m.index())?.is_empty() {
        let text = m.text();
        return Err(th.attribute_error(&text));
    }
    attrs::set_member(th, obj.as_obj(), m.index(), new)
}

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: GETSETS,
    ..TypeDef::new("member_descriptor", Kind::Member, std::mem::size_of::<Member>())
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
    def("__reduce__", "self, /", reduce, ""),
];
static GETSETS: &[GetSetDef] = &[
    getter("__name__", |_, v| Ok(v.as_gc::<Member>().name.get()), ""),
    getter("__qualname__", qualname, ""),
    getter("__objclass__", |_, v| Ok(v.as_gc::<Member>().owner.get()), ""),
    getter("__doc__", |_, _| Ok(Value::NONE), ""),
];
fn qualname(th: &mut Thread, v: Value) -> R {
    let m = v.as_gc::<Member>();
    let q = m
        .owner()
        .qualname
        .get()
        .cast::<Str>()
        .map_or_else(String::new, |s| s.to_string_lossy());
    let text = format!("{q}.{}", m.text());
    Ok(th.new_str(&text))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let m = a[0].as_gc::<Member>();
    let text = format!("<member '{}' of '{}' objects>", m.text(), m.owner().name_str());
    Ok(th.new_str(&text))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let m = a[0].as_gc::<Member>();
    let key = th.intern("getattr");
    let getattr = ctx().builtins.get_str(th, key)?.unwrap_or(Value::NONE);
    let args = th.new_tuple(&[m.owner.get(), m.name.get()]);
    Ok(th.new_tuple(&[getattr, args]))
}
