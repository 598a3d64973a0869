//! Scanners, and the iterator of `finditer`.

use super::matching::{Mode, Subject, clip};
use super::{class_of, pattern, result};
use std::sync::{Arc, OnceLock};
use vasuki_vm::native::{GetSetDef, NativeDef, TypeDef, def, getter};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::payload::{self, Payload, downcast, payload_size};
use vasuki_vm::value::Value;

#[derive(Clone)]
struct Scanner {
    pattern: Value,
    string: Value,
    subject: Arc<Subject>,
    at: usize,
    start: usize,
    end: usize,
    advance: bool,
    done: bool,
}
impl Payload for Scanner {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.pattern);
        f(self.string);
    }
}
static CLASS: OnceLock<Value> = OnceLock::new();
static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: GETSETS,
    base: false,
    ..TypeDef::new("_sre.SRE_Scanner", Kind::Payload, payload_size::<Scanner>())
};
static ITER_CLASS: OnceLock<Value> = OnceLock::new();
static ITER_DEF: TypeDef = TypeDef {
    methods: ITER_METHODS,
    base: false,
    ..TypeDef::new("callable_iterator", Kind::Payload, payload_size::<Scanner>())
};
static METHODS: &[NativeDef] = &[def("match", "self, /", match_, ""), def("search", "self, /", search, "")];
static GETSETS: &[GetSetDef] = &[getter("pattern", |th, v| Ok(open(th, v)?.pattern), "")];
static ITER_METHODS: &[NativeDef] = &[
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
];
fn make(th: &mut Thread, a: &[Value], cell: &'static OnceLock<Value>, def: &'static TypeDef) -> R {
    let p = pattern::of(th, a[0])?;
    let s = Subject::of(th, p, a[1])?;
    let (at, end) = clip(th, a[2], a[3], s.len())?;
    let class = class_of(th, cell, def)?;
    let state = Scanner {
        pattern: a[0],
        string: a[1],
        subject: Arc::new(s),
        at,
        start: at,
        end,
        advance: false,
        done: at > end,
    };
    Ok(payload::new(th, class, state).value())
}
/// `pattern.scanner(string, pos, endpos)`
pub fn new(th: &mut Thread, a: &[Value]) -> R {
    make(th, a, &CLASS, &DEF)
}
/// `pattern.finditer(string, pos, endpos)`
pub fn new_iterator(th: &mut Thread, a: &[Value]) -> R {
    make(th, a, &ITER_CLASS, &ITER_DEF)
}
fn open(th: &mut Thread, v: Value) -> R<&'static mut Scanner> {
    match downcast::<Scanner>(v) {
        Some(s) => th.open_mut(s),
        None => Err(th.type_error("expected a scanner")),
    }
}
fn step(th: &mut Thread, v: Value, mode: Mode) -> R<Option<Value>> {
    let s = open(th, v)?;
    if s.done {
        return Ok(None);
    }
    let p = pattern::of(th, s.pattern)?;
    let (subject, at, start, end, advance) = (s.subject.clone(), s.at, s.start, s.end, s.advance);
    let (pattern, string) = (s.pattern, s.string);
    let found = subject.run(th, p, mode, at, end, advance)?;
    let s = open(th, v)?;
    let Some(f) = found else {
        s.done = true;
        return Ok(None);
    };
    s.advance = f.start == f.end;
    s.at = f.end;
    result::new(th, pattern, string, f, start, end).map(Some)
}
fn match_(th: &mut Thread, a: &[Value]) -> R {
    Ok(step(th, a[0], Mode::Match)?.unwrap_or(Value::NONE))
}
fn search(th: &mut Thread, a: &[Value]) -> R {
    Ok(step(th, a[0], Mode::Search)?.unwrap_or(Value::NONE))
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    Ok(step(th, a[0], Mode::Search)?.unwrap_or(Value::EMPTY))
}
