//! repr, str, format, hash, truth, len, index.

use crate::context::ctx;
use crate::object::Gc;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bytes::Bytes;
use crate::types::dict::Dict;
use crate::types::list::List;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::types::{int, tuple_methods};
use crate::value::Value;
use num_traits::ToPrimitive;

impl Thread {
    fn string_method(&mut self, v: Value, s: Special) -> R<Gc<Str>> {
        let r = self.recurse(" while getting the repr of an object", |th| th.call_special(v, s, &[]))?;
        match r {
            Some(r) => match r.cast::<Str>() {
                Some(s) => Ok(s),
                None => Err(self.type_error(&format!(
                    "{} returned non-string (type {})",
                    s.name(),
                    self.class_of(r).shown_name()
                ))),
            },
            None => {
                let text = format!("<{} object at {:#x}>", self.class_of(v).name_str(), v.0);
                Ok(self.new_str(&text).as_gc())
            }
        }
    }
    /// `repr(v)`
    pub fn repr(&mut self, v: Value) -> R<Gc<Str>> {
        if let Some(n) = v.to_small() {
            return Ok(crate::types::int::small_to_str(self, n).as_gc());
        }
        self.string_method(v, Special::Repr)
    }
    /// `str(v)`
    pub fn str(&mut self, v: Value) -> R<Gc<Str>> {
        if self.class_of(v) == ctx().types.str {
            return Ok(v.as_gc());
        }
        if let Some(n) = v.to_small() {
            return Ok(crate::types::int::small_to_str(self, n).as_gc());
        }
        self.string_method(v, Special::Str)
    }
    /// `repr(v)` as a Rust string, for messages.
    pub fn repr_string(&mut self, v: Value) -> R<String> {
        Ok(self.repr(v)?.to_string_lossy())
    }
    /// `ascii(v)`
    pub fn ascii(&mut self, v: Value) -> R<Gc<Str>> {
        let r = self.repr(v)?;
        if r.is_ascii() {
            return Ok(r);
        }
        let mut out = String::new();
        for c in r.points() {
            match c {
                0..=0x7F => out.push(c as u8 as char),
                0x80..=0xFF => out.push_str(&format!("\\x{c:02x}")),
                0x100..=0xFFFF => out.push_str(&format!("\\u{c:04x}")),
                _ => out.push_str(&format!("\\U{c:08x}")),
            }
        }
        Ok(self.new_str(&out).as_gc())
    }
    /// `format(v, spec)`; an EMPTY spec is `''`.
    pub fn format(&mut self, v: Value, spec: Value) -> R {
        let spec = if spec.is_empty() { ctx().empty_str } else { spec };
        if spec.as_gc::<Str>().is_empty() {
            let c = self.class_of(v);
            if c == ctx().types.str {
                return Ok(v);
            }
            if c == ctx().types.int || c == ctx().types.float {
                return Ok(self.str(v)?.value());
            }
        }
        match self.call_special(v, Special::Format, &[spec])? {
            Some(r) if r.cast::<Str>().is_some() => Ok(r),
            Some(r) => Err(self.type_error(&format!("__format__ must return a str, not {}", self.class_of(r).shown_name()))),
            None => Err(self.type_error(&format!(
                "unsupported format string passed to {}.__format__",
                self.class_of(v).shown_name()
            ))),
        }
    }
    /// `hash(v)`
    pub fn hash(&mut self, v: Value) -> R<i64> {
        if v.is_small() {
            return Ok(crate::hash::int(v.as_small()));
        }
        let class = self.class_of(v);
        if class == ctx().types.str {
            return Ok(v.as_gc::<Str>().hash());
        }
        let t = &ctx().types;
        if class == t.tuple {
            return tuple_methods::hash_of(self, v.as_gc::<Tuple>());
        }
        if class == t.bytes {
            return Ok(v.as_gc::<Bytes>().hash());
        }
        if v.is_float() && !v.as_float().is_nan() {
            return Ok(crate::hash::float(v.as_float()));
        }
        if class.special(Special::Hash) == t.object.special(Special::Hash) {
            return Ok(crate::types::object::hash_of(v));
        }
        if class.special(Special::Hash).is_none_or(|h| h.is_none()) {
            return Err(self.type_error(&format!("unhashable type: '{}'", class.shown_name())));
        }
        match self.call_special(v, Special::Hash, &[])? {
            Some(h) if h.is_small() => Ok(match h.as_small() {
                -1 => -2,
                h => h,
            }),
            Some(h) => match int::to_bigint(h) {
                Some(b) => Ok(b.to_i64().map_or_else(|| crate::hash::bigint(&b), |h| if h == -1 { -2 } else { h })),
                None => Err(self.type_error("__hash__ method should return an integer")),
            },
            None => Err(self.type_error(&format!("unhashable type: '{}'", class.shown_name()))),
        }
    }
    /// `bool(v)`
    #[inline]
    pub fn truth(&mut self, v: Value) -> R<bool> {
        match v {
            Value::TRUE => Ok(true),
            Value::FALSE | Value::NONE => Ok(false),
            v if v.is_small() => Ok(v.as_small() != 0),
            v => self.truth_slow(v),
        }
    }
    #[inline(never)]
    fn truth_slow(&mut self, v: Value) -> R<bool> {
        if v.is_float() {
            return Ok(v.as_float() != 0.0);
        }
        if v == Value::ELLIPSIS {
            return Ok(true);
        }
        if v == Value::NOT_IMPLEMENTED {
            return Err(self.type_error("NotImplemented should not be used in a boolean context"));
        }
        let class = self.class_of(v);
        if class == ctx().types.str {
            return Ok(!v.as_gc::<Str>().is_empty());
        }
        if class == ctx().types.list {
            return Ok(v.as_gc::<List>().len(self)? != 0);
        }
        if class == ctx().types.tuple || class == ctx().types.dict || class == ctx().types.bytes {
            return Ok(self.len(v)? != 0);
        }
        if class.special(Special::Bool).is_some() {
            return match self.call_special(v, Special::Bool, &[])? {
                Some(Value::TRUE) => Ok(true),
                Some(Value::FALSE) | None => Ok(false),
                Some(r) => Err(self.type_error(&format!("__bool__ should return bool, returned {}", self.class_of(r).shown_name()))),
            };
        }
        if class.special(Special::Len).is_some() {
            return Ok(self.len(v)? != 0);
        }
        Ok(true)
    }
    /// `len(v)`
    pub fn len(&mut self, v: Value) -> R<usize> {
        if v.is_obj() {
            let (class, t) = (self.class_of(v), &ctx().types);
            if class == t.list {
                return v.as_gc::<List>().len(self);
            }
            if class == t.str {
                return Ok(v.as_gc::<Str>().len());
            }
            if class == t.tuple {
                return Ok(v.as_gc::<Tuple>().len());
            }
            if class == t.dict {
                return v.as_gc::<Dict>().len(self);
            }
            if class == t.bytes {
                return Ok(v.as_gc::<Bytes>().len());
            }
        }
        match self.call_special(v, Special::Len, &[])? {
            Some(n) if n.is_small() => match n.as_small() {
                n if n < 0 => Err(self.value_error("__len__() should return >= 0")),
                n => Ok(n as usize),
            },
            Some(n) => {
                let n = self.index(n)?;
                match int::to_bigint(n) {
                    Some(b) if b.sign() == num_bigint::Sign::Minus => Err(self.value_error("__len__() should return >= 0")),
                    Some(b) => match b.to_usize() {
                        Some(n) if n <= isize::MAX as usize => Ok(n),
                        _ => Err(self.overflow_error("cannot fit 'int' into an index-sized integer")),
                    },
                    None => Ok(0),
                }
            }
            None => Err(self.type_error(&format!("object of type '{}' has no len()", self.class_of(v).shown_name()))),
        }
    }
    /// The int that `__index__` gives; TypeError otherwise.
    pub fn index(&mut self, v: Value) -> R {
        if v.is_small() || int::is_int(v) {
            return Ok(v);
        }
        match self.call_special(v, Special::Index, &[])? {
            Some(i) if i.is_small() => Ok(i),
            Some(i) if int::is_int(i) => crate::types::int_methods::strict(self, i, "__index__"),
            Some(i) => Err(self.type_error(&format!("__index__ returned non-int (type {})", self.class_of(i).shown_name()))),
            None => Err(self.type_error(&format!(
                "'{}' object cannot be interpreted as an integer",
                self.class_of(v).shown_name()
            ))),
        }
    }
    /// As an isize through `__index__`; OverflowError when it does not fit.
    pub fn to_isize(&mut self, v: Value) -> R<isize> {
        let i = self.index(v)?;
        if let Some(n) = i.to_small() {
            return Ok(n as isize);
        }
        match int::to_bigint(i).and_then(|b| b.to_isize()) {
            Some(n) => Ok(n),
            None => Err(self.overflow_error("Python int too large to convert to C ssize_t")),
        }
    }
    /// As an isize through `__index__`, clipped to the range (slices, sequence counts).
    pub fn to_isize_clipped(&mut self, v: Value) -> R<isize> {
        let i = self.index(v)?;
        if let Some(n) = i.to_small() {
            return Ok(n as isize);
        }
        Ok(match int::to_bigint(i) {
            Some(b) => b.to_isize().unwrap_or(if b.sign() == num_bigint::Sign::Minus {
                isize::MIN
            } else {
                isize::MAX
            }),
            None => 0,
        })
    }
    /// As a usize through `__index__`; ValueError when negative.
    pub fn to_usize(&mut self, v: Value) -> R<usize> {
        match self.to_isize(v)? {
            n if n < 0 => Err(self.value_error("value must be non-negative")),
            n => Ok(n as usize),
        }
    }
    /// As an i64 (C `int`-like arguments); OverflowError when it does not fit.
    pub fn to_i64(&mut self, v: Value) -> R<i64> {
        Ok(self.to_isize(v)? as i64)
    }
    /// As a C int.
    pub fn to_i32(&mut self, v: Value) -> R<i32> {
        let n = self.to_i64(v)?;
        i32::try_from(n).map_err(|_| self.overflow_error("Python int too large to convert to C int"))
    }
}
