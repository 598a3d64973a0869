//! Python's nodes to a tree that the compiler takes, with CPython's checks of what makes no sense.

mod consts;
mod expr;
mod params;
mod pattern;
mod stmt;
mod string;

use super::classes::Classes;
use super::grammar::{NODES, Node};
use crate::support::type_name;
use ruff_python_ast::{AtomicNodeIndex, Expr, Identifier, Mod, ModExpression, ModModule};
use ruff_text_size::{TextRange, TextSize};
use vasuki_compiler::code::Const;
use vasuki_compiler::tree::Tree;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::int;
use vasuki_vm::types::list::List;
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

/// Reads one tree.
pub(super) struct Reader {
    all: &'static Classes,
    places: Vec<(i32, i32)>,
    consts: Vec<Const>,
}

/// Which context an expression must have.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ctx {
    Load,
    Store,
    Del,
}
impl Ctx {
    fn name(self) -> &'static str {
        match self {
            Ctx::Load => "Load",
            Ctx::Store => "Store",
            Ctx::Del => "Del",
        }
    }
}

/// Reads a tree, whose root is the kind of node that the mode wants.
pub(super) fn read(th: &mut Thread, v: Value, root: Node) -> R<Tree> {
    let all = Classes::get(th)?;
    expect_root(th, all, v, root)?;
    let mut r = Reader {
        all,
        places: vec![(1, 0)],
        consts: Vec::new(),
    };
    let none = TextRange::empty(TextSize::new(0));
    let module = match root {
        Node::Expression => {
            let e = r.required(th, v, root, 0)?;
            let body = Box::new(r.expr(th, e, Ctx::Load)?);
            Mod::Expression(ModExpression {
                node_index: AtomicNodeIndex::NONE,
                range: none,
                body,
            })
        }
        _ => {
            let body = r.stmts(th, v, root, 0)?;
            Mod::Module(ModModule {
                node_index: AtomicNodeIndex::NONE,
                range: none,
                body: body.into_iter().collect(),
            })
        }
    };
    Ok(Tree {
        module,
        interactive: root == Node::Interactive,
        places: r.places,
        consts: r.consts,
    })
}
/// TypeError unless the node is of the kind that the mode wants.
pub(super) fn expect_root(th: &mut Thread, all: &Classes, v: Value, root: Node) -> R<()> {
    if all.node_of(v) == Some(root) {
        return Ok(());
    }
    let (want, got) = (NODES[root as usize].name, type_name(th, v));
    Err(th.type_error(&format!("expected {want} node, got {got}")))
}
fn index(n: u32) -> AtomicNodeIndex {
    let i = AtomicNodeIndex::NONE;
    i.set(n.into());
    i
}

impl Reader {
    fn attribute(&self, th: &mut Thread, v: Value, n: Node, i: usize) -> R<Option<Value>> {
        th.getattr_opt(v, self.all.fields[n as usize][i].name)
    }
    fn field_name(&self, n: Node, i: usize) -> &'static str {
        self.all.fields[n as usize][i].decl.name
    }
    fn missing(&self, th: &mut Thread, field: &str, of: &str) -> Throw {
        th.type_error(&format!("required field \"{field}\" missing from {of}"))
    }
    /// A field that may be None.
    fn nullable(&self, th: &mut Thread, v: Value, n: Node, i: usize) -> R {
        match self.attribute(th, v, n, i)? {
            Some(x) => Ok(x),
            None => Err(self.missing(th, self.field_name(n, i), NODES[n as usize].name)),
        }
    }
    /// A field that must be there.
    fn required(&self, th: &mut Thread, v: Value, n: Node, i: usize) -> R {
        let x = self.nullable(th, v, n, i)?;
        if x.is_none() {
            let (field, name) = (self.field_name(n, i), NODES[n as usize].name);
            return Err(th.value_error(&format!("field '{field}' is required for {name}")));
        }
        Ok(x)
    }
    /// A field that may be absent or None.
    fn optional(&self, th: &mut Thread, v: Value, n: Node, i: usize) -> R<Option<Value>> {
        Ok(self.attribute(th, v, n, i)?.filter(|x| !x.is_none()))
    }
    /// The items of a list; none if it is absent.
    fn list(&self, th: &mut Thread, v: Value, n: Node, i: usize) -> R<ValueVec> {
        let Some(x) = self.attribute(th, v, n, i)? else {
            return Ok(ValueVec::new());
        };
        match x.cast::<List>() {
            Some(l) => l.snapshot(th),
            None => {
                let (field, name, got) = (self.field_name(n, i), NODES[n as usize].name, type_name(th, x));
                Err(th.type_error(&format!("{name} field \"{field}\" must be a list, not a {got}")))
            }
        }
    }
    fn int(&self, th: &mut Thread, v: Value) -> R<i32> {
        if !int::is_int(v) && !v.is_bool() {
            let shown = th.repr_string(v)?;
            return Err(th.value_error(&format!("invalid integer value: {shown}")));
        }
        th.to_i32(v)
    }
    /// A field with an int.
    fn int_field(&self, th: &mut Thread, v: Value, n: Node, i: usize) -> R<i32> {
        let x = self.nullable(th, v, n, i)?;
        self.int(th, x)
    }
    /// An identifier as it is written.
    fn identifier_text(&self, th: &mut Thread, v: Value) -> R<String> {
        let Some(s) = v.cast::<Str>() else {
            return Err(th.type_error("AST identifier must be of type str"));
        };
        match s.to_utf8() {
            Some(s) => Ok(s),
            None => Err(vasuki_vm::codecs::surrogates_not_allowed(th, s)),
        }
    }
    fn identifier(&self, th: &mut Thread, v: Value, at: TextRange) -> R<Identifier> {
        Ok(Identifier::new(self.identifier_text(th, v)?, at))
    }
    /// An identifier that must not name a constant.
    fn variable(&self, th: &mut Thread, v: Value, at: TextRange) -> R<Identifier> {
        let text = self.identifier_text(th, v)?;
        check_name(th, &text)?;
        Ok(Identifier::new(text, at))
    }
    /// A list of identifiers.
    fn identifiers(&self, th: &mut Thread, v: Value, n: Node, i: usize, at: TextRange) -> R<Vec<Identifier>> {
        let items = self.list(th, v, n, i)?;
        items.as_slice().iter().map(|x| self.identifier(th, *x, at)).collect()
    }

    /// Where a node stands; `of` is its type in the grammar.
    fn place(&mut self, th: &mut Thread, v: Value, of: &str) -> R<TextRange> {
        let names = self.all.place;
        let mut numbers = [0; 4];
        for i in 0..4 {
            let x = th.getattr_opt(v, names[i])?;
            let may_lack = i >= 2 && !matches!(of, "pattern" | "type_param");
            numbers[i] = match x {
                Some(x) if !(may_lack && x.is_none()) => self.int(th, x)?,
                _ if may_lack => numbers[i - 2],
                _ => {
                    let field = ["lineno", "col_offset", "end_lineno", "end_col_offset"][i];
                    return Err(self.missing(th, field, of));
                }
            };
        }
        let [line, col, end_line, end_col] = numbers;
        if line > end_line {
            return Err(th.value_error(&format!("AST node line range ({line}, {end_line}) is not valid")));
        }
        if line < 0 && end_line != line || col < 0 && col != end_col {
            return Err(th.value_error(&format!(
                "AST node column range ({col}, {end_col}) for line range ({line}, {end_line}) is not valid"
            )));
        }
        if line == end_line && col > end_col {
            return Err(th.value_error(&format!("line {line}, column {col}-{end_col} is not a valid range")));
        }
        let start = self.places.len() as u32;
        self.places.push((line, col));
        self.places.push((end_line, end_col));
        Ok(TextRange::new(TextSize::new(start), TextSize::new(start + 1)))
    }
    /// The number of a constant that no literal can be written for.
    fn keep_const(&mut self, c: Const) -> AtomicNodeIndex {
        self.consts.push(c);
        index(self.consts.len() as u32 - 1)
    }
    /// A list of expressions, none of them None.
    fn exprs(&mut self, th: &mut Thread, v: Value, n: Node, i: usize, ctx: Ctx) -> R<Vec<Expr>> {
        let items = self.list(th, v, n, i)?;
        let mut out = Vec::with_capacity(items.len());
        for x in items.as_slice() {
            if x.is_none() {
                return Err(th.value_error("None disallowed in expression list"));
            }
            out.push(self.expr(th, *x, ctx)?);
        }
        Ok(out)
    }
    /// An expression that must be there.
    fn expr_field(&mut self, th: &mut Thread, v: Value, n: Node, i: usize, ctx: Ctx) -> R<Box<Expr>> {
        let x = self.required(th, v, n, i)?;
        Ok(Box::new(self.expr(th, x, ctx)?))
    }
    /// An expression that may be None.
    fn optional_expr(&mut self, th: &mut Thread, v: Value, n: Node, i: usize) -> R<Option<Box<Expr>>> {
        match self.optional(th, v, n, i)? {
            Some(x) => Ok(Some(Box::new(self.expr(th, x, Ctx::Load)?))),
            None => Ok(None),
        }
    }
    /// What an abstract class's instance is; TypeError for other values.
    fn kind(&self, th: &mut Thread, v: Value, of: &'static str) -> R<Node> {
        let class = vasuki_vm::types::class::class_of(v);
        match self.all.node_of(v) {
            Some(n) if self.all.sum(of).is_some_and(|s| class.is_subclass_of(s)) => Ok(n),
            _ => {
                let shown = th.repr_string(v)?;
                Err(th.type_error(&format!("expected some sort of {of}, but got {shown}")))
            }
        }
    }
    fn empty(&self, th: &mut Thread, what: &str, of: Node) -> Throw {
        th.value_error(&format!("empty {what} on {}", NODES[of as usize].name))
    }
}

/// `True`, `False` and `None` are no names.
pub(super) fn check_name(th: &mut Thread, text: &str) -> R<()> {
    if matches!(text, "None" | "True" | "False") {
        return Err(th.value_error(&format!("identifier field can't represent '{text}' constant")));
    }
    Ok(())
}
