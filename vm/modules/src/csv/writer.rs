//! Writers: join fields into lines, quoting what must be.

use super::dialect::{self, Dialect, QUOTE_ALL, QUOTE_NONE, QUOTE_NONNUMERIC, QUOTE_NOTNULL, QUOTE_STRINGS};
use super::{error, error_class, settings};
use crate::support::{self, ClassCell, native, open, type_name};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{TypeDef, def, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::special::Special;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::str_ops::StrBuilder;
use vasuki_vm::types::{float, int};
use vasuki_vm::value::Value;

/// Never changes.
#[derive(Clone)]
struct Writer {
    write: Value,
    dialect: Value,
}
impl Payload for Writer {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        f(self.write);
        f(self.dialect);
    }
}
static DEF: TypeDef = TypeDef {
    base: false,
    doc: "CSV writer\n\nWriter objects are responsible for generating tabular data\nin CSV format from sequence input.\n",
    methods: &[
        def(
            "writerow",
            "self, row, /",
            writerow,
            "Construct and write a CSV record from an iterable of fields.",
        ),
        def(
            "writerows",
            "self, seqseq, /",
            writerows,
            "Construct and write a series of iterables to a csv file.",
        ),
    ],
    getsets: &[getter("dialect", |th, v| Ok(open::<Writer>(th, v)?.dialect), "")],
    ..TypeDef::new("_csv.writer", Kind::Payload, payload_size::<Writer>())
};
pub(super) fn class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::class(th, &C, &DEF)
}
pub(super) fn new(th: &mut Thread, a: &[Value]) -> R {
    let dialect = dialect::make(th, a[1], a[2])?;
    let name = vasuki_vm::names::names().write;
    let write = th.getattr_opt(a[0], name)?;
    let Some(write) = write.filter(|w| th.class_of(*w).special(Special::Call).is_some()) else {
        return Err(th.type_error("argument 1 must have a \"write\" method"));
    };
    let class = class(th)?;
    Ok(payload::new(th, class, Writer { write, dialect }).value())
}
fn is_number(th: &mut Thread, v: Value) -> bool {
    let c = th.class_of(v);
    v.is_float()
        || int::is_int(v)
        || c.special(Special::Index).is_some()
        || c.special(Special::Float).is_some()
        || c.special(Special::Int).is_some()
        || v.is_kind(Kind::Complex)
}
/// Appends a field to a line; `quoted`: by the rules of the quoting style.
fn append(th: &mut Thread, d: &Dialect, out: &mut StrBuilder, field: Gc<Str>, mut quoted: bool) -> R<()> {
    let end = d.lineterminator.as_gc::<Str>();
    let mut body = StrBuilder::new();
    let is = |c: u32, o: Option<u32>| o == Some(c);
    for c in field.points() {
        let mut escape = false;
        if c == d.delimiter || is(c, d.escapechar) || is(c, d.quotechar) || c == 10 || c == 13 || end.points().any(|e| e == c) {
            if d.quoting == QUOTE_NONE {
                escape = true;
            } else {
                if is(c, d.quotechar) {
                    if d.doublequote {
                        body.push(c);
                    } else {
                        escape = true;
                    }
                } else if is(c, d.escapechar) {
                    escape = true;
                }
                if !escape {
                    quoted = true;
                }
            }
            if escape {
                match d.escapechar {
                    Some(e) => body.push(e),
                    None => return Err(error(th, "need to escape, but no escapechar set")),
                }
            }
        }
        body.push(c);
    }
    // A field of spaces would be skipped by a reader that skips them.
    if (field.is_empty() || field.at(0) == b' ' as u32) && d.delimiter == b' ' as u32 && d.skipinitialspace {
        if d.quoting == QUOTE_NONE || matches!(d.quoting, QUOTE_STRINGS | QUOTE_NOTNULL) && field.is_empty() && !quoted {
            return Err(error(
                th,
                "empty field must be quoted if delimiter is a space and skipinitialspace is true",
            ));
        }
        quoted = true;
    }
    let text = body.finish(th);
    if quoted {
        out.push(d.quotechar.unwrap_or(b'"' as u32));
    }
    out.push_gc(text.as_gc());
    if quoted {
        out.push(d.quotechar.unwrap_or(b'"' as u32));
    }
    Ok(())
}
fn writerow(th: &mut Thread, a: &[Value]) -> R {
    let w = native::<Writer>(th, a[0])?.frozen();
    let Some(d) = settings(w.dialect) else {
        return Err(th.type_error("writer has no dialect"));
    };
    let it = match th.catch(ctx().types.TypeError, |th| th.iter(a[1]))? {
        Ok(it) => it,
        Err(e) => {
            if th.class_of(a[1]).special(Special::Iter).is_some() {
                return Err(th.raise(e));
            }
            let n = type_name(th, a[1]);
            let class = error_class(th)?;
            return Err(th.error(class, &format!("iterable expected, not {n}")));
        }
    };
    let mut out = StrBuilder::new();
    let (mut count, mut null) = (0, false);
    while let Some(field) = th.next(it)? {
        let quoted = match d.quoting {
            QUOTE_NONNUMERIC => !is_number(th, field),
            QUOTE_ALL => true,
            QUOTE_STRINGS => field.is_kind(Kind::Str),
            QUOTE_NOTNULL => !field.is_none(),
            _ => false,
        };
        if count > 0 {
            out.push(d.delimiter);
        }
        null = field.is_none();
        if let Some(s) = field.cast::<Str>() {
            append(th, d, &mut out, s, quoted)?;
        } else if field.is_none() {
            let empty = ctx().empty_str.as_gc::<Str>();
            append(th, d, &mut out, empty, quoted)?;
        } else {
            let s = if field.is_float() {
                th.new_str(&float::repr(field.as_float())).as_gc()
            } else {
                th.str(field)?
            };
            append(th, d, &mut out, s, quoted)?;
        }
        count += 1;
    }
    if count > 0 && out.is_empty() {
        // One empty field must be told from no field.
        if d.quoting == QUOTE_NONE || null && matches!(d.quoting, QUOTE_STRINGS | QUOTE_NOTNULL) {
            return Err(error(th, "single empty field record must be quoted"));
        }
        let q = d.quotechar.unwrap_or(b'"' as u32);
        out.push(q);
        out.push(q);
    }
    out.push_gc(d.lineterminator.as_gc());
    let line = out.finish(th);
    th.call(w.write, &[line])
}
fn writerows(th: &mut Thread, a: &[Value]) -> R {
    let it = th.iter(a[1])?;
    while let Some(row) = th.next(it)? {
        writerow(th, &[a[0], row])?;
    }
    Ok(Value::NONE)
}
