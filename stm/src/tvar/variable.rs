//! A variable: a header and a pointer to its boxed value, counted by its owners.

use super::transaction::{Blocked, Transaction, atomically};
use crate::header::{Header, flag};
use crossbeam_epoch as epoch;
use std::fmt;
use std::marker::PhantomData;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, AtomicUsize, Ordering::*, fence};

/// What a variable is made of. The word is next to the header: the protocol saves it when the variable is opened.
#[repr(C)]
pub(super) struct Cell {
    pub(super) header: Header,
    /// address of the value's box
    pub(super) word: AtomicU64,
    owners: AtomicUsize,
}

/// A variable that transactions read and write. Clones are the same variable.
///
/// Values that a transaction replaces are dropped after it. A value whose destructor begins a transaction must not be dropped
/// by the closure of one.
pub struct TVar<T: Send + Sync + 'static> {
    cell: NonNull<Cell>,
    value: PhantomData<T>,
}
// SAFETY: the value is reached through the protocol alone, as `&T` by any thread, and is dropped by any thread.
unsafe impl<T: Send + Sync + 'static> Send for TVar<T> {}
// SAFETY: as above.
unsafe impl<T: Send + Sync + 'static> Sync for TVar<T> {}

/// Boxes a value.
pub(super) fn boxed<T>(value: T) -> u64 {
    Box::into_raw(Box::new(value)) as u64
}
/// Frees a box.
///
/// # Safety
/// `word` is of [`boxed`] with the same T, and nobody looks at it any more.
pub(super) unsafe fn free<T>(word: u64) {
    // SAFETY: by the caller's promise.
    drop(unsafe { Box::from_raw(word as *mut T) });
}

impl<T: Send + Sync + 'static> TVar<T> {
    /// A new variable.
    pub fn new(value: T) -> TVar<T> {
        let cell = Cell {
            header: Header {
                meta: AtomicU64::new(0),
                shape: AtomicU32::new(0),
                kind: AtomicU8::new(1),
                flags: AtomicU8::new(flag::SHARED),
                extra: AtomicU16::new(0),
            },
            word: AtomicU64::new(boxed(value)),
            owners: AtomicUsize::new(1),
        };
        TVar {
            cell: NonNull::from(Box::leak(Box::new(cell))),
            value: PhantomData,
        }
    }
    pub(super) fn cell(&self) -> &Cell {
        // SAFETY: freed after its last owner is gone.
        unsafe { self.cell.as_ref() }
    }
    /// The value, as this transaction sees it.
    pub fn get<'t>(&self, tx: &'t mut Transaction<'_>) -> Result<&'t T, Blocked> {
        let word = tx.read(self.cell())?;
        // SAFETY: a committed box, or one that this transaction has made. The first is freed when this transaction has ended
        // at the earliest, the second by a write, which needs the transaction that the reference borrows.
        Ok(unsafe { &*(word as *const T) })
    }
    /// A copy of the value, as this transaction sees it.
    pub fn read(&self, tx: &mut Transaction<'_>) -> Result<T, Blocked>
    where
        T: Clone,
    {
        self.get(tx).cloned()
    }
    /// Replaces the value.
    pub fn write(&self, tx: &mut Transaction<'_>, value: T) -> Result<(), Blocked> {
        // What it replaces is not dropped here: its destructor may begin a transaction.
        if tx.has_made(self.cell()) && !std::mem::needs_drop::<T>() {
            // SAFETY: see `update`.
            unsafe { *(self.cell().word.load(Relaxed) as *mut T) = value };
            return Ok(());
        }
        // SAFETY: the box is one of T.
        unsafe { tx.replace(self.cell(), boxed(value), free::<T>) }
    }
    /// Changes the value in place; it is copied before if others can see it.
    pub fn update<R>(&self, tx: &mut Transaction<'_>, f: impl FnOnce(&mut T) -> R) -> Result<R, Blocked>
    where
        T: Clone,
    {
        if !tx.has_made(self.cell()) {
            let copy = self.read(tx)?;
            // SAFETY: the box is one of T.
            unsafe { tx.replace(self.cell(), boxed(copy), free::<T>)? };
        }
        // SAFETY: the box was made by this part of the transaction: nobody else follows it, and the references that this
        // transaction has given out have ended with their borrow of it.
        Ok(f(unsafe { &mut *(self.cell().word.load(Relaxed) as *mut T) }))
    }
    /// Replaces the value; gives the old one.
    pub fn replace(&self, tx: &mut Transaction<'_>, value: T) -> Result<T, Blocked>
    where
        T: Clone,
    {
        self.update(tx, |old| std::mem::replace(old, value))
    }
    /// The value now, read in a transaction of its own.
    pub fn load(&self) -> T
    where
        T: Clone,
    {
        atomically(|tx| self.read(tx))
    }
    /// Are these the same variable?
    pub fn ptr_eq(&self, other: &TVar<T>) -> bool {
        self.cell == other.cell
    }
}
impl<T: Send + Sync + 'static> Clone for TVar<T> {
    fn clone(&self) -> TVar<T> {
        self.cell().owners.fetch_add(1, Relaxed);
        TVar {
            cell: self.cell,
            value: PhantomData,
        }
    }
}
impl<T: Send + Sync + 'static> Drop for TVar<T> {
    fn drop(&mut self) {
        if self.cell().owners.fetch_sub(1, Release) != 1 {
            return;
        }
        // As in `Arc`: what the other owners did happens before.
        fence(Acquire);
        let cell = self.cell.as_ptr() as usize;
        // SAFETY: nobody can find the variable any more but transactions that run now, by their logs.
        unsafe {
            epoch::pin().defer_unchecked(move || {
                let cell = Box::from_raw(cell as *mut Cell);
                free::<T>(cell.word.load(Relaxed));
            });
        }
    }
}
impl<T: Send + Sync + Default + 'static> Default for TVar<T> {
    fn default() -> TVar<T> {
        TVar::new(T::default())
    }
}
impl<T: Send + Sync + 'static> fmt::Debug for TVar<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("TVar").field(&self.cell).finish()
    }
}
