//! What the machine sees at a position of its text.

use super::chars::{self, Fold};
use super::machine::{Machine, NONE};
use super::program::{At, Guard, Item, Run};
use super::text::Unit;

impl<U: Unit> Machine<'_, U> {
    #[inline(always)]
    pub(super) fn char_at(&self, pos: usize) -> Option<u32> {
        self.text.get(pos).map(|u| u.code())
    }
    #[inline(always)]
    pub(super) fn passes(&self, g: Guard, pos: usize) -> bool {
        match g {
            Guard::None => true,
            Guard::Char(c) => self.char_at(pos) == Some(c),
            Guard::Set(s) => self.char_at(pos).is_some_and(|c| self.p.guards[s as usize].has(c)),
        }
    }
    #[inline(always)]
    pub(super) fn is(&self, item: Item, c: u32) -> bool {
        match item {
            Item::NotNewline => c != 10,
            Item::Any => true,
            Item::Char(d) => c == d,
            Item::Not(d) => c != d,
            Item::Set(s) => self.p.sets[s as usize].has(c),
            Item::Test(t) => self.p.tests[t as usize].has(c),
        }
    }
    /// How many characters from `pos` on, at most `max`, are such items.
    #[inline]
    pub(super) fn count(&self, item: Item, pos: usize, max: usize) -> usize {
        let rest = &self.text[pos..];
        let rest = &rest[..max.min(rest.len())];
        match item {
            Item::Any => None,
            Item::NotNewline => U::find(rest, 10),
            Item::Not(c) => U::find(rest, c),
            Item::Char(c) => rest.iter().position(|u| u.code() != c),
            Item::Set(s) => {
                let set = &self.p.sets[s as usize];
                rest.iter().position(|u| !set.has(u.code()))
            }
            Item::Test(t) => rest.iter().position(|u| !self.p.tests[t as usize].has(u.code())),
        }
        .unwrap_or(rest.len())
    }
    /// The last position from `min` to `max` that passes the guard.
    #[inline]
    pub(super) fn last_passing(&self, g: Guard, min: usize, max: usize) -> Option<usize> {
        match g {
            Guard::None => Some(max),
            Guard::Char(c) => {
                if self.char_at(max) == Some(c) {
                    return Some(max);
                }
                U::rfind(&self.text[min..max], c).map(|i| min + i)
            }
            Guard::Set(_) => (min..=max).rev().find(|p| self.passes(g, *p)),
        }
    }
    /// The first position from `pos` on that passes the guard, with at most `left` items on the way there.
    #[inline]
    pub(super) fn first_passing(&self, r: &Run, pos: usize, left: usize) -> Option<usize> {
        let window = &self.text[pos..];
        match (r.guard, r.item) {
            (Guard::Char(c), Item::Any | Item::NotNewline) => {
                let window = &window[..window.len().min(left.saturating_add(1))];
                let i = if r.item == Item::Any {
                    U::find(window, c)?
                } else {
                    U::find_either(window, c, 10)?
                };
                (window[i].code() == c).then_some(pos + i)
            }
            (guard, item) => {
                let mut at = pos;
                while !self.passes(guard, at) {
                    if at - pos == left || !self.char_at(at).is_some_and(|c| self.is(item, c)) {
                        return None;
                    }
                    at += 1;
                }
                Some(at)
            }
        }
    }
    pub(super) fn is_at(&self, at: At, pos: usize) -> bool {
        let end = self.text.len();
        match at {
            At::Beginning => pos == 0,
            At::BeginningLine => pos == 0 || self.text[pos - 1].code() == 10,
            At::End => pos == end || pos + 1 == end && self.text[pos].code() == 10,
            At::EndLine => pos == end || self.text[pos].code() == 10,
            At::EndString => pos == end,
            At::Boundary(word) => self.is_boundary(word, pos),
            At::NotBoundary(word) => !self.is_boundary(word, pos),
        }
    }
    pub(super) fn is_boundary(&self, word: u32, pos: usize) -> bool {
        let is_word = |c: u32| match c {
            c if c < 128 => (c as u8).is_ascii_alphanumeric() || c as u8 == b'_',
            c => chars::is_in(word, c),
        };
        let before = pos > 0 && is_word(self.text[pos - 1].code());
        before != self.char_at(pos).is_some_and(is_word)
    }
    pub(super) fn matches_literal(&self, at: u32, len: u32, pos: usize) -> bool {
        let literal = &self.p.literals[at as usize..(at + len) as usize];
        let rest = &self.text[pos..];
        rest.len() >= literal.len() && rest.iter().zip(literal).all(|(u, c)| u.code() == *c)
    }
    /// Length of the text of a group if it comes again at `pos`.
    pub(super) fn matches_group(&self, group: u32, fold: Fold, pos: usize) -> Option<usize> {
        let (start, end) = self.group(group)?;
        let (old, rest) = (&self.text[start..end], &self.text[pos..]);
        let same = |(a, b): (&U, &U)| fold.lower(a.code()) == fold.lower(b.code());
        (rest.len() >= old.len() && rest.iter().zip(old).all(same)).then_some(old.len())
    }
    pub(super) fn group(&self, group: u32) -> Option<(usize, usize)> {
        let (start, end) = (self.s.marks[2 * group as usize], self.s.marks[2 * group as usize + 1]);
        (start <= end && end != NONE).then_some((start, end))
    }
}
