//! Hostile modes, for tests: collections all the time, transactions split and aborted at random, checks of the heap.
//!
//! They cost nothing when they are off: what is asked at polls hides behind a bit of the poll word that is never cleared
//! (`poll::ALWAYS`), the rest is on slow paths.

use crate::context::try_ctx;
use crate::memory::heap;
use crate::object::{Kind, Obj, flag};
use crate::thread::Thread;
use crate::throw::R;
use std::cell::Cell;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed};
use vasuki_stm::{meta, poll};

/// `-X name=value` options; `VASUKI_HOSTILE` has them separated by commas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// `gc-every=N`: collect at every N-th slow allocation
    pub gc_every: u32,
    /// `split-every=N`: a boundary at about every N-th poll
    pub split_every: u32,
    /// `split-inside`: such boundaries in loops that native code runs, too
    pub split_inside: bool,
    /// `abort-every=N`: an abort at about every N-th poll, and at every N-th opening of an object
    pub abort_every: u32,
    /// `verify-heap`: check the heap in every collection
    pub verify_heap: bool,
    /// `poison`: overwrite what is freed
    pub poison: bool,
    /// `defer`: what can be put off to the end of a transaction is, at all containers
    pub defer: bool,
    /// `concurrent`: never solo, though one thread runs
    pub concurrent: bool,
}
impl Settings {
    /// Takes an option; None: it is none of these; an error is a complete message.
    pub fn set(&mut self, option: &str) -> Option<Result<(), String>> {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let number = match name {
            "verify-heap" => {
                self.verify_heap = true;
                return Some(Ok(()));
            }
            "poison" => {
                self.poison = true;
                return Some(Ok(()));
            }
            "concurrent" => {
                self.concurrent = true;
                return Some(Ok(()));
            }
            "split-inside" => {
                self.split_inside = true;
                return Some(Ok(()));
            }
            "defer" => {
                self.defer = true;
                return Some(Ok(()));
            }
            "gc-every" => &mut self.gc_every,
            "split-every" => &mut self.split_every,
            "abort-every" => &mut self.abort_every,
            _ => return None,
        };
        match value.parse() {
            Ok(n) if n > 0 => {
                *number = n;
                Some(Ok(()))
            }
            _ => Some(Err(format!("-X {name} wants a number, as in {name}=10"))),
        }
    }
}

static SPLIT: AtomicU32 = AtomicU32::new(0);
static SPLIT_INSIDE: AtomicBool = AtomicBool::new(false);
static ABORT: AtomicU32 = AtomicU32::new(0);
static VERIFY: AtomicBool = AtomicBool::new(false);
static DEFER: AtomicBool = AtomicBool::new(false);

/// Switches the modes on, before the first thread is made.
pub(crate) fn start(s: &Settings) {
    SPLIT.store(s.split_every, Relaxed);
    SPLIT_INSIDE.store(s.split_inside, Relaxed);
    ABORT.store(s.abort_every, Relaxed);
    VERIFY.store(s.verify_heap, Relaxed);
    DEFER.store(s.defer, Relaxed);
    heap().set_collect_every(s.gc_every as usize);
    heap().set_poison(s.poison);
}
/// The VM has been started: what start-up has made is shared, as without these modes.
pub(crate) fn started(th: &mut Thread, s: &Settings) -> R<()> {
    if s.concurrent {
        th.commit()?;
        th.world.world().stay_concurrent();
        th.begin();
    }
    Ok(())
}
/// A thread was made.
pub(crate) fn new_thread(th: &Thread) {
    if SPLIT.load(Relaxed) | ABORT.load(Relaxed) != 0 {
        th.world.always_poll();
    }
}
/// Happens once in `n` times; 0: never.
fn chance(n: u32) -> bool {
    thread_local! {
        static STATE: Cell<u64> = Cell::new(crate::modules::thread::ident() | 1);
    }
    n != 0
        && STATE.with(|s| {
            let mut x = s.get();
            x ^= x << 13;
            x ^= x >> 7;
            x ^= x << 17;
            s.set(x);
            (x >> 33).is_multiple_of(u64::from(n))
        })
}
/// Does a transaction end at any tick in loops that native code runs?
pub(crate) fn splits_inside() -> bool {
    SPLIT_INSIDE.load(Relaxed)
}
/// Is every operation put off that can be?
pub(crate) fn defers() -> bool {
    DEFER.load(Relaxed)
}
/// What a poll is asked for besides what others want.
pub(crate) fn poll_bits() -> u32 {
    let split = if chance(SPLIT.load(Relaxed)) { poll::TICK } else { 0 };
    let abort = if chance(ABORT.load(Relaxed)) { poll::ABORT } else { 0 };
    split | abort
}
/// Shall the opening of an object fail?
#[inline]
pub(crate) fn refuses(th: &Thread) -> bool {
    let n = ABORT.load(Relaxed);
    n != 0 && th.tx.concurrent && th.can_abort() && chance(n)
}

/// Stopped, after marking. What is reachable must be marked, and be an object; what is shared and not open must not refer
/// to what is private.
pub(crate) fn verify(th: &Thread) {
    if !VERIFY.load(Relaxed) {
        return;
    }
    crate::memory::for_each(&mut |th| check_log(th));
    // Who makes the others stand still has published nothing yet of what it stores in classes.
    let concurrent = th.world.is_concurrent() && th.others_stand.is_none();
    let builtin = try_ctx().map(|c| c.types.list());
    // Before start-up there are no other classes.
    let is_builtin = |o: Obj| builtin.as_ref().is_none_or(|list| list.iter().any(|t| t.0.obj() == o));
    heap().for_each_object(&mut |p, _| {
        if !heap().is_marked(p) {
            return;
        }
        // SAFETY: a live object.
        let o = unsafe { Obj::from_addr(p.as_ptr() as u64) };
        // Inline caches refer to classes that their shapes belong to: who has no object of the shape cannot get there.
        // Registers that a suspended generator does not need any more refer to what may be in use again.
        let loose = is_part(o) || matches!(o.kind(), Kind::Code | Kind::Generator);
        let settled = concurrent && !loose && th.world.is_shared(o.header().meta.load(Relaxed));
        let is_leaf = heap().is_leaf(p);
        crate::trace::object(o, &mut |v| {
            let Some(to) = v.to_obj() else { return };
            assert!(
                !is_leaf || is_builtin(to),
                "{:?} {:#x} is in a leaf space and refers to {:#x}",
                o.kind(),
                o.addr(),
                to.addr()
            );
            let found = heap().find(v.0).is_some_and(|p| p.as_ptr() as u64 == v.0);
            let marked = NonNull::new(to.addr() as *mut u8).is_some_and(|p| heap().is_marked(p));
            let what = if found { "not marked" } else { "no object" };
            assert!(
                found && marked,
                "{:?} {:#x} refers to {:#x}, which is {what}",
                o.kind(),
                o.addr(),
                to.addr()
            );
            if settled {
                must_be_shared(th, o, to);
                if is_part(to) && !crate::types::cards::any_open(th, to) {
                    crate::trace::object(to, &mut |v| v.to_obj().into_iter().for_each(|to| must_be_shared(th, o, to)));
                }
            }
        });
    });
}
/// What a thread's transaction has logged lies in live objects: else an abort would write into what is there next.
fn check_log(th: &Thread) {
    th.tx.logged_places(&mut |word| {
        assert!(
            heap().find(word).map_or(!heap().contains(word), |p| heap().is_marked(p)),
            "thread {} has logged the word at {word:#x}, which is in no live object",
            th.world.number()
        );
    });
}
/// Is it guarded by the header of the object that it belongs to?
fn is_part(o: Obj) -> bool {
    matches!(o.kind(), Kind::Buffer | Kind::DictTable | Kind::SetTable)
}
fn must_be_shared(th: &Thread, from: Obj, to: Obj) {
    let owner = meta::owner(to.header().meta.load(Relaxed));
    let (a, b) = (from.kind(), to.kind());
    assert!(
        !is_private(th, to),
        "{a:?} {:#x} is shared and refers to {b:?} {:#x}, private to thread {owner}",
        from.addr(),
        to.addr()
    );
}
/// Is a mutable object private? (Immutable ones may be found through caches and tables outside of the heap.)
fn is_private(th: &Thread, o: Obj) -> bool {
    let m = o.header().meta.load(Relaxed);
    !matches!(
        o.kind(),
        Kind::Str | Kind::Bytes | Kind::Int | Kind::Float | Kind::Complex | Kind::Tuple | Kind::Code | Kind::WeakRef
    ) && !th.world.is_shared(m)
        && !meta::is_lock(m)
        && !o.has_flag(flag::SHARED)
}

#[cfg(test)]
mod tests {
    use super::Settings;
    #[test]
    fn options() {
        let mut s = Settings::default();
        assert_eq!(s.set("gc-every=3"), Some(Ok(())));
        assert_eq!(s.set("poison"), Some(Ok(())));
        assert_eq!(s.set("utf8"), None);
        assert!(s.set("abort-every=x").is_some_and(|r| r.is_err()));
        assert!(s.gc_every == 3 && s.poison && !s.verify_heap);
    }
}
