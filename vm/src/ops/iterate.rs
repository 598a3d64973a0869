//! Iteration: iter, next, collecting, length hints, membership.

use crate::context::ctx;
use crate::interp::generator::{self, Step};
use crate::object::Kind;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::dict::Dict;
use crate::types::iter::{self, Iter, What};
use crate::types::list::List;
use crate::types::set::Set;
use crate::types::str_::Str;
use crate::types::str_ops;
use crate::types::tuple::Tuple;
use crate::value::Value;

impl Thread {
    /// `iter(v)`
    pub fn iter(&mut self, v: Value) -> R {
        let class = self.class_of(v);
        if v.is_obj() {
            let t = &ctx().types;
            if class == t.list {
                return Ok(iter::new(self, t.list_iterator, What::List, v, Value::small(0), Value::EMPTY));
            }
            if class == t.generator || v.is_kind(Kind::Iter) {
                return Ok(v);
            }
            if class == t.tuple {
                return Ok(iter::new(self, t.tuple_iterator, What::Tuple, v, Value::small(0), Value::EMPTY));
            }
        }
        match class.special(Special::Iter) {
            Some(m) if !m.is_none() => {
                let Some(it) = self.call_special(v, Special::Iter, &[])? else {
                    return Err(self.not_iterable(v));
                };
                if self.class_of(it).special(Special::Next).is_none() {
                    return Err(self.type_error(&format!(
                        "iter() returned non-iterator of type '{}'",
                        self.class_of(it).shown_name()
                    )));
                }
                Ok(it)
            }
            None if class.special(Special::Getitem).is_some() && !v.is_kind(Kind::Dict) => crate::types::sequence_iterator::new(self, v),
            _ => Err(self.not_iterable(v)),
        }
    }
    fn not_iterable(&mut self, v: Value) -> crate::throw::Throw {
        self.type_error(&format!("'{}' object is not iterable", self.class_of(v).shown_name()))
    }
    /// `next(it)`; None at the end. Native loops over iterators that never end are interrupted here.
    pub fn next(&mut self, it: Value) -> R<Option<Value>> {
        self.poll_inside()?;
        if let Some(i) = it.cast::<Iter>() {
            let v = iter::next(self, i)?;
            return Ok(if v.is_empty() { None } else { Some(v) });
        }
        if it.is_kind(Kind::Generator) && self.class_of(it) == ctx().types.generator {
            return Ok(match generator::resume(self, it.as_gc(), Value::NONE)? {
                Step::Yielded(v) => Some(v),
                Step::Returned(_) => None,
            });
        }
        match self.call_special(it, Special::Next, &[]) {
            Ok(Some(Value::EMPTY)) => Ok(None),
            Ok(Some(v)) => Ok(Some(v)),
            Ok(None) => Err(self.type_error(&format!("'{}' object is not an iterator", self.class_of(it).shown_name()))),
            Err(t) => match t.value() {
                Some(e) if self.class_of(e).is_subclass_of(ctx().types.StopIteration) => {
                    self.interp.note_stop(e);
                    Ok(None)
                }
                _ => Err(t),
            },
        }
    }
    /// All items of an iterable.
    pub fn collect(&mut self, v: Value) -> R<ValueVec> {
        let class = self.class_of(v);
        if class == ctx().types.list {
            return v.as_gc::<List>().snapshot(self);
        }
        if class == ctx().types.tuple {
            return ValueVec::from_slice(self, v.as_gc::<Tuple>().items());
        }
        let it = self.iter(v)?;
        let hint = self.length_hint(v)?.min(1 << 20);
        let mut out = ValueVec::with_capacity(self, hint)?;
        while let Some(x) = self.next(it)? {
            out.push(self, x)?;
        }
        Ok(out)
    }
    /// `operator.length_hint(v, 0)`
    pub fn length_hint(&mut self, v: Value) -> R<usize> {
        let class = self.class_of(v);
        let t = ctx().types.TypeError;
        if class.special(Special::Len).is_some()
            && let Ok(n) = self.catch(t, |th| th.len(v))?
        {
            return Ok(n);
        }
        if class.special(Special::LengthHint).is_none() {
            return Ok(0);
        }
        match self.catch(t, |th| th.call_special(v, Special::LengthHint, &[]))? {
            Ok(Some(n)) if n.is_small() => match n.as_small() {
                n if n < 0 => Err(self.value_error("__length_hint__() should return >= 0")),
                n => Ok(n as usize),
            },
            Ok(Some(Value::NOT_IMPLEMENTED)) | Ok(None) | Err(_) => Ok(0),
            Ok(Some(n)) if crate::types::int::is_int(n) => match self.to_isize(n)? {
                n if n < 0 => Err(self.value_error("__length_hint__() should return >= 0")),
                n => Ok(n as usize),
            },
            Ok(Some(n)) => Err(self.type_error(&format!(
                "__length_hint__ must be an integer, not {}",
                self.class_of(n).shown_name()
            ))),
        }
    }
    /// `item in container`
    pub fn contains(&mut self, container: Value, item: Value) -> R<bool> {
        let class = self.class_of(container);
        if container.is_obj() {
            let t = &ctx().types;
            if class == t.dict {
                return Ok(container.as_gc::<Dict>().get(self, item)?.is_some());
            }
            if class == t.tuple {
                for &x in container.as_gc::<Tuple>().items() {
                    if self.eq(x, item)? {
                        return Ok(true);
                    }
                }
                return Ok(false);
            }
            if class == t.str && self.class_of(item) == t.str {
                let text = container.as_gc::<Str>();
                return Ok(str_ops::find(text, item.as_gc(), 0, text.len()).is_some());
            }
            if class == t.list {
                let l = container.as_gc::<List>();
                let end = l.len(self)?;
                return Ok(crate::types::list_methods::find(self, l, item, 0, end)?.is_some());
            }
            // Classes of plain classes, too, hash and compare by identity.
            if (class == t.set || class == t.frozenset)
                && (item.is_small() || self.class_of(item) == t.str || self.class_of(item) == t.type_)
            {
                return container.as_gc::<Set>().contains(self, item);
            }
        }
        match class.special(Special::Contains) {
            Some(m) if m.is_none() => Err(self.type_error(&format!("'{}' object is not a container", class.shown_name()))),
            Some(_) => {
                let r = self.call_special(container, Special::Contains, &[item])?;
                self.truth(r.unwrap_or(Value::FALSE))
            }
            None => {
                if class.special(Special::Iter).is_none() && class.special(Special::Getitem).is_none() {
                    return Err(self.type_error(&format!("argument of type '{}' is not a container or iterable", class.shown_name())));
                }
                let it = self.iter(container)?;
                while let Some(x) = self.next(it)? {
                    if self.eq(x, item)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
        }
    }
}
