//! The module `_string`: parsing of format strings for `string.Formatter`.

use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::str_format::{Step, as_index, parse, split_name};
use vasuki_vm::types::str_ops::wide;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_string",
    doc: "string helper module",
    functions: FUNCTIONS,
    init: |_, _| Ok(()),
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "formatter_parser",
        "format_string, /",
        formatter_parser,
        "parse the argument as a format string",
    ),
    def(
        "formatter_field_name_split",
        "field_name, /",
        field_name_split,
        "split the argument as a field name",
    ),
];
fn points(th: &mut Thread, v: Value) -> R<Vec<u32>> {
    match v.cast::<Str>() {
        Some(s) => Ok(wide(s).into_owned()),
        None => Err(th.type_error(&format!("expected str, got {}", th.class_of(v).name_str()))),
    }
}
fn formatter_parser(th: &mut Thread, a: &[Value]) -> R {
    let p = points(th, a[0])?;
    let mut out = ValueVec::new();
    for piece in parse(th, &p)? {
        let literal = th.new_str_points(&piece.literal);
        let item = match piece.field {
            Some(f) => {
                let name = th.new_str_points(&f.name);
                let spec = th.new_str_points(&f.spec);
                let conversion = match f.conversion {
                    Some(c) => th.char_str(c),
                    None => Value::NONE,
                };
                th.new_tuple(&[literal, name, spec, conversion])
            }
            None => th.new_tuple(&[literal, Value::NONE, Value::NONE, Value::NONE]),
        };
        out.push(th, item)?;
    }
    let list = th.new_list_vec(out);
    th.iter(list)
}
fn field_name_split(th: &mut Thread, a: &[Value]) -> R {
    let p = points(th, a[0])?;
    let (first, steps) = split_name(th, &p)?;
    let first = match as_index(th, &first)? {
        Some(i) => th.new_int(i),
        None => th.new_str_points(&first),
    };
    let mut out = ValueVec::new();
    for s in steps {
        let item = match s {
            Step::Attr(n) => {
                let n = th.new_str_points(&n);
                th.new_tuple(&[Value::TRUE, n])
            }
            Step::Item(k) => {
                let k = match as_index(th, &k)? {
                    Some(i) => th.new_int(i),
                    None => th.new_str_points(&k),
                };
                th.new_tuple(&[Value::FALSE, k])
            }
        };
        out.push(th, item)?;
    }
    let list = th.new_list_vec(out);
    let rest = th.iter(list)?;
    Ok(th.new_tuple(&[first, rest]))
}
