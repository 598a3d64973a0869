//! Lines of instructions that the compiler has put in: each is in the line of the one way that leads to it.
//!
//! A function's end is reached in many ways, so each gets a return of its own: a return is always in a line.

use super::Unit;
use super::emit::{Label, Patch};
use crate::code::Position;
use crate::op::Op;
use std::collections::HashMap;

/// Words of a function's end that is copied to where jumps lead to it, at the most.
const LONGEST_EXIT: u32 = 8;

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
    /// The positions that begin at a word.
    fn starting_at(&self, at: u32) -> &[(u32, Position)] {
        let first = self.positions.partition_point(|p| p.0 < at);
        let end = self.positions.partition_point(|p| p.0 <= at);
        &self.positions[first..end]
    }
    /// Is the instruction at a word one that the compiler has put in, with no statement before it?
    fn is_added(&self, at: u32) -> bool {
        let is_marked = self.starting_at(at).iter().any(|p| p.1 != Position::NONE);
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
    /// The end of a return that the compiler has put in, with instructions before it, if it begins at a word.
    fn exit_at(&self, at: u32, targets: &[bool]) -> Option<u32> {
        let mut end = at;
        while end < at + LONGEST_EXIT && (end as usize) < self.code.len() {
            let inside = end > at && self.starting_at(end).is_empty() && !targets[end as usize];
            if !(inside || end == at && self.is_added(at)) {
                return None;
            }
            let op = self.op_at(end)?;
            end += op.words() as u32;
            match op {
                Op::ReturnConst => return Some(end),
                Op::LoadConst | Op::StoreName | Op::Move | Op::Nop => {}
                _ => return None,
            }
        }
        None
    }
    /// Ways to a return that the compiler has put in get their own.
    pub(super) fn own_returns(&mut self) {
        let patches = std::mem::take(&mut self.patches);
        let mut targets = vec![false; self.code.len() + 1];
        self.labels.iter().filter_map(|l| l.at()).for_each(|at| targets[at as usize] = true);
        let ended = self.ended();
        let mut exits: HashMap<u32, Option<(u32, usize)>> = HashMap::new();
        for (_, l) in &patches {
            let to = self.target(*l);
            let new = || {
                let falls = to > 0 && !ended[to as usize];
                self.exit_at(to, &targets).map(|end| (end, usize::from(falls)))
            };
            if let Some(e) = exits.entry(to).or_insert_with(new) {
                e.1 += 1;
            }
        }
        for (p, l) in patches {
            let to = self.target(l);
            let Some((end, _)) = exits.get(&to).copied().flatten().filter(|e| e.1 > 1) else {
                self.patches.push((p, l));
                continue;
            };
            let exit = self.code[to as usize..end as usize].to_vec();
            if let Patch::Off(at) = p
                && self.op_at(at) == Some(Op::Jump)
                && exit.len() == 1
            {
                self.code[at as usize] = exit[0];
                continue;
            }
            let copy = self.new_label(self.code.len() as u32);
            let position = self.position_of(p.word());
            if position != Position::NONE {
                self.positions.push((self.code.len() as u32, position));
            }
            self.code.extend(exit);
            self.patches.push((p, copy));
        }
    }
    /// Words of instructions to which no way leads from the one before.
    fn ended(&self) -> Vec<bool> {
        let (mut at, mut ends, mut out) = (0, false, vec![false; self.code.len() + 1]);
        while at < self.code.len() as u32 {
            out[at as usize] = ends;
            let op = self.op_at(at);
            ends = matches!(
                op,
                Some(Op::Return | Op::ReturnConst | Op::Raise | Op::Reraise | Op::Jump | Op::JumpBack)
            );
            at += op.map_or(1, Op::words) as u32;
        }
        out
    }
    /// What is in no line and follows one instruction only is where that is.
    pub(super) fn spread_lines(&mut self) {
        if !self.positions.iter().any(|p| p.1 == Position::NONE) {
            return;
        }
        let mut sources: HashMap<u32, Vec<u32>> = HashMap::new();
        let targets = self.patches.iter().map(|(p, l)| (self.target(*l), p.word()));
        for (to, from) in targets.filter(|t| self.starting_at(t.0).last().is_some_and(|p| p.1 == Position::NONE)) {
            sources.entry(to).or_default().push(from);
        }
        for (r, _) in &self.regions {
            // Handlers have no way that leads to them.
            sources.entry(self.target(r.target)).or_default().extend([0, 0]);
        }
        let ended = self.ended();
        for (at, p) in std::mem::take(&mut self.positions) {
            let falls = at > 0 && !ended[at as usize];
            match (falls, sources.get(&at).map_or(&[][..], |s| s)) {
                _ if p != Position::NONE => self.positions.push((at, p)),
                // It belongs to the statement before it, which has no instructions.
                _ if self.positions.last().is_some_and(|p| p.0 == at) => {}
                (true, []) => {}
                (false, &[from]) if from < at => self.positions.push((at, self.position_of(from))),
                _ => self.positions.push((at, p)),
            }
        }
    }
}
