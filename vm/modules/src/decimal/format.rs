//! `format(decimal, spec)`.

use super::number::{Num, Settings, Short, push_digits};
use super::{current, decimal_type, object, text};
use crate::support::str_arg;
use vasuki_vm::context::ctx;
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::int;
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

/// A format specifier.
struct Spec {
    fill: char,
    align: char,
    sign: char,
    no_neg_0: bool,
    alternate: bool,
    width: usize,
    precision: Option<i64>,
    /// `eEfFgG%`, or a space when there was none
    kind: char,
    point: String,
    separator: String,
    /// sizes of groups from the right; the last one repeats if `repeat`
    groups: Vec<usize>,
    repeat: bool,
    fraction_separator: Option<char>,
}
fn invalid(th: &mut Thread) -> Throw {
    th.value_error("invalid format string")
}
fn number(th: &mut Thread, p: &[char], i: &mut usize) -> R<Option<i64>> {
    let start = *i;
    let mut n = 0i64;
    while let Some(d) = p.get(*i).and_then(|c| c.to_digit(10)) {
        n = match n
            .checked_mul(10)
            .and_then(|n| n.checked_add(i64::from(d)))
            .filter(|n| *n < i64::MAX / 4)
        {
            Some(n) => n,
            None => return Err(invalid(th)),
        };
        *i += 1;
    }
    Ok(if *i == start { None } else { Some(n) })
}
fn parse(th: &mut Thread, text: &str, conversion: Value) -> R<Spec> {
    let p: Vec<char> = text.chars().collect();
    let mut i = 0;
    let is_align = |c: Option<&char>| c.is_some_and(|c| matches!(c, '<' | '>' | '=' | '^'));
    let mut s = Spec {
        fill: ' ',
        align: '>',
        sign: '-',
        no_neg_0: false,
        alternate: false,
        width: 0,
        precision: None,
        kind: ' ',
        point: ".".into(),
        separator: String::new(),
        groups: vec![3],
        repeat: true,
        fraction_separator: None,
    };
    let mut aligned = true;
    if is_align(p.get(1)) {
        (s.fill, s.align, i) = (p[0], p[1], 2);
    } else if is_align(p.first()) {
        (s.align, i) = (p[0], 1);
    } else {
        aligned = false;
    }
    let next = |i: &mut usize, set: &[char]| match p.get(*i) {
        Some(c) if set.contains(c) => {
            *i += 1;
            Some(*c)
        }
        _ => None,
    };
    s.sign = next(&mut i, &['+', '-', ' ']).unwrap_or('-');
    s.no_neg_0 = next(&mut i, &['z']).is_some();
    s.alternate = next(&mut i, &['#']).is_some();
    if next(&mut i, &['0']).is_some() {
        if aligned {
            return Err(invalid(th));
        }
        (s.fill, s.align) = ('0', '=');
    }
    s.width = number(th, &p, &mut i)?.unwrap_or(0) as usize;
    let grouped = next(&mut i, &[',', '_']);
    if next(&mut i, &['.']).is_some() {
        s.precision = number(th, &p, &mut i)?;
        s.fraction_separator = next(&mut i, &[',', '_']);
        if s.precision.is_none() && s.fraction_separator.is_none() {
            return Err(invalid(th));
        }
    }
    s.kind = next(&mut i, &['e', 'E', 'f', 'F', 'g', 'G', '%', 'n']).unwrap_or(' ');
    if i < p.len() {
        return Err(invalid(th));
    }
    if let Some(c) = grouped {
        s.separator = c.into();
    }
    if s.kind == 'n' {
        if grouped.is_some() {
            return Err(invalid(th));
        }
        s.kind = 'g';
        let locale = vasuki_vm::import::import_module(th, "locale")?;
        let conv = crate::support::call_method(th, locale, "localeconv", &[])?;
        localize(th, &mut s, conv)?;
    }
    if !conversion.is_empty() && !conversion.is_none() {
        localize(th, &mut s, conversion)?;
    }
    if s.precision == Some(0) && matches!(s.kind, ' ' | 'g' | 'G') {
        s.precision = Some(1);
    }
    if s.separator.is_empty() {
        s.groups.clear();
        s.repeat = false;
    }
    Ok(s)
}
/// Takes point, separator and groups from a dict like that of `localeconv()`.
fn localize(th: &mut Thread, s: &mut Spec, conv: Value) -> R<()> {
    let Some(d) = conv.cast::<Dict>() else {
        return Err(th.type_error("optional argument must be a dict"));
    };
    let mut get = |name: &str| {
        let key = th.intern(name);
        d.get_str(th, key)
    };
    let (point, separator, groups) = (get("decimal_point")?, get("thousands_sep")?, get("grouping")?);
    let one = |th: &mut Thread, v: Option<Value>, what: &str| -> R<Option<String>> {
        let Some(v) = v else { return Ok(None) };
        let text = str_arg(th, v, what)?.to_string_lossy();
        if text.chars().count() > 1 {
            return Err(th.value_error("invalid override dict"));
        }
        Ok(Some(text))
    };
    if let Some(t) = one(th, point, "decimal_point")? {
        s.point = t;
    }
    if let Some(t) = one(th, separator, "thousands_sep")? {
        s.separator = t;
    }
    let Some(groups) = groups else { return Ok(()) };
    let sizes: Vec<i64> = match groups.cast::<Str>() {
        Some(t) => t.points().map(i64::from).collect(),
        None => th
            .collect(groups)?
            .as_slice()
            .iter()
            .map(|v| int::to_i64(*v).unwrap_or(0))
            .collect(),
    };
    if sizes.iter().any(|n| !(0..=127).contains(n)) {
        return Err(th.value_error("invalid override dict"));
    }
    s.repeat = !sizes.contains(&127);
    s.groups = sizes.iter().take_while(|n| !matches!(**n, 0 | 127)).map(|n| *n as usize).collect();
    Ok(())
}
/// Digits before the point, in groups, with zeros up to a width.
fn grouped(s: &Spec, digits: &str, width: usize) -> String {
    let sep = s.separator.chars().count();
    let mut groups: Vec<String> = Vec::new();
    let (mut digits, mut width) = (digits, width as i64);
    let mut sizes = s.groups.iter().copied();
    loop {
        let size = match sizes.next() {
            Some(n) => n,
            None if s.repeat && !s.groups.is_empty() => s.groups[s.groups.len() - 1],
            None => usize::MAX,
        };
        let len = digits.len().max(width.max(1) as usize).min(size);
        let cut = digits.len().saturating_sub(len);
        groups.push("0".repeat(len.saturating_sub(digits.len())) + &digits[cut..]);
        digits = &digits[..cut];
        width -= len as i64;
        if digits.is_empty() && width <= 0 {
            break;
        }
        width -= sep as i64;
    }
    groups.reverse();
    groups.join(&s.separator)
}
/// Sign, body and filling.
fn aligned(s: &Spec, sign: &str, body: &str) -> String {
    let room = s.width.saturating_sub(sign.len() + body.chars().count());
    let fill = |n: usize| std::iter::repeat_n(s.fill, n).collect::<String>();
    match s.align {
        '<' => format!("{sign}{body}{}", fill(room)),
        '=' => format!("{sign}{}{body}", fill(room)),
        '^' => format!("{}{sign}{body}{}", fill(room / 2), fill(room - room / 2)),
        _ => format!("{}{sign}{body}", fill(room)),
    }
}
fn sign_of(s: &Spec, neg: bool) -> &'static str {
    match (neg, s.sign) {
        (true, _) => "-",
        (_, '+') => "+",
        (_, ' ') => " ",
        _ => "",
    }
}
/// Digits before and behind the point, and the exponent that is shown.
fn layout(n: &Num, s: &Spec) -> (String, String, i64) {
    let digits = n.coef.text();
    let len = digits.len() as i64;
    let left = n.exp + len;
    let point = match s.kind {
        'e' | 'E' => match s.precision {
            Some(p) if n.coef.is_zero() => 1 - p,
            _ => 1,
        },
        'f' | 'F' | '%' => left,
        _ if n.exp <= 0 && left > -6 => left,
        _ => 1,
    };
    let mut all = Vec::new();
    push_digits(&mut all, &digits, point);
    let all = String::from_utf8(all).unwrap_or_default();
    let (whole, part) = all.split_once('.').unwrap_or((&all, ""));
    (whole.into(), part.into(), left - point)
}
/// `.2f` and the like of a short number.
fn fixed(th: &mut Thread, v: Value, spec: Gc<Str>) -> R<Option<Value>> {
    let digits = match spec.as_ascii().map(str::as_bytes) {
        Some(&[b'.', d @ b'0'..=b'9', b'f']) => i64::from(d - b'0'),
        _ => return Ok(None),
    };
    let Some(n) = object::short(v) else { return Ok(None) };
    let env = current::env(th)?;
    let n = n.quantize(-digits, &Settings::MAX.rounding(env.s.round), &mut 0);
    let mut room = [0; Short::TEXT];
    let text = n.and_then(|n| n.text(&mut room));
    Ok(text.map(|t| text::latin(th, t)))
}
/// `__format__`
pub(super) fn format(th: &mut Thread, a: &[Value]) -> R {
    let Some(spec) = a[1].cast::<Str>() else {
        return Err(th.type_error("format arg must be str"));
    };
    if a[2].is_empty()
        && let Some(v) = fixed(th, a[0], spec)?
    {
        return Ok(v);
    }
    let mut spec = spec.to_string_lossy();
    let n = decimal_type::this(th, a[0])?;
    // An old letter for 'n' in capitals.
    let capitals = spec.ends_with('N');
    if capitals {
        vasuki_vm::warn::warn(th, ctx().types.DeprecationWarning, "Format specifier 'N' is deprecated", 1)?;
        spec.pop();
        spec.push('n');
    }
    let s = parse(th, &spec, a[2])?;
    let text = formatted(th, n, s)?;
    Ok(th.new_str(&if capitals { text.to_uppercase() } else { text }))
}
fn formatted(th: &mut Thread, n: Num, mut s: Spec) -> R<String> {
    if s.width > 1 << 40 || s.precision.is_some_and(|p| p > 1 << 40) {
        return Err(invalid(th));
    }
    if !n.is_finite() {
        if s.fill == '0' && s.align == '=' {
            (s.fill, s.align) = (' ', '>');
        }
        let mut body = text::scientific(&n.clone().with_sign(false));
        if s.kind == '%' {
            body.push('%');
        }
        return Ok(aligned(&s, sign_of(&s, n.neg), &body));
    }
    let env = current::env(th)?;
    if s.kind == ' ' {
        s.kind = if env.capitals { 'G' } else { 'g' };
    }
    let neg = n.neg;
    let mut n = n;
    if s.kind == '%' {
        n.exp += 2;
    }
    let mut st = 0;
    if let Some(p) = s.precision {
        match s.kind {
            'e' | 'E' => n = n.round_to(p + 1, &env.s, &mut st),
            'f' | 'F' | '%' => n = n.rescale(-p, &env.s, &mut st),
            _ if n.digits() > p => n = n.round_to(p, &env.s, &mut st),
            _ => {}
        }
    }
    if n.exp > 0 && matches!(s.kind, 'f' | 'F' | '%') {
        n = n.rescale(0, &env.s, &mut st);
    }
    if n.is_nan() {
        return Err(th.memory_error());
    }
    let neg = neg && !(s.no_neg_0 && n.coef.is_zero());
    let (whole, mut part, exp) = layout(&n, &s);
    if let Some(c) = s.fraction_separator {
        let pieces: Vec<&str> = part.as_bytes().chunks(3).map(|p| std::str::from_utf8(p).unwrap_or("")).collect();
        part = pieces.join(&c.to_string());
    }
    if !part.is_empty() || s.alternate {
        part.insert_str(0, &s.point);
    }
    if exp != 0 || matches!(s.kind, 'e' | 'E') {
        part.push(if matches!(s.kind, 'E' | 'G') { 'E' } else { 'e' });
        part.push_str(&format!("{exp:+}"));
    }
    if s.kind == '%' {
        part.push('%');
    }
    let sign = sign_of(&s, neg);
    let zeros = s.fill == '0' && s.align == '=';
    let least = if zeros {
        s.width.saturating_sub(part.chars().count() + sign.len())
    } else {
        0
    };
    Ok(aligned(&s, sign, &(grouped(&s, &whole, least) + &part)))
}
