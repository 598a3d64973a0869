//! An expression as text, as `from __future__ import annotations` keeps annotations: CPython's spacing, quotes and
//! parentheses, whatever the source has.

use crate::literal::int_value;
use ruff_python_ast::*;

/// How tightly an expression must bind to stand without parentheses.
type Level = u8;
const TUPLE: Level = 0;
const TEST: Level = 1;
const OR: Level = 2;
const AND: Level = 3;
const NOT: Level = 4;
const COMPARE: Level = 5;
const EXPR: Level = 6;
const FACTOR: Level = 12;
const POWER: Level = 13;
const AWAIT: Level = 14;
const ATOM: Level = 15;

/// The text of an annotation.
pub(super) fn unparse(e: &Expr) -> String {
    let mut out = String::new();
    expr(e, TEST, &mut out);
    out
}

fn binary(op: Operator) -> (&'static str, Level) {
    match op {
        Operator::BitOr => (" | ", EXPR),
        Operator::BitXor => (" ^ ", 7),
        Operator::BitAnd => (" & ", 8),
        Operator::LShift => (" << ", 9),
        Operator::RShift => (" >> ", 9),
        Operator::Add => (" + ", 10),
        Operator::Sub => (" - ", 10),
        Operator::Mult => (" * ", 11),
        Operator::MatMult => (" @ ", 11),
        Operator::Div => (" / ", 11),
        Operator::FloorDiv => (" // ", 11),
        Operator::Mod => (" % ", 11),
        Operator::Pow => (" ** ", POWER),
    }
}
/// Writes with `f`, in parentheses if `needed`.
fn group(needed: bool, out: &mut String, f: impl FnOnce(&mut String)) {
    if needed {
        out.push('(');
    }
    f(out);
    if needed {
        out.push(')');
    }
}
fn list<'a>(items: impl IntoIterator<Item = &'a Expr>, out: &mut String) {
    for (i, e) in items.into_iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        expr(e, TEST, out);
    }
}
fn expr(e: &Expr, level: Level, out: &mut String) {
    match e {
        Expr::BoolOp(b) => {
            let (word, l) = if b.op == BoolOp::And { (" and ", AND) } else { (" or ", OR) };
            group(level > l, out, |out| {
                for (i, v) in b.values.iter().enumerate() {
                    if i > 0 {
                        out.push_str(word);
                    }
                    expr(v, l + 1, out);
                }
            });
        }
        Expr::Named(n) => group(level > TUPLE, out, |out| {
            expr(&n.target, ATOM, out);
            out.push_str(" := ");
            expr(&n.value, ATOM, out);
        }),
        Expr::BinOp(b) => {
            let (word, l) = binary(b.op);
            let right = b.op == Operator::Pow;
            group(level > l, out, |out| {
                expr(&b.left, l + u8::from(right), out);
                out.push_str(word);
                expr(&b.right, l + u8::from(!right), out);
            });
        }
        Expr::UnaryOp(u) => {
            let (word, l) = match u.op {
                UnaryOp::Invert => ("~", FACTOR),
                UnaryOp::Not => ("not ", NOT),
                UnaryOp::UAdd => ("+", FACTOR),
                UnaryOp::USub => ("-", FACTOR),
            };
            group(level > l, out, |out| {
                out.push_str(word);
                expr(&u.operand, l, out);
            });
        }
        Expr::Lambda(l) => group(level > TEST, out, |out| {
            out.push_str("lambda");
            if let Some(p) = &l.parameters
                && !p.is_empty()
            {
                out.push(' ');
                parameters(p, out);
            }
            out.push_str(": ");
            expr(&l.body, TEST, out);
        }),
        Expr::If(i) => group(level > TEST, out, |out| {
            expr(&i.body, TEST + 1, out);
            out.push_str(" if ");
            expr(&i.test, TEST + 1, out);
            out.push_str(" else ");
            expr(&i.orelse, TEST, out);
        }),
        Expr::Dict(d) => {
            out.push('{');
            for (i, item) in d.items.iter().enumerate() {
                if i > 0 {
                    out.push_str(", ");
                }
                match &item.key {
                    Some(k) => {
                        expr(k, TEST, out);
                        out.push_str(": ");
                        expr(&item.value, TEST, out);
                    }
                    None => {
                        out.push_str("**");
                        expr(&item.value, EXPR, out);
                    }
                }
            }
            out.push('}');
        }
        Expr::Set(s) => {
            out.push('{');
            list(&s.elts, out);
            out.push('}');
        }
        Expr::ListComp(c) => comprehension('[', &c.elt, None, &c.generators, ']', out),
        Expr::SetComp(c) => comprehension('{', &c.elt, None, &c.generators, '}', out),
        Expr::Generator(c) => comprehension('(', &c.elt, None, &c.generators, ')', out),
        Expr::DictComp(c) => match &c.key {
            Some(k) => comprehension('{', k, Some(&c.value), &c.generators, '}', out),
            None => comprehension('{', &c.value, None, &c.generators, '}', out),
        },
        Expr::Await(a) => group(level > AWAIT, out, |out| {
            out.push_str("await ");
            expr(&a.value, ATOM, out);
        }),
        Expr::Yield(y) => {
            out.push_str("(yield");
            if let Some(v) = &y.value {
                out.push(' ');
                expr(v, TEST, out);
            }
            out.push(')');
        }
        Expr::YieldFrom(y) => {
            out.push_str("(yield from ");
            expr(&y.value, TEST, out);
            out.push(')');
        }
        Expr::Compare(c) => group(level > COMPARE, out, |out| {
            expr(&c.left, COMPARE + 1, out);
            for (op, e) in c.ops.iter().zip(&c.comparators) {
                out.push(' ');
                out.push_str(op.as_str());
                out.push(' ');
                expr(e, COMPARE + 1, out);
            }
        }),
        Expr::Call(c) => call(c, out),
        Expr::FString(f) => {
            let mut inside = String::new();
            for p in f.value.iter() {
                match p {
                    FStringPart::Literal(l) => inside.push_str(&doubled(&l.value)),
                    FStringPart::FString(f) => interpolated(&f.elements, &mut inside),
                }
            }
            out.push('f');
            string(&inside, out);
        }
        Expr::TString(t) => {
            let mut inside = String::new();
            t.value.iter().for_each(|t| interpolated(&t.elements, &mut inside));
            out.push('t');
            string(&inside, out);
        }
        Expr::StringLiteral(s) => {
            if s.value.is_unicode() {
                out.push('u');
            }
            string(s.value.to_str(), out);
        }
        Expr::BytesLiteral(b) => bytes(&b.value.bytes().collect::<Vec<u8>>(), out),
        Expr::NumberLiteral(n) => match &n.value {
            Number::Int(i) => out.push_str(&int_value(i).to_string()),
            Number::Float(f) => out.push_str(&float(*f)),
            Number::Complex { imag, .. } => {
                let text = float(*imag);
                out.push_str(text.strip_suffix(".0").unwrap_or(&text));
                out.push('j');
            }
        },
        Expr::BooleanLiteral(b) => out.push_str(if b.value { "True" } else { "False" }),
        Expr::NoneLiteral(_) => out.push_str("None"),
        Expr::EllipsisLiteral(_) => out.push_str("..."),
        Expr::Attribute(a) => {
            expr(&a.value, ATOM, out);
            // `1.real` would be a float
            let int = matches!(&*a.value, Expr::NumberLiteral(n) if matches!(n.value, Number::Int(_)));
            out.push_str(if int { " ." } else { "." });
            out.push_str(&a.attr);
        }
        Expr::Subscript(s) => {
            expr(&s.value, ATOM, out);
            out.push('[');
            expr(&s.slice, TUPLE, out);
            out.push(']');
        }
        Expr::Starred(s) => {
            out.push('*');
            expr(&s.value, EXPR, out);
        }
        Expr::Name(n) => out.push_str(&n.id),
        Expr::List(l) => {
            out.push('[');
            list(&l.elts, out);
            out.push(']');
        }
        Expr::Tuple(t) if t.elts.is_empty() => out.push_str("()"),
        Expr::Tuple(t) => group(level > TUPLE, out, |out| {
            list(&t.elts, out);
            if t.elts.len() == 1 {
                out.push(',');
            }
        }),
        Expr::Slice(s) => {
            if let Some(e) = &s.lower {
                expr(e, TEST, out);
            }
            out.push(':');
            if let Some(e) = &s.upper {
                expr(e, TEST, out);
            }
            if let Some(e) = &s.step {
                out.push(':');
                expr(e, TEST, out);
            }
        }
        Expr::IpyEscapeCommand(_) => {}
    }
}
fn call(c: &ExprCall, out: &mut String) {
    expr(&c.func, ATOM, out);
    if let ([e @ Expr::Generator(_)], []) = (&*c.arguments.args, &*c.arguments.keywords) {
        expr(e, TEST, out);
        return;
    }
    out.push('(');
    list(&c.arguments.args, out);
    for (i, k) in c.arguments.keywords.iter().enumerate() {
        if i > 0 || !c.arguments.args.is_empty() {
            out.push_str(", ");
        }
        match &k.arg {
            Some(n) => {
                out.push_str(n);
                out.push('=');
            }
            None => out.push_str("**"),
        }
        expr(&k.value, TEST, out);
    }
    out.push(')');
}
fn comprehension(open: char, e: &Expr, value: Option<&Expr>, generators: &[Comprehension], close: char, out: &mut String) {
    out.push(open);
    expr(e, TEST, out);
    if let Some(v) = value {
        out.push_str(": ");
        expr(v, TEST, out);
    }
    for g in generators {
        out.push_str(if g.is_async { " async for " } else { " for " });
        expr(&g.target, TUPLE, out);
        out.push_str(" in ");
        expr(&g.iter, TEST + 1, out);
        for c in &g.ifs {
            out.push_str(" if ");
            expr(c, TEST + 1, out);
        }
    }
    out.push(close);
}
fn parameters(p: &Parameters, out: &mut String) {
    let mut parts: Vec<String> = Vec::new();
    let one = |a: &ParameterWithDefault| {
        let mut s = a.parameter.name.to_string();
        if let Some(d) = &a.default {
            s.push('=');
            expr(d, TEST, &mut s);
        }
        s
    };
    parts.extend(p.posonlyargs.iter().map(one));
    if !p.posonlyargs.is_empty() {
        parts.push("/".to_owned());
    }
    parts.extend(p.args.iter().map(one));
    match &p.vararg {
        Some(v) => parts.push(format!("*{}", v.name)),
        None if !p.kwonlyargs.is_empty() => parts.push("*".to_owned()),
        None => {}
    }
    parts.extend(p.kwonlyargs.iter().map(one));
    parts.extend(p.kwarg.iter().map(|k| format!("**{}", k.name)));
    out.push_str(&parts.join(", "));
}
fn doubled(s: &str) -> String {
    s.replace('{', "{{").replace('}', "}}")
}
fn interpolated(elements: &InterpolatedStringElements, out: &mut String) {
    for e in elements {
        match e {
            InterpolatedStringElement::Literal(l) => out.push_str(&doubled(&l.value)),
            InterpolatedStringElement::Interpolation(i) => {
                if let Some(d) = &i.debug_text {
                    out.push_str(&doubled(&format!("{}{}{}", d.leading(), d.expression(), d.trailing())));
                }
                let mut text = String::new();
                expr(&i.expression, TEST + 1, &mut text);
                out.push_str(if text.starts_with('{') { "{ " } else { "{" });
                out.push_str(&text);
                out.push_str(match i.conversion {
                    ConversionFlag::Str => "!s",
                    ConversionFlag::Repr => "!r",
                    ConversionFlag::Ascii => "!a",
                    ConversionFlag::None if i.debug_text.is_some() && i.format_spec.is_none() => "!r",
                    ConversionFlag::None => "",
                });
                if let Some(s) = &i.format_spec {
                    out.push(':');
                    interpolated(&s.elements, out);
                }
                out.push('}');
            }
        }
    }
}
/// `repr` of a string.
fn string(s: &str, out: &mut String) {
    let q = if s.contains('\'') && !s.contains('"') { '"' } else { '\'' };
    out.push(q);
    for c in s.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == q => {
                out.push('\\');
                out.push(c);
            }
            ' '..='~' => out.push(c),
            c => {
                // Behind a letter a combining mark is shown as it is.
                let shown = ['a', c].iter().collect::<String>().escape_debug().nth(2).is_none();
                match c as u32 {
                    _ if shown => out.push(c),
                    n @ 0..=0xff => out.push_str(&format!("\\x{n:02x}")),
                    n @ 0..=0xffff => out.push_str(&format!("\\u{n:04x}")),
                    n => out.push_str(&format!("\\U{n:08x}")),
                }
            }
        }
    }
    out.push(q);
}
fn bytes(b: &[u8], out: &mut String) {
    let q = if b.contains(&b'\'') && !b.contains(&b'"') { '"' } else { '\'' };
    out.push('b');
    out.push(q);
    for &c in b {
        match c {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            c if c == q as u8 => {
                out.push('\\');
                out.push(q);
            }
            b' '..=b'~' => out.push(c as char),
            c => out.push_str(&format!("\\x{c:02x}")),
        }
    }
    out.push(q);
}
/// `repr` of a float that is not negative; infinity as a number that is too large.
fn float(f: f64) -> String {
    if f.is_infinite() {
        return "1e309".to_owned();
    }
    let scientific = format!("{f:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let n: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&n) {
        let plain = format!("{f}");
        return if plain.contains('.') { plain } else { plain + ".0" };
    }
    format!("{digits}e{}{:02}", if n < 0 { '-' } else { '+' }, n.abs())
}

#[cfg(test)]
mod tests {
    use super::unparse;

    /// Each pair: source and what CPython keeps of it.
    const CASES: &[(&str, &str)] = &[
        ("int", "int"),
        ("\"int\"", "'int'"),
        ("'it\\'s' \"x\"", "\"it'sx\""),
        ("Dict[ str,int ]", "Dict[str, int]"),
        ("(a|b)", "a | b"),
        ("a[1:2, ::3, b]", "a[1:2, ::3, b]"),
        ("Callable[[int,*Ts], None]", "Callable[[int, *Ts], None]"),
        ("(1, 2)", "(1, 2)"),
        ("a[(1,)]", "a[1,]"),
        ("(a + b) * c ** -d", "(a + b) * c ** (-d)"),
        ("not (a or b) and c", "not (a or b) and c"),
        ("a if b else (c if d else e)", "a if b else c if d else e"),
        ("lambda x, /, y=1, *a, z, **k: (x, y)", "lambda x, /, y=1, *a, z, **k: (x, y)"),
        ("f(x for x in y)", "f(x for x in y)"),
        ("f(*a, b=1, **c)", "f(*a, b=1, **c)"),
        ("{1: 2, **a, 'b': [c]}", "{1: 2, **a, 'b': [c]}"),
        ("[a async for a, b in c if d if e]", "[a async for a, b in c if d if e]"),
        ("f'a{b!r:>{w}}{{' '}'", "f'a{b!r:>{w}}{{}}'"),
        ("1e100, 1.0, 1j, 0x10, 1e-7, 1e400", "(1e+100, 1.0, 1j, 16, 1e-07, 1e309)"),
        ("b'\\x00a'", "b'\\x00a'"),
        ("'\\u00e9\\u200b'", "'é\\u200b'"),
        ("1 .real, ...", "(1 .real, ...)"),
        ("a < b is not c not in d", "a < b is not c not in d"),
        ("(x := 1)", "(x := 1)"),
    ];
    #[test]
    fn texts() {
        for (source, wanted) in CASES {
            let parsed = ruff_python_parser::parse_expression(source).unwrap_or_else(|e| panic!("{source}: {e}"));
            assert_eq!(unparse(&parsed.syntax().body), *wanted, "{source}");
        }
    }
}
