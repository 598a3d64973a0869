//! What the grammar's error rules say, and where.

use super::peg::{Peg, Stop};
use super::strings;
use crate::error::SyntaxErrorKind;
use crate::tokenizer::{Token, kind};

/// Where targets stand: decides what is a target and the verb of the message.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Targets {
    Assign,
    Delete,
    For,
}

fn stop<T>(msg: String, at: (usize, usize)) -> Result<T, Stop> {
    Err(Stop::Rule(SyntaxErrorKind::Syntax, msg, at.0, at.1))
}

/// Does what a `{...}` of the grammar says. `Ok(None)`: it was no error after all, and the rule fails; `Ok(Some(kind))`:
/// fine, the node is of that kind.
pub fn report(p: &Peg, verb: &str, given: &[usize], text: &str, end: usize) -> Result<Option<&'static str>, Stop> {
    let a = given.first().copied();
    let b = given.get(1).copied().or(a);
    let span = |n: Option<usize>| n.map_or((0, 0), |n| range(p, n));
    let (start_a, end_a) = span(a);
    let end_b = span(b).1;
    let msg = || message(p, text, a);
    match verb {
        "range" => stop(msg(), (start_a, end_b)),
        "known" => stop(msg(), (start_a, end_a)),
        "from" => stop(msg(), (start_a, p.tokens.last().map_or(end_a, |t| t.end))),
        "last" => stop(msg(), p.tokens.last().map_or((0, 0), |t| (t.start, t.end))),
        "next" => stop(msg(), p.tokens.get(end).map_or((0, 0), |t| (t.start, t.end))),
        "indent" => {
            let (start, end) = p.tokens.last().map_or((0, 0), |t| (t.start, t.end));
            Err(Stop::Rule(SyntaxErrorKind::Indentation, msg(), start, end))
        }
        "STRINGS" => strings::check(p, a),
        "CONVERSION" => conversion(p, (start_a, end_a), span(b)),
        "GENEXP" => generator_in_call(p, a, end_b),
        "ARGUMENTS" => {
            let unpacked = a.is_some_and(|a| flat(p, a).iter().any(|&n| p.nodes[n].kind == "UNPACKED"));
            let msg = if unpacked {
                "positional argument follows keyword argument unpacking"
            } else {
                "positional argument follows keyword argument"
            };
            stop(msg.to_owned(), p.tokens.last().map_or((0, 0), |t| (t.start, t.end)))
        }
        "LEGACY" => {
            let name = &p.text[start_a..end_a];
            if name != "print" && name != "exec" {
                return Ok(None);
            }
            stop(
                format!("Missing parentheses in call to '{name}'. Did you mean {name}(...)?"),
                (start_a, end_b),
            )
        }
        "COMMA" => {
            let legacy = a.is_some_and(|a| p.nodes[a].kind == "name") && matches!(&p.text[start_a..end_a], "print" | "exec");
            if legacy || end == 0 || p.tokens[end - 1].level == 0 {
                return Ok(None);
            }
            stop("invalid syntax. Perhaps you forgot a comma?".to_owned(), (start_a, end_b))
        }
        "KEY" => {
            let at = end_a.saturating_sub(1);
            stop("':' expected after dictionary key".to_owned(), (at, at))
        }
        "BOUND" => {
            let what = if b.is_some_and(|b| p.nodes[b].kind == "tuple") {
                "constraints"
            } else {
                "bound"
            };
            stop(
                format!("cannot use {what} with {text}"),
                (start_a, p.tokens.last().map_or(end_a, |t| t.end)),
            )
        }
        _ => Ok(None),
    }
}

/// As `report` for the verb `target`, whose first word in the grammar is where the targets stand.
pub fn target(p: &Peg, place: &str, n: usize) -> Result<(), Stop> {
    let place = match place {
        "delete" => Targets::Delete,
        "for" => Targets::For,
        _ => Targets::Assign,
    };
    match invalid_target(p, n, place) {
        None => Ok(()),
        Some(bad) => {
            let verb = if place == Targets::Delete { "delete" } else { "assign to" };
            stop(format!("cannot {verb} {}", p.nodes[bad].kind), range(p, bad))
        }
    }
}

fn range(p: &Peg, n: usize) -> (usize, usize) {
    let node = &p.nodes[n];
    let at = |t: usize| {
        p.tokens.get(t).copied().unwrap_or(Token {
            kind: 0,
            start: p.text.len(),
            end: p.text.len(),
            level: 0,
        })
    };
    (at(node.first).start, at(node.last.saturating_sub(1).max(node.first)).end)
}

fn message(p: &Peg, text: &str, a: Option<usize>) -> String {
    let mut out = text.to_owned();
    if let Some(a) = a {
        let (start, end) = range(p, a);
        out = out.replace("%s", p.nodes[a].kind);
        out = out.replace("%t", &p.text[start..end]);
        out = out.replace("%l", &crate::error::line_col(p.text, start).0.to_string());
    }
    if out.contains("%f") {
        // The innermost string that is open where the tokens end.
        let mut open = Vec::new();
        for t in &p.tokens {
            match t.kind {
                kind::FSTRING_START => open.push("f-string"),
                kind::TSTRING_START => open.push("t-string"),
                kind::FSTRING_END | kind::TSTRING_END => {
                    open.pop();
                }
                _ => {}
            }
        }
        out = out.replace("%f", open.last().unwrap_or(&"f-string"));
    }
    out
}

/// The parts of a node, those of mere sequences in place of them.
fn flat(p: &Peg, n: usize) -> Vec<usize> {
    let mut out = Vec::new();
    let node = &p.nodes[n];
    if node.kind.is_empty() {
        for &k in &node.parts {
            out.extend(flat(p, k));
        }
    } else {
        out.push(n);
    }
    out
}

fn invalid_target(p: &Peg, n: usize, place: Targets) -> Option<usize> {
    let node = &p.nodes[n];
    let inside = |n: usize| -> Vec<usize> {
        p.nodes[n]
            .parts
            .iter()
            .flat_map(|&k| flat(p, k))
            .filter(|&k| p.nodes[k].kind != "token")
            .collect()
    };
    match node.kind {
        "" => node.parts.iter().find_map(|&k| invalid_target(p, k, place)),
        "token" | "name" | "subscript" | "attribute" => None,
        "list" | "tuple" => inside(n).into_iter().find_map(|k| invalid_target(p, k, place)),
        "starred" if place == Targets::Delete => Some(n),
        "starred" => inside(n).first().and_then(|&k| invalid_target(p, k, place)),
        "comparison" if place == Targets::For => {
            let left = node.parts[0];
            let op = p.tokens[p.nodes[left].last];
            if p.text_of(op) == "in" {
                invalid_target(p, left, place)
            } else {
                None
            }
        }
        _ => Some(n),
    }
}

fn generator_in_call(p: &Peg, a: Option<usize>, end: usize) -> Result<Option<&'static str>, Stop> {
    let Some(a) = a else { return Ok(None) };
    let positional: Vec<usize> = flat(p, a)
        .into_iter()
        .filter(|&n| !matches!(p.nodes[n].kind, "KEYWORD" | "UNPACKED" | "token"))
        .collect();
    if positional.len() <= 1 {
        return Ok(None);
    }
    let start = positional.last().map_or(0, |&n| range(p, n).0);
    stop("Generator expression must be parenthesized".to_owned(), (start, end))
}

fn conversion(p: &Peg, mark: (usize, usize), name: (usize, usize)) -> Result<Option<&'static str>, Stop> {
    let letter = p
        .tokens
        .iter()
        .rev()
        .find(|t| t.start < mark.0 && matches!(t.kind, kind::FSTRING_START | kind::TSTRING_START));
    let l = if letter.is_some_and(|t| t.kind == kind::TSTRING_START) {
        't'
    } else {
        'f'
    };
    if mark.1 != name.0 {
        return stop(
            format!("{l}-string: conversion type must come right after the exclamation mark"),
            (mark.0, name.1),
        );
    }
    let text = &p.text[name.0..name.1];
    if !matches!(text, "s" | "r" | "a") {
        return stop(
            format!("{l}-string: invalid conversion character '{text}': expected 's', 'r', or 'a'"),
            name,
        );
    }
    Ok(Some(""))
}
