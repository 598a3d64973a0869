//! What can be wrong inside string literals.

use super::peg::{Peg, Stop};
use crate::error::SyntaxErrorKind;
use crate::tokenizer::{Token, kind};

fn stop<T>(msg: String, at: (usize, usize)) -> Result<T, Stop> {
    Err(Stop::Rule(SyntaxErrorKind::Syntax, msg, at.0, at.1))
}

/// Checks adjacent strings; gives the kind of the whole.
pub fn check(p: &Peg, a: Option<usize>) -> Result<Option<&'static str>, Stop> {
    let Some(a) = a else { return Ok(Some("literal")) };
    let node = &p.nodes[a];
    let tokens = p.tokens.get(node.first..node.last.min(p.tokens.len())).unwrap_or(&[]);
    let (mut depth, mut bytes, mut text, mut formatted) = (0usize, false, false, false);
    for t in tokens {
        match t.kind {
            kind::FSTRING_START => {
                formatted |= depth == 0;
                depth += 1;
            }
            kind::FSTRING_END => depth = depth.saturating_sub(1),
            kind::STRING if depth == 0 => {
                if is_bytes(p.text_of(*t)) {
                    bytes = true;
                } else {
                    text = true;
                }
            }
            _ => {}
        }
    }
    let last = p.tokens.last().map_or((0, 0), |t| (t.start, t.end));
    if bytes && (text || formatted) {
        return stop("cannot mix bytes and nonbytes literals".into(), last);
    }
    let mut raw = Vec::new();
    for t in tokens {
        let text = p.text_of(*t);
        match t.kind {
            kind::STRING => literal(text, *t, last)?,
            kind::FSTRING_START | kind::TSTRING_START => raw.push(prefix(text).contains(['r', 'R'])),
            kind::FSTRING_END | kind::TSTRING_END => {
                raw.pop();
            }
            kind::FSTRING_MIDDLE | kind::TSTRING_MIDDLE if raw.last() == Some(&false) => escapes(text, false, last)?,
            _ => {}
        }
    }
    Ok(Some(if formatted { "f-string expression" } else { "literal" }))
}

fn prefix(s: &str) -> &str {
    &s[..s.find(['"', '\'']).unwrap_or(0)]
}
fn is_bytes(s: &str) -> bool {
    prefix(s).contains(['b', 'B'])
}

fn literal(s: &str, t: Token, last: (usize, usize)) -> Result<(), Stop> {
    let prefix = prefix(s);
    let bytes = is_bytes(s);
    if bytes && !s.is_ascii() {
        return stop("bytes can only contain ASCII literal characters".into(), (t.start, t.end));
    }
    if prefix.contains(['r', 'R']) || !s.contains('\\') {
        return Ok(());
    }
    let quote = &s[prefix.len()..=prefix.len()];
    let size = if s[prefix.len()..].starts_with(&quote.repeat(3)) { 3 } else { 1 };
    escapes(&s[prefix.len() + size..s.len() - size], bytes, last)
}

/// Checks the backslash sequences of a string's text.
fn escapes(text: &str, bytes: bool, last: (usize, usize)) -> Result<(), Stop> {
    let body: Vec<char> = text.chars().collect();
    let mut at = 0;
    // CPython decodes a copy in which every character beyond ASCII takes ten.
    let mut shown = 0;
    while at < body.len() {
        if body[at] != '\\' {
            shown += if body[at].is_ascii() { 1 } else { 10 };
            at += 1;
            continue;
        }
        let c = body.get(at + 1).copied().unwrap_or(' ');
        let want = match c {
            'x' => 2,
            'u' if !bytes => 4,
            'U' if !bytes => 8,
            'N' if !bytes => {
                let close = body[at..].iter().position(|&c| c == '}');
                match (body.get(at + 2), close) {
                    (Some('{'), Some(end)) if end > 3 => {
                        at += end + 1;
                        shown += end + 1;
                        continue;
                    }
                    _ => {
                        let len = if body.get(at + 2) == Some(&'{') {
                            close.unwrap_or(body.len() - at - 1)
                        } else {
                            1
                        };
                        return unicode(shown, len, "malformed \\N character escape", last);
                    }
                }
            }
            _ => {
                at += 2;
                shown += if c.is_ascii() { 2 } else { 11 };
                continue;
            }
        };
        let digits = body[at + 2..].iter().take(want).take_while(|c| c.is_ascii_hexdigit()).count();
        if digits < want {
            if bytes {
                return stop(format!("(value error) invalid \\x escape at position {shown}"), last);
            }
            let what = match c {
                'x' => "truncated \\xXX escape",
                'u' => "truncated \\uXXXX escape",
                _ => "truncated \\UXXXXXXXX escape",
            };
            return unicode(shown, 1 + digits, what, last);
        }
        let value: String = body[at + 2..at + 2 + want].iter().collect();
        if u32::from_str_radix(&value, 16).is_ok_and(|v| v > 0x10_ffff) {
            return unicode(shown, 1 + want, "illegal Unicode character", last);
        }
        at += 2 + want;
        shown += 2 + want;
    }
    Ok(())
}

fn unicode(at: usize, more: usize, what: &str, place: (usize, usize)) -> Result<(), Stop> {
    let text = if more == 0 {
        format!("(unicode error) 'unicodeescape' codec can't decode byte 0x5c in position {at}: {what}")
    } else {
        format!(
            "(unicode error) 'unicodeescape' codec can't decode bytes in position {at}-{}: {what}",
            at + more
        )
    };
    stop(text, place)
}
