//! The matcher: runs a program on a text, with a stack of its own for the ways not tried yet.

use super::program::{Alternative, Greed, Loop, Op, Program, Run};
use super::text::Unit;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;

/// No position.
pub const NONE: usize = usize::MAX;
/// Ways given up between two looks at whether the thread is wanted elsewhere.
const PATIENCE: u32 = 1 << 13;
/// Entries whose memory is kept for the next match.
const KEPT_ENTRIES: usize = 1 << 16;

/// What is on the stack: a way not tried yet, or something to undo on the way back to one.
#[derive(Clone, Copy, Debug)]
enum Entry {
    /// a mark as it was
    Mark { mark: u32, last_group: u32, old: usize },
    /// a loop as it was
    Loop { index: u32, count: u32, last: usize },
    /// leave the loop, which is as it was
    LeaveLoop { index: u32, count: u32, last: usize, pos: usize },
    /// go through the body of a lazy loop
    EnterLoop { index: u32, count: u32, pos: usize },
    /// an alternative
    Alternative { index: u32, end: u32, pos: usize },
    /// a greedy run that may give back down to `min`
    Run { pc: u32, min: usize, pos: usize },
    /// a lazy run that may take `left` more
    Lazy { pc: u32, left: usize, pos: usize },
    /// an assertion, atomic group or possessive iteration begins; `outer` is the one around it
    Inner { pc: u32, count: u32, outer: usize, pos: usize },
}
/// Memory for matching, used again and again.
#[derive(Default)]
pub struct Scratch {
    /// starts and ends of groups
    pub marks: Vec<usize>,
    /// the last group that ended, or 0
    pub last_group: u32,
    stack: Vec<Entry>,
    loops: Vec<(u32, usize)>,
    /// marks have been set
    dirty: bool,
}
impl Scratch {
    /// Gives back what one difficult match took.
    pub fn shrink(&mut self) {
        if self.stack.capacity() > KEPT_ENTRIES {
            self.stack = Vec::new();
        }
    }
}
/// A program at work on a text.
pub struct Machine<'a, U> {
    pub(super) p: &'a Program,
    /// up to the end of what it may see
    pub(super) text: &'a [U],
    pub(super) s: &'a mut Scratch,
    /// index of the `Inner` around the position
    inner: usize,
    patience: u32,
    /// the match must end at the end of the text
    full: bool,
}

impl<'a, U: Unit> Machine<'a, U> {
    /// A machine.
    pub fn new(p: &'a Program, text: &'a [U], s: &'a mut Scratch, full: bool) -> Self {
        s.marks.clear();
        s.marks.resize(p.marks, NONE);
        if s.loops.len() < p.loops.len() {
            s.loops.resize(p.loops.len(), (0, NONE));
        }
        s.last_group = 0;
        s.dirty = false;
        Machine {
            p,
            text,
            s,
            inner: NONE,
            patience: PATIENCE,
            full,
        }
    }
    /// The first match from `start` on: where it begins and ends. `advance`: an empty one at `start` does not count.
    pub fn search(&mut self, th: &mut Thread, start: usize, advance: bool) -> R<Option<(usize, usize)>> {
        let by = self.p.start();
        let min = self.p.min_len.max(by.min_len());
        let Some(limit) = self.text.len().checked_sub(min) else {
            return Ok(None);
        };
        let mut at = start;
        while at <= limit {
            let Some(from) = by.next(self.text, at, limit) else {
                break;
            };
            if let (Some(len), Some(_)) = (by.whole(), U::bytes(self.text)) {
                return Ok(Some((from, from + len)));
            }
            if let Some(end) = self.match_at(th, from, advance && from == start)? {
                return Ok(Some((from, end)));
            }
            self.tick(th)?;
            at = from + 1;
        }
        Ok(None)
    }
    /// The match that begins at `start`: where it ends. `advance`: it must not be empty.
    pub fn match_at(&mut self, th: &mut Thread, start: usize, advance: bool) -> R<Option<usize>> {
        if self.s.dirty {
            self.s.marks.fill(NONE);
            self.s.last_group = 0;
            self.s.dirty = false;
        }
        self.s.stack.clear();
        self.inner = NONE;
        self.run(th, start, if advance { start } else { NONE })
    }
    #[inline(always)]
    fn tick(&mut self, th: &mut Thread) -> R<()> {
        self.patience -= 1;
        if self.patience == 0 {
            self.patience = PATIENCE;
            return th.poll_inside();
        }
        Ok(())
    }
    #[inline(always)]
    fn push(&mut self, th: &mut Thread, e: Entry) -> R<()> {
        if self.s.stack.len() == self.s.stack.capacity() {
            self.grow(th)?;
        }
        self.s.stack.push(e);
        Ok(())
    }
    #[cold]
    #[inline(never)]
    fn grow(&mut self, th: &mut Thread) -> R<()> {
        let more = self.s.stack.len().max(64);
        vasuki_vm::memory::reserve(th, more * std::mem::size_of::<Entry>())?;
        if self.s.stack.try_reserve_exact(more).is_err() {
            return Err(th.memory_error());
        }
        th.poll_inside()
    }
    /// The alternative to try from `index` on, if any: leaves the next one on the stack.
    #[inline(always)]
    fn branch(&mut self, th: &mut Thread, index: u32, end: u32, pos: usize) -> R<Option<usize>> {
        let p = self.p;
        let worth = |a: &Alternative| self.passes(a.guard, pos);
        let ways = &p.alternatives[index as usize..end as usize];
        let Some(i) = ways.iter().position(worth) else {
            return Ok(None);
        };
        if let Some(next) = ways[i + 1..].iter().position(worth) {
            let index = index + (i + 1 + next) as u32;
            self.push(th, Entry::Alternative { index, end, pos })?;
        }
        Ok(Some(ways[i].pc as usize))
    }
    /// `count` iterations of a loop are over: where to go on, if anywhere.
    #[inline(always)]
    fn next_iteration(&mut self, th: &mut Thread, index: u32, count: u32, pos: usize) -> R<Option<usize>> {
        let l: &Loop = &self.p.loops[index as usize];
        let (old, last) = self.s.loops[index as usize];
        if count < l.min {
            if !self.passes(l.body_guard, pos) {
                return Ok(None);
            }
            self.set_loop(th, index, count, last)?;
            return Ok(Some(l.body as usize));
        }
        let more = (count < l.max || l.max == u32::MAX) && pos != last && self.passes(l.body_guard, pos);
        if !more {
            return Ok(Some(l.exit as usize));
        }
        let leave = self.passes(l.exit_guard, pos);
        if l.greed == Greed::Lazy {
            if leave {
                self.push(th, Entry::EnterLoop { index, count, pos })?;
                return Ok(Some(l.exit as usize));
            }
            self.set_loop(th, index, count, pos)?;
        } else {
            if leave {
                let count = old;
                self.push(th, Entry::LeaveLoop { index, count, last, pos })?;
            } else {
                self.push(th, Entry::Loop { index, count: old, last })?;
            }
            self.s.loops[index as usize] = (count, pos);
        }
        Ok(Some(l.body as usize))
    }
    #[inline(always)]
    fn set_loop(&mut self, th: &mut Thread, index: u32, count: u32, pos: usize) -> R<()> {
        if !self.s.stack.is_empty() {
            let (count, last) = self.s.loops[index as usize];
            self.push(th, Entry::Loop { index, count, last })?;
        }
        self.s.loops[index as usize] = (count, pos);
        Ok(())
    }
    #[inline(always)]
    fn enter(&mut self, th: &mut Thread, pc: usize, count: u32, pos: usize) -> R<()> {
        let (outer, pc) = (self.inner, pc as u32);
        self.inner = self.s.stack.len();
        self.push(th, Entry::Inner { pc, count, outer, pos })
    }
    /// Undoes what an entry remembers.
    #[inline(always)]
    fn undo(&mut self, e: Entry) {
        match e {
            Entry::Mark { mark, last_group, old } => {
                self.s.marks[mark as usize] = old;
                self.s.last_group = last_group;
            }
            Entry::Loop { index, count, last } | Entry::LeaveLoop { index, count, last, .. } => {
                self.s.loops[index as usize] = (count, last);
            }
            _ => {}
        }
    }
    /// Gives up the ways inside of the innermost `Inner`, and that itself; what is to be undone later stays.
    fn commit(&mut self) {
        let from = self.inner;
        let mut kept = from;
        for i in from + 1..self.s.stack.len() {
            let e = match self.s.stack[i] {
                Entry::LeaveLoop { index, count, last, .. } => Entry::Loop { index, count, last },
                e @ (Entry::Mark { .. } | Entry::Loop { .. }) => e,
                _ => continue,
            };
            self.s.stack[kept] = e;
            kept += 1;
        }
        self.s.stack.truncate(kept);
    }
    /// The end of an assertion, atomic group or iteration: where to go on, and at which position.
    fn leave(&mut self, th: &mut Thread, pos: usize) -> R<Option<(usize, usize)>> {
        let Some(&Entry::Inner {
            pc,
            count,
            outer,
            pos: began,
        }) = self.s.stack.get(self.inner)
        else {
            return Ok(None);
        };
        match self.p.ops[pc as usize] {
            Op::Assert { negative: true, .. } => {
                while self.s.stack.len() > self.inner {
                    if let Some(e) = self.s.stack.pop() {
                        self.undo(e);
                    }
                }
                self.inner = outer;
                Ok(None)
            }
            Op::Assert { after, .. } => {
                self.commit();
                self.inner = outer;
                Ok(Some((after as usize, began)))
            }
            Op::Atomic { after } => {
                self.commit();
                self.inner = outer;
                Ok(Some((after as usize, pos)))
            }
            Op::Possessive(l) => {
                self.commit();
                self.inner = outer;
                let l = &self.p.loops[l as usize];
                let count = count + 1;
                if count < l.min || pos != began && (count < l.max || l.max == u32::MAX) {
                    self.enter(th, pc as usize, count, pos)?;
                    return Ok(Some((l.body as usize, pos)));
                }
                Ok(Some((l.exit as usize, pos)))
            }
            _ => Ok(None),
        }
    }
    /// Goes back to the last way not tried: where to go on.
    #[inline(always)]
    fn backtrack(&mut self, th: &mut Thread) -> R<Option<(usize, usize)>> {
        loop {
            let Some(&e) = self.s.stack.last() else {
                return Ok(None);
            };
            let top = self.s.stack.len() - 1;
            match e {
                Entry::Run { pc, min, pos } => {
                    let Op::Run(r) = self.p.ops[pc as usize] else { return Ok(None) };
                    let guard = self.p.runs[r as usize].guard;
                    let to = self.last_passing(guard, min, pos - 1);
                    match to {
                        Some(pos) if pos > min => self.s.stack[top] = Entry::Run { pc, min, pos },
                        _ => self.s.stack.truncate(top),
                    }
                    if let Some(pos) = to {
                        return Ok(Some((pc as usize + 1, pos)));
                    }
                }
                Entry::Lazy { pc, left, pos } => {
                    let Op::Run(r) = self.p.ops[pc as usize] else { return Ok(None) };
                    let r: &Run = &self.p.runs[r as usize];
                    self.s.stack.truncate(top);
                    if self.char_at(pos).is_some_and(|c| self.is(r.item, c))
                        && let Some(to) = self.first_passing(r, pos + 1, left - 1)
                    {
                        let left = left - (to - pos);
                        if left > 0 {
                            self.s.stack.push(Entry::Lazy { pc, left, pos: to });
                        }
                        return Ok(Some((pc as usize + 1, to)));
                    }
                }
                Entry::Alternative { index, end, pos } => {
                    self.s.stack.truncate(top);
                    if let Some(pc) = self.branch(th, index, end, pos)? {
                        return Ok(Some((pc, pos)));
                    }
                }
                Entry::LeaveLoop { index, pos, .. } => {
                    self.s.stack.truncate(top);
                    self.undo(e);
                    return Ok(Some((self.p.loops[index as usize].exit as usize, pos)));
                }
                Entry::EnterLoop { index, count, pos } => {
                    self.s.stack.truncate(top);
                    self.set_loop(th, index, count, pos)?;
                    return Ok(Some((self.p.loops[index as usize].body as usize, pos)));
                }
                Entry::Inner { pc, count, outer, pos } => {
                    self.s.stack.truncate(top);
                    self.inner = outer;
                    match self.p.ops[pc as usize] {
                        Op::Assert { negative: true, after, .. } => return Ok(Some((after as usize, pos))),
                        Op::Possessive(l) if count >= self.p.loops[l as usize].min => {
                            return Ok(Some((self.p.loops[l as usize].exit as usize, pos)));
                        }
                        _ => {}
                    }
                }
                Entry::Mark { .. } | Entry::Loop { .. } => {
                    self.s.stack.truncate(top);
                    self.undo(e);
                }
            }
        }
    }
    /// Runs the program from its beginning. A match that ends at `forbidden` is none.
    fn run(&mut self, th: &mut Thread, start: usize, forbidden: usize) -> R<Option<usize>> {
        let p = self.p;
        let (mut pc, mut pos) = (0, start);
        loop {
            // An operation that succeeds goes on with `continue`, another one falls through to the last way not tried.
            match p.ops[pc] {
                Op::Char(c) => {
                    if self.char_at(pos) == Some(c) {
                        pos += 1;
                        pc += 1;
                        continue;
                    }
                }
                Op::One(item) => {
                    if self.char_at(pos).is_some_and(|c| self.is(item, c)) {
                        pos += 1;
                        pc += 1;
                        continue;
                    }
                }
                Op::Literal { at, len } => {
                    if self.matches_literal(at, len, pos) {
                        pos += len as usize;
                        pc += 1;
                        continue;
                    }
                }
                Op::Run(r) => {
                    let r: &Run = &p.runs[r as usize];
                    match r.greed {
                        Greed::Possessive => {
                            let n = self.count(r.item, pos, r.max);
                            if n >= r.min {
                                pos += n;
                                pc += 1;
                                continue;
                            }
                        }
                        Greed::Greedy => {
                            let n = self.count(r.item, pos, r.max);
                            if n >= r.min
                                && let Some(to) = self.last_passing(r.guard, pos + r.min, pos + n)
                            {
                                let min = pos + r.min;
                                if to > min {
                                    let pc = pc as u32;
                                    self.push(th, Entry::Run { pc, min, pos: to })?;
                                }
                                pos = to;
                                pc += 1;
                                continue;
                            }
                        }
                        Greed::Lazy => {
                            if self.count(r.item, pos, r.min) == r.min
                                && let Some(to) = self.first_passing(r, pos + r.min, r.max - r.min)
                            {
                                let left = r.max - (to - pos);
                                if left > 0 {
                                    let pc = pc as u32;
                                    self.push(th, Entry::Lazy { pc, left, pos: to })?;
                                }
                                pos = to;
                                pc += 1;
                                continue;
                            }
                        }
                    }
                }
                Op::Mark(mark) => {
                    let old = self.s.marks[mark as usize];
                    if !self.s.stack.is_empty() {
                        let last_group = self.s.last_group;
                        self.push(th, Entry::Mark { mark, last_group, old })?;
                    }
                    self.s.marks[mark as usize] = pos;
                    self.s.dirty = true;
                    if mark & 1 != 0 {
                        self.s.last_group = mark / 2 + 1;
                    }
                    pc += 1;
                    continue;
                }
                Op::At(at) => {
                    if self.is_at(at, pos) {
                        pc += 1;
                        continue;
                    }
                }
                Op::Jump(to) => {
                    pc = to as usize;
                    continue;
                }
                Op::Branch { first, end } => {
                    if let Some(to) = self.branch(th, first, end, pos)? {
                        pc = to;
                        continue;
                    }
                }
                Op::LoopStart(index) => {
                    if p.loops[index as usize].nested {
                        self.set_loop(th, index, 0, NONE)?;
                    } else {
                        self.s.loops[index as usize] = (0, NONE);
                    }
                    if let Some(to) = self.next_iteration(th, index, 0, pos)? {
                        pc = to;
                        continue;
                    }
                }
                Op::LoopEnd(index) => {
                    let count = self.s.loops[index as usize].0 + 1;
                    if let Some(to) = self.next_iteration(th, index, count, pos)? {
                        pc = to;
                        continue;
                    }
                }
                Op::Success => {
                    if pos != forbidden && !(self.full && pos != self.text.len()) {
                        return Ok(Some(pos));
                    }
                }
                Op::GroupRef { group, fold } => {
                    if let Some(n) = self.matches_group(group, fold, pos) {
                        pos += n;
                        pc += 1;
                        continue;
                    }
                }
                Op::IfGroup { group, no } => {
                    pc = if self.group(group).is_some() { pc + 1 } else { no as usize };
                    continue;
                }
                Op::Assert { back, after, negative } => {
                    if pos >= back as usize {
                        self.enter(th, pc, 0, pos)?;
                        pos -= back as usize;
                        pc += 1;
                        continue;
                    }
                    if negative {
                        pc = after as usize;
                        continue;
                    }
                }
                Op::Atomic { .. } => {
                    self.enter(th, pc, 0, pos)?;
                    pc += 1;
                    continue;
                }
                Op::Possessive(l) => {
                    let l: &Loop = &p.loops[l as usize];
                    if l.max > 0 {
                        self.enter(th, pc, 0, pos)?;
                        pc = l.body as usize;
                    } else {
                        pc = l.exit as usize;
                    }
                    continue;
                }
                Op::EndInner => {
                    if let Some((to, at)) = self.leave(th, pos)? {
                        (pc, pos) = (to, at);
                        continue;
                    }
                }
                Op::Fail => {}
            }
            self.tick(th)?;
            match self.backtrack(th)? {
                Some((to, at)) => (pc, pos) = (to, at),
                None => return Ok(None),
            }
        }
    }
}
