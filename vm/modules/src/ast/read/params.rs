//! Parameters of functions and keyword arguments.

use super::{Ctx, Reader};
use crate::ast::grammar::Node;
use ruff_python_ast::{AtomicNodeIndex, Expr, Keyword, Parameter, ParameterWithDefault, Parameters};
use ruff_text_size::{Ranged, TextRange};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::class_of;
use vasuki_vm::value::Value;

const N: Node = Node::arguments;

impl Reader {
    /// The parameters of a function.
    pub(super) fn parameters(&mut self, th: &mut Thread, v: Value, at: TextRange) -> R<Parameters> {
        if !class_of(v).is_subclass_of(self.all.ast) {
            return Err(self.missing(th, "posonlyargs", "arguments"));
        }
        let posonly = self.args(th, v, 0)?;
        let args = self.args(th, v, 1)?;
        let vararg = self.starred(th, v, 2)?;
        let kwonly = self.args(th, v, 3)?;
        let items = self.list(th, v, N, 4)?;
        let kwarg = self.starred(th, v, 5)?;
        let defaults = self.exprs(th, v, N, 6, Ctx::Load)?;
        if defaults.len() > posonly.len() + args.len() {
            return Err(th.value_error("more positional defaults than args on arguments"));
        }
        if items.len() != kwonly.len() {
            return Err(th.value_error("length of kwonlyargs is not the same as kw_defaults on arguments"));
        }
        let mut kw_defaults = Vec::new();
        for x in items.as_slice() {
            kw_defaults.push(if x.is_none() {
                None
            } else {
                Some(Box::new(self.expr(th, *x, Ctx::Load)?))
            });
        }
        let without = posonly.len() + args.len() - defaults.len();
        let mut given = std::iter::repeat_with(|| None)
            .take(without)
            .chain(defaults.into_iter().map(|e| Some(Box::new(e))));
        let mut join = |list: Vec<Parameter>| list.into_iter().map(|p| with_default(p, given.next().flatten())).collect();
        let (posonlyargs, args) = (join(posonly), join(args));
        let kwonlyargs = kwonly.into_iter().zip(kw_defaults).map(|(p, d)| with_default(p, d)).collect();
        Ok(Parameters {
            node_index: AtomicNodeIndex::NONE,
            range: at,
            posonlyargs,
            args,
            vararg,
            kwonlyargs,
            kwarg,
        })
    }
    fn args(&mut self, th: &mut Thread, v: Value, i: usize) -> R<Vec<Parameter>> {
        let items = self.list(th, v, N, i)?;
        items.as_slice().iter().map(|x| self.parameter(th, *x)).collect()
    }
    fn starred(&mut self, th: &mut Thread, v: Value, i: usize) -> R<Option<Box<Parameter>>> {
        match self.optional(th, v, N, i)? {
            Some(x) => Ok(Some(Box::new(self.parameter(th, x)?))),
            None => Ok(None),
        }
    }
    fn parameter(&mut self, th: &mut Thread, v: Value) -> R<Parameter> {
        let name = self.required(th, v, Node::arg, 0)?;
        let annotation = self.optional_expr(th, v, Node::arg, 1)?;
        self.type_comment(th, v, Node::arg, 2)?;
        let range = self.place(th, v, "arg")?;
        Ok(Parameter {
            node_index: AtomicNodeIndex::NONE,
            range,
            name: self.identifier(th, name, range)?,
            annotation,
        })
    }
    /// Keyword arguments.
    pub(super) fn keywords(&mut self, th: &mut Thread, v: Value, n: Node, i: usize) -> R<Vec<Keyword>> {
        let items = self.list(th, v, n, i)?;
        let mut out = Vec::new();
        for x in items.as_slice() {
            let arg = self.optional(th, *x, Node::keyword, 0)?;
            let value: Expr = *self.expr_field(th, *x, Node::keyword, 1, Ctx::Load)?;
            let range = self.place(th, *x, "keyword")?;
            let arg = match arg {
                Some(a) => Some(self.identifier(th, a, range)?),
                None => None,
            };
            out.push(Keyword {
                node_index: AtomicNodeIndex::NONE,
                range,
                arg,
                value,
            });
        }
        Ok(out)
    }
}
fn with_default(parameter: Parameter, default: Option<Box<Expr>>) -> ParameterWithDefault {
    ParameterWithDefault {
        node_index: AtomicNodeIndex::NONE,
        range: parameter.range(),
        parameter,
        default,
    }
}
