//! `o[k]`, `o[k] = v`, `del o[k]`.

use crate::context::ctx;
use crate::names::names;
use crate::object::Kind;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use crate::value::Value;

impl Thread {
    /// `o[k]`
    pub fn getitem(&mut self, o: Value, k: Value) -> R {
        if let Some(v) = self.call_special(o, Special::Getitem, &[k])? {
            return Ok(v);
        }
        if o.is_kind(Kind::Class) {
            if let Some(m) = self.getattr_opt(o, names().__class_getitem__)? {
                return self.call(m, &[k]);
            }
            if o == ctx().types.type_.value() {
                return crate::types::generic_alias::new(self, o, k);
            }
            return Err(self.type_error(&format!("type '{}' is not subscriptable", o.as_gc::<Class>().shown_name())));
        }
        Err(self.type_error(&format!("'{}' object is not subscriptable", self.class_of(o).shown_name())))
    }
    /// `o[k] = v`
    pub fn setitem(&mut self, o: Value, k: Value, v: Value) -> R<()> {
        match self.call_special(o, Special::Setitem, &[k, v])? {
            Some(_) => Ok(()),
            None => Err(self.type_error(&format!(
                "'{}' object does not support item assignment",
                self.class_of(o).shown_name()
            ))),
        }
    }
    /// `del o[k]`
    pub fn delitem(&mut self, o: Value, k: Value) -> R<()> {
        if self.class_of(o) == crate::context::ctx().types.dict {
            return match o.as_gc::<crate::types::dict::Dict>().remove(self, k)? {
                Some(_) => Ok(()),
                None => Err(self.key_error(k)),
            };
        }
        match self.call_special(o, Special::Delitem, &[k])? {
            Some(_) => Ok(()),
            None => Err(self.type_error(&format!(
                "'{}' object does not support item deletion",
                self.class_of(o).shown_name()
            ))),
        }
    }
}
