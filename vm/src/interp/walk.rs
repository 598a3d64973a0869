//! Looking at the frames of a thread that does not know of it: for tracebacks in signal handlers and of hung programs.
//!
//! Nothing is locked or allocated. The words of a stack that runs on may be anything: what is not certainly a code object of
//! the heap ends the walk.

use super::State;
use super::code::Code;
use crate::object::{Gc, Kind, Layout};
use crate::types::str_::Str;
use crate::value::Value;

/// Frames shown at the most.
const MOST: usize = 100;

fn object<T: Layout>(v: Value, kind: Kind) -> Option<Gc<T>> {
    if !v.is_obj() {
        return None;
    }
    let found = crate::memory::heap().find(v.0)?;
    (found.as_ptr() as u64 == v.0 && v.is_kind(kind)).then(|| v.as_gc())
}

/// File name, line and function name.
pub(crate) type Place = (Gc<Str>, u32, Gc<Str>);

impl State {
    /// Calls `f` with the places of the frames, the innermost first; None: there are more.
    /// # Safety
    /// `state` is that of a thread whose record stays alive meanwhile.
    pub(crate) unsafe fn walk(state: *const State, f: &mut dyn FnMut(Option<Place>)) {
        // SAFETY: by the caller's promise; fields are read one by one, as another thread may write them.
        let (mut regs, mut pc, base, limit) = unsafe {
            (
                (&raw const (*state).regs).read_volatile(),
                (&raw const (*state).pc).read_volatile(),
                (*state).base,
                (*state).limit,
            )
        };
        for n in 0.. {
            if regs < base.wrapping_add(super::HEADER) || regs >= limit || !regs.is_aligned() {
                return;
            }
            // SAFETY: words of the mapped stack.
            let header = |i: usize| unsafe { regs.sub(i).read_volatile() };
            let Some(code) = object::<Code>(header(4), Kind::Code) else {
                return;
            };
            let Some(t) = code.ready_tables() else { return };
            if n == MOST {
                f(None);
                return;
            }
            let at = (pc as usize).wrapping_sub(t.words.as_ptr() as usize) / 8;
            let line = if at <= t.words.len() {
                code.position(at).map(|p| p.line)
            } else {
                None
            };
            let (file, name) = (object(code.filename.get(), Kind::Str), object(t.name, Kind::Str));
            let (Some(file), Some(name)) = (file, name) else { return };
            f(Some((file, line.unwrap_or(t.firstlineno), name)));
            let caller = header(5).0 as *mut Value;
            pc = header(6).0 as *const _;
            if caller >= regs {
                return;
            }
            regs = caller;
        }
    }
}
