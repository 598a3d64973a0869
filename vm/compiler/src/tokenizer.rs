//! CPython's tokens, one after another, with its errors.
//!
//! What must hold: positions are byte offsets into the source, which has `\n` line ends; after an error or the end marker
//! the tokenizer is not asked again. Ruff's lexer serves the compiler; this one serves error messages (which depend on
//! exactly which token CPython would have met) and the `tokenize` module.

use crate::error::SyntaxErrorKind;

/// Token numbers of CPython 3.14.
pub mod kind {
    #![expect(missing_docs, reason = "CPython's names, documented in its token module")]
    pub const ENDMARKER: u8 = 0;
    pub const NAME: u8 = 1;
    pub const NUMBER: u8 = 2;
    pub const STRING: u8 = 3;
    pub const NEWLINE: u8 = 4;
    pub const INDENT: u8 = 5;
    pub const DEDENT: u8 = 6;
    pub const LPAR: u8 = 7;
    pub const COLON: u8 = 11;
    pub const OP: u8 = 55;
    pub const FSTRING_START: u8 = 59;
    pub const FSTRING_MIDDLE: u8 = 60;
    pub const FSTRING_END: u8 = 61;
    pub const TSTRING_START: u8 = 62;
    pub const TSTRING_MIDDLE: u8 = 63;
    pub const TSTRING_END: u8 = 64;
    pub const COMMENT: u8 = 65;
    pub const NL: u8 = 66;
}
use kind::*;

/// The operators with their token numbers, longest first.
pub const OPERATORS: [(&str, u8); 48] = [
    ("**=", 46),
    ("//=", 48),
    (">>=", 45),
    ("<<=", 44),
    ("...", 52),
    ("!=", 28),
    ("<>", 28),
    ("==", 27),
    ("<=", 29),
    (">=", 30),
    ("<<", 33),
    (">>", 34),
    ("**", 35),
    ("//", 47),
    ("+=", 36),
    ("-=", 37),
    ("*=", 38),
    ("/=", 39),
    ("%=", 40),
    ("&=", 41),
    ("|=", 42),
    ("^=", 43),
    ("@=", 50),
    ("->", 51),
    (":=", 53),
    ("(", 7),
    (")", 8),
    ("[", 9),
    ("]", 10),
    (":", 11),
    (",", 12),
    (";", 13),
    ("+", 14),
    ("-", 15),
    ("*", 16),
    ("/", 17),
    ("|", 18),
    ("&", 19),
    ("<", 20),
    (">", 21),
    ("=", 22),
    (".", 23),
    ("%", 24),
    ("{", 25),
    ("}", 26),
    ("~", 31),
    ("^", 32),
    ("@", 49),
];
const EXCLAMATION: u8 = 54;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// number in [`kind`]
    pub kind: u8,
    /// first byte
    pub start: usize,
    /// byte after the last
    pub end: usize,
    /// open brackets after it
    pub level: usize,
}

/// What the tokenizer cannot read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenError {
    /// exception class
    pub kind: SyntaxErrorKind,
    /// message
    pub msg: String,
    /// first wrong byte
    pub start: usize,
    /// byte after the last; `None`: unknown
    pub end: Option<usize>,
    /// the input ended inside a string, brackets or a continued line: more could complete it
    pub at_end: bool,
}

#[derive(Clone, Debug)]
struct StringMode {
    quote: u8,
    size: usize,
    raw: bool,
    template: bool,
    start: usize,
    depth: usize,
    /// bracket depth at which each open replacement field began
    fields: Vec<usize>,
    in_spec: bool,
    /// scanning literal text rather than an expression
    literal: bool,
}

/// The tokenizer.
#[derive(Clone)]
pub struct Tokenizer<'a> {
    src: &'a [u8],
    text: &'a str,
    pos: usize,
    extra: bool,
    at_line_start: bool,
    continued: bool,
    indents: Vec<(usize, usize)>,
    pending: isize,
    brackets: Vec<(u8, usize)>,
    modes: Vec<StringMode>,
    /// a logical line has begun and wants a NEWLINE
    line_open: bool,
    done: bool,
    blank: bool,
}

type T = Result<Token, TokenError>;

impl<'a> Tokenizer<'a> {
    /// For `text`, whose line ends must be `\n`. `extra`: also comments and blank lines, as the `tokenize` module wants.
    pub fn new(text: &'a str, extra: bool) -> Tokenizer<'a> {
        Tokenizer {
            src: text.as_bytes(),
            text,
            pos: 0,
            extra,
            at_line_start: true,
            continued: false,
            indents: Vec::new(),
            pending: 0,
            brackets: Vec::new(),
            modes: Vec::new(),
            line_open: false,
            done: false,
            blank: false,
        }
    }
    /// The innermost open bracket and its offset.
    pub fn open_bracket(&self) -> Option<(char, usize)> {
        self.brackets.last().map(|&(c, at)| (c as char, at))
    }
    /// Is it inside an f-string or t-string?
    pub fn in_interpolated(&self) -> bool {
        !self.modes.is_empty()
    }
    /// Has the end of the source been met?
    pub fn at_end(&self) -> bool {
        self.done
    }
    fn peek(&self, ahead: usize) -> u8 {
        self.src.get(self.pos + ahead).copied().unwrap_or(0)
    }
    fn ended(&self) -> bool {
        self.pos >= self.src.len()
    }
    fn token(&self, kind: u8, start: usize) -> T {
        Ok(Token {
            kind,
            start,
            end: self.pos,
            level: self.brackets.len(),
        })
    }
    /// An error at the last character read.
    fn error(&self, msg: impl Into<String>) -> TokenError {
        let mut at = self.pos.min(self.src.len()).saturating_sub(1);
        while !self.text.is_char_boundary(at) {
            at -= 1;
        }
        self.error_at(at, None, msg)
    }
    fn error_at(&self, start: usize, end: Option<usize>, msg: impl Into<String>) -> TokenError {
        TokenError {
            kind: SyntaxErrorKind::Syntax,
            msg: msg.into(),
            start,
            end,
            at_end: false,
        }
    }
    fn line_of(&self, at: usize) -> usize {
        1 + self.src[..at.min(self.src.len())].iter().filter(|&&b| b == b'\n').count()
    }
    fn line_start(&self, at: usize) -> usize {
        self.src[..at].iter().rposition(|&b| b == b'\n').map_or(0, |i| i + 1)
    }
    fn line_end(&self, at: usize) -> usize {
        self.src[at..].iter().position(|&b| b == b'\n').map_or(self.src.len(), |i| at + i)
    }

    /// The next token.
    pub fn next_token(&mut self) -> T {
        if self.modes.last().is_some_and(|m| m.literal) {
            self.string_text()
        } else {
            self.normal()
        }
    }

    fn indentation(&mut self) -> Result<(), TokenError> {
        let (mut col, mut alt) = (0, 0);
        // Of an indentation that goes on after a backslash, what is before the first one counts.
        let mut before_backslash = 0;
        loop {
            match self.peek(0) {
                b' ' if !self.ended() => {
                    col += 1;
                    alt += 1;
                }
                b'\t' => {
                    col = (col / 8 + 1) * 8;
                    alt += 1;
                }
                b'\x0c' => (col, alt) = (0, 0),
                b'\\' if self.peek(1) == b'\n' => {
                    if before_backslash == 0 {
                        before_backslash = col;
                    }
                    self.pos += 2;
                    continue;
                }
                _ => break,
            }
            self.pos += 1;
        }
        let c = self.peek(0);
        self.blank = self.ended() || c == b'#' || c == b'\n';
        if self.blank && !self.ended() || !self.brackets.is_empty() {
            return Ok(());
        }
        if before_backslash > 0 {
            (col, alt) = (before_backslash, before_backslash);
        }
        if self.ended() {
            (col, alt) = (0, 0);
        }
        let top = self.indents.last().copied().unwrap_or((0, 0));
        let tabs = |t: &Self| {
            let end = t.line_end(t.pos);
            TokenError {
                kind: SyntaxErrorKind::Tab,
                ..t.error_at(end, Some(end), "inconsistent use of tabs and spaces in indentation")
            }
        };
        if col == top.0 {
            if alt != top.1 {
                return Err(tabs(self));
            }
        } else if col > top.0 {
            if alt <= top.1 {
                return Err(tabs(self));
            }
            if self.indents.len() >= 99 {
                return Err(TokenError {
                    kind: SyntaxErrorKind::Indentation,
                    ..self.error_at(self.pos, None, "too many levels of indentation")
                });
            }
            self.indents.push((col, alt));
            self.pending += 1;
        } else {
            while self.indents.last().is_some_and(|t| t.0 > col) {
                self.indents.pop();
                self.pending -= 1;
            }
            let top = self.indents.last().copied().unwrap_or((0, 0));
            if top.0 != col {
                let end = self.line_end(self.pos);
                return Err(TokenError {
                    kind: SyntaxErrorKind::Indentation,
                    ..self.error_at(end, None, "unindent does not match any outer indentation level")
                });
            }
            if top.1 != alt {
                return Err(tabs(self));
            }
        }
        Ok(())
    }

    fn normal(&mut self) -> T {
        loop {
            self.blank = false;
            if self.at_line_start {
                self.at_line_start = false;
                self.indentation()?;
            }
            if self.pending != 0 {
                let at = self.pos;
                self.done |= self.ended();
                if self.pending < 0 {
                    self.pending += 1;
                    return self.token(DEDENT, at);
                }
                self.pending -= 1;
                let start = self.line_start(at);
                return self.token(INDENT, start);
            }
            while !self.ended() && matches!(self.peek(0), b' ' | b'\t' | b'\x0c') {
                self.pos += 1;
            }
            let start = self.pos;
            if self.ended() {
                return self.end_of_source();
            }
            match self.peek(0) {
                b'#' => {
                    self.pos = self.line_end(start);
                    if self.extra {
                        return self.token(COMMENT, start);
                    }
                    if self.ended() && !self.line_open {
                        return self.end_of_source();
                    }
                }
                b'\n' => {
                    self.pos += 1;
                    self.at_line_start = true;
                    if !self.line_open || !self.brackets.is_empty() {
                        if self.extra {
                            return self.token(NL, start);
                        }
                        continue;
                    }
                    self.line_open = false;
                    return self.token(NEWLINE, start);
                }
                b'\\' => {
                    if self.peek(1) != b'\n' {
                        self.pos += 1;
                        if self.ended() {
                            if !self.brackets.is_empty() {
                                return self.end_of_source();
                            }
                            self.done = true;
                            let e = self.error("unexpected EOF while parsing");
                            return Err(TokenError { at_end: true, ..e });
                        }
                        return Err(self.error_at(start + 1, None, "unexpected character after line continuation character"));
                    }
                    self.pos += 2;
                    self.continued = true;
                    if self.ended() {
                        self.done = true;
                        if !self.brackets.is_empty() {
                            return self.end_of_source();
                        }
                        return Err(TokenError {
                            at_end: true,
                            ..self.error_at(start, None, "unexpected EOF while parsing")
                        });
                    }
                }
                c => {
                    self.line_open = true;
                    return self.visible(c, start);
                }
            }
        }
    }

    fn end_of_source(&mut self) -> T {
        let start = self.pos;
        self.done = true;
        if let Some(&(c, at)) = self.brackets.last() {
            let msg = format!("'{}' was never closed", c as char);
            let e = self.error_at(at, None, msg);
            return Err(TokenError { at_end: true, ..e });
        }
        if self.line_open {
            // The source lacks its last line end.
            self.line_open = false;
            self.done = false;
            self.at_line_start = true;
            return self.token(NEWLINE, start);
        }
        if !self.indents.is_empty() {
            self.pending -= self.indents.len() as isize;
            self.indents.clear();
            self.pending += 1;
            return self.token(DEDENT, start);
        }
        self.token(ENDMARKER, start)
    }

    fn visible(&mut self, c: u8, start: usize) -> T {
        if c.is_ascii_alphabetic() || c == b'_' || c >= 0x80 {
            return self.name_or_string(start);
        }
        if c.is_ascii_digit() || c == b'.' && self.peek(1).is_ascii_digit() {
            return self.number(start);
        }
        if c == b'"' || c == b'\'' {
            return self.string(start, 0);
        }
        if let Some(m) = self.modes.last_mut()
            && let Some(&field) = m.fields.last()
            && c == b':'
            && m.depth == field
        {
            m.literal = true;
            m.in_spec = true;
            self.pos += 1;
            return self.token(COLON, start);
        }
        // In a replacement field `!=` is the operator, `!` alone begins a conversion.
        for (text, kind) in OPERATORS {
            if self.src[start..].starts_with(text.as_bytes()) && !(self.extra && text == "<>") {
                self.pos += text.len();
                if text.len() == 1 {
                    self.bracket(c, start)?;
                }
                return self.token(kind, start);
            }
        }
        self.pos += 1;
        if c == b'!' {
            return self.token(EXCLAMATION, start);
        }
        if !(0x20..0x7f).contains(&c) {
            return Err(self.error(format!("invalid non-printable character U+{c:04X}")));
        }
        self.token(OP, start)
    }

    fn bracket(&mut self, c: u8, start: usize) -> Result<(), TokenError> {
        match c {
            b'(' | b'[' | b'{' => {
                if self.brackets.len() >= 200 {
                    return Err(self.error("too many nested parentheses"));
                }
                self.brackets.push((c, start));
                if let Some(m) = self.modes.last_mut() {
                    m.depth += 1;
                }
            }
            b')' | b']' | b'}' => {
                let letter = self.modes.last().map(|m| if m.template { 't' } else { 'f' });
                if let (Some(l), Some(m)) = (letter, self.modes.last())
                    && m.depth == 0
                    && c == b'}'
                {
                    return Err(self.error(format!("{l}-string: single '}}' is not allowed")));
                }
                match self.brackets.pop() {
                    None if self.extra => {}
                    None => return Err(self.error(format!("unmatched '{}'", c as char))),
                    Some((open, at)) => {
                        let fits = matches!((open, c), (b'(', b')') | (b'[', b']') | (b'{', b'}'));
                        if !fits && !self.extra {
                            if let (Some(l), Some(m)) = (letter, self.modes.last())
                                && open == b'{'
                                && m.fields.last() == Some(&m.depth)
                            {
                                return Err(self.error(format!("{l}-string: unmatched '{}'", c as char)));
                            }
                            return Err(self.mismatch(c, open, at, start));
                        }
                    }
                }
                if let Some(m) = self.modes.last_mut() {
                    if c == b'}' && m.fields.last() == Some(&m.depth) {
                        m.fields.pop();
                        m.literal = true;
                        m.in_spec = !m.fields.is_empty();
                    }
                    m.depth = m.depth.saturating_sub(1);
                }
            }
            _ => {}
        }
        Ok(())
    }
    fn mismatch(&self, c: u8, open: u8, at: usize, start: usize) -> TokenError {
        let (c, open) = (c as char, open as char);
        let msg = format!("closing parenthesis '{c}' does not match opening parenthesis '{open}'");
        let line = self.line_of(at);
        self.error(if line == self.line_of(start) {
            msg
        } else {
            format!("{msg} on line {line}")
        })
    }

    fn name_or_string(&mut self, start: usize) -> T {
        let mut seen = String::new();
        loop {
            let c = self.peek(0).to_ascii_lowercase();
            if matches!(c, b'b' | b'u' | b'r' | b'f' | b't') && !seen.contains(c as char) {
                seen.push(c as char);
                self.pos += 1;
                continue;
            }
            if matches!(c, b'"' | b'\'') && !seen.is_empty() {
                for pair in ["ub", "ur", "uf", "ut", "bf", "bt", "ft"] {
                    if pair.chars().all(|p| seen.contains(p)) {
                        let (a, b) = pair.split_at(1);
                        let msg = format!("'{a}' and '{b}' prefixes are incompatible");
                        return Err(self.error_at(start, Some(self.pos), msg));
                    }
                }
                if seen.contains(['f', 't']) {
                    return self.interpolated(start, &seen);
                }
                return self.string(start, 0);
            }
            break;
        }
        let rest = &self.text[start..];
        let len = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || !c.is_ascii()))
            .unwrap_or(rest.len());
        let word = &rest[..len];
        if !word.is_ascii() {
            for (i, c) in word.char_indices() {
                let first = i == 0;
                let ok = c == '_' || if first { is_name_start(c) } else { is_name_char(c) };
                if !ok {
                    self.pos = start + i + c.len_utf8();
                    let msg = if is_printable(c) {
                        format!("invalid character '{c}' (U+{:04X})", c as u32)
                    } else {
                        format!("invalid non-printable character U+{:04X}", c as u32)
                    };
                    return Err(self.error_at(start + i, None, msg));
                }
            }
        }
        self.pos = start + len;
        self.token(NAME, start)
    }

    fn string(&mut self, start: usize, _prefix: usize) -> T {
        let quote = self.peek(0);
        let size = if self.peek(1) == quote && self.peek(2) == quote { 3 } else { 1 };
        let opening = self.pos;
        self.pos += size;
        let mut escaped_quote = false;
        loop {
            let c = self.peek(0);
            if self.ended() || size == 1 && c == b'\n' {
                if let Some(m) = self.modes.last()
                    && m.quote == quote
                    && m.size == size
                {
                    let l = if m.template { 't' } else { 'f' };
                    self.pos = opening + 1;
                    return Err(self.error(format!("{l}-string: expecting '}}'")));
                }
                let line = self.last_line();
                let msg = if size == 3 {
                    format!("unterminated triple-quoted string literal (detected at line {line})")
                } else if escaped_quote {
                    format!("unterminated string literal (detected at line {line}); perhaps you escaped the end quote")
                } else {
                    format!("unterminated string literal (detected at line {line})")
                };
                let at_end = self.ended();
                self.done |= at_end;
                let e = self.error_at(start, None, msg);
                return Err(TokenError { at_end, ..e });
            }
            self.pos += 1;
            if c == b'\\' {
                escaped_quote |= self.peek(0) == quote;
                self.pos += 1;
            } else if c == quote && (size == 1 || self.peek(0) == quote && self.peek(1) == quote) {
                self.pos += size - 1;
                return self.token(STRING, start);
            }
        }
    }
    /// The line that the position is in; the end of the source counts to its last line.
    fn last_line(&self) -> usize {
        let at = self.pos.min(self.src.len());
        let line = self.line_of(at);
        if at == self.src.len() && self.src.last() == Some(&b'\n') {
            line - 1
        } else {
            line
        }
    }

    fn interpolated(&mut self, start: usize, prefix: &str) -> T {
        let quote = self.peek(0);
        let size = if self.peek(1) == quote && self.peek(2) == quote { 3 } else { 1 };
        self.pos += size;
        let template = prefix.contains('t');
        if self.modes.len() >= 149 {
            return Err(self.error("too many nested f-strings or t-strings"));
        }
        self.modes.push(StringMode {
            quote,
            size,
            raw: prefix.contains('r'),
            template,
            start,
            depth: 0,
            fields: Vec::new(),
            in_spec: false,
            literal: true,
        });
        self.token(if template { TSTRING_START } else { FSTRING_START }, start)
    }

    /// Literal text of an f-string or t-string, its end, or the brace that begins a replacement field.
    fn string_text(&mut self) -> T {
        let start = self.pos;
        let Some(top) = self.modes.len().checked_sub(1) else {
            return self.normal();
        };
        let m = self.modes[top].clone();
        let (middle, end) = if m.template {
            (TSTRING_MIDDLE, TSTRING_END)
        } else {
            (FSTRING_MIDDLE, FSTRING_END)
        };
        let closing = vec![m.quote; m.size];
        if self.src[start..].starts_with(&closing) {
            self.modes.pop();
            self.pos += m.size;
            return self.token(end, start);
        }
        let spec = m.in_spec && !m.fields.is_empty();
        if self.peek(0) == b'{' && (self.peek(1) != b'{' || spec) {
            return self.field(start);
        }
        let mut named_escape = false;
        loop {
            let c = self.peek(0);
            if self.ended() || m.size == 1 && c == b'\n' {
                if spec && c == b'\n' && !self.ended() {
                    if m.size == 1 {
                        let l = if m.template { 't' } else { 'f' };
                        let msg = format!("{l}-string: newlines are not allowed in format specifiers for single quoted {l}-strings");
                        self.pos += 1;
                        return Err(self.error(msg));
                    }
                    self.modes[top].literal = false;
                    self.modes[top].in_spec = false;
                    return self.token(middle, start);
                }
                let line = self.last_line();
                let l = if m.template { 't' } else { 'f' };
                let triple = if m.size == 3 { "triple-quoted " } else { "" };
                let msg = format!("unterminated {triple}{l}-string literal (detected at line {line})");
                let at_end = self.ended();
                self.done |= at_end;
                let e = self.error_at(m.start, None, msg);
                return Err(TokenError { at_end, ..e });
            }
            if self.src[self.pos..].starts_with(&closing) {
                return self.token(middle, start);
            }
            match c {
                b'{' if self.peek(1) == b'{' && !spec => {
                    // The first brace belongs to the text, the second is dropped.
                    self.pos += 1;
                    let t = self.token(middle, start);
                    self.pos += 1;
                    return t;
                }
                b'{' => return self.token(middle, start),
                b'}' if named_escape => {
                    self.pos += 1;
                    named_escape = false;
                }
                b'}' if self.peek(1) == b'}' && !spec && m.depth == 0 => {
                    self.pos += 1;
                    let t = self.token(middle, start);
                    self.pos += 1;
                    return t;
                }
                b'}' => {
                    self.modes[top].literal = false;
                    return self.token(middle, start);
                }
                b'\\' => {
                    self.pos += 1;
                    let next = self.peek(0);
                    if next == b'{' || next == b'}' {
                        continue;
                    }
                    self.pos += 1;
                    if next == b'N' && !m.raw && self.peek(0) == b'{' {
                        named_escape = true;
                        self.pos += 1;
                    }
                }
                _ => self.pos += 1,
            }
        }
    }
    fn field(&mut self, start: usize) -> T {
        if let Some(m) = self.modes.last_mut() {
            m.literal = false;
            m.in_spec = false;
            let depth = m.depth + 1;
            m.fields.push(depth);
            if m.fields.len() > 3 {
                let l = if m.template { 't' } else { 'f' };
                self.pos += 1;
                return Err(self.error(format!("{l}-string: expressions nested too deeply")));
            }
        }
        self.visible(b'{', start)
    }

    // -- numbers

    fn number(&mut self, start: usize) -> T {
        let c = self.peek(0);
        if c == b'0' {
            let (radix, name) = match self.peek(1).to_ascii_lowercase() {
                b'x' => (16, "hexadecimal"),
                b'o' => (8, "octal"),
                b'b' => (2, "binary"),
                _ => return self.zeros(start),
            };
            self.pos += 2;
            loop {
                if self.peek(0) == b'_' {
                    self.pos += 1;
                }
                let c = self.peek(0) as char;
                if !c.is_digit(radix) {
                    return Err(self.bad_digit(c, name));
                }
                while (self.peek(0) as char).is_digit(radix) {
                    self.pos += 1;
                }
                if self.peek(0) != b'_' {
                    break;
                }
            }
            let c = self.peek(0) as char;
            if c.is_ascii_digit() {
                return Err(self.bad_digit(c, name));
            }
            self.end_of_number(name)?;
            return self.token(NUMBER, start);
        }
        if c != b'.' {
            self.digits()?;
        }
        self.fraction(start)
    }
    fn bad_digit(&mut self, c: char, name: &str) -> TokenError {
        if c.is_ascii_digit() {
            self.pos += 1;
            return self.error(format!("invalid digit '{c}' in {name} literal"));
        }
        self.error(format!("invalid {name} literal"))
    }
    fn zeros(&mut self, start: usize) -> T {
        loop {
            if self.peek(0) == b'_' {
                self.pos += 1;
                if !self.peek(0).is_ascii_digit() {
                    return Err(self.error("invalid decimal literal"));
                }
            }
            if self.peek(0) != b'0' {
                break;
            }
            self.pos += 1;
        }
        let zeros_end = self.pos;
        let nonzero = self.peek(0).is_ascii_digit();
        if nonzero {
            self.digits()?;
        }
        if nonzero && !self.extra && !matches!(self.peek(0), b'.' | b'e' | b'E' | b'j' | b'J') {
            return Err(self.error_at(
                start,
                Some(zeros_end),
                "leading zeros in decimal integer literals are not permitted; use an 0o prefix for octal integers",
            ));
        }
        self.fraction(start)
    }
    fn digits(&mut self) -> Result<(), TokenError> {
        loop {
            while self.peek(0).is_ascii_digit() {
                self.pos += 1;
            }
            if self.peek(0) != b'_' {
                return Ok(());
            }
            self.pos += 1;
            if !self.peek(0).is_ascii_digit() {
                return Err(self.error("invalid decimal literal"));
            }
        }
    }
    fn fraction(&mut self, start: usize) -> T {
        if self.peek(0) == b'.' {
            self.pos += 1;
            if self.peek(0).is_ascii_digit() {
                self.digits()?;
            }
        }
        if matches!(self.peek(0), b'e' | b'E') {
            let signed = matches!(self.peek(1), b'+' | b'-');
            if self.peek(1 + usize::from(signed)).is_ascii_digit() {
                self.pos += 1 + usize::from(signed);
                self.digits()?;
            } else if signed {
                self.pos += 2;
                return Err(self.error("invalid decimal literal"));
            } else {
                self.end_of_number("decimal")?;
                return self.token(NUMBER, start);
            }
        }
        if matches!(self.peek(0), b'j' | b'J') {
            self.pos += 1;
            self.end_of_number("imaginary")?;
        } else {
            self.end_of_number("decimal")?;
        }
        self.token(NUMBER, start)
    }
    /// A name may not touch a number, except some keywords.
    fn end_of_number(&mut self, name: &str) -> Result<(), TokenError> {
        let c = self.peek(0);
        if self.extra || !(c.is_ascii_alphanumeric() || c == b'_' || c >= 0x80) {
            return Ok(());
        }
        let rest = &self.src[self.pos..];
        if [&b"and"[..], b"else", b"for", b"if", b"in", b"is", b"or", b"not"]
            .iter()
            .any(|k| rest.starts_with(k))
        {
            return Ok(());
        }
        Err(self.error(format!("invalid {name} literal")))
    }
}

/// Does an interactive input end in an indented line that has no line end?
pub fn ends_in_block(text: &str) -> bool {
    if text.ends_with('\n') {
        return false;
    }
    let mut tokens = Tokenizer::new(text, false);
    while let Ok(t) = tokens.next_token() {
        match t.kind {
            ENDMARKER => return false,
            DEDENT if t.start >= text.len() => return true,
            _ => {}
        }
    }
    false
}

/// Can a name begin with it? (After NFKC; close enough for what is not ASCII.)
fn is_name_start(c: char) -> bool {
    c == '_' || unicode_ident::is_xid_start(c)
}
fn is_name_char(c: char) -> bool {
    unicode_ident::is_xid_continue(c)
}
fn is_printable(c: char) -> bool {
    !(c.is_control()
        || c.is_whitespace() && c != ' '
        || matches!(c as u32, 0xad | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xe000..=0xf8ff | 0xfeff | 0xfff0..=0xfffb | 0xe0000.. ))
}
