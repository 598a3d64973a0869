//! `--conflicts`: which lines of the program take work from each other, and what cannot run beside anything else.
//!
//! When it is on, each thread has a [`Recorder`]. It notes, on the slow path that each object takes once in a transaction,
//! from which place of the program an object was opened; places are numbers (see `site`). The last opener of each object is in
//! tables of the threads (`openers`). When a transaction is undone, the protocol says which object it was about
//! (`vasuki_stm::Cause`). Where the transaction had read it nobody has noted: that is found when it runs again (`misses`). So
//! both sides are known, and what the attempt took is lost time of that pair. All of it is added up in the thread's `Ledger`,
//! after the transaction, when others no longer wait for what it had open, and many at once (`unbooked`); `report` puts the
//! ledgers together, `text` and `page` show them.
//!
//! When it is off, slow paths look at one field of the thread.

mod ledger;
mod misses;
mod openers;
mod page;
mod recorder;
mod report;
mod site;
mod stamp;
mod subject;
mod text;
mod timeline;
mod unbooked;

pub(crate) use recorder::Spot;
pub use recorder::{Recorder, Why};
pub use report::{Conflict, Irrevocable, Place, Report};
pub use timeline::Activity;

use crate::thread::Thread;
use ledger::Ledger;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock};
use std::time::Instant;

/// What there is while it is on.
struct Records {
    began: Instant,
    /// a fork has the same records, but does not report them
    process: u32,
    /// the first one is the main thread's, and has what those of ended threads had that are gone
    ledgers: Mutex<Vec<Arc<Mutex<Ledger>>>>,
    /// threads so far
    threads: AtomicU64,
    openers: openers::Openers,
    collections: Mutex<timeline::Timeline>,
}
static RECORDS: OnceLock<Records> = OnceLock::new();

fn records() -> Option<&'static Records> {
    RECORDS.get()
}
fn lock<T>(m: &Mutex<T>) -> MutexGuard<'_, T> {
    m.lock().unwrap_or_else(|e| e.into_inner())
}

/// Switches it on, before the first thread is made.
pub(crate) fn start() {
    stamp::start();
    RECORDS.get_or_init(|| Records {
        began: Instant::now(),
        process: std::process::id(),
        ledgers: Mutex::default(),
        threads: AtomicU64::new(0),
        openers: openers::Openers::default(),
        collections: Mutex::default(),
    });
}
/// A collection has stopped all threads since then.
pub(crate) fn collected(since: Instant) {
    if let Some(r) = records() {
        lock(&r.collections).add(Activity::Collecting, since - r.began, r.began.elapsed());
    }
}
/// Calls `f` with every word that may be a root of the collector: code that places refer to.
pub(crate) fn roots(f: &mut dyn FnMut(u64)) {
    site::roots(f);
}
/// What has been recorded so far; None: it is off, or belongs to the process that this one is a fork of. Of other threads that
/// still run the last few may be missing.
pub fn report(th: &mut Thread) -> Option<Report> {
    let r = records().filter(|r| r.process == std::process::id())?;
    if let Some(own) = &mut th.recorder {
        own.book();
    }
    Some(Report::new(r))
}
