//! Vasuki's own instructions, as the module `dis` reads them.

use vasuki_compiler::op::Op;
use vasuki_vm::interp::code::{self, Code};
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::value::Value;

/// `LoadAttr` is `LOAD_ATTR`.
fn shown(op: Op) -> String {
    let mut out = String::new();
    for c in op.name().chars() {
        if c.is_ascii_uppercase() && !out.is_empty() {
            out.push('_');
        }
        out.push(c.to_ascii_uppercase());
    }
    out
}
/// The kinds of the operands; a jump by an operand word is `x`.
fn format(op: Op) -> String {
    let jumps = op.words() > 1 && (op.format() == "rri" && op.name().starts_with("Jump") || matches!(op, Op::ForIterFar | Op::Send));
    let mut f = op.format().to_owned();
    if op == Op::ImportName {
        f.push('i');
    } else if jumps {
        f.push('x');
    }
    f
}
pub(crate) fn operations(th: &mut Thread, _: &[Value]) -> R {
    let mut all = ValueVec::new();
    for &op in Op::ALL {
        let (name, format) = (th.new_str(&shown(op)), th.new_str(&format(op)));
        let pair = th.new_tuple(&[name, format]);
        all.push(th, pair)?;
    }
    Ok(th.new_list_vec(all))
}
fn code_of(th: &mut Thread, v: Value) -> R<Gc<Code>> {
    v.cast::<Code>().ok_or_else(|| th.type_error("a code object is required"))
}
pub(crate) fn instructions(th: &mut Thread, a: &[Value]) -> R {
    let c = code_of(th, a[0])?;
    let words = code::to_compiled(th, c)?.code;
    let mut all = ValueVec::new();
    let mut at = 0;
    while at < words.len() {
        let w = words[at];
        let Some(op) = Op::from_u16(w as u16) else { break };
        let next = at + op.words();
        let (a, b, c) = (w >> 16 & 0xFFFF, w >> 32 & 0xFFFF, w >> 48);
        let far = words.get(at + 1).map_or(0, |x| i64::from(*x as u32 as i32));
        let both = i64::from((b | c << 16) as u32 as i32);
        let form = format(op);
        let jump = match form.as_bytes().last() {
            Some(b'J') => Some(both),
            Some(b'j') => Some(i64::from(c as u16 as i16)),
            Some(b'x') => Some(far),
            _ => None,
        };
        let mut operands: Vec<Value> = [a, b, c].iter().map(|&n| Value::small(n as i64)).collect();
        if op == Op::LoadInt {
            operands = vec![Value::small(a as i64), Value::small(both)];
        }
        if form.len() > 3 {
            operands.push(Value::small(far));
        }
        let count = form.len() - usize::from(jump.is_some());
        operands.truncate(count);
        let operands = th.new_tuple(&operands);
        let target = jump.map_or(Value::NONE, |j| Value::small(2 * (next as i64 + j)));
        let four = th.new_tuple(&[Value::small(2 * at as i64), Value::small(op as i64), operands, target]);
        all.push(th, four)?;
        at = next;
    }
    Ok(th.new_list_vec(all))
}
pub(crate) fn handlers(th: &mut Thread, a: &[Value]) -> R {
    let c = code_of(th, a[0])?;
    let mut all = ValueVec::new();
    for h in &c.tables().handlers {
        let four = [2 * h.start, 2 * h.end, 2 * h.target, h.register.into()].map(|n| Value::small(n.into()));
        let four = th.new_tuple(&four);
        all.push(th, four)?;
    }
    Ok(th.new_list_vec(all))
}
pub(crate) fn cells(th: &mut Thread, a: &[Value]) -> R {
    let t = code_of(th, a[0])?.tables();
    let d = th.new_dict();
    for &(name, r) in &t.cellvars {
        d.as_gc::<vasuki_vm::types::dict::Dict>().set(th, Value::small(r.into()), name)?;
    }
    for (i, name) in t.freevars.iter().enumerate() {
        let r = i64::from(t.free_base) + i as i64;
        d.as_gc::<vasuki_vm::types::dict::Dict>().set(th, Value::small(r), *name)?;
    }
    Ok(d)
}
