//! Running the engine on a subject.

use super::pattern::Pattern;
use super::units::Units;
use rustpython_sre_engine::{Request, State, StrDrive};
use std::borrow::Cow;
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
/// Groups of a match: start and end of each, the whole match first.
#[derive(Clone)]
pub struct Found {
    /// by group
    pub regs: Vec<Option<(usize, usize)>>,
    /// the last group matched, or -1
    pub last_index: isize,
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
    pub fn run(&self, p: &Pattern, mode: Mode, start: usize, end: usize, advance: bool) -> Option<Found> {
        match self {
            Subject::Narrow(b) => run(&b[..], p, mode, start, end, advance),
            Subject::Two(c) => run(Units::two(c), p, mode, start, end, advance),
            Subject::Four(c) => run(Units::four(c), p, mode, start, end, advance),
        }
    }
}
fn run<S: StrDrive>(s: S, p: &Pattern, mode: Mode, start: usize, end: usize, advance: bool) -> Option<Found> {
    let mut req = Request::new(s, start, end, &p.code, mode == Mode::Full);
    req.must_advance = advance;
    let mut state = State::default();
    state.reset(&req, req.start);
    let matched = if mode == Mode::Search {
        state.search(req)
    } else {
        state.py_match(&req)
    };
    if !matched {
        return None;
    }
    let mut regs = vec![Some((state.start, state.cursor.position))];
    for g in 0..p.groups {
        let (a, b) = state.marks.get(g);
        regs.push(match (a.into_option(), b.into_option()) {
            (Some(a), Some(b)) => Some((a, b)),
            _ => None,
        });
    }
    Some(Found {
        regs,
        last_index: state.marks.last_index(),
    })
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
