//! The command line of Vasuki: see `vasuki --help`.
#![deny(unsafe_code)]

mod args;
#[expect(unsafe_code, reason = "looks at file descriptors before Rust's runtime starts")]
mod closed_streams;
mod launch;
mod repl;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: vasuki_gc::CountingAllocator = vasuki_gc::CountingAllocator;

/// Native stack of the thread that runs Python: reserved address space, used as it is needed.
const STACK_BYTES: usize = 256 << 20;

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
    let before = signal_mask(None);
    let runner = std::thread::Builder::new()
        .name("python-main".into())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            signal_mask(Some(&before));
            launch::run(*parsed, STACK_BYTES)
        });
    match runner.map(|t| t.join()) {
        Ok(Ok(code)) => ExitCode::from(code),
        Ok(Err(_)) => {
            eprintln!("vasuki: internal error, see the message above. Please report it with the program that shows it.");
            ExitCode::from(70)
        }
        Err(e) => {
            eprintln!("vasuki: cannot start a thread: {e}");
            ExitCode::from(71)
        }
    }
}

/// Blocks all signals for the calling thread, or sets its mask; gives the old one.
#[expect(unsafe_code, reason = "signal masks are the C library's")]
fn signal_mask(new: Option<&libc::sigset_t>) -> libc::sigset_t {
    // SAFETY: the sets are valid; changing the mask of the calling thread has no other preconditions.
    unsafe {
        let mut all: libc::sigset_t = std::mem::zeroed();
        let mut old: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&mut all);
        libc::pthread_sigmask(libc::SIG_SETMASK, new.unwrap_or(&all), &mut old);
        old
    }
}
