//! Starting the VM, running the target, ending the process as CPython does.

use crate::args::{Run, Target};
use crate::repl;
use std::io::IsTerminal;
use std::sync::atomic::Ordering::Relaxed;
use vasuki_jit::{Candidate, Candidates};
use vasuki_vm::codecs::fs::fs_string;
use vasuki_vm::context::ctx;
use vasuki_vm::names::names;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::exception::{self, Exception};
use vasuki_vm::types::module;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;
use vasuki_vm::{bootstrap, frozen, import, memory};

/// Runs a command line; gives the exit code.
pub fn run(run: Run, stack_bytes: usize) -> u8 {
    if run.dis {
        return disassemble(&run);
    }
    frozen::set_library(vasuki_stdlib::library());
    vasuki_modules::ast::install();
    let candidates = run.config.stats.then(|| &*Box::leak(Box::<Candidates>::default()));
    let th = match bootstrap::start(run.config, vasuki_modules::MODULES, stack_bytes) {
        Ok(th) => th,
        Err(t) => return startup_failed(t),
    };
    if let Some(c) = candidates {
        vasuki_vm::jit::install(c);
    }
    let config = &ctx().config;
    let asked = !config.ignore_environment && std::env::var_os("PYTHONFAULTHANDLER").is_some_and(|v| !v.is_empty());
    if asked || config.dev_mode || config.x_options.iter().any(|o| o == "faulthandler") {
        vasuki_modules::faulthandler::start();
    }
    if let Err(e) = vasuki_vm::signals::raise_keyboard_interrupts() {
        eprintln!("vasuki: Ctrl-C will end the process at once: {e}");
    }
    let result = start_library(th).and_then(|()| run_target(th, &run.target));
    let inspect = ctx().config.inspect || (!ctx().config.ignore_environment && std::env::var_os("PYTHONINSPECT").is_some());
    let code = if inspect && run.target != Target::Stdin {
        if let Err(t) = result {
            report(th, t);
        }
        repl::run(th)
    } else {
        conclude(th, result)
    };
    let code = vasuki_vm::shutdown::finish(th, code);
    if let Some(c) = candidates {
        print_stats(c);
    }
    if let Some(r) = vasuki_vm::conflicts::report(th) {
        show_conflicts(&r);
    }
    code
}

fn startup_failed(t: Throw) -> u8 {
    let text = match (t.value(), vasuki_vm::thread::current()) {
        (Some(e), Some(th)) => exception::traceback_text(th, e),
        _ => "an abort outside of any transaction".into(),
    };
    eprintln!("vasuki: the VM could not be started:\n{text}");
    70
}

/// Standard streams, warnings, site.
fn start_library(th: &mut Thread) -> R<()> {
    let module = import::import_module(th, "_vasuki_start")?;
    let start = th.intern("start");
    let f = th.getattr(module, start)?;
    let mut closed = ValueVec::new();
    for fd in vasuki_vm::closed_streams::closed_streams() {
        closed.push(th, Value::small(fd.into()))?;
    }
    let closed = th.new_tuple(closed.as_slice());
    th.call(f, &[Value::bool(ctx().config.unbuffered), closed])?;
    Ok(())
}

fn main_dict(th: &mut Thread) -> R {
    let key = names().__main__;
    let m = match ctx().modules.get_str(th, key)? {
        Some(m) => m,
        None => {
            let m = module::new(th, "__main__")?;
            ctx().modules.set_str(th, key, m)?;
            m
        }
    };
    let d = module::dict_of(m);
    let builtins = ctx().modules.get_str(th, names().builtins)?.unwrap_or(Value::NONE);
    d.set_str(th, names().__builtins__, builtins)?;
    Ok(d.value())
}

/// Calls a function of the library's `_vasuki_start`.
pub fn start_function(th: &mut Thread, name: &str, args: &[Value]) -> R {
    let module = import::import_module(th, "_vasuki_start")?;
    let key = th.intern(name);
    let f = th.getattr(module, key)?;
    match th.call(f, args) {
        Ok(v) => Ok(v),
        Err(t) => {
            // The frames of the start are not the program's.
            if let Some(e) = t.value().and_then(|e| e.cast::<Exception>()) {
                e.set(th, &e.traceback, Value::EMPTY)?;
            }
            Err(t)
        }
    }
}

/// Runs what a function of `_vasuki_start` has prepared: it gives a function and its arguments.
fn run_prepared(th: &mut Thread, name: &str, args: &[Value]) -> R {
    let prepared = start_function(th, name, args)?;
    match prepared.cast::<Tuple>().map(|t| t.items()) {
        Some(&[f, args]) => th.call_ex(f, args, Value::EMPTY),
        _ => Err(th.type_error("_vasuki_start must give a function and its arguments")),
    }
}

/// Is standard input a session (a terminal, or -i), not a program?
fn is_session() -> bool {
    std::io::stdin().is_terminal() || ctx().config.interactive
}
fn run_target(th: &mut Thread, target: &Target) -> R<()> {
    main_dict(th)?;
    match target {
        Target::Command(text) => {
            let text = th.new_str(text);
            run_prepared(th, "prepare_command", &[text])?;
        }
        Target::Module(name) => {
            let name = th.new_str(name);
            run_prepared(th, "prepare_module", &[name])?;
        }
        Target::File(path) => {
            let path = fs_string(th, path);
            run_prepared(th, "prepare_path", &[path, Value::bool(ctx().config.skip_first_line)])?;
        }
        Target::Stdin if is_session() => {
            start_function(th, "prepare_session", &[])?;
            let code = repl::run(th);
            let e = th.new_exception(ctx().types.SystemExit, &[Value::small(code as i64)])?;
            return Err(th.raise(e));
        }
        Target::Stdin => {
            run_prepared(th, "prepare_stdin", &[])?;
        }
    }
    Ok(())
}

/// Prints an uncaught exception, whichever it is.
pub fn report(th: &mut Thread, t: Throw) {
    match t.value() {
        Some(e) => exception::print_uncaught(th, e),
        None => eprintln!("vasuki: internal error: a transaction was aborted with nowhere to go back to. Please report it."),
    }
}
/// Prints an uncaught exception; gives the exit code.
pub fn conclude(th: &mut Thread, result: R<()>) -> u8 {
    let Err(t) = result else { return 0 };
    let Some(e) = t.value() else {
        report(th, t);
        return 70;
    };
    if th.class_of(e).is_subclass_of(ctx().types.SystemExit) {
        return exception::exit_code(th, e);
    }
    let interrupted = th.class_of(e).is_subclass_of(ctx().types.KeyboardInterrupt);
    exception::print_uncaught(th, e);
    if interrupted {
        vasuki_vm::signals::exit_by_interrupt(th)
    } else {
        1
    }
}

fn disassemble(run: &Run) -> u8 {
    let (text, name) = match &run.target {
        Target::Command(c) => (c.clone().into_bytes(), "<string>".to_owned()),
        Target::File(f) => match std::fs::read(f) {
            Ok(b) => (b, f.to_string_lossy().into_owned()),
            Err(e) => {
                eprintln!("vasuki: can't open file '{}': {e}", f.to_string_lossy());
                return 2;
            }
        },
        _ => {
            eprintln!("vasuki: --dis wants a file or -c");
            return 2;
        }
    };
    let compiled = vasuki_compiler::source::decode(&text, &name).and_then(|t| {
        let opts = vasuki_compiler::Options {
            optimize: run.config.optimize,
            ..Default::default()
        };
        vasuki_compiler::compile(&t, &name, vasuki_compiler::Mode::Exec, opts)
    });
    match compiled {
        Ok(code) => {
            print!("{}", vasuki_compiler::dis::listing(&code));
            0
        }
        Err(e) => {
            let line = e.text.as_deref().map(|t| format!("    {}\n", t.trim())).unwrap_or_default();
            eprintln!(
                "  File \"{}\", line {}\n{line}{}: {}",
                e.filename,
                e.line,
                e.kind.class_name(),
                e.msg
            );
            1
        }
    }
}

fn show_conflicts(r: &vasuki_vm::conflicts::Report) {
    match &ctx().config.conflicts_page {
        None => {
            let colour = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty());
            eprint!("{}", r.text(colour));
        }
        Some(file) => {
            let title = ctx()
                .config
                .argv
                .first()
                .map(|a| a.to_string_lossy().into_owned())
                .unwrap_or_default();
            if let Err(e) = std::fs::write(file, r.page(&title)) {
                eprintln!("vasuki: cannot write {}: {e}", file.to_string_lossy());
            }
        }
    }
}

/// Functions that `--stats` names.
const HOTTEST: usize = 5;

fn print_stats(candidates: &Candidates) {
    let s = vasuki_vm::stats::collect();
    eprintln!(
        "transactions: {} committed, {} aborted, {} irrevocable",
        s.commits, s.aborts, s.irrevocable
    );
    eprintln!(
        "collections: {}, {:.1} ms stopped; heap {:.1} MB",
        memory::COLLECTIONS.load(Relaxed),
        memory::COLLECT_NANOS.load(Relaxed) as f64 / 1e6,
        memory::heap().bytes_in_use() as f64 / 1e6
    );
    let all = candidates.hottest();
    let total: u64 = all.iter().map(Candidate::samples).sum();
    for c in all.iter().take(HOTTEST) {
        let share = c.samples() as f64 * 100.0 / total as f64;
        eprintln!("{share:5.1} % of the time in {} ({}, line {})", c.name, c.file, c.line);
    }
}

/// For the REPL: the namespace of `__main__`.
pub fn main_namespace(th: &mut Thread) -> R<vasuki_vm::object::Gc<Dict>> {
    Ok(main_dict(th)?.as_gc())
}
