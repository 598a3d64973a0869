use super::*;
use ruff_python_parser::{Mode, ParseOptions, parse};
use std::io::Read;
use std::process::{Command, Stdio};

fn error_of(source: &str) -> Option<SyntaxError> {
    match parse(source, ParseOptions::from(Mode::Module)) {
        Err(e) => Some(from_parse_error(source, &e)),
        Ok(m) => check(source, m.syntax(), CheckOptions::default()).err(),
    }
}

/// A file of CPython's tests, if the archive is there.
fn cpython_test(name: &str) -> Option<String> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/conformance");
    let archive = std::fs::read_dir(dir)
        .ok()?
        .flatten()
        .find(|e| e.file_name().to_string_lossy().ends_with(".tar.xz"))?;
    let mut tar = Command::new("tar")
        .args(["-xJOf".as_ref(), archive.path().as_os_str(), name.as_ref()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let mut text = String::new();
    tar.stdout.take()?.read_to_string(&mut text).ok()?;
    tar.wait().ok()?;
    Some(text).filter(|t| !t.is_empty())
}

/// Source and expected last line of each doctest example that expects a syntax error.
fn doctests(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let lines: Vec<&str> = text.lines().collect();
    let mut i = 0;
    while i < lines.len() {
        let Some(indent) = lines[i].find(">>> ").filter(|&n| lines[i][..n].trim().is_empty()) else {
            i += 1;
            continue;
        };
        let mut source = lines[i][indent + 4..].to_owned() + "\n";
        i += 1;
        while i < lines.len() && lines[i].len() >= indent + 3 && lines[i].get(indent..indent + 3) == Some("...") {
            source.push_str(lines[i].get(indent + 4..).unwrap_or(""));
            source.push('\n');
            i += 1;
        }
        let mut last = "";
        while i < lines.len() && !lines[i].trim().is_empty() && !lines[i].trim_start().starts_with(">>> ") {
            last = lines[i].trim();
            i += 1;
        }
        if ["SyntaxError", "IndentationError", "TabError"].iter().any(|k| last.starts_with(k)) {
            // The doctests are inside a plain string literal.
            found.push((source.replace("\\\\", "\\"), last.replace("\\\\", "\\").replace("\\'", "'")));
        }
    }
    found
}

#[test]
fn doctests_of_test_syntax() {
    let Some(text) = cpython_test("test/test_syntax.py") else {
        eprintln!("skipped: no archive of CPython's tests");
        return;
    };
    let all = doctests(&text);
    let mut wrong = Vec::new();
    for (source, expected) in &all {
        let got = error_of(source).map_or("no error".to_owned(), |e| format!("{}: {}", e.kind.class_name(), e.msg));
        // Misspelt keywords are found by Python's traceback module.
        let shown = if expected.contains("Did you mean '") {
            "SyntaxError: invalid syntax"
        } else {
            expected
        };
        let comma = "SyntaxError: invalid syntax. Perhaps you forgot a comma?";
        if got != shown && !(got == comma && shown == "SyntaxError: invalid syntax") {
            wrong.push(format!("{source}  want {expected}\n  got  {got}\n"));
        }
    }
    eprintln!("test_syntax doctests: {} of {}", all.len() - wrong.len(), all.len());
    for w in &wrong {
        eprintln!("{w}");
    }
    assert!(wrong.len() * 20 <= all.len(), "{} of {} differ", wrong.len(), all.len());
}

/// The calls `check('source', line, column ...)` of a test file: source, then the numbers.
fn position_checks(text: &str) -> Vec<(String, Vec<u32>)> {
    let module = ruff_python_parser::parse_module(text).expect("CPython's test parses");
    let mut found = Checks(Vec::new());
    use ruff_python_ast::visitor::Visitor;
    found.visit_body(&module.syntax().body);
    found.0
}
struct Checks(Vec<(String, Vec<u32>)>);
impl<'a> ruff_python_ast::visitor::Visitor<'a> for Checks {
    fn visit_expr(&mut self, e: &'a ruff_python_ast::Expr) {
        use ruff_python_ast::Expr;
        if let Expr::Call(c) = e
            && let Expr::Name(n) = &*c.func
            && n.id.as_str() == "check"
            && let Some(Expr::StringLiteral(s)) = c.arguments.args.first()
        {
            let numbers = c.arguments.args[1..]
                .iter()
                .filter_map(|a| a.as_number_literal_expr()?.value.as_int()?.to_string().parse().ok())
                .collect();
            self.0.push((s.value.to_str().to_owned(), numbers));
        }
        ruff_python_ast::visitor::walk_expr(self, e);
    }
}

#[test]
fn positions_of_test_exceptions() {
    let Some(text) = cpython_test("test/test_exceptions.py") else {
        eprintln!("skipped: no archive of CPython's tests");
        return;
    };
    let all = position_checks(&text);
    let mut wrong = 0;
    for (source, want) in &all {
        let got = error_of(source).map_or(vec![], |e| vec![e.line, e.col, e.end_line, e.end_col]);
        if !got.starts_with(want) {
            wrong += 1;
            eprintln!("{source:?}\n  want {want:?} got {got:?} {:?}", error_of(source).map(|e| e.msg));
        }
    }
    eprintln!("test_exceptions positions: {} of {}", all.len() - wrong, all.len());
    assert!(wrong * 20 <= all.len());
}

/// What is valid must be accepted by the grammar as well, else it explains nothing.
#[test]
fn accepts_valid_programs() {
    for name in [
        "test/test_grammar.py",
        "test/test_syntax.py",
        "test/test_patma.py",
        "test/test_fstring.py",
        "test/test_exceptions.py",
    ] {
        let Some(text) = cpython_test(name) else {
            eprintln!("skipped: no archive of CPython's tests");
            return;
        };
        assert_eq!(explain(&text, Start::File), None, "{name}");
        let module = parse(&text, ParseOptions::from(Mode::Module)).expect("CPython's test parses");
        assert_eq!(check(&text, module.syntax(), CheckOptions::default()), Ok(()), "{name}");
    }
}

/// The calls `check_syntax_error(self, 'source', 'text')`, `self._check_error('source', 'text')` and
/// `self.assertAllRaise(SyntaxError, 'text', ['source', ...])` of a test file.
struct Messages(Vec<(String, String)>);
impl<'a> ruff_python_ast::visitor::Visitor<'a> for Messages {
    fn visit_expr(&mut self, e: &'a ruff_python_ast::Expr) {
        use ruff_python_ast::Expr;
        let text = |e: Option<&Expr>| Some(e?.as_string_literal_expr()?.value.to_str().to_owned());
        if let Expr::Call(c) = e {
            let name = match &*c.func {
                Expr::Name(n) => n.id.as_str(),
                Expr::Attribute(a) => a.attr.as_str(),
                _ => "",
            };
            let a = &c.arguments.args;
            match name {
                "check_syntax_error" => self.0.extend(text(a.get(1)).zip(text(a.get(2)))),
                "_check_error" => self.0.extend(text(a.first()).zip(text(a.get(1)))),
                "assertAllRaise" => {
                    if let Some(Expr::List(l)) = a.get(2) {
                        self.0.extend(l.elts.iter().filter_map(|s| text(Some(s)).zip(text(a.get(1)))));
                    }
                }
                _ => {}
            }
        }
        ruff_python_ast::visitor::walk_expr(self, e);
    }
}

#[test]
fn messages_of_other_tests() {
    use ruff_python_ast::visitor::Visitor;
    let (mut wrong, mut count) = (0, 0);
    for file in [
        "syntax",
        "grammar",
        "fstring",
        "tstring",
        "positional_only_arg",
        "unpack_ex",
        "patma",
        "named_expressions",
        "type_params",
    ] {
        let Some(text) = cpython_test(&format!("test/test_{file}.py")) else {
            continue;
        };
        let module = ruff_python_parser::parse_module(&text).expect("CPython's test parses");
        let mut found = Messages(Vec::new());
        found.visit_body(&module.syntax().body);
        for (source, want) in &found.0 {
            count += 1;
            // The expected text is a regular expression, mostly a plain one.
            let plain = want.replace('\\', "").replace(".*", " ").replace("d+-d+", " ");
            let got = match (file, parse(source, ParseOptions::from(Mode::Expression))) {
                ("fstring" | "tstring", Err(e)) => Some(from_parse_error_in(source, &e, Start::Eval)),
                ("fstring" | "tstring", Ok(_)) => continue,
                _ => error_of(source),
            };
            let got = got.map_or("no error".to_owned(), |e| e.msg);
            let got_plain = got.replace('\\', "");
            if !plain.trim_matches(['^', '$']).split(' ').all(|word| got_plain.contains(word)) {
                wrong += 1;
                eprintln!("{file}: {source:?}\n  want {plain}\n  got  {got}");
            }
        }
    }
    eprintln!("messages: {} of {count}", count - wrong);
    assert!(wrong * 10 <= count);
}
