//! Uses of a dict where threads meet again and again (`Thread::is_hot`): they read and set single keys, so that uses of other
//! keys do not conflict with them.
//!
//! What is read of a key is logged as an answer (`Tx::read_part`): that it is missing; or, in a table with cards, which entry
//! it has; or else its value. A new key is put off to the commit (`deferred`). Who reads a key sees what the transaction has
//! put off for it.

use crate::context::ctx;
use crate::object::{Gc, Header};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::class_of;
use crate::types::dict::{Dict, DictTable};
use crate::types::dict_settle::set_all;
use crate::types::dict_table::{Step, probe, same_key};
use crate::types::tuple::Tuple;
use crate::value::Value;
use std::ptr::from_ref;

/// What the search for a key has found, as a word that tells every other answer from it. None: only Python code can tell.
fn answer((table, step, value): &(Value, Step, Value)) -> Option<u64> {
    match *step {
        Step::Hit(i) => {
            let t = table.as_gc::<DictTable>();
            Some(if t.has_cards() {
                from_ref(t.entries().get(i)?) as u64
            } else {
                value.0
            })
        }
        Step::Missing(_) => Some(Value::EMPTY.0),
        Step::Maybe(..) => None,
    }
}
/// Is the answer, with hash and key before it, still the same?
fn is_same(h: &Header, words: &[u64; 3]) -> bool {
    // SAFETY: the header of a dict; answers are logged for those only.
    let d: Gc<Dict> = unsafe { Gc::from_addr(from_ref(h) as u64) };
    answer(&look(d, words[0], Value(words[1]))) == Some(words[2])
}

impl Gc<Dict> {
    /// Looks for a key. None: it takes a read of the whole dict.
    fn look_among_others(self, th: &mut Thread, k: Value, hash: u64) -> R<Option<(Value, Step, Value)>> {
        let log = |found: &_| Some([hash, k.0, answer(found)?]);
        let found = th.read_part(self.header(), || look(self, hash, k), is_same, log)?;
        if answer(&found).is_none() {
            // The whole dict has been read.
            th.settle(self.header())?;
            return Ok(None);
        }
        Ok(Some(found))
    }
    /// The value of a key of a hot dict, if there is one. None: it takes a read of the whole dict.
    pub(super) fn get_among_others(self, th: &mut Thread, k: Value, hash: u64) -> R<Option<Option<Value>>> {
        if let Some(words) = th.pending(self.header(), hash) {
            return Ok(is_for(words, k).then_some(Some(Value(words[2]))));
        }
        Ok(match self.look_among_others(th, k, hash)? {
            Some((table, Step::Hit(i), v)) => {
                let v = self.seen_value(th, table.as_gc(), i, v)?;
                Some(if v.is_empty() { None } else { Some(v) })
            }
            Some(_) => Some(None),
            None => None,
        })
    }
    /// Puts off to set an item, without a look at the dict, if most keys are new to it. False: that may not be. The value of an
    /// open card is what counts for its key: so nothing comes beside it.
    #[inline]
    pub(super) fn set_unseen(self, th: &mut Thread, k: Value, hash: u64, v: Value) -> R<bool> {
        let h = self.header();
        Ok(Thread::expects_new(h) && !th.tx.has_open_cards() && !th.is_looked_up(h) && self.put_off(th, k, hash, v)?)
    }
    /// Sets an item of a hot dict. False: the dict is to be opened.
    pub(super) fn set_hot(self, th: &mut Thread, k: Value, hash: u64, v: Value) -> R<bool> {
        if let Some(words) = th.pending(self.header(), hash) {
            let same = is_for(words, k);
            if same {
                words[2] = v.0;
            }
            return Ok(same);
        }
        // What the table tells without being read is a guess; what is put off looks again.
        match search(self.table.get(), hash, k) {
            Step::Missing(_) => self.put_off(th, k, hash, v),
            Step::Hit(_) if self.table.get().cast::<DictTable>().is_some_and(|t| t.has_cards()) => {
                match self.look_among_others(th, k, hash)? {
                    Some((table, Step::Hit(i), _)) if table.as_gc::<DictTable>().has_cards() => {
                        self.put_value(th, table.as_gc(), i, v)?;
                        Ok(true)
                    }
                    _ => Ok(false),
                }
            }
            _ => Ok(false),
        }
    }
    /// Puts off to set a key that is missing. False: that may not be.
    pub(super) fn put_off(self, th: &mut Thread, k: Value, hash: u64, v: Value) -> R<bool> {
        Ok(th.may_defer(self.header()) && th.defer_for_key(self.obj(), set_all, &[k.0, hash, v.0])?)
    }
}
/// As `look`, with a comparison of keys that knows more.
fn look(d: Gc<Dict>, hash: u64, k: Value) -> (Value, Step, Value) {
    let table = d.table.get();
    let step = search(table, hash, k);
    let v = match step {
        Step::Hit(i) => table.as_gc::<DictTable>().get_value(i).unwrap_or(Value::EMPTY),
        _ => Value::EMPTY,
    };
    (table, step, v)
}
/// Looks for a key, as `probe`, but compares tuples too. Safe on torn state.
pub(super) fn search(table: Value, hash: u64, k: Value) -> Step {
    let mut step = probe(table, hash, k, None);
    while let Step::Maybe(i, stored, next) = step {
        match same_as_told(stored, k) {
            Some(true) => return Step::Hit(i),
            Some(false) => step = probe(table, hash, k, Some(next)),
            None => return step,
        }
    }
    step
}
/// Are these the words of an operation for this key, as far as can be told without Python code?
fn is_for(words: &[u64], k: Value) -> bool {
    same_as_told(Value(words[0]), k) == Some(true)
}
/// Are they the same key, as far as can be told without Python code? Tuples are if their items are.
pub(super) fn same_as_told(a: Value, b: Value) -> Option<bool> {
    let same = |a: Value, b: Value| if a == b { Some(true) } else { same_key(a, b) };
    let class = ctx().types.tuple;
    match (a.cast::<Tuple>(), b.cast::<Tuple>()) {
        (Some(x), Some(y)) if class_of(a) == class && class_of(b) == class => {
            if x.len() != y.len() {
                return Some(false);
            }
            let mut all = Some(true);
            for (&p, &q) in x.items().iter().zip(y.items()) {
                match same(p, q) {
                    Some(true) => {}
                    Some(false) => return Some(false),
                    None => all = None,
                }
            }
            all
        }
        _ => same(a, b),
    }
}
