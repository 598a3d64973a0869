//! Running the built binary: with input, a time limit and a temporary folder, as a user would.

#![allow(dead_code, reason = "each test uses a part")]

use std::io::{Read, Write};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// How a run ended and what it printed.
#[derive(Debug)]
pub struct Outcome {
    /// exit code; minus the signal's number if a signal ended it
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
    pub took: Duration,
}
impl Outcome {
    /// The run must have printed exactly this and succeeded.
    #[track_caller]
    pub fn prints(&self, stdout: &str) -> &Outcome {
        assert!(
            self.code == 0 && self.stdout == stdout,
            "expected {stdout:?} and success: {self:#?}"
        );
        self
    }
    /// The exit code must be this.
    #[track_caller]
    pub fn exits(&self, code: i32) -> &Outcome {
        assert!(self.code == code, "expected exit code {code}: {self:#?}");
        self
    }
    /// stderr must contain this.
    #[track_caller]
    pub fn complains(&self, text: &str) -> &Outcome {
        assert!(self.stderr.contains(text), "expected {text:?} on stderr: {self:#?}");
        self
    }
    /// stdout must contain this.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Outcome {
        assert!(self.stdout.contains(text), "expected {text:?} on stdout: {self:#?}");
        self
    }
    /// stderr must be empty.
    #[track_caller]
    pub fn quiet(&self) -> &Outcome {
        assert!(self.stderr.is_empty(), "expected nothing on stderr: {self:#?}");
        self
    }
}

/// The binary, in an environment without Python's variables.
pub fn vasuki() -> Command {
    let mut c = Command::new(env!("CARGO_BIN_EXE_vasuki"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PYTHON") || name.to_string_lossy().starts_with("VASUKI") {
            c.env_remove(name);
        }
    }
    c.env("PYTHONDONTWRITEBYTECODE", "1");
    c
}

/// A program that runs, with its output being collected.
pub struct Running {
    pub child: Child,
    stdout: JoinHandle<Vec<u8>>,
    stderr: JoinHandle<Vec<u8>>,
    started: Instant,
}
fn collect(mut from: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut all = Vec::new();
        // What was read before an error is what the program printed.
        let _ = from.read_to_end(&mut all);
        all
    })
}
impl Running {
    /// Starts a command; its stdin is what `stdin` says or empty.
    pub fn start(command: &mut Command, stdin: &[u8]) -> Running {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // With the processes that it forks: all are killed if they take too long.
            .process_group(0)
            .spawn()
            .expect("the program starts");
        let mut pipe = child.stdin.take().expect("stdin is a pipe");
        let input = stdin.to_vec();
        std::thread::spawn(move || {
            // A program may end without reading its input.
            let _ = pipe.write_all(&input);
        });
        let stdout = collect(child.stdout.take().expect("stdout is a pipe"));
        let stderr = collect(child.stderr.take().expect("stderr is a pipe"));
        Running {
            child,
            stdout,
            stderr,
            started: Instant::now(),
        }
    }
    /// Sends a signal.
    pub fn signal(&self, number: i32) {
        kill(number, &self.child.id().to_string());
    }
    /// Has it not ended yet?
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }
    /// Waits for the end, also of processes that it has forked and that may still print; kills all and fails after `limit`.
    #[track_caller]
    pub fn finish(mut self, limit: Duration) -> Outcome {
        let (mut killed, mut took) = (false, None);
        let status = loop {
            let ended = self.child.try_wait().expect("the child can be waited for");
            if ended.is_some() {
                took.get_or_insert(self.started.elapsed());
            }
            match ended {
                Some(s) if self.stdout.is_finished() && self.stderr.is_finished() => break s,
                _ if !killed && self.started.elapsed() > limit => {
                    killed = true;
                    kill(9, &format!("-{}", self.child.id()));
                }
                _ => std::thread::sleep(Duration::from_millis(2)),
            }
        };
        let text = |h: JoinHandle<Vec<u8>>| String::from_utf8_lossy(&h.join().expect("reading works")).into_owned();
        let outcome = Outcome {
            code: status.code().unwrap_or_else(|| -status.signal().unwrap_or(999)),
            stdout: text(self.stdout),
            stderr: text(self.stderr),
            took: took.unwrap_or_default(),
        };
        assert!(!killed, "still running after {limit:?}: {outcome:#?}");
        outcome
    }
}

/// Sends a signal to a process, or to a group of processes (`-N`).
fn kill(number: i32, whom: &str) {
    let status = Command::new("kill").args([&format!("-{number}"), "--", whom]).status();
    assert!(status.is_ok_and(|s| s.success()), "kill -{number} {whom} works");
}
/// Runs a command to its end with this input.
#[track_caller]
pub fn run_with(command: &mut Command, stdin: &[u8]) -> Outcome {
    Running::start(command, stdin).finish(Duration::from_secs(60))
}
/// Runs the binary with these arguments and no input.
#[track_caller]
pub fn run(args: &[&str]) -> Outcome {
    run_with(vasuki().args(args), b"")
}

/// A folder that goes when this is dropped.
pub struct Folder(PathBuf);
impl Folder {
    pub fn new() -> Folder {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("vasuki-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).expect("the temporary folder is writable");
        Folder(path)
    }
    pub fn path(&self) -> &Path {
        &self.0
    }
    /// Writes a file, with the folders above it; gives its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("folders can be made");
        std::fs::write(&path, content).expect("files can be written");
        path
    }
}
impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed stays in the temporary folder.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
