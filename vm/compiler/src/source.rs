//! Bytes to source text: byte-order mark, PEP 263 coding cookie, line ends.
//!
//! What comes out is text whose line ends are all `\n` and that has no NUL.

use crate::error::SyntaxError;

const BOM: &[u8] = b"\xef\xbb\xbf";
const HELP: &str = "but no encoding declared; see https://peps.python.org/pep-0263/ for details";

/// Decodes with another codec: name and bytes to text. `Ok(None)`: there is no such codec; `Err`: the codec's message.
pub type OtherCodec<'a> = &'a mut dyn FnMut(&str, &[u8]) -> Result<Option<String>, String>;

/// Decodes a source given as bytes; knows UTF-8, Latin-1 and ASCII.
pub fn decode(bytes: &[u8], filename: &str) -> Result<String, SyntaxError> {
    decode_with(bytes, filename, false, &mut |_, _| Ok(None))
}

/// Decodes a source; `is_file` names the file in the message about undeclared encodings, as for a script.
pub fn decode_with(bytes: &[u8], filename: &str, is_file: bool, other: OtherCodec) -> Result<String, SyntaxError> {
    let has_bom = bytes.starts_with(BOM);
    let body = if has_bom { &bytes[BOM.len()..] } else { bytes };
    let fail = |msg: String| Err(SyntaxError::new(msg).in_file(filename));
    if body.contains(&0) {
        return fail("source code string cannot contain null bytes".into());
    }
    let declared = cookie(body);
    let name = declared.as_deref().map(normalize);
    let text = match name.as_deref() {
        None => utf8(body, filename, is_file, false)?,
        Some("utf-8") => utf8(body, filename, is_file, true)?,
        Some(_) if has_bom => {
            return fail(format!("encoding problem: {} with BOM", declared.unwrap_or_default()));
        }
        Some("iso-8859-1") => body.iter().map(|&b| b as char).collect(),
        Some("ascii") => match body.iter().position(|&b| b >= 0x80) {
            None => String::from_utf8_lossy(body).into_owned(),
            Some(at) => {
                let byte = body[at];
                return fail(format!(
                    "(unicode error) 'ascii' codec can't decode byte {byte:#04x} in position {at}: ordinal not in range(128)"
                ));
            }
        },
        Some(_) => {
            let declared = declared.unwrap_or_default();
            match other(&declared, body) {
                Ok(Some(text)) => text,
                Ok(None) => return fail(format!("unknown encoding: {declared}")),
                Err(msg) => return fail(format!("(unicode error) {msg}")),
            }
        }
    };
    Ok(normalize_lines(text))
}

/// `\r\n` and `\r` become `\n`.
pub fn normalize_lines(text: String) -> String {
    if !text.contains('\r') {
        return text;
    }
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn utf8(body: &[u8], filename: &str, is_file: bool, declared: bool) -> Result<String, SyntaxError> {
    let error = match std::str::from_utf8(body) {
        Ok(s) => return Ok(s.to_owned()),
        Err(e) => e,
    };
    let at = error.valid_up_to();
    let byte = body[at];
    let before = String::from_utf8_lossy(&body[..at]).replace("\r\n", "\n");
    let (line, col) = crate::error::line_col(&before, before.len());
    let msg = if declared {
        let (what, reason) = utf8_reason(&body[at..], error.error_len());
        if what == 1 {
            format!("(unicode error) 'utf-8' codec can't decode byte {byte:#04x} in position {at}: {reason}")
        } else {
            format!(
                "(unicode error) 'utf-8' codec can't decode bytes in position {at}-{}: {reason}",
                at + what - 1
            )
        }
    } else {
        let file = if is_file { format!(" in file {filename}") } else { String::new() };
        format!("Non-UTF-8 code starting with '\\x{byte:02x}'{file} on line {line}, {HELP}")
    };
    let start = body[..at].iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1);
    let end = body[at..].iter().position(|&b| b == b'\n').map_or(body.len(), |i| at + i + 1);
    Err(SyntaxError {
        line,
        col,
        end_line: line,
        end_col: col,
        text: Some(String::from_utf8_lossy(&body[start..end]).into_owned()),
        ..SyntaxError::new(msg)
    }
    .in_file(filename))
}

/// How many bytes are wrong, and CPython's word for it.
fn utf8_reason(rest: &[u8], error_len: Option<usize>) -> (usize, &'static str) {
    match (rest[0], error_len) {
        (_, None) => (rest.len(), "unexpected end of data"),
        (0x80..=0xc1 | 0xf5..=0xff, _) => (1, "invalid start byte"),
        (_, Some(n)) => (n, "invalid continuation byte"),
    }
}

/// The encoding named in a comment of the first two lines, as written.
pub fn cookie(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|&b| b == b'\n' || b == b'\r').take(2) {
        let text = line.iter().position(|b| !b" \t\x0c".contains(b)).map_or(&line[..0], |i| &line[i..]);
        match text.first() {
            None => continue,
            Some(b'#') => {}
            Some(_) => return None,
        }
        let mut rest = text;
        while let Some(at) = find(rest, b"coding") {
            rest = &rest[at + 6..];
            if !matches!(rest.first(), Some(b':' | b'=')) {
                continue;
            }
            let value = &rest[1..];
            let value = &value[value.iter().take_while(|&&b| b == b' ' || b == b'\t').count()..];
            let end = value
                .iter()
                .take_while(|&&b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
                .count();
            if end > 0 {
                return Some(String::from_utf8_lossy(&value[..end]).into_owned());
            }
        }
    }
    None
}

fn find(hay: &[u8], needle: &[u8]) -> Option<usize> {
    hay.windows(needle.len()).position(|w| w == needle)
}

/// The encoding's usual name: `utf8`, `UTF-8-sig` and so on are `utf-8`.
fn normalize(name: &str) -> String {
    let n = name.to_ascii_lowercase().replace('_', "-");
    let is = |base: &str| n == base || n.starts_with(&format!("{base}-"));
    if is("utf-8") || n == "utf8" || n == "u8" {
        "utf-8".into()
    } else if is("latin-1")
        || is("iso-8859-1")
        || is("iso-latin-1")
        || matches!(n.as_str(), "latin1" | "l1" | "8859" | "cp819" | "iso8859-1")
    {
        "iso-8859-1".into()
    } else if matches!(n.as_str(), "ascii" | "us-ascii" | "646" | "ansi-x3.4-1968") {
        "ascii".into()
    } else {
        n
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_bom_and_line_ends() {
        assert_eq!(decode(b"a\r\nb\rc\n", "f").unwrap(), "a\nb\nc\n");
        assert_eq!(decode(b"\xef\xbb\xbfx = 1", "f").unwrap(), "x = 1");
    }
    #[test]
    fn cookies() {
        assert_eq!(
            cookie(b"#!/usr/bin/python\n# -*- coding: latin-1 -*-\n").as_deref(),
            Some("latin-1")
        );
        assert_eq!(cookie(b"x = 1\n# coding: latin-1\n"), None);
        assert_eq!(cookie(b"\n\n# coding: latin-1\n"), None);
        assert_eq!(decode(b"# coding=latin-1\nx='\xe9'", "f").unwrap(), "# coding=latin-1\nx='\u{e9}'");
        assert_eq!(decode(b"# coding: foo\n", "f").unwrap_err().msg, "unknown encoding: foo");
        let bom = decode(b"\xef\xbb\xbf# coding: latin-1\n", "f").unwrap_err();
        assert_eq!(bom.msg, "encoding problem: latin-1 with BOM");
    }
    #[test]
    fn bad_bytes() {
        let e = decode(b"a\xc3\xa9b\x80c", "f").unwrap_err();
        assert_eq!((e.line, e.col), (1, 4));
        assert!(
            e.msg
                .starts_with("Non-UTF-8 code starting with '\\x80' on line 1, but no encoding declared;")
        );
        let e = decode(b"# coding: utf-8\n\xff", "f").unwrap_err();
        assert_eq!(
            e.msg,
            "(unicode error) 'utf-8' codec can't decode byte 0xff in position 16: invalid start byte"
        );
        assert_eq!(decode(b"a\0", "f").unwrap_err().msg, "source code string cannot contain null bytes");
    }
}
