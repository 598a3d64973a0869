//! `str`: layout and construction. 1, 2 or 4 bytes a character (the least that fits), so indexing is O(1).
//! Methods are in `str_methods`.

use crate::context::{ctx, leaf_space};
use crate::object::{Gc, Header, Kind, Layout, flag};
use crate::thread::Thread;
use crate::types::class::Class;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Layout; the characters follow. `header.extra` is the width (1, 2, 4), plus 0x100 when all are ASCII.
#[repr(C)]
pub struct Str {
    header: Header,
    hash: AtomicU64,
    len: u64,
}
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Str {
    const KIND: Kind = Kind::Str;
}

/// The characters of a string by width; Latin-1 for one byte.
#[derive(Clone, Copy)]
pub enum Chars<'a> {
    /// U+0000..U+00FF
    One(&'a [u8]),
    /// U+0000..U+FFFF
    Two(&'a [u16]),
    /// all
    Four(&'a [u32]),
}
const ASCII: u16 = 0x100;

impl Gc<Str> {
    /// Number of characters (code points).
    #[inline(always)]
    pub fn len(self) -> usize {
        self.len as usize
    }
    /// Has it no characters?
    #[inline(always)]
    pub fn is_empty(self) -> bool {
        self.len == 0
    }
    /// Bytes a character.
    #[inline(always)]
    pub fn width(self) -> usize {
        (self.header.extra.load(Relaxed) & 0xFF) as usize
    }
    /// Only ASCII?
    #[inline(always)]
    pub fn is_ascii(self) -> bool {
        self.header.extra.load(Relaxed) & ASCII != 0
    }
    #[inline(always)]
    fn data(self) -> *const u8 {
        // SAFETY: the data follow the layout.
        unsafe { self.as_ptr().add(1).cast::<u8>() }
    }
    /// The characters.
    #[inline]
    pub fn chars(self) -> Chars<'static> {
        // SAFETY: `len` characters of that width follow the layout (8-byte aligned) and never change.
        unsafe {
            match self.width() {
                1 => Chars::One(std::slice::from_raw_parts(self.data(), self.len())),
                2 => Chars::Two(std::slice::from_raw_parts(self.data().cast(), self.len())),
                _ => Chars::Four(std::slice::from_raw_parts(self.data().cast(), self.len())),
            }
        }
    }
    /// As `&str`, when all is ASCII.
    #[inline]
    pub fn as_ascii(self) -> Option<&'static str> {
        if !self.is_ascii() {
            return None;
        }
        // SAFETY: ASCII bytes.
        Some(unsafe { std::str::from_utf8_unchecked(std::slice::from_raw_parts(self.data(), self.len())) })
    }
    /// The code point at `i < len`.
    #[inline]
    pub fn at(self, i: usize) -> u32 {
        match self.chars() {
            Chars::One(c) => c[i] as u32,
            Chars::Two(c) => c[i] as u32,
            Chars::Four(c) => c[i],
        }
    }
    /// All code points.
    pub fn points(self) -> Box<dyn DoubleEndedIterator<Item = u32>> {
        match self.chars() {
            Chars::One(c) => Box::new(c.iter().map(|&c| c as u32)),
            Chars::Two(c) => Box::new(c.iter().map(|&c| c as u32)),
            Chars::Four(c) => Box::new(c.iter().copied()),
        }
    }
    /// As a Rust string; lone surrogates become U+FFFD.
    pub fn to_string_lossy(self) -> String {
        match self.as_ascii() {
            Some(s) => s.to_owned(),
            None => self.points().map(|c| char::from_u32(c).unwrap_or('\u{FFFD}')).collect(),
        }
    }
    /// As a Rust string; None if there are lone surrogates.
    pub fn to_utf8(self) -> Option<String> {
        match self.as_ascii() {
            Some(s) => Some(s.to_owned()),
            None => self.points().map(char::from_u32).collect(),
        }
    }
    /// Same text?
    #[inline]
    pub fn same(self, o: Gc<Str>) -> bool {
        if self == o {
            return true;
        }
        if self.len != o.len || self.width() != o.width() {
            return false;
        }
        match (self.chars(), o.chars()) {
            (Chars::One(a), Chars::One(b)) => a == b,
            (Chars::Two(a), Chars::Two(b)) => a == b,
            (Chars::Four(a), Chars::Four(b)) => a == b,
            _ => false,
        }
    }
    /// Is it this text?
    pub fn is(self, s: &str) -> bool {
        match self.as_ascii() {
            Some(a) => a == s,
            None => self.points().eq(s.chars().map(|c| c as u32)),
        }
    }
    /// The hash, cached in the object; the same for equal texts.
    #[inline]
    pub fn hash(self) -> i64 {
        match self.hash.load(Relaxed) {
            0 => self.hash_slow(),
            h => h as i64,
        }
    }
    #[cold]
    fn hash_slow(self) -> i64 {
        // SAFETY: len * width bytes follow.
        let bytes = unsafe { std::slice::from_raw_parts(self.data(), self.len() * self.width()) };
        let h = crate::hash::bytes(bytes);
        self.hash.store(h as u64, Relaxed);
        h
    }
    /// Is it the interned one?
    #[inline(always)]
    pub fn is_interned(self) -> bool {
        self.obj().has_flag(flag::INTERNED)
    }
    /// The interned string of the same text.
    #[inline]
    pub fn interned(self) -> Gc<Str> {
        if self.is_interned() { self } else { ctx().interned.intern(self) }
    }
    /// Bytes before the attribute word (str subclasses).
    pub fn end_offset(self) -> usize {
        (32 + self.len() * self.width() + 7) & !7
    }
}

/// Room for a string of `len` characters of `width`; the caller fills the data at once. `class`: str or a subclass.
fn alloc(th: &mut Thread, class: Gc<Class>, len: usize, width: usize, ascii: bool) -> Gc<Str> {
    let size = ((32 + len * width + 7) & !7) + class.attr_bytes();
    let space = leaf_space(class, |t| t.str);
    let p = th.alloc_raw(Kind::Str, class.root_shape(), size, space);
    // SAFETY: just allocated with that size.
    unsafe {
        let s = p.as_ptr().cast::<Str>();
        (*s).len = len as u64;
        (*s).header.extra.store(width as u16 | if ascii { ASCII } else { 0 }, Relaxed);
        Gc::from_addr(s as u64)
    }
}
/// The narrowest string for these code points, of a class (str or a subclass).
pub fn from_points_of(th: &mut Thread, class: Gc<Class>, points: impl Iterator<Item = u32> + Clone) -> Gc<Str> {
    let (mut max, mut len) = (0, 0);
    for p in points.clone() {
        max = max.max(p);
        len += 1;
    }
    let width = if max < 0x100 {
        1
    } else if max < 0x10000 {
        2
    } else {
        4
    };
    let s = alloc(th, class, len, width, max < 0x80);
    // SAFETY: room for `len` characters of that width; nobody else has the string yet.
    unsafe {
        let d = s.data() as *mut u8;
        match width {
            1 => points.enumerate().for_each(|(i, p)| *d.add(i) = p as u8),
            2 => points.enumerate().for_each(|(i, p)| *d.cast::<u16>().add(i) = p as u16),
            _ => points.enumerate().for_each(|(i, p)| *d.cast::<u32>().add(i) = p),
        }
    }
    s
}
/// A string of Latin-1 bytes.
pub fn from_latin1(th: &mut Thread, bytes: &[u8]) -> Gc<Str> {
    let s = alloc(th, ctx().types.str, bytes.len(), 1, bytes.is_ascii());
    // SAFETY: room for as many bytes.
    unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), s.data() as *mut u8, bytes.len()) };
    s
}
/// A copy of `chars[range]` in the narrowest form.
pub fn from_chars(th: &mut Thread, chars: Chars<'_>) -> Gc<Str> {
    match chars {
        Chars::One(c) => from_latin1(th, c),
        Chars::Two(c) => from_points_of(th, ctx().types.str, c.iter().map(|&c| c as u32)),
        Chars::Four(c) => from_points_of(th, ctx().types.str, c.iter().copied()),
    }
}
/// Uninitialized string for natives that know the exact width (concatenation): the caller writes all data through `fill`.
pub fn with_width(th: &mut Thread, len: usize, width: usize, ascii: bool, fill: impl FnOnce(*mut u8)) -> Gc<Str> {
    let s = alloc(th, ctx().types.str, len, width, ascii);
    fill(s.data() as *mut u8);
    s
}

impl Thread {
    /// A new str.
    pub fn new_str(&mut self, s: &str) -> Value {
        if s.is_ascii() {
            return match s.len() {
                0 => ctx().empty_str,
                1 => self.char_str(s.as_bytes()[0] as u32),
                _ => from_latin1(self, s.as_bytes()).value(),
            };
        }
        from_points_of(self, ctx().types.str, s.chars().map(|c| c as u32)).value()
    }
    /// A new str from code points (lone surrogates allowed).
    pub fn new_str_points(&mut self, p: &[u32]) -> Value {
        from_points_of(self, ctx().types.str, p.iter().copied()).value()
    }
    /// The one-character string; Latin-1 ones are shared.
    #[inline]
    pub fn char_str(&mut self, c: u32) -> Value {
        match ctx().latin1_chars.get(c as usize) {
            Some(v) if !v.is_empty() => *v,
            _ => from_points_of(self, ctx().types.str, std::iter::once(c)).value(),
        }
    }
    /// The interned string of a text.
    pub fn intern(&mut self, s: &str) -> Gc<Str> {
        ctx().interned.intern_text(self, s)
    }
}
