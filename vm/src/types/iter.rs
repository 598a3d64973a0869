//! The iterators of list, tuple, range, dict and set: one layout, told apart by `what`.
//!
//! | what | source | index | extra |
//! | --- | --- | --- | --- |
//! | List | the list, EMPTY at the end | next index | - |
//! | ListReverse | the same | next index, -1 at the end | - |
//! | Tuple | the tuple, EMPTY at the end | next index | - |
//! | Range | how many are left (small int) | next value (small int) | step (small int) |
//! | LongRange | how many are left | next value | step (ints of any size) |
//! | others | see `dict_iter` and `set_iter` | | |
//!
//! `what` never changes. The other words are written after `Thread::write(header, 3)`.

use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::ops::BinOp;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::types::{dict_iter, int, range, set_iter};
use crate::value::Value;

/// What is iterated, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u64)]
#[expect(missing_docs, reason = "named as the iterators")]
pub enum What {
    List,
    ListReverse,
    Tuple,
    Range,
    LongRange,
    DictKey,
    DictValue,
    DictItem,
    DictRevKey,
    DictRevValue,
    DictRevItem,
    Set,
}
/// Layout.
#[repr(C)]
pub struct Iter {
    header: Header,
    /// what is iterated; EMPTY at the end
    pub source: Slot,
    /// where the next item is
    pub index: Slot,
    /// see the module
    pub extra: Slot,
    /// a [`What`]
    pub what: u64,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Iter {
    const KIND: Kind = Kind::Iter;
}
/// Words after the header that advancing writes.
pub const WORDS: usize = 3;

impl Gc<Iter> {
    /// What is iterated.
    #[inline(always)]
    pub fn kind_of(self) -> What {
        debug_assert!(self.what <= What::Set as u64);
        // SAFETY: written once, by `new`, from a What.
        unsafe { std::mem::transmute::<u64, What>(self.what) }
    }
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        f(self.source.get());
        f(self.index.get());
        f(self.extra.get());
    }
    #[inline(always)]
    fn open(self, th: &mut Thread) -> R<()> {
        th.write(self.header(), WORDS)
    }
    /// (source, index, extra) as they are now.
    fn state(self, th: &mut Thread) -> R<(Value, Value, Value)> {
        th.read(self.header(), || (self.source.get(), self.index.get(), self.extra.get()))
    }
}
/// A new iterator.
#[inline]
pub fn new(th: &mut Thread, class: Gc<Class>, what: What, source: Value, index: Value, extra: Value) -> Value {
    let it: Gc<Iter> = th.new_object(class, 0);
    it.source.set_raw(source);
    it.index.set_raw(index);
    it.extra.set_raw(extra);
    // SAFETY: a new object that nobody else sees yet.
    unsafe { (*it.as_ptr()).what = what as u64 };
    it.value()
}
/// Another iterator at the same place. The caller has `it` open.
pub fn copy(th: &mut Thread, it: Gc<Iter>) -> Gc<Iter> {
    let class = th.class_of(it.value());
    new(th, class, it.kind_of(), it.source.get(), it.index.get(), it.extra.get()).as_gc()
}
/// The next item; EMPTY at the end.
#[inline]
pub fn next(th: &mut Thread, it: Gc<Iter>) -> R {
    match it.kind_of() {
        What::List => list_next(th, it),
        What::Range => range_next(th, it),
        What::Tuple => tuple_next(th, it),
        What::Set => set_iter::next(th, it),
        _ => next_other(th, it),
    }
}
#[inline(never)]
fn next_other(th: &mut Thread, it: Gc<Iter>) -> R {
    match it.kind_of() {
        What::List => list_next(th, it),
        What::ListReverse => reverse_next(th, it),
        What::Tuple => tuple_next(th, it),
        What::Range => range_next(th, it),
        What::LongRange => long_next(th, it),
        What::DictKey => dict_iter::next_key(th, it),
        What::DictValue => dict_iter::next_value(th, it),
        What::DictItem => dict_iter::next_item(th, it),
        What::DictRevKey => dict_iter::prev_key(th, it),
        What::DictRevValue => dict_iter::prev_value(th, it),
        What::DictRevItem => dict_iter::prev_item(th, it),
        What::Set => set_iter::next(th, it),
    }
}
#[inline(always)]
fn list_next(th: &mut Thread, it: Gc<Iter>) -> R {
    it.open(th)?;
    let source = it.source.get();
    if source.is_empty() {
        return Ok(Value::EMPTY);
    }
    let i = it.index.get().as_small();
    match source.as_gc::<List>().get(th, i as usize)? {
        Some(v) => {
            it.index.set_raw(Value::small(i + 1));
            Ok(v)
        }
        None => {
            it.source.set_raw(Value::EMPTY);
            Ok(Value::EMPTY)
        }
    }
}
#[inline(always)]
fn tuple_next(th: &mut Thread, it: Gc<Iter>) -> R {
    it.open(th)?;
    let source = it.source.get();
    if source.is_empty() {
        return Ok(Value::EMPTY);
    }
    let i = it.index.get().as_small();
    match source.as_gc::<Tuple>().items().get(i as usize) {
        Some(&v) => {
            it.index.set_raw(Value::small(i + 1));
            Ok(v)
        }
        None => {
            it.source.set_raw(Value::EMPTY);
            Ok(Value::EMPTY)
        }
    }
}
#[inline(always)]
fn range_next(th: &mut Thread, it: Gc<Iter>) -> R {
    it.open(th)?;
    let left = it.source.get().as_small();
    if left <= 0 {
        return Ok(Value::EMPTY);
    }
    let v = it.index.get();
    it.source.set_raw(Value::small(left - 1));
    // Also the one after the last is a small int: `range::iter` has seen to it.
    it.index.set_raw(Value::small(v.as_small() + it.extra.get().as_small()));
    Ok(v)
}
fn reverse_next(th: &mut Thread, it: Gc<Iter>) -> R {
    it.open(th)?;
    let source = it.source.get();
    if source.is_empty() {
        return Ok(Value::EMPTY);
    }
    let i = it.index.get().as_small();
    let v = if i < 0 { None } else { source.as_gc::<List>().get(th, i as usize)? };
    match v {
        Some(v) => {
            it.index.set_raw(Value::small(i - 1));
            Ok(v)
        }
        None => {
            it.index.set_raw(Value::small(-1));
            it.source.set_raw(Value::EMPTY);
            Ok(Value::EMPTY)
        }
    }
}
fn long_next(th: &mut Thread, it: Gc<Iter>) -> R {
    it.open(th)?;
    let (left, v, step) = (it.source.get(), it.index.get(), it.extra.get());
    if int::sign(left) <= 0 {
        return Ok(Value::EMPTY);
    }
    let left = range::arith(th, BinOp::Sub, left, Value::small(1))?;
    let after = range::arith(th, BinOp::Add, v, step)?;
    it.source.set_raw(left);
    it.index.set_raw(after);
    Ok(v)
}

const fn iterator_def(name: &'static str, methods: &'static [NativeDef]) -> TypeDef {
    TypeDef {
        methods,
        base: false,
        ..TypeDef::new(name, Kind::Iter, std::mem::size_of::<Iter>())
    }
}
/// `list_iterator`
pub static LIST_DEF: TypeDef = iterator_def("list_iterator", METHODS);
/// `list_reverseiterator`
pub static LIST_REVERSE_DEF: TypeDef = iterator_def("list_reverseiterator", METHODS);
/// `tuple_iterator`
pub static TUPLE_DEF: TypeDef = iterator_def("tuple_iterator", METHODS);
/// `range_iterator`
pub static RANGE_DEF: TypeDef = iterator_def("range_iterator", METHODS);
/// `longrange_iterator`
pub static LONGRANGE_DEF: TypeDef = iterator_def("longrange_iterator", METHODS);

static METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next_method, "Implement next(self)."),
    def(
        "__length_hint__",
        "self, /",
        length_hint,
        "Private method returning an estimate of len(list(it)).",
    ),
    def("__reduce__", "self, /", reduce, "Return state information for pickling."),
    def("__setstate__", "self, object, /", setstate, "Set state information for unpickling."),
];
/// `__next__` of all types with this layout; EMPTY at the end.
pub fn next_method(th: &mut Thread, a: &[Value]) -> R {
    next(th, a[0].as_gc())
}
fn length_hint(th: &mut Thread, a: &[Value]) -> R {
    let it: Gc<Iter> = a[0].as_gc();
    let (source, index, _) = it.state(th)?;
    let at = index.to_small().unwrap_or(0);
    let left = match it.kind_of() {
        What::Range | What::LongRange => return Ok(source),
        _ if source.is_empty() => 0,
        What::Tuple => source.as_gc::<Tuple>().len() as i64 - at,
        What::ListReverse => {
            let n = source.as_gc::<List>().len(th)? as i64;
            if at + 1 > n { 0 } else { at + 1 }
        }
        _ => source.as_gc::<List>().len(th)? as i64 - at,
    };
    Ok(Value::small(left.max(0)))
}
fn reduce(th: &mut Thread, a: &[Value]) -> R {
    let it: Gc<Iter> = a[0].as_gc();
    let (source, index, step) = it.state(th)?;
    let what = it.kind_of();
    let name = th.intern(if what == What::ListReverse && !source.is_empty() {
        "reversed"
    } else {
        "iter"
    });
    let f = ctx().builtins.get_str(th, name)?.unwrap_or(Value::NONE);
    match what {
        What::Range | What::LongRange => {
            // The range of what is left.
            let width = range::arith(th, BinOp::Mul, source, step)?;
            let stop = range::arith(th, BinOp::Add, index, width)?;
            let rest = range::new(th, index, stop, step)?;
            let args = th.new_tuple(&[rest]);
            Ok(th.new_tuple(&[f, args, Value::NONE]))
        }
        _ if source.is_empty() => {
            let empty = if what == What::Tuple {
                ctx().empty_tuple
            } else {
                th.new_list(&[])?
            };
            let args = th.new_tuple(&[empty]);
            Ok(th.new_tuple(&[f, args]))
        }
        _ => {
            let args = th.new_tuple(&[source]);
            Ok(th.new_tuple(&[f, args, index]))
        }
    }
}
fn setstate(th: &mut Thread, a: &[Value]) -> R {
    let it: Gc<Iter> = a[0].as_gc();
    let what = it.kind_of();
    if matches!(what, What::Range | What::LongRange) {
        return range_setstate(th, it, a[1]);
    }
    let at = th.to_isize(a[1])?;
    it.open(th)?;
    let source = it.source.get();
    if source.is_empty() {
        return Ok(Value::NONE);
    }
    let at = match what {
        What::Tuple => at.clamp(0, source.as_gc::<Tuple>().len() as isize),
        What::ListReverse => at.clamp(-1, source.as_gc::<List>().len(th)? as isize - 1),
        _ => at.clamp(0, source.as_gc::<List>().len(th)? as isize),
    };
    it.index.set_raw(Value::small(at as i64));
    Ok(Value::NONE)
}
/// Goes forward by as many as the state says.
fn range_setstate(th: &mut Thread, it: Gc<Iter>, state: Value) -> R {
    let by = th.index(state)?;
    let by = int::plain(th, by);
    it.open(th)?;
    let (left, at, step) = (it.source.get(), it.index.get(), it.extra.get());
    let by = if int::sign(by) < 0 {
        Value::small(0)
    } else if int::compare(crate::ops::CmpOp::Gt, by, left).unwrap_or(false) {
        left
    } else {
        by
    };
    let left = range::arith(th, BinOp::Sub, left, by)?;
    let width = range::arith(th, BinOp::Mul, by, step)?;
    let at = range::arith(th, BinOp::Add, at, width)?;
    it.source.set_raw(left);
    it.index.set_raw(at);
    Ok(Value::NONE)
}
