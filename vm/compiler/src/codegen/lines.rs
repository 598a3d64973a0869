//! Lines of instructions that the compiler has put in: each is in the line of the one way that leads to it.
//!
//! A function's end is reached in many ways, so each gets a return of its own: a return is always in a line.

use super::Unit;
use super::emit::{Label, Patch};
use crate::code::Position;
use crate::op::Op;
use std::collections::HashMap;

impl Unit<'_> {
    fn op_at(&self, at: u32) -> Option<Op> {
        Op::from_u16(self.code[at as usize] as u16)
    }
    /// The position of the instruction at a word.
    fn position_of(&self, at: u32) -> Position {
        let i = self.positions.partition_point(|p| p.0 <= at);
        i.checked_sub(1).map_or(Position::NONE, |i| self.positions[i].1)
    }
    fn target(&self, l: Label) -> u32 {
        self.label_at(l).unwrap_or(0)
    }
    /// Is the instruction at a word one that the compiler has put in, with no statement before it?
    fn is_added(&self, at: u32) -> bool {
        let is_marked = self.positions.iter().any(|p| p.0 == at && p.1 != Position::NONE);
        !is_marked && self.position_of(at) == Position::NONE
    }
    /// Jumps to a jump go where that goes.
    pub(super) fn thread_jumps(&mut self) {
        let mut jumps = HashMap::new();
        for (p, l) in &self.patches {
            if let Patch::Off(at) = *p
                && self.op_at(at) == Some(Op::Jump)
                && self.is_added(at)
            {
                jumps.insert(at, *l);
            }
        }
        let mut patches = std::mem::take(&mut self.patches);
        for (p, l) in &mut patches {
            while let Some(next) = jumps.get(&self.target(*l)).filter(|_| !matches!(p, Patch::Off16(_))) {
                *l = *next;
            }
        }
        self.patches = patches;
    }
    /// Ways to a return that the compiler has put in get their own.
    pub(super) fn own_returns(&mut self) {
        let patches = std::mem::take(&mut self.patches);
        let mut sources = HashMap::new();
        for (p, l) in &patches {
            let to = self.target(*l);
            if self.op_at(to) == Some(Op::ReturnConst) && self.is_added(to) {
                let falls = to > 0 && !self.ends_before(to);
                sources
                    .entry(to)
                    .or_insert_with(|| Vec::from_iter(falls.then_some(to)))
                    .push(p.word());
            }
        }
        for (p, l) in patches {
            let to = self.target(l);
            let several = sources.get(&to).is_some_and(|s| s.len() > 1);
            match (several, p) {
                (true, Patch::Off(at)) if self.op_at(at) == Some(Op::Jump) => {
                    self.code[at as usize] = self.code[to as usize];
                }
                (true, _) => {
                    let copy = self.new_label(self.code.len() as u32);
                    let position = self.position_of(p.word());
                    if position != Position::NONE {
                        self.positions.push((self.code.len() as u32, position));
                    }
                    self.code.push(self.code[to as usize]);
                    self.patches.push((p, copy));
                }
                (false, _) => self.patches.push((p, l)),
            }
        }
    }
    /// Does no way lead from the instruction before a word to it?
    fn ends_before(&self, at: u32) -> bool {
        let (mut i, mut last) = (0, None);
        while i < at {
            last = self.op_at(i);
            i += last.map_or(1, Op::words) as u32;
        }
        matches!(
            last,
            Some(Op::Return | Op::ReturnConst | Op::Raise | Op::Reraise | Op::Jump | Op::JumpBack)
        )
    }
    /// What is in no line and follows one instruction only is where that is.
    pub(super) fn spread_lines(&mut self) {
        if !self.positions.iter().any(|p| p.1 == Position::NONE) {
            return;
        }
        let mut sources: HashMap<u32, Vec<u32>> = HashMap::new();
        for (p, l) in &self.patches {
            sources.entry(self.target(*l)).or_default().push(p.word());
        }
        for (r, _) in &self.regions {
            // Handlers have no way that leads to them.
            sources.entry(self.target(r.target)).or_default().extend([0, 0]);
        }
        let mut ends = false;
        let mut ended = HashMap::new();
        let mut at = 0;
        while at < self.code.len() as u32 {
            ended.insert(at, ends);
            let op = self.op_at(at);
            ends = matches!(
                op,
                Some(Op::Return | Op::ReturnConst | Op::Raise | Op::Reraise | Op::Jump | Op::JumpBack)
            );
            at += op.map_or(1, Op::words) as u32;
        }
        for (at, p) in std::mem::take(&mut self.positions) {
            let falls = at > 0 && !ended.get(&at).copied().unwrap_or(false);
            match (falls, sources.get(&at).map_or(&[][..], |s| s)) {
                _ if p != Position::NONE => self.positions.push((at, p)),
                (true, []) => {}
                (false, &[from]) if from < at => self.positions.push((at, self.position_of(from))),
                _ => self.positions.push((at, p)),
            }
        }
    }
}
