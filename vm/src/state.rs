//! State of native objects as slots: every change is a logged store, so that opening an object costs no copy of it and
//! what is stored is published at commit.
//!
//! Fields hold values, and native numbers as small ints. After Python code has run, everything is read again.

use crate::deferred::Settle;
use crate::object::{Gc, Header, Obj, Slot};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::buffer::Buffer;
use crate::types::iter::{self, Iter};
use crate::types::payload::{self, Native, Payload};
use crate::value::Value;

/// Declares a payload whose fields are all slots.
#[macro_export]
macro_rules! state {
    ($(#[$m:meta])* $name:ident { $($(#[$fm:meta])* $f:ident),* $(,)? }) => {
        $(#[$m])*
        pub(crate) struct $name { $($(#[$fm])* $f: $crate::object::Slot),* }
        impl Clone for $name {
            fn clone(&self) -> Self {
                $name { $($f: $crate::object::Slot::new(self.$f.get())),* }
            }
        }
        impl $crate::types::payload::Payload for $name {
            const NEEDS_DROP: bool = false;
            fn trace(&self, f: &mut dyn FnMut($crate::value::Value)) {
                $(f(self.$f.get());)*
            }
        }
        impl $name {
            /// A new object with these fields, in the order of their declaration.
            fn make(th: &mut $crate::thread::Thread, class: $crate::value::Value, fields: [$crate::value::Value; [$(stringify!($f)),*].len()]) -> $crate::value::Value {
                let [$($f),*] = fields;
                let class = class.as_gc::<$crate::types::class::Class>();
                $crate::types::payload::new(th, class, $name { $($f: $crate::object::Slot::new($f)),* }).value()
            }
        }
    };
}

/// A native object and its state.
pub struct State<T: Payload>(Gc<Native<T>>);
impl<T: Payload> Clone for State<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Payload> Copy for State<T> {}

impl<T: Payload> State<T> {
    /// The object of a method's receiver.
    #[inline(always)]
    pub fn of(th: &mut Thread, v: Value) -> R<State<T>> {
        match payload::downcast::<T>(v) {
            Some(o) => Ok(State(o)),
            None => Err(wrong_self(th, v)),
        }
    }
    /// The object, if it has such a state.
    #[inline(always)]
    pub fn get(v: Value) -> Option<State<T>> {
        payload::downcast::<T>(v).map(State)
    }
    /// The fields, of which only those that never change may be read like that.
    #[inline(always)]
    pub fn fixed(self) -> &'static T {
        self.0.frozen()
    }
    /// Reads fields.
    #[inline(always)]
    pub fn read<X>(self, th: &mut Thread, f: impl Fn(&'static T) -> X) -> R<X> {
        let t = self.0.frozen();
        th.read(self.0.header(), || f(t))
    }
    /// Opens the object for writing: until Python code runs, its fields are this transaction's own.
    #[inline(always)]
    pub fn open(self, th: &mut Thread) -> R<&'static T> {
        th.write(self.0.header(), 0)?;
        Ok(self.0.frozen())
    }
    /// Stores into a field, or into a buffer that belongs to the object, which is open.
    #[inline(always)]
    pub fn store(self, th: &mut Thread, s: &Slot, v: Value) {
        th.store(self.0.header(), s, v);
    }
    /// Opens the object and stores into a field.
    #[inline(always)]
    pub fn put(self, th: &mut Thread, s: &Slot, v: Value) -> R<()> {
        th.write(self.0.header(), 0)?;
        th.store(self.0.header(), s, v);
        Ok(())
    }
    /// Runs `f`, which goes on with this iterator and may call Python code, while no other thread is in the midst of it: `turn` is
    /// a field for that, EMPTY between. In a call from inside of `f` the turn is this thread's already.
    #[inline]
    pub fn in_turn<X>(self, th: &mut Thread, turn: &'static Slot, f: impl FnOnce(&mut Thread) -> R<X>) -> R<X> {
        th.in_iterator_turn(self.obj(), turn, f)
    }
    /// Puts an operation off to the end of the transaction if others are met at the object: see `deferred`.
    #[inline]
    pub fn defer(self, th: &mut Thread, settle: Settle, v: Value) -> R<bool> {
        if th.may_defer(self.0.header()) {
            th.defer(self.obj(), settle, &[v.0])
        } else {
            Ok(false)
        }
    }
    /// The object.
    #[inline(always)]
    pub fn value(self) -> Value {
        self.0.value()
    }
    /// The object.
    #[inline(always)]
    pub fn obj(self) -> Obj {
        self.0.obj()
    }
    /// The object's header.
    #[inline(always)]
    pub fn header(self) -> &'static Header {
        self.0.header()
    }
}

/// TypeError for a method's receiver that is another kind of object.
pub fn wrong_self(th: &mut Thread, v: Value) -> Throw {
    let name = if v.is_none() {
        "NoneType".into()
    } else {
        th.class_of(v).name_str()
    };
    th.type_error(&format!("descriptor does not apply to a '{name}' object"))
}
/// The next item of any iterator; EMPTY at the end.
#[inline(always)]
pub fn advance(th: &mut Thread, it: Value) -> R {
    match it.cast::<Iter>() {
        Some(i) => iter::next(th, i),
        None => Ok(th.next(it)?.unwrap_or(Value::EMPTY)),
    }
}
/// The slots of a buffer held in a field.
#[inline(always)]
pub fn slots(v: Value) -> &'static [Slot] {
    match v.cast::<Buffer>() {
        Some(b) => b.slots(),
        None => &[],
    }
}
/// A native number held in a field.
#[inline(always)]
pub fn number(s: &Slot) -> usize {
    s.get().as_small() as usize
}
/// A native number for a field.
#[inline(always)]
pub fn small(n: usize) -> Value {
    Value::small(n as i64)
}
