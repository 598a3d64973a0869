//! The report as text, for a terminal.

use super::{Conflict, Irrevocable, Place, Report, Why};
use std::collections::HashMap;
use std::fmt::Write;
use std::time::Duration;

/// Conflicts, and irrevocable calls, that are told; the others are counted.
const MOST: usize = 12;
const CHAIN: usize = 6;
/// What it means that something cannot be undone.
pub(super) const IRREVOCABLE: &str = "Some calls have effects outside of the program. From such a call until its thread's next loop or \
    call, no other thread can do the same, and all others give way. That is no fault; it costs time only if it lasts.";
const WIDTH: usize = 100;

/// A time as people read it.
pub(super) fn seconds(t: Duration) -> String {
    match t.as_secs_f64() {
        s if s >= 10.0 => format!("{s:.0} s"),
        s if s >= 0.1 => format!("{s:.2} s"),
        s if s >= 0.001 => format!("{:.1} ms", s * 1e3),
        s => format!("{:.0} µs", s * 1e6),
    }
}
pub(super) fn times(n: u64) -> String {
    match n {
        0 => "never".into(),
        1 => "once".into(),
        2 => "twice".into(),
        n => format!("{} times", grouped(n)),
    }
}
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(c);
    }
    text
}
/// What a conflict has cost, in words.
pub(super) fn cost(c: &Conflict) -> String {
    let mut parts = Vec::new();
    if c.aborts > 0 {
        parts.push(format!("undone {} ({})", times(c.aborts), seconds(c.lost)));
    }
    if c.waits > 0 {
        parts.push(format!("waited {} ({})", times(c.waits), seconds(c.waited)));
    }
    parts.join(", ")
}
/// What comes between the two places of a conflict.
pub(super) fn because(c: &Conflict) -> &'static str {
    if c.held {
        "because another thread was here, and what it did could not be undone:"
    } else {
        "because another thread did this:"
    }
}
/// Why something was irrevocable, in words.
pub(super) fn reason(i: &Irrevocable) -> String {
    let call = if i.call.is_empty() {
        "What this line does".to_owned()
    } else {
        format!("The call of {}", i.call)
    };
    match i.why {
        Why::Effect if i.call.is_empty() => "This line changes a class or does something else for which all threads have to stop.".into(),
        Why::Effect => format!("{call} has an effect that cannot be undone."),
        Why::AfterEffect => format!("{call} goes on where it cannot begin again: after an effect, or after long Python code in it."),
        Why::Aborts => "What begins here was undone again and again: so it ran once while nobody could disturb it.".into(),
    }
}
/// The sum of everything, in words.
pub(super) fn summary(r: &Report) -> String {
    let (aborts, lost, waited) = r.totals();
    if r.is_empty() {
        let alone = if r.threads < 2 { " Only one thread has run." } else { "" };
        return format!("Nothing to report: no thread had to wait for another one, and none lost any work.{alone}");
    }
    let mut text = String::from(
        "When two threads want to change the same thing at the same time, one of them waits, or what it has just done is undone \
         and done again. The results are right, but time is lost.",
    );
    let _ = write!(
        text,
        " In {} with {} threads, work was undone {} ({} lost), and threads waited for {}.",
        seconds(r.elapsed),
        r.threads,
        times(aborts),
        seconds(lost),
        seconds(waited)
    );
    text
}
/// Source lines, read once.
pub(super) struct Sources(HashMap<Place, Option<String>>);
impl Sources {
    pub(super) fn new() -> Sources {
        Sources(HashMap::new())
    }
    pub(super) fn line(&mut self, p: &Place) -> Option<&str> {
        self.0.entry(p.clone()).or_insert_with(|| p.text()).as_deref()
    }
}

impl Report {
    /// Is there nothing to tell?
    pub fn is_empty(&self) -> bool {
        self.conflicts.is_empty() && self.irrevocable.is_empty() && self.other_aborts == 0
    }
    /// The conflicts between lines of the program.
    pub(super) fn own(&self) -> &[Conflict] {
        let n = self.conflicts.iter().take_while(|c| c.is_own()).count();
        &self.conflicts[..n]
    }
    /// The others.
    pub(super) fn of_library(&self) -> &[Conflict] {
        &self.conflicts[self.own().len()..]
    }
    /// What is said of other aborts.
    pub(super) fn other_reasons(&self) -> String {
        format!(
            "Work was undone {} ({}) for other reasons: a class was changed, or a transaction that cannot be undone came first.",
            times(self.other_aborts),
            seconds(self.other_lost)
        )
    }
    /// The text; `colour`: for a terminal that can show it.
    pub fn text(&self, colour: bool) -> String {
        let bold = |s: &str| if colour { format!("\x1b[1m{s}\x1b[0m") } else { s.to_owned() };
        let code = |s: &str| if colour { format!("\x1b[36m{s}\x1b[0m") } else { s.to_owned() };
        let mut sources = Sources::new();
        let mut place = |p: &Place| {
            if !p.is_known() {
                return "     something that is not known any more\n".to_owned();
            }
            let mut text = format!("     {}, line {}, in {}\n", p.file, p.line, p.function);
            if let Some(l) = sources.line(p) {
                let _ = writeln!(text, "         {}", code(l));
            }
            if let Some(i) = &p.inside {
                let _ = writeln!(text, "     inside of {} ({}, line {})", i.function, base_name(&i.file), i.line);
            }
            text
        };
        let mut out = format!("\n{}\n", bold("Conflicts between threads"));
        fill(&mut out, &summary(self), "");
        let (own, library) = (self.own(), self.of_library());
        for (n, c) in own.iter().take(MOST).enumerate() {
            let _ = writeln!(out, "\n{}", bold(&format!("{:2}. {}: {}", n + 1, c.object, cost(c))));
            if c.loser == c.winner && !c.held {
                out += "   Threads disturb each other at\n";
                out += &place(&c.loser);
            } else {
                out += "   This was undone, or had to wait,\n";
                out += &place(&c.loser);
                let _ = writeln!(out, "   {}", because(c));
                out += &place(&c.winner);
            }
            fill(&mut out, &c.hint, "   ");
        }
        rest(&mut out, own.len(), "conflicts, which cost less");
        if !library.is_empty() {
            let _ = writeln!(out, "\n{}", bold("Inside of the library"));
            let text = "Threads that start, end or hand something over meet in the library too. Much of this is a sign that the program \
                        does so too often.";
            fill(&mut out, text, "");
            for c in library.iter().take(MOST) {
                let _ = writeln!(out, " -  {}: {}", c.object, cost(c));
                let _ = writeln!(out, "     {} / {}", short(&c.loser), short(&c.winner));
            }
            rest(&mut out, library.len(), "of them, which cost less");
        }
        if self.other_aborts > 0 {
            out.push('\n');
            fill(&mut out, &self.other_reasons(), "");
        }
        if !self.irrevocable.is_empty() {
            let _ = writeln!(out, "\n{}", bold("What could not be undone"));
            fill(&mut out, IRREVOCABLE, "");
        }
        for i in self.irrevocable.iter().take(MOST) {
            let _ = writeln!(out, "\n{}", bold(&format!(" -  {}, {} in all", times(i.times), seconds(i.time))));
            fill(&mut out, &reason(i), "   ");
            for (n, p) in i.chain.iter().take(CHAIN).enumerate() {
                if n == 1 {
                    out += "   called from\n";
                }
                out += &place(p);
            }
        }
        rest(&mut out, self.irrevocable.len(), "such calls, which took less time");
        out
    }
}
fn base_name(file: &str) -> &str {
    file.rsplit('/').next().unwrap_or(file)
}
/// A place on half a line.
pub(super) fn short(p: &Place) -> String {
    let p = p.inside.as_deref().unwrap_or(p);
    if p.is_known() {
        format!("{} in {}, line {}", p.function, base_name(&p.file), p.line)
    } else {
        "unknown".into()
    }
}
fn rest(out: &mut String, all: usize, what: &str) {
    if all > MOST {
        let _ = writeln!(out, "\n    and {} other {what}", all - MOST);
    }
}
/// Words in lines.
fn fill(out: &mut String, text: &str, indent: &str) {
    let mut line = indent.to_owned();
    for word in text.split_whitespace() {
        if line.chars().count() + 1 + word.chars().count() > WIDTH {
            let _ = writeln!(out, "{}", line.trim_end());
            line = indent.to_owned();
        }
        line += word;
        line.push(' ');
    }
    let _ = writeln!(out, "{}", line.trim_end());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_people_read_them() {
        assert_eq!(
            (times(1), times(2), times(1234567)),
            ("once".into(), "twice".into(), "1,234,567 times".into())
        );
        let shown = |n| seconds(Duration::from_nanos(n));
        assert_eq!(
            [shown(5_000), shown(5_230_000), shown(523_000_000), shown(52_000_000_000)],
            ["5 µs", "5.2 ms", "0.52 s", "52 s"]
        );
    }
    #[test]
    fn lines_are_filled() {
        let mut out = String::new();
        fill(&mut out, &"word ".repeat(30), "  ");
        assert!(out.lines().count() == 2 && out.lines().all(|l| l.len() <= WIDTH && l.starts_with("  word")));
    }
}
