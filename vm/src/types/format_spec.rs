//! The format mini-language: `[[fill]align][sign]["z"]["#"]["0"][width][grouping]["." precision [grouping]][type]`.

use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::str_::Str;
use crate::types::str_ops::{self, StrBuilder};
use crate::types::{float, int};
use crate::value::Value;
use num_bigint::Sign;

#[derive(Clone)]
struct Spec {
    fill: u32,
    align: Option<char>,
    sign: Option<char>,
    no_neg_0: bool,
    alternate: bool,
    width: Option<usize>,
    grouping: Option<char>,
    precision: Option<usize>,
    frac_grouping: Option<char>,
    kind: Option<u32>,
}

fn char_at(p: &[u32], i: usize) -> Option<char> {
    p.get(i).copied().and_then(char::from_u32)
}
fn number(th: &mut Thread, p: &[u32], i: &mut usize, what: &str) -> R<Option<usize>> {
    let start = *i;
    let mut n = 0usize;
    while let Some(d) = p.get(*i).and_then(|&c| crate::types::unicode::decimal(c)) {
        n = match n.checked_mul(10).and_then(|n| n.checked_add(d as usize)) {
            Some(n) if n <= i32::MAX as usize * 4 => n,
            _ => return Err(th.value_error(what)),
        };
        *i += 1;
    }
    Ok(if *i > start { Some(n) } else { None })
}
fn shown(c: u32) -> String {
    match char::from_u32(c) {
        Some(ch) if (33..127).contains(&c) => ch.to_string(),
        _ => format!("\\x{c:x}"),
    }
}
fn parse(th: &mut Thread, v: Value, spec: Gc<Str>, default_align: char) -> R<Spec> {
    let p = str_ops::wide(spec);
    let type_name = th.class_of(v).name_str();
    let mut s = Spec {
        fill: 32,
        align: None,
        sign: None,
        no_neg_0: false,
        alternate: false,
        width: None,
        grouping: None,
        precision: None,
        frac_grouping: None,
        kind: None,
    };
    let mut i = 0;
    let is_align = |c: Option<char>| matches!(c, Some('<' | '>' | '=' | '^'));
    let mut fill_given = false;
    if is_align(char_at(&p, 1)) {
        s.fill = p[0];
        s.align = char_at(&p, 1);
        fill_given = true;
        i = 2;
    } else if is_align(char_at(&p, 0)) {
        s.align = char_at(&p, 0);
        i = 1;
    }
    if matches!(char_at(&p, i), Some('+' | '-' | ' ')) {
        s.sign = char_at(&p, i);
        i += 1;
    }
    if char_at(&p, i) == Some('z') {
        s.no_neg_0 = true;
        i += 1;
    }
    if char_at(&p, i) == Some('#') {
        s.alternate = true;
        i += 1;
    }
    if !fill_given && char_at(&p, i) == Some('0') {
        s.fill = 0x30;
        if s.align.is_none() && default_align == '>' {
            s.align = Some('=');
        }
        i += 1;
    }
    s.width = number(th, &p, &mut i, "Too many decimal digits in format string")?;
    let group = |th: &mut Thread, i: &mut usize| -> R<Option<char>> {
        let mut g = None;
        if char_at(&p, *i) == Some(',') {
            g = Some(',');
            *i += 1;
        }
        if char_at(&p, *i) == Some('_') {
            if g.is_some() {
                return Err(th.value_error("Cannot specify both ',' and '_'."));
            }
            g = Some('_');
            *i += 1;
        }
        if char_at(&p, *i) == Some(',') && g.is_some() {
            let text = if g == Some('_') {
                "Cannot specify both ',' and '_'."
            } else {
                "Cannot specify ',' with ','."
            };
            return Err(th.value_error(text));
        }
        Ok(g)
    };
    s.grouping = group(th, &mut i)?;
    if char_at(&p, i) == Some('.') {
        i += 1;
        s.precision = number(th, &p, &mut i, "Too many decimal digits in format string")?;
        s.frac_grouping = group(th, &mut i)?;
        if s.precision.is_none() && s.frac_grouping.is_none() {
            return Err(th.value_error("Format specifier missing precision"));
        }
    }
    match p.len() - i.min(p.len()) {
        0 => {}
        1 => s.kind = Some(p[i]),
        _ => {
            let text = spec.to_string_lossy();
            return Err(th.value_error(&format!("Invalid format specifier '{text}' for object of type '{type_name}'")));
        }
    }
    if let Some(g) = s.grouping {
        let ok = match s.kind.and_then(char::from_u32) {
            None | Some('d' | 'e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F') => true,
            Some('b' | 'o' | 'x' | 'X') => g == '_',
            _ => false,
        };
        if !ok {
            let kind = shown(s.kind.unwrap_or(0));
            return Err(th.value_error(&format!("Cannot specify '{g}' with '{kind}'.")));
        }
    }
    if let Some(g) = s.frac_grouping {
        let ok = matches!(
            s.kind.and_then(char::from_u32),
            None | Some('e' | 'f' | 'g' | 'E' | 'G' | '%' | 'F')
        );
        if !ok {
            let kind = shown(s.kind.unwrap_or(0));
            return Err(th.value_error(&format!("Cannot specify '{g}' with '{kind}'.")));
        }
    }
    Ok(s)
}
fn unknown_code(th: &mut Thread, v: Value, kind: u32) -> Throw {
    let name = th.class_of(v).name_str();
    th.value_error(&format!("Unknown format code '{}' for object of type '{name}'", shown(kind)))
}
fn spec_arg(th: &mut Thread, v: Value) -> R<Gc<Str>> {
    match v.cast::<Str>() {
        Some(s) => Ok(s),
        None => Err(th.type_error(&format!("__format__() argument must be str, not {}", th.class_of(v).name_str()))),
    }
}
fn check_width(th: &mut Thread, s: &Spec) -> R<()> {
    str_ops::check_size(th, s.width.unwrap_or(0))
}

/// `format(str, spec)`
pub fn format_str(th: &mut Thread, v: Value, spec: Value) -> R {
    let spec = spec_arg(th, spec)?;
    let t = v.as_gc::<Str>();
    if spec.is_empty() {
        return Ok(th.str(v)?.value());
    }
    let s = parse(th, v, spec, '<')?;
    match s.kind {
        None | Some(0x73) => {}
        Some(k) => return Err(unknown_code(th, v, k)),
    }
    if let Some(c) = s.sign {
        let text = if c == ' ' {
            "Space not allowed in string format specifier"
        } else {
            "Sign not allowed in string format specifier"
        };
        return Err(th.value_error(text));
    }
    if s.no_neg_0 {
        return Err(th.value_error("Negative zero coercion (z) not allowed in string format specifier"));
    }
    if s.alternate {
        return Err(th.value_error("Alternate form (#) not allowed in string format specifier"));
    }
    if s.align == Some('=') {
        return Err(th.value_error("'=' alignment not allowed in string format specifier"));
    }
    if let Some(g) = s.grouping.or(s.frac_grouping) {
        return Err(th.value_error(&format!("Cannot specify '{g}' with 's'.")));
    }
    let n = t.len().min(s.precision.unwrap_or(usize::MAX));
    let room = s.width.unwrap_or(0).saturating_sub(n);
    if room == 0 {
        return Ok(str_ops::sub(th, t, 0, n));
    }
    check_width(th, &s)?;
    let left = match s.align {
        Some('>') => room,
        Some('^') => room / 2,
        _ => 0,
    };
    let mut b = StrBuilder::new();
    b.fill(s.fill, left);
    b.push_chars(str_ops::part(t.chars(), 0, n));
    b.fill(s.fill, room - left);
    Ok(b.finish(th))
}

/// Groups digits from the right; with `min` characters, zeros fill on the left.
fn group(digits: &str, sep: Option<char>, every: usize, min: usize) -> String {
    let Some(sep) = sep else {
        let mut out = "0".repeat(min.saturating_sub(digits.len()));
        out.push_str(digits);
        return out;
    };
    let mut out: Vec<u8> = Vec::new();
    let mut count = 0;
    for d in digits.bytes().rev() {
        if count > 0 && count % every == 0 {
            out.push(sep as u8);
        }
        out.push(d);
        count += 1;
    }
    while out.len() < min {
        if count % every == 0 {
            out.push(sep as u8);
        }
        out.push(b'0');
        count += 1;
    }
    out.reverse();
    String::from_utf8(out).unwrap_or_default()
}
fn group_fraction(digits: &str, sep: Option<char>) -> String {
    let Some(sep) = sep else { return digits.to_string() };
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && i % 3 == 0 {
            out.push(sep);
        }
        out.push(c);
    }
    out
}
/// Parts of a formatted number.
struct Number {
    negative: bool,
    prefix: String,
    whole: String,
    rest: String,
}
fn number_text(s: &Spec, n: &Number, every: usize) -> String {
    let sign = match (n.negative, s.sign) {
        (true, _) => "-",
        (_, Some('+')) => "+",
        (_, Some(' ')) => " ",
        _ => "",
    };
    let width = s.width.unwrap_or(0);
    let zero_fill = s.fill == 0x30 && s.align == Some('=');
    let fixed = sign.len() + n.prefix.len() + n.rest.len();
    let whole = if n.whole.is_empty() {
        String::new()
    } else {
        group(&n.whole, s.grouping, every, if zero_fill { width.saturating_sub(fixed) } else { 0 })
    };
    let len = fixed + whole.len();
    let room = width.saturating_sub(len);
    let fill: String = std::iter::repeat_n(char::from_u32(s.fill).unwrap_or('\u{FFFD}'), room).collect();
    let body = format!("{whole}{}", n.rest);
    match s.align.unwrap_or('>') {
        '<' => format!("{sign}{}{body}{fill}", n.prefix),
        '=' => format!("{sign}{}{fill}{body}", n.prefix),
        '^' => {
            let half: String = fill.chars().take(room / 2).collect();
            let other: String = fill.chars().skip(room / 2).collect();
            format!("{half}{sign}{}{body}{other}", n.prefix)
        }
        _ => format!("{fill}{sign}{}{body}", n.prefix),
    }
}

/// `format(int, spec)`
pub fn format_int(th: &mut Thread, v: Value, spec: Value) -> R {
    let spec = spec_arg(th, spec)?;
    if spec.is_empty() {
        return Ok(th.str(v)?.value());
    }
    let s = parse(th, v, spec, '>')?;
    check_width(th, &s)?;
    let kind = s.kind.map(|k| char::from_u32(k).unwrap_or('\0'));
    match kind {
        None | Some('b' | 'c' | 'd' | 'o' | 'x' | 'X' | 'n') => {}
        Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | '%') => {
            let f = int::to_f64(th, v)?.unwrap_or(0.0);
            let text = float_text(th, f, &s)?;
            return Ok(th.new_str(&text));
        }
        _ => return Err(unknown_code(th, v, s.kind.unwrap_or(0))),
    }
    if s.precision.is_some() {
        return Err(th.value_error("Precision not allowed in integer format specifier"));
    }
    if s.no_neg_0 {
        return Err(th.value_error("Negative zero coercion (z) not allowed in integer format specifier"));
    }
    if kind == Some('c') {
        if s.sign.is_some() {
            return Err(th.value_error("Sign not allowed with integer format specifier 'c'"));
        }
        if s.alternate {
            return Err(th.value_error("Alternate form (#) not allowed with integer format specifier 'c'"));
        }
        let Some(c) = int::to_i64(v).filter(|n| (0..0x110000).contains(n)) else {
            return Err(th.overflow_error("%c arg not in range(0x110000)"));
        };
        let room = s.width.unwrap_or(0).saturating_sub(1);
        let left = match s.align {
            Some('<') => 0,
            Some('^') => room / 2,
            _ => room,
        };
        let mut b = StrBuilder::new();
        b.fill(s.fill, left);
        b.push(c as u32);
        b.fill(s.fill, room - left);
        return Ok(b.finish(th));
    }
    let (radix, prefix, every) = match kind {
        Some('b') => (2, "0b", 4),
        Some('o') => (8, "0o", 4),
        Some('x') => (16, "0x", 4),
        Some('X') => (16, "0X", 4),
        _ => (10, "", 3),
    };
    let (negative, mut digits) = if radix == 10 {
        let t = int::to_decimal(th, v)?;
        match t.strip_prefix('-') {
            Some(d) => (true, d.to_string()),
            None => (false, t),
        }
    } else {
        let b = int::to_bigint(v).unwrap_or_default();
        (b.sign() == Sign::Minus, b.magnitude().to_str_radix(radix))
    };
    if kind == Some('X') {
        digits.make_ascii_uppercase();
    }
    let n = Number {
        negative,
        prefix: if s.alternate { prefix.into() } else { String::new() },
        whole: digits,
        rest: String::new(),
    };
    let text = number_text(&s, &n, every);
    Ok(th.new_str(&text))
}
/// `format(float, spec)`
pub fn format_float(th: &mut Thread, v: Value, spec: Value) -> R {
    let spec = spec_arg(th, spec)?;
    if spec.is_empty() {
        return Ok(th.str(v)?.value());
    }
    let s = parse(th, v, spec, '>')?;
    check_width(th, &s)?;
    match s.kind.map(|k| char::from_u32(k).unwrap_or('\0')) {
        None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n' | '%') => {}
        _ => return Err(unknown_code(th, v, s.kind.unwrap_or(0))),
    }
    let f = float::to_f64(v).unwrap_or(0.0);
    let text = float_text(th, f, &s)?;
    Ok(th.new_str(&text))
}
/// The magnitude of a float by type and precision, and whether it counts as negative.
fn float_body(f: f64, s: &Spec) -> (bool, String) {
    let kind = s.kind.and_then(char::from_u32);
    let mut negative = f.is_sign_negative() && !f.is_nan();
    let mut text = match (kind, s.precision) {
        (None, None) => {
            let t = float::repr(f.abs());
            if f.is_nan() { "nan".into() } else { t }
        }
        (None, Some(p)) => {
            let p = p.max(1);
            let t = float::format_magnitude(f, 'g', p, s.alternate);
            // Type-less: like 'g', but at least one digit after the point in fixed notation.
            match f.is_finite() && !t.contains(['.', 'e']) {
                true if t.len() < p => format!("{t}.0"),
                true => float::format_magnitude_exp(f, p),
                false => t,
            }
        }
        (Some('%'), p) => {
            let mut t = float::format_magnitude(f * 100.0, 'f', p.unwrap_or(6), s.alternate);
            t.push('%');
            t
        }
        (Some(k), p) => {
            let lower = match k.to_ascii_lowercase() {
                'n' => 'g',
                c => c,
            };
            float::format_magnitude(f, lower, p.unwrap_or(6), s.alternate)
        }
    };
    if matches!(kind, Some('E' | 'F' | 'G')) {
        text.make_ascii_uppercase();
    }
    if s.no_neg_0
        && negative
        && text
            .bytes()
            .take_while(|b| !matches!(b, b'e' | b'E'))
            .all(|b| !(b'1'..=b'9').contains(&b))
        && f.is_finite()
    {
        negative = false;
    }
    (negative, text)
}
fn float_text(th: &mut Thread, f: f64, s: &Spec) -> R<String> {
    if s.precision.is_some_and(|p| p > i32::MAX as usize) {
        return Err(th.value_error("precision too big"));
    }
    str_ops::check_size(th, s.precision.unwrap_or(0))?;
    let (negative, text) = float_body(f, s);
    Ok(number_text(s, &split(negative, &text, s), 3))
}
fn split(negative: bool, text: &str, s: &Spec) -> Number {
    let end = text.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(text.len());
    let (whole, rest) = text.split_at(end);
    let rest = match rest.strip_prefix('.') {
        Some(r) => {
            let n = r.bytes().position(|b| !b.is_ascii_digit()).unwrap_or(r.len());
            format!(".{}{}", group_fraction(&r[..n], s.frac_grouping), &r[n..])
        }
        None => rest.to_string(),
    };
    Number {
        negative,
        prefix: String::new(),
        whole: whole.into(),
        rest,
    }
}
/// `format(complex, spec)`
pub fn format_complex(th: &mut Thread, v: Value, c: (f64, f64), spec: Value) -> R {
    let spec = spec_arg(th, spec)?;
    if spec.is_empty() {
        return Ok(th.str(v)?.value());
    }
    let s = parse(th, v, spec, '>')?;
    check_width(th, &s)?;
    match s.kind.map(|k| char::from_u32(k).unwrap_or('\0')) {
        None | Some('e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'n') => {}
        _ => return Err(unknown_code(th, v, s.kind.unwrap_or(0))),
    }
    if s.fill == 0x30 {
        return Err(th.value_error("Zero padding is not allowed in complex format specifier"));
    }
    if s.align == Some('=') {
        return Err(th.value_error("'=' alignment flag is not allowed in complex format specifier"));
    }
    let mut part = s.clone();
    part.width = None;
    let bare = s.kind.is_none();
    let body = |f: f64, p: &Spec| -> String {
        let (negative, mut t) = float_body(f, p);
        if bare {
            if p.precision.is_none() {
                t = t.strip_suffix(".0").map(String::from).unwrap_or(t);
            } else if let Some(pr) = p.precision {
                t = float::format_magnitude(f, 'g', pr.max(1), p.alternate);
            }
        }
        number_text(p, &split(negative, &t, p), 3)
    };
    let mut im_part = part.clone();
    im_part.sign = Some('+');
    let text = if bare && c.0 == 0.0 && c.0.is_sign_positive() {
        format!("{}j", body(c.1, &part))
    } else {
        let t = format!("{}{}j", body(c.0, &part), body(c.1, &im_part));
        if bare { format!("({t})") } else { t }
    };
    let room = s.width.unwrap_or(0).saturating_sub(text.chars().count());
    let left = match s.align {
        Some('<') => 0,
        Some('^') => room / 2,
        _ => room,
    };
    let mut b = StrBuilder::new();
    b.fill(s.fill, left);
    b.push_str(&text);
    b.fill(s.fill, room - left);
    Ok(b.finish(th))
}
