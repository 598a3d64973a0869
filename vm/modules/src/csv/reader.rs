//! Readers: a state machine over the characters of the lines of an iterable.

use super::dialect::{self, Dialect, QUOTE_NONE, QUOTE_NONNUMERIC, QUOTE_NOTNULL, QUOTE_STRINGS};
use super::{error, limit, settings};
use crate::support::{self, ClassCell, type_name};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{TypeDef, def, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::state;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::payload_size;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::str_ops::StrBuilder;
use vasuki_vm::value::Value;

state!(
    /// `lines` is an iterator over lines, `line_num` the number of those that were read
    Reader { lines, dialect, line_num, turn }
);
static DEF: TypeDef = TypeDef {
    base: false,
    doc: "CSV reader\n\nReader objects are responsible for reading and parsing tabular data\nin CSV format.\n",
    methods: &[
        def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
        def("__next__", "self, /", next, "Implement next(self)."),
    ],
    getsets: &[
        getter("dialect", |th, v| Ok(state::State::<Reader>::of(th, v)?.fixed().dialect.get()), ""),
        getter(
            "line_num",
            |th, v| state::State::<Reader>::of(th, v)?.read(th, |r| r.line_num.get()),
            "",
        ),
    ],
    ..TypeDef::new("_csv.reader", Kind::Payload, payload_size::<Reader>())
};
pub(super) fn class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::class(th, &C, &DEF)
}
pub(super) fn new(th: &mut Thread, a: &[Value]) -> R {
    let lines = th.iter(a[0])?;
    let dialect = dialect::make(th, a[1], a[2])?;
    let class = class(th)?.value();
    Ok(Reader::make(th, class, [lines, dialect, Value::small(0), Value::EMPTY]))
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    StartRecord,
    StartField,
    EscapedChar,
    InField,
    InQuoted,
    EscapeInQuoted,
    QuoteInQuoted,
    EatNewline,
    AfterEscapedNewline,
}
struct Parse<'a> {
    d: &'a Dialect,
    state: State,
    field: StrBuilder,
    fields: ValueVec,
    unquoted: bool,
    limit: usize,
}
/// Ends of a line that are fed after its characters.
const END: u32 = u32::MAX;
impl Parse<'_> {
    fn add(&mut self, th: &mut Thread, c: u32) -> R<()> {
        if self.field.len() >= self.limit {
            let text = format!("field larger than field limit ({})", self.limit);
            return Err(error(th, &text));
        }
        self.field.push(c);
        Ok(())
    }
    fn save(&mut self, th: &mut Thread) -> R<()> {
        let text = std::mem::replace(&mut self.field, StrBuilder::new()).finish(th);
        let unquoted = std::mem::replace(&mut self.unquoted, true);
        let empty = text.as_gc::<Str>().is_empty();
        let v = if unquoted && empty && matches!(self.d.quoting, QUOTE_NOTNULL | QUOTE_STRINGS) {
            Value::NONE
        } else if unquoted && !empty && matches!(self.d.quoting, QUOTE_NONNUMERIC | QUOTE_STRINGS) {
            th.call(ctx().types.float.value(), &[text])?
        } else {
            text
        };
        self.fields.push(th, v)
    }
    fn feed(&mut self, th: &mut Thread, c: u32) -> R<()> {
        use State::*;
        let d = self.d;
        let newline = c == b'\n' as u32 || c == b'\r' as u32;
        match self.state {
            StartRecord if c == END => {}
            StartRecord if newline => self.state = EatNewline,
            StartRecord | StartField => {
                self.state = StartField;
                self.start_field(th, c, newline)?;
            }
            EscapedChar if newline => {
                self.add(th, c)?;
                self.state = AfterEscapedNewline;
            }
            EscapedChar => {
                self.add(th, if c == END { b'\n' as u32 } else { c })?;
                self.state = InField;
            }
            AfterEscapedNewline if c == END => {}
            AfterEscapedNewline | InField => {
                if newline || c == END {
                    self.save(th)?;
                    self.state = if c == END { StartRecord } else { EatNewline };
                } else if Some(c) == d.escapechar {
                    self.state = EscapedChar;
                } else if c == d.delimiter {
                    self.save(th)?;
                    self.state = StartField;
                } else {
                    self.add(th, c)?;
                    self.state = InField;
                }
            }
            InQuoted if c == END => {}
            InQuoted => {
                if Some(c) == d.escapechar {
                    self.state = EscapeInQuoted;
                } else if Some(c) == d.quotechar && d.quoting != QUOTE_NONE {
                    self.state = if d.doublequote { QuoteInQuoted } else { InField };
                } else {
                    self.add(th, c)?;
                }
            }
            EscapeInQuoted => {
                self.add(th, if c == END { b'\n' as u32 } else { c })?;
                self.state = InQuoted;
            }
            QuoteInQuoted => {
                if d.quoting != QUOTE_NONE && Some(c) == d.quotechar {
                    self.add(th, c)?;
                    self.state = InQuoted;
                } else if c == d.delimiter {
                    self.save(th)?;
                    self.state = StartField;
                } else if newline || c == END {
                    self.save(th)?;
                    self.state = if c == END { StartRecord } else { EatNewline };
                } else if !d.strict {
                    self.add(th, c)?;
                    self.state = InField;
                } else {
                    let (x, y) = (show(d.delimiter), d.quotechar.map_or(String::new(), show));
                    return Err(error(th, &format!("'{x}' expected after '{y}'")));
                }
            }
            EatNewline => {
                if c == END {
                    self.state = StartRecord;
                } else if !newline {
                    return Err(error(
                        th,
                        "new-line character seen in unquoted field - do you need to open the file with newline=''?",
                    ));
                }
            }
        }
        Ok(())
    }
    fn start_field(&mut self, th: &mut Thread, c: u32, newline: bool) -> R<()> {
        let d = self.d;
        if newline || c == END {
            self.save(th)?;
            self.state = if c == END { State::StartRecord } else { State::EatNewline };
        } else if Some(c) == d.quotechar && d.quoting != QUOTE_NONE {
            self.unquoted = false;
            self.state = State::InQuoted;
        } else if Some(c) == d.escapechar {
            self.state = State::EscapedChar;
        } else if c == b' ' as u32 && d.skipinitialspace {
        } else if c == d.delimiter {
            self.save(th)?;
        } else {
            self.add(th, c)?;
            self.state = State::InField;
        }
        Ok(())
    }
}
fn show(c: u32) -> String {
    char::from_u32(c).unwrap_or('\u{FFFD}').to_string()
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    let o = state::State::<Reader>::of(th, a[0])?;
    o.in_turn(th, &o.fixed().turn, |th| record(th, o))
}
/// The next record, of one line or more; EMPTY at the end.
fn record(th: &mut Thread, o: state::State<Reader>) -> R {
    let (lines, dialect) = (o.fixed().lines.get(), o.fixed().dialect.get());
    let Some(d) = settings(dialect) else {
        return Err(th.type_error("reader has no dialect"));
    };
    let limit = limit(th)?;
    let mut p = Parse {
        d,
        state: State::StartRecord,
        field: StrBuilder::new(),
        fields: ValueVec::new(),
        unquoted: true,
        limit,
    };
    loop {
        let Some(line) = th.next(lines)? else {
            // The input ends within a record.
            if !p.field.is_empty() || p.state == State::InQuoted {
                if d.strict {
                    return Err(error(th, "unexpected end of data"));
                }
                p.save(th)?;
                break;
            }
            return Ok(Value::EMPTY);
        };
        let Some(s) = line.cast::<Str>() else {
            let n = type_name(th, line);
            return Err(error(
                th,
                &format!("iterator should return strings, not {n} (the file should be opened in text mode)"),
            ));
        };
        let n = o.open(th)?.line_num.get().as_small();
        o.store(th, &o.fixed().line_num, Value::small(n + 1));
        for c in s.points() {
            p.feed(th, c)?;
        }
        p.feed(th, END)?;
        if p.state == State::StartRecord {
            break;
        }
    }
    Ok(th.new_list_vec(p.fields))
}
