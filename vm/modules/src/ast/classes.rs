//! The classes of nodes, made from the grammar when the first tree is made, and what is kept about them.

use super::grammar::{Field, Form, NODES, Node, SUMS, SumDef, Times, fields};
use super::node;
use std::collections::HashMap;
use std::sync::OnceLock;
use vasuki_vm::context::ctx;
use vasuki_vm::memory::keep;
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::{Class, class_flag};
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::{generic_alias, type_, union_};
use vasuki_vm::value::Value;

/// What is known about a field of a node.
pub(super) struct FieldInfo {
    /// its declaration
    pub decl: Field,
    /// its name as a Python string
    pub name: Gc<Str>,
}

/// All classes of nodes. Everything in here is kept alive for ever.
pub(super) struct Classes {
    /// `ast.AST`
    pub ast: Gc<Class>,
    /// the abstract classes, in the order of [`SUMS`]; of products the class itself
    pub sums: Vec<Gc<Class>>,
    /// the concrete classes, by [`Node`]
    pub nodes: Vec<Gc<Class>>,
    /// the fields of the concrete classes, by [`Node`]
    pub fields: Vec<Vec<FieldInfo>>,
    /// the shared instance of a class without fields (EMPTY for others), by [`Node`]
    pub shared: Vec<Value>,
    /// lineno, col_offset, end_lineno, end_col_offset
    pub place: [Gc<Str>; 4],
    /// `_fields`, `_attributes`, `_field_types`
    pub internal: [Gc<Str>; 3],
    by_class: HashMap<usize, Node>,
}

static CLASSES: OnceLock<Classes> = OnceLock::new();

impl Classes {
    /// The classes; made when first asked for.
    pub(super) fn get(th: &mut Thread) -> R<&'static Classes> {
        if let Some(c) = CLASSES.get() {
            return Ok(c);
        }
        let made = make(th)?;
        Ok(CLASSES.get_or_init(|| made))
    }
    /// Is the value a node? Before any class exists there are none.
    pub(super) fn is_node(v: Value) -> bool {
        CLASSES
            .get()
            .is_some_and(|c| vasuki_vm::types::class::class_of(v).is_subclass_of(c.ast))
    }
    /// Which node a value is: its class or the nearest base that is in the grammar.
    pub(super) fn node_of(&self, v: Value) -> Option<Node> {
        let class = vasuki_vm::types::class::class_of(v);
        if let Some(n) = self.by_class.get(&class.addr()) {
            return Some(*n);
        }
        class
            .mro_slice()
            .iter()
            .find_map(|c| self.by_class.get(&c.as_gc::<Class>().addr()).copied())
    }
    /// The abstract class called `name`.
    pub(super) fn sum(&self, name: &str) -> Option<Gc<Class>> {
        SUMS.iter().position(|s| s.name == name).map(|i| self.sums[i])
    }
}

fn name(th: &mut Thread, text: &str) -> Gc<Str> {
    let s = th.intern(text);
    keep(s.value());
    s
}
fn tuple_of_names(th: &mut Thread, list: &[Field]) -> Value {
    let names: Vec<Value> = list.iter().map(|f| name(th, f.name).value()).collect();
    th.new_tuple(&names)
}
/// `type(name, (base,), {...})` in the module `ast`.
fn class(th: &mut Thread, called: &str, base: Gc<Class>, list: Option<&[Field]>, doc: &str) -> R<Gc<Class>> {
    let ns = th.new_dict();
    let d = ns.as_gc::<Dict>();
    let put = |th: &mut Thread, k: &str, v: Value| {
        let k = th.intern(k);
        d.set_str(th, k, v)
    };
    let names = tuple_of_names(th, list.unwrap_or_default());
    if list.is_some() {
        put(th, "_fields", names)?;
        put(th, "__match_args__", names)?;
    }
    let module = th.intern("ast").value();
    put(th, "__module__", module)?;
    let doc = th.new_str(doc);
    put(th, "__doc__", doc)?;
    let text = th.intern(called).value();
    let bases = th.new_tuple(&[base.value()]);
    let c = th.call(ctx().types.type_.value(), &[text, bases, ns])?;
    Ok(keep(c).as_gc())
}
fn attributes(th: &mut Thread, c: Gc<Class>, list: &[Field]) -> R<()> {
    let names = tuple_of_names(th, list);
    let key = th.intern("_attributes");
    th.setattr(c.value(), key, names)?;
    defaults(th, c, list)
}
/// What may be left out is None through the class.
fn defaults(th: &mut Thread, c: Gc<Class>, list: &[Field]) -> R<()> {
    for f in list.iter().filter(|f| f.times == Times::Optional) {
        let key = th.intern(f.name);
        th.setattr(c.value(), key, Value::NONE)?;
    }
    Ok(())
}
fn doc_of(sum: &SumDef) -> String {
    let alternatives: Vec<String> = NODES[sum.nodes.clone()].iter().map(|n| n.doc()).collect();
    if sum.form == Form::Simple {
        return format!("{} = {}", sum.name, alternatives.join(" | "));
    }
    let gap = format!("\n{}| ", " ".repeat(sum.name.len() + 1));
    format!("{} = {}", sum.name, alternatives.join(&gap))
}

fn make(th: &mut Thread) -> R<Classes> {
    let ast = type_::make_native_class(th, &node::DEF, &[])?;
    ast.set_flag(class_flag::HEAP);
    keep(ast.value());
    let empty = ctx().empty_tuple;
    for key in ["_fields", "__match_args__", "_attributes"] {
        let key = th.intern(key);
        th.setattr(ast.value(), key, empty)?;
    }
    let (key, module) = (th.intern("__module__"), th.intern("ast").value());
    th.setattr(ast.value(), key, module)?;
    let mut all = Classes {
        ast,
        sums: Vec::new(),
        nodes: Vec::new(),
        fields: Vec::new(),
        shared: Vec::new(),
        place: ["lineno", "col_offset", "end_lineno", "end_col_offset"].map(|n| name(th, n)),
        internal: ["_fields", "_attributes", "_field_types"].map(|n| name(th, n)),
        by_class: HashMap::new(),
    };
    for sum in SUMS.iter() {
        let place = fields(sum.attributes);
        let mut base = ast;
        if sum.form != Form::Product {
            base = class(th, sum.name, ast, None, &doc_of(sum))?;
            attributes(th, base, &place)?;
            all.sums.push(base);
        }
        for i in sum.nodes.clone() {
            let n = &NODES[i];
            let list = n.list();
            let c = class(th, n.name, base, Some(&list), &n.doc())?;
            if sum.form == Form::Product {
                attributes(th, c, &place)?;
                all.sums.push(c);
            }
            defaults(th, c, &list)?;
            let shared = match sum.form {
                Form::Simple => keep(vasuki_vm::attrs::new_instance(th, c)),
                _ => Value::EMPTY,
            };
            all.shared.push(shared);
            all.by_class.insert(c.addr(), Node::ALL[i]);
            let infos = list.iter().map(|f| FieldInfo {
                decl: *f,
                name: name(th, f.name),
            });
            all.fields.push(infos.collect());
            all.nodes.push(c);
        }
    }
    for (c, list) in all.nodes.iter().zip(&all.fields) {
        field_types(th, &all, *c, list)?;
    }
    Ok(all)
}
/// `_field_types` and `__annotations__`: field name to type.
fn field_types(th: &mut Thread, all: &Classes, c: Gc<Class>, list: &[FieldInfo]) -> R<()> {
    let types = &ctx().types;
    let d = th.new_dict();
    for f in list {
        let one = match f.decl.of {
            "identifier" | "string" => types.str.value(),
            "int" => types.int.value(),
            "constant" => types.object.value(),
            other => all.sum(other).unwrap_or(types.object).value(),
        };
        let t = match f.decl.times {
            Times::One => one,
            Times::Optional => union_::make(th, &[one, Value::NONE])?,
            Times::Many | Times::ManyOrNone => generic_alias::new(th, types.list.value(), one)?,
        };
        d.as_gc::<Dict>().set_str(th, f.name, t)?;
    }
    for key in ["_field_types", "__annotations__"] {
        let key = th.intern(key);
        th.setattr(c.value(), key, d)?;
    }
    Ok(())
}
