//! Random transactions on lists, recorded.

use super::history::{Record, Step};
use super::{Object, Thread, object};
use vasuki_stm::Conflict;

/// A list that is replaced by a longer one when something is appended: an object whose first word is the address of its items,
/// and the second one how many there are.
pub fn list() -> &'static Object {
    object([0, 0])
}
/// The items of a list that was read whole.
pub fn items(words: [u64; 2]) -> Vec<u64> {
    let [first, n] = words;
    if n == 0 {
        return Vec::new();
    }
    // SAFETY: `append` has leaked so many items there.
    unsafe { std::slice::from_raw_parts(first as *const u64, n as usize) }.to_vec()
}
fn append(t: &mut Thread, list: &Object, v: u64) -> Result<(), Conflict> {
    let mut all = items(t.read_all(list)?);
    all.push(v);
    let (n, first) = (all.len() as u64, all.leak().as_ptr() as u64);
    t.write(list, 0, first)?;
    t.write(list, 1, n)
}
/// Marsaglia's xorshift.
pub fn random(state: &mut u64) -> u64 {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    *state
}
/// Runs `count` random transactions of up to `steps` steps. Every run is recorded, aborted ones too, whose appends must not stay.
pub fn run(t: &mut Thread, lists: &[&'static Object], thread: usize, count: usize, steps: usize, seed: u64) -> Vec<Record> {
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
                    let at = (r >> 8) as usize % lists.len();
                    if r % 2 == 0 {
                        value += 1;
                        append(t, lists[at], value)?;
                        done.push(Step::Append(at, value));
                    } else {
                        done.push(Step::Read(at, items(t.read_all(lists[at])?)));
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
