//! `str` and `repr` of decimals.

use super::number::{Num, Short, to_text};
use super::{current, decimal_type, object};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::str_;
use vasuki_vm::value::Value;

/// A number as a str.
pub(super) fn of(th: &mut Thread, n: &Num, engineering: bool, capitals: bool) -> Value {
    latin(th, &to_text(n, engineering, capitals))
}
/// A str of ASCII characters.
pub(super) fn latin(th: &mut Thread, text: &[u8]) -> Value {
    match text {
        [c] => th.char_str((*c).into()),
        _ => str_::from_latin1(th, text).value(),
    }
}
/// A number in scientific notation.
pub(super) fn scientific(n: &Num) -> String {
    String::from_utf8(to_text(n, false, true)).unwrap_or_default()
}
/// Is the current context's exponent letter a capital?
fn capitals(th: &mut Thread) -> R<bool> {
    Ok(current::env(th)?.capitals)
}
/// `str(self)`
pub(super) fn str(th: &mut Thread, a: &[Value]) -> R {
    if let Some(n) = object::short(a[0]) {
        let mut room = [0; Short::TEXT];
        if let Some(text) = n.text(&mut room) {
            return Ok(latin(th, text));
        }
    }
    let n = decimal_type::this(th, a[0])?;
    // Most texts have no exponent letter.
    let capitals = n.is_finite() && n.exp == 0 || capitals(th)?;
    Ok(of(th, &n, false, capitals))
}
/// The text of a decimal, whatever the context is.
pub(super) fn plain(th: &mut Thread, v: Value) -> R {
    let n = decimal_type::this(th, v)?;
    Ok(of(th, &n, false, true))
}
/// `repr(self)`
pub(super) fn repr(th: &mut Thread, a: &[Value]) -> R {
    let n = decimal_type::this(th, a[0])?;
    let capitals = capitals(th)?;
    let text = [b"Decimal('".as_slice(), &to_text(&n, false, capitals), b"')"].concat();
    Ok(latin(th, &text))
}
