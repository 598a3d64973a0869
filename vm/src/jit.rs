//! The seam to the JIT: what the interpreter tells a compiler of machine code, and what that may look at.
//!
//! The interpreter is *sampled*: while a hook is installed, the ticker asks every attached thread for a boundary, in solo mode
//! too, and the code that runs there is reported. So what takes time is hot, loops as well as functions that are called
//! often; nothing is counted on the way there, and threads that run the same function share no counter.
//!
//! A sample gives the code object (instructions, constants, handlers, registers of a frame: `interp::code::Tables`), the mode
//! whose version is wanted, and the feedback of the inline caches. A frame's words are described in `interp`; the interpreter
//! goes on from any instruction with nothing but them.

use crate::interp::cache::{self, Hit};
use crate::interp::code::Code;
use crate::object::Gc;
use crate::thread::Thread;
use crate::value::Value;
use std::sync::OnceLock;
use std::sync::atomic::Ordering::{Acquire, Relaxed};
use vasuki_compiler::op::Op;

/// Which version of machine code a thread can run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// no barriers
    Solo,
    /// reads are logged
    Concurrent,
}
/// What the inline cache of one instruction has seen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Feedback {
    /// index of the instruction's first word
    pub at: usize,
    /// its opcode
    pub op: Op,
    /// shape (or version of the keys of globals) and outcome, newest first; none: it never ran, or is not worth a cache
    pub outcomes: Vec<(u32, Hit)>,
}
/// Code that a thread was running.
pub struct Sample {
    /// the code object; alive while the hook runs, and no longer for the hook's sake
    pub code: Gc<Code>,
    /// index of the word where the frame goes on
    pub at: usize,
    /// the thread's mode
    pub mode: Mode,
}
impl Sample {
    /// `co_qualname`
    pub fn name(&self) -> String {
        text(self.code.tables().qualname)
    }
    /// `co_filename`
    pub fn file(&self) -> String {
        text(self.code.filename.get())
    }
    /// `co_firstlineno`
    pub fn line(&self) -> u32 {
        self.code.tables().firstlineno
    }
    /// What the inline caches know now, in the order of the instructions.
    pub fn feedback(&self) -> Vec<Feedback> {
        let words = &self.code.tables().words;
        let mut all = Vec::new();
        let mut at = 0;
        while let Some(op) = words.get(at).and_then(|w| Op::from_u16(w.load(Relaxed) as u16)) {
            if let Some(i) = cache::cache_word(op) {
                let outcomes = cache::outcomes(words[at + i].load(Acquire));
                all.push(Feedback { at, op, outcomes });
            }
            at += op.words();
        }
        all
    }
}
fn text(v: Value) -> String {
    v.cast::<crate::types::str_::Str>()
        .map_or_else(String::new, |s| s.to_string_lossy())
}

/// Hears of samples. Called in the middle of Python code: it touches no object but those of the sample, and does not block.
pub trait Hook: Sync {
    /// A thread was running this.
    fn sampled(&self, sample: &Sample);
}
static HOOK: OnceLock<&'static dyn Hook> = OnceLock::new();

/// Installs the hook, for the rest of the process, and starts sampling. False: there is one.
pub fn install(hook: &'static dyn Hook) -> bool {
    let first = HOOK.set(hook).is_ok();
    if first {
        vasuki_stm::World::global().tick_always();
    }
    first
}
/// A tick has found the thread at a poll of the running frame.
#[cold]
#[inline(never)]
pub(crate) fn sample(th: &Thread) {
    if let Some(hook) = HOOK.get()
        && let Some((code, at)) = th.interp.running()
    {
        let mode = if th.tx.concurrent { Mode::Concurrent } else { Mode::Solo };
        hook.sampled(&Sample { code, at, mode });
    }
}
