//! The command line of Vasuki: see `vasuki --help`.
#![forbid(unsafe_code)]

mod args;
mod launch;
mod repl;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: vasuki_gc::CountingAllocator = vasuki_gc::CountingAllocator;

/// Native stack of the thread that runs Python: reserved address space, used as it is needed.
const STACK_BYTES: usize = 64 << 20;

fn main() -> ExitCode {
    let parsed = match args::parse(std::env::args_os().collect()) {
        Ok(args::Command::Run(r)) => r,
        Ok(args::Command::Print(text)) => {
            print!("{text}");
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::from(2);
        }
    };
    // Python runs on a thread of its own: its stack is as large as deep recursion needs, whatever `ulimit -s` says.
    // Signals are for that thread, not for this one, which only waits.
    let mask = vasuki_vm::signals::block_all();
    let runner = std::thread::Builder::new()
        .name("python-main".into())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            mask.restore();
            let code = launch::run(*parsed, STACK_BYTES);
            // This thread gets the signals of all others, so it lives as long as they do. And in the child of a fork nobody waits for
            // its end.
            std::process::exit(code.into())
        });
    match runner {
        Ok(thread) => {
            // It ends the process, unless it panics.
            let _: std::thread::Result<()> = thread.join();
            eprintln!("vasuki: internal error, see the message above. Please report it with the program that shows it.");
            ExitCode::from(70)
        }
        Err(e) => {
            eprintln!("vasuki: cannot start a thread: {e}");
            ExitCode::from(71)
        }
    }
}
