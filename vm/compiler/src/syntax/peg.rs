//! A small parser for grammars given as text: parsing expressions with memory, first alternative wins.
//!
//! It runs only after ruff's parser has refused a program, to find CPython's words for what is wrong: first without the
//! `invalid_...` rules, to see how far the tokens go, then with them. The first error that a rule reports wins.

use super::grammar;
use crate::tokenizer::{Token, TokenError, Tokenizer, kind};
use std::collections::HashMap;
use std::sync::OnceLock;

/// What an alternative does once it matched.
#[derive(Debug)]
pub enum Action {
    /// gives a node of this kind, or the only part itself
    Node(Option<&'static str>),
    /// gives a named part
    Part(String),
    /// reports an error: verb, names of parts, text
    Report(String, Vec<String>, String),
}

#[derive(Debug)]
enum Item {
    Word(String),
    Soft(String),
    Kind(u8),
    Name,
    SoftKeyword,
    NotEqual,
    Rule(String),
    Resolved(usize),
    Optional(Box<Item>),
    Many(Box<Item>, bool),
    Separated(Box<Item>, Box<Item>),
    And(Box<Item>),
    Not(Box<Item>),
    Force(Box<Item>, String),
    Cut,
    Group(Vec<Alternative>),
    OfKind(Vec<String>, Box<Item>),
    Named(String, Box<Item>),
}

#[derive(Debug)]
struct Alternative {
    items: Vec<Item>,
    action: Action,
    invalid: bool,
}

struct Grammar {
    names: HashMap<String, usize>,
    rules: Vec<Vec<Alternative>>,
    without_invalid: usize,
}

// -- reading the grammar

struct Reader<'a> {
    s: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn blank(&mut self) {
        while self.s.get(self.at) == Some(&b' ') {
            self.at += 1;
        }
    }
    fn peek(&mut self) -> u8 {
        self.blank();
        self.s.get(self.at).copied().unwrap_or(0)
    }
    fn eat(&mut self, t: &str) -> bool {
        self.blank();
        let yes = self.s[self.at..].starts_with(t.as_bytes());
        if yes {
            self.at += t.len();
        }
        yes
    }
    fn word(&mut self) -> String {
        self.blank();
        let start = self.at;
        while self
            .s
            .get(self.at)
            .is_some_and(|c| c.is_ascii_alphanumeric() || *c == b'_' || *c == b'-')
        {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.s[start..self.at]).into_owned()
    }
    fn quoted(&mut self) -> String {
        let q = self.s[self.at];
        self.at += 1;
        let mut out = Vec::new();
        while self.s[self.at] != q {
            if self.s[self.at] == b'\\' {
                self.at += 1;
            }
            out.push(self.s[self.at]);
            self.at += 1;
        }
        self.at += 1;
        String::from_utf8_lossy(&out).into_owned()
    }
    fn alternatives(&mut self) -> Vec<Alternative> {
        let mut all = vec![self.alternative()];
        while self.eat("|") {
            all.push(self.alternative());
        }
        all
    }
    fn alternative(&mut self) -> Alternative {
        let start = self.at;
        let mut items = Vec::new();
        let mut action = Action::Node(None);
        loop {
            match self.peek() {
                0 | b'|' | b')' | b']' => break,
                b'-' if self.eat("->") => {
                    let kind = self
                        .word()
                        .replace('-', " ")
                        .replace("f string", "f-string")
                        .replace("t string", "t-string");
                    action = Action::Node(Some(kind.leak()));
                    break;
                }
                b'=' => {
                    self.at += 1;
                    action = Action::Part(self.word());
                    break;
                }
                b'{' => {
                    self.at += 1;
                    let verb = self.word();
                    let (mut parts, mut text) = (Vec::new(), String::new());
                    loop {
                        match self.peek() {
                            b'}' => break,
                            b'"' => text = self.quoted(),
                            _ => parts.push(self.word()),
                        }
                    }
                    self.at += 1;
                    action = Action::Report(verb, parts, text);
                    break;
                }
                _ => items.push(self.item()),
            }
        }
        let text = String::from_utf8_lossy(&self.s[start..self.at]);
        Alternative {
            items,
            action,
            invalid: text.contains("invalid_") && !text.contains("expression_without_invalid"),
        }
    }
    fn item(&mut self) -> Item {
        if self.eat("&&") {
            self.blank();
            let text = self.quoted();
            return Item::Force(Box::new(Item::Word(text.clone())), text);
        }
        if self.eat("&") {
            return Item::And(Box::new(self.simple()));
        }
        if self.eat("!") {
            return Item::Not(Box::new(self.simple()));
        }
        if self.eat("~") {
            return Item::Cut;
        }
        // A name followed by `=` at once names the item.
        let save = self.at;
        let name = self.word();
        if !name.is_empty() && self.s.get(self.at) == Some(&b'=') {
            self.at += 1;
            return Item::Named(name, Box::new(self.item()));
        }
        self.at = save;
        self.blank();
        let first = self.simple();
        match self.s.get(self.at) {
            Some(b'*') => {
                self.at += 1;
                Item::Many(Box::new(first), false)
            }
            Some(b'+') => {
                self.at += 1;
                Item::Many(Box::new(first), true)
            }
            Some(b'?') => {
                self.at += 1;
                Item::Optional(Box::new(first))
            }
            Some(b'.') => {
                self.at += 1;
                let item = self.simple();
                self.at += 1;
                Item::Separated(Box::new(first), Box::new(item))
            }
            _ => first,
        }
    }
    fn simple(&mut self) -> Item {
        match self.peek() {
            b'\'' => Item::Word(self.quoted()),
            b'"' => Item::Soft(self.quoted()),
            b'(' => {
                self.at += 1;
                let g = self.alternatives();
                self.eat(")");
                Item::Group(g)
            }
            b'[' => {
                self.at += 1;
                let g = self.alternatives();
                self.eat("]");
                Item::Optional(Box::new(Item::Group(g)))
            }
            b'<' => {
                self.at += 1;
                let mut kinds = vec![self.word()];
                while self.eat(",") {
                    kinds.push(self.word());
                }
                self.eat(">");
                Item::OfKind(kinds, Box::new(self.simple()))
            }
            _ => {
                let w = self.word();
                match w.as_str() {
                    "NAME" => Item::Name,
                    "NUMBER" => Item::Kind(kind::NUMBER),
                    "STRING" => Item::Kind(kind::STRING),
                    "NEWLINE" => Item::Kind(kind::NEWLINE),
                    "INDENT" => Item::Kind(kind::INDENT),
                    "DEDENT" => Item::Kind(kind::DEDENT),
                    "ENDMARKER" => Item::Kind(kind::ENDMARKER),
                    "FSTRING_START" => Item::Kind(kind::FSTRING_START),
                    "FSTRING_MIDDLE" => Item::Kind(kind::FSTRING_MIDDLE),
                    "FSTRING_END" => Item::Kind(kind::FSTRING_END),
                    "TSTRING_START" => Item::Kind(kind::TSTRING_START),
                    "TSTRING_MIDDLE" => Item::Kind(kind::TSTRING_MIDDLE),
                    "TSTRING_END" => Item::Kind(kind::TSTRING_END),
                    "SOFT_KEYWORD" => Item::SoftKeyword,
                    "NOTEQUAL" => Item::NotEqual,
                    _ => {
                        assert!(!w.is_empty(), "grammar at {:?}", String::from_utf8_lossy(&self.s[self.at..]));
                        Item::Rule(w)
                    }
                }
            }
        }
    }
}

fn resolve(alts: &mut [Alternative], names: &HashMap<String, usize>) {
    for a in alts {
        for i in &mut a.items {
            resolve_item(i, names);
        }
    }
}
fn resolve_item(i: &mut Item, names: &HashMap<String, usize>) {
    match i {
        Item::Rule(n) => *i = Item::Resolved(*names.get(n).unwrap_or_else(|| panic!("no rule {n}"))),
        Item::Optional(x) | Item::Many(x, _) | Item::And(x) | Item::Not(x) | Item::Force(x, _) | Item::OfKind(_, x) | Item::Named(_, x) => {
            resolve_item(x, names);
        }
        Item::Separated(a, b) => {
            resolve_item(a, names);
            resolve_item(b, names);
        }
        Item::Group(g) => resolve(g, names),
        _ => {}
    }
}

fn grammar() -> &'static Grammar {
    static GRAMMAR: OnceLock<Grammar> = OnceLock::new();
    GRAMMAR.get_or_init(|| {
        let function = grammar::PARAMETERS.replace('@', "").replace('$', "')'").replace("%p", "Function");
        let lambda = grammar::PARAMETERS
            .replace('@', "lambda_")
            .replace('$', "':'")
            .replace("%p", "Lambda expression");
        let texts = [
            grammar::MAIN,
            grammar::INVALID,
            &function,
            &lambda,
            grammar::FUNCTION_PARAMETERS,
            grammar::LAMBDA_PARAMETERS,
        ];
        let mut names = HashMap::new();
        let mut rules = Vec::new();
        for line in texts.iter().flat_map(|t| t.lines()).filter(|l| !l.is_empty()) {
            let (name, body) = line.split_once(':').unwrap_or((line, ""));
            names.insert(name.to_owned(), rules.len());
            let mut r = Reader { s: body.as_bytes(), at: 0 };
            rules.push(r.alternatives());
            assert!(r.peek() == 0, "grammar rule {name} at {}", &body[r.at..]);
        }
        for r in &mut rules {
            resolve(r, &names);
        }
        let without_invalid = names["expression_without_invalid"];
        Grammar {
            names,
            rules,
            without_invalid,
        }
    })
}

// -- parsing

/// A parsed piece.
#[derive(Clone, Debug)]
pub struct Node {
    /// what messages call it; `token`, or empty for a mere sequence
    pub kind: &'static str,
    /// first token
    pub first: usize,
    /// token after the last
    pub last: usize,
    /// parts
    pub parts: Vec<usize>,
}

/// An error to report.
#[derive(Clone, Debug)]
pub enum Stop {
    /// the tokenizer's
    Token(TokenError),
    /// a rule's: class, text, first byte, byte after the last
    Rule(crate::error::SyntaxErrorKind, String, usize, usize),
    /// nested too deeply
    Depth,
}

/// A name with what it stands for.
pub type Parts = Vec<(String, usize)>;
type M<T = (usize, usize)> = Result<Option<T>, Stop>;

/// A run over a source.
pub struct Peg<'a> {
    /// the source
    pub text: &'a str,
    /// where tokens come from
    pub tokenizer: Tokenizer<'a>,
    /// the tokens met so far
    pub tokens: Vec<Token>,
    /// pieces
    pub nodes: Vec<Node>,
    memory: HashMap<(usize, usize, bool), Option<(usize, usize)>>,
    invalid: bool,
    depth: u32,
}

/// The keywords, which are not names.
pub const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except",
    "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try",
    "while", "with", "yield",
];

impl<'a> Peg<'a> {
    /// For a source with `\n` line ends.
    pub fn new(text: &'a str) -> Peg<'a> {
        Peg {
            text,
            tokenizer: Tokenizer::new(text, false),
            tokens: Vec::new(),
            nodes: Vec::new(),
            memory: HashMap::new(),
            invalid: false,
            depth: 0,
        }
    }
    /// Runs from a rule; was the source accepted?
    pub fn run(&mut self, start: &str, invalid: bool) -> Result<bool, Stop> {
        self.invalid = invalid;
        self.memory.clear();
        self.nodes.clear();
        let r = self.rule(grammar().names[start], 0)?;
        Ok(r.is_some())
    }
    /// A token; more are read as needed.
    fn token(&mut self, at: usize) -> Result<Token, Stop> {
        while self.tokens.len() <= at {
            if let Some(t) = self.tokens.last().filter(|t| t.kind == kind::ENDMARKER) {
                return Ok(*t);
            }
            let t = self.tokenizer.next_token().map_err(Stop::Token)?;
            self.tokens.push(t);
        }
        Ok(self.tokens[at])
    }
    /// Text of a token.
    pub fn text_of(&self, t: Token) -> &'a str {
        &self.text[t.start..t.end]
    }
    fn leaf(&mut self, at: usize) -> (usize, usize) {
        self.nodes.push(Node {
            kind: "token",
            first: at,
            last: at + 1,
            parts: Vec::new(),
        });
        (self.nodes.len() - 1, at + 1)
    }
    fn empty(&mut self, at: usize) -> (usize, usize) {
        self.nodes.push(Node {
            kind: "",
            first: at,
            last: at,
            parts: Vec::new(),
        });
        (self.nodes.len() - 1, at)
    }
    fn rule(&mut self, r: usize, at: usize) -> M {
        let key = (r, at, self.invalid);
        if let Some(&known) = self.memory.get(&key) {
            return Ok(known);
        }
        let g = grammar();
        let before = self.invalid;
        if r == g.without_invalid {
            self.invalid = false;
        }
        self.depth += 1;
        if self.depth > 12_000 {
            return Err(Stop::Depth);
        }
        let mut parts = Vec::new();
        let result = self.choose(&g.rules[r], at, &mut parts);
        self.depth -= 1;
        self.invalid = before;
        let result = result?;
        self.memory.insert(key, result);
        Ok(result)
    }
    fn choose(&mut self, alts: &'static [Alternative], at: usize, parts: &mut Parts) -> M {
        for a in alts {
            if a.invalid && !self.invalid {
                continue;
            }
            let keep = parts.len();
            let mut cut = false;
            match self.sequence(&a.items, at, parts, &mut cut)? {
                Some((kids, end)) => return self.act(a, kids, at, end, parts),
                None => parts.truncate(keep),
            }
            if cut {
                return Ok(None);
            }
        }
        Ok(None)
    }
    fn sequence(&mut self, items: &'static [Item], at: usize, parts: &mut Parts, cut: &mut bool) -> M<(Vec<usize>, usize)> {
        let mut kids = Vec::with_capacity(items.len());
        let mut pos = at;
        for i in items {
            if matches!(i, Item::Cut) {
                *cut = true;
                continue;
            }
            match self.item(i, pos, parts)? {
                Some((n, next)) => {
                    if next > pos {
                        kids.push(n);
                    }
                    pos = next;
                }
                None => return Ok(None),
            }
        }
        Ok(Some((kids, pos)))
    }
    fn act(&mut self, a: &'static Alternative, kids: Vec<usize>, at: usize, end: usize, parts: &Parts) -> M {
        match &a.action {
            Action::Part(name) => Ok(parts.iter().rev().find(|p| p.0 == *name).map(|p| (p.1, end))),
            Action::Node(None) if kids.len() == 1 => Ok(Some((kids[0], end))),
            Action::Node(kind) => {
                let kind = match *kind {
                    None => "",
                    Some("LAST") => kids.last().map_or("", |&k| self.last_kind(k)),
                    Some(k) => k,
                };
                self.nodes.push(Node {
                    kind,
                    first: at,
                    last: end,
                    parts: kids,
                });
                Ok(Some((self.nodes.len() - 1, end)))
            }
            Action::Report(verb, names, _) if verb == "target" => {
                if let [place, name] = &names[..]
                    && let Some(p) = parts.iter().rev().find(|p| p.0 == *name)
                {
                    super::report::target(self, place, p.1)?;
                }
                Ok(None)
            }
            Action::Report(verb, names, text) => {
                let given: Vec<usize> = names
                    .iter()
                    .filter_map(|n| parts.iter().rev().find(|p| p.0 == *n).map(|p| p.1))
                    .collect();
                let kind = super::report::report(self, verb, &given, text, end)?;
                Ok(kind.map(|kind| {
                    self.nodes.push(Node {
                        kind,
                        first: at,
                        last: end,
                        parts: kids,
                    });
                    (self.nodes.len() - 1, end)
                }))
            }
        }
    }
    /// Kind of the last of a chain of trailers.
    fn last_kind(&self, n: usize) -> &'static str {
        let node = &self.nodes[n];
        match node.parts.last() {
            Some(&k) if node.kind.is_empty() => self.last_kind(k),
            _ => node.kind,
        }
    }
    fn item(&mut self, i: &'static Item, at: usize, parts: &mut Parts) -> M {
        let accept = match i {
            Item::Word(w) => {
                let t = self.token(at)?;
                !matches!(t.kind, kind::STRING | kind::FSTRING_MIDDLE | kind::TSTRING_MIDDLE) && self.text_of(t) == w
            }
            Item::Soft(w) => {
                let t = self.token(at)?;
                t.kind == kind::NAME && self.text_of(t) == w
            }
            Item::Name => {
                let t = self.token(at)?;
                t.kind == kind::NAME && !KEYWORDS.contains(&self.text_of(t))
            }
            Item::SoftKeyword => {
                let t = self.token(at)?;
                t.kind == kind::NAME && matches!(self.text_of(t), "match" | "case" | "type" | "_")
            }
            Item::NotEqual => {
                let t = self.token(at)?;
                t.kind == 28 && self.text_of(t) == "!="
            }
            Item::Kind(k) => self.token(at)?.kind == *k,
            _ => return self.compound(i, at, parts),
        };
        Ok(accept.then(|| self.leaf(at)))
    }
    fn compound(&mut self, i: &'static Item, at: usize, parts: &mut Parts) -> M {
        match i {
            Item::Resolved(r) => self.rule(*r, at),
            Item::Optional(x) => Ok(Some(match self.item(x, at, parts)? {
                Some(m) => m,
                None => self.empty(at),
            })),
            Item::Many(x, one) => {
                let mut kids = Vec::new();
                let mut pos = at;
                while let Some((n, next)) = self.item(x, pos, parts)? {
                    if next == pos {
                        break;
                    }
                    kids.push(n);
                    pos = next;
                }
                Ok(self.gathered(kids, at, pos, *one))
            }
            Item::Separated(s, x) => {
                let mut kids = Vec::new();
                let mut pos = at;
                if let Some((n, next)) = self.item(x, pos, parts)? {
                    kids.push(n);
                    pos = next;
                    while let Some((_, after)) = self.item(s, pos, parts)? {
                        let Some((n, next)) = self.item(x, after, parts)? else { break };
                        kids.push(n);
                        pos = next;
                    }
                }
                Ok(self.gathered(kids, at, pos, true))
            }
            Item::And(x) => {
                let keep = parts.len();
                let r = self.item(x, at, parts)?;
                parts.truncate(keep);
                Ok(r.map(|_| self.empty(at)))
            }
            Item::Not(x) => {
                let keep = parts.len();
                let r = self.item(x, at, parts)?;
                parts.truncate(keep);
                Ok(if r.is_some() { None } else { Some(self.empty(at)) })
            }
            Item::Force(x, text) => match self.item(x, at, parts)? {
                Some(m) => Ok(Some(m)),
                None => {
                    let t = self.token(at)?;
                    let kind = crate::error::SyntaxErrorKind::Syntax;
                    Err(Stop::Rule(kind, format!("expected '{text}'"), t.start, t.end))
                }
            },
            Item::Group(g) => self.choose(g, at, parts),
            Item::OfKind(kinds, x) => {
                let m = self.item(x, at, parts)?;
                Ok(m.filter(|m| kinds.iter().any(|k| *k == self.nodes[m.0].kind)))
            }
            Item::Named(name, x) => {
                let m = self.item(x, at, parts)?;
                if let Some(m) = m {
                    parts.push((name.clone(), m.0));
                }
                Ok(m)
            }
            _ => Ok(None),
        }
    }
    fn gathered(&mut self, kids: Vec<usize>, at: usize, end: usize, one: bool) -> Option<(usize, usize)> {
        if kids.is_empty() && one {
            return None;
        }
        if kids.len() == 1 {
            return Some((kids[0], end));
        }
        self.nodes.push(Node {
            kind: "",
            first: at,
            last: end,
            parts: kids,
        });
        Some((self.nodes.len() - 1, end))
    }
}
