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
    let archive = std::fs::read_dir(dir).ok()?.flatten().find(|e| e.file_name().to_string_lossy().ends_with(".tar.xz"))?;
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
        let shown = if expected.contains("Did you mean '") { "SyntaxError: invalid syntax" } else { expected };
        if got != shown {
            wrong.push(format!("{source}  want {expected}\n  got  {got}\n"));
        }
    }
    eprintln!("test_syntax doctests: {} of {}", all.len() - wrong.len(), all.len());
    for w in &wrong {
        eprintln!("{w}");
    }
    assert!(wrong.len() * 20 <= all.len(), "{} of {} differ", wrong.len(), all.len());
}
