//! The parser's tree to Python's nodes.

mod expr;
mod fold;
mod params;
mod pattern;
mod stmt;
mod string;

use super::classes::Classes;
use super::comments::TypeComments;
use super::grammar::Node;
use ruff_python_ast::{Expr, Identifier, Mod, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};
use vasuki_compiler::literal::Literals;
use vasuki_vm::attrs;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::value::Value;

/// What the offsets of a tree mean.
pub(super) enum Places<'a> {
    /// bytes of the source; offsets of its lines
    Source(Vec<u32>),
    /// indices of lines and columns
    Table(&'a [(i32, i32)]),
}
impl Places<'_> {
    /// Those of a source.
    pub(super) fn of_source(source: &str) -> Places<'static> {
        let mut lines = vec![0];
        lines.extend(source.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i as u32 + 1));
        Places::Source(lines)
    }
    /// Line from 1 and column in bytes from 0.
    pub(super) fn at(&self, offset: TextSize) -> (i64, i64) {
        let offset = offset.to_u32();
        match self {
            Places::Source(lines) => {
                let i = lines.partition_point(|&s| s <= offset);
                (i as i64, i64::from(offset - lines[i - 1]))
            }
            Places::Table(t) => {
                let (line, col) = t.get(offset as usize).copied().unwrap_or((1, 0));
                (i64::from(line), i64::from(col))
            }
        }
    }
}

/// Makes the nodes of one tree.
pub(super) struct Builder<'a> {
    /// the classes
    pub all: &'static Classes,
    /// source and constants
    pub literals: Literals<'a>,
    /// positions
    pub places: Places<'a>,
    /// level for which the tree is optimized
    pub optimize: Option<u8>,
    /// type comments, if they are wanted
    pub comments: Option<TypeComments>,
}

/// Kind of a whole tree.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Whole {
    /// `Module` or `Expression`
    Plain,
    /// `Interactive`
    Interactive,
}

impl Builder<'_> {
    /// The whole tree.
    pub(super) fn module(&self, th: &mut Thread, m: &Mod, whole: Whole) -> R {
        match m {
            Mod::Module(m) => {
                let body = self.documented(th, &m.body, whole == Whole::Plain)?;
                if whole == Whole::Interactive {
                    return self.make(th, Node::Interactive, &[body]);
                }
                let ignores = match &self.comments {
                    Some(c) => c.ignores(th, self)?,
                    None => th.new_list(&[])?,
                };
                self.make(th, Node::Module, &[body, ignores])
            }
            Mod::Expression(e) => {
                let body = self.expr(th, &e.body)?;
                self.make(th, Node::Expression, &[body])
            }
        }
    }
    /// A node without a place.
    pub(super) fn make(&self, th: &mut Thread, n: Node, values: &[Value]) -> R {
        let made = attrs::new_instance(th, self.all.nodes[n as usize]);
        for (f, v) in self.all.fields[n as usize].iter().zip(values) {
            attrs::instance_set(th, made.as_obj(), f.name, *v)?;
        }
        Ok(made)
    }
    /// A node with its place.
    fn make_at(&self, th: &mut Thread, n: Node, range: TextRange, values: &[Value]) -> R {
        let made = self.make(th, n, values)?;
        let (start, end) = (self.places.at(range.start()), self.places.at(range.end()));
        for (k, n) in self.all.place.iter().zip([start.0, start.1, end.0, end.1]) {
            attrs::instance_set(th, made.as_obj(), *k, Value::small(n))?;
        }
        Ok(made)
    }
    /// The shared instance of a node without fields.
    fn shared(&self, n: Node) -> Value {
        self.all.shared[n as usize]
    }
    fn list<T>(&self, th: &mut Thread, items: &[T], mut f: impl FnMut(&Self, &mut Thread, &T) -> R) -> R {
        let mut out = ValueVec::with_capacity(th, items.len())?;
        for i in items {
            let v = f(self, th, i)?;
            out.push(th, v)?;
        }
        Ok(th.new_list_vec(out))
    }
    fn exprs(&self, th: &mut Thread, items: &[Expr]) -> R {
        self.list(th, items, |b, th, e| b.expr(th, e))
    }
    fn stmts(&self, th: &mut Thread, items: &[Stmt]) -> R {
        self.list(th, items, |b, th, s| b.stmt(th, s))
    }
    fn option(&self, th: &mut Thread, e: Option<&Expr>) -> R {
        match e {
            Some(e) => self.expr(th, e),
            None => Ok(Value::NONE),
        }
    }
    fn name(&self, th: &mut Thread, i: &Identifier) -> Value {
        th.intern(i.as_str()).value()
    }
    fn names(&self, th: &mut Thread, items: &[Identifier]) -> R {
        self.list(th, items, |b, th, i| Ok(b.name(th, i)))
    }
    fn optional_name(&self, th: &mut Thread, i: Option<&Identifier>) -> Value {
        i.map_or(Value::NONE, |i| self.name(th, i))
    }
    /// The statements of a block that may begin with a docstring, which optimizing takes away.
    fn documented(&self, th: &mut Thread, body: &[Stmt], may: bool) -> R {
        let doc = match body.first() {
            Some(Stmt::Expr(e)) if may && self.optimize == Some(2) && e.value.is_string_literal_expr() => e,
            _ => return self.stmts(th, body),
        };
        if body.len() > 1 {
            return self.stmts(th, &body[1..]);
        }
        let pass = self.make_at(th, Node::Pass, TextRange::empty(doc.range().start()), &[])?;
        let (_, col) = self.places.at(doc.range().start());
        attrs::instance_set(th, pass.as_obj(), self.all.place[3], Value::small(col + 4))?;
        th.new_list(&[pass])
    }
    /// The type comment in a part of the source.
    fn comment(&self, th: &mut Thread, from: TextSize, to: TextSize) -> Value {
        match &self.comments {
            Some(c) => c.within(from.to_u32(), to.to_u32()).map_or(Value::NONE, |t| th.new_str(t)),
            None => Value::NONE,
        }
    }
}
