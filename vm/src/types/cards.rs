//! Cards: conflict words for the parts of a large container, so that threads that use different parts do not conflict.
//!
//! The buffer of a list and the table of a dict can have cards behind them, those of a dict each beside the value that it guards. Then the container's own header guards the
//! structure (which buffer or table it is, what is in use of it, the keys and their order), and a card guards the values of
//! some places. So
//!
//! - who reads or replaces one value reads the container's header, and then reads or opens the card;
//! - who adds, moves or removes values opens the header, and opens (or, to copy them elsewhere, reads) their cards as well:
//!   somebody who read the header before may be just replacing one of them.
//!
//! Whoever has a card open so knows its places and what is in them, without a look at the header: it was read before, and
//! nobody else changes those places. If the container has got another buffer or table meanwhile, the transaction is lost.
//! Opening a card saves what it guards: nothing more is logged until the transaction ends.
//!
//! A container gets cards when others are met at it again and again ([`met`]); what is private never does, nor what has one place.
//! A small one gets them only where each thread keeps to a place of its own, as in a list with a result for each: threads that move
//! something from place to place meet at other places soon, and then had better wait before they begin than halfway. In solo mode
//! nobody looks at cards: the container's header is what changes then.

use crate::object::{Header, Kind, Obj, flag};
use crate::thread::Thread;
use crate::types::buffer::Buffer;
use crate::types::dict_table::DictTable;
use std::sync::atomic::Ordering::Relaxed;

/// In `Header::extra` of a buffer or table: it has cards.
const HAS: u16 = 1 << 15;
/// There: it never gets cards.
const NEVER: u16 = 1 << 14;
/// Meetings after which there are to be cards, and those in a small container.
const ENOUGH: u16 = 2;
const ENOUGH_OF_SMALL: u16 = 4;
/// So many small containers does a thread remember where it has met others; and bytes of the least part of one.
pub(crate) const MET: usize = 16;
const CELL: usize = 32;
/// Containers with fewer places in use are small.
const SMALL: usize = 32;

/// Has the buffer or table with this header cards?
#[inline(always)]
pub(super) fn are_behind(h: &Header) -> bool {
    h.extra.load(Relaxed) & HAS != 0
}
/// There is room for cards in a new buffer or table.
pub(super) fn announce(h: &Header) {
    h.extra.store(HAS, Relaxed);
}
/// The buffer or table gets no cards.
pub(super) fn forbid(h: &Header) {
    if h.extra.load(Relaxed) & (HAS | NEVER) == 0 {
        h.extra.store(NEVER, Relaxed);
    }
}
/// How many meetings a container with so many places in use needs.
#[inline]
fn enough(places: usize) -> u16 {
    if places < SMALL { ENOUGH_OF_SMALL } else { ENOUGH }
}
/// Another thread was met at a container with so many places in use, whose buffer or table has the header `part`; this thread was
/// about to use this place (None: one that was not there).
#[cold]
#[inline(never)]
pub(super) fn met(th: &mut Thread, part: &Header, places: usize, place: Option<usize>) {
    let n = part.extra.load(Relaxed);
    if n >= enough(places) {
        return;
    }
    if places < SMALL {
        let here = (std::ptr::from_ref(part) as usize, place);
        let before = std::mem::replace(&mut th.met_at[here.0 / CELL % MET], here);
        if place.is_none() || before.0 == here.0 && before != here {
            forbid(part);
        }
        if before != here {
            return;
        }
    }
    // Two threads that count at the same time may lose one.
    part.extra.store(n + 1, Relaxed);
}
/// Were others met often enough at an opened container with so many places in use, whose buffer or table has the header `part`? Then
/// it gets cards.
#[inline]
pub(super) fn are_due(th: &Thread, container: &Header, part: &Header, places: usize) -> bool {
    let n = part.extra.load(Relaxed);
    let met = n >= enough(places) && n < NEVER && places > 1;
    met && th.tx.concurrent && container.flags.load(Relaxed) & flag::SHARED != 0
}
/// Is it not known yet whether a container with so many places in use, whose buffer or table has the header `part`, is one of those
/// small ones that get cards?
#[inline]
pub(super) fn are_to_be_seen(part: &Header, places: usize) -> bool {
    (2..SMALL).contains(&places) && part.extra.load(Relaxed) < ENOUGH_OF_SMALL
}
/// Has somebody a card of a buffer or table open?
pub(crate) fn any_open(th: &Thread, o: Obj) -> bool {
    let open = |c: &Header| !th.world.is_shared(c.meta.load(Relaxed));
    match o.kind() {
        Kind::Buffer => o.value().as_gc::<Buffer>().cards().iter().any(open),
        Kind::DictTable => o.value().as_gc::<DictTable>().cells().any(|c| open(&c.card)),
        _ => false,
    }
}
