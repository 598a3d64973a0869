//! What can come next: the characters that any match from some operation on begins with.

use super::program::{First, Greed, Guard, Item, Op, Program};
use super::set::{Bits, High};

/// As far as anyone looks ahead.
pub const MOST: usize = 8;
/// Operations looked at for one question: larger parts of patterns are not understood.
const FUEL: u32 = 200;
const DEEPEST: u32 = 16;
/// A guard that lets so many of the first 256 characters pass is of no use.
const USELESS: u32 = 224;

/// For each of the next characters, which ones it can be. A match has at least so many.
#[derive(Clone, Copy)]
pub struct Ahead {
    /// how many are known
    pub len: usize,
    /// by distance
    pub sets: [First; MOST],
}
impl Ahead {
    const NOTHING: Ahead = Ahead {
        len: 0,
        sets: [First::NONE; MOST],
    };
    fn push(&mut self, f: First) {
        if self.len < MOST {
            self.sets[self.len] = f;
            self.len += 1;
        }
    }
    fn append(&mut self, other: &Ahead) {
        other.sets[..other.len].iter().for_each(|f| self.push(*f));
    }
    /// This, or the other.
    fn or(mut self, other: &Ahead) -> Ahead {
        self.len = self.len.min(other.len);
        for i in 0..self.len {
            self.sets[i].join(&other.sets[i]);
        }
        self
    }
}
fn of_char(c: u32) -> First {
    let mut f = First::NONE;
    match u8::try_from(c) {
        Ok(c) => f.bits.add(c),
        Err(_) => f.high = true,
    }
    f
}
fn of_item(p: &Program, item: Item) -> First {
    let all = First {
        bits: Bits([!0; 4]),
        high: true,
    };
    let but = |c: u32| {
        let mut f = all;
        if c < 256 {
            f.bits.0[c as usize >> 6] &= !(1 << (c & 63));
        }
        f
    };
    match item {
        Item::NotNewline => but(10),
        Item::Any | Item::Test(_) => all,
        Item::Char(c) => of_char(c),
        Item::Not(c) => but(c),
        Item::Set(s) => First {
            bits: p.sets[s as usize].bits,
            high: !matches!(p.sets[s as usize].high, High::None),
        },
    }
}
/// The next `n` characters of a match that goes on at `pc`. Inside of an assertion or atomic group, up to its end.
pub fn ahead(p: &Program, pc: usize, n: usize) -> Ahead {
    let mut fuel = FUEL;
    look(p, pc, n.min(MOST), &mut fuel, 0)
}
fn look(p: &Program, mut pc: usize, n: usize, fuel: &mut u32, depth: u32) -> Ahead {
    let mut out = Ahead::NOTHING;
    while out.len < n && *fuel > 0 && depth < DEEPEST {
        *fuel -= 1;
        let left = n - out.len;
        match p.ops[pc] {
            Op::Success | Op::EndInner | Op::Fail | Op::GroupRef { .. } => break,
            Op::Char(c) => out.push(of_char(c)),
            Op::One(item) => out.push(of_item(p, item)),
            Op::Literal { at, len } => {
                let chars = &p.literals[at as usize..(at + len) as usize];
                chars.iter().for_each(|c| out.push(of_char(*c)));
            }
            Op::At(_) | Op::Mark(_) => {}
            Op::Assert { after, .. } => {
                pc = after as usize;
                continue;
            }
            Op::Jump(to) => {
                pc = to as usize;
                continue;
            }
            Op::IfGroup { no, .. } => {
                let yes = look(p, pc + 1, left, fuel, depth + 1);
                out.append(&yes.or(&look(p, no as usize, left, fuel, depth + 1)));
                break;
            }
            Op::Branch { first, end } => {
                let ways = p.alternatives[first as usize..end as usize]
                    .iter()
                    .map(|a| look(p, a.pc as usize, left, fuel, depth + 1))
                    .reduce(|a, b| a.or(&b));
                out.append(&ways.unwrap_or(Ahead::NOTHING));
                break;
            }
            Op::Atomic { .. } => {
                out.append(&look(p, pc + 1, left, fuel, depth + 1));
                break;
            }
            Op::Run(r) => {
                let r = &p.runs[r as usize];
                let item = of_item(p, r.item);
                (0..r.min.min(left)).for_each(|_| out.push(item));
                if r.min != r.max {
                    // The run takes none, or some of what follows comes later.
                    let tail = look(p, pc + 1, n - out.len, fuel, depth + 1);
                    let mut any = item;
                    for f in &tail.sets[..tail.len] {
                        any.join(f);
                        out.push(any);
                    }
                    break;
                }
            }
            Op::LoopStart(l) | Op::Possessive(l) if p.loops[l as usize].min > 0 => {
                out.append(&look(p, p.loops[l as usize].body as usize, left, fuel, depth + 1));
                break;
            }
            Op::LoopStart(l) | Op::Possessive(l) | Op::LoopEnd(l) => {
                let l = &p.loops[l as usize];
                let body = look(p, l.body as usize, left, fuel, depth + 1);
                out.append(&body.or(&look(p, l.exit as usize, left, fuel, depth + 1)));
                break;
            }
        }
        pc += 1;
    }
    out
}
/// What a match from `pc` on must begin with.
fn first(p: &Program, pc: usize) -> Option<First> {
    let a = ahead(p, pc, 1);
    (a.len > 0).then_some(a.sets[0])
}
fn guard_of(p: &mut Program, f: Option<First>) -> Guard {
    match f {
        None => Guard::None,
        Some(f) if f.bits.count() >= USELESS => Guard::None,
        Some(f) if f.bits.count() == 1 && !f.high => f.bits.iter().next().map_or(Guard::None, |c| Guard::Char(c as u32)),
        Some(f) => {
            p.guards.push(f);
            Guard::Set(p.guards.len() as u32 - 1)
        }
    }
}
/// Finds the guards of a program whose operations are complete.
pub fn guard(p: &mut Program) {
    for i in 0..p.alternatives.len() {
        let f = first(p, p.alternatives[i].pc as usize);
        p.alternatives[i].guard = guard_of(p, f);
    }
    for i in 0..p.loops.len() {
        let l = p.loops[i];
        let (body, exit) = (first(p, l.body as usize), first(p, l.exit as usize));
        p.loops[i].body_guard = guard_of(p, body);
        p.loops[i].exit_guard = guard_of(p, exit);
    }
    for pc in 0..p.ops.len() {
        let Op::Run(r) = p.ops[pc] else { continue };
        let r = r as usize;
        if p.runs[r].greed == Greed::Possessive {
            continue;
        }
        let f = first(p, pc + 1);
        if f.is_some_and(|f| !f.meets(&of_item(p, p.runs[r].item))) {
            // What follows cannot begin with a character of the run: giving some back helps nobody.
            p.runs[r].greed = Greed::Possessive;
        } else {
            p.runs[r].guard = guard_of(p, f);
        }
    }
}
