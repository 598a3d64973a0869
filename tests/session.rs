//! The interactive session in a terminal: editing, history, blocks, completion, Ctrl-C, Ctrl-D, `exit`, `-i`.

mod common;

use common::{Folder, vasuki};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{FromRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A program in a terminal of its own.
struct Terminal {
    child: Child,
    keys: File,
    screen: Arc<Mutex<String>>,
    seen: usize,
}
impl Terminal {
    fn start(command: &mut Command) -> Terminal {
        let (mut master, mut slave) = (0, 0);
        let size = libc::winsize {
            ws_row: 50,
            ws_col: 200,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        // SAFETY: valid pointers; the two descriptors are owned below.
        let (master, slave) = unsafe {
            let made = libc::openpty(&mut master, &mut slave, std::ptr::null_mut(), std::ptr::null_mut(), &size);
            assert_eq!(made, 0, "there are terminals");
            (File::from_raw_fd(master), OwnedFd::from_raw_fd(slave))
        };
        let end = |s: &OwnedFd| Stdio::from(s.try_clone().expect("descriptors can be copied"));
        command
            .stdin(end(&slave))
            .stdout(end(&slave))
            .stderr(end(&slave))
            .env("TERM", "xterm")
            .env("NO_COLOR", "1");
        // SAFETY: both calls are async-signal-safe: a session of its own, whose terminal is stdin.
        unsafe {
            command.pre_exec(|| {
                libc::setsid();
                libc::ioctl(0, libc::TIOCSCTTY, 0);
                Ok(())
            });
        }
        let child = command.spawn().expect("the program starts");
        drop(slave);
        let screen = Arc::new(Mutex::new(String::new()));
        let (mut from, to) = (master.try_clone().expect("descriptors can be copied"), screen.clone());
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            // The terminal gives an error when the program has ended.
            while let Ok(n @ 1..) = from.read(&mut buffer) {
                to.lock().unwrap().push_str(&String::from_utf8_lossy(&buffer[..n]));
            }
        });
        Terminal {
            child,
            keys: master,
            screen,
            seen: 0,
        }
    }
    fn session(folder: &Folder, args: &[&str]) -> Terminal {
        let mut t = Terminal::start(vasuki().args(args).env("PYTHON_HISTORY", folder.path().join("history")));
        t.sees(">>> ");
        t
    }
    /// Waits until this appears after what was seen before.
    #[track_caller]
    fn sees(&mut self, text: &str) {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            let screen = self.screen.lock().unwrap().clone();
            if let Some(i) = screen[self.seen..].find(text) {
                self.seen += i + text.len();
                return;
            }
            assert!(Instant::now() < end, "{text:?} does not appear after\n{:?}", &screen[self.seen..]);
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    /// Types something.
    fn keys(&mut self, text: &str) {
        self.keys.write_all(text.as_bytes()).expect("the terminal takes keys");
    }
    /// Types a line, and waits for what it answers and the next prompt.
    #[track_caller]
    fn line(&mut self, text: &str, answer: &str) {
        self.keys(&format!("{text}\r"));
        self.sees(answer);
        self.sees(">>> ");
    }
    #[track_caller]
    fn ends(mut self, code: i32) {
        let end = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(s) = self.child.try_wait().expect("the child can be waited for") {
                let got = s.code().unwrap_or_else(|| -s.signal().unwrap_or(999));
                assert_eq!(got, code, "{:?}", self.screen.lock().unwrap());
                return;
            }
            assert!(Instant::now() < end, "still running: {:?}", self.screen.lock().unwrap());
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[test]
fn values_and_errors() {
    let d = Folder::new();
    let mut t = Terminal::session(&d, &[]);
    t.line("1 + 1", "\n2\r\n");
    t.line("_ * 10", "\n20\r\n");
    t.line("x = 5", "\n");
    t.line("print('a'); x", "\na\r\n5\r\n");
    t.line("None", "\n");
    t.line("_", "\n5\r\n");
    t.line(
        "1 / 0",
        "File \"<python-input-6>\", line 1, in <module>\r\n    1 / 0\r\n    ~~^~~\r\nZeroDivisionError: division by zero",
    );
    t.line("import sys; sys.last_value", "ZeroDivisionError('division by zero')");
    t.line("x = = 1", "SyntaxError: invalid syntax");
    t.keys("\x04");
    t.ends(0);
}

#[test]
fn blocks() {
    let d = Folder::new();
    let mut t = Terminal::session(&d, &["-q"]);
    t.keys("def f(n):\r");
    t.sees("... ");
    t.keys("if n:\r");
    t.sees("... ");
    t.keys("return n * 2\r");
    t.sees("... ");
    // The editor goes back one level after a return.
    t.keys("\x7f\x7f\x7f\x7f    return 'none'\r");
    t.sees("... ");
    t.line("", "");
    t.line("f(21), f(0)", "(42, 'none')");
    t.keys("x = [1,\r");
    t.sees("... ");
    t.line("2]", "\n");
    t.line("x", "[1, 2]");
    t.keys("'''a\r");
    t.sees("... ");
    t.line("b'''", "'a\\nb'");
    t.keys("for i in range(2): print('i', i)\r");
    t.sees("... ");
    t.line("", "i 0\r\ni 1");
    t.keys("quit\r");
    t.ends(0);
}

#[test]
fn interrupts() {
    let d = Folder::new();
    let mut t = Terminal::session(&d, &["-q"]);
    t.keys("half a line\x03");
    t.sees("KeyboardInterrupt");
    t.sees(">>> ");
    // It runs once it has printed something that is not on the line typed.
    t.keys("while True: started = started if 'started' in vars() else print('run' + 'ning')\r");
    t.sees("... ");
    t.keys("\r");
    t.sees("running\r\n");
    t.keys("\x03");
    t.sees("Traceback");
    t.sees("KeyboardInterrupt");
    t.sees(">>> ");
    t.keys("import time; print('sleep' + 'ing'); time.sleep(60)\r");
    t.sees("sleeping\r\n");
    std::thread::sleep(Duration::from_millis(300));
    t.keys("\x03");
    t.sees("KeyboardInterrupt");
    t.sees(">>> ");
    t.line("'still here'", "'still here'");
    t.keys("raise SystemExit(7)\r");
    t.ends(7);
}

#[test]
fn input_reads_the_terminal() {
    let d = Folder::new();
    let mut t = Terminal::session(&d, &["-q"]);
    t.keys("input('? ') + '!'\r");
    t.sees("\n? ");
    t.line("typed", "'typed!'");
    t.keys("exit\r");
    t.ends(0);
}

#[test]
fn history_and_completion() {
    let d = Folder::new();
    let mut t = Terminal::session(&d, &["-q"]);
    t.line("'first' + ' line'", "'first line'");
    t.line("'second'", "'second'");
    // Up, up, return.
    t.keys("\x1b[A\x1b[A\r");
    t.sees("'first line'\r\n");
    t.sees(">>> ");
    t.line("remarkable_name = 99", "\n");
    t.keys("remark\t\r");
    t.sees("99\r\n");
    t.sees(">>> ");
    t.line("text = 'abc'", "\n");
    t.keys("text.upp\t\r");
    t.sees("'ABC'");
    t.sees(">>> ");
    // Ctrl-A goes to the beginning, Ctrl-E to the end.
    t.keys("'b'\x01'a' + \x05 + 'c'\r");
    t.sees("'abc'\r\n");
    t.sees(">>> ");
    t.keys("exit()\r");
    t.ends(0);
    // The next session has the history of this one.
    let mut t = Terminal::session(&d, &["-q"]);
    t.keys("\x1b[A\x1b[A\r");
    t.sees("'abc'\r\n");
    t.keys("\x04");
    t.ends(0);
}

#[test]
fn pasted_text() {
    let d = Folder::new();
    let mut t = Terminal::session(&d, &["-q"]);
    t.keys("\x1b[200~a = 20\rdef f():\r    x = 1\r\r    return x + 1\rprint('pasted')\ra + f()\x1b[201~\r");
    t.sees("\npasted\r\n22\r\n");
    t.sees(">>> ");
    t.keys("\x04");
    t.ends(0);
}

#[test]
fn after_a_program() {
    let d = Folder::new();
    let f = d.file("prog.py", "x = 41\ndef f(): return x + 1\n1 / 0\n");
    let mut t = Terminal::session(&d, &["-i", f.to_str().unwrap()]);
    t.line("f()", "42");
    t.line("__name__", "'__main__'");
    t.keys("\x04");
    t.ends(0);
}

#[test]
fn other_threads_go_on_at_the_prompt() {
    let d = Folder::new();
    let mut t = Terminal::session(&d, &["-q"]);
    t.keys("import threading, time; n = 0\rdef count():\rglobal n\rwhile True: n += 1; time.sleep(0.001)\r\r");
    t.line("threading.Thread(target=count, daemon=True).start()", "\n");
    t.keys("while n < 20: time.sleep(0.01)\r\r");
    t.sees(">>> ");
    t.line("[x for x in range(3)]", "[0, 1, 2]");
    t.keys("\x04");
    t.ends(0);
}
