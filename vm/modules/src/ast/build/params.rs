//! Parameters of functions and arguments of calls.

use super::Builder;
use crate::ast::grammar::Node;
use ruff_python_ast::{Arguments, Parameter, ParameterWithDefault, Parameters};
use ruff_text_size::{Ranged, TextSize};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::value::Value;

impl Builder<'_> {
    /// The parameters of a function.
    pub(super) fn parameters(&self, th: &mut Thread, p: Option<&Parameters>) -> R {
        let Some(p) = p else {
            let mut v = [Value::NONE; 7];
            for i in [0, 1, 3, 4, 6] {
                v[i] = th.new_list(&[])?;
            }
            return self.make(th, Node::arguments, &v);
        };
        let starts = self.starts(p);
        let posonly = self.list(th, &p.posonlyargs, |b, th, a| b.parameter(th, a, &starts))?;
        let args = self.list(th, &p.args, |b, th, a| b.parameter(th, a, &starts))?;
        let vararg = self.starred(th, p.vararg.as_deref(), &starts)?;
        let kwonly = self.list(th, &p.kwonlyargs, |b, th, a| b.parameter(th, a, &starts))?;
        let kw_defaults = self.list(th, &p.kwonlyargs, |b, th, a| b.option(th, a.default.as_deref()))?;
        let kwarg = self.starred(th, p.kwarg.as_deref(), &starts)?;
        let mut defaults = ValueVec::new();
        for e in p.posonlyargs.iter().chain(&p.args).filter_map(|a| a.default.as_deref()) {
            let e = self.expr(th, e)?;
            defaults.push(th, e)?;
        }
        let defaults = th.new_list_vec(defaults);
        self.make(th, Node::arguments, &[posonly, args, vararg, kwonly, kw_defaults, kwarg, defaults])
    }
    /// Where the parameters begin: a type comment belongs to the one before it.
    fn starts(&self, p: &Parameters) -> Vec<TextSize> {
        if self.comments.is_none() {
            return Vec::new();
        }
        let mut out: Vec<TextSize> = p
            .iter_non_variadic_params()
            .map(|a| a.start())
            .chain(p.vararg.iter().chain(&p.kwarg).map(|a| a.start()))
            .collect();
        out.sort();
        out.push(p.end());
        out
    }
    fn parameter(&self, th: &mut Thread, a: &ParameterWithDefault, starts: &[TextSize]) -> R {
        self.one(th, &a.parameter, a.end(), starts)
    }
    fn starred(&self, th: &mut Thread, p: Option<&Parameter>, starts: &[TextSize]) -> R {
        match p {
            Some(p) => self.one(th, p, p.end(), starts),
            None => Ok(Value::NONE),
        }
    }
    fn one(&self, th: &mut Thread, p: &Parameter, end: TextSize, starts: &[TextSize]) -> R {
        let name = self.name(th, &p.name);
        let annotation = self.option(th, p.annotation.as_deref())?;
        let next = starts.iter().find(|s| **s >= end).copied().unwrap_or(end);
        let comment = self.comment(th, end, next);
        // The stars are not part of it.
        let range = ruff_text_size::TextRange::new(p.name.start().max(p.start()), p.end());
        self.make_at(th, Node::arg, range, &[name, annotation, comment])
    }
    /// Positional and keyword arguments of a call or a class statement.
    pub(super) fn arguments(&self, th: &mut Thread, a: Option<&Arguments>) -> R<(Value, Value)> {
        let Some(a) = a else {
            return Ok((th.new_list(&[])?, th.new_list(&[])?));
        };
        let args = self.exprs(th, &a.args)?;
        let keywords = self.list(th, &a.keywords, |b, th, k| {
            let arg = b.optional_name(th, k.arg.as_ref());
            let value = b.expr(th, &k.value)?;
            b.make_at(th, Node::keyword, k.range(), &[arg, value])
        })?;
        Ok((args, keywords))
    }
}
