//! What is wrong with a program's text, as CPython says it.

use std::fmt;

/// Which exception class it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxErrorKind {
    /// `SyntaxError`
    Syntax,
    /// `IndentationError`
    Indentation,
    /// `TabError`
    Tab,
    /// `ValueError`, which has no place
    Value,
}

impl SyntaxErrorKind {
    /// Name of the Python class.
    pub const fn class_name(self) -> &'static str {
        match self {
            SyntaxErrorKind::Syntax => "SyntaxError",
            SyntaxErrorKind::Indentation => "IndentationError",
            SyntaxErrorKind::Tab => "TabError",
            SyntaxErrorKind::Value => "ValueError",
        }
    }
}

/// A syntax error with its place. Columns count characters from 1; 0 = unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// exception class
    pub kind: SyntaxErrorKind,
    /// message
    pub msg: String,
    /// file name as given to the compiler
    pub filename: String,
    /// line, from 1
    pub line: u32,
    /// column of the first wrong character
    pub col: u32,
    /// last line
    pub end_line: u32,
    /// column after the last wrong character
    pub end_col: u32,
    /// the source line, with its line end if it has one
    pub text: Option<String>,
    /// could more input complete it? (for the REPL)
    pub incomplete: bool,
}

impl SyntaxError {
    /// An error without a place.
    pub fn new(msg: impl Into<String>) -> SyntaxError {
        SyntaxError {
            kind: SyntaxErrorKind::Syntax,
            msg: msg.into(),
            filename: String::new(),
            line: 0,
            col: 0,
            end_line: 0,
            end_col: 0,
            text: None,
            incomplete: false,
        }
    }
    /// An error that covers the bytes `start..end` of `source`.
    pub fn at(source: &str, start: usize, end: usize, msg: impl Into<String>) -> SyntaxError {
        let (line, col) = line_col(source, start);
        let (end_line, end_col) = line_col(source, end.max(start));
        SyntaxError {
            line,
            col,
            end_line,
            end_col,
            text: Some(line_text(source, line)),
            ..SyntaxError::new(msg)
        }
    }
    /// The same with a file name.
    pub fn in_file(mut self, filename: &str) -> SyntaxError {
        filename.clone_into(&mut self.filename);
        self
    }
}

/// Line and character column, both from 1, of a byte offset.
pub fn line_col(source: &str, offset: usize) -> (u32, u32) {
    let mut at = offset.min(source.len());
    while !source.is_char_boundary(at) {
        at -= 1;
    }
    let before = &source[..at];
    let start = before.rfind('\n').map_or(0, |i| i + 1);
    let line = before.bytes().filter(|&b| b == b'\n').count() as u32 + 1;
    (line, before[start..].chars().count() as u32 + 1)
}

/// The text of a line (from 1), with its line end.
pub fn line_text(source: &str, line: u32) -> String {
    source
        .split_inclusive('\n')
        .nth((line as usize).saturating_sub(1))
        .unwrap_or("")
        .to_owned()
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.class_name(), self.msg)?;
        if self.line > 0 {
            write!(f, " ({}, line {})", self.filename, self.line)?;
        }
        Ok(())
    }
}
impl std::error::Error for SyntaxError {}
