//! The interactive session: statements are read, run and their values shown, until the end of input.

mod terminal;

use crate::launch;
use std::io::IsTerminal;
use terminal::{Event, Terminal};
use vasuki_compiler::{Mode, Options};
use vasuki_vm::context::ctx;
use vasuki_vm::interp;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

/// Completions of a dotted word, by the library's rlcompleter.
fn complete(th: &mut Thread, word: &str) -> R<Vec<String>> {
    let module = vasuki_vm::import::import_module(th, "rlcompleter")?;
    let name = th.intern("Completer");
    let class = th.getattr(module, name)?;
    let ns = launch::main_namespace(th)?;
    let completer = th.call(class, &[ns.value()])?;
    let name = th.intern("complete");
    let text = th.new_str(word);
    let mut out = Vec::new();
    for state in 0..500 {
        let v = th.call_method(completer, name, &[text, Value::small(state)])?;
        match v.cast::<Str>() {
            Some(s) => out.push(s.to_string_lossy()),
            None => break,
        }
    }
    Ok(out)
}

/// Where statements come from.
enum Source {
    Terminal(Terminal),
    /// `sys.stdin`, line by line
    Stream,
}
/// A line that was read.
enum Line {
    Text(String),
    Interrupted,
    End,
}
impl Source {
    fn read(&self, th: &mut Thread, prompt: &str, indent: &str) -> R<Line> {
        let Source::Terminal(t) = self else {
            return read_stream(th, prompt);
        };
        t.ask(prompt, indent);
        loop {
            match th.blocking(|| t.next())? {
                Event::Line(text) => return Ok(Line::Text(text)),
                Event::Interrupted => return Ok(Line::Interrupted),
                Event::End => return Ok(Line::End),
                // Where completion fails there is nothing to complete.
                Event::Complete(word) => t.complete(complete(th, &word).unwrap_or_default()),
                Event::Failed(why) => {
                    eprintln!("vasuki: cannot read the terminal: {why}");
                    return Ok(Line::End);
                }
            }
        }
    }
}
fn read_stream(th: &mut Thread, prompt: &str) -> R<Line> {
    eprint!("{prompt}");
    let stdin = vasuki_vm::modules::builtins::sys_attribute(th, "stdin")?;
    let name = th.intern("readline");
    let line = th.call_method(stdin, name, &[])?;
    let text = line.cast::<Str>().map(|s| s.to_string_lossy()).unwrap_or_default();
    Ok(match text.strip_suffix('\n') {
        Some(line) => Line::Text(line.into()),
        None if text.is_empty() => Line::End,
        None => Line::Text(text),
    })
}

fn prompt(th: &mut Thread, name: &str, default: &str) -> String {
    match vasuki_vm::modules::builtins::sys_attribute(th, name).and_then(|v| th.str(v)) {
        Ok(s) => s.to_string_lossy(),
        Err(_) => default.into(),
    }
}

/// Does this line begin a statement that goes on until an empty line?
fn is_compound(line: &str) -> bool {
    const WORDS: [&str; 9] = ["if", "while", "for", "try", "with", "def", "class", "async", "match"];
    let end = line.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(line.len());
    let block = line.contains(':') && (line[..end] != *"match" || line.trim_end().ends_with(':'));
    line.starts_with('@') || (WORDS.contains(&&line[..end]) && block)
}
/// Does the text so far need more lines?
fn wants_more(text: &str) -> bool {
    let finished = text.ends_with("\n\n") || text.lines().last().is_none_or(|l| l.trim().is_empty());
    match vasuki_compiler::compile(text, "<stdin>", Mode::Single, Options::default()) {
        Err(e) if e.incomplete => true,
        Err(_) => text.lines().count() > 1 && !finished && is_compound(text),
        Ok(_) => is_compound(text) && !finished,
    }
}
/// What the next line of an unfinished block begins with.
fn indent_after(text: &str) -> String {
    let Some(last) = text.lines().last().filter(|_| is_compound(text)) else {
        return String::new();
    };
    let mut indent: String = last.chars().take_while(|c| matches!(c, ' ' | '\t')).collect();
    let code = last.trim();
    if code.ends_with(':') {
        indent.push_str("    ");
    } else if ["return", "pass", "break", "continue", "raise"].contains(&code.split([' ', '(']).next().unwrap_or_default()) {
        indent.truncate(indent.len().saturating_sub(4));
    }
    indent
}

/// Runs one input; `number` is that of the inputs of the session.
fn execute(th: &mut Thread, text: &str, number: usize) -> R<()> {
    let ns = launch::main_namespace(th)?.value();
    let args = [th.new_str(text), th.new_str(&format!("<python-input-{number}>"))];
    let codes = launch::start_function(th, "compile_input", &args)?;
    for code in codes.as_gc::<Tuple>().items() {
        interp::run_code(th, code.as_gc(), ns, ns, Value::EMPTY)?;
    }
    Ok(())
}

/// Runs a session until its end; gives the exit code.
pub fn run(th: &mut Thread) -> u8 {
    if !ctx().config.quiet {
        eprintln!("Vasuki {} (Python 3.14) on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS);
        eprintln!("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.");
    }
    let source = if std::io::stdin().is_terminal() {
        match Terminal::start() {
            Ok(t) => Source::Terminal(t),
            Err(e) => {
                eprintln!("vasuki: no interactive session: {e}");
                return 1;
            }
        }
    } else {
        Source::Stream
    };
    session(th, &source)
}

fn session(th: &mut Thread, source: &Source) -> u8 {
    let mut text = String::new();
    let mut number = 0;
    loop {
        let (shown, indent) = if text.is_empty() {
            (prompt(th, "ps1", ">>> "), String::new())
        } else {
            (prompt(th, "ps2", "... "), indent_after(&text))
        };
        let result = match source.read(th, &shown, &indent) {
            Ok(Line::Text(line)) => {
                text.push_str(line.trim_end_matches('\r'));
                text.push('\n');
                if text.trim().is_empty() {
                    text.clear();
                    continue;
                }
                if wants_more(&text) {
                    continue;
                }
                let text = std::mem::take(&mut text);
                if leaves(th, text.trim()) {
                    return 0;
                }
                number += 1;
                execute(th, &text, number - 1)
            }
            Ok(Line::Interrupted) => {
                eprintln!("KeyboardInterrupt");
                text.clear();
                Ok(())
            }
            Ok(Line::End) if text.is_empty() => {
                eprintln!();
                return 0;
            }
            Ok(Line::End) => {
                number += 1;
                execute(th, &std::mem::take(&mut text), number - 1)
            }
            Err(t) => {
                let interrupted = |e: Value| th.class_of(e).is_subclass_of(ctx().types.KeyboardInterrupt);
                if !t.value().is_some_and(interrupted) {
                    // There will be no other line.
                    launch::report(th, t);
                    return 0;
                }
                Err(t)
            }
        };
        if let Err(t) = result {
            text.clear();
            let exits = |e: &Value| th.class_of(*e).is_subclass_of(ctx().types.SystemExit);
            if t.value().as_ref().is_some_and(exits) {
                return launch::conclude(th, Err(t));
            }
            launch::report(th, t);
        }
        flush(th);
    }
}
/// `exit` and `quit` alone, unless the program has given them another meaning.
fn leaves(th: &mut Thread, text: &str) -> bool {
    if !matches!(text, "exit" | "quit") {
        return false;
    }
    let name = th.intern(text);
    let own = launch::main_namespace(th).and_then(|ns| ns.get_str(th, name));
    matches!(own, Ok(None))
}

fn flush(th: &mut Thread) {
    for name in ["stdout", "stderr"] {
        if let Ok(f) = vasuki_vm::modules::builtins::sys_attribute(th, name)
            && !f.is_none()
        {
            let flush = th.intern("flush");
            // A stream that cannot be flushed says so when it is written to.
            let _ = th.call_method(f, flush, &[]);
        }
    }
}
