//! Which objects this thread is making the repr of right now: so that one that contains itself ends.

use crate::thread::Thread;
use crate::throw::R;
use crate::value::Value;
use std::cell::RefCell;

thread_local! {
    // Addresses only: the objects are on the stacks of the calls that are under way.
    static UNDER_WAY: RefCell<Vec<u64>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f`, which makes the repr of `v`; None when that is under way already.
pub fn with<T>(th: &mut Thread, v: Value, f: impl FnOnce(&mut Thread) -> R<T>) -> R<Option<T>> {
    let entered = UNDER_WAY.with_borrow_mut(|u| {
        let new = !u.contains(&v.0);
        if new {
            u.push(v.0);
        }
        new
    });
    if !entered {
        return Ok(None);
    }
    let r = f(th);
    UNDER_WAY.with_borrow_mut(|u| {
        if let Some(i) = u.iter().rposition(|&x| x == v.0) {
            u.remove(i);
        }
    });
    r.map(Some)
}
