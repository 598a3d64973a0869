//! `sub`, `subn` and templates.

use super::matching::{Subject, slice};
use super::pattern::{self, Matches};
use super::{class_of, result};
use std::sync::OnceLock;
use vasuki_vm::native::TypeDef;
use vasuki_vm::object::Kind;
use vasuki_vm::special::Special;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::buffer_protocol::{bytes_arg, bytes_like};
use vasuki_vm::types::payload::{self, Payload, downcast, payload_size};
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::str_ops;
use vasuki_vm::value::Value;

/// A parsed template: literals and groups in turn. Never changes.
#[derive(Clone)]
struct Template {
    /// literal, then (group, literal) ...
    first: Value,
    rest: Vec<(usize, Value)>,
}
impl Payload for Template {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.first);
        self.rest.iter().for_each(|r| f(r.1));
    }
}
static CLASS: OnceLock<Value> = OnceLock::new();
static DEF: TypeDef = TypeDef {
    base: false,
    ..TypeDef::new("_sre.SRE_Template", Kind::Payload, payload_size::<Template>())
};

/// `_sre.template(pattern, [literal, group, literal, ...])`
pub fn template(th: &mut Thread, a: &[Value]) -> R {
    let items = th.collect(a[1])?;
    let items = items.as_slice();
    let Some((&first, rest)) = items.split_first() else {
        return Err(th.type_error("invalid template"));
    };
    let mut t = Template { first, rest: Vec::new() };
    for pair in rest.chunks(2) {
        let [g, literal] = pair else {
            return Err(th.type_error("invalid template"));
        };
        let g = th.to_usize(*g)?;
        t.rest.push((g, *literal));
    }
    let class = class_of(th, &CLASS, &DEF)?;
    Ok(payload::new(th, class, t).value())
}
/// The template of a replacement text: a Template, or the text itself when it has no groups.
pub fn compile_template(th: &mut Thread, pattern: Value, repl: Value) -> R {
    let name = th.new_str("re");
    let import = th.intern("__import__");
    let Some(f) = vasuki_vm::context::ctx().builtins.get_interned(import) else {
        return Err(th.runtime_error("lost __import__"));
    };
    let re = th.call(f, &[name])?;
    let compile = th.intern("_compile_template");
    th.call_method(re, compile, &[pattern, repl])
}
/// A template filled from a match.
pub fn expand(th: &mut Thread, t: Value, m: Value) -> R {
    let Some(t) = downcast::<Template>(t) else { return Ok(t) };
    let t = t.frozen();
    let mut parts = ValueVec::new();
    parts.push(th, t.first)?;
    for (g, literal) in &t.rest {
        let v = result::group_text(th, m, *g)?;
        if !v.is_none() {
            parts.push(th, v)?;
        }
        parts.push(th, *literal)?;
    }
    let s = result::subject(th, m)?;
    join(th, s, parts)
}
fn join(th: &mut Thread, subject: Value, parts: ValueVec) -> R {
    if subject.is_kind(Kind::Str) {
        for &p in parts.as_slice() {
            if p.cast::<Str>().is_none() {
                let text = format!("sequence item 0: expected str instance, {} found", th.class_of(p).name_str());
                return Err(th.type_error(&text));
            }
        }
        return str_ops::concat_all(th, parts.as_slice());
    }
    let mut out = Vec::new();
    for &p in parts.as_slice() {
        out.extend_from_slice(&bytes_arg(th, p)?);
    }
    Ok(th.new_bytes(&out))
}
enum Filter {
    Literal(Value),
    Template(Value),
    Call(Value),
}
fn substitute(th: &mut Thread, a: &[Value]) -> R<(Value, i64)> {
    let p = pattern::of(th, a[0])?;
    let max = if a[3].is_empty() { 0 } else { th.to_isize(a[3])? };
    let filter = if th.class_of(a[1]).special(Special::Call).is_some() {
        Filter::Call(a[1])
    } else {
        let plain = match a[1].cast::<Str>() {
            Some(s) => s.points().all(|c| c != 0x5C),
            None => bytes_like(th, a[1])?.is_some_and(|b| !b.contains(&b'\\')),
        };
        if plain {
            Filter::Literal(a[1])
        } else {
            let t = compile_template(th, a[0], a[1])?;
            if downcast::<Template>(t).is_some() {
                Filter::Template(t)
            } else {
                Filter::Literal(t)
            }
        }
    };
    let s = Subject::of(th, p, a[2])?;
    let mut parts = ValueVec::new();
    let (mut last, mut n) = (0, 0);
    let limit = match max {
        0 => usize::MAX,
        m if m < 0 => 0,
        m => m as usize,
    };
    let end = s.len();
    let mut matches = Matches::new(p, &s, 0, end);
    for _ in 0..limit {
        let Some(f) = matches.next(th)? else { break };
        let (i, j) = (f.start, f.end);
        if i > last {
            let piece = slice(th, a[2], last, i)?;
            parts.push(th, piece)?;
        }
        let r = match filter {
            Filter::Literal(v) => v,
            Filter::Template(t) => {
                let m = result::new(th, a[0], a[2], f, 0, end)?;
                expand(th, t, m)?
            }
            Filter::Call(c) => {
                let m = result::new(th, a[0], a[2], f, 0, end)?;
                th.call(c, &[m])?
            }
        };
        if !r.is_none() {
            parts.push(th, r)?;
        }
        last = j;
        n += 1;
    }
    if n == 0 {
        return Ok((slice(th, a[2], 0, end)?, 0));
    }
    let piece = slice(th, a[2], last, end)?;
    parts.push(th, piece)?;
    Ok((join(th, a[2], parts)?, n))
}
/// `pattern.sub(repl, string, count)`
pub fn sub(th: &mut Thread, a: &[Value]) -> R {
    Ok(substitute(th, a)?.0)
}
/// `pattern.subn(repl, string, count)`
pub fn subn(th: &mut Thread, a: &[Value]) -> R {
    let (v, n) = substitute(th, a)?;
    Ok(th.new_tuple(&[v, Value::small(n)]))
}
