//! Places of the program: instructions, by numbers.

use super::lock;
use crate::interp::code::Code;
use crate::interp::{State, code_of};
use crate::object::{Gc, Kind};
use crate::types::bound_method::BoundMethod;
use crate::types::class::{Class, class_of};
use crate::types::function::Function;
use crate::types::native_function::NativeFunction;
use crate::types::str_::Str;
use crate::value::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use vasuki_compiler::op::Op;

/// The site of what is no Python code.
pub(super) const NOWHERE: u32 = 0;

/// What an instruction reaches for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// an attribute
    Attribute(String),
    /// a method, which is looked up in the object first
    Method(String),
    /// an item of a container
    Item,
    /// a global variable
    Global(String),
    /// a variable of an enclosing function
    Closure(String),
    /// the next item of an iteration
    Next,
    /// what a call does
    Call(String),
    /// something else
    Other,
}

/// An instruction.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) file: String,
    pub(super) function: String,
    pub(super) line: u32,
    pub(super) target: Target,
    /// of one in the library: the site of the program's own that has called it
    pub(super) outer: u32,
    /// register of the key or index that it uses
    key: Option<u16>,
}

#[derive(Default)]
struct Sites {
    by_place: HashMap<(usize, usize), u32>,
    /// sites of the library, by themselves and the site that has called them
    called: HashMap<(u32, u32), u32>,
    all: Vec<Arc<Site>>,
    /// code that must not go: its places would become those of other code
    code: Vec<Value>,
}
static SITES: Mutex<Option<Sites>> = Mutex::new(None);

/// The site with this number.
pub(super) fn get(n: u32) -> Option<Arc<Site>> {
    let at = (n as usize).checked_sub(1)?;
    lock(&SITES).as_ref()?.all.get(at).cloned()
}
pub(super) fn roots(f: &mut dyn FnMut(u64)) {
    if let Some(s) = &*lock(&SITES) {
        s.code.iter().for_each(|v| f(v.0));
    }
}

const CACHED: usize = 256;
/// Frames of the library, at the most, between a site and the program's own that has called it.
const DEEPEST: usize = 16;

/// What is known of a place: where it ends, its code, the site, the register of its key, and is it in the library?
#[derive(Clone, Copy)]
struct Known {
    pc: usize,
    code: usize,
    site: u32,
    key: Option<u16>,
    library: bool,
}

/// The sites that a thread has been at, by where the instruction ends.
pub(super) struct Cache {
    known: Box<[Known; CACHED]>,
    called: HashMap<(u32, u32), u32>,
}
impl Default for Cache {
    fn default() -> Cache {
        let nothing = Known {
            pc: 0,
            code: 0,
            site: NOWHERE,
            key: None,
            library: false,
        };
        Cache {
            known: Box::new([nothing; CACHED]),
            called: HashMap::new(),
        }
    }
}
impl Cache {
    /// The site where a thread is, and the key that its instruction uses.
    #[inline]
    pub(super) fn here(&mut self, state: &State) -> (u32, Value) {
        if state.regs.is_null() {
            return (NOWHERE, Value::EMPTY);
        }
        // SAFETY: `regs` is register 0 of the running frame.
        let code = unsafe { code_of(state.regs) };
        let known = self.find(code, state.pc, state.regs);
        // SAFETY: a register of the running frame, as the instruction says.
        let key = known.key.map_or(Value::EMPTY, |r| unsafe { *state.regs.add(r as usize) });
        let site = if known.library {
            self.in_library(known.site, state)
        } else {
            known.site
        };
        (site, key)
    }
    /// The site of the instruction that ends at `pc`.
    #[inline]
    fn find(&mut self, code: Gc<Code>, pc: *const AtomicU64, regs: *const Value) -> Known {
        let e = &mut self.known[(pc as usize >> 3) % CACHED];
        if e.pc != pc as usize || e.code != code.addr() {
            *e = number(code, pc, regs);
        }
        *e
    }
    /// The site of the library, together with the program's own that has called it.
    fn in_library(&mut self, site: u32, state: &State) -> u32 {
        let mut outer = NOWHERE;
        frames(state, DEEPEST, |regs, pc| {
            // SAFETY: register 0 of a live frame.
            let known = self.find(unsafe { code_of(regs) }, pc, regs);
            outer = if known.library { NOWHERE } else { known.site };
            known.library
        });
        if outer == NOWHERE {
            return site;
        }
        *self.called.entry((site, outer)).or_insert_with(|| called(site, outer))
    }
}

/// The sites of the running frames, the innermost first.
pub(super) fn chain(cache: &mut Cache, state: &State, most: usize) -> Vec<u32> {
    let mut all = Vec::new();
    frames(state, most, |regs, pc| {
        // SAFETY: register 0 of a live frame.
        all.push(cache.find(unsafe { code_of(regs) }, pc, regs).site);
        true
    });
    all
}
/// Calls `f` with register 0 of each frame and where it is, the innermost first, while `f` says so.
fn frames(state: &State, most: usize, mut f: impl FnMut(*mut Value, *const AtomicU64) -> bool) {
    let (mut regs, mut pc) = (state.regs, state.pc);
    for _ in 0..most {
        if regs.is_null() || !f(regs, pc) {
            return;
        }
        // SAFETY: register 0 of a live frame of this thread; its header is below.
        unsafe {
            pc = (*regs.sub(6)).0 as *const AtomicU64;
            regs = (*regs.sub(5)).0 as *mut Value;
        }
    }
}
/// The site that is `site`, called from `outer`.
#[cold]
fn called(site: u32, outer: u32) -> u32 {
    let mut g = lock(&SITES);
    let s = g.get_or_insert_default();
    if let Some(&n) = s.called.get(&(site, outer)) {
        return n;
    }
    let inner = Site::clone(&s.all[site as usize - 1]);
    s.all.push(Arc::new(Site { outer, ..inner }));
    let n = s.all.len() as u32;
    s.called.insert((site, outer), n);
    n
}

#[cold]
fn number(code: Gc<Code>, pc: *const AtomicU64, regs: *const Value) -> Known {
    let words = &code.tables().words;
    let end = (pc as usize).wrapping_sub(words.as_ptr() as usize) / 8;
    let mut g = lock(&SITES);
    let s = g.get_or_insert_default();
    let place = (code.addr(), end);
    let known = |n: u32, site: &Site| Known {
        pc: pc as usize,
        code: code.addr(),
        site: n,
        key: site.key,
        library: site.is_library(),
    };
    if let Some(&n) = s.by_place.get(&place) {
        return known(n, &s.all[n as usize - 1]);
    }
    let site = Arc::new(Site::new(code, end, regs));
    s.all.push(Arc::clone(&site));
    s.code.push(code.value());
    let n = s.all.len() as u32;
    s.by_place.insert(place, n);
    known(n, &site)
}
fn text(v: Value) -> String {
    v.cast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default()
}
impl Site {
    fn new(code: Gc<Code>, end: usize, regs: *const Value) -> Site {
        let t = code.tables();
        let line = code.position(end).map_or(t.firstlineno, |p| p.line);
        let (target, key) = instruction(code, end).map_or((Target::Other, None), |w| target(code, w, regs));
        Site {
            file: text(code.filename.get()),
            function: text(t.qualname),
            line,
            target,
            outer: NOWHERE,
            key,
        }
    }
    fn is_library(&self) -> bool {
        is_library(&self.file)
    }
}
/// Is the file one of the library?
pub(super) fn is_library(file: &str) -> bool {
    file.starts_with(crate::frozen::LIBRARY_DIR) || file.starts_with("<frozen ")
}
/// The first word of the instruction that ends before word `end`.
fn instruction(code: Gc<Code>, end: usize) -> Option<u64> {
    let words = &code.tables().words;
    let mut at = 0;
    while at < end {
        let w = words.get(at)?.load(Relaxed);
        at += Op::from_u16(w as u16)?.words();
        if at == end {
            return Some(w);
        }
    }
    None
}
/// The name of what register `r` has, if that can be called.
fn callee(regs: *const Value, r: u16) -> String {
    // SAFETY: a register of the running frame, as the instruction says.
    name_of(unsafe { *regs.add(r as usize) })
}
/// After a call the register may hold anything: so it is looked up.
fn name_of(v: Value) -> String {
    let is_object = v.is_obj() && crate::memory::heap().find(v.0).is_some_and(|p| p.as_ptr() as u64 == v.0);
    match is_object.then(|| v.as_obj().kind()) {
        Some(Kind::NativeFunction) => v.as_gc::<NativeFunction>().def().name.to_owned(),
        Some(Kind::Function) => text(v.as_gc::<Function>().name.get()),
        Some(Kind::Class) => v.as_gc::<Class>().name_str(),
        Some(Kind::BoundMethod) => name_of(v.as_gc::<BoundMethod>().func.get()),
        Some(_) => class_of(v).name_str(),
        None => String::new(),
    }
}
/// What an instruction reaches for, and the register of the key.
fn target(code: Gc<Code>, word: u64, regs: *const Value) -> (Target, Option<u16>) {
    let t = code.tables();
    let (a, b, c) = ((word >> 16) as u16, (word >> 32) as u16, (word >> 48) as u16);
    let name = |n: u16| t.names.get(n as usize).map(|v| text(*v)).unwrap_or_default();
    let variable = |r: u16| {
        let own = t.cellvars.iter().find(|x| x.1 == r).map(|x| x.0);
        let free = || t.freevars.get((r as usize).wrapping_sub(t.free_base as usize)).copied();
        Target::Closure(own.or_else(free).map(text).unwrap_or_default())
    };
    match Op::from_u16(word as u16) {
        Some(Op::LoadAttr | Op::LoadSuperAttr) => (Target::Attribute(name(c)), None),
        Some(Op::LoadMethod | Op::LoadSuperMethod) => (Target::Method(name(c)), None),
        Some(Op::StoreAttr | Op::DeleteAttr) => (Target::Attribute(name(b)), None),
        Some(Op::LoadGlobal | Op::LoadName) => (Target::Global(name(b)), None),
        Some(Op::StoreGlobal | Op::StoreName | Op::DeleteGlobal | Op::DeleteName) => (Target::Global(name(a)), None),
        Some(Op::LoadDeref) => (variable(b), None),
        Some(Op::StoreDeref | Op::DeleteDeref) => (variable(a), None),
        Some(Op::LoadSubscr) => (Target::Item, Some(c)),
        Some(Op::StoreSubscr | Op::DeleteSubscr) => (Target::Item, Some(b)),
        Some(Op::In | Op::NotIn) => (Target::Item, Some(b)),
        Some(Op::JumpIfIn) => (Target::Item, Some(a)),
        Some(Op::ForIter | Op::ForIterFar) => (Target::Next, None),
        Some(Op::Call) => (Target::Call(callee(regs, b - 1)), (c > 0).then_some(b)),
        Some(Op::CallMethod) => (Target::Call(callee(regs, b - 1)), (c > 1).then_some(b + 1)),
        Some(Op::CallKw | Op::CallMethodKw | Op::CallEx) => (Target::Call(callee(regs, b - 1)), None),
        _ => (Target::Other, None),
    }
}
