//! A check of generated code, and of code that a program has changed: on every way through a code object a register is written before it is
//! read, a local that may be unbound is tested first, and nothing in the window of a call is read after the call.

use crate::code::{Code, Const, flags};
use crate::effect::Effect;
use crate::op::Op;

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

/// What the instruction at `at` does, as this check sees it: tests for EMPTY settle that a local is bound.
fn effect(c: &Code, at: usize, op: Op) -> Effect {
    let x = if op.words() > 1 { c.code[at + 1] as u32 } else { 0 };
    let mut e = Effect::of(op, c.code[at], x, at);
    match op {
        Op::CheckBound | Op::JumpIfEmpty => e.writes = std::mem::take(&mut e.reads),
        Op::DeleteLocal | Op::MakeCell => e.reads.clear(),
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
pub fn check(c: &Code) -> Result<(), String> {
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
        if let Some(k) = e.window {
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
