//! Which thread waits for which other one, so that a cycle of threads that wait for each other is found.
//!
//! Only who may be told of a cycle looks for one: see `interp::iterator_turn`.

use std::sync::Mutex;

/// The thread that is waited for now, by its number in the world; 0: none.
type Whom = Box<dyn Fn() -> u16 + Send>;

static WAITS: Mutex<Vec<(u16, Whom)>> = Mutex::new(Vec::new());
fn waits() -> std::sync::MutexGuard<'static, Vec<(u16, Whom)>> {
    WAITS.lock().unwrap_or_else(|e| e.into_inner())
}

/// A thread waits while this lives.
pub(crate) struct Waiting(u16);
impl Waiting {
    /// `thread` waits for the one that `whom` gives.
    pub(crate) fn new(thread: u16, whom: impl Fn() -> u16 + Send + 'static) -> Waiting {
        waits().push((thread, Box::new(whom)));
        Waiting(thread)
    }
}
impl Drop for Waiting {
    fn drop(&mut self) {
        let mut w = waits();
        if let Some(i) = w.iter().rposition(|x| x.0 == self.0) {
            drop(w.swap_remove(i));
        }
    }
}
/// Does `thread` wait for itself, over others?
pub(crate) fn is_cycle(thread: u16) -> bool {
    let w = waits();
    let mut at = thread;
    for _ in 0..w.len() {
        match w.iter().rfind(|x| x.0 == at).map(|x| x.1()) {
            None | Some(0) => return false,
            Some(next) if next == thread => return true,
            Some(next) => at = next,
        }
    }
    false
}
/// In the child of a fork, where nobody else waits.
pub(crate) fn after_fork() {
    waits().clear();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_cycles() {
        // Numbers that no thread of another test has.
        let _a = Waiting::new(60_001, || 60_002);
        assert!(!is_cycle(60_001));
        let b = Waiting::new(60_002, || 60_003);
        let c = Waiting::new(60_003, || 60_001);
        assert!(is_cycle(60_001) && is_cycle(60_003));
        drop(b);
        assert!(!is_cycle(60_001) && !is_cycle(60_003));
        drop(c);
    }
}
