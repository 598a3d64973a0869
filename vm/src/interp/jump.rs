//! Setting `f_lineno`: a frame that is being traced goes on at another line.
//!
//! The blocks that enclose an instruction are found in the code when somebody asks. A line can be jumped to if the blocks
//! around it are of the same kinds as the outer ones around the place where the frame is: then the registers that those
//! hold are moved to where the target expects them. Everything else that an instruction finds in temporaries belongs to
//! the middle of a statement, where nothing can jump to.

use super::code::{Code, Tables};
use super::instruction::Instruction;
use super::liveness::live_temporaries;
use super::{code_of, suspend};
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::value::Value;
use vasuki_compiler::code::Position;
use vasuki_compiler::op::Op;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    /// the body of a `for`
    Loop,
    /// the body of a handler
    Handler,
    /// the body of a `with`
    With,
}
/// A block and the words that it covers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Block {
    kind: Kind,
    start: usize,
    end: usize,
    /// registers that it holds: an iterator; what was being handled before and the exception; the exit function
    registers: [u16; 2],
}

struct Blocks<'a> {
    t: &'a Tables,
    /// word, instruction
    code: Vec<(usize, Instruction)>,
    all: Vec<Block>,
}
impl<'a> Blocks<'a> {
    fn of(t: &'a Tables) -> Blocks<'a> {
        let mut code = Vec::new();
        let mut at = 0;
        while at < t.words.len() {
            // SAFETY: instructions of validated code follow each other.
            let ins = unsafe { Instruction::at(&raw const t.words[at]) };
            code.push((at, ins));
            at += ins.op().words();
        }
        let mut b = Blocks { t, code, all: Vec::new() };
        for i in 0..b.code.len() {
            let (at, ins) = b.code[i];
            let end = match ins.op() {
                Op::ForIter | Op::ForIterFar => super::trace::sides(t, at).map(|s| s.1),
                Op::GetAnext => b.last_jump_back(at),
                _ => None,
            };
            if let Some(end) = end {
                let registers = [ins.b(); 2];
                b.all.push(Block {
                    kind: Kind::Loop,
                    start: at,
                    end,
                    registers,
                });
            }
        }
        for h in &t.handlers {
            if let Some((kind, registers)) = b.handled_by(h.target as usize) {
                b.all.push(Block {
                    kind,
                    start: h.start as usize,
                    end: h.end as usize,
                    registers,
                });
            }
        }
        b.all.sort_by_key(|b| (b.start, usize::MAX - b.end));
        b
    }
    fn index(&self, at: usize) -> Option<usize> {
        self.code.binary_search_by_key(&at, |c| c.0).ok()
    }
    /// The end of the last jump back to a word.
    fn last_jump_back(&self, to: usize) -> Option<usize> {
        let mut jumps = self.code.iter().rev();
        let is_jump = |(at, ins): &&(usize, Instruction)| ins.op() == Op::JumpBack && *at as i64 + 1 + i64::from(ins.offset()) == to as i64;
        jumps.find(is_jump).map(|c| c.0 + 1)
    }
    /// What is protected by a handler at a word, and the registers that it holds.
    fn handled_by(&self, target: usize) -> Option<(Kind, [u16; 2])> {
        let i = self.index(target)?;
        let ins = self.code[i].1;
        match ins.op() {
            Op::PopExc => {
                let mut before = self.code[..i].iter().rev();
                let push = before.find(|c| c.1.op() == Op::PushExc && c.1.a() == ins.a())?;
                Some((Kind::Handler, [ins.a(), push.1.b()]))
            }
            Op::PushExc => {
                let moves: Vec<_> = self.code[i + 1..].iter().take_while(|c| c.1.op() == Op::Move).collect();
                let next = self.code.get(i + 1 + moves.len())?;
                let exit = moves.first().filter(|_| next.1.op() == Op::ExcTriple)?.1.b();
                Some((Kind::With, [exit, exit + 1]))
            }
            _ => None,
        }
    }
    /// The blocks around a word, the outermost first.
    fn around(&self, at: usize) -> Vec<Block> {
        self.all.iter().filter(|b| b.start <= at && at < b.end).copied().collect()
    }
    /// The words where a line begins.
    fn begins(&self, line: u32) -> Vec<usize> {
        let mut last = u32::MAX;
        let mut out = Vec::new();
        for (at, p) in &self.t.positions {
            if *p != Position::NONE && p.line != last {
                last = p.line;
                if last == line {
                    out.push(*at as usize);
                }
            }
        }
        out
    }
}

/// Where a frame goes on.
pub(super) struct Jump {
    /// the word
    pub(super) to: usize,
    /// registers of handlers that are left, the innermost first
    handlers: Vec<u16>,
    /// (from, to) of values that move
    moves: Vec<(u16, u16)>,
}

/// The way from the instruction at a word to a line; else what is wrong with it.
fn find(code: Gc<Code>, at: usize, line: i64) -> Result<Jump, String> {
    let t = code.tables();
    if line < i64::from(t.firstlineno) {
        return Err(format!("line {line} comes before the current code block"));
    }
    let lines = t.positions.iter().filter(|p| p.1 != Position::NONE).map(|p| p.1.line);
    let Some(found) = lines.filter(|n| i64::from(*n) >= line).min() else {
        return Err(format!("line {line} comes after the current code block"));
    };
    let blocks = Blocks::of(t);
    let here = blocks.around(at);
    let mut best: Option<Jump> = None;
    let mut depth = 0;
    let mut wrong = "cannot find bytecode for specified line";
    for to in blocks.begins(found) {
        let mut there = blocks.around(to);
        let mut needed = live_temporaries(t, to);
        needed.retain(|r| !there.iter().any(|b| b.registers.contains(r)));
        // The end of a `with` is in its line.
        if let Some(b) = here.get(there.len())
            && !needed.is_empty()
            && b.kind == Kind::With
            && needed.iter().all(|r| b.registers.contains(r))
        {
            there.push(*b);
            needed.clear();
        }
        let same = there.len() <= here.len() && there.iter().zip(&here).all(|(a, b)| a.kind == b.kind);
        if same && needed.is_empty() {
            if best.is_none() || there.len() > depth {
                depth = there.len();
                best = Some(Jump::between(to, &here, &there));
            }
        } else if best.is_none() {
            wrong = match there.last().filter(|_| needed.is_empty()).map(|b| b.kind) {
                Some(Kind::Handler) => "can't jump into an 'except' block as there's no exception",
                Some(Kind::Loop) => "can't jump into the body of a for loop",
                _ => "incompatible stacks",
            };
        }
    }
    best.ok_or_else(|| wrong.to_owned())
}
impl Jump {
    fn between(to: usize, here: &[Block], there: &[Block]) -> Jump {
        let left = here[there.len()..].iter().rev();
        let kept = here.iter().zip(there);
        Jump {
            to,
            handlers: left.filter(|b| b.kind == Kind::Handler).map(|b| b.registers[0]).collect(),
            moves: kept
                .flat_map(|(a, b)| a.registers.into_iter().zip(b.registers))
                .filter(|(a, b)| a != b)
                .collect(),
        }
    }
    /// The line where it leads.
    pub(super) fn line(&self, code: Gc<Code>) -> Option<u32> {
        Some(code.lines_starting_at(self.to).last()?.1.line)
    }
    /// Does it in the frame at `regs`: handlers are left, values moved; locals without a value become None.
    /// # Safety
    /// The frame is the running one, of the code that the jump was found in.
    pub(super) unsafe fn perform(&self, th: &mut Thread, regs: *mut Value) {
        // SAFETY: by the caller's promise; registers of validated code are within the frame.
        unsafe {
            for r in &self.handlers {
                let saved = *regs.add(*r as usize);
                th.handling = suspend::handled(regs, saved);
            }
            let values: Vec<Value> = self.moves.iter().map(|m| *regs.add(m.0 as usize)).collect();
            for (m, v) in self.moves.iter().zip(values) {
                *regs.add(m.1 as usize) = v;
            }
            for i in unbound(regs) {
                *regs.add(i) = Value::NONE;
            }
        }
    }
}

/// Registers of the locals of the frame at `regs` that have no value.
/// # Safety
/// The frame is live.
unsafe fn unbound(regs: *mut Value) -> Vec<usize> {
    // SAFETY: by the caller's promise; locals are the first registers.
    unsafe {
        let t = code_of(regs).tables();
        let is_cell = |i: usize| t.cellvars.iter().any(|c| c.1 as usize == i);
        (0..t.varnames.len())
            .filter(|&i| (*regs.add(i)).is_empty() && !is_cell(i))
            .collect()
    }
}
/// What setting `f_lineno` of the frame at `regs`, which is at a word, will do.
/// # Safety
/// The frame is live.
pub(super) unsafe fn plan(th: &mut Thread, regs: *mut Value, at: usize, line: i64) -> R<Jump> {
    // SAFETY: by the caller's promise.
    let (code, n) = unsafe { (code_of(regs), unbound(regs).len()) };
    let jump = find(code, at, line).map_err(|e| th.value_error(&e))?;
    if n > 0 {
        let s = if n == 1 { "" } else { "s" };
        let category = crate::context::ctx().types.RuntimeWarning;
        crate::warn::warn(th, category, &format!("assigning None to {n} unbound local{s}"), 1)?;
    }
    Ok(jump)
}
