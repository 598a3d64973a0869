//! What is read without being logged: classes, the class of an object, code and defaults of functions, what tools listen to.
//!
//! Invariant: it changes only while all other threads stand at boundaries, so that no running transaction has read it. They
//! stand there until the transaction that changes it has ended, so that none sees it before the rest of what that one does;
//! or, if that one blocks inside (which a warning tells, in an atomic block), until then.

use crate::object::{Gc, Header};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::Class;
use vasuki_stm::{Stopped, poll};

impl Thread {
    /// Until the result is dropped all other threads stand at boundaries. The running transaction is irrevocable afterwards.
    pub(crate) fn stop_others(&mut self) -> R<Option<Stopped>> {
        self.irrevocable()?;
        if !self.tx.concurrent || self.others_stand.is_some() {
            return Ok(None);
        }
        Ok(Some(self.world.world().stop_at_boundary(self.world, &self.tx)))
    }
    /// All other threads stand at boundaries until the running transaction, which is irrevocable afterwards, has ended: before a
    /// change of what is read without being logged.
    pub(crate) fn stop_others_to_end(&mut self) -> R<()> {
        if let Some(stopped) = self.stop_others()? {
            self.others_stand = Some(stopped);
            if !self.is_atomic() {
                // They do not wait longer than they must.
                self.world.put_back(poll::WANTED);
            }
        }
        Ok(())
    }
    /// The same, unless nobody else can reach the object.
    pub(crate) fn stop_others_who_see(&mut self, h: &Header) -> R<()> {
        if self.tx.concurrent && self.tx.is_private(h) {
            return Ok(());
        }
        self.stop_others_to_end()
    }
    /// The same before a change of a class, which is never undone. A class that the running transaction has made goes with it: it
    /// needs nothing. (One that an earlier transaction has made is known to others, by its bases.)
    pub(crate) fn stop_others_to_change(&mut self, class: Gc<Class>) -> R<()> {
        let h = class.header();
        let is_new = self.tx.is_private(h) && self.tx.writable(h);
        if self.tx.concurrent && is_new && !self.interp.atomic.has_parts() {
            return Ok(());
        }
        self.stop_others_to_end()
    }
    /// The others go on: what has changed is whole.
    pub(crate) fn let_others_go(&mut self) {
        if let Some(stopped) = self.others_stand.take() {
            // Who waits for a change may wait for this one.
            self.world.world().wake_all_waiters();
            drop(stopped);
        }
    }
    /// Runs `f`, which waits and touches no object, inside of a transaction: other threads, which it may wait for, and
    /// collections go on.
    pub(crate) fn detached_inside<T>(&mut self, f: impl FnOnce() -> T) -> T {
        self.let_others_go();
        self.world.detached(false, f)
    }
}
