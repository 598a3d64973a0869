//! Class statements.

use super::stmt::docstring;
use super::{Gen, Reg};
use crate::code::{Const, Text};
use crate::op::{Intrinsic1, Op};
use crate::symtable::Tag;
use ruff_python_ast::*;
use ruff_text_size::{Ranged, TextRange};

impl<'a> Gen<'a> {
    pub(super) fn class(&mut self, c: &'a StmtClassDef) {
        let d = self.temp();
        let regs = self.decorators(&c.decorator_list);
        let start = c.decorator_list.first().map_or(c.range().start(), |d| d.range().start());
        let range = TextRange::new(start.min(c.range().end()), c.range().end());
        match c.type_params.as_deref() {
            None => self.class_value(c, range, None, d),
            Some(tp) => {
                let scope = self.table.scope_of(c, Tag::TypeParams);
                let base = self.window();
                self.enter_params(scope, range);
                let params = self.type_params(tp);
                self.store_name(".type_params", params);
                let generic = self.temp();
                self.emit(Op::Intrinsic1, generic, params, Intrinsic1::SubscriptGeneric as u16);
                let r = self.temp();
                self.class_value(c, range, Some(generic), r);
                self.emit(Op::Return, r, 0, 0);
                let code = self.leave();
                self.make_function(code, scope, base - 1);
                self.emit(Op::Call, d, base, 0);
            }
        }
        self.decorate(&regs, &c.decorator_list, d);
        self.pos(self.definition(c.range(), &c.decorator_list));
        let name = self.mangled(&c.name);
        self.store_name(&name, d);
    }
    fn class_value(&mut self, c: &'a StmtClassDef, range: TextRange, generic: Option<Reg>, d: Reg) {
        let mark = self.u.sp;
        let base = self.window();
        let t = self.temps(2);
        let scope = self.table.scope_of(c, Tag::Body);
        let code = {
            self.enter(scope, &c.name, range);
            self.class_body(c, generic.is_some());
            self.leave()
        };
        self.pos(self.definition(c.range(), &c.decorator_list));
        self.emit(Op::LoadBuildClass, base - 1, 0, 0);
        self.make_function(code, scope, t);
        self.load_str(t + 1, &c.name);
        match (&c.arguments, generic) {
            (Some(a), g) => self.call_with_extra(base, 2, a, g, d),
            (None, Some(g)) => {
                let x = self.temp();
                self.mov(x, g);
                self.emit(Op::Call, d, base, 3);
            }
            (None, None) => self.emit(Op::Call, d, base, 2),
        }
        self.u.sp = mark;
    }
    fn class_body(&mut self, c: &'a StmtClassDef, generic: bool) {
        self.emit(Op::Resume, 0, 0, 0);
        self.prologue();
        let id = self.u.scope;
        let table = self.table;
        let s = &table.scopes[id];
        let t = self.temp();
        if s.needs_classdict {
            self.emit(Op::LoadLocals, t, 0, 0);
            let cell = self.cell_of("__classdict__");
            self.emit(Op::StoreDeref, cell, t, 0);
        }
        let name = self.name("__name__");
        self.emit(Op::LoadName, t, name, 0);
        self.store_plain("__module__", t);
        let qualname = self.u.qualname.clone();
        self.load_str(t, &qualname);
        self.store_plain("__qualname__", t);
        let line = self.u.firstlineno;
        self.emit(Op::LoadInt, t, line as u16, (line >> 16) as u16);
        self.store_plain("__firstlineno__", t);
        if generic {
            self.load_name(t, ".type_params");
            self.store_plain("__type_params__", t);
        }
        if s.conditional_annotations {
            self.emit(Op::BuildSet, t, t, 0);
            self.store_plain("__conditional_annotations__", t);
        }
        if let Some(d) = docstring(&c.body) {
            self.store_doc(d);
        }
        self.body_after_doc(&c.body);
        self.no_pos();
        self.class_annotate();
        let names = s
            .static_attributes
            .iter()
            .map(|n| Const::Str(Text::Utf8(n.as_str().into())))
            .collect();
        self.load_const(t, Const::Tuple(names));
        self.store_plain("__static_attributes__", t);
        if s.needs_classdict {
            let cell = self.cell_of("__classdict__");
            self.store_plain("__classdictcell__", cell);
        }
        if s.needs_class_cell {
            let cell = self.cell_of("__class__");
            self.store_plain("__classcell__", cell);
            self.emit(Op::Return, cell, 0, 0);
        }
    }
    /// Into the class's namespace, whatever the name means in the body.
    fn store_plain(&mut self, name: &str, r: Reg) {
        let n = self.name(name);
        self.emit(Op::StoreName, n, r, 0);
    }
}
