//! Random transactions on lists, recorded.

use super::history::{Record, Step};
use super::{Object, Thread, card, object};
use vasuki_stm::Conflict;

/// A list that is replaced by a longer one when something is appended: a word of an object, which has two, that is the address
/// of the items.
#[derive(Clone, Copy)]
pub struct List {
    object: &'static Object,
    word: usize,
}
impl List {
    /// So many lists, two in each object but the first. The header of every other object is a card.
    pub fn some(n: usize) -> Vec<List> {
        let object = |i: usize| if i.is_multiple_of(2) { card([0, 0]) } else { object([0, 0]) };
        let objects: Vec<_> = (0..=n / 2).map(object).collect();
        let list = |i: usize| List {
            object: objects[i.div_ceil(2)],
            word: i % 2,
        };
        (0..n).map(list).collect()
    }
    /// The items, when no thread runs any more.
    pub fn quiet(self) -> Vec<u64> {
        items(self.object.quiet_words()[self.word])
    }
    /// The items. `part`: what happens to the other list of the object does not matter.
    fn read(self, t: &mut Thread, part: bool) -> Result<Vec<u64>, Conflict> {
        let word = if part {
            t.look(self.object, self.word)?
        } else {
            t.read(self.object, self.word)?
        };
        Ok(items(word))
    }
    fn append(self, t: &mut Thread, part: bool, v: u64) -> Result<(), Conflict> {
        let mut all = self.read(t, part)?;
        all.push(v);
        let all: &'static Vec<u64> = Box::leak(Box::new(all));
        t.write(self.object, self.word, std::ptr::from_ref(all) as u64)
    }
}
fn items(word: u64) -> Vec<u64> {
    // SAFETY: `append` has leaked a vector there.
    unsafe { (word as *const Vec<u64>).as_ref() }.cloned().unwrap_or_default()
}
/// Marsaglia's xorshift.
pub fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}
/// Runs `count` random transactions of up to `steps` steps. Every run is recorded, aborted ones too, whose appends must not stay.
pub fn run(t: &mut Thread, lists: &[List], thread: usize, count: usize, steps: usize, seed: u64) -> Vec<Record> {
    let mut seed = (seed ^ 0x9E37_79B9_7F4A_7C15).wrapping_add((thread as u64) << 32) | 1;
    let mut value = (thread as u64 + 1) << 32;
    let mut records = Vec::new();
    for _ in 0..count {
        let plan: Vec<u64> = (0..1 + random(&mut seed) as usize % steps).map(|_| random(&mut seed)).collect();
        let irrevocable = random(&mut seed).is_multiple_of(16);
        let gives_up = !irrevocable && random(&mut seed).is_multiple_of(16);
        loop {
            let mut done = Vec::new();
            t.lose_patience();
            let gives_up = gives_up && !t.tx.irrevocable;
            let end = t.attempt(|t| {
                if irrevocable {
                    t.tx.become_irrevocable(t.w)?;
                }
                for r in &plan {
                    let (at, part) = ((r >> 8) as usize % lists.len(), r >> 1 & 1 == 0);
                    if r % 2 == 0 {
                        value += 1;
                        lists[at].append(t, part, value)?;
                        done.push(Step::Append(at, value));
                    } else {
                        done.push(Step::Read(at, lists[at].read(t, part)?));
                    }
                }
                if gives_up { Err(Conflict) } else { Ok(()) }
            });
            let committed = end.is_ok();
            records.push(Record {
                thread,
                steps: done,
                committed,
            });
            if committed || gives_up {
                break;
            }
        }
    }
    records
}
