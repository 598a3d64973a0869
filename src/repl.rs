//! The interactive session: history, editing, multi-line input and completion.

use crate::launch;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor, Helper};
use vasuki_compiler::{Mode, Options};
use vasuki_vm::context::ctx;
use vasuki_vm::interp;
use vasuki_vm::interp::code as code_object;
use vasuki_vm::thread::{self, Thread};
use vasuki_vm::throw::R;
use vasuki_vm::types::exceptions;
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

struct Session;
impl Helper for Session {}
impl Hinter for Session {
    type Hint = String;
}
impl Highlighter for Session {}
impl Validator for Session {}
impl Completer for Session {
    type Candidate = String;
    fn complete(&self, line: &str, pos: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let start = line[..pos]
            .rfind(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.'))
            .map_or(0, |i| i + 1);
        let word = &line[start..pos];
        if word.is_empty() {
            return Ok((pos, vec!["    ".into()]));
        }
        let found = thread::current().and_then(|th| complete(th, word).ok()).unwrap_or_default();
        Ok((start, found))
    }
}

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
    for state in 0..200 {
        let v = th.call_method(completer, name, &[text, Value::small(state)])?;
        match v.cast::<Str>() {
            Some(s) => out.push(s.to_string_lossy()),
            None => break,
        }
    }
    Ok(out)
}

fn prompt(th: &mut Thread, name: &str, default: &str) -> String {
    match vasuki_vm::modules::builtins::sys_attribute(th, name).and_then(|v| th.str(v)) {
        Ok(s) => s.to_string_lossy(),
        Err(_) => default.into(),
    }
}

/// Does the text so far need more lines? A compound statement goes on until an empty line.
fn wants_more(text: &str) -> bool {
    // A string that its line does not end is wrong, not incomplete.
    let lines = if text.ends_with('\n') {
        text.to_owned()
    } else {
        format!("{text}\n")
    };
    match vasuki_compiler::compile(&lines, "<stdin>", Mode::Single, Options::default()) {
        Err(e) => e.incomplete,
        Ok(_) => {
            let compound = text.lines().count() > 1 || text.trim_end().ends_with(':') || text.starts_with('@');
            compound && !text.ends_with("\n\n") && text.lines().last().is_some_and(|l| !l.is_empty())
        }
    }
}

fn execute(th: &mut Thread, text: &str) -> R<()> {
    let ns = launch::main_namespace(th)?.value();
    let options = Options {
        optimize: ctx().config.optimize,
        ..Options::default()
    };
    match vasuki_compiler::compile(text, "<stdin>", Mode::Single, options) {
        Ok(code) => {
            let code = code_object::from_compiled(th, &code)?;
            interp::run_code(th, code, ns, ns, Value::EMPTY)?;
            Ok(())
        }
        Err(e) => Err(exceptions::syntax_error(th, &e)),
    }
}

/// Runs a session until its end; gives the exit code.
pub fn run(th: &mut Thread) -> u8 {
    if !ctx().config.quiet {
        println!("Vasuki {} (Python 3.14) on {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS);
        println!("Type \"help\", \"copyright\", \"credits\" or \"license\" for more information.");
    }
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .auto_add_history(true)
        .build();
    let mut editor: Editor<Session, DefaultHistory> = match Editor::with_config(config) {
        Ok(e) => e,
        Err(e) => {
            eprintln!("vasuki: no interactive session: {e}");
            return 1;
        }
    };
    editor.set_helper(Some(Session));
    let history = std::env::var_os("PYTHON_HISTORY")
        .map(std::path::PathBuf::from)
        .or_else(|| Some(std::path::Path::new(&std::env::var_os("HOME")?).join(".vasuki_history")));
    if let Some(h) = &history {
        // The first session has no history file yet.
        let _ = editor.load_history(h);
    }
    let code = session(th, &mut editor);
    if let Some(h) = &history
        && let Err(e) = editor.save_history(h)
    {
        eprintln!("vasuki: history not saved: {e}");
    }
    code
}

fn session(th: &mut Thread, editor: &mut Editor<Session, DefaultHistory>) -> u8 {
    let mut text = String::new();
    loop {
        let shown = if text.is_empty() {
            prompt(th, "ps1", ">>> ")
        } else {
            prompt(th, "ps2", "... ")
        };
        match editor.readline(&shown) {
            Ok(line) => {
                text.push_str(&line);
                text.push('\n');
                if text.trim().is_empty() {
                    text.clear();
                    continue;
                }
                if wants_more(&text) {
                    continue;
                }
                let result = execute(th, &std::mem::take(&mut text));
                if let Err(t) = result {
                    match t.value() {
                        Some(e) if th.class_of(e).is_subclass_of(ctx().types.SystemExit) => {
                            return launch::conclude(th, Err(t));
                        }
                        Some(e) => vasuki_vm::types::exception::print_uncaught(th, e),
                        None => eprintln!("vasuki: internal error: an abort reached the session. Please report it."),
                    }
                }
                flush(th);
            }
            Err(ReadlineError::Interrupted) => {
                println!("KeyboardInterrupt");
                text.clear();
            }
            Err(ReadlineError::Eof) => {
                println!();
                return 0;
            }
            Err(e) => {
                eprintln!("vasuki: cannot read the terminal: {e}");
                return 1;
            }
        }
    }
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
