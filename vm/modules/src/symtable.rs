//! `_symtable`: the compiler's symbol tables.

use crate::support::{ClassCell, add_class, attr, class, put_ints};
use std::sync::atomic::{AtomicI64, Ordering};
use vasuki_compiler::symbols::{self, Block, flag};
use vasuki_compiler::syntax::Start;
use vasuki_vm::attrs::{new_instance, set_member};
use vasuki_vm::modules::builtins::compile::source_text;
use vasuki_vm::native::{ModuleDef, TypeDef, def};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::exceptions::syntax_error;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::str_methods::fs_decode;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_symtable",
    doc: "",
    functions: &[def(
        "symtable",
        "source, filename, startstr, /",
        symtable,
        "Return symbol and scope dictionaries used internally by compiler.",
    )],
    init,
};
static CLASS: ClassCell = ClassCell::new();
static ENTRY: TypeDef = TypeDef {
    members: &["id", "name", "symbols", "varnames", "children", "nested", "type", "lineno"],
    methods: &[def("__repr__", "self, /", repr, "Return repr(self).")],
    ..TypeDef::new("symtable entry", Kind::Instance, 16)
};
fn init(th: &mut Thread, m: Value) -> R<()> {
    use flag::*;
    add_class(th, m, &CLASS, &ENTRY)?;
    put_ints(
        th,
        m,
        &[
            ("USE", i64::from(USE)),
            ("DEF_GLOBAL", i64::from(DEF_GLOBAL)),
            ("DEF_NONLOCAL", i64::from(DEF_NONLOCAL)),
            ("DEF_LOCAL", i64::from(DEF_LOCAL)),
            ("DEF_PARAM", i64::from(DEF_PARAM)),
            ("DEF_TYPE_PARAM", i64::from(DEF_TYPE_PARAM)),
            ("DEF_FREE_CLASS", i64::from(DEF_FREE_CLASS)),
            ("DEF_IMPORT", i64::from(DEF_IMPORT)),
            ("DEF_BOUND", i64::from(DEF_BOUND)),
            ("DEF_ANNOT", i64::from(DEF_ANNOT)),
            ("DEF_COMP_ITER", i64::from(DEF_COMP_ITER)),
            ("DEF_COMP_CELL", i64::from(DEF_COMP_CELL)),
            ("TYPE_FUNCTION", 0),
            ("TYPE_CLASS", 1),
            ("TYPE_MODULE", 2),
            ("TYPE_ANNOTATION", 3),
            ("TYPE_TYPE_ALIAS", 4),
            ("TYPE_TYPE_PARAMETERS", 5),
            ("TYPE_TYPE_VARIABLE", 6),
            ("LOCAL", i64::from(LOCAL)),
            ("GLOBAL_EXPLICIT", i64::from(GLOBAL_EXPLICIT)),
            ("GLOBAL_IMPLICIT", i64::from(GLOBAL_IMPLICIT)),
            ("FREE", i64::from(FREE)),
            ("CELL", i64::from(CELL)),
            ("SCOPE_OFF", i64::from(SCOPE_OFFSET)),
            ("SCOPE_MASK", i64::from(SCOPE_MASK)),
        ],
    )
}

fn symtable(th: &mut Thread, a: &[Value]) -> R {
    let filename = fs_decode(th, a[1])?;
    let Some(mode) = a[2].cast::<Str>() else {
        let name = crate::support::arg_name(th, a[2]);
        return Err(th.type_error(&format!("symtable() argument 3 must be str, not {name}")));
    };
    let start = match mode.to_string_lossy().as_str() {
        "exec" | "single" => Start::File,
        "eval" => Start::Eval,
        _ => return Err(th.value_error("symtable() arg 3 must be 'exec' or 'eval' or 'single'")),
    };
    let text = source_text(th, a[0], &filename, "symtable() arg 1")?;
    let blocks = match symbols::of_source(&text, &filename, start) {
        Ok(b) => b,
        Err(mut e) => {
            e.incomplete = false;
            return Err(syntax_error(th, &e));
        }
    };
    entry(th, &blocks, 0)
}
/// The Python object of a block, and of those inside.
fn entry(th: &mut Thread, blocks: &[Block], id: usize) -> R {
    static NEXT: AtomicI64 = AtomicI64::new(1);
    let b = &blocks[id];
    let class = class(th, &CLASS, &ENTRY)?;
    let symbols = th.new_dict();
    for (name, flags) in &b.symbols {
        let name = th.intern(name);
        symbols.as_gc::<Dict>().set_str(th, name, Value::small(i64::from(*flags)))?;
    }
    let mut params = ValueVec::new();
    for p in &b.params {
        let p = th.intern(p).value();
        params.push(th, p)?;
    }
    let mut children = ValueVec::new();
    for &c in &b.children {
        let c = entry(th, blocks, c)?;
        children.push(th, c)?;
    }
    let made = new_instance(th, class);
    let fields = [
        Value::small(NEXT.fetch_add(1, Ordering::Relaxed)),
        th.intern(&b.name).value(),
        symbols,
        th.new_list_vec(params),
        th.new_list_vec(children),
        Value::small(i64::from(b.nested)),
        Value::small(b.kind as i64),
        Value::small(i64::from(b.line)),
    ];
    for (i, v) in fields.into_iter().enumerate() {
        set_member(th, made.as_obj(), i, v)?;
    }
    Ok(made)
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let mut shown = Vec::new();
    for name in ["name", "id", "lineno"] {
        let v = attr(th, a[0], name)?;
        shown.push(th.str(v)?.to_string_lossy());
    }
    let text = format!("<symtable entry {}({}), line {}>", shown[0], shown[1], shown[2]);
    Ok(th.new_str(&text))
}
