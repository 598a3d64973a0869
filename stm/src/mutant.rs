//! Deliberate faults in the protocol, which the loom models must find. Outside of models there are none.

/// A fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mutant {
    /// the data stores of an opener are not kept behind its tag
    NoReleaseFence,
    /// the second look at the word is not kept behind the reader's loads
    NoAcquireFence,
    /// a reader does not look at the word again
    NoRecheck,
    /// an object that was read before is taken for logged although its word is another one
    FilterIgnoresWord,
    /// what a transaction has found last in its filter is there for the next one
    LastOutlivesTransaction,
    /// reading an object does not compare its version with the snapshot
    ReadWithoutVersionCheck,
    /// opening an object does not compare its version with the snapshot
    OpenWithoutVersionCheck,
    /// the clock is loaded after validation when the snapshot is extended
    ClockAfterValidation,
    /// commits do not validate
    NoValidation,
    /// answers about parts of objects hold whatever has changed
    PartUntested,
    /// a test in a state that is newer than the snapshot counts
    PartOfAnyTime,
    /// an abort restores the old version
    AbortRestoresVersion,
    /// objects are given free before what they refer to is published
    PublishAfterRelease,
    /// an irrevocable transaction does not lock what it reads
    IrrevocableReadsUnlocked,
    /// a transaction becomes irrevocable while another one is
    TwoIrrevocable,
    /// the world goes solo although a thread is about to start
    SoloTooEarly,
    /// a thread keeps its owner number over solo times
    NumberKept,
    /// a thread attaches to a solo world in which another one runs
    AttachToSolo,
    /// who makes a solo world concurrent does not wake those who wait for that
    JoinerNotWoken,
    /// a thread attaches while the others are stopped
    AttachDuringStop,
    /// a stop does not wait for the other threads
    StopWithoutWaiting,
    /// a stop at boundaries takes threads that stand still in the middle of a transaction
    BoundaryAnywhere,
    /// who waits for the others to reach their boundaries is not ready for a collection
    BoundaryWaiterAttached,
    /// who waits for an open object does not look for stops
    WaiterIgnoresStop,
    /// a transaction that wants to wait subscribes without looking whether something has changed
    SubscribesUnseen,
    /// it enters the list of waiting threads after it has set the bits
    SubscribesLate,
    /// what it has read is still taken for logged in the next transaction
    FilterOutlivesRetry,
    /// a commit wakes nobody
    CommitWakesNobody,
    /// an abort loses the bits of those who wait
    AbortLosesWaiters,
    /// who takes a lock does not count it
    TakenUncounted,
    /// who takes a lock counts it before others see that it is taken
    CountRelaxed,
    /// who takes a lock reads on before others see it
    NoFenceOfTaker,
    /// who has looked at a lock looks again before what it writes is seen to be locked
    NoFenceOfLooker,
    /// who looks at a lock keeps a snapshot of before
    LooksWithOldSnapshot,
    /// commits do not look again at locks
    LocksUnchecked,
    /// the world goes solo although a thread waits for a change
    SoloBesideWaiters,
}

/// Is this fault switched on? A constant outside of models.
#[inline(always)]
#[cfg(not(any(loom, shuttle)))]
pub(crate) fn is_mutant(_: Mutant) -> bool {
    false
}
/// Is this fault switched on, in the model that this OS thread checks?
#[cfg(any(loom, shuttle))]
pub(crate) fn is_mutant(m: Mutant) -> bool {
    ON.with(|on| on.get()) == Some(m)
}
/// Switches a fault on for the models that this OS thread checks.
#[cfg(any(loom, shuttle))]
pub fn set_mutant(m: Option<Mutant>) {
    ON.with(|on| on.set(m));
}
#[cfg(any(loom, shuttle))]
std::thread_local! {
    static ON: std::cell::Cell<Option<Mutant>> = const { std::cell::Cell::new(None) };
}
