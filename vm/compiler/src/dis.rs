//! A readable listing of code objects, for `vasuki --dis FILE`. It prints any code object, also an unsound one.

use crate::code::{Code, Const, Text, flags};
use crate::op::Op;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The listing of a code object and of those nested in it.
pub fn listing(code: &Code) -> String {
    let mut out = String::new();
    one(code, &mut out);
    out
}

/// Writing to a String cannot fail.
macro_rules! put {
    ($out:expr, $($arg:tt)*) => { let _ = write!($out, $($arg)*); };
}

fn one(code: &Code, out: &mut String) {
    header(code, out);
    let targets = jump_targets(code);
    let mut position = code.positions.iter().peekable();
    let mut line = 0;
    let mut at = 0;
    while at < code.code.len() {
        let mut new_line = None;
        while let Some(p) = position.next_if(|p| p.0 as usize <= at) {
            new_line = Some(p.1.line);
        }
        match new_line.filter(|&l| l != line) {
            Some(l) => {
                if line != 0 {
                    out.push('\n');
                }
                match l {
                    u32::MAX => out.push_str("    - "),
                    l => {
                        put!(out, "{l:>5} ");
                    }
                }
                line = l;
            }
            None => out.push_str("      "),
        }
        let mark = if targets.contains(&at) { ">>" } else { "  " };
        put!(out, "{mark} {at:>5} ");
        let Some(op) = Op::from_u16(code.code[at] as u16) else {
            put!(out, "? {:#018x}\n", code.code[at]);
            at += 1;
            continue;
        };
        instruction(code, op, at, out);
        at += op.words();
    }
    if !code.handlers.is_empty() {
        out.push_str("\nexception table (innermost first):\n");
        for h in &code.handlers {
            put!(out, "  {:>5} .. {:<5} -> {:<5} r{}\n", h.start, h.end, h.target, h.register);
        }
    }
    for c in &code.consts {
        nested(c, out);
    }
}

fn nested(c: &Const, out: &mut String) {
    match c {
        Const::Code(c) => {
            out.push('\n');
            one(c, out);
        }
        Const::Tuple(t) | Const::FrozenSet(t) => t.iter().for_each(|c| nested(c, out)),
        _ => {}
    }
}

fn header(code: &Code, out: &mut String) {
    put!(out, "code {} ({}:{})\n", code.qualname, code.filename, code.firstlineno);
    put!(
        out,
        "  arguments {} (positional-only {}, keyword-only {}), registers {}, flags",
        code.argcount,
        code.posonlyargcount,
        code.kwonlyargcount,
        code.nregs
    );
    for (bit, name) in FLAGS {
        if code.flags & bit != 0 {
            put!(out, " {name}");
        }
    }
    out.push('\n');
    if !code.varnames.is_empty() {
        out.push_str("  locals");
        for (i, n) in code.varnames.iter().enumerate() {
            put!(out, " r{i}={n}");
        }
        out.push('\n');
    }
    if !code.cellvars.is_empty() {
        out.push_str("  cells");
        for (n, r) in &code.cellvars {
            put!(out, " r{r}={n}");
        }
        out.push('\n');
    }
    if !code.freevars.is_empty() {
        out.push_str("  free");
        for (i, n) in code.freevars.iter().enumerate() {
            put!(out, " r{}={n}", code.free_base as usize + i);
        }
        out.push('\n');
    }
}

const FLAGS: [(u32, &str); 12] = [
    (flags::OPTIMIZED, "OPTIMIZED"),
    (flags::NEWLOCALS, "NEWLOCALS"),
    (flags::VARARGS, "VARARGS"),
    (flags::VARKEYWORDS, "VARKEYWORDS"),
    (flags::NESTED, "NESTED"),
    (flags::GENERATOR, "GENERATOR"),
    (flags::COROUTINE, "COROUTINE"),
    (flags::ITERABLE_COROUTINE, "ITERABLE_COROUTINE"),
    (flags::ASYNC_GENERATOR, "ASYNC_GENERATOR"),
    (flags::FUTURE_ANNOTATIONS, "FUTURE_ANNOTATIONS"),
    (flags::HAS_DOCSTRING, "HAS_DOCSTRING"),
    (flags::METHOD, "METHOD"),
];

fn operands(word: u64) -> [u16; 3] {
    [(word >> 16) as u16, (word >> 32) as u16, (word >> 48) as u16]
}

/// Does the second word hold a jump offset?
fn jumps_by_extra(op: Op) -> bool {
    use Op::{ForIterFar, JumpIfEq, JumpIfGe, JumpIfGt, JumpIfIn, JumpIfIs, JumpIfLe, JumpIfLt, JumpIfNe, Send};
    matches!(
        op,
        JumpIfLt | JumpIfLe | JumpIfEq | JumpIfNe | JumpIfGt | JumpIfGe | JumpIfIs | JumpIfIn | ForIterFar | Send
    )
}

/// The word that the instruction at `at` may jump to.
fn target(code: &Code, op: Op, at: usize) -> Option<usize> {
    let [_, b, c] = operands(code.code[at]);
    let off = if jumps_by_extra(op) {
        *code.code.get(at + 1)? as i32
    } else if op.format().contains('J') {
        (u32::from(b) | u32::from(c) << 16) as i32
    } else if op.format().contains('j') {
        i32::from(c as i16)
    } else {
        return None;
    };
    usize::try_from(at as i64 + op.words() as i64 + i64::from(off)).ok()
}

fn jump_targets(code: &Code) -> BTreeSet<usize> {
    let mut set: BTreeSet<usize> = code.handlers.iter().map(|h| h.target as usize).collect();
    let mut at = 0;
    while at < code.code.len() {
        let Some(op) = Op::from_u16(code.code[at] as u16) else {
            at += 1;
            continue;
        };
        set.extend(target(code, op, at));
        at += op.words();
    }
    set
}

fn instruction(code: &Code, op: Op, at: usize, out: &mut String) {
    let [a, b, c] = operands(code.code[at]);
    let words = [a, b, c];
    let mut text = String::new();
    let mut note = String::new();
    for (i, f) in op.format().bytes().enumerate() {
        let v = words[i.min(2)];
        if !text.is_empty() {
            text.push_str(", ");
        }
        match f {
            b'd' | b'r' => register(code, v, &mut text),
            b'k' => {
                put!(text, "k{v}");
                constant_note(code, v.into(), &mut note);
            }
            b'n' => match code.names.get(v as usize) {
                Some(n) => text.push_str(n),
                None => {
                    put!(text, "name {v}?");
                }
            },
            b'j' | b'J' => {
                put!(text, "to {}", target(code, op, at).unwrap_or(usize::MAX));
            }
            _ if op == Op::LoadInt => {
                put!(text, "{}", (u32::from(b) | u32::from(c) << 16) as i32);
            }
            _ if op == Op::AddInt => {
                put!(text, "{}", v as i16);
            }
            _ => {
                put!(text, "{v}");
            }
        }
    }
    if let Some(&extra) = code.code.get(at + 1).filter(|_| op.words() > 1) {
        let (x, y) = (extra as u32, (extra >> 32) as u32);
        match op {
            _ if jumps_by_extra(op) => {
                put!(text, ", to {}", target(code, op, at).unwrap_or(usize::MAX));
            }
            Op::CallKw | Op::CallMethodKw => constant_note(code, x, &mut note),
            Op::UnpackEx => {
                put!(text, ", {x}");
            }
            Op::ImportName => {
                put!(text, ", level {x}");
            }
            Op::MatchClass => {
                put!(text, ", {x}");
                constant_note(code, y, &mut note);
            }
            _ => {}
        }
    }
    put!(out, "{:<17} {text}", op.name());
    if !note.is_empty() {
        put!(out, "  # {note}");
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out.push('\n');
}

fn register(code: &Code, r: u16, out: &mut String) {
    match code.varnames.get(r as usize) {
        Some(n) => {
            put!(out, "r{r}:{n}");
        }
        None => {
            put!(out, "r{r}");
        }
    }
}

fn constant_note(code: &Code, k: u32, out: &mut String) {
    match code.consts.get(k as usize) {
        Some(c) => show(c, out),
        None => {
            put!(out, "no constant {k}");
        }
    }
}

/// A constant as Python would show it, shortened.
fn show(c: &Const, out: &mut String) {
    match c {
        Const::None => out.push_str("None"),
        Const::Bool(b) => out.push_str(if *b { "True" } else { "False" }),
        Const::Ellipsis => out.push_str("..."),
        Const::Int(i) => {
            put!(out, "{i}");
        }
        Const::Float(f) => {
            put!(out, "{f:?}");
        }
        Const::Complex(re, im) => {
            put!(out, "({re:?}+{im:?}j)");
        }
        Const::Str(Text::Utf8(s)) => {
            let mut short: String = s.chars().take(60).collect();
            if short.len() < s.len() {
                short.push('\u{2026}');
            }
            put!(out, "{short:?}");
        }
        Const::Str(Text::Points(p)) => {
            put!(out, "string of {} code points", p.len());
        }
        Const::Bytes(b) => {
            put!(out, "b\"{}\"", b[..b.len().min(60)].escape_ascii());
        }
        Const::Tuple(t) => sequence("(", t, ")", out),
        Const::FrozenSet(t) => sequence("frozenset({", t, "})", out),
        Const::Code(c) => {
            put!(out, "<code {}>", c.qualname);
        }
        Const::Slice(s) => {
            out.push_str("slice(");
            show(&s.0, out);
            out.push_str(", ");
            show(&s.1, out);
            out.push_str(", ");
            show(&s.2, out);
            out.push(')');
        }
    }
}

fn sequence(open: &str, items: &[Const], close: &str, out: &mut String) {
    out.push_str(open);
    for (i, c) in items.iter().enumerate() {
        if i > 0 {
            out.push_str(", ");
        }
        if i == 12 {
            out.push('\u{2026}');
            break;
        }
        show(c, out);
    }
    out.push_str(close);
}
