//! The line editor of a terminal. It runs on a thread of its own: meanwhile the thread that runs Python is detached, so that
//! the program's other threads go on, and answers what the editor asks for completions.

use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::DefaultHistory;
use rustyline::validate::Validator;
use rustyline::{CompletionType, Config, Context, Editor, Helper};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

/// What the editor is told.
enum Request {
    /// read a line: prompt, and text that stands there at first
    Line(String, String),
    /// the completions that were asked for
    Completions(Vec<String>),
}
/// What the editor tells.
pub enum Event {
    /// a line, without its end
    Line(String),
    /// Ctrl-C
    Interrupted,
    /// Ctrl-D on an empty line
    End,
    /// completions of this word are wanted
    Complete(String),
    /// the terminal cannot be read
    Failed(String),
}

/// A terminal with an editor.
pub struct Terminal {
    ask: Option<Sender<Request>>,
    events: Receiver<Event>,
    thread: Option<JoinHandle<()>>,
}
impl Terminal {
    /// Starts the editor.
    pub fn start() -> std::io::Result<Terminal> {
        let (ask, requests) = channel();
        let (tell, events) = channel();
        let thread = std::thread::Builder::new()
            .name("editor".into())
            .spawn(move || edit(requests, tell))?;
        Ok(Terminal {
            ask: Some(ask),
            events,
            thread: Some(thread),
        })
    }
    /// Asks for a line; what comes is told by [`Terminal::next`].
    pub fn ask(&self, prompt: &str, initial: &str) {
        self.send(Request::Line(prompt.into(), initial.into()));
    }
    /// Answers [`Event::Complete`].
    pub fn complete(&self, found: Vec<String>) {
        self.send(Request::Completions(found));
    }
    fn send(&self, r: Request) {
        // An editor that has ended says so in `next`.
        let _ = self.ask.as_ref().map(|ask| ask.send(r));
    }
    /// Waits for what the editor tells.
    pub fn next(&self) -> Event {
        self.events.recv().unwrap_or(Event::Failed("the editor has ended".into()))
    }
}
impl Drop for Terminal {
    fn drop(&mut self) {
        self.ask = None;
        if let Some(Err(_)) = self.thread.take().map(|t| t.join()) {
            eprintln!("vasuki: the line editor has failed");
        }
    }
}

struct Session {
    tell: Sender<Event>,
    requests: Rc<Receiver<Request>>,
}
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
            .map_or(0, |i| i + line[i..].chars().next().map_or(1, char::len_utf8));
        let word = &line[start..pos];
        if word.is_empty() {
            return Ok((pos, vec!["    ".into()]));
        }
        let asked = self.tell.send(Event::Complete(word.into())).is_ok();
        match self.requests.recv() {
            Ok(Request::Completions(found)) if asked => Ok((start, found)),
            _ => Ok((start, Vec::new())),
        }
    }
}

fn history_file() -> Option<PathBuf> {
    match std::env::var_os("PYTHON_HISTORY") {
        Some(p) => Some(p.into()),
        None => Some(PathBuf::from(std::env::var_os("HOME")?).join(".vasuki_history")),
    }
}
/// The editor's thread: until the other side hangs up.
fn edit(requests: Receiver<Request>, tell: Sender<Event>) {
    let config = Config::builder()
        .completion_type(CompletionType::List)
        .auto_add_history(true)
        .build();
    // The editor would take SIGINT for itself, but it reads Ctrl-C as a key: the signal is for the program.
    let made = vasuki_vm::signals::keeping_interrupts(|| Editor::with_config(config));
    let mut editor: Editor<Session, DefaultHistory> = match made {
        Ok(e) => e,
        Err(e) => {
            // Nobody waits for the message if the session has ended.
            let _ = tell.send(Event::Failed(e.to_string()));
            return;
        }
    };
    let requests = Rc::new(requests);
    editor.set_helper(Some(Session {
        tell: tell.clone(),
        requests: requests.clone(),
    }));
    let history = history_file();
    if let Some(h) = &history {
        // The first session has no history yet.
        let _ = editor.load_history(h);
    }
    while let Ok(request) = requests.recv() {
        let Request::Line(prompt, initial) = request else { continue };
        let event = match editor.readline_with_initial(&prompt, (&initial, "")) {
            Ok(line) => Event::Line(line),
            Err(ReadlineError::Interrupted) => Event::Interrupted,
            Err(ReadlineError::Eof) => Event::End,
            Err(e) => Event::Failed(e.to_string()),
        };
        if tell.send(event).is_err() {
            break;
        }
    }
    if let Some(h) = &history
        && let Err(e) = editor.save_history(h)
    {
        eprintln!("vasuki: history not saved: {e}");
    }
}
