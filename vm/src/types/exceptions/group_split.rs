//! Splitting exception groups, and what `except*` needs.

use crate::context::ctx;
use crate::names::names;
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::class::class_of;
use crate::types::exception::{self, Exception};
use crate::types::exceptions::group::{exceptions, is_group};
use crate::types::list::List;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// What a part of a group must satisfy.
pub enum Matcher {
    /// be an instance of a class or of one of a tuple of classes
    Type(Value),
    /// make a callable true
    Predicate(Value),
    /// be one of these leaves
    Leaves(Vec<Value>),
}
fn matches(th: &mut Thread, e: Value, m: &Matcher) -> R<bool> {
    match m {
        Matcher::Type(t) => match t.cast::<Tuple>() {
            Some(t) => Ok(t.items().iter().any(|c| class_of(e).is_subclass_of(c.as_gc()))),
            None => Ok(class_of(e).is_subclass_of(t.as_gc())),
        },
        Matcher::Predicate(f) => {
            let r = th.call(*f, &[e])?;
            th.truth(r)
        }
        Matcher::Leaves(l) => Ok(!is_group(e) && l.contains(&e)),
    }
}
/// (matching part or None, rest or None); the rest is only made when asked for.
pub fn split(th: &mut Thread, e: Value, m: &Matcher, want_rest: bool) -> R<(Value, Value)> {
    if matches(th, e, m)? {
        return Ok((e, Value::NONE));
    }
    if !is_group(e) {
        return Ok((Value::NONE, e));
    }
    let (mut yes, mut no) = (ValueVec::new(), ValueVec::new());
    let parts = exceptions(th, e)?;
    for p in parts.items() {
        let (y, n) = th.recurse(" in exceptiongroup_split_recursive", |th| split(th, *p, m, want_rest))?;
        if !y.is_none() {
            yes.push(th, y)?;
        }
        if !n.is_none() {
            no.push(th, n)?;
        }
    }
    let y = derived(th, e, yes)?;
    let n = if want_rest { derived(th, e, no)? } else { Value::NONE };
    Ok((y, n))
}
/// A group like `e` with other exceptions, through `derive`; None for no exceptions.
fn derived(th: &mut Thread, e: Value, parts: ValueVec) -> R {
    if parts.is_empty() {
        return Ok(Value::NONE);
    }
    let list = th.new_list(parts.as_slice())?;
    let key = th.intern("derive");
    let made = th.call_method(e, key, &[list])?;
    if !is_group(made) {
        return Err(th.type_error("derive must return an instance of BaseExceptionGroup"));
    }
    let (from, to) = (exception::this(e), exception::this(made));
    type Field = fn(&Exception) -> &crate::object::Slot;
    let copied: [(Field, Value); 3] = [
        (|x| &x.traceback, from.field(th, &from.traceback)?),
        (|x| &x.context, from.field(th, &from.context)?),
        (|x| &x.cause, from.field(th, &from.cause)?),
    ];
    for (f, v) in copied {
        to.set(th, f(&to), v)?;
    }
    let suppress = from.field(th, &from.suppress_context)?;
    to.set(th, &to.suppress_context, suppress)?;
    if let Some(notes) = th.getattr_opt(e, names().__notes__)?
        && notes.is_kind(Kind::List)
    {
        let items = th.collect(notes)?;
        let copy = th.new_list(items.as_slice())?;
        th.setattr(made, names().__notes__, copy)?;
    }
    Ok(made)
}
/// `except*`: (matching group or None, rest or None) of an exception against a class or tuple. A naked exception that
/// matches is wrapped.
pub fn except_star(th: &mut Thread, e: Value, against: Value) -> R<(Value, Value)> {
    let t = &ctx().types;
    let classes: &[Value] = match against.cast::<Tuple>() {
        Some(t) => t.items(),
        None => &[against],
    };
    for c in classes {
        let Some(c) = c.cast::<crate::types::class::Class>().filter(|c| c.is_subclass_of(t.BaseException)) else {
            return Err(th.type_error("catching classes that do not inherit from BaseException is not allowed"));
        };
        if c.is_subclass_of(t.BaseExceptionGroup) {
            return Err(th.type_error("catching ExceptionGroup with except* is not allowed. Use except instead."));
        }
    }
    let m = Matcher::Type(against);
    if matches(th, e, &m)? {
        if is_group(e) {
            return Ok((e, Value::NONE));
        }
        let list = th.new_tuple(&[e]);
        let wrapped = th.call(t.BaseExceptionGroup.value(), &[ctx().empty_str, list])?;
        let (from, to) = (exception::this(e), exception::this(wrapped));
        let tb = from.field(th, &from.traceback)?;
        to.set(th, &to.traceback, tb)?;
        return Ok((wrapped, Value::NONE));
    }
    if !is_group(e) {
        return Ok((Value::NONE, e));
    }
    let key = th.intern("split");
    let pair = th.call_method(e, key, &[against])?;
    match pair.cast::<Tuple>() {
        Some(p) if p.len() >= 2 => Ok((p.items()[0], p.items()[1])),
        Some(p) => Err(th.type_error(&format!(
            "{}.split must return a 2-tuple, got tuple of size {}",
            class_of(e).name_str(),
            p.len()
        ))),
        None => {
            let text = format!(
                "{}.split must return a tuple, not {}",
                class_of(e).name_str(),
                class_of(pair).name_str()
            );
            Err(th.type_error(&text))
        }
    }
}
/// What to raise after all `except*` clauses ran: from the original and the list of results (raised ones and the
/// unhandled rest, Nones among them). None: nothing.
pub fn prep_reraise_star(th: &mut Thread, original: Value, results: Value) -> R {
    let all = results.as_gc::<List>().snapshot(th)?;
    let items: Vec<Value> = all.as_slice().iter().copied().filter(|v| !v.is_none()).collect();
    if items.is_empty() {
        return Ok(Value::NONE);
    }
    if !is_group(original) {
        return Ok(items[0]);
    }
    let (mut raised, mut reraised) = (ValueVec::new(), ValueVec::new());
    for e in &items {
        if same_origin(th, *e, original)? {
            reraised.push(th, *e)?
        } else {
            raised.push(th, *e)?
        }
    }
    let mut rest = Value::NONE;
    if !reraised.is_empty() {
        let mut leaves = Vec::new();
        for e in reraised.as_slice() {
            collect_leaves(th, *e, &mut leaves)?;
        }
        rest = split(th, original, &Matcher::Leaves(leaves), false)?.0;
    }
    if raised.is_empty() {
        return Ok(rest);
    }
    if !rest.is_none() {
        raised.push(th, rest)?;
    }
    if let [one] = raised.as_slice() {
        return Ok(*one);
    }
    let list = th.new_list(raised.as_slice())?;
    th.call(ctx().types.BaseExceptionGroup.value(), &[ctx().empty_str, list])
}
/// Was `e` split off `original` rather than raised in a handler? Parts keep the traceback, cause and context.
fn same_origin(th: &mut Thread, e: Value, original: Value) -> R<bool> {
    let (Some(a), Some(b)) = (e.cast::<Exception>(), original.cast::<Exception>()) else {
        return Ok(false);
    };
    Ok(is_group(e)
        && same_field(th, a, b, |x| &x.traceback)?
        && same_field(th, a, b, |x| &x.cause)?
        && same_field(th, a, b, |x| &x.context)?)
}
fn same_field(th: &mut Thread, a: Gc<Exception>, b: Gc<Exception>, f: fn(&Exception) -> &crate::object::Slot) -> R<bool> {
    Ok(a.field(th, f(&a))? == b.field(th, f(&b))?)
}
fn collect_leaves(th: &mut Thread, e: Value, out: &mut Vec<Value>) -> R<()> {
    if !is_group(e) {
        out.push(e);
        return Ok(());
    }
    let parts = exceptions(th, e)?;
    for p in parts.items() {
        th.recurse(" in exception groups", |th| collect_leaves(th, *p, out))?;
    }
    Ok(())
}
