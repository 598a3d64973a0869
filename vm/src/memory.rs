//! The collector as the VM uses it: allocation's slow path, roots, tracing, weak references, finalizers.
//!
//! A collection stops all threads (anywhere), marks from: the context, every thread's VM stack, native stack (both
//! conservatively), logs and fields, then finalizers' objects (they stay for one more cycle), then clears weak
//! references and sweeps. Finalizers run afterwards in the thread that collected, at its next boundary.

use crate::context::try_ctx;
use crate::finalizers;
use crate::object::{Obj, Space, flag};
use crate::thread::Thread;
use crate::types::weakref;
use crate::value::Value;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};
use std::time::Instant;
use vasuki_gc::{Heap, Marker, Tracer};
use vasuki_stm::{World, WorldThread, meta};

/// The process's heap.
pub fn heap() -> &'static Heap {
    static HEAP: OnceLock<Heap> = OnceLock::new();
    HEAP.get_or_init(Heap::new)
}

/// Collections so far, objects freed by finalization passes, nanoseconds stopped.
pub static COLLECTIONS: AtomicU64 = AtomicU64::new(0);
/// Nanoseconds that collections took in all.
pub static COLLECT_NANOS: AtomicU64 = AtomicU64::new(0);
/// `gc.disable()` was called.
pub static DISABLED: AtomicBool = AtomicBool::new(false);

/// Threads with their roots; a thread registers itself for its lifetime.
static THREADS: Mutex<Vec<usize>> = Mutex::new(Vec::new());
/// Values that native statics keep alive.
static IMMORTAL: Mutex<Vec<Value>> = Mutex::new(Vec::new());
/// Makes a thread's roots known.
pub fn add_thread(t: *mut Thread) {
    lock(&THREADS).push(t as usize);
}
/// Calls `f` with every other thread. They must stand still.
pub(crate) fn for_each_other(th: &mut Thread, f: &mut dyn FnMut(&mut Thread)) {
    let me = std::ptr::from_mut(th) as usize;
    for &t in lock(&THREADS).iter().filter(|&&t| t != me) {
        // SAFETY: registered threads are alive, and by the caller's promise do not use their record now.
        f(unsafe { &mut *(t as *mut Thread) });
    }
}
/// Stopped. Calls `f` with every thread.
pub(crate) fn for_each(f: &mut dyn FnMut(&Thread)) {
    for &t in lock(&THREADS).iter() {
        // SAFETY: registered threads are alive, and stopped (or this one).
        f(unsafe { &*(t as *const Thread) });
    }
}
/// Calls `f` with every thread, the youngest first, which may be running; false if the list cannot be had now.
pub(crate) fn try_each_thread(f: &mut dyn FnMut(*const Thread)) -> bool {
    match THREADS.try_lock() {
        Ok(threads) => threads.iter().rev().for_each(|&t| f(t as *const Thread)),
        Err(_) => return false,
    }
    true
}
/// The thread ends.
pub fn remove_thread(t: &mut Thread) {
    finalizers::thread_ends(&mut t.finalizable);
    let address = std::ptr::from_mut(t) as usize;
    lock(&THREADS).retain(|&x| x != address);
    vasuki_gc::thread_ends();
}
/// In the child of a fork: the other threads have ended.
pub(crate) fn after_fork(me: &mut Thread) {
    let me = std::ptr::from_mut(me) as usize;
    let others = std::mem::replace(&mut *lock(&THREADS), vec![me]);
    for t in others.into_iter().filter(|&t| t != me) {
        // SAFETY: a registered thread's record, made from a Box; the thread that used it is not there any more.
        let mut t = unsafe { Box::from_raw(t as *mut Thread) };
        finalizers::thread_ends(&mut t.finalizable);
    }
}
/// Keeps a value alive for ever: for native statics. All threads may use it from now on: it is whole by now.
pub fn keep(v: Value) -> Value {
    if let Some(th) = crate::thread::current() {
        th.share_now(v);
    }
    lock(&IMMORTAL).push(v);
    v
}
fn lock<T>(m: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    m.lock().unwrap_or_else(|e| e.into_inner())
}

struct VmTracer {
    /// objects of retired owners get version 0: see `vasuki_stm::World::renew`
    renews: Option<&'static WorldThread>,
}
impl VmTracer {
    /// As it is traced, an object of a retired owner gets a new owner.
    #[inline]
    fn renew(&self, o: Obj) {
        if let Some(w) = self.renews {
            let m = o.header().meta.load(Relaxed);
            if m & meta::OPEN != 0 && w.is_retired(m) {
                o.header().meta.store(0, Relaxed);
            }
        }
    }
}
/// The object that the collector means.
#[inline]
fn object_at(p: NonNull<u8>) -> Obj {
    // SAFETY: the collector hands out starts of allocated cells, which hold objects.
    unsafe { Obj::from_addr(p.as_ptr() as u64) }
}
/// Calls `f` with the object that a value is, if it is one.
#[inline]
fn with_object(v: Value, f: impl FnOnce(NonNull<u8>)) {
    if let Some(o) = v.to_obj() {
        // SAFETY: an object's address is not null.
        f(unsafe { NonNull::new_unchecked(o.addr() as *mut u8) });
    }
}
impl Tracer for VmTracer {
    fn visits_leaves(&self) -> bool {
        self.renews.is_some()
    }
    fn trace(&self, p: NonNull<u8>, m: &mut Marker) {
        let o = object_at(p);
        self.renew(o);
        if crate::trace::has_many(o) {
            crate::trace::object(o, &mut |v| with_object(v, |p| m.mark_one_of_many(p)));
        } else {
            crate::trace::object(o, &mut |v| with_object(v, |p| m.mark(p)));
        }
    }
    fn parts(&self, p: NonNull<u8>) -> usize {
        crate::trace::parts(object_at(p))
    }
    fn trace_part(&self, p: NonNull<u8>, part: usize, m: &mut Marker) {
        let o = object_at(p);
        if part == 0 {
            self.renew(o);
        }
        crate::trace::part(o, part, &mut |v| with_object(v, |p| m.mark_one_of_many(p)));
    }
}

/// Allocation when the fast path has nothing: collects if it is time, else takes fresh memory.
#[cold]
#[inline(never)]
pub fn alloc_slow(th: &mut Thread, size: usize, space: Space) -> NonNull<u8> {
    collect(th);
    if over_limit(size.max(SLACK)) {
        ask_later(th);
    }
    if let Some(p) = th.alloc.alloc_anyway(size, space) {
        return p;
    }
    eprintln!("vasuki: the system has no memory left for an object of {size} bytes");
    std::process::abort()
}
/// What may pass the limit before the next MemoryError: handlers need memory too.
const RESERVE: usize = 8 << 20;
/// Least room after a collection: with less there would soon be nothing but collections.
const SLACK: usize = 1 << 20;

/// The allocator has found that memory outside of the heap is used up: the thread's next poll sees to it.
pub(crate) fn when_external_due() {
    if let Some(w) = crate::thread::current_world() {
        w.request_finalizers();
    }
}
/// Small objects may pass the limit until the next poll, which knows exactly what is alive.
fn ask_later(th: &mut Thread) {
    th.out_of_memory = true;
    th.world.request_finalizers();
}
/// Is the limit passed by what is alive?
pub(crate) fn is_full(th: &mut Thread) -> bool {
    collect(th);
    over_limit(SLACK)
}
/// Would `bytes` more pass the limit of the command line?
fn over_limit(bytes: usize) -> bool {
    let limit = try_ctx().and_then(|c| c.config.max_heap);
    limit.is_some_and(|l| heap().bytes_in_all() + bytes > l)
}
/// The heap's limit for the time until the next collection.
fn renew_limit() {
    if let Some(l) = try_ctx().and_then(|c| c.config.max_heap) {
        heap().set_limit(if over_limit(SLACK) { heap().bytes_in_all() + RESERVE } else { l });
    }
}
/// An object takes `bytes` more outside of the heap: collects when that is due; MemoryError beyond the limit.
#[inline]
pub fn reserve(th: &mut Thread, bytes: usize) -> crate::throw::R<()> {
    if bytes > 1 << 16 || heap().is_external_due() {
        return reserve_slow(th, bytes);
    }
    Ok(())
}
#[cold]
fn reserve_slow(th: &mut Thread, bytes: usize) -> crate::throw::R<()> {
    if heap().is_external_due() {
        collect(th);
        if over_limit(0) {
            ask_later(th);
        }
    }
    if room_for(th, bytes) { Ok(()) } else { Err(th.memory_error()) }
}
/// A buffer of `n` zeros; MemoryError when there is no room for it.
pub fn zeros(th: &mut Thread, n: usize) -> crate::throw::R<Vec<u8>> {
    if n > 1 << 16 && (n > isize::MAX as usize || !room_for(th, n)) {
        return Err(th.memory_error());
    }
    Ok(vec![0; n])
}
/// Is there room for one large object of `size` bytes under the limit and in the address space?
pub fn room_for(th: &mut Thread, size: usize) -> bool {
    let limit = match try_ctx().and_then(|c| c.config.max_heap) {
        Some(l) => l,
        None => physical_memory(),
    };
    let fits = || heap().bytes_in_all().checked_add(size).is_some_and(|n| n <= limit);
    if fits() {
        return true;
    }
    collect(th);
    if !fits() && size <= RESERVE && heap().bytes_in_all() <= limit + RESERVE {
        ask_later(th);
        return true;
    }
    fits()
}
fn physical_memory() -> usize {
    static BYTES: OnceLock<usize> = OnceLock::new();
    // SAFETY: sysconf has no preconditions.
    *BYTES.get_or_init(|| unsafe {
        (libc::sysconf(libc::_SC_PHYS_PAGES).max(1) as usize).saturating_mul(libc::sysconf(libc::_SC_PAGESIZE).max(4096) as usize)
    })
}

/// Collects now, with all threads stopped. Gives the number of objects that were found unreachable with finalizers.
pub fn collect(th: &mut Thread) -> usize {
    collect_seeing(th, None)
}
/// As [`collect`]; `on_dead` sees every object that is freed.
pub fn collect_seeing(th: &mut Thread, on_dead: Option<&dyn Fn(Obj)>) -> usize {
    forget_dead_frames();
    collect_now(th, on_dead)
}
/// Clears the native stack below here: what calls before this one have left there would be taken for references.
#[inline(never)]
fn forget_dead_frames() {
    std::hint::black_box([0u64; 1 << 10]);
}
#[inline(never)]
fn collect_now(th: &mut Thread, on_dead: Option<&dyn Fn(Obj)>) -> usize {
    let started = Instant::now();
    let Some(stopped) = World::global().stop_anywhere(th.world) else {
        // Another thread collected meanwhile; this one stood still for it.
        return 0;
    };
    let h = heap();
    let renews = World::global().wants_renewal();
    let tracer = VmTracer {
        renews: renews.then_some(th.world),
    };
    h.start_marking();
    mark_roots(th, &tracer);
    h.drain(&tracer);
    let marked = |addr: u64| NonNull::new(addr as *mut u8).is_some_and(|p| h.is_marked(p));
    weakref::clear_dead(&marked, true);
    // What only finalizers can still reach lives on until they ran.
    let mut due = finalizers::of_ended_threads(&marked);
    for &t in lock(&THREADS).iter() {
        // SAFETY: registered threads are alive, and stopped (or this one).
        let t = unsafe { &mut *(t as *mut Thread) };
        t.finalizable.take_unreachable(t.tx.concurrent, &marked, &mut due);
    }
    h.mark_roots(&due.iter().map(|v| v.0).collect::<Vec<_>>(), &tracer);
    h.drain(&tracer);
    weakref::clear_dead(&marked, false);
    let found = due.len();
    finalizers::make_due(&due);
    share_orphans(th.world);
    crate::hostile::verify(th);
    if renews {
        for &t in lock(&THREADS).iter() {
            // SAFETY: registered threads are alive, and stopped (or this one).
            unsafe { (*(t as *mut Thread)).tx.forget_retired(th.world) };
        }
        World::global().renew();
    }
    for &t in lock(&THREADS).iter() {
        // SAFETY: registered threads are alive, and stopped (or this one).
        unsafe { (*(t as *mut Thread)).alloc.retire() };
    }
    // SAFETY: an unreachable object, freed once.
    let free = |p: NonNull<u8>| unsafe { crate::trace::drop_object(object_at(p)) };
    match on_dead {
        Some(f) => h.sweep(&free, Some(&|p| f(object_at(p)))),
        None => h.sweep(&free, None),
    }
    finalizers::request(th);
    weakref::request_callbacks(th);
    renew_limit();
    drop(stopped);
    crate::conflicts::collected(started);
    COLLECTIONS.fetch_add(1, Relaxed);
    COLLECT_NANOS.fetch_add(started.elapsed().as_nanos() as u64, Relaxed);
    found
}
/// Stopped. What finalizers and callbacks lead to that is private to a thread which has ended becomes shared: any thread may
/// run them. What is private to one that lives, only that one may touch, and may be using right now.
fn share_orphans(w: &WorldThread) {
    let mut todo: Vec<Value> = Vec::new();
    finalizers::roots(&mut |v| todo.push(v));
    weakref::callback_roots(&mut |v| todo.push(v));
    while let Some(v) = todo.pop() {
        let Some(o) = v.to_obj() else { continue };
        let m = o.header().meta.load(Relaxed);
        if w.is_shared(m) || o.has_flag(flag::SHARED) || w.world().owner_lives(m) {
            continue;
        }
        o.header().meta.store(0, Relaxed);
        o.set_flag(flag::SHARED);
        crate::trace::object(o, &mut |v| todo.push(v));
    }
}

fn mark_roots(th: &mut Thread, tracer: &VmTracer) {
    let h = heap();
    let mut roots: Vec<u64> = Vec::with_capacity(1024);
    if let Some(c) = try_ctx() {
        roots.extend(c.types.list().iter().map(|t| t.0.addr() as u64));
        roots.extend([
            c.empty_tuple.0,
            c.empty_str.0,
            c.empty_bytes.0,
            c.modules.addr() as u64,
            c.builtins.addr() as u64,
        ]);
        roots.extend(c.latin1_chars.iter().chain(&c.single_bytes).map(|v| v.0));
        // Interned strings are plain ones.
        c.interned.for_each(&mut |s| match NonNull::new(s.as_ptr().cast()) {
            Some(p) if !tracer.visits_leaves() => h.mark_leaf(p),
            _ => roots.push(s.addr() as u64),
        });
    }
    roots.extend(lock(&IMMORTAL).iter().map(|v| v.0));
    finalizers::roots(&mut |v| roots.push(v.0));
    weakref::callback_roots(&mut |v| roots.push(v.0));
    crate::interp::monitor::roots(&mut |w| roots.push(w));
    crate::conflicts::roots(&mut |w| roots.push(w));
    th.world.record_stack();
    for &t in lock(&THREADS).iter() {
        // SAFETY: registered threads are alive, and stopped (or this one).
        let t = unsafe { &*(t as *const Thread) };
        roots.extend([t.handling.0, t.locals.0, t.context.0, t.memo[0].0, t.memo[1].0]);
        roots.extend(t.keep_alive.iter().map(|v| v.0));
        t.deferred.roots(&mut |w| roots.push(w));
        t.tallies.roots(&mut |v| roots.push(v.0));
        t.finalizable.roots(t.tx.concurrent, &mut |v| roots.push(v.0));
        t.tx.roots(&mut |w| roots.push(w));
        if let Some(r) = &t.recorder {
            r.roots(&mut |w| roots.push(w));
        }
        t.interp.roots(&mut |v: u64| roots.push(v));
        let (lo, hi) = t.world.stack_bounds();
        // SAFETY: the bounds of a registered thread's stack from where it stopped; see above.
        unsafe { h.mark_range_conservative(lo as *const u64, hi as *const u64, tracer) };
    }
    h.mark_roots(&roots, tracer);
}
