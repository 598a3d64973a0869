//! Calls with `*args` and `**kwargs`.

use super::call::{Called, call_at};
use super::helpers as h;
use super::{HEADER, MARGIN};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::dict::Dict;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

/// CallEx: `base[-1](*base[0], **base[1])`
pub(super) unsafe fn call_ex(th: &mut Thread, base: *mut Value, word: u64) -> R<Called> {
    // SAFETY: the compiler has prepared the call; the stack has room for the arguments if `fits` says so.
    unsafe {
        let (f, args, kwargs) = (*base.sub(1), *base, *base.add(1));
        let args = h::positional(th, f, args)?;
        let items = args.as_gc::<Tuple>().items();
        let kw = kwargs.cast::<Dict>();
        if items.len() > 10_000 || kw.is_some_and(|d| d.len_raw() > 1000) || !th.interp.fits(base, items.len() + 1000) {
            return th.call_ex(f, args, kwargs).map(Called::Done);
        }
        let names = match kw {
            Some(d) if d.len(th)? > 0 => {
                let (keys, values) = d.snapshot(th)?;
                std::ptr::copy_nonoverlapping(values.as_slice().as_ptr(), base.add(items.len()), values.len());
                let mut interned = crate::types::buffer::ValueVec::with_capacity(th, keys.len())?;
                for k in keys.as_slice() {
                    match k.cast::<Str>() {
                        Some(s) => interned.push(th, s.interned().value())?,
                        None => return Err(th.type_error("keywords must be strings")),
                    }
                }
                interned.as_slice()
            }
            _ => &[],
        };
        std::ptr::copy_nonoverlapping(items.as_ptr(), base, items.len());
        // What the call pushes goes above the arguments, which may be more than the frame has registers for.
        let argc = items.len() + names.len();
        let top = th.interp.top;
        th.interp.top = top.max(base.add(argc + MARGIN + HEADER));
        let r = call_at(th, base, argc, names, word);
        if !matches!(r, Ok(Called::Pushed)) {
            th.interp.top = top;
        }
        std::hint::black_box(names);
        r
    }
}
