//! `str.format`, `str.format_map` and the field parsing that `_string` shows to Python.

use crate::context::ctx;
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::types::str_ops::{self, StrBuilder};
use crate::types::tuple::Tuple;
use crate::value::Value;

/// A piece of a format string: literal text, then perhaps a field.
pub struct Piece {
    /// text before the field
    pub literal: Vec<u32>,
    /// the field
    pub field: Option<Field>,
}
/// `{name!conversion:spec}`
pub struct Field {
    /// before `!` and `:`
    pub name: Vec<u32>,
    /// after `:`
    pub spec: Vec<u32>,
    /// after `!`
    pub conversion: Option<u32>,
    /// does the spec have fields inside?
    pub nested: bool,
}
const OPEN: u32 = '{' as u32;
const CLOSE: u32 = '}' as u32;

/// The pieces of a format string.
pub fn parse(th: &mut Thread, p: &[u32]) -> R<Vec<Piece>> {
    let mut out = Vec::new();
    let mut i = 0;
    while i < p.len() {
        let mut literal = Vec::new();
        let mut field = None;
        while i < p.len() {
            let c = p[i];
            i += 1;
            if c == OPEN {
                if p.get(i) == Some(&OPEN) {
                    literal.push(c);
                    i += 1;
                    continue;
                }
                if i >= p.len() {
                    return Err(th.value_error("Single '{' encountered in format string"));
                }
                field = Some(parse_field(th, p, &mut i)?);
                break;
            }
            if c == CLOSE {
                if p.get(i) == Some(&CLOSE) {
                    literal.push(c);
                    i += 1;
                    continue;
                }
                return Err(th.value_error("Single '}' encountered in format string"));
            }
            literal.push(c);
        }
        out.push(Piece { literal, field });
    }
    Ok(out)
}
fn parse_field(th: &mut Thread, p: &[u32], i: &mut usize) -> R<Field> {
    let start = *i;
    let mut bracket = false;
    let mut f = Field {
        name: Vec::new(),
        spec: Vec::new(),
        conversion: None,
        nested: false,
    };
    loop {
        let Some(&c) = p.get(*i) else {
            return Err(th.value_error("expected '}' before end of string"));
        };
        match char::from_u32(c) {
            Some('{') if !bracket => return Err(th.value_error("unexpected '{' in field name")),
            Some('[') => bracket = true,
            Some(']') => bracket = false,
            Some('}' | ':' | '!') if !bracket => break,
            _ => {}
        }
        *i += 1;
    }
    f.name = p[start..*i].to_vec();
    let mut c = p[*i];
    *i += 1;
    if c == '!' as u32 {
        let Some(&conv) = p.get(*i) else {
            return Err(th.value_error("end of string while looking for conversion specifier"));
        };
        if conv == CLOSE {
            return Err(th.value_error("unmatched '{' in format spec"));
        }
        f.conversion = Some(conv);
        *i += 1;
        let Some(&n) = p.get(*i) else {
            return Err(th.value_error("unmatched '{' in format spec"));
        };
        c = n;
        *i += 1;
        if c != ':' as u32 && c != CLOSE {
            return Err(th.value_error("expected ':' after conversion specifier"));
        }
    }
    if c == ':' as u32 {
        let start = *i;
        let mut depth = 1;
        loop {
            let Some(&c) = p.get(*i) else {
                return Err(th.value_error("unmatched '{' in format spec"));
            };
            if c == OPEN {
                f.nested = true;
                depth += 1;
            } else if c == CLOSE {
                depth -= 1;
                if depth == 0 {
                    break;
                }
            }
            *i += 1;
        }
        f.spec = p[start..*i].to_vec();
        *i += 1;
    }
    Ok(f)
}
/// One step of a field name after the first part.
pub enum Step {
    /// `.name`
    Attr(Vec<u32>),
    /// `[key]`
    Item(Vec<u32>),
}
/// Digits as an index; None when there are other characters.
pub fn as_index(th: &mut Thread, p: &[u32]) -> R<Option<i64>> {
    if p.is_empty() {
        return Ok(None);
    }
    let mut n = 0i64;
    for &c in p {
        let Some(d) = crate::types::unicode::decimal(c) else {
            return Ok(None);
        };
        n = match n.checked_mul(10).and_then(|n| n.checked_add(d as i64)) {
            Some(n) => n,
            None => return Err(th.value_error("Too many decimal digits in format string")),
        };
    }
    Ok(Some(n))
}
/// Splits a field name: first part and steps.
pub fn split_name(th: &mut Thread, name: &[u32]) -> R<(Vec<u32>, Vec<Step>)> {
    let (first, rest) = first_part(name);
    Ok((first.to_vec(), steps_of(th, rest)?))
}
fn is(c: u32, s: &str) -> bool {
    char::from_u32(c).is_some_and(|c| s.contains(c))
}
/// The first part of a field name, and the rest.
fn first_part(name: &[u32]) -> (&[u32], &[u32]) {
    name.split_at(name.iter().position(|&c| is(c, ".[")).unwrap_or(name.len()))
}
fn steps_of(th: &mut Thread, name: &[u32]) -> R<Vec<Step>> {
    let mut i = 0;
    let mut steps = Vec::new();
    while i < name.len() {
        let c = name[i];
        i += 1;
        if is(c, ".") {
            let end = name[i..].iter().position(|&c| is(c, ".[")).map_or(name.len(), |n| i + n);
            if end == i {
                return Err(th.value_error("Empty attribute in format string"));
            }
            steps.push(Step::Attr(name[i..end].to_vec()));
            i = end;
        } else if is(c, "[") {
            let Some(n) = name[i..].iter().position(|&c| is(c, "]")) else {
                return Err(th.value_error("Missing ']' in format string"));
            };
            if n == 0 {
                return Err(th.value_error("Empty attribute in format string"));
            }
            steps.push(Step::Item(name[i..i + n].to_vec()));
            i += n + 1;
        } else {
            return Err(th.value_error("Only '.' or '[' may follow ']' in format field specifier"));
        }
    }
    Ok(steps)
}

#[derive(Clone, Copy, PartialEq)]
enum Numbering {
    Unknown,
    Auto(i64),
    Manual,
}
struct Formatter {
    args: Option<Gc<Tuple>>,
    kwargs: Value,
    mapping: bool,
    numbering: Numbering,
}
impl Formatter {
    fn run(&mut self, th: &mut Thread, p: &[u32], depth: u32) -> R<StrBuilder> {
        if depth == 0 {
            return Err(th.value_error("Max string recursion exceeded"));
        }
        let mut b = StrBuilder::new();
        for piece in parse(th, p)? {
            b.push_points(&piece.literal);
            let Some(f) = piece.field else { continue };
            let mut v = self.value(th, &f.name)?;
            v = match f.conversion.map(|c| char::from_u32(c).unwrap_or('\u{FFFD}')) {
                None => v,
                Some('r') => th.repr(v)?.value(),
                Some('s') => th.str(v)?.value(),
                Some('a') => th.ascii(v)?.value(),
                Some(c) => {
                    let text = if c > ' ' && c < '\x7f' {
                        c.to_string()
                    } else {
                        format!("\\x{:x}", c as u32)
                    };
                    return Err(th.value_error(&format!("Unknown conversion specifier '{text}'")));
                }
            };
            let spec = if f.nested {
                self.run(th, &f.spec, depth - 1)?.finish(th)
            } else {
                th.new_str_points(&f.spec)
            };
            let r = th.format(v, spec)?;
            b.push_gc(r.as_gc::<Str>());
        }
        Ok(b)
    }
    fn value(&mut self, th: &mut Thread, name: &[u32]) -> R {
        let (first, rest) = first_part(name);
        let mut index = as_index(th, first)?;
        if first.is_empty() || index.is_some() {
            let auto = first.is_empty();
            match (self.numbering, auto) {
                (Numbering::Manual, true) => {
                    return Err(th.value_error("cannot switch from manual field specification to automatic field numbering"));
                }
                (Numbering::Auto(_), false) => {
                    return Err(th.value_error("cannot switch from automatic field numbering to manual field specification"));
                }
                (Numbering::Unknown, false) => self.numbering = Numbering::Manual,
                (Numbering::Unknown, true) => {
                    self.numbering = Numbering::Auto(1);
                    index = Some(0);
                }
                (Numbering::Auto(n), true) => {
                    self.numbering = Numbering::Auto(n + 1);
                    index = Some(n);
                }
                (Numbering::Manual, false) => {}
            }
        }
        let mut v = match index {
            Some(i) => match self.args {
                None => return Err(th.value_error("Format string contains positional fields")),
                Some(t) => match t.items().get(i as usize) {
                    Some(v) => *v,
                    None => {
                        return Err(th.index_error(&format!("Replacement index {i} out of range for positional args tuple")));
                    }
                },
            },
            None => {
                let key = th.new_str_points(first);
                if self.mapping {
                    th.getitem(self.kwargs, key)?
                } else {
                    let found = if self.kwargs.is_empty() {
                        None
                    } else {
                        self.kwargs.as_gc::<Dict>().get(th, key)?
                    };
                    match found {
                        Some(v) => v,
                        None => return Err(th.key_error(key)),
                    }
                }
            }
        };
        for s in steps_of(th, rest)? {
            v = match s {
                Step::Attr(n) => {
                    let n = th.new_str_points(&n).as_gc::<Str>().interned();
                    th.getattr(v, n)?
                }
                Step::Item(k) => {
                    let key = match as_index(th, &k)? {
                        Some(i) => th.new_int(i),
                        None => th.new_str_points(&k),
                    };
                    th.getitem(v, key)?
                }
            };
        }
        Ok(v)
    }
}
/// `s.format(*args, **kwargs)`
pub fn format(th: &mut Thread, a: &[Value]) -> R {
    let p = str_ops::wide(a[0].as_gc::<Str>());
    let args = Some(if a[1].is_empty() { ctx().empty_tuple } else { a[1] }.as_gc::<Tuple>());
    let mut f = Formatter {
        args,
        kwargs: a[2],
        mapping: false,
        numbering: Numbering::Unknown,
    };
    Ok(f.run(th, &p, 2)?.finish(th))
}
/// `s.format_map(mapping)`
pub fn format_map(th: &mut Thread, a: &[Value]) -> R {
    let p = str_ops::wide(a[0].as_gc::<Str>());
    let mut f = Formatter {
        args: None,
        kwargs: a[1],
        mapping: true,
        numbering: Numbering::Unknown,
    };
    Ok(f.run(th, &p, 2)?.finish(th))
}
