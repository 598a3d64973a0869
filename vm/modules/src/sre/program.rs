//! What a pattern becomes: operations for the machine.

use super::chars::Fold;
use super::search::Start;
use super::set::{Bits, CharSet, Test};
use std::sync::OnceLock;

/// A pattern, ready to run.
#[derive(Debug)]
pub struct Program {
    /// what to do, in order
    pub ops: Vec<Op>,
    /// sets of characters
    pub sets: Vec<CharSet>,
    /// tests that depend on the locale
    pub tests: Vec<Test>,
    /// characters of literals
    pub literals: Vec<u32>,
    /// alternatives of branches
    pub alternatives: Vec<Alternative>,
    /// repeats of one character
    pub runs: Vec<Run>,
    /// other repeats
    pub loops: Vec<Loop>,
    /// sets of guards
    pub guards: Vec<First>,
    /// starts and ends of groups
    pub marks: usize,
    /// no match is shorter
    pub min_len: usize,
    /// how to search, once that was asked
    pub start: OnceLock<Start>,
}
impl Program {
    /// How to search.
    #[inline]
    pub fn start(&self) -> &Start {
        self.start.get_or_init(|| Start::of(self))
    }
}
/// An operation. Those that do not say where to go on do so at the next one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Op {
    /// the match is complete
    Success,
    /// the end of an assertion, atomic group or possessive iteration
    EndInner,
    /// nothing matches here
    Fail,
    /// one character
    Char(u32),
    /// one character of many
    One(Item),
    /// characters of `literals`
    Literal {
        /// the first
        at: u32,
        /// how many
        len: u32,
    },
    /// a position
    At(At),
    /// go on there
    Jump(u32),
    /// the alternatives from `first` to before `end`
    Branch {
        /// index of the first alternative
        first: u32,
        /// index after the last one
        end: u32,
    },
    /// note the position
    Mark(u32),
    /// the text of a group again
    GroupRef {
        /// index of the group, from 0
        group: u32,
        /// how letters compare
        fold: Fold,
    },
    /// go on at `no` if the group did not match
    IfGroup {
        /// index of the group, from 0
        group: u32,
        /// where else
        no: u32,
    },
    /// repeats one character
    Run(u32),
    /// begins a loop
    LoopStart(u32),
    /// the end of a loop's body
    LoopEnd(u32),
    /// looks whether what follows matches
    Assert {
        /// how far before the position
        back: u32,
        /// where to go on
        after: u32,
        /// it must not
        negative: bool,
    },
    /// what follows matches in one way only
    Atomic {
        /// where to go on
        after: u32,
    },
    /// a loop whose iterations are not tried in other ways
    Possessive(u32),
}
/// What one character must be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Item {
    /// anything but a newline
    NotNewline,
    /// anything
    Any,
    /// this
    Char(u32),
    /// anything else
    Not(u32),
    /// of a set
    Set(u32),
    /// passing a test
    Test(u32),
}
/// Positions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum At {
    /// start of the text
    Beginning,
    /// start of a line
    BeginningLine,
    /// end of the text, or before the newline that ends it
    End,
    /// end of a line
    EndLine,
    /// end of the text
    EndString,
    /// between a word (of this category) and something else
    Boundary(u32),
    /// not at such a place
    NotBoundary(u32),
}
/// An alternative of a branch.
#[derive(Clone, Copy, Debug)]
pub struct Alternative {
    /// its first operation
    pub pc: u32,
    /// what it begins with
    pub guard: Guard,
}
/// What the next character must be for a way to be worth trying.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guard {
    /// anything, or nothing
    None,
    /// this one
    Char(u32),
    /// one of a set of `guards`
    Set(u32),
}
/// How eagerly something is repeated.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Greed {
    /// as often as possible first
    Greedy,
    /// as rarely as possible first
    Lazy,
    /// as often as possible
    Possessive,
}
/// A repeat of one character.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    /// the character
    pub item: Item,
    /// at least
    pub min: usize,
    /// at most
    pub max: usize,
    /// which number of repeats first
    pub greed: Greed,
    /// what follows
    pub guard: Guard,
}
/// A repeat of something longer.
#[derive(Clone, Copy, Debug)]
pub struct Loop {
    /// at least
    pub min: u32,
    /// at most
    pub max: u32,
    /// the body's first operation
    pub body: u32,
    /// what follows the loop
    pub exit: u32,
    /// which number of repeats first
    pub greed: Greed,
    /// it is inside of another loop: its state may be an older one's when it begins
    pub nested: bool,
    /// what the body begins with
    pub body_guard: Guard,
    /// what follows
    pub exit_guard: Guard,
}
/// The characters that something can begin with.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct First {
    /// those below 256
    pub bits: Bits,
    /// some of the others, too
    pub high: bool,
}
impl First {
    /// None at all.
    pub const NONE: First = First {
        bits: Bits::NONE,
        high: false,
    };
    /// Is the character one of them?
    #[inline(always)]
    pub fn has(&self, c: u32) -> bool {
        if c < 256 { self.bits.has(c as u8) } else { self.high }
    }
    /// Adds those of the other.
    pub fn join(&mut self, other: &First) {
        self.bits.join(&other.bits);
        self.high |= other.high;
    }
    /// Is any character in both?
    pub fn meets(&self, other: &First) -> bool {
        self.high && other.high || self.bits.meets(&other.bits)
    }
}
