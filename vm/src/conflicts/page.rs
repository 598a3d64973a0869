//! The report as a page that needs nothing else.

use super::report::Row;
use super::text::{Sources, because, cost, reason, seconds, short, summary, times};
use super::timeline::Stretch;
use super::{Activity, Place, Report};
use std::fmt::Write;
use std::time::Duration;

const STYLE: &str = include_str!("page.css");
/// What is shown of each.
const MOST: usize = 50;
const ROWS: usize = 40;
/// Height of a row of the timeline, in its own units.
const HEIGHT: f64 = 100.0;

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}
/// The CSS class of an activity, and what it is called.
fn names(a: Activity) -> (&'static str, &'static str) {
    match a {
        Activity::Waiting => ("waiting", "waits for another thread"),
        Activity::Lost => ("lost", "does what is undone later"),
        Activity::Irrevocable => ("irrevocable", "runs, and cannot be undone"),
        Activity::Collecting => ("collecting", "stands still for a collection"),
        Activity::Blocked => ("blocked", "blocked: input, output, locks, sleep"),
    }
}
fn place(out: &mut String, p: &Place, class: &str, sources: &mut Sources) {
    let _ = write!(out, "<div class=\"place {class}\">");
    if !p.is_known() {
        *out += "<span>something that is not known any more</span></div>\n";
        return;
    }
    let _ = write!(out, "<span>{}, line {}, in {}</span>", escape(&p.file), p.line, escape(&p.function));
    if let Some(l) = sources.line(p) {
        let _ = write!(out, "<code>{}</code>", escape(l));
    }
    if let Some(i) = &p.inside {
        let _ = write!(out, "<span>inside of {}</span>", escape(&short(i)));
    }
    *out += "</div>\n";
}

/// One thread's time, as stacked bars.
fn row(out: &mut String, row: &Row, stretches: &[Stretch], collecting: &[Stretch], columns: usize, width: u64) {
    let _ = write!(
        out,
        "<span>{}</span><svg viewBox=\"0 0 {columns} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\">",
        escape(&row.name)
    );
    let mut totals = String::new();
    let at = |t: Duration| t.as_nanos() as f64 / width as f64;
    let (first, last) = (at(row.began), at(row.ended).max(at(row.began)));
    let _ = write!(
        out,
        "<rect class=\"running\" x=\"{first:.2}\" y=\"0\" width=\"{:.2}\" height=\"{HEIGHT}\"/>",
        last - first
    );
    // In each column, what is drawn already.
    let mut filled = vec![0.0f64; columns];
    for a in Activity::ALL {
        let source = if a == Activity::Collecting { collecting } else { stretches };
        let mut path = String::new();
        let mut total = 0;
        for (n, filled) in filled.iter_mut().enumerate() {
            let (from, to) = (first.max(n as f64), last.min(n as f64 + 1.0));
            let nanos = source.get(n).map_or(0, |s| s[a as usize]);
            if nanos == 0 || to <= from {
                continue;
            }
            total += nanos;
            let part = (nanos as f64 / width as f64 / (to - from)).min(1.0 - *filled);
            let (y, h) = (*filled * HEIGHT, part * HEIGHT);
            let _ = write!(path, "M{from:.2} {y:.1}H{to:.2}v{h:.1}H{from:.2}z");
            *filled += part;
        }
        let (class, name) = names(a);
        if !path.is_empty() {
            let _ = write!(out, "<path class=\"{class}\" d=\"{path}\"/>");
            let _ = write!(totals, "\n{name}: {}", seconds(Duration::from_nanos(total)));
        }
    }
    let _ = writeln!(
        out,
        "<title>{} ran {}{totals}</title></svg>",
        escape(&row.name),
        seconds(row.ended - row.began)
    );
}

impl Report {
    fn timeline(&self, out: &mut String) {
        let width = self.width();
        let columns = (self.elapsed.as_nanos() as u64 / width + 1) as usize;
        *out += "<h2>What each thread did</h2>\n<div class=\"card\"><div class=\"legend\"><span><i class=\"running\"></i>runs</span>";
        for a in Activity::ALL {
            let (class, name) = names(a);
            let _ = write!(out, "<span><i class=\"{class}\"></i>{name}</span>");
        }
        *out += "</div>\n<div class=\"time\">\n";
        let collecting = self.collecting.stretched(width).1;
        for r in self.rows.iter().take(ROWS) {
            row(out, r, &r.timeline.stretched(width).1, &collecting, columns, width);
        }
        *out += "<span></span><div class=\"axis\">";
        for quarter in 0..=4 {
            let _ = write!(
                out,
                "<span>{}</span>",
                if quarter == 0 {
                    "0".into()
                } else {
                    seconds(self.elapsed * quarter / 4)
                }
            );
        }
        *out += "</div></div>\n";
        let more = self.threads.saturating_sub(self.rows.len().min(ROWS) as u64);
        if more > 0 {
            let _ = writeln!(out, "<p class=\"dim\">and {more} more threads</p>");
        }
        *out += "</div>\n";
    }
    fn figures(&self, out: &mut String) {
        let (aborts, lost, waited) = self.totals();
        let figures = [
            (seconds(self.elapsed), format!("with {} threads", self.threads)),
            (seconds(lost), format!("lost: undone {}", times(aborts))),
            (seconds(waited), "waited for each other".into()),
            (
                seconds(self.collections.1),
                format!("stopped in {} collections", self.collections.0),
            ),
        ];
        *out += "<div class=\"figures\">";
        for (figure, label) in figures {
            let _ = write!(out, "<div><b>{figure}</b><span class=\"dim\">{label}</span></div>");
        }
        *out += "</div>\n";
    }
    fn conflict_cards(&self, out: &mut String, sources: &mut Sources) {
        let all: Duration = self.conflicts.iter().map(super::Conflict::cost).sum();
        *out += "<h2>Lines that disturb each other</h2>\n";
        for c in self.own().iter().take(MOST) {
            let share = c.cost().as_secs_f64() * 100.0 / all.as_secs_f64().max(1e-9);
            let _ = writeln!(
                out,
                "<div class=\"card\"><div class=\"head\"><h3>{}</h3><span class=\"cost\">{}</span></div>\
                 <div class=\"share\"><i style=\"width:{share:.1}%\"></i></div>",
                escape(&c.object),
                cost(c)
            );
            if c.loser == c.winner && !c.held {
                *out += "<p>Threads disturb each other at</p>\n";
                place(out, &c.loser, "lost", sources);
            } else {
                *out += "<p>This was undone, or had to wait,</p>\n";
                place(out, &c.loser, "lost", sources);
                let _ = writeln!(out, "<p>{}</p>", because(c));
                place(out, &c.winner, "won", sources);
            }
            let _ = writeln!(out, "<p class=\"hint\">{}</p></div>", escape(&c.hint));
        }
        if self.own().is_empty() {
            *out += "<p>None of the program's own.</p>\n";
        }
        if !self.of_library().is_empty() {
            *out += "<h2>Inside of the library</h2>\n<div class=\"card\"><table>\n";
            for c in self.of_library().iter().take(MOST) {
                let _ = writeln!(
                    out,
                    "<tr><td>{}</td><td>{}<br>{}</td><td class=\"cost\">{}</td></tr>",
                    escape(&c.object),
                    escape(&short(&c.loser)),
                    escape(&short(&c.winner)),
                    cost(c)
                );
            }
            *out += "</table></div>\n";
        }
    }
    fn irrevocable_cards(&self, out: &mut String, sources: &mut Sources) {
        if self.irrevocable.is_empty() {
            return;
        }
        *out += "<h2>What could not be undone</h2>\n";
        let _ = writeln!(out, "<p class=\"dim\">{}</p>", super::text::IRREVOCABLE);
        for i in self.irrevocable.iter().take(MOST) {
            let _ = writeln!(
                out,
                "<div class=\"card\"><div class=\"head\"><h3>{}</h3><span class=\"cost\">{}, {} in all</span></div>",
                escape(&reason(i)),
                times(i.times),
                seconds(i.time)
            );
            for (n, p) in i.chain.iter().enumerate() {
                if n == 1 {
                    *out += "<p>called from</p>\n";
                }
                place(out, p, "", sources);
            }
            *out += "</div>\n";
        }
    }
    /// The page; `program` is what has run.
    pub fn page(&self, program: &str) -> String {
        let program = escape(program);
        let mut out = format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>Conflicts: {program}</title>\n<style>\n{STYLE}</style></head>\n<body><main>\n\
             <h1>Conflicts between threads</h1>\n<p class=\"dim\">{program}</p>\n<p>{}</p>\n",
            escape(&summary(self))
        );
        let mut sources = Sources::new();
        self.figures(&mut out);
        self.timeline(&mut out);
        if !self.is_empty() {
            self.conflict_cards(&mut out, &mut sources);
            if self.other_aborts > 0 {
                let _ = writeln!(out, "<p>{}</p>", escape(&self.other_reasons()));
            }
            self.irrevocable_cards(&mut out, &mut sources);
        }
        out += "</main></body></html>\n";
        out
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_programs_text_is_no_markup() {
        assert_eq!(super::escape("a < b && c > \"d\""), "a &lt; b &amp;&amp; c &gt; &quot;d&quot;");
    }
}
