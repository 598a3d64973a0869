//! `match` statements. What a pattern captures is kept in temporaries, and bound when the whole pattern has matched.

use super::emit::Label;
use super::{Gen, Reg};
use crate::code::{Const, Text};
use crate::op::Op;
use ruff_python_ast::*;
use ruff_text_size::Ranged;

type Captures = Vec<(String, Reg)>;

fn is_wildcard(p: &Pattern) -> bool {
    matches!(p, Pattern::MatchAs(a) if a.pattern.is_none() && a.name.is_none()) || matches!(p, Pattern::MatchStar(s) if s.name.is_none())
}

impl<'a> Gen<'a> {
    pub(super) fn match_statement(&mut self, m: &'a StmtMatch) {
        let subject = self.temp();
        self.expr(&m.subject, subject);
        let end = self.label();
        for c in &m.cases {
            let mark = self.u.sp;
            let next = self.label();
            let mut captures = Captures::new();
            self.pos(c.pattern.range());
            if is_wildcard(&c.pattern) {
                self.mark();
            }
            self.pattern(&c.pattern, subject, next, &mut captures);
            for (name, r) in &captures {
                self.store_name(name, *r);
            }
            if let Some(g) = &c.guard {
                self.jump_if(g, false, next);
            }
            self.body(&c.body);
            self.no_pos();
            self.jump(Op::Jump, 0, end);
            self.place(next);
            self.u.sp = mark;
        }
        self.place(end);
    }
    fn capture(&mut self, name: &str, r: Reg, captures: &mut Captures) {
        let name = self.mangled(name);
        captures.push((name, r));
    }
    /// Goes on if the pattern matches `s`, else jumps. Captured values stay in registers that the caller frees.
    fn pattern(&mut self, p: &'a Pattern, s: Reg, fail: Label, captures: &mut Captures) {
        self.pos(p.range());
        match p {
            Pattern::MatchValue(v) => {
                let mark = self.u.sp;
                let r = self.operand(&v.value);
                self.jump2(Op::JumpIfEq, s, r, 0, fail);
                self.u.sp = mark;
            }
            Pattern::MatchSingleton(v) => match v.value {
                Singleton::None => self.jump(Op::JumpIfNotNone, s, fail),
                b => {
                    let mark = self.u.sp;
                    let t = self.temp();
                    self.emit(if b == Singleton::True { Op::LoadTrue } else { Op::LoadFalse }, t, 0, 0);
                    self.jump2(Op::JumpIfIs, s, t, 0, fail);
                    self.u.sp = mark;
                }
            },
            Pattern::MatchSequence(q) => self.sequence(&q.patterns, s, fail, captures),
            Pattern::MatchMapping(m) => self.mapping(m, s, fail, captures),
            Pattern::MatchClass(c) => self.class_pattern(c, s, fail, captures),
            Pattern::MatchStar(x) => {
                if let Some(n) = &x.name {
                    self.capture(n, s, captures);
                }
            }
            Pattern::MatchAs(a) => {
                if let Some(p) = &a.pattern {
                    self.pattern(p, s, fail, captures);
                }
                if let Some(n) = &a.name {
                    self.capture(n, s, captures);
                }
            }
            Pattern::MatchOr(o) => self.alternatives(o, s, fail, captures),
        }
    }
    fn alternatives(&mut self, o: &'a PatternMatchOr, s: Reg, fail: Label, captures: &mut Captures) {
        let matched = self.label();
        let mut names: Vec<String> = Vec::new();
        capture_names(&o.patterns[0], &mut names);
        let names: Vec<String> = names.iter().map(|n| self.mangled(n)).collect();
        let homes = self.temps(names.len());
        let last = o.patterns.len() - 1;
        for (i, p) in o.patterns.iter().enumerate() {
            let mark = self.u.sp;
            let next = if i == last { fail } else { self.label() };
            let mut own = Captures::new();
            self.pattern(p, s, next, &mut own);
            for (name, r) in own {
                if let Some(at) = names.iter().position(|n| *n == name) {
                    self.mov(homes + at as Reg, r);
                }
            }
            if i != last {
                self.jump(Op::Jump, 0, matched);
                self.place(next);
            }
            self.u.sp = mark;
        }
        self.place(matched);
        captures.extend(names.into_iter().enumerate().map(|(i, n)| (n, homes + i as Reg)));
    }
    fn sequence(&mut self, patterns: &'a [Pattern], s: Reg, fail: Label, captures: &mut Captures) {
        let t = self.temps(2);
        self.emit(Op::MatchSequence, t, s, 0);
        self.jump(Op::JumpIfFalse, t, fail);
        let star = patterns.iter().position(Pattern::is_match_star);
        let fixed = patterns.len() - usize::from(star.is_some());
        if star.is_none() || fixed > 0 {
            self.emit(Op::GetLen, t, s, 0);
            self.emit(Op::LoadInt, t + 1, fixed as u16, 0);
            self.jump2(if star.is_some() { Op::JumpIfGe } else { Op::JumpIfEq }, t, t + 1, 0, fail);
        }
        if patterns.iter().all(is_wildcard) {
            return;
        }
        if let Some(star) = star.filter(|&i| is_wildcard(&patterns[i])) {
            return self.items_around(patterns, star, s, t, fail, captures);
        }
        let first = self.temps(patterns.len());
        match star {
            Some(i) => self.emit_x(Op::UnpackEx, first, s, i as u16, (patterns.len() - i - 1) as u32, 0),
            None => self.emit(Op::UnpackSequence, first, s, patterns.len() as u16),
        }
        for (i, p) in patterns.iter().enumerate() {
            self.pattern(p, first + i as Reg, fail, captures);
        }
    }
    /// What stands around `*_` is fetched by number: the rest is never asked for. `len` holds the length.
    fn items_around(&mut self, patterns: &'a [Pattern], star: usize, s: Reg, len: Reg, fail: Label, captures: &mut Captures) {
        for (i, p) in patterns.iter().enumerate() {
            if is_wildcard(p) {
                continue;
            }
            let r = self.temp();
            if i < star {
                self.emit(Op::LoadInt, r, i as u16, 0);
            } else {
                self.emit(Op::LoadInt, r, (patterns.len() - i) as u16, 0);
                self.emit(Op::Sub, r, len, r);
            }
            self.emit(Op::LoadSubscr, r, s, r);
            self.pattern(p, r, fail, captures);
        }
    }
    fn mapping(&mut self, m: &'a PatternMatchMapping, s: Reg, fail: Label, captures: &mut Captures) {
        let t = self.temps(2);
        self.emit(Op::MatchMapping, t, s, 0);
        self.jump(Op::JumpIfFalse, t, fail);
        let n = m.keys.len();
        let keys = self.temp();
        if n > 0 {
            self.emit(Op::GetLen, t, s, 0);
            self.emit(Op::LoadInt, t + 1, n as u16, 0);
            self.jump2(Op::JumpIfGe, t, t + 1, 0, fail);
        }
        let mark = self.u.sp;
        let first = self.temps(n);
        for (i, k) in m.keys.iter().enumerate() {
            self.expr(k, first + i as Reg);
        }
        self.emit(Op::BuildTuple, keys, first, n as u16);
        self.u.sp = mark;
        if n > 0 {
            let values = self.temp();
            self.emit(Op::MatchKeys, values, s, keys);
            self.jump(Op::JumpIfNone, values, fail);
            let first = self.temps(n);
            self.emit(Op::UnpackSequence, first, values, n as u16);
            for (i, p) in m.patterns.iter().enumerate() {
                self.pattern(p, first + i as Reg, fail, captures);
            }
        }
        if let Some(name) = &m.rest {
            let rest = self.temp();
            self.emit(Op::CopyDictWithout, rest, s, keys);
            self.capture(name, rest, captures);
        }
    }
    fn class_pattern(&mut self, c: &'a PatternMatchClass, s: Reg, fail: Label, captures: &mut Captures) {
        let positional = &c.arguments.patterns;
        let keywords = &c.arguments.keywords;
        let n = positional.len() + keywords.len();
        let t = self.temp();
        self.expr(&c.cls, t);
        self.pos(c.range());
        let names = keywords.iter().map(|k| Const::Str(Text::Utf8(k.attr.as_str().into()))).collect();
        let k = self.constant(Const::Tuple(names));
        self.emit_x(Op::MatchClass, t, s, t, positional.len() as u32, u32::from(k));
        self.jump(Op::JumpIfNone, t, fail);
        let first = self.temps(n);
        self.emit(Op::UnpackSequence, first, t, n as u16);
        let all = positional.iter().chain(keywords.iter().map(|k| &k.pattern));
        for (i, p) in all.enumerate() {
            self.pattern(p, first + i as Reg, fail, captures);
        }
    }
}
/// Names that a pattern binds.
fn capture_names(p: &Pattern, out: &mut Vec<String>) {
    match p {
        Pattern::MatchValue(_) | Pattern::MatchSingleton(_) => {}
        Pattern::MatchSequence(s) => s.patterns.iter().for_each(|p| capture_names(p, out)),
        Pattern::MatchMapping(m) => {
            m.patterns.iter().for_each(|p| capture_names(p, out));
            out.extend(m.rest.iter().map(|n| n.to_string()));
        }
        Pattern::MatchClass(c) => {
            c.arguments.patterns.iter().for_each(|p| capture_names(p, out));
            c.arguments.keywords.iter().for_each(|k| capture_names(&k.pattern, out));
        }
        Pattern::MatchStar(s) => out.extend(s.name.iter().map(|n| n.to_string())),
        Pattern::MatchAs(a) => {
            if let Some(p) = &a.pattern {
                capture_names(p, out);
            }
            out.extend(a.name.iter().map(|n| n.to_string()));
        }
        Pattern::MatchOr(o) => capture_names(&o.patterns[0], out),
    }
}
