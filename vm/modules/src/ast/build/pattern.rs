//! Patterns of `match`.

use super::Builder;
use crate::ast::grammar::Node;
use ruff_python_ast::{Pattern, Singleton};
use ruff_text_size::Ranged;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

impl Builder<'_> {
    /// A pattern.
    pub(super) fn pattern(&self, th: &mut Thread, p: &Pattern) -> R {
        th.recurse(" during ast construction", |th| self.pattern_here(th, p))
    }
    fn patterns(&self, th: &mut Thread, list: &[Pattern]) -> R {
        self.list(th, list, |b, th, p| b.pattern(th, p))
    }
    fn pattern_here(&self, th: &mut Thread, p: &Pattern) -> R {
        let at = p.range();
        match p {
            Pattern::MatchValue(v) => {
                let v = self.pattern_value(th, &v.value)?;
                self.make_at(th, Node::MatchValue, at, &[v])
            }
            Pattern::MatchSingleton(s) => {
                let v = match s.value {
                    Singleton::None => Value::NONE,
                    Singleton::True => Value::TRUE,
                    Singleton::False => Value::FALSE,
                };
                self.make_at(th, Node::MatchSingleton, at, &[v])
            }
            Pattern::MatchSequence(s) => {
                let list = self.patterns(th, &s.patterns)?;
                self.make_at(th, Node::MatchSequence, at, &[list])
            }
            Pattern::MatchMapping(m) => {
                let keys = self.list(th, &m.keys, |b, th, e| b.pattern_value(th, e))?;
                let list = self.patterns(th, &m.patterns)?;
                let rest = self.optional_name(th, m.rest.as_ref());
                self.make_at(th, Node::MatchMapping, at, &[keys, list, rest])
            }
            Pattern::MatchClass(c) => {
                let cls = self.expr(th, &c.cls)?;
                let list = self.patterns(th, &c.arguments.patterns)?;
                let names = self.list(th, &c.arguments.keywords, |b, th, k| Ok(b.name(th, &k.attr)))?;
                let kwd = self.list(th, &c.arguments.keywords, |b, th, k| b.pattern(th, &k.pattern))?;
                self.make_at(th, Node::MatchClass, at, &[cls, list, names, kwd])
            }
            Pattern::MatchStar(s) => {
                let name = self.optional_name(th, s.name.as_ref());
                self.make_at(th, Node::MatchStar, at, &[name])
            }
            Pattern::MatchAs(a) => {
                let inner = match &a.pattern {
                    Some(p) => self.pattern(th, p)?,
                    None => Value::NONE,
                };
                let name = self.optional_name(th, a.name.as_ref());
                self.make_at(th, Node::MatchAs, at, &[inner, name])
            }
            Pattern::MatchOr(o) => {
                let list = self.patterns(th, &o.patterns)?;
                self.make_at(th, Node::MatchOr, at, &[list])
            }
        }
    }
}
