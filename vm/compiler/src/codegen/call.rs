//! Calls, and attributes of `super()`.

use super::scope::Place;
use super::{Gen, Reg};
use crate::code::{Const, Text};
use crate::op::Op;
use ruff_python_ast::*;
use ruff_text_size::{Ranged, TextRange};

/// Arguments that are passed in registers.
const MOST: usize = 200;

fn spread(a: &Arguments) -> bool {
    a.args.iter().any(Expr::is_starred_expr) || a.keywords.iter().any(|k| k.arg.is_none()) || a.args.len() + a.keywords.len() > MOST
}

impl<'a> Gen<'a> {
    pub(super) fn call(&mut self, c: &'a ExprCall, d: Reg) {
        let whole = c.range();
        if let Expr::Attribute(a) = &*c.func
            && !spread(&c.arguments)
        {
            self.method_call(c, a, d);
            return;
        }
        let base = self.window();
        self.expr(&c.func, base - 1);
        self.pos(whole);
        self.call_with(base, 0, &c.arguments, d);
    }
    fn method_call(&mut self, c: &'a ExprCall, a: &'a ExprAttribute, d: Reg) {
        let whole = c.range();
        let base = self.window();
        self.pos(a.range());
        let this = self.temp();
        debug_assert_eq!(this, base);
        if !self.super_attribute(a, base, true) {
            let mark = self.u.sp;
            // The object is not kept in the window: its registers are written by the opcode.
            let r = self.operand(&a.value);
            let name = self.mangled(&a.attr);
            let n = self.name(&name);
            // The position is that of the attribute's name on several lines.
            self.pos(TextRange::new(a.range().start(), a.range().end()));
            self.emit(Op::LoadMethod, base, r, n);
            self.u.sp = mark;
        }
        for e in &c.arguments.args {
            let t = self.temp();
            self.expr(e, t);
        }
        let n = c.arguments.args.len() + 1;
        self.finish_call(base, n, &c.arguments.keywords, d, whole, true);
    }
    /// Keyword values and the call itself; `n` arguments are in place.
    fn finish_call(&mut self, base: Reg, n: usize, keywords: &'a [Keyword], d: Reg, range: TextRange, method: bool) {
        let mut names = Vec::new();
        for k in keywords {
            let t = self.temp();
            self.expr(&k.value, t);
            if let Some(name) = &k.arg {
                names.push(Const::Str(Text::Utf8(name.as_str().into())));
            }
        }
        self.pos(range);
        let total = (n + keywords.len()) as u16;
        if names.is_empty() {
            self.emit(if method { Op::CallMethod } else { Op::Call }, d, base, total);
        } else {
            let k = self.constant(Const::Tuple(names));
            self.emit_x(if method { Op::CallMethodKw } else { Op::CallKw }, d, base, total, u32::from(k), 0);
        }
    }
    /// Calls `base - 1`; the first `fixed` arguments are in place.
    pub(super) fn call_with(&mut self, base: Reg, fixed: usize, args: &'a Arguments, d: Reg) {
        self.call_with_extra(base, fixed, args, None, d);
    }
    /// The same with one more positional argument at the end.
    pub(super) fn call_with_extra(&mut self, base: Reg, fixed: usize, args: &'a Arguments, extra: Option<Reg>, d: Reg) {
        let range = self.u.range;
        self.u.sp = base + fixed as Reg;
        self.u.max_sp = self.u.max_sp.max(self.u.sp);
        if !spread(args) {
            for e in &args.args {
                let t = self.temp();
                self.expr(e, t);
            }
            if let Some(r) = extra {
                let t = self.temp();
                self.mov(t, r);
            }
            let n = fixed + args.args.len() + usize::from(extra.is_some());
            self.finish_call(base, n, &args.keywords, d, range, false);
            return;
        }
        // A list of arguments and a dict.
        let sole = match &*args.args {
            [Expr::Starred(s)] if fixed == 0 && extra.is_none() => Some(&*s.value),
            _ => None,
        };
        match sole {
            Some(e) => {
                let t = self.temp();
                self.expr(e, t);
            }
            None => {
                self.emit(Op::BuildList, base, base, fixed as u16);
                self.u.sp = base;
                self.temp();
                let mark = self.u.sp;
                for e in &args.args {
                    let (op, e) = match e {
                        Expr::Starred(s) => (Op::ListExtend, &*s.value),
                        e => (Op::ListAppend, e),
                    };
                    let r = self.operand(e);
                    self.emit(op, base, r, 0);
                    self.u.sp = mark;
                }
                if let Some(r) = extra {
                    self.emit(Op::ListAppend, base, r, 0);
                }
            }
        }
        self.u.sp = base + 1;
        let kw = self.temp();
        if args.keywords.is_empty() {
            self.emit(Op::Clear, kw, 0, 0);
        } else {
            self.emit(Op::BuildMap, kw, kw, 0);
            let mark = self.u.sp;
            let mut merged = false;
            for k in &args.keywords {
                match &k.arg {
                    None => {
                        let r = self.operand(&k.value);
                        self.emit(Op::DictMerge, kw, r, base - 1);
                        merged = true;
                    }
                    Some(name) => {
                        let t = self.temps(2);
                        self.load_str(t, name);
                        self.expr(&k.value, t + 1);
                        if merged {
                            self.emit(Op::BuildMap, t, t, 1);
                            self.emit(Op::DictMerge, kw, t, base - 1);
                        } else {
                            self.emit(Op::MapAdd, kw, t, t + 1);
                        }
                    }
                }
                self.u.sp = mark;
            }
        }
        self.pos(range);
        self.emit(Op::CallEx, d, base, 0);
    }
    /// `super().name` without making the super object; false if it is something else. `method`: for a call.
    pub(super) fn super_attribute(&mut self, a: &'a ExprAttribute, d: Reg, method: bool) -> bool {
        let Expr::Call(c) = &*a.value else { return false };
        let Expr::Name(f) = &*c.func else { return false };
        if f.id.as_str() != "super" || !c.arguments.keywords.is_empty() || !matches!(self.place_of("super"), Place::Global) {
            return false;
        }
        let explicit = match &*c.arguments.args {
            [] => {
                let (Place::Deref(_), true) = (self.place_of("__class__"), self.u.argcount > 0) else {
                    return false;
                };
                if !self.u.overlays.is_empty() {
                    return false;
                }
                false
            }
            [x, y] if !x.is_starred_expr() && !y.is_starred_expr() => true,
            _ => return false,
        };
        let mark = self.u.sp;
        let t = self.temps(3);
        self.pos(f.range());
        self.load_name(t, "super");
        if explicit {
            self.expr(&c.arguments.args[0], t + 1);
            self.expr(&c.arguments.args[1], t + 2);
        } else {
            self.pos(c.range());
            self.load_name(t + 1, "__class__");
            let first = self.u.varnames[0].to_string();
            self.load_name(t + 2, &first);
        }
        self.pos(a.range());
        let name = self.mangled(&a.attr);
        let n = self.name(&name);
        let op = if method { Op::LoadSuperMethod } else { Op::LoadSuperAttr };
        self.emit_x(op, d, t, n, u32::from(explicit), 0);
        self.u.sp = mark;
        true
    }
}
