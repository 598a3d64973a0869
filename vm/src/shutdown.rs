//! The end of the process: non-daemon threads, atexit, streams.

use crate::context::ctx;
use crate::modules::sys::FINALIZING;
use crate::names::names;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::exception;
use crate::value::Value;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

fn step(th: &mut Thread, what: impl FnOnce(&mut Thread) -> R<()>) {
    if let Err(t) = what(th) {
        exception::report_unraisable(th, t, Value::NONE);
    }
}

/// Ends the program as CPython does; gives the exit code, which a failing flush of stdout changes to 120.
pub fn finish(th: &mut Thread, code: u8) -> u8 {
    static DONE: AtomicBool = AtomicBool::new(false);
    if DONE.swap(true, SeqCst) {
        return code;
    }
    let mut code = code;
    step(th, |th| {
        let key = th.intern("threading");
        if let Some(m) = ctx().modules.get_str(th, key)? {
            let shutdown = th.intern("_shutdown");
            th.call_method(m, shutdown, &[])?;
        }
        Ok(())
    });
    step(th, crate::modules::atexit::run_all);
    FINALIZING.store(true, SeqCst);
    step(th, |th| {
        let mut streams = Vec::new();
        for name in ["stdin", "stdout", "stderr", "__stdin__", "__stdout__", "__stderr__"] {
            // One that was deleted needs no sparing.
            let Ok(mut stream) = crate::modules::builtins::sys_attribute(th, name) else {
                continue;
            };
            streams.push(stream);
            // Nor may what it writes to be closed.
            for under in ["buffer", "raw"] {
                let key = th.intern(under);
                let Some(s) = th.getattr_opt(stream, key).ok().flatten() else {
                    break;
                };
                streams.push(s);
                stream = s;
            }
        }
        crate::finalizers::run_all(th, &streams)
    });
    for name in ["stdout", "stderr"] {
        let flushed = th.output_error().and_then(|()| {
            let f = crate::modules::builtins::sys_attribute(th, name)?;
            if f.is_none() {
                return Ok(Value::NONE);
            }
            let key = th.intern("closed");
            if let Some(closed) = th.getattr_opt(f, key)?
                && th.truth(closed)?
            {
                return Ok(Value::NONE);
            }
            th.call_method(f, names().flush, &[])
        });
        if let Err(t) = flushed
            && name == "stdout"
        {
            exception::report_ignored(th, t, "while flushing sys.stdout", Value::EMPTY);
            code = 120;
        }
    }
    code
}
