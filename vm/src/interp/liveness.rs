//! Which temporaries of a frame are still needed: an explicit collection first forgets the others, so that what a program
//! no longer refers to is found.

use super::code::Tables;
use super::{HEADER, MARGIN, code_of};
use crate::thread::Thread;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use vasuki_compiler::effect::Effect;
use vasuki_compiler::op::Op;

/// Words above the running frame that may hold what dead frames left.
const ABOVE: usize = 4096;

type Set = Vec<u64>;

fn has(s: &Set, r: usize) -> bool {
    s[r / 64] >> (r % 64) & 1 != 0
}
/// Adds what is in `from` but not in `without`; true if that was new.
fn join(s: &mut Set, from: &Set, without: &[usize]) -> bool {
    let mut from = from.clone();
    without.iter().for_each(|r| from[r / 64] &= !(1 << (r % 64)));
    let mut new = false;
    for (s, f) in s.iter_mut().zip(from) {
        new |= f & !*s != 0;
        *s |= f;
    }
    new
}

struct Instruction {
    at: usize,
    effect: Effect,
    /// index of the instruction that the jump goes to
    jump: Option<usize>,
    /// index of its handler's first instruction, and the exception's register
    handler: Option<(usize, usize)>,
    live: Set,
}

fn instructions(t: &Tables) -> Vec<Instruction> {
    let mut out = Vec::new();
    let mut at = 0;
    while at < t.words.len() {
        let w = t.words[at].load(Relaxed);
        let Some(op) = Op::from_u16(w as u16) else { break };
        let x = if op.words() > 1 { t.words[at + 1].load(Relaxed) as u32 } else { 0 };
        let effect = Effect::of(op, w, x, at);
        let mut live = vec![0; t.nregs as usize / 64 + 1];
        effect.reads.iter().for_each(|r| live[r / 64] |= 1 << (r % 64));
        out.push(Instruction {
            at,
            effect,
            jump: None,
            handler: None,
            live,
        });
        at += op.words();
    }
    for i in 0..out.len() {
        let index = |to: usize| out.binary_search_by_key(&to, |x| x.at).ok();
        let at = out[i].at;
        let jump = out[i].effect.jump.and_then(index);
        let handler = t.handlers.iter().find(|h| (h.start as usize) <= at && at < h.end as usize);
        let handler = handler.and_then(|h| Some((index(h.target as usize)?, h.register as usize)));
        (out[i].jump, out[i].handler) = (jump, handler);
    }
    out
}
/// The instructions, each with the registers that are live before it.
fn with_live(t: &Tables) -> Vec<Instruction> {
    let mut code = instructions(t);
    let mut changed = true;
    while changed {
        changed = false;
        for i in (0..code.len()).rev() {
            let mut live = std::mem::take(&mut code[i].live);
            let e = &code[i].effect;
            let mut from = |to: usize, without: &[usize]| {
                // A jump to itself adds nothing.
                if to != i {
                    changed |= join(&mut live, &code[to].live, without);
                }
            };
            if e.next && i + 1 < code.len() {
                from(i + 1, &e.writes);
            }
            if let Some(to) = code[i].jump {
                from(to, &e.jump_writes);
            }
            if let Some((to, register)) = code[i].handler {
                from(to, &[register]);
            }
            code[i].live = live;
        }
    }
    code
}

/// The temporaries that are live at a word.
pub(super) fn live_temporaries(t: &Tables, at: usize) -> Vec<u16> {
    let code = with_live(t);
    let Ok(i) = code.binary_search_by_key(&at, |x| x.at) else {
        return Vec::new();
    };
    (t.first_temp..t.nregs as usize)
        .filter(|&r| has(&code[i].live, r))
        .map(|r| r as u16)
        .collect()
}

/// What a frame is doing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Doing {
    /// the instruction before the program counter is a call in progress
    Calling,
    /// it goes on with the instruction at the program counter
    GoingOn,
}

/// Clears the dead temporaries of the frame at `regs`, which goes on at `pc`, below `limit`.
/// # Safety
/// The frame is live; `limit` is where the next frame's words begin, or what native code has pushed.
unsafe fn clear_frame(regs: *mut Value, pc: *const AtomicU64, limit: *mut Value, doing: Doing) {
    // SAFETY: by the caller's promise.
    unsafe {
        let t = code_of(regs).tables();
        let at = (pc as usize - t.words.as_ptr() as usize) / 8;
        let code = with_live(t);
        let i = match doing {
            Doing::Calling => code.partition_point(|x| x.at < at).checked_sub(1),
            Doing::GoingOn => code.binary_search_by_key(&at, |x| x.at).ok(),
        };
        let Some(i) = i.map(|i| &code[i]) else { return };
        let mut end = t.nregs as usize + MARGIN;
        // The callable and the arguments of a call in progress; one more where a method's object was put before them.
        let mut window = 0..0;
        if let Some(w) = i.effect.window.filter(|_| doing == Doing::Calling) {
            let base = w + HEADER;
            window = base - 1..i.effect.reads.last().map_or(base, |r| r + 2);
            if t.words[i.at].load(Relaxed) as u16 == Op::CallEx as u16 {
                end = base - 1;
            }
        }
        end = end.min((limit as usize).saturating_sub(regs as usize) / 8);
        for r in t.first_temp..end {
            let live = r < t.nregs as usize && has(&i.live, r);
            if !live && !window.contains(&r) {
                *regs.add(r) = Value::EMPTY;
            }
        }
    }
}

impl Thread {
    /// Forgets what dead temporaries of the frames, and words above them, still refer to. For native functions that the
    /// interpreter has called: `interp.pc` is up to date.
    pub fn clear_dead_registers(&mut self) {
        self.clear_registers(Doing::Calling);
    }
    /// The same at a poll, where `interp.pc` is where the running frame goes on.
    pub(crate) fn clear_dead_registers_at_poll(&mut self) {
        self.clear_registers(Doing::GoingOn);
    }
    fn clear_registers(&mut self, running: Doing) {
        let mut doing = running;
        let s = &self.interp;
        let n = (s.limit as usize - s.top as usize) / 8;
        for i in 0..n.min(ABOVE) {
            // SAFETY: words between `top` and `limit` are mapped and free.
            unsafe { *s.top.add(i) = Value::EMPTY };
        }
        let (mut regs, mut pc, mut limit) = (s.regs, s.pc, s.top);
        while !regs.is_null() {
            // SAFETY: the frames of this thread are live; their callers' program counters are in their headers.
            unsafe {
                clear_frame(regs, pc, limit, doing);
                doing = Doing::Calling;
                limit = regs.sub(HEADER);
                pc = (*regs.sub(6)).0 as *const AtomicU64;
                regs = (*regs.sub(5)).0 as *mut Value;
            }
        }
    }
}
