//! `sys.monitoring`: which tools there are, what they want to hear, and telling them.
//!
//! Events come from the loop's traced variant, as those of `sys.settrace` do: see `trace`. What is here is bookkeeping of
//! the VM, no part of any transaction. It changes while all other threads stand still; only what callbacks disable changes
//! at any time, and is undone with the transaction whose callback did it.

use super::code::{Code, Tables};
use super::trace::{self, Stop, mark_frames};
use crate::memory;
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::value::Value;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

/// Tools have the numbers below this one.
pub(crate) const TOOLS: usize = 6;

macro_rules! events {
    ($($id:ident $name:literal)*) => {
        /// What a tool can hear of; its number is its bit.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        #[repr(u32)]
        pub(crate) enum Event { $($id,)* }
        /// Their names.
        pub(crate) const NAMES: &[&str] = &[$($name,)*];
    };
}
events! {
    PyStart "PY_START"
    PyResume "PY_RESUME"
    PyReturn "PY_RETURN"
    PyYield "PY_YIELD"
    Call "CALL"
    Line "LINE"
    Instruction "INSTRUCTION"
    Jump "JUMP"
    BranchLeft "BRANCH_LEFT"
    BranchRight "BRANCH_RIGHT"
    StopIteration "STOP_ITERATION"
    Raise "RAISE"
    ExceptionHandled "EXCEPTION_HANDLED"
    PyUnwind "PY_UNWIND"
    PyThrow "PY_THROW"
    Reraise "RERAISE"
    CReturn "C_RETURN"
    CRaise "C_RAISE"
    Branch "BRANCH"
}
impl Event {
    /// Its bit in a set of events.
    pub(crate) const fn bit(self) -> u32 {
        1 << self as u32
    }
    /// C_RETURN and C_RAISE come with CALL.
    pub(super) fn set_with(self) -> u32 {
        match self {
            Event::CReturn | Event::CRaise => Event::Call.bit(),
            e => e.bit(),
        }
    }
}
/// Events of one code object's instructions: they can be set for it alone, and disabled.
pub(crate) const LOCAL: u32 = Event::Raise.bit() - 1;
/// Both ways of a branch.
pub(crate) const BRANCHES: u32 = Event::BranchLeft.bit() | Event::BranchRight.bit();
/// Events for which the frame's object remembers something from one instruction to the next.
pub(super) const REMEMBER: u32 = BRANCHES | Event::Line.bit() | Event::Call.bit();

const EVENTS: usize = NAMES.len();

const fn nothing() -> AtomicU64 {
    AtomicU64::new(Value::EMPTY.0)
}

/// A tool.
struct Tool {
    name: AtomicU64,
    callbacks: [AtomicU64; EVENTS],
    /// events everywhere
    events: AtomicU32,
    /// changes when the tool's events of code objects, and what it disabled, no longer count
    generation: AtomicU32,
    /// code objects that it has set events for
    codes: AtomicU32,
    /// changes when what it disabled no longer counts
    epoch: AtomicU32,
}
impl Tool {
    const fn new() -> Tool {
        Tool {
            name: nothing(),
            callbacks: [const { nothing() }; EVENTS],
            events: AtomicU32::new(0),
            generation: AtomicU32::new(0),
            codes: AtomicU32::new(0),
            epoch: AtomicU32::new(0),
        }
    }
}
static REGISTRY: [Tool; TOOLS] = [const { Tool::new() }; TOOLS];
/// All events that any tool has set everywhere.
static EVERYWHERE: AtomicU32 = AtomicU32::new(0);
/// The objects `DISABLE` and `MISSING`.
static CONSTANTS: [AtomicU64; 2] = [const { nothing() }; 2];

/// What a code object knows about its tools.
#[derive(Default)]
pub struct CodeMonitor {
    /// events that a tool may have set for this code
    any: AtomicU32,
    /// by tool: its generation, the events
    tools: [AtomicU64; TOOLS],
    /// (word, event, tool) of what callbacks have disabled, and the tool's epoch
    disabled: Mutex<HashMap<(u32, u8, u8), u32>>,
}
impl CodeMonitor {
    fn events(&self, tool: usize) -> u32 {
        let w = self.tools[tool].load(Relaxed);
        if (w >> 32) as u32 == REGISTRY[tool].generation.load(Relaxed) {
            w as u32
        } else {
            0
        }
    }
    fn disabled(&self) -> std::sync::MutexGuard<'_, HashMap<(u32, u8, u8), u32>> {
        self.disabled.lock().unwrap_or_else(|e| e.into_inner())
    }
}
impl Drop for CodeMonitor {
    fn drop(&mut self) {
        for (i, tool) in REGISTRY.iter().enumerate() {
            if self.events(i) != 0 {
                tool.codes.fetch_sub(1, Relaxed);
            }
        }
    }
}

/// Does any tool want any event?
pub(crate) fn is_on() -> bool {
    EVERYWHERE.load(Relaxed) != 0 || REGISTRY.iter().any(|t| t.codes.load(Relaxed) != 0)
}
/// The events that tools may want of this code.
#[inline(always)]
pub(super) fn wanted(t: &Tables) -> u32 {
    EVERYWHERE.load(Relaxed) | t.monitor.any.load(Relaxed)
}
/// Calls `f` with every word that may be a root.
pub(crate) fn roots(f: &mut dyn FnMut(u64)) {
    CONSTANTS.iter().for_each(|c| f(c.load(Relaxed)));
    for t in &REGISTRY {
        f(t.name.load(Relaxed));
        t.callbacks.iter().for_each(|c| f(c.load(Relaxed)));
    }
}
/// Makes `DISABLE` and `MISSING` known.
pub(crate) fn set_constants(disable: Value, missing: Value) {
    CONSTANTS[0].store(disable.0, Relaxed);
    CONSTANTS[1].store(missing.0, Relaxed);
}
/// `MISSING`: a call without arguments.
pub(super) fn missing() -> Value {
    Value(CONSTANTS[1].load(Relaxed))
}
fn load(a: &AtomicU64) -> Option<Value> {
    let v = Value(a.load(Relaxed));
    if v.is_empty() { None } else { Some(v) }
}

/// Name of a tool that is in use.
pub(crate) fn name(tool: usize) -> Option<Value> {
    load(&REGISTRY[tool].name)
}
/// Events that a tool gets everywhere.
pub(crate) fn events(tool: usize) -> u32 {
    REGISTRY[tool].events.load(Relaxed)
}
/// Events that a tool has set for a code object.
pub(crate) fn local_events(tool: usize, code: Gc<Code>) -> u32 {
    code.tables().monitor.events(tool)
}
/// A tool takes a number; None frees it.
pub(crate) fn set_name(th: &mut Thread, tool: usize, name: Option<Value>) -> R<()> {
    th.irrevocable()?;
    let name = name.unwrap_or(Value::EMPTY);
    th.share_now(name);
    REGISTRY[tool].name.store(name.0, Relaxed);
    Ok(())
}
/// Sets a callback, gives the old one. BRANCH is both branches.
pub(crate) fn set_callback(th: &mut Thread, tool: usize, event: usize, f: Option<Value>) -> R {
    th.irrevocable()?;
    let f = f.unwrap_or(Value::EMPTY);
    th.share_now(f);
    let callbacks = &REGISTRY[tool].callbacks;
    let old = load(&callbacks[event]).unwrap_or(Value::NONE);
    callbacks[event].store(f.0, Relaxed);
    let sides = [Event::BranchLeft, Event::BranchRight].map(|e| e as usize);
    if event == Event::Branch as usize {
        sides.iter().for_each(|&e| callbacks[e].store(f.0, Relaxed));
    }
    Ok(old)
}
/// The events that a tool gets everywhere.
pub(crate) fn set_events(th: &mut Thread, tool: usize, events: u32) -> R<()> {
    let stopped = th.stop_others()?;
    let t = &REGISTRY[tool];
    if events & !t.events.load(Relaxed) != 0 {
        t.epoch.fetch_add(1, Relaxed);
    }
    t.events.store(events, Relaxed);
    changed(th);
    drop(stopped);
    Ok(())
}
/// The events that a tool gets from a code object.
pub(crate) fn set_local_events(th: &mut Thread, tool: usize, code: Gc<Code>, events: u32) -> R<()> {
    let stopped = th.stop_others()?;
    let (t, m) = (&REGISTRY[tool], &code.tables().monitor);
    let old = m.events(tool);
    if events & !old != 0 {
        m.disabled().retain(|k, _| usize::from(k.2) != tool);
    }
    match (old, events) {
        (0, 0) => {}
        (0, _) => {
            t.codes.fetch_add(1, Relaxed);
        }
        (_, 0) => {
            t.codes.fetch_sub(1, Relaxed);
        }
        _ => {}
    }
    let generation = t.generation.load(Relaxed);
    m.tools[tool].store(u64::from(generation) << 32 | u64::from(events), Relaxed);
    m.any.store((0..TOOLS).fold(0, |all, i| all | m.events(i)), Relaxed);
    changed(th);
    drop(stopped);
    Ok(())
}
/// A tool loses its callbacks and events.
pub(crate) fn clear(th: &mut Thread, tool: usize) -> R<()> {
    let stopped = th.stop_others()?;
    let t = &REGISTRY[tool];
    t.callbacks.iter().for_each(|c| c.store(Value::EMPTY.0, Relaxed));
    t.events.store(0, Relaxed);
    t.codes.store(0, Relaxed);
    t.generation.fetch_add(1, Relaxed);
    t.epoch.fetch_add(1, Relaxed);
    changed(th);
    drop(stopped);
    Ok(())
}
/// What was disabled is not any more.
pub(crate) fn restart() {
    REGISTRY.iter().for_each(|t| {
        t.epoch.fetch_add(1, Relaxed);
    });
}
/// All threads take note of what tools want now; frames that run go on without a start event.
fn changed(th: &mut Thread) {
    EVERYWHERE.store(REGISTRY.iter().fold(0, |all, t| all | t.events.load(Relaxed)), Relaxed);
    mark_frames(th);
    memory::for_each_other(th, &mut mark_frames);
}

/// Tells the tools of an event of the instruction before word `at`. `args`: all arguments of the callbacks.
#[cold]
#[inline(never)]
pub(super) fn tell(th: &mut Thread, code: Gc<Code>, at: usize, event: Event, args: &[Value]) -> R<()> {
    let m = &code.tables().monitor;
    for (i, t) in REGISTRY.iter().enumerate() {
        let Some(f) = load(&t.callbacks[event as usize]) else { continue };
        let set = t.events.load(Relaxed) | m.events(i);
        if set & event.set_with() == 0 || is_disabled(m, t, at, event, i) {
            continue;
        }
        let stop = Stop::at(th, event);
        let r = trace::untraced(th, stop, |th| th.call(f, args))?;
        if r.0 == CONSTANTS[0].load(Relaxed) {
            disable(th, code, at, event, i)?;
        }
    }
    Ok(())
}
fn is_disabled(m: &CodeMonitor, t: &Tool, at: usize, event: Event, tool: usize) -> bool {
    m.disabled().get(&(at as u32, event as u8, tool as u8)) == Some(&t.epoch.load(Relaxed))
}
fn disable(th: &mut Thread, code: Gc<Code>, at: usize, event: Event, tool: usize) -> R<()> {
    let t = &REGISTRY[tool];
    if event.bit() & LOCAL == 0 {
        th.irrevocable()?;
        t.callbacks[event as usize].store(Value::EMPTY.0, Relaxed);
        let name = NAMES[event as usize];
        return Err(th.value_error(&format!("Cannot disable {name} events. Callback removed.")));
    }
    let both = event.bit() & BRANCHES != 0 && load(&t.callbacks[Event::Branch as usize]).is_some();
    let sides = [Event::BranchLeft, Event::BranchRight];
    let events = if both { &sides[..] } else { std::slice::from_ref(&event) };
    let keys: Vec<_> = events.iter().map(|&e| (at as u32, e as u8, tool as u8)).collect();
    let epoch = t.epoch.load(Relaxed);
    code.tables().monitor.disabled().extend(keys.iter().map(|&k| (k, epoch)));
    // Who is told again must be able to disable again.
    th.if_aborted(code.value(), move |_| {
        let mut disabled = code.tables().monitor.disabled();
        keys.iter().for_each(|k| {
            disabled.remove(k);
        });
    });
    Ok(())
}
