//! SyntaxError: message and place.

use crate::attrs::{member, set_member};
use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::exception::{self, BASE};
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    name: "SyntaxError",
    members: &[
        "msg",
        "filename",
        "lineno",
        "offset",
        "text",
        "end_lineno",
        "end_offset",
        "print_file_and_line",
        "_metadata",
    ],
    methods: METHODS,
    doc: "Invalid syntax.",
    ..BASE
};
static METHODS: &[NativeDef] = &[
    def(
        "__init__",
        "self, /, *args, **kwargs",
        init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__str__", "self, /", str_, "Return str(self)."),
];
fn init(th: &mut Thread, a: &[Value]) -> R {
    exception::no_keywords(th, a[0], a[2])?;
    let e = exception::this(a[0]);
    e.set(th, &e.args, a[1])?;
    fill(th, a[0], a[1].as_gc::<Tuple>().items())?;
    Ok(Value::NONE)
}
/// Sets the members from the arguments: message, (filename, lineno, offset, text[, end_lineno, end_offset[, metadata]]).
pub fn fill(th: &mut Thread, v: Value, args: &[Value]) -> R<()> {
    let o = v.as_obj();
    if let Some(m) = args.first() {
        set_member(th, o, 0, *m)?;
    }
    if let [_, info] = args {
        let info = th.collect(*info)?;
        let items = info.as_slice();
        if items.len() < 4 {
            return Err(th.type_error(&format!(
                "function missing required argument '{}' (pos {})",
                ["filename", "lineno", "offset", "text"][items.len()],
                items.len() + 1
            )));
        }
        if items.len() > 7 {
            return Err(th.type_error(&format!("function takes at most 7 arguments ({} given)", items.len())));
        }
        for (i, x) in items.iter().take(6).enumerate() {
            set_member(th, o, 1 + i, *x)?;
        }
        if let Some(m) = items.get(6) {
            set_member(th, o, 8, *m)?;
        }
        if items.len() == 5 {
            return Err(th.type_error("end_offset must be provided when end_lineno is provided"));
        }
    }
    Ok(())
}
fn str_(th: &mut Thread, a: &[Value]) -> R {
    let o = a[0].as_obj();
    let (msg, file, line) = (member(th, o, 0)?, member(th, o, 1)?, member(th, o, 2)?);
    let text = if msg.is_empty() {
        "None".into()
    } else {
        th.str(msg)?.to_string_lossy()
    };
    let file = file.cast::<Str>().map(|f| {
        let f = f.to_string_lossy();
        f.rsplit('/').next().unwrap_or("").to_string()
    });
    let line = if line.is_small() { Some(line.as_small()) } else { None };
    let s = match (file, line) {
        (Some(f), Some(l)) => format!("{text} ({f}, line {l})"),
        (Some(f), None) => format!("{text} ({f})"),
        (None, Some(l)) => format!("{text} (line {l})"),
        (None, None) => {
            return Ok(if msg.is_empty() {
                th.str(Value::NONE)?.value()
            } else {
                th.str(msg)?.value()
            });
        }
    };
    Ok(th.new_str(&s))
}
/// A SyntaxError (or subclass `class`) with its place. Offsets count characters from 1; text is the source line or None.
#[expect(clippy::too_many_arguments, reason = "the fields of the exception")]
pub fn new(
    th: &mut Thread,
    class: crate::object::Gc<crate::types::class::Class>,
    msg: &str,
    filename: Value,
    line: usize,
    offset: usize,
    text: Value,
    end_line: usize,
    end_offset: usize,
) -> R {
    let n = |v: usize| Value::small(v as i64);
    let place = th.new_tuple(&[filename, n(line), n(offset), text, n(end_line), n(end_offset)]);
    let msg = th.new_str(msg);
    debug_assert!(class.is_subclass_of(ctx().types.SyntaxError));
    th.new_exception(class, &[msg, place])
}
