//! The bytes of a document as text: which encoding they have, and decoding piece by piece.

use super::errors::Code;

/// An encoding.
#[derive(Clone)]
pub(super) enum Encoding {
    Utf8,
    Utf16 {
        big: bool,
    },
    /// one byte a character; None: no character
    Table(Box<[Option<char>; 256]>),
}
impl Encoding {
    /// One that needs no table.
    pub fn named(name: &str) -> Option<Encoding> {
        Some(match name.to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Encoding::Utf8,
            "utf-16be" => Encoding::Utf16 { big: true },
            "utf-16le" => Encoding::Utf16 { big: false },
            "us-ascii" | "ascii" => Encoding::Table(Box::new(std::array::from_fn(|i| (i < 128).then(|| char::from(i as u8))))),
            "iso-8859-1" | "latin-1" | "latin1" => Encoding::Table(Box::new(std::array::from_fn(|i| Some(char::from(i as u8))))),
            _ => return None,
        })
    }
}
/// What the first bytes of a document tell.
pub(super) enum Start {
    /// more bytes are needed
    Unknown,
    /// this encoding, after so many bytes of a mark
    Known(Encoding, usize),
    /// that of the declaration, which is in ASCII
    Declared(String),
}
/// Looks at the first bytes.
pub(super) fn start(b: &[u8], last: bool) -> Start {
    match b {
        [0xEF, 0xBB, 0xBF, ..] => return Start::Known(Encoding::Utf8, 3),
        [0xFE, 0xFF, ..] => return Start::Known(Encoding::Utf16 { big: true }, 2),
        [0xFF, 0xFE, ..] => return Start::Known(Encoding::Utf16 { big: false }, 2),
        [0, b'<', ..] => return Start::Known(Encoding::Utf16 { big: true }, 0),
        [b'<', 0, ..] => return Start::Known(Encoding::Utf16 { big: false }, 0),
        _ => {}
    }
    const OPEN: &[u8] = b"<?xml";
    if !last && (OPEN.starts_with(b) || b == [0xEF] || b == [0xEF, 0xBB] || b == [0xFE] || b == [0xFF] || b == [0]) {
        return Start::Unknown;
    }
    if !b.starts_with(OPEN) {
        return Start::Known(Encoding::Utf8, 0);
    }
    let Some(end) = memchr::memmem::find(b, b"?>") else {
        return if last { Start::Known(Encoding::Utf8, 0) } else { Start::Unknown };
    };
    let declaration = String::from_utf8_lossy(&b[..end]);
    let value = declaration.split_once("encoding").and_then(|(_, rest)| {
        let rest = rest.trim_start().strip_prefix('=')?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        rest[1..].split_once(quote).map(|(name, _)| name.to_owned())
    });
    match value {
        Some(name) if name.eq_ignore_ascii_case("utf-16") => Start::Declared(name),
        Some(name) => match Encoding::named(&name) {
            Some(e) => Start::Known(e, 0),
            None => Start::Declared(name),
        },
        None => Start::Known(Encoding::Utf8, 0),
    }
}
/// Decodes all whole characters of `bytes`, which keeps the rest. Line ends become `\n`.
pub(super) fn decode(e: &Encoding, bytes: &mut Vec<u8>, last: bool, out: &mut String) -> Result<(), Code> {
    let from = out.len();
    let used = match e {
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(s) => {
                out.push_str(s);
                bytes.len()
            }
            Err(e) => {
                out.push_str(&String::from_utf8_lossy(&bytes[..e.valid_up_to()]));
                if e.error_len().is_some() {
                    lines(out, from);
                    return Err(Code::INVALID_TOKEN);
                }
                e.valid_up_to()
            }
        },
        Encoding::Utf16 { big } => {
            let unit = |b: &[u8]| {
                let b = [b[0], b[1]];
                if *big { u16::from_be_bytes(b) } else { u16::from_le_bytes(b) }
            };
            let mut units: Vec<u16> = bytes.chunks_exact(2).map(unit).collect();
            if units.last().is_some_and(|u| (0xD800..0xDC00).contains(u)) {
                units.pop();
            }
            for c in char::decode_utf16(units.iter().copied()) {
                match c {
                    Ok(c) => out.push(c),
                    Err(_) => return Err(Code::INVALID_TOKEN),
                }
            }
            units.len() * 2
        }
        Encoding::Table(t) => {
            for &b in bytes.iter() {
                match t[usize::from(b)] {
                    Some(c) => out.push(c),
                    None => return Err(Code::INVALID_TOKEN),
                }
            }
            bytes.len()
        }
    };
    bytes.drain(..used);
    if last && !bytes.is_empty() {
        return Err(Code::PARTIAL_CHAR);
    }
    lines(out, from);
    Ok(())
}
/// Line ends after `from`. A `\r` at the end stays, since a `\n` may follow.
fn lines(out: &mut String, from: usize) {
    let from = from - usize::from(out[..from].ends_with('\r'));
    if !out[from..].contains('\r') {
        return;
    }
    let tail = out.split_off(from).replace("\r\n", "\n");
    let open = tail.ends_with('\r');
    let body = tail.strip_suffix('\r').unwrap_or(&tail);
    out.push_str(&body.replace('\r', "\n"));
    if open {
        out.push('\r');
    }
}
