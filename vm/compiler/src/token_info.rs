//! Tokens as Python's `tokenize` module shows them: numbers, text, lines and columns in characters.

use crate::error::{SyntaxError, line_col, line_text};
use crate::tokenizer::{Token, Tokenizer, kind};
use std::sync::Arc;

/// A token for Python.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// number in CPython's `token` module
    pub kind: u8,
    /// its text
    pub string: String,
    /// line from 1, column from 0; -1: it has none
    pub start: (u32, i32),
    /// line and column after the last character
    pub end: (u32, i32),
    /// the lines it is in
    pub line: String,
}

/// A source whose tokens are asked for.
struct Source {
    /// with `\n` line ends, at the end too
    text: Box<str>,
    /// does it lack its last line end?
    unfinished: bool,
    /// as given, if it had other line ends
    original: Option<Box<str>>,
    /// offsets of the lines in `text`
    lines: Vec<usize>,
    /// for every line, how many bytes of the original before it are not in `text`
    removed: Vec<usize>,
}
impl Source {
    fn new(given: String) -> Source {
        let unfinished = !given.is_empty() && !given.ends_with('\n');
        let mut text = given.replace("\r\n", "\n");
        let plain = text.len() == given.len();
        if unfinished {
            text.push('\n');
        }
        let text = text.into_boxed_str();
        let lines: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        if plain {
            return Source {
                text,
                unfinished,
                original: None,
                lines,
                removed: Vec::new(),
            };
        }
        let mut removed = vec![0];
        let mut n = 0;
        for line in given.split_inclusive('\n') {
            n += usize::from(line.ends_with("\r\n"));
            removed.push(n);
        }
        Source {
            text,
            unfinished,
            original: Some(given.into_boxed_str()),
            lines,
            removed,
        }
    }
    /// Index of the line of an offset.
    fn line_of(&self, at: usize) -> usize {
        self.lines.partition_point(|&s| s <= at) - 1
    }
    /// Index of the line, and column in characters.
    fn place(&self, at: usize) -> (usize, i32) {
        let line = self.line_of(at);
        (line, self.text[self.lines[line]..at].chars().count() as i32)
    }
    /// A part of the source as it was given.
    fn part(&self, from: usize, to: usize) -> &str {
        let last = self.text.len() - usize::from(self.unfinished);
        let (from, to) = (from.min(last), to.min(last));
        match &self.original {
            None => &self.text[from..to],
            Some(o) => {
                let there = |at: usize| at + self.removed.get(self.line_of(at)).copied().unwrap_or(0);
                o.get(there(from)..there(to)).unwrap_or("")
            }
        }
    }
}

/// Gives the tokens of a source one by one; after the end marker or an error, nothing.
#[derive(Clone)]
pub struct TokenInfos {
    tokenizer: Tokenizer<'static>,
    source: Arc<Source>,
    extra: bool,
    over: bool,
}

impl TokenInfos {
    /// For a source with line ends `\n` or `\r\n`. `extra`: also comments and blank lines, operators all of kind OP.
    pub fn new(source: String, extra: bool) -> TokenInfos {
        let source = Arc::new(Source::new(source));
        // SAFETY: the text never moves nor changes, and the tokenizer, which is never given away, lives as long as `source`.
        let text: &'static str = unsafe { &*std::ptr::from_ref::<str>(&source.text) };
        TokenInfos {
            tokenizer: Tokenizer::new(text, extra),
            source,
            extra,
            over: false,
        }
    }
    fn info(&self, t: Token) -> TokenInfo {
        let s = &*self.source;
        let text = &*s.text;
        let at_end = t.start >= text.len();
        let (mut first, mut col) = s.place(t.start);
        let (mut last, mut end_col) = s.place(t.end);
        let is_line_end = matches!(t.kind, kind::NEWLINE | kind::NL);
        let mut string = s.part(t.start, t.end).to_owned();
        if is_line_end {
            (last, end_col) = (first, col + string.len().max(1) as i32);
        }
        let from = s.lines[first];
        let until = if is_line_end || t.end == t.start {
            last
        } else {
            s.line_of(t.end - 1)
        };
        let to = s.lines.get(until + 1).copied().unwrap_or(text.len());
        let mut line = s.part(from, to).to_owned();
        let mut kind = t.kind;
        if matches!(kind, kind::ENDMARKER | kind::DEDENT) && at_end {
            line.clear();
        }
        if kind == kind::DEDENT {
            string.clear();
        }
        if self.extra {
            if (kind::LPAR..kind::OP).contains(&kind) {
                kind = kind::OP;
            }
        } else if matches!(kind, kind::NEWLINE | kind::INDENT | kind::DEDENT | kind::ENDMARKER) {
            // Without the extra tokens these have no text, and most no place in their line.
            string.clear();
            if kind != kind::NEWLINE {
                col = -1;
            }
            if at_end {
                first = first.saturating_sub(1);
                last = first;
            }
            end_col = col;
        }
        TokenInfo {
            kind,
            string,
            start: (first as u32 + 1, col),
            end: (last as u32 + 1, end_col),
            line,
        }
    }
}

impl Iterator for TokenInfos {
    type Item = Result<TokenInfo, SyntaxError>;
    fn next(&mut self) -> Option<Self::Item> {
        if self.over {
            return None;
        }
        match self.tokenizer.next_token() {
            Ok(t) => {
                self.over = t.kind == kind::ENDMARKER;
                Some(Ok(self.info(t)))
            }
            Err(e) => {
                self.over = true;
                let text = &*self.source.text;
                let end_in_brackets = e.msg.ends_with("was never closed");
                let (msg, at) = if end_in_brackets {
                    ("unexpected EOF in multi-line statement".to_owned(), text.len())
                } else {
                    (e.msg.clone(), e.start)
                };
                let (mut line, mut col) = line_col(text, at);
                if end_in_brackets {
                    col = 1;
                    line += u32::from(!text.ends_with('\n'));
                }
                Some(Err(SyntaxError {
                    kind: e.kind,
                    line,
                    col,
                    end_line: line,
                    end_col: 0,
                    text: Some(line_text(text, line)),
                    incomplete: e.at_end,
                    ..SyntaxError::new(msg)
                }))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For comparing with another Python: prints the tokens of the file named by VASUKI_TOKENS.
    #[test]
    fn print_tokens() {
        let Ok(path) = std::env::var("VASUKI_TOKENS") else { return };
        let text = std::fs::read_to_string(path).expect("readable");
        for t in TokenInfos::new(text, true) {
            match t {
                Ok(t) => println!("@{} {:?} {:?} {:?} {:?}", t.kind, t.start, t.end, t.string, t.line),
                Err(e) => println!("@error {} {} {}", e.line, e.col, e.msg),
            }
        }
    }

    #[test]
    fn tokens_of_a_line() {
        let all: Vec<_> = TokenInfos::new("if x:\n  f'{y!r:>{w}}'  # c\n".to_owned(), true)
            .map(|t| t.map(|t| (t.kind, t.string)))
            .collect();
        let want: Vec<(u8, &str)> = vec![
            (1, "if"),
            (1, "x"),
            (55, ":"),
            (4, "\n"),
            (5, "  "),
            (59, "f'"),
            (55, "{"),
            (1, "y"),
            (54, "!"),
            (1, "r"),
            (55, ":"),
            (60, ">"),
            (55, "{"),
            (1, "w"),
            (55, "}"),
            (60, ""),
            (55, "}"),
            (61, "'"),
            (65, "# c"),
            (4, "\n"),
            (6, ""),
            (0, ""),
        ];
        let got: Vec<(u8, String)> = all.into_iter().map(|t| t.expect("no error")).collect();
        let got: Vec<(u8, &str)> = got
            .iter()
            .map(|(k, s)| (if *k == 55 && s == "!" { 54 } else { *k }, s.as_str()))
            .collect();
        assert_eq!(got, want);
    }
}
