//! The code of `re._compiler` as a program.

use super::ahead;
use super::chars::Fold;
use super::program::{Alternative, At, Greed, Guard, Item, Loop, Op, Program, Run};
use super::set::{CharSet, Test, check};
use super::words::*;
use std::sync::OnceLock;

/// Groups nest less deeply than this in any pattern that `re` compiles within its own recursion limit.
const DEEPEST: usize = 5000;

struct Translator<'a> {
    code: &'a [u32],
    p: Program,
    /// loops around this place
    nesting: usize,
    depth: usize,
    /// lowest address of the native stack that may be used
    stack_limit: usize,
}
/// The program of a pattern; None when the code is damaged, or groups nest too deeply.
pub fn translate(code: &[u32], groups: usize, stack_limit: usize) -> Option<Program> {
    let mut t = Translator {
        code,
        p: Program {
            ops: Vec::with_capacity(code.len() / 2),
            sets: Vec::new(),
            tests: Vec::new(),
            literals: Vec::new(),
            alternatives: Vec::new(),
            runs: Vec::new(),
            loops: Vec::new(),
            guards: Vec::new(),
            marks: groups.checked_mul(2)?,
            min_len: 0,
            start: OnceLock::new(),
        },
        nesting: 0,
        depth: 0,
        stack_limit,
    };
    let mut begin = 0;
    if code.first() == Some(&INFO) {
        let skip = t.word(1)? as usize;
        t.p.min_len = t.word(3)? as usize;
        begin = 1 + skip;
    }
    let end = code.len().checked_sub(1)?;
    if t.word(end)? != SUCCESS {
        return None;
    }
    t.sequence(begin, end)?;
    t.p.ops.push(Op::Success);
    ahead::guard(&mut t.p);
    Some(t.p)
}
impl Translator<'_> {
    fn word(&self, i: usize) -> Option<u32> {
        self.code.get(i).copied()
    }
    fn here(&self) -> u32 {
        self.p.ops.len() as u32
    }
    /// Where the skip word at `i` leads: after it, at most at `end`.
    fn target(&self, i: usize, end: usize) -> Option<usize> {
        let to = i.checked_add(self.word(i)? as usize)?;
        (to > i && to <= end).then_some(to)
    }
    /// Translates the words from `i` to before `end`.
    fn sequence(&mut self, mut i: usize, end: usize) -> Option<()> {
        self.depth += 1;
        let here = 0u8;
        let deep = self.depth > DEEPEST || (&raw const here as usize) < self.stack_limit;
        if deep || i > end {
            return None;
        }
        let mut literal_from = None;
        while i < end {
            if let Some((item, n)) = self.item(i, end)? {
                let start = self.p.ops.len();
                match (item, self.p.ops.last().copied(), literal_from) {
                    (Item::Char(c), Some(Op::Char(before)), Some(at)) if at + 1 == start => {
                        let at = self.p.literals.len() as u32;
                        self.p.literals.extend([before, c]);
                        self.p.ops.pop();
                        self.p.ops.push(Op::Literal { at, len: 2 });
                    }
                    (Item::Char(c), Some(Op::Literal { at, len }), Some(from)) if from + 1 == start => {
                        self.p.literals.push(c);
                        self.p.ops.pop();
                        self.p.ops.push(Op::Literal { at, len: len + 1 });
                    }
                    (Item::Char(c), ..) => {
                        literal_from = Some(start);
                        self.p.ops.push(Op::Char(c));
                    }
                    _ => self.p.ops.push(Op::One(item)),
                }
                i += n;
            } else {
                literal_from = None;
                i = self.complex(i, end)?;
            }
        }
        self.depth -= 1;
        (i == end).then_some(())
    }
    /// What matches one character, and how many words it has; `Some(None)`: it is something else.
    fn item(&mut self, i: usize, end: usize) -> Option<Option<(Item, usize)>> {
        let literal = |c, fold, negate| Test::literal(c, fold, negate);
        let op = self.word(i)?;
        let (test, n) = match op {
            ANY => return Some(Some((Item::NotNewline, 1))),
            ANY_ALL => return Some(Some((Item::Any, 1))),
            LITERAL => return Some(Some((Item::Char(self.word(i + 1)?), 2))),
            NOT_LITERAL => return Some(Some((Item::Not(self.word(i + 1)?), 2))),
            FAILURE => (Test::of_words(&[FAILURE], Fold::No), 1),
            LITERAL_IGNORE => (literal(self.word(i + 1)?, Fold::Ascii, false), 2),
            NOT_LITERAL_IGNORE => (literal(self.word(i + 1)?, Fold::Ascii, true), 2),
            LITERAL_UNI_IGNORE => (literal(self.word(i + 1)?, Fold::Unicode, false), 2),
            NOT_LITERAL_UNI_IGNORE => (literal(self.word(i + 1)?, Fold::Unicode, true), 2),
            LITERAL_LOC_IGNORE => return self.test(literal(self.word(i + 1)?, Fold::Locale, false), 2),
            NOT_LITERAL_LOC_IGNORE => return self.test(literal(self.word(i + 1)?, Fold::Locale, true), 2),
            CATEGORY => {
                let words = [CATEGORY, self.word(i + 1)?, FAILURE];
                let (_, locale) = check(&words)?;
                let t = Test::of_words(&words, Fold::No);
                if locale {
                    return self.test(t, 2);
                }
                (t, 2)
            }
            IN | IN_IGNORE | IN_UNI_IGNORE | IN_LOC_IGNORE => {
                let to = self.target(i + 1, end)?;
                let words = &self.code[i + 2..to];
                let (len, locale) = check(words)?;
                let words = &words[..len];
                let n = to - i;
                if op == IN_LOC_IGNORE || locale {
                    let fold = if op == IN_LOC_IGNORE { Fold::Locale } else { Fold::No };
                    return self.test(Test::of_words(words, fold), n);
                }
                let fold = match op {
                    IN => Fold::No,
                    IN_IGNORE => Fold::Ascii,
                    _ => Fold::Unicode,
                };
                (Test::of_words(words, fold), n)
            }
            _ => return Some(None),
        };
        self.p.sets.push(CharSet::new(test));
        Some(Some((Item::Set(self.p.sets.len() as u32 - 1), n)))
    }
    fn test(&mut self, t: Test, n: usize) -> Option<Option<(Item, usize)>> {
        self.p.tests.push(t);
        Some(Some((Item::Test(self.p.tests.len() as u32 - 1), n)))
    }
    /// Translates what is not a single character; the next word.
    fn complex(&mut self, i: usize, end: usize) -> Option<usize> {
        let op = self.word(i)?;
        match op {
            AT => {
                self.at(self.word(i + 1)?)?;
                Some(i + 2)
            }
            MARK => {
                let n = self.word(i + 1)?;
                if n as usize >= self.p.marks {
                    return None;
                }
                self.p.ops.push(Op::Mark(n));
                Some(i + 2)
            }
            GROUPREF | GROUPREF_IGNORE | GROUPREF_UNI_IGNORE | GROUPREF_LOC_IGNORE => {
                let group = self.group(i + 1)?;
                let fold = match op {
                    GROUPREF => Fold::No,
                    GROUPREF_IGNORE => Fold::Ascii,
                    GROUPREF_UNI_IGNORE => Fold::Unicode,
                    _ => Fold::Locale,
                };
                self.p.ops.push(Op::GroupRef { group, fold });
                Some(i + 2)
            }
            INFO => self.target(i + 1, end),
            BRANCH => self.branch(i, end),
            GROUPREF_EXISTS => self.conditional(i, end),
            REPEAT_ONE | MIN_REPEAT_ONE | POSSESSIVE_REPEAT_ONE => self.run(i, end),
            REPEAT => self.repeat(i, end),
            POSSESSIVE_REPEAT => self.possessive(i, end),
            ASSERT | ASSERT_NOT => {
                let to = self.target(i + 1, end)?;
                let back = self.word(i + 2)?;
                let at = self.p.ops.len();
                self.p.ops.push(Op::Fail);
                self.inner(i + 3, to)?;
                let after = self.here();
                self.p.ops[at] = Op::Assert {
                    back,
                    after,
                    negative: op == ASSERT_NOT,
                };
                Some(to)
            }
            ATOMIC_GROUP => {
                let to = self.target(i + 1, end)?;
                let at = self.p.ops.len();
                self.p.ops.push(Op::Fail);
                self.inner(i + 2, to)?;
                self.p.ops[at] = Op::Atomic { after: self.here() };
                Some(to)
            }
            _ => None,
        }
    }
    /// A body that ends with SUCCESS before `to`.
    fn inner(&mut self, i: usize, to: usize) -> Option<()> {
        if self.word(to.checked_sub(1)?)? != SUCCESS {
            return None;
        }
        self.sequence(i, to - 1)?;
        self.p.ops.push(Op::EndInner);
        Some(())
    }
    fn group(&self, i: usize) -> Option<u32> {
        let g = self.word(i)?;
        ((g as usize) < self.p.marks / 2).then_some(g)
    }
    fn at(&mut self, code: u32) -> Option<()> {
        const ASCII_WORD: u32 = 4;
        const LOCALE_WORD: u32 = 8;
        const UNICODE_WORD: u32 = 14;
        self.p.ops.push(Op::At(match code {
            0 | 2 => At::Beginning,
            1 => At::BeginningLine,
            3 => At::Boundary(ASCII_WORD),
            4 => At::NotBoundary(ASCII_WORD),
            5 => At::End,
            6 => At::EndLine,
            7 => At::EndString,
            8 => At::Boundary(LOCALE_WORD),
            9 => At::NotBoundary(LOCALE_WORD),
            10 => At::Boundary(UNICODE_WORD),
            11 => At::NotBoundary(UNICODE_WORD),
            _ => return None,
        }));
        Some(())
    }
    /// `BRANCH skip code JUMP skip, skip code JUMP skip, ... FAILURE`
    fn branch(&mut self, i: usize, end: usize) -> Option<usize> {
        let at = self.p.ops.len();
        self.p.ops.push(Op::Fail);
        let mut starts = Vec::new();
        let mut jumps = Vec::new();
        let mut skip = i + 1;
        let mut after = None;
        while self.word(skip)? != 0 {
            let next = self.target(skip, end)?;
            if next < skip + 3 || self.word(next - 2)? != JUMP {
                return None;
            }
            let to = self.target(next - 1, end)?;
            if *after.get_or_insert(to) != to {
                return None;
            }
            starts.push(self.here());
            self.sequence(skip + 1, next - 2)?;
            jumps.push(self.p.ops.len());
            self.p.ops.push(Op::Fail);
            skip = next;
        }
        if after.is_some_and(|a| a != skip + 1) {
            return None;
        }
        let end = self.here();
        jumps.iter().for_each(|j| self.p.ops[*j] = Op::Jump(end));
        let first = self.p.alternatives.len() as u32;
        self.p
            .alternatives
            .extend(starts.iter().map(|&pc| Alternative { pc, guard: Guard::None }));
        self.p.ops[at] = Op::Branch {
            first,
            end: self.p.alternatives.len() as u32,
        };
        Some(skip + 1)
    }
    /// `GROUPREF_EXISTS group skip yes [JUMP skip no]`
    fn conditional(&mut self, i: usize, end: usize) -> Option<usize> {
        let group = self.group(i + 1)?;
        let no = (i + 1).checked_add(self.word(i + 2)? as usize)?;
        if no < i + 3 || no > end {
            return None;
        }
        let at = self.p.ops.len();
        self.p.ops.push(Op::Fail);
        let jump_to = if no >= i + 5 && self.word(no - 2)? == JUMP {
            self.target(no - 1, end).filter(|_| self.is_jump(i + 3, no - 2))
        } else {
            None
        };
        let Some(to) = jump_to else {
            self.sequence(i + 3, no)?;
            self.p.ops[at] = Op::IfGroup { group, no: self.here() };
            return Some(no);
        };
        self.sequence(i + 3, no - 2)?;
        let jump = self.p.ops.len();
        self.p.ops.push(Op::Fail);
        self.p.ops[at] = Op::IfGroup { group, no: self.here() };
        self.sequence(no, to)?;
        self.p.ops[jump] = Op::Jump(self.here());
        Some(to)
    }
    /// Is the word at `at` an operation, reached from `i` by whole ones (not the argument of another)?
    fn is_jump(&self, mut i: usize, at: usize) -> bool {
        while i < at {
            let skip = self.code.get(i + 1).map_or(0, |w| *w as usize);
            let n = match self.code[i] {
                FAILURE | SUCCESS | ANY | ANY_ALL | MAX_UNTIL | MIN_UNTIL => 1,
                ASSERT
                | ASSERT_NOT
                | IN
                | IN_IGNORE
                | IN_UNI_IGNORE
                | IN_LOC_IGNORE
                | INFO
                | REPEAT
                | REPEAT_ONE
                | MIN_REPEAT_ONE
                | ATOMIC_GROUP
                | POSSESSIVE_REPEAT
                | POSSESSIVE_REPEAT_ONE
                | BRANCH => 1 + skip,
                GROUPREF_EXISTS => 3,
                _ => 2,
            };
            // The alternatives of a branch follow each other.
            let branch = self.code[i] == BRANCH;
            i += n;
            if branch {
                while i < at && self.code[i] != 0 {
                    i += self.code[i] as usize;
                }
                i += 1;
            }
        }
        i == at
    }
    fn limits(&self, i: usize) -> Option<(u32, u32)> {
        let (min, max) = (self.word(i)?, self.word(i + 1)?);
        (min <= max).then_some((min, max))
    }
    /// `REPEAT_ONE skip min max item SUCCESS`
    fn run(&mut self, i: usize, end: usize) -> Option<usize> {
        let to = self.target(i + 1, end)?;
        let (min, max) = self.limits(i + 2)?;
        let (item, n) = self.item(i + 4, to)??;
        if i + 4 + n + 1 != to || self.word(to - 1)? != SUCCESS {
            return None;
        }
        self.p.runs.push(Run {
            item,
            min: min as usize,
            max: if max == MAXREPEAT { usize::MAX } else { max as usize },
            greed: match self.code[i] {
                REPEAT_ONE => Greed::Greedy,
                MIN_REPEAT_ONE => Greed::Lazy,
                _ => Greed::Possessive,
            },
            guard: Guard::None,
        });
        self.p.ops.push(Op::Run(self.p.runs.len() as u32 - 1));
        Some(to)
    }
    fn add_loop(&mut self, i: usize, greed: Greed) -> Option<usize> {
        let (min, max) = self.limits(i + 2)?;
        let index = self.p.loops.len();
        self.p.loops.push(Loop {
            min,
            max,
            body: 0,
            exit: 0,
            greed,
            nested: self.nesting > 0,
            body_guard: Guard::None,
            exit_guard: Guard::None,
        });
        Some(index)
    }
    /// `REPEAT skip min max body UNTIL`
    fn repeat(&mut self, i: usize, end: usize) -> Option<usize> {
        let until = self.target(i + 1, end)?;
        let greed = match self.word(until)? {
            MAX_UNTIL if until < end => Greed::Greedy,
            MIN_UNTIL if until < end => Greed::Lazy,
            _ => return None,
        };
        let index = self.add_loop(i, greed)?;
        self.p.ops.push(Op::LoopStart(index as u32));
        self.p.loops[index].body = self.here();
        self.nesting += 1;
        self.sequence(i + 4, until)?;
        self.nesting -= 1;
        self.p.ops.push(Op::LoopEnd(index as u32));
        self.p.loops[index].exit = self.here();
        Some(until + 1)
    }
    /// `POSSESSIVE_REPEAT skip min max body SUCCESS`, where the skip leads to the end of the body
    fn possessive(&mut self, i: usize, end: usize) -> Option<usize> {
        let to = self.target(i + 1, end)? + 1;
        if to > end {
            return None;
        }
        let index = self.add_loop(i, Greed::Possessive)?;
        self.p.ops.push(Op::Possessive(index as u32));
        self.p.loops[index].body = self.here();
        self.nesting += 1;
        self.inner(i + 4, to)?;
        self.nesting -= 1;
        self.p.loops[index].exit = self.here();
        Some(to)
    }
}
