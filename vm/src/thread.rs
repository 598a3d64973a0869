//! The per-thread state of the VM, and the transactional primitives that everything uses to touch objects.
//!
//! Rules: an immutable object is read freely. A mutable one is read inside [`Thread::read`] (memory-safe on torn state,
//! free of side effects: it may run again) and written after [`Thread::write`] succeeded. Words that `write` did not save
//! whole (items of buffers) are stored with [`Thread::store`], which logs the old value when it must.

use crate::conflicts::Why;
use crate::object::{Gc, Header, Kind, Layout, Obj, Slot, Space, flag};
use crate::throw::{R, Throw};
use crate::types::buffer::Buffer;
use crate::types::class::Class;
use crate::value::Value;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use vasuki_gc::LocalAlloc;
use vasuki_stm::{Stopped, Test, Tx, WorldThread};

/// What is left to do when the transaction has ended.
pub type Later = Box<dyn FnOnce(&mut Thread)>;

/// Everything that belongs to one running Python thread. Exactly one OS thread uses it.
pub struct Thread {
    /// the running transaction
    pub tx: Tx,
    /// this thread's allocator
    pub alloc: LocalAlloc,
    /// this thread in the world: poll word, stop and detach protocol
    pub world: &'static WorldThread,
    /// VM stack, frames, checkpoint (see `interp`)
    pub interp: crate::interp::State,
    /// the exception being handled (`sys.exception()`), or None
    pub handling: Value,
    /// lowest native stack address that recursive native code may reach
    pub stack_limit: usize,
    /// nested native calls back into Python, counted against the recursion limit
    pub native_depth: u32,
    /// the `threading.local`-like per-thread dict for native modules (decimal context, asyncio's running loop ...)
    pub locals: Value,
    /// the current `contextvars.Context`; EMPTY until it is asked for
    pub context: Value,
    /// a dict of context variables, and the value of the one whose value is asked for most, decimal's context, in it
    pub memo: [Value; 2],
    /// parts of small containers where the thread has met others last, each with the place in it (see `cards`)
    pub(crate) met_at: [(usize, Option<usize>); crate::types::cards::MET],
    /// objects with finalizers that this thread made
    pub finalizable: crate::finalizers::Finalizable,
    /// runs finalizers: those that are due meanwhile come after them
    pub finalizing: bool,
    /// the limit of memory was passed: the next poll raises MemoryError
    pub out_of_memory: bool,
    /// locks that the transaction has taken or given back
    pub(crate) locks: Vec<crate::modules::thread::Use>,
    /// what the transaction leaves behind when it commits
    pub(crate) tallies: crate::tallies::Tallies,
    /// operations on containers that are done when it ends
    pub(crate) deferred: crate::deferred::Deferred,
    /// roots that live until the transaction ends (clones kept for undo)
    pub keep_alive: Vec<Value>,
    /// actions to run when the transaction commits
    pub on_commit: Vec<Later>,
    /// actions to run when the transaction aborts, newest first
    pub on_abort: Vec<Later>,
    /// native objects whose Rust state this transaction may have changed
    pub(crate) changed: Vec<Obj>,
    /// the other threads stand still until the transaction ends
    pub(crate) others_stand: Option<Stopped>,
    /// notes conflicts, if that is asked for
    pub(crate) recorder: Option<Box<crate::conflicts::Recorder>>,
}

impl Thread {
    /// Reads a mutable object: runs `f`, which must be memory-safe on torn state and free of effects, until it saw a
    /// consistent state, and logs the read. Solo mode and private objects: just `f()`.
    #[inline(always)]
    pub fn read<T>(&mut self, h: &Header, f: impl Fn() -> T) -> R<T> {
        match self.tx.read_known(h, &f) {
            Some(v) => Ok(v),
            None => self.read_shared(h, f),
        }
    }
    /// As [`Thread::read`] of what is not known to be logged, for the loop's instruction whose cache is `word`: it has not said
    /// how far it is.
    #[cold]
    #[inline(never)]
    pub(crate) fn read_shared_at<T>(&mut self, word: &AtomicU64, h: &Header, f: impl Fn() -> T) -> R<T> {
        // The cache is the instruction's last word.
        self.interp.pc = std::ptr::from_ref(word).wrapping_add(1);
        self.read_shared(h, f)
    }
    #[cold]
    #[inline(never)]
    fn read_shared<T>(&mut self, h: &Header, f: impl Fn() -> T) -> R<T> {
        self.go_on();
        if !self.deferred.is_empty() {
            self.settle(h)?;
        }
        if self.notes_read(h) {
            return self.read_recorded(h, f);
        }
        Ok(self.tx.read_and_log(self.world, h, f)?)
    }
    /// Reads a hot container ([`Thread::is_hot`]) so that changes do not matter for which `test` says that the answer is still the
    /// same: see `Tx::read_part`. What was put off for it has not been done.
    #[inline(never)]
    pub(crate) fn read_part<T>(&mut self, h: &Header, f: impl Fn() -> T, test: Test, log: impl Fn(&T) -> Option<[u64; 3]>) -> R<T> {
        self.go_on();
        if self.notes_read(h) {
            return self.read_part_recorded(h, f, test, log);
        }
        Ok(self.tx.read_part(self.world, h, f, test, log)?)
    }
    /// As [`Thread::read`]; what was read goes to `met` as well if other threads were met at the object.
    #[inline(always)]
    pub(crate) fn read_meeting<T>(&mut self, h: &Header, f: impl Fn() -> T, met: impl FnOnce(&mut Thread, &T)) -> R<T> {
        match self.tx.read_known(h, &f) {
            Some(v) => Ok(v),
            None => {
                let meets = self.tx.meets_others(self.world, h);
                let v = self.read_shared(h, f)?;
                if meets {
                    met(self, &v);
                }
                Ok(v)
            }
        }
    }
    /// Reads what is guarded by a card (see `cards`), in concurrent mode, if no other thread is met there.
    #[inline(always)]
    pub(crate) fn try_read_card<T>(&mut self, card: &Header, f: impl Fn() -> T) -> Option<T> {
        if !self.interp.after_effect && !self.notes_read(card) {
            self.tx.read_card(self.world, card, f)
        } else {
            self.read_card_recorded(card, f)
        }
    }
    /// Reads what is guarded by a card, in concurrent mode.
    #[inline]
    pub(crate) fn read_card<T>(&mut self, card: &Header, f: impl Fn() -> T) -> R<T> {
        match self.try_read_card(card, &f) {
            Some(v) => Ok(v),
            None => self.read(card, f),
        }
    }
    /// Opens a card, in concurrent mode, and saves the slots that it guards, if no other thread is met there.
    #[inline(always)]
    pub(crate) fn try_open_card(&mut self, card: &Header, slots: &[Slot]) -> bool {
        if crate::hostile::refuses(self) {
            return false;
        }
        // SAFETY: a slot is such a word. The card is in an object that the log keeps alive, and so are its slots.
        unsafe {
            let words = std::slice::from_raw_parts(slots.as_ptr().cast::<AtomicU64>(), slots.len());
            if !self.interp.after_effect && self.recorder.is_none() {
                self.tx.open_card(self.world, card, words)
            } else {
                self.open_card_recorded(card, words)
            }
        }
    }
    /// Makes what is guarded by a card writable by this transaction, and saves these slots.
    pub(crate) fn write_card(&mut self, card: &Header, slots: &[Slot]) -> R<()> {
        if !self.tx.writable(card) && !self.try_open_card(card, slots) {
            self.write(card, 0)?;
            // SAFETY: as in `try_open_card`; the card is open.
            unsafe { self.tx.log_slots(slots.iter().map(|s| &s.0), true) };
        }
        Ok(())
    }
    /// Makes an object writable by this transaction, and saves the `words` words after its header for undo.
    #[inline(always)]
    pub fn write(&mut self, h: &Header, words: usize) -> R<()> {
        if self.tx.writable(h) {
            return Ok(());
        }
        self.write_slow(h, words)
    }
    #[cold]
    #[inline(never)]
    fn write_slow(&mut self, h: &Header, words: usize) -> R<()> {
        if crate::hostile::refuses(self) {
            return Err(Throw::ABORT);
        }
        self.go_on();
        if !self.deferred.is_empty() {
            self.settle(h)?;
        }
        if self.recorder.is_some() {
            return self.open_recorded(h, words);
        }
        Ok(self.tx.open(self.world, h, words)?)
    }
    /// The program has found `v` in a container and will look at it soon: another thread may have written it meanwhile, and
    /// its memory comes from there while the program does something else.
    #[inline(always)]
    pub(crate) fn expect(&self, v: Value) -> Value {
        if self.tx.concurrent && v.is_obj() {
            vasuki_gc::prefetch(v.0 as usize);
        }
        v
    }
    /// Must stores to words of `h` that were not saved whole be logged? `h` has been opened with [`Thread::write`].
    #[inline(always)]
    pub fn needs_log(&self, h: &Header) -> bool {
        self.tx.concurrent && h.flags.load(Relaxed) & (flag::OPENED | flag::SHARED) != 0
    }
    /// Stores into a word of the opened object `h` (or of a buffer that belongs to it) that `write` did not save.
    #[inline(always)]
    pub fn store(&mut self, h: &Header, slot: &Slot, v: Value) {
        if self.needs_log(h) {
            // SAFETY: `h` is open, and the heap does not move its words.
            unsafe { self.tx.log_slot(&slot.0, is_shared(h)) };
        }
        slot.set_raw(v);
    }
    /// The Rust payload of a native object, writable by this transaction; what an abort puts back is kept when it is needed.
    #[inline(always)]
    pub fn open_mut<T: crate::types::payload::Payload>(&mut self, o: Gc<crate::types::payload::Native<T>>) -> R<&'static mut T> {
        if !self.tx.writable(o.header()) {
            self.open_payload(o)?;
        }
        // SAFETY: the transaction owns the object; natives do not keep two of these at once across Python calls.
        Ok(unsafe { &mut *o.cell.get() })
    }
    #[inline(never)]
    fn open_payload<T: crate::types::payload::Payload>(&mut self, o: Gc<crate::types::payload::Native<T>>) -> R<()> {
        let class = crate::types::class::class_of_obj(o.obj());
        let words = if class.has_attrs() { 1 + class.inline_slots() } else { 0 };
        self.go_on();
        if !self.deferred.is_empty() {
            self.settle(o.header())?;
        }
        if self.recorder.is_some() {
            self.open_recorded(o.header(), 0)?;
        } else {
            self.tx.open(self.world, o.header(), 0)?;
        }
        if self.tx.concurrent {
            // SAFETY: attribute word and slots exist.
            unsafe {
                let first = crate::attrs::attr_base(o.obj());
                for i in 0..words {
                    self.tx.log_slot(&(*first.add(i)).0, is_shared(o.header()));
                }
            }
            crate::types::payload::keep(self, o);
            self.changed.push(o.obj());
        }
        Ok(())
    }

    /// A new object: zeroed payload, header set, born private to this transaction. `size` includes the header.
    #[inline(always)]
    pub fn alloc_raw(&mut self, kind: Kind, shape: u32, size: usize, space: Space) -> NonNull<u8> {
        let p = match self.alloc.alloc(size, space) {
            Some(p) => p,
            None => crate::memory::alloc_slow(self, size, space),
        };
        // SAFETY: fresh memory of at least 16 bytes.
        let h = unsafe { p.cast::<Header>().as_ref() };
        h.shape.store(shape, Relaxed);
        h.kind.store(kind as u8, Relaxed);
        h.flags.store(0, Relaxed);
        h.meta.store(self.tx.tag, Relaxed);
        p
    }
    /// A new object of a builtin layout and class, plus `extra` bytes after the layout.
    #[inline(always)]
    pub fn new_object<T: Layout>(&mut self, class: Gc<Class>, extra: usize) -> Gc<T> {
        self.new_object_in(class, extra, Space::Plain)
    }
    /// As `new_object`, in a space of its own.
    #[inline(always)]
    pub(crate) fn new_object_in<T: Layout>(&mut self, class: Gc<Class>, extra: usize, space: Space) -> Gc<T> {
        let size = std::mem::size_of::<T>() + extra + class.attr_bytes();
        let p = self.alloc_raw(T::KIND, class.root_shape(), size, space);
        // SAFETY: just allocated with room for T; all-zero is a valid T by the rule that layouts are made of atomics.
        unsafe { Gc::from_addr(p.as_ptr() as u64) }
    }
    /// A buffer of `cap` empty slots; MemoryError when it is too large.
    pub fn new_buffer(&mut self, cap: usize) -> R<Gc<Buffer>> {
        crate::types::buffer::new(self, cap)
    }

    /// The class of any value.
    #[inline(always)]
    pub fn class_of(&self, v: Value) -> Gc<Class> {
        crate::types::class::class_of(v)
    }
    /// Runs `f`; a Python exception that is an instance of `class` becomes `Ok(Err(exception))`; others and aborts pass.
    pub fn catch<T>(&mut self, class: Gc<Class>, f: impl FnOnce(&mut Thread) -> R<T>) -> R<Result<T, Value>> {
        match f(self) {
            Ok(v) => Ok(Ok(v)),
            Err(t) => match t.value() {
                Some(e) if self.class_of(e).is_subclass_of(class) => Ok(Err(e)),
                _ => Err(t),
            },
        }
    }
    /// Fails with the abort of the transaction unless it can no longer be undone afterwards: call before any effect
    /// that cannot be taken back. Free in solo mode.
    #[inline]
    pub fn irrevocable(&mut self) -> R<()> {
        let had_effect = std::mem::replace(&mut self.interp.atomic.had_effect, true);
        if !self.tx.concurrent || self.tx.irrevocable && (had_effect || self.interp.output.is_empty()) {
            return Ok(());
        }
        self.before_turn()?;
        self.go_on();
        self.settle_all()?;
        self.take_looked_at(true)?;
        let was = self.tx.irrevocable;
        self.tx.become_irrevocable(self.world)?;
        if !was && self.recorder.is_some() {
            self.record_irrevocable(Why::Effect);
        }
        if !self.interp.output.is_empty() {
            // What was written before comes before the effect.
            let _order = self.output_order();
            self.write_output(false);
        }
        Ok(())
    }
    /// Logs a whole object as read-and-written by none: helper for objects that are only ever opened (`Payload`).
    pub fn own(&mut self, o: Obj) -> R<()> {
        self.write(o.header(), 0)
    }
}

/// Can other threads reach an object that the running transaction has opened?
#[inline(always)]
pub(crate) fn is_shared(h: &Header) -> bool {
    h.flags.load(Relaxed) & flag::SHARED != 0
}
/// The thread of the current OS thread.
pub fn current() -> Option<&'static mut Thread> {
    let p = CURRENT.with(|c| c.get());
    // SAFETY: set by `enter` for the lifetime of the Thread on this OS thread, and only this OS thread uses it.
    if p.is_null() { None } else { Some(unsafe { &mut *p }) }
}
/// The world's record of the current OS thread's thread.
pub(crate) fn current_world() -> Option<&'static WorldThread> {
    let p = CURRENT.with(|c| c.get());
    // SAFETY: as in `current`; the field never changes.
    if p.is_null() { None } else { Some(unsafe { (*p).world }) }
}
/// Makes `t` the current thread of this OS thread.
pub fn enter(t: *mut Thread) {
    CURRENT.with(|c| c.set(t));
}
thread_local! {
    static CURRENT: std::cell::Cell<*mut Thread> = const { std::cell::Cell::new(std::ptr::null_mut()) };
}

/// Drops an abort or exception that a destructor-like place cannot raise; reports exceptions through `sys.unraisablehook`.
pub fn unraisable(th: &mut Thread, r: R<Value>, where_: Value) {
    if let Err(t) = r {
        crate::types::exception::report_unraisable(th, t, where_)
    }
}
