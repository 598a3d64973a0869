//! State of native objects as slots: every change is a logged store, so that opening an object costs no copy of it and
//! what is stored is published at commit.
//!
//! Fields hold values, and native numbers as small ints. After Python code has run, everything is read again.

use crate::support::{ClassCell, class, put};
use vasuki_vm::deferred::Settle;
use vasuki_vm::native::TypeDef;
use vasuki_vm::object::{Gc, Header, Obj, Slot};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::Buffer;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::iter::{self, Iter};
use vasuki_vm::types::payload::{self, Native, Payload};
use vasuki_vm::value::Value;

/// Declares a payload whose fields are all slots.
macro_rules! state {
    ($(#[$m:meta])* $name:ident { $($(#[$fm:meta])* $f:ident),* $(,)? }) => {
        $(#[$m])*
        pub(crate) struct $name { $($(#[$fm])* $f: vasuki_vm::object::Slot),* }
        impl Clone for $name {
            fn clone(&self) -> Self {
                $name { $($f: vasuki_vm::object::Slot::new(self.$f.get())),* }
            }
        }
        impl vasuki_vm::types::payload::Payload for $name {
            const NEEDS_DROP: bool = false;
            fn trace(&self, f: &mut dyn FnMut(vasuki_vm::value::Value)) {
                $(f(self.$f.get());)*
            }
        }
        impl $name {
            /// A new object with these fields, in the order of their declaration.
            fn make(th: &mut vasuki_vm::thread::Thread, class: vasuki_vm::value::Value, fields: [vasuki_vm::value::Value; [$(stringify!($f)),*].len()]) -> vasuki_vm::value::Value {
                let [$($f),*] = fields;
                let class = class.as_gc::<vasuki_vm::types::class::Class>();
                vasuki_vm::types::payload::new(th, class, $name { $($f: vasuki_vm::object::Slot::new($f)),* }).value()
            }
        }
    };
}
pub(crate) use state;

/// A native object and its state.
pub(crate) struct State<T: Payload>(Gc<Native<T>>);
impl<T: Payload> Clone for State<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Payload> Copy for State<T> {}

impl<T: Payload> State<T> {
    /// The object of a method's receiver.
    #[inline(always)]
    pub(crate) fn of(th: &mut Thread, v: Value) -> R<State<T>> {
        match payload::downcast::<T>(v) {
            Some(o) => Ok(State(o)),
            None => Err(crate::support::wrong_self(th, v)),
        }
    }
    /// The object, if it has such a state.
    #[inline(always)]
    pub(crate) fn get(v: Value) -> Option<State<T>> {
        payload::downcast::<T>(v).map(State)
    }
    /// The fields, of which only those that never change may be read like that.
    #[inline(always)]
    pub(crate) fn fixed(self) -> &'static T {
        self.0.frozen()
    }
    /// Reads fields.
    #[inline(always)]
    pub(crate) fn read<X>(self, th: &mut Thread, f: impl Fn(&'static T) -> X) -> R<X> {
        let t = self.0.frozen();
        th.read(self.0.header(), || f(t))
    }
    /// Opens the object for writing: until Python code runs, its fields are this transaction's own.
    #[inline(always)]
    pub(crate) fn open(self, th: &mut Thread) -> R<&'static T> {
        th.write(self.0.header(), 0)?;
        Ok(self.0.frozen())
    }
    /// Stores into a field, or into a buffer that belongs to the object, which is open.
    #[inline(always)]
    pub(crate) fn store(self, th: &mut Thread, s: &Slot, v: Value) {
        th.store(self.0.header(), s, v);
    }
    /// Opens the object and stores into a field.
    #[inline(always)]
    pub(crate) fn put(self, th: &mut Thread, s: &Slot, v: Value) -> R<()> {
        th.write(self.0.header(), 0)?;
        th.store(self.0.header(), s, v);
        Ok(())
    }
    /// Puts an operation off to the end of the transaction if others are met at the object: see `vasuki_vm::deferred`.
    #[inline]
    pub(crate) fn defer(self, th: &mut Thread, settle: Settle, v: Value) -> R<bool> {
        if th.may_defer(self.0.header()) {
            th.defer(self.obj(), settle, &[v.0])
        } else {
            Ok(false)
        }
    }
    /// The object.
    #[inline(always)]
    pub(crate) fn value(self) -> Value {
        self.0.value()
    }
    /// The object.
    #[inline(always)]
    pub(crate) fn obj(self) -> Obj {
        self.0.obj()
    }
    /// The object's header.
    #[inline(always)]
    pub(crate) fn header(self) -> &'static Header {
        self.0.header()
    }
}

/// The next item of any iterator; EMPTY at the end.
#[inline(always)]
pub(crate) fn advance(th: &mut Thread, it: Value) -> R {
    match it.cast::<Iter>() {
        Some(i) => iter::next(th, i),
        None => Ok(th.next(it)?.unwrap_or(Value::EMPTY)),
    }
}
/// The slots of a buffer held in a field.
#[inline(always)]
pub(crate) fn slots(v: Value) -> &'static [Slot] {
    match v.cast::<Buffer>() {
        Some(b) => b.slots(),
        None => &[],
    }
}
/// A native number held in a field.
#[inline(always)]
pub(crate) fn number(s: &Slot) -> usize {
    s.get().as_small() as usize
}
/// A native number for a field.
#[inline(always)]
pub(crate) fn small(n: usize) -> Value {
    Value::small(n as i64)
}
/// Adds a native class to a module.
pub(crate) fn add_class(th: &mut Thread, m: Value, cell: &'static ClassCell, def: &'static TypeDef) -> R<Gc<Class>> {
    let c = class(th, cell, def)?;
    let name = def.name.rsplit('.').next().unwrap_or(def.name);
    put(th, m, name, c.value())?;
    Ok(c)
}
