//! Tracing: which values each kind of object refers to. One line a kind; the layouts know their own fields.

use crate::object::{Kind, Obj};
use crate::types::class::{Class, class_of_obj};
use crate::types::payload::PayloadInfo;
use crate::types::*;
use crate::value::Value;

/// An object as one of a layout, which its kind says it has.
macro_rules! layout {
    ($o:expr, $t:ty) => {
        // SAFETY: the kind says that the object has this layout.
        unsafe { crate::object::Gc::<$t>::from_addr($o.addr() as u64) }
    };
}

/// Calls `f` with those of the values that are objects.
#[inline]
pub fn objects(values: impl Iterator<Item = Value>, f: &mut impl FnMut(Value)) {
    for v in values {
        if v.is_obj() {
            f(v);
        }
    }
}
/// Calls `f` for an object's class and attributes.
#[inline(always)]
fn class_and_attributes(o: Obj, f: &mut impl FnMut(Value)) {
    if o.shape_id() != 0 {
        let class = class_of_obj(o);
        f(class.value());
        if class.has_attrs() {
            // SAFETY: instances of the class have the attribute word and slots at that place.
            unsafe {
                let base = crate::attrs::attr_base(o);
                objects((0..=class.inline_slots()).map(|i| (*base.add(i)).get()), f);
            }
        }
    }
}
/// Calls `f` for every object inside an object (and perhaps for other values), its class and its attributes included.
#[inline]
pub fn object(o: Obj, f: &mut impl FnMut(Value)) {
    let kind = o.kind();
    class_and_attributes(o, f);
    macro_rules! fields {
        ($t:ty) => {
            layout!(o, $t).trace(f)
        };
    }
    match kind {
        Kind::Buffer => fields!(buffer::Buffer),
        Kind::Tuple => objects(layout!(o, tuple::Tuple).items().iter().copied(), f),
        Kind::List => fields!(list::List),
        Kind::Dict => fields!(dict::Dict),
        Kind::DictTable => fields!(dict::DictTable),
        Kind::Set | Kind::FrozenSet => fields!(set::Set),
        Kind::SetTable => fields!(set::SetTable),
        Kind::Range => fields!(range::Range),
        Kind::Slice => fields!(slice::Slice),
        Kind::Class => fields!(Class),
        Kind::Function => fields!(function::Function),
        Kind::NativeFunction => fields!(native_function::NativeFunction),
        Kind::BoundMethod => fields!(bound_method::BoundMethod),
        Kind::Code => fields!(crate::interp::code::Code),
        Kind::Cell => fields!(cell::Cell),
        Kind::Module => fields!(module::Module),
        Kind::Exception => fields!(exception::Exception),
        Kind::Traceback => fields!(traceback::Traceback),
        Kind::Frame => fields!(crate::interp::frame::Frame),
        Kind::Generator => fields!(crate::interp::generator::Generator),
        Kind::Property => fields!(property::Property),
        Kind::StaticMethod => fields!(staticmethod::StaticMethod),
        Kind::ClassMethod => fields!(classmethod::ClassMethod),
        Kind::Super => fields!(super_::Super),
        Kind::GetSet => fields!(getset::GetSet),
        Kind::Member => fields!(member::Member),
        Kind::MappingProxy => fields!(mappingproxy::MappingProxy),
        Kind::WeakRef => fields!(weakref::WeakRef),
        Kind::Iter => fields!(iter::Iter),
        Kind::Payload => {
            // SAFETY: every payload object has the info word after its header, and `trace` of its own type.
            unsafe {
                let info = *((o.addr() + 16) as *const &'static PayloadInfo);
                (info.trace)(o, f);
            }
        }
        Kind::Free | Kind::Instance | Kind::Int | Kind::Float | Kind::Complex | Kind::Str | Kind::Bytes => {}
    }
}

/// Has an object so many places for values that it pays to look for neighbours among them?
#[inline]
pub fn has_many(o: Obj) -> bool {
    matches!(o.kind(), Kind::Buffer | Kind::Tuple | Kind::DictTable | Kind::SetTable) && places(o) >= 32
}
/// So many places of a wide object are a part of it.
const PART: usize = 1 << 13;

/// Into how many parts is an object divided, for several threads to trace?
pub fn parts(o: Obj) -> usize {
    places(o).div_ceil(PART).max(1)
}
/// Calls `f` for every object inside one of the parts.
pub fn part(o: Obj, part: usize, f: &mut impl FnMut(Value)) {
    if part == 0 {
        class_and_attributes(o, f);
    }
    let places = part * PART..places(o).min((part + 1) * PART);
    match o.kind() {
        Kind::Buffer => layout!(o, buffer::Buffer).trace_places(places, f),
        Kind::Tuple => objects(layout!(o, tuple::Tuple).items()[places].iter().copied(), f),
        Kind::DictTable => layout!(o, dict::DictTable).trace_places(places, f),
        Kind::SetTable => layout!(o, set::SetTable).trace_places(places, f),
        _ => {}
    }
}
/// How many places for values has an object that may have very many of them? 0: it cannot.
#[inline]
fn places(o: Obj) -> usize {
    match o.kind() {
        Kind::Buffer => layout!(o, buffer::Buffer).cap(),
        Kind::Tuple => layout!(o, tuple::Tuple).items().len(),
        Kind::DictTable => layout!(o, dict::DictTable).places(),
        Kind::SetTable => layout!(o, set::SetTable).places(),
        _ => 0,
    }
}

/// Drops the Rust state of an unreachable object.
/// # Safety
/// Called once, for an object that was allocated in a space with destructors and that nothing refers to.
pub unsafe fn drop_object(o: Obj) {
    match o.kind() {
        Kind::Payload => {
            // SAFETY: as in `object`; dropped once by the caller's promise.
            unsafe {
                let info = *((o.addr() + 16) as *const &'static PayloadInfo);
                (info.drop)(o);
            }
        }
        Kind::Int => {
            // SAFETY: by the caller's promise.
            unsafe { int::drop_digits(o) }
        }
        Kind::Code => {
            // SAFETY: by the caller's promise.
            unsafe { crate::interp::code::drop_tables(o) }
        }
        _ => {}
    }
}
