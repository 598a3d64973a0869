//! Tokens as Python's `tokenize` module shows them: numbers, text, lines and columns in characters.

use crate::error::{SyntaxError, line_col, line_text};
use crate::tokenizer::{Token, Tokenizer, kind};

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

/// Gives the tokens of a source one by one; after the end marker or an error, nothing.
pub struct TokenInfos<'a> {
    text: &'a str,
    tokenizer: Tokenizer<'a>,
    lines: Vec<usize>,
    extra: bool,
    over: bool,
}

impl<'a> TokenInfos<'a> {
    /// For `text`, whose line ends must be `\n`. `extra`: also comments and blank lines, operators all of kind OP.
    pub fn new(text: &'a str, extra: bool) -> TokenInfos<'a> {
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        TokenInfos {
            text,
            tokenizer: Tokenizer::new(text, extra),
            lines,
            extra,
            over: false,
        }
    }
    /// Index of the line, and column in characters.
    fn place(&self, at: usize) -> (usize, u32) {
        let line = self.lines.partition_point(|&s| s <= at) - 1;
        (line, self.text[self.lines[line]..at].chars().count() as u32)
    }
    fn info(&self, t: Token) -> TokenInfo {
        let at_end = t.start >= self.text.len();
        let (first, col) = self.place(t.start);
        let last_char = if t.end > t.start { t.end - 1 } else { t.end };
        let (mut last, mut end_col) = self.place(t.end);
        let is_line_end = matches!(t.kind, kind::NEWLINE | kind::NL);
        if is_line_end && t.end > t.start {
            (last, end_col) = (first, col + 1);
        }
        let mut string = self.text[t.start..t.end].to_owned();
        if matches!(t.kind, kind::ENDMARKER | kind::DEDENT) && at_end {
            // After the last line, also when that lacks its end.
            let line = (first + usize::from(col > 0 || !self.text.ends_with('\n') && !self.text.is_empty())) as u32 + 1;
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
        if is_line_end && at_end {
            end_col = col + 1;
        }
        let from = self.lines[first];
        let until = if is_line_end || t.end == t.start {
            last
        } else {
            self.place(last_char).0
        };
        let to = self.lines.get(until + 1).copied().unwrap_or(self.text.len());
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
            line: self.text[from..to].to_owned(),
        }
    }
}

impl Iterator for TokenInfos<'_> {
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
                let end_in_brackets = e.msg.ends_with("was never closed");
                let (msg, at) = if end_in_brackets {
                    ("unexpected EOF in multi-line statement".to_owned(), self.text.len())
                } else {
                    (e.msg.clone(), e.start)
                };
                let (mut line, mut col) = line_col(self.text, at);
                if end_in_brackets {
                    col = 1;
                    line += u32::from(!self.text.ends_with('\n'));
                }
                Some(Err(SyntaxError {
                    kind: e.kind,
                    line,
                    col,
                    end_line: line,
                    end_col: 0,
                    text: Some(line_text(self.text, line)),
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
        let text = crate::source::normalize_lines(text);
        for t in TokenInfos::new(&text, true) {
            match t {
                Ok(t) => println!("@{} {:?} {:?} {:?} {:?}", t.kind, t.start, t.end, t.string, t.line),
                Err(e) => println!("@error {} {} {}", e.line, e.col, e.msg),
            }
        }
    }

    #[test]
    fn tokens_of_a_line() {
        let all: Vec<_> = TokenInfos::new("if x:\n  f'{y!r:>{w}}'  # c\n", true)
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
