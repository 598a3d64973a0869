//! What an instruction reads and writes, and where control goes: for analyses of finished code.

use crate::op::{FRAME_HEADER, Op};

/// Registers and successors of one instruction.
#[derive(Debug, Default)]
pub struct Effect {
    /// registers that it reads
    pub reads: Vec<usize>,
    /// a call: the first register of its window, which is all dead afterwards
    pub window: Option<usize>,
    /// written if control goes on to the next instruction
    pub writes: Vec<usize>,
    /// written if the jump is taken
    pub jump_writes: Vec<usize>,
    /// does control go on to the next instruction?
    pub next: bool,
    /// target of the jump
    pub jump: Option<usize>,
}

impl Effect {
    /// The effect of the instruction `w` at word `at`; `x` is the low half of its second word.
    pub fn of(op: Op, w: u64, x: u32, at: usize) -> Effect {
        let (a, b, d) = ((w >> 16) as u16 as usize, (w >> 32) as u16 as usize, (w >> 48) as u16 as usize);
        let operands = [a, b, d];
        let after = at + op.words();
        let mut e = Effect {
            next: true,
            ..Effect::default()
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
            Op::DeleteLocal | Op::MakeCell => e.reads = vec![a],
            Op::CopyFree => e.writes = (a..a + b).collect(),
            Op::LoadDictDeref => e.reads = vec![a, b],
            Op::LoadClassGlobal => e.reads = vec![d],
            Op::LoadMethod | Op::LoadSpecial => e.writes = vec![a - 1, a],
            Op::LoadSuperAttr => e.reads = (b..b + 3).collect(),
            Op::LoadSuperMethod => {
                e.reads = (b..b + 3).collect();
                e.writes = vec![a - 1, a];
            }
            Op::LoadSlice => e.reads.push(d + 1),
            Op::StoreSlice => e.reads.push(b + 1),
            Op::BuildSlice | Op::BuildInterpolation => e.reads = (b..b + 3).collect(),
            Op::Call | Op::CallMethod | Op::CallKw | Op::CallMethodKw => {
                e.reads = (b - 1..b + d).collect();
                e.window = Some(b - FRAME_HEADER as usize);
            }
            Op::Yield => e.window = Some(d),
            Op::CallEx => {
                e.reads = (b - 1..b + 2).collect();
                e.window = Some(b - FRAME_HEADER as usize);
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
            Op::JumpIfTrue | Op::JumpIfFalse | Op::JumpIfNone | Op::JumpIfNotNone | Op::JumpIfEmpty => e.jump = to(off),
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
}
