//! `re.Pattern`.

use super::class_of;
use super::matching::{Found, Mode, Subject, clip, slice};
use super::program::Program;
use super::translate::translate;
use super::{replace, result, scanner};
use std::hash::{Hash, Hasher};
use std::sync::{Arc, OnceLock};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{GetSetDef, NativeDef, TypeDef, def, def_class, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::payload::{self, Native, Payload, downcast, payload_size};
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

/// A compiled pattern. Never changes.
#[derive(Clone)]
pub struct Pattern {
    /// the source: str, bytes or None
    pub pattern: Value,
    /// flags, as `re` has them
    pub flags: i64,
    /// the code it was made from
    code: Arc<[u32]>,
    /// what runs
    pub program: Arc<Program>,
    /// number of groups
    pub groups: usize,
    /// dict: name to index
    pub groupindex: Value,
    /// tuple: index to name or None
    pub indexgroup: Value,
    /// of bytes, of text, or of anything
    pub is_bytes: Option<bool>,
}
impl Payload for Pattern {
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.pattern);
        f(self.groupindex);
        f(self.indexgroup);
    }
}
pub static CLASS: OnceLock<Value> = OnceLock::new();
pub static DEF: TypeDef = TypeDef {
    methods: METHODS,
    getsets: GETSETS,
    base: false,
    doc: "Compiled regular expression object.",
    ..TypeDef::new("re.Pattern", Kind::Payload, payload_size::<Pattern>())
};
static METHODS: &[NativeDef] = &[
    def(
        "match",
        "self, /, string, pos=0, endpos=9223372036854775807",
        match_,
        "Matches zero or more characters at the beginning of the string.",
    ),
    def(
        "fullmatch",
        "self, /, string, pos=0, endpos=9223372036854775807",
        fullmatch,
        "Matches against all of the string.",
    ),
    def(
        "search",
        "self, /, string, pos=0, endpos=9223372036854775807",
        search,
        "Scan through string looking for a match, and return a corresponding match object instance.",
    ),
    def(
        "sub",
        "self, /, repl, string, count=0",
        replace::sub,
        "Return the string obtained by replacing the leftmost non-overlapping occurrences of pattern in string by the replacement repl.",
    ),
    def(
        "subn",
        "self, /, repl, string, count=0",
        replace::subn,
        "Return the tuple (new_string, number_of_subs_made) found by replacing the leftmost non-overlapping occurrences of pattern with the replacement repl.",
    ),
    def(
        "findall",
        "self, /, string, pos=0, endpos=9223372036854775807",
        findall,
        "Return a list of all non-overlapping matches of pattern in string.",
    ),
    def(
        "split",
        "self, /, string, maxsplit=0",
        split,
        "Split string by the occurrences of pattern.",
    ),
    def(
        "finditer",
        "self, /, string, pos=0, endpos=9223372036854775807",
        finditer,
        "Return an iterator over all non-overlapping matches for the RE pattern in string.",
    ),
    def("scanner", "self, /, string, pos=0, endpos=9223372036854775807", scanner_, ""),
    def("__copy__", "self, /", |_, a| Ok(a[0]), ""),
    def("__deepcopy__", "self, memo, /", |_, a| Ok(a[0]), ""),
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__hash__", "self, /", hash, "Return hash(self)."),
    def("__eq__", "self, value, /", eq, "Return self==value."),
    def_class("__class_getitem__", "type, object, /", class_getitem, "See PEP 585"),
];
static GETSETS: &[GetSetDef] = &[
    getter(
        "pattern",
        |th, v| Ok(of(th, v)?.pattern),
        "The pattern string from which the RE object was compiled.",
    ),
    getter("flags", |th, v| Ok(Value::small(of(th, v)?.flags)), "The regex matching flags."),
    getter(
        "groups",
        |th, v| Ok(Value::small(of(th, v)?.groups as i64)),
        "The number of capturing groups in the pattern.",
    ),
    getter("groupindex", groupindex, "A dictionary mapping group names to group numbers."),
];

/// `_sre.compile(...)`
pub fn compile(th: &mut Thread, a: &[Value]) -> R {
    let code = th.collect(a[2])?;
    let mut words = Vec::with_capacity(code.len());
    for &w in code.as_slice() {
        match u32::try_from(th.to_i64(w)?) {
            Ok(w) => words.push(w),
            Err(_) => return Err(th.overflow_error("regular expression code size limit exceeded")),
        }
    }
    let is_bytes = match a[0] {
        v if v.is_none() => None,
        v => Some(!v.is_kind(Kind::Str)),
    };
    let groups = th.to_usize(a[3])?;
    // Each group has its words.
    let Some(program) = translate(&words, groups, th.stack_limit).filter(|_| groups <= words.len()) else {
        return Err(th.runtime_error("invalid SRE code"));
    };
    let p = Pattern {
        pattern: a[0],
        flags: th.to_i64(a[1])?,
        code: words.into(),
        program: Arc::new(program),
        groups,
        groupindex: a[4],
        indexgroup: a[5],
        is_bytes,
    };
    let class = class_of(th, &CLASS, &DEF)?;
    Ok(payload::new(th, class, p).value())
}
/// The pattern of a value; TypeError when it is none.
pub fn of(th: &mut Thread, v: Value) -> R<&'static Pattern> {
    match downcast::<Pattern>(v) {
        Some(p) => Ok(frozen(p)),
        None => Err(th.type_error(&format!("expected a re.Pattern, not {}", th.class_of(v).name_str()))),
    }
}
fn frozen(p: Gc<Native<Pattern>>) -> &'static Pattern {
    p.frozen()
}
fn groupindex(th: &mut Thread, v: Value) -> R {
    let p = of(th, v)?;
    th.call(ctx().types.mappingproxy.value(), &[p.groupindex])
}
fn one(th: &mut Thread, a: &[Value], mode: Mode) -> R {
    let p = of(th, a[0])?;
    let s = Subject::of(th, p, a[1])?;
    let (pos, end) = clip(th, a[2], a[3], s.len())?;
    if pos > end {
        return Ok(Value::NONE);
    }
    match s.run(th, p, mode, pos, end, false)? {
        Some(f) => result::new(th, a[0], a[1], f, pos, end),
        None => Ok(Value::NONE),
    }
}
fn match_(th: &mut Thread, a: &[Value]) -> R {
    one(th, a, Mode::Match)
}
fn fullmatch(th: &mut Thread, a: &[Value]) -> R {
    one(th, a, Mode::Full)
}
fn search(th: &mut Thread, a: &[Value]) -> R {
    one(th, a, Mode::Search)
}
/// All matches between two places, one after the other.
pub struct Matches<'a> {
    p: &'static Pattern,
    s: &'a Subject,
    at: usize,
    end: usize,
    advance: bool,
}
impl<'a> Matches<'a> {
    /// From `at` to `end`.
    pub fn new(p: &'static Pattern, s: &'a Subject, at: usize, end: usize) -> Matches<'a> {
        Matches {
            p,
            s,
            at,
            end,
            advance: false,
        }
    }
    /// The next one.
    pub fn next(&mut self, th: &mut Thread) -> R<Option<Found>> {
        if self.at > self.end {
            return Ok(None);
        }
        let found = self.s.run(th, self.p, Mode::Search, self.at, self.end, self.advance)?;
        if let Some(f) = &found {
            self.advance = f.start == f.end;
            self.at = f.end;
        }
        Ok(found)
    }
}
fn findall(th: &mut Thread, a: &[Value]) -> R {
    let p = of(th, a[0])?;
    let s = Subject::of(th, p, a[1])?;
    let (pos, end) = clip(th, a[2], a[3], s.len())?;
    let empty = slice(th, a[1], 0, 0)?;
    let mut out = ValueVec::new();
    let mut matches = Matches::new(p, &s, pos, end);
    while let Some(f) = matches.next(th)? {
        let item = match p.groups {
            0 => slice(th, a[1], f.start, f.end)?,
            n => {
                let mut items = ValueVec::with_capacity(th, n)?;
                for g in 1..=n {
                    let v = match f.span(g) {
                        Some((i, j)) => slice(th, a[1], i, j)?,
                        None => empty,
                    };
                    items.push(th, v)?;
                }
                if n == 1 {
                    items.as_slice()[0]
                } else {
                    th.new_tuple(items.as_slice())
                }
            }
        };
        out.push(th, item)?;
    }
    Ok(th.new_list_vec(out))
}
fn split(th: &mut Thread, a: &[Value]) -> R {
    let p = of(th, a[0])?;
    let max = if a[2].is_empty() { 0 } else { th.to_isize(a[2])? };
    let s = Subject::of(th, p, a[1])?;
    let mut out = ValueVec::new();
    let mut last = 0;
    if max >= 0 {
        let limit = if max == 0 { usize::MAX } else { max as usize };
        let mut matches = Matches::new(p, &s, 0, s.len());
        for _ in 0..limit {
            let Some(f) = matches.next(th)? else { break };
            let piece = slice(th, a[1], last, f.start)?;
            out.push(th, piece)?;
            for g in 1..f.groups() {
                let v = match f.span(g) {
                    Some((i, j)) => slice(th, a[1], i, j)?,
                    None => Value::NONE,
                };
                out.push(th, v)?;
            }
            last = f.end;
        }
    }
    let piece = slice(th, a[1], last, s.len())?;
    out.push(th, piece)?;
    Ok(th.new_list_vec(out))
}
fn finditer(th: &mut Thread, a: &[Value]) -> R {
    scanner::new_iterator(th, a)
}
fn scanner_(th: &mut Thread, a: &[Value]) -> R {
    scanner::new(th, a)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    const NAMES: [(i64, &str); 8] = [
        (2, "re.IGNORECASE"),
        (8, "re.MULTILINE"),
        (16, "re.DOTALL"),
        (64, "re.VERBOSE"),
        (128, "re.DEBUG"),
        (256, "re.ASCII"),
        (4, "re.LOCALE"),
        (32, "re.UNICODE"),
    ];
    let p = of(th, a[0])?;
    let r = th.repr(p.pattern)?;
    let mut text: String = r.to_string_lossy().chars().take(200).collect();
    let mut flags = p.flags;
    // re.UNICODE is the default of text patterns and not shown.
    if p.is_bytes == Some(false) && flags & (4 | 32 | 256) == 32 {
        flags &= !32;
    }
    let mut names = Vec::new();
    for (bit, name) in [NAMES[0], NAMES[6], NAMES[1], NAMES[2], NAMES[7], NAMES[3], NAMES[4], NAMES[5]] {
        if flags & bit != 0 {
            names.push(name.to_string());
            flags &= !bit;
        }
    }
    if flags != 0 {
        names.push(format!("{flags:#x}"));
    }
    if !names.is_empty() {
        text = format!("{text}, {}", names.join("|"));
    }
    Ok(th.new_str(&format!("re.compile({text})")))
}
fn hash(th: &mut Thread, a: &[Value]) -> R {
    let p = of(th, a[0])?;
    let h = th.hash(p.pattern)?;
    let mut hasher = std::hash::DefaultHasher::new();
    (p.code.as_ref(), p.flags, p.groups, h).hash(&mut hasher);
    Ok(th.new_int((hasher.finish() as i64) >> 16))
}
fn eq(th: &mut Thread, a: &[Value]) -> R {
    let (Some(x), Some(y)) = (downcast::<Pattern>(a[0]), downcast::<Pattern>(a[1])) else {
        return Ok(Value::NOT_IMPLEMENTED);
    };
    let (x, y) = (frozen(x), frozen(y));
    if x.flags != y.flags || x.is_bytes != y.is_bytes || x.code != y.code {
        return Ok(Value::FALSE);
    }
    Ok(Value::bool(th.eq(x.pattern, y.pattern)?))
}
fn class_getitem(th: &mut Thread, a: &[Value]) -> R {
    vasuki_vm::types::generic_alias::new(th, a[0], a[1])
}
/// Index of a group: an int, or a name; None when there is no such group.
pub fn group_index(th: &mut Thread, p: &Pattern, v: Value) -> R<Option<usize>> {
    if vasuki_vm::types::int::is_int(v)
        || v.is_obj() && !v.is_kind(Kind::Str) && th.class_of(v).special(vasuki_vm::special::Special::Index).is_some()
    {
        let i = th.to_isize_clipped(v)?;
        return Ok(usize::try_from(i).ok().filter(|i| *i <= p.groups));
    }
    if v.cast::<Str>().is_none() && !v.is_kind(Kind::Bytes) {
        return Ok(None);
    }
    match p.groupindex.cast::<Dict>() {
        Some(d) => Ok(d.get(th, v)?.and_then(|i| i.to_small()).map(|i| i as usize)),
        None => Ok(None),
    }
}
