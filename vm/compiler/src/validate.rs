//! Is a code object sound? What passes here can be run by an interpreter that checks nothing itself: opcodes exist,
//! registers, constants and names are in range, control stays inside and on instruction starts.

use crate::code::{Code, Const, flags};
use crate::op::{FRAME_HEADER, Op};

type V = Result<(), &'static str>;

fn ensure(ok: bool, what: &'static str) -> V {
    if ok { Ok(()) } else { Err(what) }
}

/// Checks a code object and those nested in it; says what is wrong.
pub fn validate(c: &Code) -> V {
    let nregs = u32::from(c.nregs);
    let params = u32::from(c.argcount)
        + u32::from(c.kwonlyargcount)
        + u32::from(c.flags & flags::VARARGS != 0)
        + u32::from(c.flags & flags::VARKEYWORDS != 0);
    ensure(c.posonlyargcount <= c.argcount, "positional-only parameters")?;
    ensure(params as usize <= c.varnames.len(), "parameters")?;
    ensure(c.varnames.len() as u64 <= u64::from(nregs), "locals")?;
    ensure(c.cellvars.iter().all(|&(_, r)| u32::from(r) < nregs), "cell register")?;
    ensure(
        c.freevars.is_empty() || u64::from(c.free_base) + c.freevars.len() as u64 <= u64::from(nregs),
        "free register",
    )?;
    ensure(c.code.len() < i32::MAX as usize, "code size")?;
    let starts = instruction_starts(c)?;
    let is_start = |at: u32| starts.get(at as usize).copied().unwrap_or(false);
    let mut at = 0;
    let mut falls_through = true;
    while at < c.code.len() {
        let Some(op) = Op::from_u16(c.code[at] as u16) else {
            return Err("opcode");
        };
        Instruction {
            c,
            at,
            op,
            starts: &starts,
        }
        .check()?;
        falls_through = !matches!(op, Op::Return | Op::ReturnConst | Op::Jump | Op::JumpBack | Op::Raise | Op::Reraise);
        at += op.words();
    }
    ensure(!falls_through, "end of code")?;
    for h in &c.handlers {
        let end_ok = is_start(h.end) || h.end as usize == c.code.len();
        ensure(h.start <= h.end && is_start(h.start) && end_ok, "handler range")?;
        ensure(is_start(h.target) && u32::from(h.register) < nregs, "handler")?;
    }
    ensure(c.positions.iter().all(|p| is_start(p.0)), "position")?;
    ensure(c.positions.windows(2).all(|w| w[0].0 <= w[1].0), "order of positions")?;
    c.consts.iter().try_for_each(constant)
}

fn constant(k: &Const) -> V {
    match k {
        Const::Code(c) => validate(c),
        Const::Tuple(t) | Const::FrozenSet(t) => t.iter().try_for_each(constant),
        Const::Slice(s) => constant(&s.0).and_then(|()| constant(&s.1)).and_then(|()| constant(&s.2)),
        _ => Ok(()),
    }
}

fn instruction_starts(c: &Code) -> Result<Vec<bool>, &'static str> {
    let mut starts = vec![false; c.code.len()];
    let mut at = 0;
    while at < c.code.len() {
        starts[at] = true;
        let Some(op) = Op::from_u16(c.code[at] as u16) else {
            return Err("opcode");
        };
        at += op.words();
    }
    ensure(at == c.code.len(), "truncated instruction")?;
    Ok(starts)
}

struct Instruction<'a> {
    c: &'a Code,
    at: usize,
    op: Op,
    starts: &'a [bool],
}

impl Instruction<'_> {
    fn operand(&self, i: usize) -> u16 {
        (self.c.code[self.at] >> (16 * (i + 1))) as u16
    }
    fn extra(&self) -> (u32, u32) {
        let w = self.c.code[self.at + 1];
        (w as u32, (w >> 32) as u32)
    }
    fn register(&self, r: u16) -> V {
        ensure(r < self.c.nregs, "register")
    }
    fn range(&self, first: u16, n: u32) -> V {
        ensure(u32::from(first) + n <= u32::from(self.c.nregs), "register range")
    }
    fn jump(&self, off: i32) -> V {
        let to = self.at as i64 + self.op.words() as i64 + i64::from(off);
        let ok = usize::try_from(to).ok().and_then(|t| self.starts.get(t)).copied().unwrap_or(false);
        ensure(ok, "jump target")
    }
    fn name_tuple(&self, k: u32, max: u32) -> V {
        match self.c.consts.get(k as usize) {
            Some(Const::Tuple(t)) => ensure(
                t.len() as u64 <= u64::from(max) && t.iter().all(|k| matches!(k, Const::Str(_))),
                "keyword names",
            ),
            _ => Err("keyword names"),
        }
    }
    fn check(&self) -> V {
        let (a, b, c) = (self.operand(0), self.operand(1), self.operand(2));
        let off = (u32::from(b) | u32::from(c) << 16) as i32;
        // Ranges that may be empty: their first register may be one above the last.
        let ranged = matches!(
            self.op,
            Op::Call
                | Op::CallMethod
                | Op::CallKw
                | Op::CallMethodKw
                | Op::BuildTuple
                | Op::BuildList
                | Op::BuildSet
                | Op::BuildMap
                | Op::BuildString
        );
        for (i, f) in self.op.format().bytes().enumerate() {
            let v = self.operand(i);
            match f {
                b'r' if ranged && i == 1 => {}
                b'd' if i == 0 && matches!(self.op, Op::UnpackSequence | Op::CopyFree) => {}
                b'd' | b'r' => self.register(v)?,
                b'k' => ensure((v as usize) < self.c.consts.len(), "constant")?,
                b'n' => ensure((v as usize) < self.c.names.len(), "name")?,
                b'j' => self.jump(i32::from(v as i16))?,
                b'J' => self.jump(off)?,
                _ => {}
            }
        }
        self.check_more(a, b, c)
    }
    fn check_more(&self, a: u16, b: u16, c: u16) -> V {
        let small = |v: u16, max: u16| ensure(v <= max, "operand");
        match self.op {
            Op::CopyFree => {
                ensure(b as usize == self.c.freevars.len(), "free variables")?;
                self.range(a, b.into())
            }
            Op::Jump => ensure(c & 0x8000 == 0, "jump direction"),
            Op::JumpBack => ensure(c & 0x8000 != 0, "jump direction"),
            Op::LoadCommon => small(b, 6),
            Op::LoadClassGlobal => self.register(c),
            Op::LoadName | Op::LoadGlobal | Op::StoreGlobal | Op::LoadAttr | Op::StoreAttr => self.cache(),
            Op::LoadMethod => {
                ensure(a > 0, "register")?;
                self.cache()
            }
            Op::LoadSuperAttr | Op::LoadSuperMethod => {
                ensure(a > 0 || self.op == Op::LoadSuperAttr, "register")?;
                ensure(self.extra().0 < 2, "operand")?;
                self.range(b, 3)
            }
            Op::LoadSpecial => {
                ensure(a > 0, "register")?;
                small(c, 3)
            }
            Op::LoadSlice => self.range(c, 2),
            Op::StoreSlice => self.range(b, 2),
            Op::BuildSlice => self.range(b, 3),
            Op::JumpIfLt | Op::JumpIfLe | Op::JumpIfEq | Op::JumpIfNe | Op::JumpIfGt | Op::JumpIfGe | Op::JumpIfIs | Op::JumpIfIn => {
                small(c, 1)?;
                self.jump(self.extra().0 as i32)
            }
            Op::ForIterFar | Op::Send => self.jump(self.extra().0 as i32),
            Op::Yield => ensure(c <= self.c.nregs, "register range"),
            Op::GetAwaitable => small(c, 2),
            Op::Call | Op::CallMethod | Op::CallKw | Op::CallMethodKw => {
                ensure(b >= FRAME_HEADER, "call base")?;
                self.range(b, c.into())?;
                let method = matches!(self.op, Op::CallMethod | Op::CallMethodKw);
                ensure(!method || c > 0, "call of a method")?;
                if self.op.words() == 2 {
                    self.name_tuple(self.extra().0, u32::from(c) - u32::from(method))?;
                }
                Ok(())
            }
            Op::CallEx => {
                ensure(b >= FRAME_HEADER, "call base")?;
                self.range(b, 2)
            }
            Op::Throw => {
                let next = self.c.code.get(self.at + 1).map(|&w| w as u16);
                ensure(
                    (next == Some(Op::Jump as u16) || next == Some(Op::JumpBack as u16)) && self.starts.len() > self.at + 2,
                    "throw",
                )
            }
            Op::BuildTuple | Op::BuildList | Op::BuildSet | Op::BuildString => self.range(b, c.into()),
            Op::BuildMap => self.range(b, u32::from(c) * 2),
            Op::ConvertValue => {
                ensure(c > 0, "operand")?;
                small(c, 3)
            }
            Op::BuildInterpolation => {
                small(c, 3)?;
                self.range(b, 3)
            }
            Op::UnpackSequence => self.range(a, c.into()),
            Op::UnpackEx => {
                let after = self.extra().0;
                ensure(after <= u32::from(u16::MAX), "operand")?;
                self.range(a, u32::from(c) + 1 + after)
            }
            Op::MakeFunction => ensure(matches!(self.c.consts[b as usize], Const::Code(_)), "code constant"),
            Op::SetFuncAttr => small(c, 4),
            Op::CheckEgMatch => self.range(a, 2),
            Op::Raise => small(c, 2),
            Op::ExcTriple => self.range(a, 3),
            Op::MatchClass => {
                let (positional, names) = self.extra();
                ensure(positional <= u32::from(u16::MAX), "operand")?;
                self.name_tuple(names, u32::MAX)
            }
            Op::Intrinsic1 => {
                ensure(c > 0, "operand")?;
                small(c, 7)
            }
            Op::Intrinsic2 => {
                ensure(c > 0, "operand")?;
                small(c, 4)?;
                self.range(b, 2)
            }
            _ => Ok(()),
        }
    }
    fn cache(&self) -> V {
        ensure(
            self.c.code[self.at + 1..self.at + self.op.words()].iter().all(|&w| w == 0),
            "inline cache",
        )
    }
}
