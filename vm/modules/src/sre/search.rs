//! Where a match may begin.

use super::ahead::{MOST, ahead};
use super::program::{At, First, Op, Program};
use super::text::Unit;
use memchr::memmem::Finder;

/// How to find the places where a match may begin.
#[derive(Debug)]
pub enum Start {
    /// all of them
    Anywhere,
    /// the start of the text only
    Beginning,
    /// starts of lines
    Line,
    /// where the next characters are of these sets
    Filter(Filter),
    /// where these characters are
    Prefix {
        /// finds them in bytes
        finder: Box<Finder<'static>>,
        /// finds them in other texts
        filter: Filter,
        /// there is no more to the pattern
        whole: bool,
    },
}
/// Sets for the next few characters: bit `j` for those that may come `j` characters after the start.
#[derive(Debug)]
pub struct Filter {
    table: Box<[u8; 256]>,
    high: u8,
    /// how many sets
    len: usize,
    /// the first set, if it is small
    chars: Vec<u8>,
}
/// Characters looked at before the search for the first one alone is tried again.
const BLOCK: usize = 32;

impl Start {
    /// For a program that is otherwise complete.
    pub fn of(p: &Program) -> Start {
        let mut pc = 0;
        while let Op::Mark(_) = p.ops[pc] {
            pc += 1;
        }
        match p.ops[pc] {
            Op::At(At::Beginning) => return Start::Beginning,
            Op::At(At::BeginningLine) => return Start::Line,
            _ => {}
        }
        let Some(filter) = Filter::of(&ahead(p, 0, MOST)) else {
            return Start::Anywhere;
        };
        let mut prefix = Vec::new();
        let mut whole = p.marks == 0;
        loop {
            let chars = match &p.ops[pc] {
                Op::Mark(_) => &[],
                Op::Char(c) => std::slice::from_ref(c),
                Op::Literal { at, len } => &p.literals[*at as usize..(at + len) as usize],
                op => {
                    whole &= *op == Op::Success;
                    break;
                }
            };
            let before = prefix.len();
            prefix.extend(chars.iter().map_while(|c| u8::try_from(*c).ok()));
            if prefix.len() < before + chars.len() {
                whole = false;
                break;
            }
            pc += 1;
        }
        if prefix.len() < 2 {
            return Start::Filter(filter);
        }
        Start::Prefix {
            finder: Box::new(Finder::new(&prefix).into_owned()),
            filter,
            whole,
        }
    }
    /// The first place from `at` to `limit` where a match may begin.
    #[inline]
    pub fn next<U: Unit>(&self, text: &[U], at: usize, limit: usize) -> Option<usize> {
        match self {
            Start::Anywhere => Some(at),
            Start::Beginning => (at == 0).then_some(0),
            Start::Line if at == 0 || text[at - 1].code() == 10 => Some(at),
            Start::Line => U::find(&text[at..limit], 10).map(|i| at + i + 1),
            Start::Filter(f) => f.next(text, at, limit),
            Start::Prefix { finder, filter, .. } => match U::bytes(text) {
                Some(b) => finder.find(&b[at..]).map(|i| at + i).filter(|i| *i <= limit),
                None => filter.next(text, at, limit),
            },
        }
    }
    /// The shortest match that this start finds.
    pub fn min_len(&self) -> usize {
        match self {
            Start::Filter(f) => f.len,
            Start::Prefix { filter, .. } => filter.len,
            _ => 0,
        }
    }
    /// Length of the pattern, if each place found is a match.
    pub fn whole(&self) -> Option<usize> {
        match self {
            Start::Prefix { finder, whole: true, .. } => Some(finder.needle().len()),
            _ => None,
        }
    }
}
impl Filter {
    fn of(a: &super::ahead::Ahead) -> Option<Filter> {
        let everything = |f: &First| f.high && f.bits.count() == 256;
        // Sets that hold everything tell nothing at the end.
        let len = a.sets[..a.len].iter().rposition(|f| !everything(f))? + 1;
        let mut f = Filter {
            table: Box::new([0; 256]),
            high: 0,
            len,
            chars: Vec::new(),
        };
        for (j, set) in a.sets[..len].iter().enumerate() {
            set.bits.iter().for_each(|c| f.table[c as usize] |= 1 << j);
            f.high |= (set.high as u8) << j;
        }
        if a.sets[0].bits.count() <= 3 {
            f.chars = a.sets[0].bits.iter().collect();
        }
        Some(f)
    }
    fn next<U: Unit>(&self, text: &[U], at: usize, limit: usize) -> Option<usize> {
        let done = 1u8 << (self.len - 1);
        let end = (limit + self.len).min(text.len());
        let mut i = at;
        loop {
            if let Some(b) = U::bytes(text) {
                let rest = b.get(i..=limit)?;
                let skip = match self.chars[..] {
                    [c] => memchr::memchr(c, rest)?,
                    [c, d] => memchr::memchr2(c, d, rest)?,
                    [c, d, e] => memchr::memchr3(c, d, e, rest)?,
                    _ => 0,
                };
                i += skip;
            }
            let (mut state, mut seen) = (0u8, 0u8);
            loop {
                let stop = end.min(i + BLOCK);
                for (k, u) in text[i..stop].iter().enumerate() {
                    let c = u.code();
                    let sets = if c < 256 { self.table[c as usize] } else { self.high };
                    state = (state << 1 | 1) & sets;
                    if state & done != 0 {
                        return Some(i + k + 1 - self.len);
                    }
                    seen |= state;
                }
                i = stop;
                if i == end {
                    return None;
                }
                if seen == 0 {
                    break;
                }
                seen = state;
            }
        }
    }
}
