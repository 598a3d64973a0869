//! Running the engine on a subject.

use super::machine::{Machine, NONE, Scratch};
use super::pattern::Pattern;
use super::text::Unit;
use std::borrow::Cow;
use std::cell::Cell;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol::bytes_like;
use vasuki_vm::types::str_::{Chars, Str};
use vasuki_vm::types::str_ops;
use vasuki_vm::value::Value;

/// The characters to match, where they lie.
pub enum Subject {
    /// one byte a character
    Narrow(Cow<'static, [u8]>),
    /// two bytes
    Two(&'static [u16]),
    /// four bytes
    Four(&'static [u32]),
}
/// A match: where it lies, and its groups.
#[derive(Clone)]
pub struct Found {
    /// where it begins
    pub start: usize,
    /// where it ends
    pub end: usize,
    /// start and end of each group from 1 on, `NONE` for groups that took no part
    marks: Box<[usize]>,
    /// the last group matched, or 0
    pub last_group: u32,
}
impl Found {
    /// Where a group lies, if it took part; 0 is the whole match.
    pub fn span(&self, group: usize) -> Option<(usize, usize)> {
        match group.checked_sub(1) {
            None => Some((self.start, self.end)),
            Some(g) => match self.marks.chunks_exact(2).nth(g) {
                Some(&[a, b]) if a <= b && b != NONE => Some((a, b)),
                _ => None,
            },
        }
    }
    /// Number of groups, the whole match included.
    pub fn groups(&self) -> usize {
        self.marks.len() / 2 + 1
    }
}
/// How to match.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// anywhere
    Search,
    /// at the start
    Match,
    /// all of it
    Full,
}
impl Subject {
    /// The subject of a string argument, checked against the pattern's type.
    pub fn of(th: &mut Thread, p: &Pattern, v: Value) -> R<Subject> {
        if let Some(s) = v.cast::<Str>() {
            if p.is_bytes == Some(true) {
                return Err(th.type_error("cannot use a bytes pattern on a string-like object"));
            }
            return Ok(match s.chars() {
                Chars::One(c) => Subject::Narrow(Cow::Borrowed(c)),
                Chars::Two(c) => Subject::Two(c),
                Chars::Four(c) => Subject::Four(c),
            });
        }
        match bytes_like(th, v)? {
            Some(_) if p.is_bytes == Some(false) => Err(th.type_error("cannot use a string pattern on a bytes-like object")),
            Some(b) => Ok(Subject::Narrow(b)),
            None => Err(th.type_error(&format!(
                "expected string or bytes-like object, got '{}'",
                th.class_of(v).name_str()
            ))),
        }
    }
    /// Length in characters.
    pub fn len(&self) -> usize {
        match self {
            Subject::Narrow(b) => b.len(),
            Subject::Two(c) => c.len(),
            Subject::Four(c) => c.len(),
        }
    }
    /// Matches from `start`, seeing nothing from `end` on. `advance`: an empty match at `start` does not count.
    pub fn run(&self, th: &mut Thread, p: &Pattern, mode: Mode, start: usize, end: usize, advance: bool) -> R<Option<Found>> {
        match self {
            Subject::Narrow(b) => run(th, &b[..end], p, mode, start, advance),
            Subject::Two(c) => run(th, &c[..end], p, mode, start, advance),
            Subject::Four(c) => run(th, &c[..end], p, mode, start, advance),
        }
    }
}
thread_local! {
    /// Memory of the last match, unless one is running.
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}
fn run<U: Unit>(th: &mut Thread, text: &[U], p: &Pattern, mode: Mode, start: usize, advance: bool) -> R<Option<Found>> {
    let mut scratch = SCRATCH.take().unwrap_or_default();
    let mut machine = Machine::new(&p.program, text, &mut scratch, mode == Mode::Full);
    let found = match mode {
        Mode::Search => machine.search(th, start, advance),
        _ => machine.match_at(th, start, advance).map(|end| end.map(|end| (start, end))),
    };
    let found = found.map(|span| {
        span.map(|(start, end)| Found {
            start,
            end,
            marks: scratch.marks.as_slice().into(),
            last_group: scratch.last_group,
        })
    });
    scratch.shrink();
    SCRATCH.set(Some(scratch));
    found
}
/// `pos` and `endpos` arguments, clipped to the length.
pub fn clip(th: &mut Thread, pos: Value, end: Value, len: usize) -> R<(usize, usize)> {
    let p = if pos.is_empty() { 0 } else { th.to_isize_clipped(pos)? };
    let e = if end.is_empty() { isize::MAX } else { th.to_isize_clipped(end)? };
    let e = (e.max(0) as usize).min(len);
    Ok(((p.max(0) as usize).min(len), e))
}
/// Part of a subject value: a str, or bytes for bytes-like objects.
pub fn slice(th: &mut Thread, string: Value, i: usize, j: usize) -> R {
    if let Some(s) = string.cast::<Str>() {
        let (i, j) = (i.min(s.len()), j.min(s.len()));
        return Ok(str_ops::sub(th, s, i, j.max(i)));
    }
    let b = vasuki_vm::types::buffer_protocol::bytes_arg(th, string)?;
    let (i, j) = (i.min(b.len()), j.min(b.len()));
    if i == 0 && j == b.len() && string.is_kind(vasuki_vm::object::Kind::Bytes) {
        return Ok(string);
    }
    Ok(th.new_bytes(&b[i..j.max(i)]))
}
