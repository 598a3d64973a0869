//! One run of one program.

use crate::mode::Mode;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// it printed `ok`, after this time
    Ok(Duration),
    /// it did not, or it crashed: what it wrote
    Failed(String),
    /// it had to be killed
    Hung,
}

/// A torture program.
#[derive(Clone, Debug)]
pub struct Program {
    /// file name without `.py`
    pub name: String,
    path: PathBuf,
}

/// The programs in `programs/`, sorted.
pub fn all_programs() -> std::io::Result<Vec<Program>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("programs");
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "py")
            && let Some(name) = path.file_stem().and_then(|n| n.to_str())
        {
            let name = name.to_owned();
            all.push(Program { name, path });
        }
    }
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

impl Program {
    /// Runs it once with this binary; kills it after `limit`.
    pub fn run(&self, binary: &Path, mode: &Mode, limit: Duration) -> Outcome {
        let mut command = Command::new(binary);
        for o in mode.options {
            command.args(["-X", o]);
        }
        command
            .arg(&self.path)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let started = Instant::now();
        let mut child = match command.spawn() {
            Ok(c) => c,
            Err(e) => return Outcome::Failed(format!("{}: {e}", binary.display())),
        };
        let out = collect(child.stdout.take());
        let err = collect(child.stderr.take());
        let Some(status) = wait(&mut child, limit) else {
            return Outcome::Hung;
        };
        let (out, err) = (out(), err());
        if status.success() && out.trim_end() == "ok" {
            return Outcome::Ok(started.elapsed());
        }
        Outcome::Failed(format!("{status}\n{out}{err}"))
    }
}
/// Reads a pipe to its end on a thread of its own; the result gives the text.
fn collect(pipe: Option<impl Read + Send + 'static>) -> impl FnOnce() -> String {
    let reader = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut p) = pipe {
            // What cannot be read is missing from the report.
            let _ = p.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    });
    move || reader.join().unwrap_or_default()
}
fn wait(child: &mut Child, limit: Duration) -> Option<std::process::ExitStatus> {
    let end = Instant::now() + limit;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < end => std::thread::sleep(Duration::from_millis(2)),
            _ => {
                // It may have ended just now.
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
        }
    }
}
