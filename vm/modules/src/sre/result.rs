//! `re.Match`.

use super::class_of;
use super::matching::{Found, slice};
use super::pattern::{self, Pattern, group_index};
use super::replace;
use std::sync::OnceLock;
use vasuki_vm::native::{GetSetDef, NativeDef, TypeDef, def, def_class, getter};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::payload::{self, Payload, downcast, payload_size};
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

/// A match. Never changes.
#[derive(Clone)]
pub struct Match {
    pattern: Value,
    string: Value,
    found: Found,
    pos: usize,
    endpos: usize,
}
impl Payload for Match {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.pattern);
        f(self.string);
    }
}
pub static CLASS: OnceLock<Value> = OnceLock::new();
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: GETSETS,
    base: false,
    doc: "The result of re.match() and re.search().\nMatch objects always have a boolean value of True.",
    ..TypeDef::new("re.Match", Kind::Payload, payload_size::<Match>())
};
static METHODS: &[NativeDef] = &[
    def(
        "group",
        "self, /, *args",
        group,
        "Return subgroup(s) of the match by indices or names.",
    ),
    def(
        "groups",
        "self, /, default=None",
        groups,
        "Return a tuple containing all the subgroups of the match, from 1.",
    ),
    def(
        "groupdict",
        "self, /, default=None",
        groupdict,
        "Return a dictionary containing all the named subgroups of the match, keyed by the subgroup name.",
    ),
    def(
        "start",
        "self, group=0, /",
        start,
        "Return index of the start of the substring matched by group.",
    ),
    def(
        "end",
        "self, group=0, /",
        end,
        "Return index of the end of the substring matched by group.",
    ),
    def(
        "span",
        "self, group=0, /",
        span,
        "For match object m, return the 2-tuple (m.start(group), m.end(group)).",
    ),
    def(
        "expand",
        "self, /, template",
        expand,
        "Return the string obtained by doing backslash substitution on the string template, as done by the sub() method.",
    ),
    def("__getitem__", "self, key, /", getitem, "Return self[key]."),
    def("__copy__", "self, /", |_, a| Ok(a[0]), ""),
    def("__deepcopy__", "self, memo, /", |_, a| Ok(a[0]), ""),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def_class("__class_getitem__", "type, object, /", class_getitem, "See PEP 585"),
];
static GETSETS: &[GetSetDef] = &[
    getter("string", |th, v| Ok(of(th, v)?.string), "The string passed to match() or search()."),
    getter("re", |th, v| Ok(of(th, v)?.pattern), "The regular expression object."),
    getter(
        "pos",
        |th, v| Ok(Value::small(of(th, v)?.pos as i64)),
        "The index into the string at which the RE engine started looking for a match.",
    ),
    getter(
        "endpos",
        |th, v| Ok(Value::small(of(th, v)?.endpos as i64)),
        "The index into the string beyond which the RE engine will not go.",
    ),
    getter("lastindex", lastindex, "The integer index of the last matched capturing group."),
    getter("lastgroup", lastgroup, "The name of the last matched capturing group."),
    getter("regs", regs, ""),
];
/// A match object.
pub fn new(th: &mut Thread, pattern: Value, string: Value, found: Found, pos: usize, endpos: usize) -> R {
    let class = class_of(th, &CLASS, &DEF)?;
    Ok(payload::new(
        th,
        class,
        Match {
            pattern,
            string,
            found,
            pos,
            endpos,
        },
    )
    .value())
}
fn of(th: &mut Thread, v: Value) -> R<&'static Match> {
    match downcast::<Match>(v) {
        Some(m) => Ok(m.frozen()),
        None => Err(th.type_error("expected a re.Match")),
    }
}
impl Match {
    fn pattern(&self, th: &mut Thread) -> R<&'static Pattern> {
        pattern::of(th, self.pattern)
    }
    fn reg(&self, th: &mut Thread, v: Value) -> R<Option<(usize, usize)>> {
        let p = self.pattern(th)?;
        match group_index(th, p, v)? {
            Some(g) => Ok(self.found.span(g)),
            None => Err(th.index_error("no such group")),
        }
    }
    fn text(&self, th: &mut Thread, g: usize, default: Value) -> R {
        match self.found.span(g) {
            Some((i, j)) => slice(th, self.string, i, j),
            None => Ok(default),
        }
    }
}
/// Text of a group of a match value, for templates; None when it did not take part.
pub fn group_text(th: &mut Thread, m: Value, g: usize) -> R {
    of(th, m)?.text(th, g, Value::NONE)
}
/// The subject of a match value.
pub fn subject(th: &mut Thread, m: Value) -> R {
    Ok(of(th, m)?.string)
}
fn one(th: &mut Thread, m: &Match, v: Value) -> R {
    match m.reg(th, v)? {
        Some((i, j)) => slice(th, m.string, i, j),
        None => Ok(Value::NONE),
    }
}
fn group(th: &mut Thread, a: &[Value]) -> R {
    let m = of(th, a[0])?;
    match a[1].cast::<Tuple>().map_or(&[][..], |t| t.items()) {
        [] => m.text(th, 0, Value::NONE),
        [v] => one(th, m, *v),
        many => {
            let mut out = ValueVec::with_capacity(th, many.len())?;
            for &v in many {
                let t = one(th, m, v)?;
                out.push(th, t)?;
            }
            Ok(th.new_tuple(out.as_slice()))
        }
    }
}
fn getitem(th: &mut Thread, a: &[Value]) -> R {
    let m = of(th, a[0])?;
    one(th, m, a[1])
}
fn default(v: Value) -> Value {
    if v.is_empty() { Value::NONE } else { v }
}
fn groups(th: &mut Thread, a: &[Value]) -> R {
    let m = of(th, a[0])?;
    let mut out = ValueVec::new();
    for g in 1..m.found.groups() {
        let t = m.text(th, g, default(a[1]))?;
        out.push(th, t)?;
    }
    Ok(th.new_tuple(out.as_slice()))
}
fn groupdict(th: &mut Thread, a: &[Value]) -> R {
    let m = of(th, a[0])?;
    let p = m.pattern(th)?;
    let out = th.new_dict();
    if let Some(d) = p.groupindex.cast::<Dict>() {
        let (keys, values) = d.snapshot(th)?;
        for (&k, &v) in keys.as_slice().iter().zip(values.as_slice()) {
            let t = m.text(th, v.to_small().unwrap_or(0) as usize, default(a[1]))?;
            out.as_gc::<Dict>().set(th, k, t)?;
        }
    }
    Ok(out)
}
fn place(th: &mut Thread, a: &[Value]) -> R<(i64, i64)> {
    let m = of(th, a[0])?;
    let r = if a[1].is_empty() { m.found.span(0) } else { m.reg(th, a[1])? };
    Ok(r.map_or((-1, -1), |(i, j)| (i as i64, j as i64)))
}
fn start(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::small(place(th, a)?.0))
}
fn end(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::small(place(th, a)?.1))
}
fn span(th: &mut Thread, a: &[Value]) -> R {
    let (i, j) = place(th, a)?;
    Ok(th.new_tuple(&[Value::small(i), Value::small(j)]))
}
fn expand(th: &mut Thread, a: &[Value]) -> R {
    let m = of(th, a[0])?;
    let t = replace::compile_template(th, m.pattern, a[1])?;
    replace::expand(th, t, a[0])
}
fn lastindex(th: &mut Thread, v: Value) -> R {
    let n = of(th, v)?.found.last_group;
    Ok(if n > 0 { Value::small(n as i64) } else { Value::NONE })
}
fn lastgroup(th: &mut Thread, v: Value) -> R {
    let m = of(th, v)?;
    let names = m.pattern(th)?.indexgroup.cast::<Tuple>().map_or(&[][..], |t| t.items());
    Ok(match m.found.last_group {
        0 => Value::NONE,
        g => names.get(g as usize).copied().unwrap_or(Value::NONE),
    })
}
fn regs(th: &mut Thread, v: Value) -> R {
    let m = of(th, v)?;
    let mut out = ValueVec::new();
    for g in 0..m.found.groups() {
        let (i, j) = m.found.span(g).map_or((-1, -1), |(i, j)| (i as i64, j as i64));
        let t = th.new_tuple(&[Value::small(i), Value::small(j)]);
        out.push(th, t)?;
    }
    Ok(th.new_tuple(out.as_slice()))
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let m = of(th, a[0])?;
    let (i, j) = (m.found.start, m.found.end);
    let t = slice(th, m.string, i, j)?;
    let text = th.repr_string(t)?;
    Ok(th.new_str(&format!(
        "<re.Match object; span=({i}, {j}), match={}>",
        text.chars().take(50).collect::<String>()
    )))
}
fn class_getitem(th: &mut Thread, a: &[Value]) -> R {
    vasuki_vm::types::generic_alias::new(th, a[0], a[1])
}
