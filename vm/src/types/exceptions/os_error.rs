//! OSError: errno picks the subclass; `strerror`, `filename`, `filename2`, `characters_written`.

use crate::attrs::{member, set_member};
use crate::context::ctx;
use crate::native::{NativeDef, TypeDef, def, def_static};
use crate::object::Gc;
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::class::{Class, class_of};
use crate::types::exception::{self, BASE, args_of};
use crate::types::int;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// The declaration.
pub static DEF: TypeDef = TypeDef {
    name: "OSError",
    members: &["errno", "strerror", "filename", "filename2", "characters_written"],
    methods: METHODS,
    doc: "Base class for I/O related errors.",
    ..BASE
};
static METHODS: &[NativeDef] = &[
    def_static("__new__", "cls, /, *args, **kwargs", os_new, ""),
    def(
        "__init__",
        "self, /, *args, **kwargs",
        os_init,
        "Initialize self.  See help(type(self)) for accurate signature.",
    ),
    def("__str__", "self, /", os_str, "Return str(self)."),
    def("__reduce__", "self, /", os_reduce, ""),
];
const ERRNO: usize = 0;
const STRERROR: usize = 1;
const FILENAME: usize = 2;
const FILENAME2: usize = 3;
const WRITTEN: usize = 4;

/// The system's text for an errno.
pub fn strerror(errno: i32) -> String {
    let mut buf = [0 as libc::c_char; 256];
    // SAFETY: the buffer is ours and its length is given; strerror_r ends it with 0.
    let text = unsafe {
        if libc::strerror_r(errno, buf.as_mut_ptr(), buf.len()) != 0 {
            return format!("Unknown error {errno}");
        }
        std::ffi::CStr::from_ptr(buf.as_ptr())
    };
    text.to_string_lossy().into_owned()
}
fn subclass(errno: i64) -> Gc<Class> {
    let t = &ctx().types;
    match errno as i32 {
        libc::EAGAIN | libc::EALREADY | libc::EINPROGRESS => t.BlockingIOError,
        libc::EPIPE | libc::ESHUTDOWN => t.BrokenPipeError,
        libc::ECHILD => t.ChildProcessError,
        libc::ECONNABORTED => t.ConnectionAbortedError,
        libc::ECONNREFUSED => t.ConnectionRefusedError,
        libc::ECONNRESET => t.ConnectionResetError,
        libc::EEXIST => t.FileExistsError,
        libc::ENOENT => t.FileNotFoundError,
        libc::EISDIR => t.IsADirectoryError,
        libc::ENOTDIR => t.NotADirectoryError,
        libc::EINTR => t.InterruptedError,
        libc::EACCES | libc::EPERM => t.PermissionError,
        libc::ESRCH => t.ProcessLookupError,
        libc::ETIMEDOUT => t.TimeoutError,
        _ => t.OSError,
    }
}
/// A new OSError (or the subclass that its errno picks) from an argument tuple.
pub fn new_native(th: &mut Thread, class: Gc<Class>, args: Value) -> R {
    let items = args.as_gc::<Tuple>().items();
    let mut class = class;
    if class == ctx().types.OSError
        && (2..=5).contains(&items.len())
        && let Some(n) = items[0].to_small()
    {
        class = subclass(n);
    }
    let made = exception::new_of(th, class, args)?;
    fill(th, made, args.as_gc())?;
    Ok(made)
}
/// Does the class keep OSError's `__init__` while it replaced `__new__`, or the other way round? As CPython: the work is
/// done in `__new__` unless only `__init__` is OSError's own.
fn uses_init(class: Gc<Class>) -> bool {
    let o = ctx().types.OSError;
    class.special(Special::Init) != o.special(Special::Init) && class.special(Special::New) == o.special(Special::New)
}
fn os_new(th: &mut Thread, a: &[Value]) -> R {
    let class = a[0].as_gc::<Class>();
    if uses_init(class) {
        return exception::new_of(th, class, ctx().empty_tuple);
    }
    let made = new_native(th, class, a[1])?;
    exception::no_keywords(th, made, a[2])?;
    Ok(made)
}
fn os_init(th: &mut Thread, a: &[Value]) -> R {
    let class = class_of(a[0]);
    if !uses_init(class) {
        return Ok(Value::NONE);
    }
    exception::no_keywords(th, a[0], a[2])?;
    fill(th, a[0], a[1].as_gc())?;
    Ok(Value::NONE)
}
fn fill(th: &mut Thread, v: Value, args: Gc<Tuple>) -> R<()> {
    let o = v.as_obj();
    let e = exception::this(v);
    let items = args.items();
    let mut kept = args.value();
    if (2..=5).contains(&items.len()) {
        set_member(th, o, ERRNO, items[0])?;
        set_member(th, o, STRERROR, items[1])?;
        if let Some(&f) = items.get(2)
            && !f.is_none()
        {
            let blocking = class_of(v) == ctx().types.BlockingIOError && (f.is_small() || int::is_int(f));
            if blocking {
                set_member(th, o, WRITTEN, f)?;
            } else {
                set_member(th, o, FILENAME, f)?;
                if let Some(&f2) = items.get(4)
                    && !f2.is_none()
                {
                    set_member(th, o, FILENAME2, f2)?;
                }
                kept = th.new_tuple(&items[..2]);
            }
        }
    }
    e.set(th, &e.args, kept)
}
fn os_str(th: &mut Thread, a: &[Value]) -> R {
    let o = a[0].as_obj();
    let [errno, text, file, file2] = [ERRNO, STRERROR, FILENAME, FILENAME2].map(|i| member(th, o, i));
    let (errno, text, file, file2) = (errno?, text?, file?, file2?);
    let show = |th: &mut Thread, v: Value| -> R<String> {
        Ok(if v.is_empty() {
            "None".into()
        } else {
            th.str(v)?.to_string_lossy()
        })
    };
    let s = if !file.is_empty() {
        let head = format!("[Errno {}] {}: {}", show(th, errno)?, show(th, text)?, th.repr_string(file)?);
        if file2.is_empty() {
            head
        } else {
            format!("{head} -> {}", th.repr_string(file2)?)
        }
    } else if !errno.is_empty() && !text.is_empty() {
        format!("[Errno {}] {}", show(th, errno)?, show(th, text)?)
    } else {
        return exception::str_(th, a);
    };
    Ok(th.new_str(&s))
}
fn os_reduce(th: &mut Thread, a: &[Value]) -> R {
    let o = a[0].as_obj();
    let mut args = args_of(th, a[0])?.value();
    let items = args.as_gc::<Tuple>().items();
    let (file, file2) = (member(th, o, FILENAME)?, member(th, o, FILENAME2)?);
    if items.len() == 2 && !file.is_empty() {
        args = if file2.is_empty() {
            th.new_tuple(&[items[0], items[1], file])
        } else {
            th.new_tuple(&[items[0], items[1], file, Value::NONE, file2])
        };
    }
    let class = class_of(a[0]).value();
    let d = crate::attrs::instance_dict_snapshot(th, o)?;
    if d.len(th)? > 0 {
        Ok(th.new_tuple(&[class, args, d.value()]))
    } else {
        Ok(th.new_tuple(&[class, args]))
    }
}
