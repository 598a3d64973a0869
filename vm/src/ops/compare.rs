//! Comparison operators.

use crate::attrs;
use crate::object::Kind;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bytes::Bytes;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::types::tuple_methods;
use crate::value::Value;

/// A rich comparison.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
#[expect(missing_docs, reason = "named as the operators")]
pub enum CmpOp {
    Lt,
    Le,
    Eq,
    Ne,
    Gt,
    Ge,
}
impl CmpOp {
    /// The special method, the one of the swapped operands, and the symbol.
    pub fn methods(self) -> (Special, Special, &'static str) {
        match self {
            CmpOp::Lt => (Special::Lt, Special::Gt, "<"),
            CmpOp::Le => (Special::Le, Special::Ge, "<="),
            CmpOp::Eq => (Special::Eq, Special::Eq, "=="),
            CmpOp::Ne => (Special::Ne, Special::Ne, "!="),
            CmpOp::Gt => (Special::Gt, Special::Lt, ">"),
            CmpOp::Ge => (Special::Ge, Special::Le, ">="),
        }
    }
    /// What the operator says of an ordering.
    #[inline(always)]
    pub fn holds(self, o: std::cmp::Ordering) -> bool {
        match self {
            CmpOp::Lt => o.is_lt(),
            CmpOp::Le => o.is_le(),
            CmpOp::Eq => o.is_eq(),
            CmpOp::Ne => o.is_ne(),
            CmpOp::Gt => o.is_gt(),
            CmpOp::Ge => o.is_ge(),
        }
    }
}

impl Thread {
    /// `a op b`
    pub fn compare(&mut self, op: CmpOp, a: Value, b: Value) -> R {
        if Value::both_small(a, b) {
            return Ok(Value::bool(op.holds(a.as_small().cmp(&b.as_small()))));
        }
        let (m, r, symbol) = op.methods();
        if a.is_obj() && b.is_obj() {
            let (t, ca, cb) = (&crate::context::ctx().types, self.class_of(a), self.class_of(b));
            if ca == t.tuple && cb == t.tuple {
                let (x, y) = (a.as_gc::<Tuple>().items(), b.as_gc::<Tuple>().items());
                return self.recurse(" in comparison", |th| tuple_methods::compare_items(th, op, x, y));
            }
            let by_identity = t.object.special(m);
            if matches!(op, CmpOp::Eq | CmpOp::Ne) && ca.special(m) == by_identity && cb.special(m) == by_identity {
                // `object.__ne__` asks `__eq__`.
                let eq = t.object.special(Special::Eq);
                if ca.special(Special::Eq) == eq && cb.special(Special::Eq) == eq {
                    return Ok(Value::bool((a == b) == (op == CmpOp::Eq)));
                }
            }
        }
        let found = self.recurse(" in comparison", |th| {
            let (ca, cb) = (th.class_of(a), th.class_of(b));
            let mut tried_right = false;
            if ca != cb && cb.is_subclass_of(ca) && cb.special(r).is_some() {
                tried_right = true;
                if let Some(v) = ask(th, b, r, a)?
                    && v != Value::NOT_IMPLEMENTED
                {
                    return Ok(Some(v));
                }
            }
            if let Some(v) = ask(th, a, m, b)?
                && v != Value::NOT_IMPLEMENTED
            {
                return Ok(Some(v));
            }
            if !tried_right
                && let Some(v) = ask(th, b, r, a)?
                && v != Value::NOT_IMPLEMENTED
            {
                return Ok(Some(v));
            }
            Ok(None)
        })?;
        match (found, op) {
            (Some(v), _) => Ok(v),
            (None, CmpOp::Eq) => Ok(Value::bool(a == b)),
            (None, CmpOp::Ne) => Ok(Value::bool(a != b)),
            _ => {
                let (na, nb) = (self.class_of(a).shown_name(), self.class_of(b).shown_name());
                Err(self.type_error(&format!("'{symbol}' not supported between instances of '{na}' and '{nb}'")))
            }
        }
    }
    /// `bool(a op b)`
    pub fn compare_bool(&mut self, op: CmpOp, a: Value, b: Value) -> R<bool> {
        let v = self.compare(op, a, b)?;
        self.truth(v)
    }
    /// `a is b or a == b`, as containers compare. Two equal floats that are NaN count as identical only as one object,
    /// and unboxed NaNs have no identity of their own: they compare identical, as one NaN object does.
    #[inline]
    pub fn eq(&mut self, a: Value, b: Value) -> R<bool> {
        if a == b {
            return Ok(true);
        }
        if Value::both_small(a, b) {
            return Ok(false);
        }
        if a.is_obj() && b.is_obj() {
            let t = &crate::context::ctx().types;
            let (x, y) = (self.class_of(a), self.class_of(b));
            if x == t.str && y == t.str {
                return Ok(a.as_gc::<Str>().same(b.as_gc::<Str>()));
            }
            if x == t.bytes && y == t.bytes {
                return Ok(a.as_gc::<Bytes>().as_slice() == b.as_gc::<Bytes>().as_slice());
            }
        }
        self.compare_bool(CmpOp::Eq, a, b)
    }
}
/// Calls a comparison method of `v`. One that cannot be had from its descriptor is as good as none.
#[inline]
fn ask(th: &mut Thread, v: Value, s: Special, other: Value) -> R<Option<Value>> {
    let class = th.class_of(v);
    let Some(m) = class.special(s) else { return Ok(None) };
    if m.is_kind(Kind::Function) || m.is_kind(Kind::NativeFunction) || m.is_none() {
        return th.call_special(v, s, &[other]);
    }
    let exception = crate::context::ctx().types.BaseException;
    match th.catch(exception, |th| attrs::bind(th, m, v, class.value()))? {
        Ok(m) => th.call(m, &[other]).map(Some),
        Err(_) => Ok(None),
    }
}
