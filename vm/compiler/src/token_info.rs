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
    /// line from 1, column from 0
    pub start: (u32, u32),
    /// line and column after the last character
    pub end: (u32, u32),
    /// the lines it is in
    pub line: String,
}

/// A source whose tokens are asked for.
struct Source {
    /// with `\n` line ends
    text: Box<str>,
    /// as given, if it had other line ends
    original: Option<Box<str>>,
    /// offsets of the lines in `text`
    lines: Vec<usize>,
    /// for every line, how many bytes of the original before it are not in `text`
    removed: Vec<usize>,
}
impl Source {
    fn new(given: String) -> Source {
        let text = given.replace("\r\n", "\n").into_boxed_str();
        let lines: Vec<usize> = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        if text.len() == given.len() {
            return Source {
                text,
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
    fn place(&self, at: usize) -> (usize, u32) {
        let line = self.line_of(at);
        (line, self.text[self.lines[line]..at].chars().count() as u32)
    }
    /// A part of the source as it was given.
    fn part(&self, from: usize, to: usize) -> &str {
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
        let (first, col) = s.place(t.start);
        let (mut last, mut end_col) = s.place(t.end);
        let is_line_end = matches!(t.kind, kind::NEWLINE | kind::NL);
        let mut string = s.part(t.start, t.end).to_owned();
        if is_line_end {
            (last, end_col) = (first, col + string.len().max(1) as u32);
        }
        if matches!(t.kind, kind::ENDMARKER | kind::DEDENT) && at_end {
            // After the last line, also when that lacks its end.
            let line = (first + usize::from(col > 0 || !text.ends_with('\n') && !text.is_empty())) as u32 + 1;
            return TokenInfo {
                kind: t.kind,
                string,
                start: (line, 0),
                end: (line, 0),
                line: String::new(),
            };
        }
        if t.kind == kind::DEDENT {
            string.clear();
        }
        let from = s.lines[first];
        let until = if is_line_end || t.end == t.start {
            last
        } else {
            s.line_of(t.end - 1)
        };
        let to = s.lines.get(until + 1).copied().unwrap_or(text.len());
        let kind = if self.extra && (kind::LPAR..kind::OP).contains(&t.kind) {
            kind::OP
        } else {
            t.kind
        };
        TokenInfo {
            kind,
            string,
            start: (first as u32 + 1, col),
            end: (last as u32 + 1, end_col),
            line: s.part(from, to).to_owned(),
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
