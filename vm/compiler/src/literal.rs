//! What literals stand for.
//!
//! Ruff's strings cannot hold lone surrogates: literals with escapes of them are read again from the source. Trees that
//! did not come from a source have constants that no literal can be written for: a literal node with an index stands for
//! the constant of that number (the parser gives no indices).

use crate::code::{Const, Text};
use num_bigint::BigInt;
use ruff_python_ast::StringFlags;
use ruff_python_ast::{
    AtomicNodeIndex, Int, InterpolatedElement, InterpolatedStringLiteralElement, Number, StringLiteral, StringLiteralValue,
};
use ruff_text_size::Ranged;
use std::sync::atomic::AtomicUsize;

/// Digits that a decimal int may have, in a source too; 0: no limit. `sys.set_int_max_str_digits`
pub static MAX_INT_DIGITS: AtomicUsize = AtomicUsize::new(4300);

/// The source of a tree, and the constants of its indexed literals.
#[derive(Clone, Copy)]
pub struct Literals<'a> {
    /// the source
    pub source: &'a str,
    /// constants by node index
    pub consts: &'a [Const],
}

impl Literals<'_> {
    /// The constant of an indexed node.
    pub fn given(&self, index: &AtomicNodeIndex) -> Option<&Const> {
        if self.consts.is_empty() {
            return None;
        }
        self.consts.get(index.load().as_u32()? as usize)
    }
    fn given_text(&self, index: &AtomicNodeIndex) -> Option<Text> {
        match self.given(index) {
            Some(Const::Str(t)) => Some(t.clone()),
            _ => None,
        }
    }
    /// A number.
    pub fn number(&self, n: &ruff_python_ast::ExprNumberLiteral) -> Const {
        if let Some(c) = self.given(&n.node_index) {
            return c.clone();
        }
        match &n.value {
            Number::Int(i) => Const::Int(int_value(i)),
            Number::Float(f) => Const::Float(*f),
            Number::Complex { real, imag } => Const::Complex(*real, *imag),
        }
    }
    /// A string, of several parts perhaps.
    pub fn string(&self, v: &StringLiteralValue) -> Text {
        let mut whole = Text::Utf8("".into());
        for s in v {
            whole.push(&self.part(s));
        }
        whole
    }
    /// A part of a string.
    pub fn part(&self, s: &StringLiteral) -> Text {
        if let Some(t) = self.given_text(&s.node_index) {
            return t;
        }
        let text = &self.source[s.range().to_std_range()];
        if s.flags.prefix().is_raw() || !has_surrogates(text) {
            return Text::Utf8(s.value.clone());
        }
        let open = text.find(['"', '\'']).unwrap_or(0);
        let q = if s.flags.is_triple_quoted() { 3 } else { 1 };
        let inner = text.get(open + q..text.len().saturating_sub(q)).unwrap_or("");
        read(inner, false)
    }
    /// The text of a replacement field's expression, as `Interpolation.expression` has it.
    pub fn expression_text(&self, i: &InterpolatedElement) -> String {
        if let Some(d) = &i.debug_text {
            let trailing = d.trailing();
            let end = after_expression(trailing).map_or(trailing.len(), |(at, _)| at);
            return without_comments(&format!("{}{}{}", d.leading(), d.expression(), &trailing[..end]));
        }
        let start = i.range().start().to_usize() + 1;
        let end = i.expression.range().end().to_usize();
        let rest = self.source.get(end..i.range().end().to_usize()).unwrap_or("");
        let more = after_expression(rest).map_or(0, |(at, _)| at);
        without_comments(self.source.get(start..end + more).unwrap_or(""))
    }
    /// The text that `=` in a replacement field adds.
    pub fn debug_text(&self, i: &InterpolatedElement) -> Option<Text> {
        let d = i.debug_text.as_ref()?;
        Some(without_comments(d.as_str()).as_str().into())
    }
    /// Literal text of an f-string or t-string.
    pub fn element(&self, e: &InterpolatedStringLiteralElement, raw: bool) -> Text {
        if let Some(t) = self.given_text(&e.node_index) {
            return t;
        }
        let text = &self.source[e.range().to_std_range()];
        if raw || !has_surrogates(text) {
            return Text::Utf8(e.value.clone());
        }
        read(text, true)
    }
}

/// Where what follows an expression in a replacement field ends it, and with which character.
fn after_expression(rest: &str) -> Option<(usize, char)> {
    let mut comment = false;
    rest.char_indices().find(|&(_, c)| {
        comment = c != '\n' && (comment || c == '#');
        !comment && matches!(c, '=' | '!' | ':' | '}')
    })
}
/// A text of Python without its comments.
fn without_comments(text: &str) -> String {
    if !text.contains('#') {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let len = match c {
            '#' => {
                rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
                continue;
            }
            '"' | '\'' => string_length(rest, c),
            c => c.len_utf8(),
        };
        out.push_str(&rest[..len]);
        rest = &rest[len..];
    }
    out
}
/// Bytes of the string that begins with a quote.
fn string_length(text: &str, quote: char) -> usize {
    let triple = quote.to_string().repeat(3);
    let closing = if text.starts_with(&triple) { triple } else { quote.to_string() };
    let mut at = closing.len();
    while let Some(rest) = text.get(at..) {
        if rest.starts_with(&closing) {
            return at + closing.len();
        }
        let mut chars = rest.chars();
        let Some(c) = chars.next() else { break };
        at += c.len_utf8();
        if c == '\\' {
            at += chars.next().map_or(0, char::len_utf8);
        }
    }
    text.len()
}

/// The value of an int token.
pub fn int_value(i: &Int) -> BigInt {
    if let Some(n) = i.as_u64() {
        return BigInt::from(n);
    }
    let text: String = i.to_string().chars().filter(|c| *c != '_').collect();
    let lower = text.to_ascii_lowercase();
    let (digits, radix) = match lower.get(..2) {
        Some("0x") => (&lower[2..], 16),
        Some("0o") => (&lower[2..], 8),
        Some("0b") => (&lower[2..], 2),
        _ => (lower.as_str(), 10),
    };
    BigInt::parse_bytes(digits.as_bytes(), radix).unwrap_or_default()
}

/// Could it have escapes of surrogates?
fn has_surrogates(text: &str) -> bool {
    text.as_bytes()
        .windows(3)
        .any(|w| w[0] == b'\\' && matches!(w[1], b'u' | b'U') && matches!(w[2], b'd' | b'D' | b'0'))
}
fn read(text: &str, braces: bool) -> Text {
    let mut points = Vec::new();
    escapes(text, braces, &mut points);
    Text::from_points(points)
}
/// The code points of the inside of a string literal with valid escapes; `braces`: doubled ones are one.
fn escapes(text: &str, braces: bool, out: &mut Vec<u32>) {
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c == '\r' {
            rest = rest.strip_prefix('\n').unwrap_or(rest);
            out.push(10);
            continue;
        }
        if c != '\\' {
            if braces && matches!(c, '{' | '}') {
                rest = rest.strip_prefix(c).unwrap_or(rest);
            }
            out.push(c as u32);
            continue;
        }
        let Some(e) = rest.chars().next() else { return };
        let at = e.len_utf8();
        let mut hex = |n: usize, rest: &mut &str| {
            let v = rest.get(at..at + n).and_then(|h| u32::from_str_radix(h, 16).ok());
            *rest = rest.get(at + n..).unwrap_or("");
            out.push(v.unwrap_or(0xFFFD));
        };
        match e {
            'x' => hex(2, &mut rest),
            'u' => hex(4, &mut rest),
            'U' => hex(8, &mut rest),
            'N' => {
                let end = rest.find('}').unwrap_or(rest.len());
                let name = rest.get(2..end).unwrap_or("");
                out.push(unicode_names2::character(name).map_or(0xFFFD, u32::from));
                rest = rest.get(end + 1..).unwrap_or("");
            }
            '0'..='7' => {
                let n = rest.bytes().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
                out.push(u32::from_str_radix(&rest[..n], 8).unwrap_or(0));
                rest = &rest[n..];
            }
            '\n' => rest = &rest[1..],
            '\r' => rest = rest[1..].strip_prefix('\n').unwrap_or(&rest[1..]),
            _ => {
                let simple = match e {
                    '\\' | '\'' | '"' => e as u32,
                    'a' => 7,
                    'b' => 8,
                    'f' => 12,
                    'n' => 10,
                    'r' => 13,
                    't' => 9,
                    'v' => 11,
                    _ => {
                        out.push('\\' as u32);
                        e as u32
                    }
                };
                out.push(simple);
                rest = &rest[at..];
            }
        }
    }
}
