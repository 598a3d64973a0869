//! A random object graph against a shadow model: what is reachable survives with its contents, the rest is freed.

use std::collections::{HashMap, HashSet};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use vasuki_gc::{Heap, LocalAlloc, Marker, Space, Tracer};

/// Test object: 16 bytes header (kind at byte 12), count of fields, fields.
struct Words;
impl Tracer for Words {
    fn trace(&self, obj: NonNull<u8>, m: &mut Marker) {
        let p = obj.as_ptr().cast::<u64>();
        // SAFETY: objects of this test have their field count at word 2.
        unsafe {
            for i in 0..*p.add(2) {
                if let Some(c) = NonNull::new(*p.add(3 + i as usize) as *mut u8) {
                    m.mark(c);
                }
            }
        }
    }
}
fn new(a: &mut LocalAlloc, fields: usize, drop: bool) -> u64 {
    let space = match (fields, drop) {
        (0, true) => Space::LeafDrop,
        (0, false) => Space::Leaf,
        (_, true) => Space::Drop,
        (_, false) => Space::Plain,
    };
    let p = a.alloc(24 + 8 * fields, space).expect("no limit in this test").as_ptr();
    // SAFETY: fresh zeroed memory of that size.
    unsafe {
        for i in 0..24 + 8 * fields {
            assert_eq!(*p.add(i), 0, "memory is zeroed");
        }
        *p.add(12) = 1;
        *p.cast::<u64>().add(2) = fields as u64;
    }
    p as u64
}
fn heap() -> &'static Heap {
    Box::leak(Box::new(Heap::new()))
}
fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    (*seed >> 33) as usize
}

#[test]
fn random_graphs_survive() {
    let h = heap();
    h.set_poison(true);
    let mut a = LocalAlloc::new(h);
    let mut seed = 42;
    let mut shadow: HashMap<u64, Vec<u64>> = HashMap::new();
    let mut roots: Vec<u64> = Vec::new();
    for round in 0..30 {
        for _ in 0..2000 {
            let size = match next(&mut seed) % 50 {
                0 => 5000 + next(&mut seed) % 20000,
                1..5 => 100 + next(&mut seed) % 800,
                _ => next(&mut seed) % 8,
            };
            let o = new(&mut a, size, next(&mut seed).is_multiple_of(4));
            let mut fields = vec![0; size];
            let known: Vec<u64> = shadow.keys().copied().take(50).collect();
            for f in fields.iter_mut().take(6) {
                if !known.is_empty() && next(&mut seed).is_multiple_of(2) {
                    *f = known[next(&mut seed) % known.len()];
                }
            }
            for (i, f) in fields.iter().enumerate() {
                // SAFETY: the object has that many fields.
                unsafe { *(o as *mut u64).add(3 + i) = *f };
            }
            shadow.insert(o, fields);
            if next(&mut seed).is_multiple_of(20) {
                roots.push(o + (next(&mut seed) % 24) as u64);
            }
        }
        while roots.len() > 60 {
            roots.swap_remove(next(&mut seed) % roots.len());
        }
        let mut live = HashSet::new();
        let mut todo: Vec<u64> = roots
            .iter()
            .map(|r| h.find(*r).expect("a root is found by an interior pointer").as_ptr() as u64)
            .collect();
        while let Some(o) = todo.pop() {
            if live.insert(o) {
                todo.extend(shadow[&o].iter().filter(|f| **f != 0));
            }
        }
        a.retire();
        h.start_marking();
        h.mark_roots(&roots, &Words);
        h.drain(&Words);
        for o in shadow.keys() {
            assert_eq!(h.is_marked(NonNull::new(*o as *mut u8).unwrap()), live.contains(o), "round {round}");
        }
        let freed = AtomicUsize::new(0);
        h.sweep(
            &|_| {
                freed.fetch_add(1, Relaxed);
            },
            None,
        );
        assert!(freed.load(Relaxed) > 0);
        shadow.retain(|o, _| live.contains(o));
        let mut seen = HashSet::new();
        h.for_each_object(&mut |p, _| {
            seen.insert(p.as_ptr() as u64);
        });
        assert_eq!(seen, live, "exactly the live objects are there, round {round}");
        for (o, fields) in &shadow {
            for (i, f) in fields.iter().enumerate() {
                // SAFETY: live objects keep their fields.
                assert_eq!(unsafe { *(*o as *const u64).add(3 + i) }, *f);
            }
        }
    }
}

#[test]
fn short_lived_objects_do_not_grow_the_heap() {
    let h = heap();
    let mut a = LocalAlloc::new(h);
    let mut most = 0;
    for _ in 0..10_000_000 {
        if a.alloc(48, Space::Plain).is_none() {
            a.retire();
            h.start_marking();
            h.drain(&Words);
            h.sweep(&|_| (), None);
        }
        most = most.max(h.bytes_in_use());
    }
    assert!(most < 80 << 20, "{most}");
}

#[test]
fn a_limit_is_kept_and_strange_words_find_nothing() {
    let h = heap();
    h.set_limit(2 << 20);
    let mut a = LocalAlloc::new(h);
    let mut n = 0;
    while let Some(p) = a.alloc(1000, Space::Plain) {
        n += 1;
        assert!(n < 10_000, "the limit was passed");
        assert!(h.find(p.as_ptr() as u64).is_none(), "no kind yet: not an object");
    }
    assert!(h.bytes_in_use() <= 2 << 20);
    for w in [0, 1, 16, u64::MAX, 1 << 47, &h as *const _ as u64] {
        assert!(h.find(w).is_none());
    }
}

/// Counts in word 0 of each object how often it was traced, and divides those with many fields.
struct Counting;
const PART: usize = 1000;
impl Counting {
    fn fields(obj: NonNull<u8>, range: std::ops::Range<usize>, m: &mut Marker) {
        // SAFETY: objects of this test have their fields from word 3 on.
        unsafe {
            (*obj.as_ptr().cast::<AtomicUsize>()).fetch_add(1, Relaxed);
            let many = range.len() > 8;
            for i in range {
                let field = NonNull::new(*obj.as_ptr().cast::<*mut u8>().add(3 + i)).expect("all fields are filled");
                if many { m.mark_one_of_many(field) } else { m.mark(field) }
            }
        }
    }
    fn count(obj: NonNull<u8>) -> usize {
        // SAFETY: objects of this test have their field count at word 2.
        unsafe { *obj.as_ptr().cast::<usize>().add(2) }
    }
}
impl Tracer for Counting {
    fn trace(&self, obj: NonNull<u8>, m: &mut Marker) {
        Counting::fields(obj, 0..Counting::count(obj), m);
    }
    fn parts(&self, obj: NonNull<u8>) -> usize {
        Counting::count(obj).div_ceil(PART).max(1)
    }
    fn trace_part(&self, obj: NonNull<u8>, part: usize, m: &mut Marker) {
        Counting::fields(obj, part * PART..Counting::count(obj).min((part + 1) * PART), m);
    }
}

#[test]
fn workers_trace_each_object_once() {
    let h = heap();
    let mut a = LocalAlloc::new(h);
    let mut seed = 7;
    let mut with = |fields: &[u64]| {
        let o = new(&mut a, fields.len(), false);
        // SAFETY: the object has that many fields.
        fields
            .iter()
            .enumerate()
            .for_each(|(i, f)| unsafe { *(o as *mut u64).add(3 + i) = *f });
        o
    };
    let tree = |with: &mut dyn FnMut(&[u64]) -> u64, depth: u32| {
        let mut level: Vec<u64> = (0..1u64 << depth).map(|_| with(&[])).collect();
        let mut all = level.clone();
        while level.len() > 1 {
            level = level.chunks(2).map(|pair| with(&[pair[0], pair[1], pair[0]])).collect();
            all.extend(&level);
        }
        (level[0], all)
    };
    let (small, mut live) = tree(&mut with, 3);
    let (large, all) = tree(&mut with, 12);
    live.extend(all);
    let leaves: Vec<u64> = (0..100_000).map(|_| with(&[])).collect();
    let mut shuffled = leaves.clone();
    (1..shuffled.len()).for_each(|i| shuffled.swap(i, next(&mut seed) % (i + 1)));
    let wide = with(&shuffled);
    let wider = with(
        &(0..20)
            .flat_map(|i| [&shuffled[i * 1000..i * 1500], &[small, wide]].concat())
            .collect::<Vec<_>>(),
    );
    let garbage = with(&leaves);
    live.extend(leaves);
    let mut list = small;
    for _ in 0..5000 {
        list = with(&[list]);
        live.push(list);
    }
    live.extend([wide, wider]);
    for _ in 0..20 {
        h.start_marking();
        h.mark_roots(&[list + 5, large, wider], &Counting);
        h.drain(&Counting);
        for &o in &live {
            let p = NonNull::new(o as *mut u8).unwrap();
            assert!(h.is_marked(p));
            // SAFETY: a live object.
            let traced = unsafe { std::mem::take(&mut *(o as *mut usize)) };
            // Only those that have blocks of their own are divided, and only when there are workers.
            let parts = Counting::count(p).div_ceil(PART);
            assert!(traced == parts || traced == parts.min(1), "{parts} parts, traced {traced} times");
        }
        assert!(!h.is_marked(NonNull::new(garbage as *mut u8).unwrap()));
    }
}

#[test]
fn each_thread_that_allocates_may_take_as_much_between_collections() {
    let h = heap();
    let mut threads = [LocalAlloc::new(h), LocalAlloc::new(h)];
    let mut threshold_after = |megabytes: [usize; 2]| {
        for (a, n) in threads.iter_mut().zip(megabytes) {
            (0..n << 10).for_each(|_| assert!(a.alloc(1024, Space::Plain).is_some()));
            a.retire();
        }
        h.start_marking();
        h.drain(&Words);
        h.sweep(&|_| (), None);
        h.stats().threshold
    };
    let one = threshold_after([20, 0]);
    assert_eq!(one, threshold_after([1, 0]));
    let cores = std::thread::available_parallelism().map_or(1, |n| n.get());
    assert_eq!(threshold_after([20, 20]), one * cores.min(2));
    let between = threshold_after([20, 5]);
    assert!(cores == 1 || (one < between && between < one * 3 / 2), "{between}");
    assert_eq!(threshold_after([0, 20]), one);
}

#[test]
fn what_a_thread_leaves_when_it_ends_is_used_by_the_next_one() {
    let h = heap();
    let begin = || LocalAlloc::new(h);
    let new = |a: &mut LocalAlloc| a.alloc(64, Space::Plain).unwrap().as_ptr();
    let mut a = begin();
    let first = new(&mut a);
    a.end();
    let (blocks, since) = (h.stats().in_use, h.stats().since_collection);
    let mut last = first;
    for _ in 0..100 {
        let mut a = begin();
        let p = new(&mut a);
        assert_eq!(p as usize, last as usize + 64, "the next cell");
        // SAFETY: a cell of its own.
        unsafe { p.write_bytes(1, 64) };
        last = p;
        a.end();
    }
    assert_eq!((h.stats().in_use, h.stats().since_collection), (blocks, since));
    // Two that live at the same time have runs of their own.
    let (mut a, mut b) = (begin(), begin());
    let of_a: Vec<_> = (0..1000).map(|_| new(&mut a)).collect();
    assert!((0..1000).all(|_| !of_a.contains(&new(&mut b))));
    a.end();
    b.end();
    // What is left is gone with the next sweep, which may give the block to somebody else.
    h.start_marking();
    h.drain(&Words);
    h.sweep(&|_| (), None);
    let mut c = begin();
    let large: Vec<_> = (0..16)
        .map(|_| c.alloc(32 << 10, Space::Plain).unwrap().as_ptr() as usize)
        .collect();
    let small = new(&mut begin()) as usize;
    assert!(large.iter().all(|&p| !(p..p + (32 << 10)).contains(&small)));
}
