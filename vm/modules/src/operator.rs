//! The module `_operator`: the operators as functions; see also `operator_getters`.

use crate::operator_getters as getters;
use crate::support::{add_class, type_name};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::ops::{BinOp, CmpOp, UnOp};
use vasuki_vm::special::Special;
use vasuki_vm::state::advance;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer_protocol;
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

macro_rules! binary {
    ($name:literal, $op:ident, $sign:literal) => {
        def(
            $name,
            "a, b, /",
            |th, a| th.binary(BinOp::$op, a[0], a[1]),
            concat!("Same as a ", $sign, " b."),
        )
    };
}
macro_rules! inplace {
    ($name:literal, $op:ident, $sign:literal) => {
        def(
            $name,
            "a, b, /",
            |th, a| th.inplace(BinOp::$op, a[0], a[1]),
            concat!("Same as a ", $sign, "= b."),
        )
    };
}
macro_rules! compare {
    ($name:literal, $op:ident, $sign:literal) => {
        def(
            $name,
            "a, b, /",
            |th, a| th.compare(CmpOp::$op, a[0], a[1]),
            concat!("Same as a ", $sign, " b."),
        )
    };
}
/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_operator",
    doc: "Operator interface.\n\nThis module exports a set of functions implemented in C corresponding\nto the intrinsic operators of Python.  For example, operator.add(x, y)\nis equivalent to the expression x+y.",
    functions: FUNCTIONS,
    init,
};
static FUNCTIONS: &[NativeDef] = &[
    compare!("lt", Lt, "<"),
    compare!("le", Le, "<="),
    compare!("eq", Eq, "=="),
    compare!("ne", Ne, "!="),
    compare!("gt", Gt, ">"),
    compare!("ge", Ge, ">="),
    binary!("add", Add, "+"),
    binary!("sub", Sub, "-"),
    binary!("mul", Mul, "*"),
    binary!("matmul", MatMul, "@"),
    binary!("truediv", TrueDiv, "/"),
    binary!("floordiv", FloorDiv, "//"),
    binary!("mod", Mod, "%"),
    binary!("pow", Pow, "**"),
    binary!("lshift", LShift, "<<"),
    binary!("rshift", RShift, ">>"),
    binary!("and_", And, "&"),
    binary!("or_", Or, "|"),
    binary!("xor", Xor, "^"),
    inplace!("iadd", Add, "+"),
    inplace!("isub", Sub, "-"),
    inplace!("imul", Mul, "*"),
    inplace!("imatmul", MatMul, "@"),
    inplace!("itruediv", TrueDiv, "/"),
    inplace!("ifloordiv", FloorDiv, "//"),
    inplace!("imod", Mod, "%"),
    inplace!("ipow", Pow, "**"),
    inplace!("ilshift", LShift, "<<"),
    inplace!("irshift", RShift, ">>"),
    inplace!("iand", And, "&"),
    inplace!("ior", Or, "|"),
    inplace!("ixor", Xor, "^"),
    def("neg", "a, /", |th, a| th.unary(UnOp::Neg, a[0]), "Same as -a."),
    def("pos", "a, /", |th, a| th.unary(UnOp::Pos, a[0]), "Same as +a."),
    def("invert", "a, /", |th, a| th.unary(UnOp::Invert, a[0]), "Same as ~a."),
    def("inv", "a, /", |th, a| th.unary(UnOp::Invert, a[0]), "Same as ~a."),
    def("abs", "a, /", abs, "Same as abs(a)."),
    def("index", "a, /", index, "Same as a.__index__()"),
    def("not_", "a, /", |th, a| Ok(Value::bool(!th.truth(a[0])?)), "Same as not a."),
    def(
        "truth",
        "a, /",
        |th, a| Ok(Value::bool(th.truth(a[0])?)),
        "Return True if a is true, False otherwise.",
    ),
    def("is_", "a, b, /", |_, a| Ok(Value::bool(a[0] == a[1])), "Same as a is b."),
    def("is_not", "a, b, /", |_, a| Ok(Value::bool(a[0] != a[1])), "Same as a is not b."),
    def("is_none", "a, /", |_, a| Ok(Value::bool(a[0].is_none())), "Same as a is None."),
    def(
        "is_not_none",
        "a, /",
        |_, a| Ok(Value::bool(!a[0].is_none())),
        "Same as a is not None.",
    ),
    def(
        "contains",
        "a, b, /",
        |th, a| Ok(Value::bool(th.contains(a[0], a[1])?)),
        "Same as b in a (note reversed operands).",
    ),
    def("getitem", "a, b, /", |th, a| th.getitem(a[0], a[1]), "Same as a[b]."),
    def(
        "setitem",
        "a, b, c, /",
        |th, a| th.setitem(a[0], a[1], a[2]).map(|()| Value::NONE),
        "Same as a[b] = c.",
    ),
    def(
        "delitem",
        "a, b, /",
        |th, a| th.delitem(a[0], a[1]).map(|()| Value::NONE),
        "Same as del a[b].",
    ),
    def("concat", "a, b, /", concat, "Same as a + b, for a and b sequences."),
    def("iconcat", "a, b, /", iconcat, "Same as a += b, for a and b sequences."),
    def(
        "countOf",
        "a, b, /",
        count_of,
        "Return the number of items in a which are, or which equal, b.",
    ),
    def("indexOf", "a, b, /", index_of, "Return the first index of b in a."),
    def(
        "length_hint",
        "obj, default=0, /",
        length_hint,
        "Return an estimate of the number of items in obj.\n\nThis is useful for presizing containers when building from an iterable.\n\nIf the object supports len(), the result will be exact.\nOtherwise, it may over- or under-estimate by an arbitrary amount.",
    ),
    def(
        "call",
        "obj, /, *args, **kwargs",
        |th, a| th.call_ex(a[0], a[1], a[2]),
        "Same as obj(*args, **kwargs).",
    ),
    def(
        "_compare_digest",
        "a, b, /",
        compare_digest,
        "Return 'a == b'.\n\nThis function uses an approach designed to prevent\ntiming analysis, making it appropriate for cryptography.\n\na and b must both be of the same type: either str (ASCII only),\nor any bytes-like object.\n\nNote: If a and b are of different lengths, or if an error occurs,\na timing attack could theoretically reveal information about the\ntypes and lengths of a and b--but not their values.",
    ),
];
fn abs(th: &mut Thread, a: &[Value]) -> R {
    match th.call_special(a[0], Special::Abs, &[])? {
        Some(v) => Ok(v),
        None => {
            let name = type_name(th, a[0]);
            Err(th.type_error(&format!("bad operand type for abs(): '{name}'")))
        }
    }
}
fn index(th: &mut Thread, a: &[Value]) -> R {
    let i = th.index(a[0])?;
    Ok(vasuki_vm::types::int::plain(th, i))
}
fn sequence(th: &mut Thread, v: Value) -> bool {
    let c = th.class_of(v);
    c.special(Special::Getitem).is_some() && !v.is_kind(vasuki_vm::object::Kind::Dict)
}
fn not_concatenable(th: &mut Thread, v: Value) -> vasuki_vm::throw::Throw {
    let name = type_name(th, v);
    th.type_error(&format!("'{name}' object can't be concatenated"))
}
fn concat(th: &mut Thread, a: &[Value]) -> R {
    if !sequence(th, a[0]) {
        return Err(not_concatenable(th, a[0]));
    }
    let r = if sequence(th, a[1]) {
        th.binary_or_none(Special::Add, Special::Radd, a[0], a[1])?
    } else {
        // Its own method says what it does not like.
        th.call_special(a[0], Special::Add, &[a[1]])?
    };
    match r {
        None | Some(Value::NOT_IMPLEMENTED) => Err(not_concatenable(th, a[0])),
        Some(v) => Ok(v),
    }
}
fn iconcat(th: &mut Thread, a: &[Value]) -> R {
    if !sequence(th, a[0]) {
        return Err(not_concatenable(th, a[0]));
    }
    if th.class_of(a[0]).special(Special::Iadd).is_some()
        && let Some(v) = th.call_special(a[0], Special::Iadd, &[a[1]])?
        && v != Value::NOT_IMPLEMENTED
    {
        return Ok(v);
    }
    concat(th, a)
}
fn iterate(th: &mut Thread, v: Value) -> R {
    let c = th.class_of(v);
    if c.special(Special::Iter).is_none() && c.special(Special::Getitem).is_none() {
        let name = type_name(th, v);
        return Err(th.type_error(&format!("argument of type '{name}' is not iterable")));
    }
    th.iter(v)
}
fn count_of(th: &mut Thread, a: &[Value]) -> R {
    let it = iterate(th, a[0])?;
    let mut n = 0;
    loop {
        let v = advance(th, it)?;
        if v.is_empty() {
            return Ok(Value::small(n));
        }
        n += i64::from(th.eq(v, a[1])?);
    }
}
fn index_of(th: &mut Thread, a: &[Value]) -> R {
    let it = iterate(th, a[0])?;
    let mut i = 0;
    loop {
        let v = advance(th, it)?;
        if v.is_empty() {
            return Err(th.value_error("sequence.index(x): x not in sequence"));
        }
        if th.eq(v, a[1])? {
            return Ok(Value::small(i));
        }
        i += 1;
    }
}
fn length_hint(th: &mut Thread, a: &[Value]) -> R {
    let default = if a[1].is_empty() { 0 } else { hint_default(th, a[1])? };
    let class = th.class_of(a[0]);
    let t = ctx().types.TypeError;
    if class.special(Special::Len).is_some()
        && let Ok(n) = th.catch(t, |th| th.len(a[0]))?
    {
        return Ok(th.new_int(n as i64));
    }
    if class.special(Special::LengthHint).is_none() {
        return Ok(th.new_int(default));
    }
    let hint = match th.catch(t, |th| th.call_special(a[0], Special::LengthHint, &[]))? {
        Ok(Some(v)) if v != Value::NOT_IMPLEMENTED => v,
        _ => return Ok(th.new_int(default)),
    };
    if !hint.is_small() && !vasuki_vm::types::int::is_int(hint) {
        let name = type_name(th, hint);
        return Err(th.type_error(&format!("__length_hint__ must be an integer, not {name}")));
    }
    match th.to_isize(hint)? {
        n if n < 0 => Err(th.value_error("__length_hint__() should return >= 0")),
        n => Ok(th.new_int(n as i64)),
    }
}
fn hint_default(th: &mut Thread, v: Value) -> R<i64> {
    Ok(th.to_isize(v)? as i64)
}
fn compare_digest(th: &mut Thread, a: &[Value]) -> R {
    let same = |x: &[u8], y: &[u8]| {
        let mut differ = u8::from(x.len() != y.len());
        // As long as the second is, whatever the first.
        for (i, b) in y.iter().enumerate() {
            differ |= b ^ if x.len() == y.len() { x[i] } else { *b };
        }
        Value::bool(std::hint::black_box(differ) == 0)
    };
    if let (Some(x), Some(y)) = (a[0].cast::<Str>(), a[1].cast::<Str>()) {
        return match (x.as_ascii(), y.as_ascii()) {
            (Some(x), Some(y)) => Ok(same(x.as_bytes(), y.as_bytes())),
            _ => Err(th.type_error("comparing strings with non-ASCII characters is not supported")),
        };
    }
    if !buffer_protocol::is_bytes_like(th, a[0]) || !buffer_protocol::is_bytes_like(th, a[1]) {
        let (x, y) = (type_name(th, a[0]), type_name(th, a[1]));
        return Err(th.type_error(&format!("unsupported operand types(s) or combination of types: '{x}' and '{y}'")));
    }
    let x = buffer_protocol::bytes_arg(th, a[0])?;
    let y = buffer_protocol::bytes_arg(th, a[1])?;
    Ok(same(&x, &y))
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    add_class(th, m, &getters::ITEM_CLASS, &getters::ITEMGETTER)?;
    add_class(th, m, &getters::ATTR_CLASS, &getters::ATTRGETTER)?;
    add_class(th, m, &getters::METHOD_CLASS, &getters::METHODCALLER)?;
    Ok(())
}
