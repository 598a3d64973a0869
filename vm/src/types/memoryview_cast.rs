//! `memoryview.cast`: the same bytes as items of another format or in another shape.

use super::memoryview::{Dims, make, shareable, state};
use super::memoryview_items::this;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer_format::Format;
use crate::types::int;
use crate::types::list::List;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;

const MAX_DIMENSIONS: usize = 64;

/// `m.cast(format, shape)`
pub(super) fn cast(th: &mut Thread, a: &[Value]) -> R {
    let m = this(th, a[0])?;
    let s = state(th, m)?;
    let Some(text) = a[1].cast::<Str>() else {
        let name = if a[1].is_none() {
            "None".into()
        } else {
            th.class_of(a[1]).name_str()
        };
        return Err(th.type_error(&format!("cast() argument 'format' must be str, not {name}")));
    };
    if !s.c_contiguous() {
        return Err(th.type_error("memoryview: casts are restricted to C-contiguous views"));
    }
    let shape = if a[2].is_empty() || a[2].is_none() { None } else { Some(a[2]) };
    if (shape.is_some() || s.dims.len() != 1) && s.dims.iter().any(|d| d.len == 0) {
        return Err(th.type_error("memoryview: cannot cast view with zeros in shape or strides"));
    }
    let shape = match shape {
        Some(v) => Some(shape_arg(th, v, s.dims.len())?),
        None => None,
    };
    let lease = shareable(th, m)?;
    let only = "must be a native single character format prefixed with an optional '@'";
    let Some(format) = Format::parse(&text.to_string_lossy()) else {
        return Err(th.value_error(&format!("memoryview: destination format {only}")));
    };
    if !s.format.is_native() {
        return Err(th.value_error(&format!("memoryview: source format {only}")));
    }
    if !format.is_byte() && !s.format.is_byte() {
        return Err(th.type_error("memoryview: cannot cast between two non-byte formats"));
    }
    let (bytes, size) = (s.nbytes(), format.size());
    if bytes % size != 0 {
        return Err(th.type_error("memoryview: length is not a multiple of itemsize"));
    }
    let dims = match shape {
        None => Dims::one(bytes / size, size as isize),
        Some(shape) => {
            let mut total = size;
            for n in &shape {
                total = match total.checked_mul(*n) {
                    Some(t) if t <= isize::MAX as usize => t,
                    _ => return Err(th.value_error("memoryview.cast(): product(shape) > SSIZE_MAX")),
                };
            }
            if total != bytes {
                return Err(th.type_error("memoryview: product(shape) * itemsize != buffer size"));
            }
            Dims::packed(&shape, size)
        }
    };
    Ok(make(th, lease, s.offset, format, dims, s.readonly)?.value())
}
fn shape_arg(th: &mut Thread, v: Value, dimensions: usize) -> R<Vec<usize>> {
    let items = match (v.cast::<Tuple>(), v.cast::<List>()) {
        (Some(t), _) => t.items(),
        (_, Some(l)) => l.snapshot(th)?.as_slice(),
        _ => return Err(th.type_error("shape must be a list or a tuple")),
    };
    if items.len() > MAX_DIMENSIONS {
        return Err(th.value_error("memoryview: number of dimensions must not exceed 64"));
    }
    if dimensions != 1 && items.len() != 1 {
        return Err(th.type_error("memoryview: cast must be 1D -> ND or ND -> 1D"));
    }
    let mut shape = Vec::with_capacity(items.len());
    for &n in items {
        if !int::is_int(n) {
            return Err(th.type_error("memoryview.cast(): elements of shape must be integers"));
        }
        match th.to_isize(n)? {
            n if n > 0 => shape.push(n as usize),
            _ => return Err(th.value_error("memoryview.cast(): elements of shape must be integers > 0")),
        }
    }
    Ok(shape)
}
