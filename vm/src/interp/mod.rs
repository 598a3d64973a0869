//! The interpreter.
//!
//! **Frames** are runs of words on a VM stack per thread: a header of [`FRAME_HEADER`] words below register 0, then the
//! registers. Words of the header, counted back from register 0:
//!
//! | word | holds |
//! | --- | --- |
//! | -6 | the caller's program counter to go on at |
//! | -5 | the caller's register 0; 0 when native code called |
//! | -4 | the code object |
//! | -3 | destination register, action on return ([`Action`]), flags |
//! | -2 | the locals mapping (class bodies, modules), the generator that runs here, the new object of an `__init__`, or what follows a tail call |
//! | -1 | the function |
//!
//! A call from Python to Python pushes a frame and goes on in the same loop. Native code that calls Python runs a nested
//! loop above `top`. All words below `top` are roots of the collector.

mod alone;
mod arguments;
pub mod async_generator;
pub(crate) mod atomic;
mod atomic_signals;
pub mod boundary;
pub mod cache;
mod cache_class;
pub(crate) mod call;
mod call_ex;
pub mod class;
pub mod code;
mod code_compare;
mod code_replace;
mod collect;
pub mod frame;
pub mod generator;
pub(crate) mod helpers;
mod instruction;
mod iterator_turn;
mod jump;
mod length;
mod liveness;
mod lookup;
pub(crate) mod monitor;
pub mod ordered;
mod output;
mod pace;
pub(crate) mod publish;
mod returns;
mod run;
mod suspend;
mod tail;
mod taken;
pub(crate) mod trace;
mod unwind;
mod walk;

use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::function::{self, Function};
use crate::value::Value;
use code::Code;
use std::sync::atomic::AtomicU64;
pub use vasuki_compiler::op::FRAME_HEADER;

/// Words of a thread's VM stack: address space that is used as it is needed.
const STACK_WORDS: usize = 8 << 20;
/// Room above a frame's registers, for arguments that natives do not get.
pub(crate) const MARGIN: usize = 16;
pub(crate) const HEADER: usize = FRAME_HEADER as usize;

/// What happens when a frame returns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u16)]
pub enum Action {
    /// the value goes to the destination register
    Normal = 0,
    /// native code gets the value: the loop ends
    Native = 1,
    /// `__init__`: the value must be None, the destination gets the new object
    Init = 2,
    /// a generator resumed by ForIter: a return ends the loop
    ForIter = 3,
    /// a generator resumed by Send: a return jumps
    Send = 4,
    /// `exec`: the value is forgotten, the destination gets None
    Discard = 5,
    /// a native function ended with this call: its rest is called (see `tail`)
    Finish = 6,
    /// an async generator that a Send of its `asend` awaitable resumed
    Asend = 7,
    /// a generator that `list` uses up (see `collect`)
    List = 8,
    /// the same for `tuple`
    Tuple = 9,
    /// the same for `set`
    Set = 10,
    /// the same for `any`
    Any = 11,
    /// the same for `all`
    All = 12,
}
impl Action {
    /// Does the caller take what a generator yields while it runs on?
    #[inline(always)]
    pub(crate) fn collects(word: u64) -> bool {
        word & 8 << 16 != 0
    }
    #[inline]
    pub(crate) fn of(word: u64) -> Action {
        match word >> 16 & 0xFFFF {
            1 => Action::Native,
            2 => Action::Init,
            3 => Action::ForIter,
            4 => Action::Send,
            5 => Action::Discard,
            6 => Action::Finish,
            7 => Action::Asend,
            8 => Action::List,
            9 => Action::Tuple,
            10 => Action::Set,
            11 => Action::Any,
            12 => Action::All,
            _ => Action::Normal,
        }
    }
}
/// Flags of a frame (bits 32.. of word -3).
pub mod frame_flag {
    /// a frame object exists
    pub const HAS_OBJECT: u64 = 1 << 32;
    /// a checkpoint is in this frame: returning out of it needs a new one
    pub const MARKED: u64 = 1 << 33;
    /// word -2 is the generator
    pub const GENERATOR: u64 = 1 << 34;
    /// the ForIter that resumed the generator has an operand word
    pub const FAR: u64 = 1 << 35;
    /// the trace and profiling functions know that the frame runs
    pub const ENTERED: u64 = 1 << 36;
    /// one exception that the frame handles: from this bit on they are counted
    pub const HANDLED: u64 = 1 << 40;
}

/// Bits of [`State::mode`].
pub mod mode {
    /// trace functions are called
    pub const TRACED: u8 = 1;
    /// a collection is to happen when the native function that the loop has called returns
    pub const COLLECT: u8 = 2;
}

/// How a nested loop ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// the frame returned
    Returned,
    /// the generator's frame was suspended
    Yielded,
}

/// Interpreter state of a thread.
pub struct State {
    base: *mut Value,
    limit: *mut Value,
    /// register 0 of the running frame; null outside of Python code
    pub regs: *mut Value,
    /// where the running frame goes on, as of its last call out of the loop
    pub pc: *const AtomicU64,
    /// first free word
    pub top: *mut Value,
    /// frames on the stack
    pub depth: usize,
    /// nested loops; more while native code calls something
    pub nesting: usize,
    /// how the last nested loop ended
    pub exit: Exit,
    /// frame objects of running frames: (register 0, object)
    pub frames: Vec<(usize, Value)>,
    /// what it has written, and is kept until its commit
    pub(crate) output: output::Output,
    /// atomic blocks that are open
    pub(crate) atomic: atomic::Atomic,
    /// transaction checkpoint
    pub checkpoint: boundary::Checkpoint,
    /// how long transactions are
    pub(crate) length: length::Length,
    /// the native function that runs was called by a loop: no other Rust frame lies between
    pub direct: bool,
    /// something was done that cannot be undone: the checkpoint is set when the native function returns
    pub after_effect: bool,
    /// native functions that run whole, see [`Thread::in_whole`]
    pub(crate) whole: usize,
    /// ticks since the transaction has begun, in loops that native code runs
    pub(crate) ticks_inside: u32,
    /// somebody waits for the end of the transaction, which goes on in a loop that native code runs
    pub(crate) wanted_inside: bool,
    /// what the loop has to do besides running instructions, see [`mode`]
    pub mode: u8,
    /// the loop has ended to be entered again
    pub(crate) left: bool,
    /// trace and profiling functions
    pub(crate) tracing: trace::Tracing,
    /// the loop has stopped at a poll because the limit of memory was passed
    pub(crate) check_memory: Option<*const AtomicU64>,
    /// the exception on its way was raised again: this frame is in its traceback already
    pub(crate) reraise: bool,
    /// register 0 of the frame that has handled an exception last, and the offset behind the instruction that raised it
    pub(crate) raised_at: (usize, usize),
    /// a boundary was put off to the end of a critical section
    pub(crate) put_off: bool,
    /// fills of inline caches that were likely to be in vain
    pub(crate) hopeless: u32,
    /// to be published by the next commit
    pub to_share: Vec<Value>,
    /// this thread's turns at iterators
    iterator_turns: Vec<iterator_turn::IteratorTurn>,
}
// SAFETY: the pointers are to this thread's own stack and code; the collector reads them while the thread is stopped.
unsafe impl Send for State {}

impl Default for State {
    fn default() -> Self {
        State::new()
    }
}
impl State {
    /// The code of the running frame, and the index of the word where it goes on, as of its last call out of the loop.
    pub(crate) fn running(&self) -> Option<(Gc<Code>, usize)> {
        if self.regs.is_null() {
            return None;
        }
        // SAFETY: `regs` is register 0 of the running frame.
        let code = unsafe { code_of(self.regs) };
        let at = (self.pc as usize).wrapping_sub(code.tables().words.as_ptr() as usize) / 8;
        Some((code, at))
    }
    /// A new stack.
    pub fn new() -> State {
        // SAFETY: a fresh anonymous mapping, used as words.
        let p = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                STACK_WORDS * 8,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE,
                -1,
                0,
            )
        };
        assert!(p != libc::MAP_FAILED, "no address space for a thread's VM stack");
        let base = p.cast::<Value>();
        State {
            base,
            limit: base.wrapping_add(STACK_WORDS - 70_000),
            regs: std::ptr::null_mut(),
            pc: std::ptr::null(),
            top: base,
            depth: 0,
            nesting: 0,
            exit: Exit::Returned,
            frames: Vec::new(),
            output: output::Output::default(),
            atomic: atomic::Atomic::default(),
            checkpoint: boundary::Checkpoint::default(),
            length: length::Length::default(),
            direct: false,
            after_effect: false,
            whole: 0,
            ticks_inside: 0,
            wanted_inside: false,
            mode: if monitor::is_on() { mode::TRACED } else { 0 },
            left: false,
            tracing: trace::Tracing::default(),
            check_memory: None,
            reraise: false,
            raised_at: (0, 0),
            put_off: false,
            hopeless: 0,
            to_share: Vec::new(),
            iterator_turns: Vec::new(),
        }
    }
    /// Calls `f` with every word that may be a root.
    pub fn roots(&self, f: &mut dyn FnMut(u64)) {
        let n = (self.top as usize - self.base as usize) / 8;
        for i in 0..n {
            // SAFETY: the words below `top` are mapped; the thread is stopped.
            f(unsafe { (*self.base.add(i)).0 });
        }
        self.frames.iter().for_each(|x| f(x.1.0));
        self.to_share.iter().for_each(|x| f(x.0));
        self.iterator_turns.iter().for_each(|t| t.root(f));
        self.tracing.roots(f);
        self.atomic.signals.roots(f);
        if self.checkpoint.valid && !self.after_effect {
            self.checkpoint.roots(f);
        }
    }
    /// `top` belongs above the running frame.
    /// # Safety
    /// `regs` is register 0 of a frame, or null.
    #[inline(always)]
    pub(crate) unsafe fn set_top(&mut self) {
        self.top = if self.regs.is_null() {
            self.base
        } else {
            // SAFETY: by the caller's promise.
            unsafe { self.regs.add(code_of(self.regs).tables().nregs as usize + MARGIN) }
        };
    }
    #[inline(always)]
    pub(crate) fn fits(&self, regs: *mut Value, nregs: usize) -> bool {
        regs.wrapping_add(nregs + MARGIN) < self.limit
    }
}
impl Drop for State {
    fn drop(&mut self) {
        // SAFETY: mapped by `new`, with this size.
        unsafe { libc::munmap(self.base.cast(), STACK_WORDS * 8) };
    }
}

/// Runs a code object with these globals and locals (`exec`, module bodies). `closure`: tuple of cells or EMPTY.
pub fn run_code(th: &mut Thread, code: Gc<Code>, globals: Value, locals: Value, closure: Value) -> R {
    let f = function_for(th, code, globals, closure)?;
    call::run_frame(th, f, locals)
}
/// The function that a code object runs as.
pub(crate) fn function_for(th: &mut Thread, code: Gc<Code>, globals: Value, closure: Value) -> R<Gc<Function>> {
    let t = code.tables();
    let given = if closure.is_empty() { 0 } else { code::name_list(closure).len() };
    if t.freevars.len() != given {
        let text = match (t.freevars.len(), given) {
            (0, _) => "cannot use a closure with this code object".to_owned(),
            (n, _) => format!("code object requires a closure of exactly length {n}"),
        };
        return Err(th.type_error(&text));
    }
    let f = function::new(th, code.value(), globals, t.name, t.qualname, Value::NONE)?;
    f.closure.set_raw(closure);
    Ok(f)
}

/// The function of a frame.
/// # Safety
/// `regs` is register 0 of a frame.
#[inline(always)]
pub(crate) unsafe fn function_of(regs: *mut Value) -> Gc<Function> {
    // SAFETY: by the caller's promise; word -1 is always a function.
    unsafe { (*regs.sub(1)).as_gc::<Function>() }
}
/// The code of a frame.
/// # Safety
/// `regs` is register 0 of a frame.
#[inline(always)]
pub(crate) unsafe fn code_of(regs: *mut Value) -> Gc<Code> {
    // SAFETY: by the caller's promise.
    unsafe { (*regs.sub(4)).as_gc::<Code>() }
}
