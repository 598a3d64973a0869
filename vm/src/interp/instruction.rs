//! Reading an instruction's operands.

use std::sync::atomic::AtomicU64;
use vasuki_compiler::op::Op;

/// The instruction that runs. Each operand is read where it is used, so that the loop has no registers for them.
#[derive(Clone, Copy)]
pub(super) struct Instruction(*const u16);

/// Where a word's quarter lies in memory, the lowest being 0.
#[inline(always)]
const fn quarter(n: usize) -> usize {
    if cfg!(target_endian = "little") { n } else { 3 - n }
}
impl Instruction {
    /// # Safety
    /// `pc` is at an instruction of validated code, which stays alive while this is used.
    #[inline(always)]
    pub(super) unsafe fn at(pc: *const AtomicU64) -> Instruction {
        Instruction(pc.cast())
    }
    #[inline(always)]
    fn part(self, n: usize) -> u16 {
        // SAFETY: by the promise of `at`; only cache words are ever written after the code was made.
        unsafe { *self.0.add(quarter(n)) }
    }
    /// Its opcode.
    #[inline(always)]
    pub(super) fn op(self) -> Op {
        debug_assert!(Op::from_u16(self.part(0)).is_some());
        // SAFETY: code is made by the compiler or validated when it is loaded; Op is repr(u16) without gaps.
        unsafe { std::mem::transmute::<u16, Op>(self.part(0)) }
    }
    /// Its first operand.
    #[inline(always)]
    pub(super) fn a(self) -> u16 {
        self.part(1)
    }
    /// Its second operand.
    #[inline(always)]
    pub(super) fn b(self) -> u16 {
        self.part(2)
    }
    /// Its third operand.
    #[inline(always)]
    pub(super) fn c(self) -> u16 {
        self.part(3)
    }
    /// What the second and the third operand are together.
    #[inline(always)]
    pub(super) fn offset(self) -> i32 {
        (u32::from(self.b()) | u32::from(self.c()) << 16) as i32
    }
}
