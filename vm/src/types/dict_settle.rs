//! Settling what was put off for a dict (see `deferred`): other threads that fill it wait meanwhile.
//!
//! Most keys are new, and the places where they belong in the index are all over the memory. So the searches for some of them go
//! on side by side, and what a search waits for comes while the others wait too. The words that say how much is in the dict
//! change once for all of them: other threads look at what stands beside.

use crate::object::{Gc, Obj};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::dict::{Dict, DictTable};
use crate::types::dict_hot::search;
use crate::types::dict_table::Step;
use crate::value::Value;
use std::sync::atomic::Ordering::Relaxed;

/// Searches that go on side by side.
const ABREAST: usize = 32;
/// Steps that each of them takes at the most.
const STEPS: usize = 12;
/// No place.
const NONE: usize = usize::MAX;

/// Sets the items that were put off: three words each, the key, its hash and the value.
pub(super) fn set_all(th: &mut Thread, dict: Obj, items: &[u64]) -> R<()> {
    let d = dict.value().as_gc::<Dict>();
    d.open_whole(th)?;
    let mut new = 0;
    for some in items.chunks(3 * ABREAST) {
        let t = d.table.get().cast::<DictTable>();
        let rest = match t.filter(|t| !t.has_cards() && t.room() >= some.len() / 3) {
            Some(t) => append_new(th, d, t, some),
            None => some,
        };
        new += (some.len() - rest.len()) / 3;
        for item in rest.chunks_exact(3) {
            new += usize::from(set(th, d, item)?);
        }
    }
    Thread::count_new(d.header(), items.len() / 3, new);
    Ok(())
}
/// Sets one item of the opened dict; was its key new?
fn set(th: &mut Thread, d: Gc<Dict>, item: &[u64]) -> R<bool> {
    let (k, hash, v) = (Value(item[0]), item[1], Value(item[2]));
    let table = d.table.get();
    match search(table, hash, k) {
        Step::Hit(i) => {
            d.put_value(th, table.as_gc(), i, v)?;
            Ok(false)
        }
        Step::Missing(at) => {
            d.insert(th, k, hash, v, table, at)?;
            Ok(true)
        }
        Step::Maybe(..) => Err(th.cannot_settle(d.obj())),
    }
}
/// Appends items to the table of the opened dict, which has room for them, up to the first one whose key may not be new.
/// Gives the others.
fn append_new<'a>(th: &mut Thread, d: Gc<Dict>, t: Gc<DictTable>, items: &'a [u64]) -> &'a [u64] {
    let (index, first) = (t.index(), t.fill());
    let places = free_places(t, items);
    let end = (first + items.len() / 3).min(t.entries().len());
    d.log_new_entries(th, t, first, end);
    let mut i = first;
    for (item, at) in items.chunks_exact(3).zip(places) {
        // Another one of these keys may have got the place: it may be the same key.
        if i >= end || at == NONE || index[at].load(Relaxed) != 0 {
            break;
        }
        t.set(i, item[1], Value(item[0]), Value(item[2]));
        i += 1;
        index[at].store(i as u32, Relaxed);
    }
    t.appended(i);
    d.count_added(i - first);
    &items[(i - first) * 3..]
}
/// The free index places where the searches for the keys of some items end; NONE where an entry has the same hash, or the search
/// is long.
fn free_places(t: Gc<DictTable>, items: &[u64]) -> [usize; ABREAST] {
    let (index, entries) = (t.index(), t.entries());
    let mut places = [NONE; ABREAST];
    let mut searches = [(0, 0, t.start(0)); ABREAST];
    let mut n = items.len() / 3;
    for (j, (s, item)) in searches.iter_mut().zip(items.chunks_exact(3)).enumerate() {
        *s = (j, item[1], t.start(item[1]));
    }
    for _ in 0..STEPS {
        let (mut leads, mut hashes) = ([0; ABREAST], [0; ABREAST]);
        for (lead, s) in leads.iter_mut().zip(&searches[..n]) {
            *lead = index[s.2.at].load(Relaxed);
        }
        for (hash, &lead) in hashes.iter_mut().zip(&leads[..n]) {
            // No branch: which places are free cannot be foreseen.
            *hash = entries[(lead as usize).wrapping_sub(1).min(entries.len() - 1)].hash.load(Relaxed);
        }
        let mut left = 0;
        for i in 0..n {
            let (j, hash, p) = searches[i];
            if leads[i] == 0 {
                places[j] = p.at;
            } else if hashes[i] != hash {
                searches[left] = (j, hash, t.after(p));
                left += 1;
            }
        }
        n = left;
        if n == 0 {
            break;
        }
    }
    places
}
