//! Operations on strings that methods, the interpreter and other natives share: building, concatenation, slicing, search.

use crate::context::ctx;
use crate::object::{Gc, Kind};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::str_::{self, Chars, Str};
use crate::value::Value;
use std::borrow::Cow;
use std::cmp::Ordering;

/// The code points as 32-bit words.
pub fn wide(s: Gc<Str>) -> Cow<'static, [u32]> {
    match s.chars() {
        Chars::One(c) => c.iter().map(|&c| c as u32).collect(),
        Chars::Two(c) => c.iter().map(|&c| c as u32).collect(),
        Chars::Four(c) => Cow::Borrowed(c),
    }
}
/// The value as a str (subclasses included).
#[inline]
pub fn to_str(v: Value) -> Option<Gc<Str>> {
    v.cast::<Str>()
}
/// The same text as an object of exactly the class str.
pub fn plain(th: &mut Thread, s: Gc<Str>) -> Value {
    if th.class_of(s.value()) == ctx().types.str {
        s.value()
    } else {
        str_::from_chars(th, s.chars()).value()
    }
}

/// Builds a string; Latin-1 until a wider character comes.
#[derive(Default, Clone)]
pub struct StrBuilder {
    narrow: Vec<u8>,
    wide: Vec<u32>,
    is_wide: bool,
}
impl StrBuilder {
    /// Empty.
    pub fn new() -> StrBuilder {
        StrBuilder::default()
    }
    /// Empty, with room for so many Latin-1 characters.
    pub fn with_capacity(n: usize) -> StrBuilder {
        StrBuilder {
            narrow: Vec::with_capacity(n),
            ..StrBuilder::default()
        }
    }
    fn widen(&mut self) {
        if !self.is_wide {
            self.wide = self.narrow.drain(..).map(|c| c as u32).collect();
            self.is_wide = true;
        }
    }
    /// Appends a code point.
    #[inline]
    pub fn push(&mut self, c: u32) {
        if !self.is_wide {
            if c < 0x100 {
                self.narrow.push(c as u8);
                return;
            }
            self.widen();
        }
        self.wide.push(c);
    }
    /// Appends a text.
    pub fn push_str(&mut self, s: &str) {
        if !self.is_wide && s.is_ascii() {
            self.narrow.extend_from_slice(s.as_bytes());
        } else {
            s.chars().for_each(|c| self.push(c as u32));
        }
    }
    /// Appends a string.
    pub fn push_gc(&mut self, s: Gc<Str>) {
        self.push_chars(s.chars());
    }
    /// Appends characters.
    pub fn push_chars(&mut self, c: Chars<'_>) {
        match c {
            Chars::One(b) if !self.is_wide => self.narrow.extend_from_slice(b),
            Chars::One(b) => self.wide.extend(b.iter().map(|&c| c as u32)),
            Chars::Two(w) => {
                self.widen();
                self.wide.extend(w.iter().map(|&c| c as u32));
            }
            Chars::Four(w) => {
                self.widen();
                self.wide.extend_from_slice(w);
            }
        }
    }
    /// Appends code points.
    pub fn push_points(&mut self, p: &[u32]) {
        p.iter().for_each(|&c| self.push(c));
    }
    /// Appends a code point several times.
    pub fn fill(&mut self, c: u32, n: usize) {
        (0..n).for_each(|_| self.push(c));
    }
    /// Number of characters.
    pub fn len(&self) -> usize {
        if self.is_wide { self.wide.len() } else { self.narrow.len() }
    }
    /// Nothing yet?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The string.
    pub fn finish(self, th: &mut Thread) -> Value {
        if self.is_wide {
            return th.new_str_points(&self.wide);
        }
        latin1(th, &self.narrow)
    }
}
/// A str of Latin-1 bytes; short ones are shared.
pub fn latin1(th: &mut Thread, b: &[u8]) -> Value {
    match b {
        [] => ctx().empty_str,
        [c] => th.char_str(*c as u32),
        b => str_::from_latin1(th, b).value(),
    }
}

/// `a + b`
pub fn concat(th: &mut Thread, a: Gc<Str>, b: Gc<Str>) -> R {
    if b.is_empty() && th.class_of(a.value()) == ctx().types.str {
        return Ok(a.value());
    }
    if a.is_empty() && th.class_of(b.value()) == ctx().types.str {
        return Ok(b.value());
    }
    let (n, m) = (a.len(), b.len());
    let width = a.width().max(b.width());
    check_size(th, (n + m).saturating_mul(width))?;
    let s = str_::with_width(th, n + m, width, a.is_ascii() && b.is_ascii(), |out| {
        // SAFETY: room for n + m characters of `width` at `out`.
        unsafe {
            copy(a, out, width);
            copy(b, out.add(n * width), width);
        }
    });
    Ok(s.value())
}
/// MemoryError when so many bytes cannot be had.
pub fn check_size(th: &mut Thread, bytes: usize) -> R<()> {
    if bytes > 1 << 20 && (bytes > isize::MAX as usize / 2 || !crate::memory::room_for(th, bytes)) {
        return Err(th.memory_error());
    }
    Ok(())
}
/// # Safety
/// Room for the characters at `width`, which is at least that of the string.
unsafe fn copy(s: Gc<Str>, out: *mut u8, width: usize) {
    // SAFETY: by the caller's promise.
    unsafe {
        match (s.chars(), width) {
            (Chars::One(c), 1) => std::ptr::copy_nonoverlapping(c.as_ptr(), out, c.len()),
            (Chars::One(c), 2) => c.iter().enumerate().for_each(|(i, &c)| *out.cast::<u16>().add(i) = c as u16),
            (Chars::One(c), _) => c.iter().enumerate().for_each(|(i, &c)| *out.cast::<u32>().add(i) = c as u32),
            (Chars::Two(c), 2) => std::ptr::copy_nonoverlapping(c.as_ptr(), out.cast(), c.len()),
            (Chars::Two(c), _) => c.iter().enumerate().for_each(|(i, &c)| *out.cast::<u32>().add(i) = c as u32),
            (Chars::Four(c), _) => std::ptr::copy_nonoverlapping(c.as_ptr(), out.cast(), c.len()),
        }
    }
}
/// The strings joined; for f-strings and `join`.
pub fn concat_all(th: &mut Thread, parts: &[Value]) -> R {
    let (mut len, mut width, mut ascii) = (0usize, 1, true);
    for p in parts {
        let s = p.as_gc::<Str>();
        len = len.saturating_add(s.len());
        width = width.max(s.width());
        ascii &= s.is_ascii();
    }
    if len == 0 {
        return Ok(ctx().empty_str);
    }
    check_size(th, len.saturating_mul(width))?;
    let s = str_::with_width(th, len, width, ascii, |mut out| {
        for p in parts {
            let s = p.as_gc::<Str>();
            // SAFETY: room for all characters of all parts.
            unsafe {
                copy(s, out, width);
                out = out.add(s.len() * width);
            }
        }
    });
    Ok(s.value())
}
/// `sep.join(parts)`; all are strings.
pub fn join(th: &mut Thread, sep: Gc<Str>, parts: &[Value]) -> R {
    if sep.is_empty() {
        return concat_all(th, parts);
    }
    let mut all = crate::types::buffer::ValueVec::with_capacity(th, parts.len() * 2)?;
    for (i, &p) in parts.iter().enumerate() {
        if i > 0 {
            all.push(th, sep.value())?;
        }
        all.push(th, p)?;
    }
    concat_all(th, all.as_slice())
}
/// `s * n`
pub fn repeat(th: &mut Thread, s: Gc<Str>, n: isize) -> R {
    if n <= 0 || s.is_empty() {
        return Ok(ctx().empty_str);
    }
    if n == 1 {
        return Ok(plain(th, s));
    }
    let n = n as usize;
    let (len, width) = (s.len(), s.width());
    let Some(bytes) = len.checked_mul(n).and_then(|l| l.checked_mul(width)) else {
        return Err(th.memory_error());
    };
    check_size(th, bytes)?;
    let r = str_::with_width(th, len * n, width, s.is_ascii(), |out| {
        // SAFETY: room for n copies; each doubling copies what is already written.
        unsafe {
            copy(s, out, width);
            let mut done = len * width;
            while done < bytes {
                let step = done.min(bytes - done);
                std::ptr::copy_nonoverlapping(out, out.add(done), step);
                done += step;
            }
        }
    });
    Ok(r.value())
}
/// Order by code points.
pub fn compare(a: Gc<Str>, b: Gc<Str>) -> Ordering {
    match (a.chars(), b.chars()) {
        (Chars::One(a), Chars::One(b)) => a.cmp(b),
        (Chars::Two(a), Chars::Two(b)) => a.cmp(b),
        (Chars::Four(a), Chars::Four(b)) => a.cmp(b),
        _ => a.points().cmp(b.points()),
    }
}
/// Characters `i..j` (within the string) of a run.
pub fn part(c: Chars<'static>, i: usize, j: usize) -> Chars<'static> {
    match c {
        Chars::One(c) => Chars::One(&c[i..j]),
        Chars::Two(c) => Chars::Two(&c[i..j]),
        Chars::Four(c) => Chars::Four(&c[i..j]),
    }
}
/// `s[i:j]`, with `i <= j <= len`.
pub fn sub(th: &mut Thread, s: Gc<Str>, i: usize, j: usize) -> Value {
    match j - i {
        0 => ctx().empty_str,
        1 => th.char_str(s.at(i)),
        n if n == s.len() && th.class_of(s.value()) == ctx().types.str => s.value(),
        _ => str_::from_chars(th, part(s.chars(), i, j)).value(),
    }
}
/// `slice.indices`-like: start, step and number of items of a slice object over `len` items.
pub fn slice_range(th: &mut Thread, slice: Value, len: usize) -> R<(isize, isize, usize)> {
    let (start, stop, step) = crate::types::slice::parts(slice);
    let step = if step.is_none() { 1 } else { index_of(th, step)? };
    if step == 0 {
        return Err(th.value_error("slice step cannot be zero"));
    }
    let step = step.max(-isize::MAX);
    let len = len as isize;
    let clip = |i: isize| -> isize {
        if i < 0 {
            let i = i.saturating_add(len);
            if i < 0 { if step < 0 { -1 } else { 0 } } else { i }
        } else if i >= len {
            if step < 0 { len - 1 } else { len }
        } else {
            i
        }
    };
    let start = if start.is_none() {
        if step < 0 { len - 1 } else { 0 }
    } else {
        clip(index_of(th, start)?)
    };
    let stop = if stop.is_none() {
        if step < 0 { -1 } else { len }
    } else {
        clip(index_of(th, stop)?)
    };
    let count = if step > 0 {
        if start < stop { (stop - start - 1) / step + 1 } else { 0 }
    } else if stop < start {
        (start - stop - 1) / -step + 1
    } else {
        0
    };
    Ok((start, step, count as usize))
}
fn index_of(th: &mut Thread, v: Value) -> R<isize> {
    if v.is_small() {
        return Ok(v.as_small() as isize);
    }
    if !crate::types::int::is_int(v) && th.class_of(v).special(crate::special::Special::Index).is_none() {
        return Err(th.type_error("slice indices must be integers or None or have an __index__ method"));
    }
    th.to_isize_clipped(v)
}
/// `start` and `stop` arguments of search methods, clipped to the length. EMPTY and None mean the ends.
pub fn clip_range(th: &mut Thread, start: Value, stop: Value, len: usize) -> R<(usize, usize)> {
    let mut get = |v: Value, default: usize| -> R<usize> {
        if v.is_empty() || v.is_none() {
            return Ok(default);
        }
        let i = index_of(th, v)?;
        Ok(if i < 0 {
            i.saturating_add(len as isize).max(0) as usize
        } else {
            (i as usize).min(len + 1)
        })
    };
    let a = get(start, 0)?;
    let b = get(stop, len)?.min(len);
    Ok((a, b))
}
/// `s[k]`
pub fn getitem(th: &mut Thread, s: Gc<Str>, k: Value) -> R {
    let n = s.len();
    if k.is_kind(Kind::Slice) {
        let (start, step, count) = slice_range(th, k, n)?;
        if step == 1 || count <= 1 {
            let i = start.max(0) as usize;
            return Ok(sub(th, s, i.min(n), if count == 0 { i.min(n) } else { i + count }));
        }
        let mut b = StrBuilder::new();
        for i in 0..count as isize {
            b.push(s.at((start + i * step) as usize));
        }
        return Ok(b.finish(th));
    }
    let i = match k.to_small() {
        Some(i) => i as isize,
        None => {
            if !crate::types::int::is_int(k) && th.class_of(k).special(crate::special::Special::Index).is_none() {
                return Err(th.type_error(&format!("string indices must be integers, not '{}'", th.class_of(k).name_str())));
            }
            let class = ctx().types.OverflowError;
            match th.catch(class, |th| th.to_isize(k))? {
                Ok(i) => i,
                Err(_) => return Err(th.index_error("cannot fit 'int' into an index-sized integer")),
            }
        }
    };
    let j = if i < 0 { i + n as isize } else { i };
    if j < 0 || j >= n as isize {
        return Err(th.index_error("string index out of range"));
    }
    Ok(th.char_str(s.at(j as usize)))
}
/// First place of `needle` in `hay[from..to]`.
pub fn find(hay: Gc<Str>, needle: Gc<Str>, from: usize, to: usize) -> Option<usize> {
    if from > to || needle.len() > to - from {
        return None;
    }
    match (hay.chars(), needle.chars()) {
        (Chars::One(h), Chars::One(n)) => match n {
            [c] => memchr::memchr(*c, &h[from..to]).map(|i| i + from),
            n => memchr::memmem::find(&h[from..to], n).map(|i| i + from),
        },
        (Chars::Two(h), Chars::Two(n)) => find_in(&h[from..to], n).map(|i| i + from),
        (Chars::Four(h), Chars::Four(n)) => find_in(&h[from..to], n).map(|i| i + from),
        _ if needle.width() > hay.width() => None,
        _ => find_in(&wide(hay)[from..to], &wide(needle)).map(|i| i + from),
    }
}
/// Last place of `needle` in `hay[from..to]`.
pub fn rfind(hay: Gc<Str>, needle: Gc<Str>, from: usize, to: usize) -> Option<usize> {
    if from > to || needle.len() > to - from {
        return None;
    }
    match (hay.chars(), needle.chars()) {
        (Chars::One(h), Chars::One(n)) => memchr::memmem::rfind(&h[from..to], n).map(|i| i + from),
        _ if needle.width() > hay.width() => None,
        _ => {
            let (h, n) = (wide(hay), wide(needle));
            let h = &h[from..to];
            (0..=h.len() - n.len()).rev().find(|&i| h[i..i + n.len()] == *n).map(|i| i + from)
        }
    }
}
/// First place of a run in another.
pub fn find_in<T: PartialEq>(hay: &[T], needle: &[T]) -> Option<usize> {
    match needle {
        [] => Some(0),
        [first, rest @ ..] => {
            let last = hay.len().checked_sub(needle.len())?;
            (0..=last).find(|&i| hay[i] == *first && hay[i + 1..i + needle.len()] == *rest)
        }
    }
}
/// All places of `needle` in `hay[from..to]` that do not overlap.
pub fn find_all(hay: Gc<Str>, needle: Gc<Str>, from: usize, to: usize, max: usize) -> Vec<usize> {
    let mut out = Vec::new();
    if let (Chars::One(h), Chars::One(n)) = (hay.chars(), needle.chars())
        && from <= to
    {
        if let [c] = n {
            return memchr::memchr_iter(*c, &h[from..to]).take(max).map(|i| i + from).collect();
        }
        return memchr::memmem::find_iter(&h[from..to], n).take(max).map(|i| i + from).collect();
    }
    if needle.width() > hay.width() || from > to {
        return out;
    }
    let (h, n) = (wide(hay), wide(needle));
    let mut at = from;
    while out.len() < max
        && at + n.len() <= to
        && let Some(i) = find_in(&h[at..to], &n)
    {
        out.push(at + i);
        at += i + n.len().max(1);
    }
    out
}
/// A Rust string of the text with surrogates kept, for the Unicode crates.
pub fn to_wtf8(s: Gc<Str>) -> rustpython_wtf8::Wtf8Buf {
    let mut out = rustpython_wtf8::Wtf8Buf::with_capacity(s.len());
    if let Some(a) = s.as_ascii() {
        out.push_str(a);
        return out;
    }
    for p in s.points() {
        if let Some(c) = rustpython_wtf8::CodePoint::from_u32(p) {
            out.push(c);
        }
    }
    out
}
/// The str of such a text.
pub fn from_wtf8(th: &mut Thread, s: &rustpython_wtf8::Wtf8) -> Value {
    let mut b = StrBuilder::new();
    for c in s.code_points() {
        b.push(c.to_u32());
    }
    b.finish(th)
}
