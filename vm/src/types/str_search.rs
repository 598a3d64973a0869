//! Methods of `str` that search, split, strip and replace.

use crate::context::ctx;
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::types::str_::{Chars, Str};
use crate::types::str_ops::{self, StrBuilder, sub};
use crate::types::tuple::Tuple;
use crate::types::unicode;
use crate::value::Value;

fn s(v: Value) -> Gc<Str> {
    v.as_gc::<Str>()
}
/// A str argument; TypeError otherwise.
pub fn arg(th: &mut Thread, v: Value, method: &str, n: &str) -> R<Gc<Str>> {
    match v.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let name = if v.is_none() { "None".into() } else { th.class_of(v).name_str() };
            Err(th.type_error(&format!("{method}() argument {n} must be str, not {name}").replace("argument  must", "argument must")))
        }
    }
}
fn found(th: &mut Thread, a: &[Value], name: &str, reverse: bool) -> R<Option<usize>> {
    let needle = arg(th, a[1], name, "1")?;
    let (from, to) = str_ops::clip_range(th, a[2], a[3], s(a[0]).len())?;
    Ok(if reverse {
        str_ops::rfind(s(a[0]), needle, from, to)
    } else {
        str_ops::find(s(a[0]), needle, from, to)
    })
}
fn position(i: Option<usize>) -> Value {
    Value::small(i.map_or(-1, |i| i as i64))
}
pub(crate) fn find(th: &mut Thread, a: &[Value]) -> R {
    Ok(position(found(th, a, "find", false)?))
}
pub(crate) fn rfind(th: &mut Thread, a: &[Value]) -> R {
    Ok(position(found(th, a, "rfind", true)?))
}
pub(crate) fn index(th: &mut Thread, a: &[Value]) -> R {
    let i = found(th, a, "index", false)?;
    if i.is_none() {
        Err(th.value_error("substring not found"))
    } else {
        Ok(position(i))
    }
}
pub(crate) fn rindex(th: &mut Thread, a: &[Value]) -> R {
    let i = found(th, a, "rindex", true)?;
    if i.is_none() {
        Err(th.value_error("substring not found"))
    } else {
        Ok(position(i))
    }
}
pub(crate) fn count(th: &mut Thread, a: &[Value]) -> R {
    let needle = arg(th, a[1], "count", "1")?;
    let (from, to) = str_ops::clip_range(th, a[2], a[3], s(a[0]).len())?;
    if from > to {
        return Ok(Value::small(0));
    }
    if needle.is_empty() {
        return Ok(Value::small((to - from) as i64 + 1));
    }
    Ok(Value::small(str_ops::find_all(s(a[0]), needle, from, to, usize::MAX).len() as i64))
}
pub(crate) fn contains(th: &mut Thread, a: &[Value]) -> R {
    match a[1].cast::<Str>() {
        Some(n) => Ok(Value::bool(str_ops::find(s(a[0]), n, 0, s(a[0]).len()).is_some())),
        None => Err(th.type_error(&format!(
            "'in <string>' requires string as left operand, not {}",
            th.class_of(a[1]).name_str()
        ))),
    }
}
fn affix(th: &mut Thread, a: &[Value], name: &str, end: bool) -> R {
    let text = s(a[0]);
    let (from, to) = str_ops::clip_range(th, a[2], a[3], text.len())?;
    let test = |x: Gc<Str>| {
        if from > to || x.len() > to - from {
            return false;
        }
        let at = if end { to - x.len() } else { from };
        if let (Chars::One(t), Chars::One(x)) = (text.chars(), x.chars()) {
            return t[at..at + x.len()] == *x;
        }
        (0..x.len()).all(|i| text.at(at + i) == x.at(i))
    };
    if let Some(t) = a[1].cast::<Tuple>() {
        for &x in t.items() {
            let Some(x) = x.cast::<Str>() else {
                let text = format!("tuple for {name} must only contain str, not {}", th.class_of(x).name_str());
                return Err(th.type_error(&text));
            };
            if test(x) {
                return Ok(Value::TRUE);
            }
        }
        return Ok(Value::FALSE);
    }
    match a[1].cast::<Str>() {
        Some(x) => Ok(Value::bool(test(x))),
        None => {
            let text = format!(
                "{name} first arg must be str or a tuple of str, not {}",
                th.class_of(a[1]).name_str()
            );
            Err(th.type_error(&text))
        }
    }
}
pub(crate) fn startswith(th: &mut Thread, a: &[Value]) -> R {
    affix(th, a, "startswith", false)
}
pub(crate) fn endswith(th: &mut Thread, a: &[Value]) -> R {
    affix(th, a, "endswith", true)
}
pub(crate) fn removeprefix(th: &mut Thread, a: &[Value]) -> R {
    let (t, p) = (s(a[0]), arg(th, a[1], "removeprefix", "")?);
    if t.len() >= p.len() && (0..p.len()).all(|i| t.at(i) == p.at(i)) {
        return Ok(sub(th, t, p.len(), t.len()));
    }
    Ok(str_ops::plain(th, t))
}
pub(crate) fn removesuffix(th: &mut Thread, a: &[Value]) -> R {
    let (t, p) = (s(a[0]), arg(th, a[1], "removesuffix", "")?);
    if t.len() >= p.len() && (0..p.len()).all(|i| t.at(t.len() - p.len() + i) == p.at(i)) {
        return Ok(sub(th, t, 0, t.len() - p.len()));
    }
    Ok(str_ops::plain(th, t))
}
fn stripped(th: &mut Thread, a: &[Value], name: &str, left: bool, right: bool) -> R {
    let t = s(a[0]);
    let set = match a[1] {
        v if v.is_empty() || v.is_none() => None,
        v => match v.cast::<Str>() {
            Some(c) => Some(str_ops::wide(c)),
            None => return Err(th.type_error(&format!("{name} arg must be None or str"))),
        },
    };
    let drop = |c: u32| match &set {
        Some(set) => set.contains(&c),
        None => unicode::is_space(c),
    };
    let (mut i, mut j) = (0, t.len());
    while left && i < j && drop(t.at(i)) {
        i += 1;
    }
    while right && j > i && drop(t.at(j - 1)) {
        j -= 1;
    }
    Ok(sub(th, t, i, j))
}
pub(crate) fn strip(th: &mut Thread, a: &[Value]) -> R {
    stripped(th, a, "strip", true, true)
}
pub(crate) fn lstrip(th: &mut Thread, a: &[Value]) -> R {
    stripped(th, a, "lstrip", true, false)
}
pub(crate) fn rstrip(th: &mut Thread, a: &[Value]) -> R {
    stripped(th, a, "rstrip", false, true)
}
pub(crate) fn replace(th: &mut Thread, a: &[Value]) -> R {
    let (t, old, new) = (s(a[0]), arg(th, a[1], "replace", "1")?, arg(th, a[2], "replace", "2")?);
    let max = if a[3].is_empty() { -1 } else { th.to_isize_clipped(a[3])? };
    let max = if max < 0 { usize::MAX } else { max as usize };
    if max == 0 || old.len() > t.len() {
        return Ok(str_ops::plain(th, t));
    }
    let mut b = StrBuilder::new();
    if old.is_empty() {
        let mut done = 0;
        for i in 0..=t.len() {
            if done < max {
                b.push_gc(new);
                done += 1;
            }
            if i < t.len() {
                b.push(t.at(i));
            }
        }
        return Ok(b.finish(th));
    }
    let places = str_ops::find_all(t, old, 0, t.len(), max);
    if places.is_empty() {
        return Ok(str_ops::plain(th, t));
    }
    let total = t.len() as u128 + places.len() as u128 * new.len() as u128;
    str_ops::check_size(th, total.min(usize::MAX as u128) as usize)?;
    let mut at = 0;
    for p in places {
        b.push_chars(str_ops::part(t.chars(), at, p));
        b.push_gc(new);
        at = p + old.len();
    }
    b.push_chars(str_ops::part(t.chars(), at, t.len()));
    Ok(b.finish(th))
}
pub(crate) fn partition(th: &mut Thread, a: &[Value]) -> R {
    let (t, sep) = (s(a[0]), separator(th, a[1])?);
    let at = str_ops::find(t, sep, 0, t.len());
    let empty = ctx().empty_str;
    let items = match at {
        Some(i) => [sub(th, t, 0, i), sep.value(), sub(th, t, i + sep.len(), t.len())],
        None => [str_ops::plain(th, t), empty, empty],
    };
    Ok(th.new_tuple(&items))
}
pub(crate) fn rpartition(th: &mut Thread, a: &[Value]) -> R {
    let (t, sep) = (s(a[0]), separator(th, a[1])?);
    let at = str_ops::rfind(t, sep, 0, t.len());
    let empty = ctx().empty_str;
    let items = match at {
        Some(i) => [sub(th, t, 0, i), sep.value(), sub(th, t, i + sep.len(), t.len())],
        None => [empty, empty, str_ops::plain(th, t)],
    };
    Ok(th.new_tuple(&items))
}
fn separator(th: &mut Thread, v: Value) -> R<Gc<Str>> {
    match v.cast::<Str>() {
        Some(s) if s.is_empty() => Err(th.value_error("empty separator")),
        Some(s) => Ok(s),
        None => Err(th.type_error(&format!("must be str, not {}", th.class_of(v).name_str()))),
    }
}
fn split_args(th: &mut Thread, a: &[Value]) -> R<(Option<Gc<Str>>, usize)> {
    let sep = match a[1] {
        v if v.is_empty() || v.is_none() => None,
        v => match v.cast::<Str>() {
            Some(x) if x.is_empty() => return Err(th.value_error("empty separator")),
            Some(x) => Some(x),
            None => return Err(th.type_error(&format!("must be str or None, not {}", th.class_of(v).name_str()))),
        },
    };
    let max = if a[2].is_empty() { -1 } else { th.to_isize(a[2])? };
    Ok((sep, if max < 0 { usize::MAX } else { max as usize }))
}
/// Collections of others do not wait for the end of a long text.
#[inline]
fn between_pieces(th: &mut Thread, pieces: &ValueVec) -> R<()> {
    if pieces.len() % 256 == 255 { th.poll_inside() } else { Ok(()) }
}
pub(crate) fn split(th: &mut Thread, a: &[Value]) -> R {
    let t = s(a[0]);
    let (sep, max) = split_args(th, a)?;
    let mut out = ValueVec::new();
    let n = t.len();
    match sep {
        Some(sep) => {
            let mut at = 0;
            for p in str_ops::find_all(t, sep, 0, n, max) {
                between_pieces(th, &out)?;
                let piece = sub(th, t, at, p);
                out.push(th, piece)?;
                at = p + sep.len();
            }
            let piece = sub(th, t, at, n);
            out.push(th, piece)?;
        }
        None => {
            let mut i = 0;
            loop {
                while i < n && unicode::is_space(t.at(i)) {
                    i += 1;
                }
                if i == n {
                    break;
                }
                between_pieces(th, &out)?;
                let start = i;
                if out.len() == max {
                    let piece = sub(th, t, start, n);
                    out.push(th, piece)?;
                    break;
                }
                while i < n && !unicode::is_space(t.at(i)) {
                    i += 1;
                }
                let piece = sub(th, t, start, i);
                out.push(th, piece)?;
            }
        }
    }
    Ok(th.new_list_vec(out))
}
pub(crate) fn rsplit(th: &mut Thread, a: &[Value]) -> R {
    let t = s(a[0]);
    let (sep, max) = split_args(th, a)?;
    let mut out = ValueVec::new();
    match sep {
        Some(sep) => {
            let mut end = t.len();
            while out.len() < max
                && let Some(p) = str_ops::rfind(t, sep, 0, end)
            {
                let piece = sub(th, t, p + sep.len(), end);
                out.push(th, piece)?;
                end = p;
            }
            let piece = sub(th, t, 0, end);
            out.push(th, piece)?;
        }
        None => {
            let mut j = t.len();
            loop {
                while j > 0 && unicode::is_space(t.at(j - 1)) {
                    j -= 1;
                }
                if j == 0 {
                    break;
                }
                let end = j;
                if out.len() == max {
                    let piece = sub(th, t, 0, end);
                    out.push(th, piece)?;
                    break;
                }
                while j > 0 && !unicode::is_space(t.at(j - 1)) {
                    j -= 1;
                }
                let piece = sub(th, t, j, end);
                out.push(th, piece)?;
            }
        }
    }
    out.as_mut_slice().reverse();
    Ok(th.new_list_vec(out))
}
pub(crate) fn splitlines(th: &mut Thread, a: &[Value]) -> R {
    let t = s(a[0]);
    let keep = !a[1].is_empty() && th.truth(a[1])?;
    let mut out = ValueVec::new();
    let (mut i, n) = (0, t.len());
    while i < n {
        between_pieces(th, &out)?;
        let start = i;
        while i < n && !unicode::is_line_break(t.at(i)) {
            i += 1;
        }
        let mut end = i;
        if i < n {
            i += if t.at(i) == 13 && i + 1 < n && t.at(i + 1) == 10 { 2 } else { 1 };
            if keep {
                end = i;
            }
        }
        let piece = sub(th, t, start, end);
        out.push(th, piece)?;
    }
    Ok(th.new_list_vec(out))
}
pub(crate) fn join(th: &mut Thread, a: &[Value]) -> R {
    let sep = s(a[0]);
    let class = th.class_of(a[1]);
    let items = match a[1].cast::<Tuple>() {
        Some(t) if class == ctx().types.tuple => t.items(),
        _ => {
            if class.special(crate::special::Special::Iter).is_none() && class.special(crate::special::Special::Getitem).is_none() {
                return Err(th.type_error("can only join an iterable"));
            }
            let all = th.collect(a[1])?;
            return join_items(th, sep, all.as_slice());
        }
    };
    join_items(th, sep, items)
}
fn join_items(th: &mut Thread, sep: Gc<Str>, items: &[Value]) -> R {
    for (i, x) in items.iter().enumerate() {
        if x.cast::<Str>().is_none() {
            let text = format!("sequence item {i}: expected str instance, {} found", th.class_of(*x).name_str());
            return Err(th.type_error(&text));
        }
    }
    if let [one] = items {
        return Ok(str_ops::plain(th, s(*one)));
    }
    str_ops::join(th, sep, items)
}
