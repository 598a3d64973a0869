//! `open`, `open_code`, `text_encoding`: putting the layers of a file together.

use super::buffered::{self, attach};
use super::text::{self, Setup};
use super::{DEFAULT_BUFFER_SIZE, base, classes, fileio, flag_arg, optional_str};
use crate::support::{attr, call_method, str_arg};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{NativeDef, def};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::int;
use vasuki_vm::value::Value;

/// The module's functions.
pub(crate) static FUNCTIONS: &[NativeDef] = &[
    def(
        "open",
        "file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None",
        open,
        "Open file and return a stream.  Raise OSError upon failure.",
    ),
    def(
        "open_code",
        "path",
        open_code,
        "Opens the provided file with the intent to import the contents.",
    ),
    def(
        "text_encoding",
        "encoding, stacklevel=2, /",
        text_encoding,
        "A helper function to choose the text encoding.\n\nWhen encoding is not None, this function returns it.\nOtherwise, this function returns the default text encoding.",
    ),
];

/// EncodingWarning for a text stream whose encoding nobody chose, if those are asked for.
pub(crate) fn warn_default(th: &mut Thread, stacklevel: i64) -> R<()> {
    if !ctx().config.x_options.iter().any(|x| x == "warn_default_encoding") {
        return Ok(());
    }
    vasuki_vm::warn::warn(th, ctx().types.EncodingWarning, "'encoding' argument not specified", stacklevel)
}
fn text_encoding(th: &mut Thread, a: &[Value]) -> R {
    if !a[0].is_none() {
        return Ok(a[0]);
    }
    let level = if a[1].is_empty() { 2 } else { th.to_i32(a[1])? };
    warn_default(th, i64::from(level))?;
    let name = if ctx().config.utf8_mode { "utf-8" } else { "locale" };
    Ok(th.intern(name).value())
}
fn open_code(th: &mut Thread, a: &[Value]) -> R {
    if !a[0].is_kind(vasuki_vm::object::Kind::Str) {
        let name = crate::support::arg_name(th, a[0]);
        return Err(th.type_error(&format!("open_code() argument 'path' must be str, not {name}")));
    }
    let mode = th.new_str("rb");
    let e = Value::EMPTY;
    open(th, &[a[0], mode, e, e, e, e, e, e])
}

/// What a mode says.
#[derive(Default)]
struct Mode {
    creating: bool,
    reading: bool,
    writing: bool,
    appending: bool,
    updating: bool,
    binary: bool,
}
fn parse_mode(th: &mut Thread, mode: &str) -> R<Mode> {
    let mut m = Mode::default();
    let mut text = false;
    for c in mode.chars() {
        let flag = match c {
            'x' => &mut m.creating,
            'r' => &mut m.reading,
            'w' => &mut m.writing,
            'a' => &mut m.appending,
            '+' => &mut m.updating,
            't' => &mut text,
            'b' => &mut m.binary,
            _ => return Err(th.value_error(&format!("invalid mode: '{mode}'"))),
        };
        if std::mem::replace(flag, true) {
            return Err(th.value_error(&format!("invalid mode: '{mode}'")));
        }
    }
    if text && m.binary {
        return Err(th.value_error("can't have text and binary mode at once"));
    }
    let kinds = [m.creating, m.reading, m.writing, m.appending];
    if kinds.iter().filter(|k| **k).count() != 1 {
        return Err(th.value_error("must have exactly one of create/read/write/append mode"));
    }
    Ok(m)
}

fn open(th: &mut Thread, a: &[Value]) -> R {
    let file = if int::is_int(a[0]) {
        a[0]
    } else {
        crate::posix::paths::fspath(th, &[a[0]])?
    };
    let mode_text = match a[1] {
        Value::EMPTY => "r".to_owned(),
        m => str_arg(th, m, "open() argument 'mode'")?.to_string_lossy(),
    };
    let buffering = if a[2].is_empty() { -1 } else { th.to_isize(a[2])? };
    let encoding = optional_str(th, a[3], "open() argument 'encoding'")?;
    let errors = optional_str(th, a[4], "open() argument 'errors'")?;
    let newline = optional_str(th, a[5], "open() argument 'newline'")?;
    let closefd = flag_arg(th, a[6], true)?;
    let opener = if a[7].is_empty() { Value::NONE } else { a[7] };
    let m = parse_mode(th, &mode_text)?;
    if m.binary {
        for (given, what) in [
            (encoding.is_some(), "an encoding"),
            (errors.is_some(), "an errors"),
            (newline.is_some(), "a newline"),
        ] {
            if given {
                return Err(th.value_error(&format!("binary mode doesn't take {what} argument")));
            }
        }
        if buffering == 1 {
            vasuki_vm::warn::warn(
                th,
                ctx().types.RuntimeWarning,
                "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used",
                1,
            )?;
        }
    }
    let raw_mode: String = [
        (m.creating, 'x'),
        (m.reading, 'r'),
        (m.writing, 'w'),
        (m.appending, 'a'),
        (m.updating, '+'),
    ]
    .iter()
    .filter(|x| x.0)
    .map(|x| x.1)
    .collect();
    let raw = fileio::open(th, classes().fileio, file, &raw_mode, closefd, opener)?;
    let mut outermost = raw.value();
    let made = layers(th, &mut outermost, &m, &mode_text, buffering, (encoding, errors, newline));
    let Err(t) = made else {
        buffered::own_finalizer(th, outermost);
        return Ok(outermost);
    };
    if t.is_abort() {
        return Err(t);
    }
    // The first error counts: one of closing only joins it.
    super::both(
        th,
        |_| Err(t),
        |th| {
            let closed = call_method(th, outermost, "close", &[]);
            closed.map(drop)
        },
    )?;
    Ok(outermost)
}
/// Puts the layers that the mode asks for over the raw file in `top`, which is the outermost one made so far.
fn layers(
    th: &mut Thread,
    top: &mut Value,
    m: &Mode,
    mode: &str,
    buffering: isize,
    (encoding, errors, newline): (Option<String>, Option<String>, Option<String>),
) -> R<()> {
    let c = classes();
    let raw = *top;
    let (mut buffering, mut line_buffering) = (buffering, false);
    if buffering == 1 && !m.binary {
        (buffering, line_buffering) = (-1, true);
    } else if buffering < 0 && !m.binary {
        let file = super::raw::native_file(raw);
        line_buffering = match file {
            Some(f) => fileio::is_terminal(th, f)?,
            None => false,
        };
    }
    if buffering == 0 {
        return if m.binary {
            Ok(())
        } else {
            Err(th.value_error("can't have unbuffered text I/O"))
        };
    }
    let size = if buffering > 1 { buffering as usize } else { block_size(th, raw)? };
    let (class, reads, writes) = if m.updating {
        (c.random, true, true)
    } else if m.reading {
        (c.reader, true, false)
    } else {
        (c.writer, false, true)
    };
    if m.updating {
        base::check_can(th, raw, "seekable")?;
    }
    let b = buffered::alloc(th, class);
    attach(th, b, raw, size, reads, writes)?;
    *top = b.value();
    if m.binary {
        return Ok(());
    }
    if encoding.is_none() {
        warn_default(th, 1)?;
    }
    let t = text::alloc(th, c.text);
    let setup = Setup {
        encoding,
        errors,
        newline,
        line_buffering,
        write_through: false,
    };
    text::set_up(th, t, b.value(), setup)?;
    *top = t.value();
    let mode = th.new_str(mode);
    let name = th.intern("mode");
    th.setattr(t.value(), name, mode)
}
/// The buffer's size for a raw file: its blocks', but not less than the default.
fn block_size(th: &mut Thread, raw: Value) -> R<usize> {
    let size = attr(th, raw, "_blksize")?;
    let size = th.to_isize(size)?.max(0) as usize;
    Ok(size.clamp(DEFAULT_BUFFER_SIZE, 8 << 20))
}
