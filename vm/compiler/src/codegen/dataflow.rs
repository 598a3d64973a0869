//! A check of the code generator, for its tests: on every way through a code object a register is written before it is
//! read, a local that may be unbound is tested first, and nothing in the window of a call is read after the call.

use crate::code::{Code, Const, flags};
use crate::op::{FRAME_HEADER, Op};

type Set = Vec<u64>;

fn add(s: &mut Set, r: usize) {
    s[r / 64] |= 1 << (r % 64);
}
fn remove(s: &mut Set, r: usize) {
    s[r / 64] &= !(1 << (r % 64));
}
fn has(s: &Set, r: usize) -> bool {
    s[r / 64] >> (r % 64) & 1 != 0
}

struct Effect {
    reads: Vec<usize>,
    /// from here on all is dead
    kills: Option<usize>,
    /// written if control goes on to the next instruction
    writes: Vec<usize>,
    /// written if the jump is taken
    jump_writes: Vec<usize>,
    next: bool,
    jump: Option<usize>,
}

fn effect(c: &Code, at: usize, op: Op) -> Effect {
    let w = c.code[at];
    let (a, b, d) = ((w >> 16) as u16 as usize, (w >> 32) as u16 as usize, (w >> 48) as u16 as usize);
    let x = if op.words() > 1 { c.code[at + 1] as u32 } else { 0 };
    let operands = [a, b, d];
    let after = at + op.words();
    let mut e = Effect {
        reads: vec![],
        kills: None,
        writes: vec![],
        jump_writes: vec![],
        next: true,
        jump: None,
    };
    for (i, f) in op.format().bytes().enumerate() {
        match f {
            b'd' => e.writes.push(operands[i]),
            b'r' => e.reads.push(operands[i]),
            _ => {}
        }
    }
    let off = (b as u32 | (d as u32) << 16) as i32;
    let to = |off: i32| Some((after as i64 + i64::from(off)) as usize);
    match op {
        Op::CheckBound => {
            e.reads.clear();
            e.writes = vec![a];
        }
        Op::DeleteLocal => e.reads.clear(),
        Op::CopyFree => e.writes = (a..a + b).collect(),
        Op::LoadClassGlobal => e.reads = vec![d],
        Op::LoadMethod | Op::LoadSpecial => e.writes = vec![a - 1, a],
        Op::LoadSuperAttr => e.reads = (b..b + 3).collect(),
        Op::LoadSuperMethod => {
            e.reads = (b..b + 3).collect();
            e.writes = vec![a - 1, a];
        }
        Op::BuildSlice | Op::BuildInterpolation => e.reads = (b..b + 3).collect(),
        Op::Call | Op::CallMethod | Op::CallKw | Op::CallMethodKw => {
            e.reads = (b - 1..b + d).collect();
            e.kills = Some(b - FRAME_HEADER as usize);
        }
        Op::CallEx => {
            e.reads = (b - 1..b + 2).collect();
            e.kills = Some(b - FRAME_HEADER as usize);
        }
        Op::BuildTuple | Op::BuildList | Op::BuildSet | Op::BuildString => e.reads = (b..b + d).collect(),
        Op::BuildMap => e.reads = (b..b + 2 * d).collect(),
        Op::UnpackSequence => e.writes = (a..a + d).collect(),
        Op::UnpackEx => e.writes = (a..a + d + 1 + x as usize).collect(),
        Op::Intrinsic2 => e.reads = vec![b, b + 1],
        Op::ExcTriple => e.writes = (a..a + 3).collect(),
        Op::CheckEgMatch => e.writes = (a..a + 2).collect(),
        Op::Raise => {
            e.reads.truncate(d);
            e.next = false;
        }
        Op::Return | Op::ReturnConst | Op::Reraise => e.next = false,
        Op::Jump | Op::JumpBack => {
            e.next = false;
            e.jump = to(off);
        }
        Op::JumpIfTrue | Op::JumpIfFalse | Op::JumpIfNone | Op::JumpIfNotNone => e.jump = to(off),
        Op::JumpIfEmpty => {
            e.reads.clear();
            e.writes = vec![a];
            e.jump = to(off);
        }
        Op::JumpIfLt | Op::JumpIfLe | Op::JumpIfEq | Op::JumpIfNe | Op::JumpIfGt | Op::JumpIfGe | Op::JumpIfIs | Op::JumpIfIn => {
            e.jump = to(x as i32);
        }
        Op::ForIter => e.jump = to(i32::from(d as u16 as i16)),
        Op::ForIterFar => e.jump = to(x as i32),
        Op::Send => {
            e.jump = to(x as i32);
            e.jump_writes = vec![a];
        }
        Op::Throw => {
            e.jump = Some(after + 1);
            e.jump_writes = vec![a];
        }
        _ => {}
    }
    e
}

fn flow(states: &mut [Option<Set>], work: &mut Vec<usize>, to: usize, s: &Set) {
    match &mut states[to] {
        None => {
            states[to] = Some(s.clone());
            work.push(to);
        }
        Some(old) => {
            let mut changed = false;
            for (o, n) in old.iter_mut().zip(s) {
                changed |= *o & n != *o;
                *o &= n;
            }
            if changed {
                work.push(to);
            }
        }
    }
}

/// Checks a code object and those nested in it.
pub(super) fn check(c: &Code) -> Result<(), String> {
    let mut start: Set = vec![0; c.nregs as usize / 64 + 1];
    let params = c.argcount + c.kwonlyargcount + u16::from(c.flags & flags::VARARGS != 0) + u16::from(c.flags & flags::VARKEYWORDS != 0);
    (0..params as usize).for_each(|r| add(&mut start, r));
    let mut states: Vec<Option<Set>> = vec![None; c.code.len()];
    let mut work = Vec::new();
    flow(&mut states, &mut work, 0, &start);
    while let Some(at) = work.pop() {
        let (Some(op), Some(before)) = (Op::from_u16(c.code[at] as u16), states[at].clone()) else {
            continue;
        };
        let e = effect(c, at, op);
        let mut s = before.clone();
        if let Some(k) = e.kills {
            (k..c.nregs as usize).for_each(|r| remove(&mut s, r));
        }
        if let Some(h) = c.handlers.iter().find(|h| (h.start..h.end).contains(&(at as u32))) {
            let mut s = s.clone();
            add(&mut s, h.register as usize);
            flow(&mut states, &mut work, h.target as usize, &s);
        }
        if let Some(to) = e.jump {
            let mut s = s.clone();
            e.jump_writes.iter().for_each(|&r| add(&mut s, r));
            flow(&mut states, &mut work, to, &s);
        }
        e.writes.iter().for_each(|&r| add(&mut s, r));
        if op == Op::DeleteLocal {
            remove(&mut s, (c.code[at] >> 16) as u16 as usize);
        }
        if e.next {
            flow(&mut states, &mut work, at + op.words(), &s);
        }
    }
    let mut at = 0;
    while at < c.code.len() {
        let Some(op) = Op::from_u16(c.code[at] as u16) else { break };
        if let Some(s) = &states[at]
            && let Some(r) = effect(c, at, op).reads.into_iter().find(|&r| !has(s, r))
        {
            let line = c.positions.iter().rev().find(|p| p.0 as usize <= at).map_or(0, |p| p.1.line);
            return Err(format!(
                "{}:{line}: {} at {at} ({}) reads register {r}",
                c.filename,
                c.qualname,
                op.name()
            ));
        }
        at += op.words();
    }
    c.consts
        .iter()
        .try_for_each(|k| if let Const::Code(k) = k { check(k) } else { Ok(()) })
}
