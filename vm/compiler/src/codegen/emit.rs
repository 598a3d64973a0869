//! Instructions, labels, the exception table and positions of one code object.
//!
//! Unreachable code is not emitted. A label remembers which locals are bound on every way to it; what is bound only
//! grows along a path (names that are deleted anywhere never count), so a loop head has the state of its entry and a
//! handler that of the start of its region.

use super::{Gen, Reg};
use crate::code::{Const, Handler, Position};
use crate::op::{Op, pack};
use ruff_text_size::{TextRange, TextSize};

/// Where instructions are that the compiler has put in.
fn nowhere() -> TextRange {
    TextRange::empty(TextSize::new(u32::MAX))
}

/// A place in the code, perhaps not yet known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Label(usize);

#[derive(Default)]
pub(super) struct LabelData {
    at: Option<u32>,
    bound: Option<Vec<u64>>,
}

impl LabelData {
    /// Where it is.
    pub(super) fn at(&self) -> Option<u32> {
        self.at
    }
}

#[derive(Clone, Copy)]
pub(super) enum Patch {
    /// operands b and c
    Off(u32),
    /// low half of the word
    Word(u32),
    /// operand c
    Off16(u32),
}

impl Patch {
    /// Where the jump's instruction begins, or its second word.
    pub(super) fn word(self) -> u32 {
        match self {
            Patch::Off(at) | Patch::Word(at) | Patch::Off16(at) => at,
        }
    }
}
impl super::Unit<'_> {
    /// Where a label is.
    pub(super) fn label_at(&self, l: Label) -> Option<u32> {
        self.labels[l.0].at
    }
    /// A label at a known place.
    pub(super) fn new_label(&mut self, at: u32) -> Label {
        self.labels.push(LabelData { at: Some(at), bound: None });
        Label(self.labels.len() - 1)
    }
}

/// An open region of the exception table.
#[derive(Clone, Copy)]
pub struct Region {
    pub start: u32,
    pub target: Label,
    pub register: Reg,
}

impl Gen<'_> {
    pub(super) fn label(&mut self) -> Label {
        self.u.labels.push(LabelData::default());
        Label(self.u.labels.len() - 1)
    }
    fn record(&mut self, l: Label) {
        let now = &self.u.bound;
        match &mut self.u.labels[l.0].bound {
            Some(b) => b.iter_mut().zip(now).for_each(|(b, n)| *b &= n),
            none => *none = Some(now.clone()),
        }
    }
    /// The label is here.
    pub(super) fn place(&mut self, l: Label) {
        if self.u.reachable {
            self.record(l);
        }
        if self.u.reachable && self.u.positions.last().is_some_and(|p| p.0 == self.here()) {
            // A statement without instructions is on one of the ways to the label only.
            self.u.code.push(pack(Op::Nop, 0, 0, 0));
        }
        if self.u.range == nowhere() {
            // More than one way may lead here.
            self.u.last_range = None;
        }
        let at = self.here();
        let d = &mut self.u.labels[l.0];
        d.at = Some(at);
        if let Some(b) = &d.bound {
            self.u.bound = b.clone();
            self.u.reachable = true;
        }
    }
    pub(super) fn here(&self) -> u32 {
        self.u.code.len() as u32
    }
    pub(super) fn pos(&mut self, r: TextRange) {
        self.u.range = r;
    }
    /// What follows is nowhere in the source.
    pub(super) fn no_pos(&mut self) {
        self.u.range = nowhere();
    }
    /// A statement that has no instructions is here.
    pub(super) fn mark(&mut self) {
        if !self.u.reachable {
            return;
        }
        let here = self.here();
        let line = |g: &Self, at| g.line_col(at).0;
        match (self.u.positions.last(), self.u.last_range) {
            // One statement only can share the place of the next instruction.
            (Some(p), Some(r)) if p.0 == here && line(self, r.start().to_u32()) != line(self, self.u.range.start().to_u32()) => {
                self.u.code.push(pack(Op::Nop, 0, 0, 0));
            }
            _ => {}
        }
        self.note();
    }
    fn note(&mut self) {
        let at = self.here();
        let r = self.u.range;
        if self.u.last_range == Some(r) {
            return;
        }
        self.u.last_range = Some(r);
        let p = self.position(r);
        self.u.positions.push((at, p));
    }
    pub(super) fn position(&self, r: TextRange) -> Position {
        if r == nowhere() {
            return Position::NONE;
        }
        let (line, col) = self.line_col(r.start().to_u32());
        let (end_line, end_col) = self.line_col(r.end().to_u32());
        Position {
            line,
            end_line,
            col,
            end_col,
        }
    }
    pub(super) fn line_col(&self, at: u32) -> (u32, u32) {
        let i = self.lines.partition_point(|&s| s <= at);
        (i as u32, at - self.lines[i - 1])
    }
    pub(super) fn emit(&mut self, op: Op, a: u16, b: u16, c: u16) {
        self.emit_x(op, a, b, c, 0, 0);
    }
    pub(super) fn emit_x(&mut self, op: Op, a: u16, b: u16, c: u16, x: u32, y: u32) {
        if !self.u.reachable {
            return;
        }
        self.note();
        self.u.code.push(pack(op, a, b, c));
        if op.words() == 2 {
            self.u.code.push(u64::from(x) | u64::from(y) << 32);
        }
        if matches!(op, Op::Return | Op::ReturnConst | Op::Raise | Op::Reraise) {
            self.u.reachable = false;
        }
    }
    /// A jump of one word; backward if the label has been placed already.
    pub(super) fn jump(&mut self, op: Op, a: u16, l: Label) {
        if !self.u.reachable {
            return;
        }
        let op = if op == Op::Jump && self.u.labels[l.0].at.is_some() {
            Op::JumpBack
        } else {
            op
        };
        self.record(l);
        self.u.patches.push((Patch::Off(self.here()), l));
        self.emit(op, a, 0, 0);
        if matches!(op, Op::Jump | Op::JumpBack) {
            self.u.reachable = false;
        }
    }
    /// A jump with an operand word.
    pub(super) fn jump2(&mut self, op: Op, a: u16, b: u16, c: u16, l: Label) {
        if !self.u.reachable {
            return;
        }
        self.record(l);
        self.u.patches.push((Patch::Word(self.here() + 1), l));
        self.emit(op, a, b, c);
    }
    pub(super) fn for_iter(&mut self, d: Reg, it: Reg, end: Label) {
        if self.far {
            self.jump2(Op::ForIterFar, d, it, 0, end);
        } else if self.u.reachable {
            self.record(end);
            self.u.patches.push((Patch::Off16(self.here()), end));
            self.emit(Op::ForIter, d, it, 0);
        }
    }
    pub(super) fn region(&mut self, target: Label, register: Reg) -> Region {
        if self.u.reachable {
            self.record(target);
        }
        Region {
            start: self.here(),
            target,
            register,
        }
    }
    pub(super) fn end_region(&mut self, r: Region) {
        let end = self.here();
        if r.start < end {
            self.u.regions.push((r, end));
        }
    }
    /// Fills in jumps and the exception table; false if a short jump is too short.
    pub(super) fn patch(&mut self) -> bool {
        let mut ok = true;
        let u = &mut self.u;
        for &(p, l) in &u.patches {
            let target = i64::from(u.labels[l.0].at.unwrap_or(0));
            match p {
                Patch::Off(at) => {
                    let off = (target - i64::from(at) - 1) as i32 as u32;
                    u.code[at as usize] |= u64::from(off) << 32;
                }
                Patch::Word(at) => {
                    let off = (target - i64::from(at) - 1) as i32 as u32;
                    u.code[at as usize] |= u64::from(off);
                }
                Patch::Off16(at) => {
                    let off = target - i64::from(at) - 1;
                    ok &= off <= i64::from(i16::MAX);
                    u.code[at as usize] |= (off as u16 as u64) << 48;
                }
            }
        }
        u.handlers = u
            .regions
            .iter()
            .filter_map(|(r, end)| {
                Some(Handler {
                    start: r.start,
                    end: *end,
                    target: u.labels[r.target.0].at?,
                    register: r.register,
                })
            })
            .collect();
        ok
    }
    /// Number of a constant.
    pub(super) fn constant(&mut self, c: Const) -> u16 {
        let n = if matches!(c, Const::Code(_)) {
            self.u.consts.push(c);
            self.u.consts.len() - 1
        } else {
            let key = format!("{c:?}");
            match self.u.const_index.get(&key) {
                Some(&n) => n,
                None => {
                    let n = self.u.consts.len();
                    self.u.consts.push(c);
                    self.u.const_index.insert(key, n);
                    n
                }
            }
        };
        self.narrow(n)
    }
    /// Number of a name.
    pub(super) fn name(&mut self, name: &str) -> u16 {
        let n = match self.u.name_index.get(name) {
            Some(&n) => n,
            None => {
                let n = self.u.names.len();
                self.u.names.push(name.into());
                self.u.name_index.insert(name.to_owned(), n);
                n
            }
        };
        self.narrow(n)
    }
    pub(super) fn narrow(&mut self, n: usize) -> u16 {
        if n >= 0xfff0 {
            self.fail("too many constants, names or arguments in one block");
            return 0;
        }
        n as u16
    }
    /// A new temporary.
    pub(super) fn temp(&mut self) -> Reg {
        self.temps(1)
    }
    /// `n` new temporaries in a row.
    pub(super) fn temps(&mut self, n: usize) -> Reg {
        let r = self.u.sp;
        let top = self.narrow(r as usize + n);
        self.u.sp = top.max(r);
        self.u.max_sp = self.u.max_sp.max(self.u.sp);
        r
    }
    pub(super) fn mov(&mut self, d: Reg, s: Reg) {
        if d != s {
            self.emit(Op::Move, d, s, 0);
        }
    }
    pub(super) fn load_const(&mut self, d: Reg, c: Const) {
        match &c {
            Const::None => self.emit(Op::LoadNone, d, 0, 0),
            Const::Bool(true) => self.emit(Op::LoadTrue, d, 0, 0),
            Const::Bool(false) => self.emit(Op::LoadFalse, d, 0, 0),
            Const::Ellipsis => self.emit(Op::LoadEllipsis, d, 0, 0),
            Const::Int(i) => match i32::try_from(i) {
                Ok(n) => self.emit(Op::LoadInt, d, n as u32 as u16, (n as u32 >> 16) as u16),
                Err(_) => {
                    let k = self.constant(c);
                    self.emit(Op::LoadConst, d, k, 0);
                }
            },
            _ => {
                let k = self.constant(c);
                self.emit(Op::LoadConst, d, k, 0);
            }
        }
    }
    pub(super) fn load_str(&mut self, d: Reg, s: &str) {
        self.load_text(d, s.into());
    }
    pub(super) fn load_text(&mut self, d: Reg, t: crate::code::Text) {
        let k = self.constant(Const::Str(t));
        self.emit(Op::LoadConst, d, k, 0);
    }
    pub(super) fn fail(&mut self, msg: &str) {
        if self.error.is_none() {
            let range = if self.u.range == nowhere() {
                TextRange::default()
            } else {
                self.u.range
            };
            let (s, e) = (range.start().to_usize(), range.end().to_usize());
            self.error = Some(crate::error::SyntaxError::at(self.source, s, e, msg));
        }
    }
}
