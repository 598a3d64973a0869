//! `isinstance` and `issubclass`, with their hooks.

use crate::context::ctx;
use crate::names::names;
use crate::object::Kind;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::types::tuple::Tuple;
use crate::value::Value;

impl Thread {
    /// `isinstance(v, cls)`; cls may be a tuple (of tuples) or a union.
    pub fn isinstance(&mut self, v: Value, cls: Value) -> R<bool> {
        if cls.is_kind(Kind::Class) && self.class_of(v).value() == cls {
            return Ok(true);
        }
        if self.class_of(cls) == ctx().types.type_ {
            return self.real_isinstance(v, cls);
        }
        if let Some(t) = cls.cast::<Tuple>() {
            return self.recurse(" in __instancecheck__", |th| {
                for &c in t.items() {
                    if th.isinstance(v, c)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            });
        }
        match self.call_special(cls, Special::Instancecheck, &[v])? {
            Some(r) => self.truth(r),
            None => self.real_isinstance(v, cls),
        }
    }
    /// `type.__instancecheck__`: real class, then `__class__`.
    pub fn real_isinstance(&mut self, v: Value, cls: Value) -> R<bool> {
        let Some(c) = cls.cast::<Class>() else {
            if self.bases_of(cls)?.is_none() {
                return Err(self.type_error("isinstance() arg 2 must be a type, a tuple of types, or a union"));
            }
            let Some(k) = self.getattr_opt(v, names().__class__)? else {
                return Ok(false);
            };
            return self.abstract_issubclass(k, cls);
        };
        let real = self.class_of(v);
        if real.is_subclass_of(c) {
            return Ok(true);
        }
        if !v.is_obj()
            || real.special(Special::Getattribute) == ctx().types.object.special(Special::Getattribute) && !class_overridden(real)
        {
            return Ok(false);
        }
        match self.getattr_opt(v, names().__class__)? {
            Some(k) if k != real.value() => Ok(k.cast::<Class>().is_some_and(|k| k.is_subclass_of(c))),
            _ => Ok(false),
        }
    }
    /// `issubclass(sub, cls)`
    pub fn issubclass(&mut self, sub: Value, cls: Value) -> R<bool> {
        if self.class_of(cls) == ctx().types.type_ {
            if sub == cls {
                return Ok(true);
            }
            return self.real_issubclass(sub, cls);
        }
        if let Some(t) = cls.cast::<Tuple>() {
            return self.recurse(" in __subclasscheck__", |th| {
                for &c in t.items() {
                    if th.issubclass(sub, c)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            });
        }
        match self.call_special(cls, Special::Subclasscheck, &[sub])? {
            Some(r) => self.truth(r),
            None => self.real_issubclass(sub, cls),
        }
    }
    /// `type.__subclasscheck__`
    pub fn real_issubclass(&mut self, sub: Value, cls: Value) -> R<bool> {
        if let (Some(a), Some(b)) = (sub.cast::<Class>(), cls.cast::<Class>()) {
            return Ok(a.is_subclass_of(b));
        }
        if !sub.is_kind(Kind::Class) && self.bases_of(sub)?.is_none() {
            return Err(self.type_error("issubclass() arg 1 must be a class"));
        }
        if !cls.is_kind(Kind::Class) && self.bases_of(cls)?.is_none() {
            return Err(self.type_error("issubclass() arg 2 must be a class, a tuple of classes, or a union"));
        }
        self.abstract_issubclass(sub, cls)
    }
    fn bases_of(&mut self, v: Value) -> R<Option<Value>> {
        Ok(self.getattr_opt(v, names().__bases__)?.filter(|b| b.is_kind(Kind::Tuple)))
    }
    fn abstract_issubclass(&mut self, sub: Value, cls: Value) -> R<bool> {
        if sub == cls {
            return Ok(true);
        }
        let Some(bases) = self.bases_of(sub)? else { return Ok(false) };
        self.recurse(" in __issubclass__", |th| {
            for &b in bases.as_gc::<Tuple>().items() {
                if th.abstract_issubclass(b, cls)? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }
}

/// Does a class below object define `__class__` itself?
fn class_overridden(c: Gc) -> bool {
    c.lookup(names().__class__) != ctx().types.object.lookup(names().__class__)
}
type Gc = crate::object::Gc<Class>;
