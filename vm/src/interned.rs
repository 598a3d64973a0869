//! The intern table: one object for each interned text. Shared by all threads, never transactional.
//!
//! Interned strings are immortal roots ([`Interned::for_each`]): names of attributes and variables, which shapes refer to by address.

use crate::object::{Gc, flag};
use crate::thread::Thread;
use crate::types::str_::{self, Str};
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::sync::Mutex;
use std::sync::atomic::Ordering::Relaxed;

const SHARDS: usize = 64;

/// The hash is the key already.
#[derive(Default)]
struct Identity(u64);
impl Hasher for Identity {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for &b in bytes {
            self.0 = self.0.rotate_left(8) ^ b as u64;
        }
    }
    fn write_i64(&mut self, n: i64) {
        self.0 = n as u64;
    }
}
type Map = HashMap<i64, Vec<Gc<Str>>, BuildHasherDefault<Identity>>;

/// See the module.
pub struct Interned {
    shards: Box<[Mutex<Map>]>,
}
/// A str of the same text; the string itself when no Python thread runs.
fn plain(s: Gc<Str>) -> Gc<Str> {
    match crate::thread::current() {
        Some(th) => str_::from_chars(th, s.chars()),
        None => s,
    }
}
impl Default for Interned {
    fn default() -> Self {
        Interned::new()
    }
}
impl Interned {
    /// An empty table.
    pub fn new() -> Interned {
        Interned {
            shards: (0..SHARDS).map(|_| Mutex::default()).collect(),
        }
    }
    fn shard(&self, hash: i64) -> std::sync::MutexGuard<'_, Map> {
        let h = (hash as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.shards[(h >> 58) as usize].lock().unwrap_or_else(|e| e.into_inner())
    }
    /// The interned string of the same text; it becomes this one when there was none.
    /// An instance of a str subclass is never put in the table: a plain copy is.
    pub fn intern(&self, s: Gc<Str>) -> Gc<Str> {
        let s = if crate::types::class::class_of_obj(s.obj()) == crate::context::ctx().types.str {
            s
        } else {
            plain(s)
        };
        let hash = s.hash();
        let mut map = self.shard(hash);
        let list = map.entry(hash).or_default();
        if let Some(found) = list.iter().find(|o| o.same(s)) {
            return *found;
        }
        // Everybody finds it from now on; it never changes.
        s.obj().set_flag(flag::INTERNED | flag::SHARED);
        s.header().meta.store(0, Relaxed);
        list.push(s);
        s
    }
    /// The interned string of a text.
    pub fn intern_text(&self, th: &mut Thread, text: &str) -> Gc<Str> {
        if text.is_ascii()
            && let Some(found) = self.find(text)
        {
            return found;
        }
        let v = if text.len() > 1 && text.is_ascii() {
            str_::from_latin1(th, text.as_bytes()).value()
        } else {
            th.new_str(text)
        };
        self.intern(v.as_gc())
    }
    /// The interned string of a text, if there is one.
    pub fn find(&self, text: &str) -> Option<Gc<Str>> {
        if !text.is_ascii() {
            return self.shards.iter().find_map(|s| {
                s.lock()
                    .unwrap_or_else(|e| e.into_inner())
                    .values()
                    .flatten()
                    .find(|s| s.is(text))
                    .copied()
            });
        }
        let hash = crate::hash::bytes(text.as_bytes());
        self.shard(hash).get(&hash)?.iter().find(|s| s.is(text)).copied()
    }
    /// Adds a string whose text is not in the table yet.
    pub fn insert(&self, s: Gc<Str>) {
        // Everybody finds it from now on; it never changes.
        s.obj().set_flag(flag::INTERNED | flag::SHARED);
        s.header().meta.store(0, Relaxed);
        let hash = s.hash();
        self.shard(hash).entry(hash).or_default().push(s);
    }
    /// Calls `f` with every interned string.
    pub fn for_each(&self, f: &mut dyn FnMut(Gc<Str>)) {
        for shard in &self.shards {
            shard
                .lock()
                .unwrap_or_else(|e| e.into_inner())
                .values()
                .flatten()
                .for_each(|s| f(*s));
        }
    }
    /// Number of interned strings.
    pub fn len(&self) -> usize {
        self.shards
            .iter()
            .map(|s| s.lock().unwrap_or_else(|e| e.into_inner()).values().map(Vec::len).sum::<usize>())
            .sum()
    }
    /// None yet?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
