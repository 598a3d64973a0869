//! Statements.

use super::{Block, Gen, Reg, Whole};
use crate::code::{Const, Text};
use crate::op::{Intrinsic1, Op};
use crate::symtable::Tag;
use ruff_python_ast::*;
use ruff_text_size::Ranged;

/// The docstring of a body, without common indentation.
pub(super) fn docstring(body: &[Stmt]) -> Option<&ExprStringLiteral> {
    match body.first()? {
        Stmt::Expr(e) => match &*e.value {
            Expr::StringLiteral(s) => Some(s),
            _ => None,
        },
        _ => None,
    }
}
/// Docstrings are cleaned of their common indentation at compile time, as CPython does since 3.13.
pub(super) fn clean_doc(doc: &str) -> String {
    let expanded: Vec<String> = doc.split('\n').map(expand_tabs).collect();
    let margin = expanded[1..]
        .iter()
        .filter(|l| !l.trim_start_matches(' ').is_empty())
        .map(|l| l.len() - l.trim_start_matches(' ').len())
        .min()
        .unwrap_or(0);
    let mut out = expanded[0].trim_start_matches(' ').to_owned();
    for l in &expanded[1..] {
        out.push('\n');
        out.push_str(l.get(margin.min(l.len() - l.trim_start_matches(' ').len())..).unwrap_or(""));
    }
    out
}
fn expand_tabs(line: &str) -> String {
    let lead = line.len() - line.trim_start_matches([' ', '\t']).len();
    if !line[..lead].contains('\t') {
        return line.to_owned();
    }
    let mut out = String::new();
    for c in line[..lead].chars() {
        if c == '\t' {
            out.push_str(&" ".repeat(8 - out.len() % 8));
        } else {
            out.push(' ');
        }
    }
    out + &line[lead..]
}

impl<'a> Gen<'a> {
    /// A module's body.
    pub(super) fn module(&mut self, body: &'a [Stmt], whole: Whole) {
        if self.table.scopes[0].conditional_annotations {
            let t = self.temp();
            self.emit(Op::BuildSet, t, t, 0);
            self.store_name("__conditional_annotations__", t);
        }
        if whole == Whole::Module
            && let Some(d) = docstring(body)
        {
            self.store_doc(d);
        }
        let annotate = self.begin_module_annotate();
        if whole == Whole::Module {
            self.body_after_doc(body);
        } else {
            self.body(body);
        }
        if let Some((scope, k)) = annotate {
            let code = self.annotate_code(scope);
            self.u.consts[k as usize] = Const::Code(Box::new(code));
        }
    }
    pub(super) fn store_doc(&mut self, d: &'a ExprStringLiteral) {
        if self.opts.optimize >= 2 {
            return;
        }
        let mark = self.u.sp;
        self.pos(d.range());
        let t = self.temp();
        let c = self.doc_const(d);
        self.load_const(t, c);
        self.store_name("__doc__", t);
        self.u.sp = mark;
    }
    pub(super) fn doc_const(&self, d: &ExprStringLiteral) -> Const {
        Const::Str(match self.literals().string(&d.value) {
            Text::Utf8(s) => Text::Utf8(clean_doc(&s).into()),
            wide => wide,
        })
    }
    /// Statements of a module, class or function, without its docstring.
    pub(super) fn body_after_doc(&mut self, body: &'a [Stmt]) {
        let doc = docstring(body).is_some() && self.opts.optimize < 2;
        self.body(&body[usize::from(doc)..]);
    }
    /// Statements one after the other.
    pub(super) fn body(&mut self, body: &'a [Stmt]) {
        for s in body {
            self.stmt(s);
        }
    }
    fn nest(&mut self, body: &'a [Stmt]) {
        self.u.nested += 1;
        self.body(body);
        self.u.nested -= 1;
    }
    fn stmt(&mut self, s: &'a Stmt) {
        let mark = self.u.sp;
        self.pos(s.range());
        self.depth += 1;
        if self.depth > 3000 {
            self.fail("too many statically nested blocks");
        } else {
            self.stmt_at(s);
        }
        self.depth -= 1;
        self.u.sp = mark;
    }
    fn stmt_at(&mut self, s: &'a Stmt) {
        match s {
            Stmt::FunctionDef(f) => self.function(f),
            Stmt::ClassDef(c) => self.class(c),
            Stmt::Return(r) => self.return_statement(r),
            Stmt::Delete(d) => d.targets.iter().for_each(|t| self.delete(t)),
            Stmt::TypeAlias(a) => self.type_alias(a),
            Stmt::Assign(a) => self.assign(a),
            Stmt::AugAssign(a) => self.aug_assign(a),
            Stmt::AnnAssign(a) => self.ann_assign(a),
            Stmt::For(f) => self.for_loop(f),
            Stmt::While(w) => self.while_loop(w),
            Stmt::If(i) => self.if_statement(i),
            Stmt::With(w) => {
                self.u.nested += 1;
                self.with(w);
                self.u.nested -= 1;
            }
            Stmt::Match(m) => {
                self.u.nested += 1;
                self.match_statement(m);
                self.u.nested -= 1;
            }
            Stmt::Raise(r) => {
                let mut regs = [0; 2];
                let mut how = 0;
                for (i, e) in [&r.exc, &r.cause].into_iter().enumerate() {
                    if let Some(e) = e {
                        regs[i] = self.operand(e);
                        how += 1;
                    }
                }
                self.pos(r.range());
                self.emit(Op::Raise, regs[0], regs[1], how);
            }
            Stmt::Try(t) => {
                self.u.nested += 1;
                self.try_statement(t);
                self.u.nested -= 1;
            }
            Stmt::Assert(a) => self.assert_statement(a),
            Stmt::Import(i) => self.import(i),
            Stmt::ImportFrom(i) => self.import_from(i),
            Stmt::Expr(e) => {
                if self.interactive && self.units.is_empty() {
                    let t = self.temp();
                    self.expr(&e.value, t);
                    self.emit(Op::Intrinsic1, t, t, Intrinsic1::Print as u16);
                } else if self.const_of(&e.value).is_some() {
                    self.mark();
                } else {
                    let t = self.temp();
                    self.expr(&e.value, t);
                }
            }
            Stmt::Break(_) | Stmt::Continue(_) => {
                let Some(i) = self.u.blocks.iter().rposition(|b| matches!(b, Block::Loop { .. })) else {
                    self.fail(if s.is_break_stmt() {
                        "'break' outside loop"
                    } else {
                        "'continue' not properly in loop"
                    });
                    return;
                };
                let Block::Loop { brk, cont } = self.u.blocks[i] else { return };
                self.mark();
                let left = self.leave_blocks(i + 1);
                if s.is_break_stmt() {
                    self.jump(Op::Jump, 0, brk);
                } else {
                    self.jump(Op::JumpBack, 0, cont);
                }
                self.reenter(left);
            }
            Stmt::Pass(_) => self.mark(),
            Stmt::Global(_) | Stmt::Nonlocal(_) | Stmt::IpyEscapeCommand(_) => {}
        }
    }
    fn return_statement(&mut self, r: &'a StmtReturn) {
        let constant = match &r.value {
            None => Some(Const::None),
            Some(e) => self.const_of(e),
        };
        let value = match (&r.value, &constant) {
            (Some(e), None) => {
                if self.u.blocks.is_empty() {
                    Some(self.operand(e))
                } else {
                    // A local could be changed by what runs on the way out.
                    let t = self.temp();
                    self.expr(e, t);
                    Some(t)
                }
            }
            _ => None,
        };
        if let Some(v) = r.value.as_deref().filter(|_| value.is_none()) {
            self.pos(v.range());
            self.mark();
        }
        self.pos(r.range());
        if r.value.is_none() {
            self.mark();
        }
        let left = self.leave_blocks(0);
        match (value, constant) {
            (Some(v), _) => self.emit(Op::Return, v, 0, 0),
            (None, Some(c)) => {
                let k = self.constant(c);
                self.emit(Op::ReturnConst, k, 0, 0);
            }
            (None, None) => {}
        }
        self.reenter(left);
    }
    fn if_statement(&mut self, i: &'a StmtIf) {
        let end = self.label();
        let mut next = self.label();
        self.jump_if(&i.test, false, next);
        self.nest(&i.body);
        for c in &i.elif_else_clauses {
            self.no_pos();
            self.jump(Op::Jump, 0, end);
            self.place(next);
            next = self.label();
            if let Some(t) = &c.test {
                self.pos(t.range());
                self.jump_if(t, false, next);
            }
            self.nest(&c.body);
        }
        self.place(next);
        self.place(end);
    }
    fn while_loop(&mut self, w: &'a StmtWhile) {
        let (top, brk, other) = (self.label(), self.label(), self.label());
        self.place(top);
        self.jump_if(&w.test, false, other);
        self.push_block(Block::Loop { brk, cont: top });
        self.nest(&w.body);
        self.u.blocks.pop();
        self.no_pos();
        self.jump(Op::JumpBack, 0, top);
        self.place(other);
        self.nest(&w.orelse);
        self.place(brk);
    }
    fn for_loop(&mut self, f: &'a StmtFor) {
        let (top, brk, end) = (self.label(), self.label(), self.label());
        let it = self.temp();
        self.expr(&f.iter, it);
        self.pos(f.iter.range());
        self.emit(if f.is_async { Op::GetAiter } else { Op::GetIter }, it, it, 0);
        self.place(top);
        self.pos(f.iter.range());
        let local = match &*f.target {
            Expr::Name(n) => self.local_of(&n.id).filter(|&r| r < self.u.first_temp),
            _ => None,
        };
        if f.is_async {
            let (item, e) = (self.temp(), self.temp());
            self.async_next(it, item, e, end);
            self.store(&f.target, item);
        } else if let Some(r) = local {
            self.for_iter(r, it, end);
            self.now_bound(r);
        } else {
            let item = self.temp();
            self.for_iter(item, it, end);
            self.store(&f.target, item);
        }
        self.push_block(Block::Loop { brk, cont: top });
        self.nest(&f.body);
        self.u.blocks.pop();
        self.no_pos();
        self.jump(Op::JumpBack, 0, top);
        self.place(end);
        self.nest(&f.orelse);
        self.place(brk);
    }
    fn assert_statement(&mut self, a: &'a StmtAssert) {
        if self.opts.optimize >= 1 {
            return;
        }
        let ok = self.label();
        self.jump_if(&a.test, true, ok);
        let base = self.window();
        self.pos(a.test.range());
        self.emit(Op::LoadCommon, base - 1, 0, 0);
        match &a.msg {
            Some(m) => {
                let t = self.temp();
                self.expr(m, t);
                self.pos(a.test.range());
                self.emit(Op::Call, base, base, 1);
                self.emit(Op::Raise, base, 0, 1);
            }
            None => self.emit(Op::Raise, base - 1, 0, 1),
        }
        self.place(ok);
    }
    fn import(&mut self, i: &'a StmtImport) {
        for a in &i.names {
            let mark = self.u.sp;
            let t = self.temps(2);
            self.emit(Op::LoadNone, t + 1, 0, 0);
            let n = self.name(&a.name);
            self.emit_x(Op::ImportName, t, n, t + 1, 0, 0);
            match &a.asname {
                Some(name) => {
                    for part in a.name.split('.').skip(1) {
                        let n = self.name(part);
                        self.emit(Op::ImportFrom, t, t, n);
                    }
                    let name = self.mangled(name);
                    self.store_name(&name, t);
                }
                None => {
                    let name = self.mangled(a.name.split('.').next().unwrap_or(""));
                    self.store_name(&name, t);
                }
            }
            self.u.sp = mark;
        }
    }
    fn import_from(&mut self, i: &'a StmtImportFrom) {
        let t = self.temps(3);
        let list = i.names.iter().map(|a| Const::Str(Text::Utf8(a.name.as_str().into()))).collect();
        let k = self.constant(Const::Tuple(list));
        self.emit(Op::LoadConst, t + 1, k, 0);
        let module = i.module.as_ref().map_or("", |m| m.as_str()).to_owned();
        let n = self.name(&module);
        self.emit_x(Op::ImportName, t, n, t + 1, i.level, 0);
        if i.names.iter().any(|a| a.name.as_str() == "*") {
            self.emit(Op::ImportStar, t, 0, 0);
            return;
        }
        for a in &i.names {
            self.pos(i.range());
            let n = self.name(&a.name);
            self.emit(Op::ImportFrom, t + 2, t, n);
            let name = self.mangled(a.asname.as_ref().unwrap_or(&a.name));
            self.store_name(&name, t + 2);
        }
    }
    fn type_alias(&mut self, a: &'a StmtTypeAlias) {
        let Expr::Name(n) = &*a.name else { return };
        let d = self.temp();
        match a.type_params.as_deref() {
            None => self.alias_value(a, None, d),
            Some(tp) => {
                let scope = self.table.scope_of(a, Tag::TypeParams);
                let base = self.window();
                self.enter_params(scope, a.range());
                let params = self.type_params(tp);
                let r = self.temp();
                self.alias_value(a, Some(params), r);
                self.emit(Op::Return, r, 0, 0);
                let code = self.leave();
                self.make_function(code, scope, base - 1);
                self.emit(Op::Call, d, base, 0);
            }
        }
        let name = self.mangled(&n.id);
        self.store_name(&name, d);
    }
    fn alias_value(&mut self, a: &'a StmtTypeAlias, params: Option<Reg>, d: Reg) {
        let Expr::Name(n) = &*a.name else { return };
        let t = self.temps(3);
        self.load_str(t, &n.id);
        match params {
            Some(p) => self.mov(t + 1, p),
            None => self.emit(Op::LoadNone, t + 1, 0, 0),
        }
        let scope = self.table.scope_of(a, Tag::Value);
        self.lazy(scope, &a.value, t + 2);
        self.emit(Op::BuildTuple, t, t, 3);
        self.emit(Op::Intrinsic1, d, t, Intrinsic1::TypeAlias as u16);
    }
}
