//! Code objects' set-up and end; where names live and how they are read and written.

use super::{Gen, Reg, Unit};
use crate::code::{Code, Const, flags};
use crate::op::Op;
use crate::symtable::{DELETED, Home, Kind, PARAM, mangle};
use ruff_text_size::TextRange;
use std::collections::HashMap;

/// Where a name lives.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    Local(Reg),
    /// register of a cell
    Deref(Reg),
    Global,
    /// in the frame's namespace, then global
    Name,
    /// class body: in its namespace, else the cell
    ClassDeref(Reg),
    /// annotation scope in a class: in the class's namespace, else the cell
    DictDeref(Reg),
    /// the same, else global
    DictGlobal,
}

impl Unit<'_> {
    pub(super) fn new(scope: usize) -> Self {
        Unit {
            scope,
            qualname: String::new(),
            range: TextRange::default(),
            last_range: None,
            firstlineno: 1,
            code: Vec::new(),
            labels: Vec::new(),
            patches: Vec::new(),
            regions: Vec::new(),
            handlers: Vec::new(),
            positions: Vec::new(),
            consts: Vec::new(),
            const_index: HashMap::new(),
            names: Vec::new(),
            name_index: HashMap::new(),
            varnames: Vec::new(),
            locals: HashMap::new(),
            cells: HashMap::new(),
            cellvars: Vec::new(),
            frees: HashMap::new(),
            free_base: 0,
            first_temp: 0,
            sp: 0,
            max_sp: 0,
            bound: Vec::new(),
            never_known: Vec::new(),
            reachable: true,
            overlays: Vec::new(),
            blocks: Vec::new(),
            flags: 0,
            argcount: 0,
            posonly: 0,
            kwonly: 0,
            annotations: Vec::new(),
            nested: 0,
        }
    }
}

impl<'a> Gen<'a> {
    /// Starts a code object.
    pub(super) fn enter(&mut self, scope: usize, name: &str, range: TextRange) {
        let table = self.table;
        let outer = &table.scopes[self.u.scope];
        let global = outer.get(name).is_some_and(|s| s.home == Home::Global);
        let qualname = match outer.kind {
            _ if global && matches!(table.scopes[scope].kind, Kind::Function | Kind::Class) => name.to_owned(),
            Kind::Module => name.to_owned(),
            Kind::Class => format!("{}.{name}", self.u.qualname),
            Kind::TypeParams => match self.units.last() {
                Some(u) => match table.scopes[u.scope].kind {
                    Kind::Module => name.to_owned(),
                    Kind::Class => format!("{}.{name}", u.qualname),
                    _ => format!("{}.<locals>.{name}", u.qualname),
                },
                None => name.to_owned(),
            },
            _ => format!("{}.<locals>.{name}", self.u.qualname),
        };
        let mut u = Unit::new(scope);
        u.qualname = qualname;
        u.range = range;
        u.firstlineno = self.line_col(range.start().to_u32()).0;
        self.units.push(std::mem::replace(&mut self.u, u));
        self.set_up(scope);
    }
    /// Gives every name of the scope its register.
    pub(super) fn set_up(&mut self, scope: usize) {
        let table = self.table;
        let s = &table.scopes[scope];
        let u = &mut self.u;
        if s.is_function() {
            for pass in [true, false] {
                for sym in &s.symbols {
                    let param = sym.flags & PARAM != 0;
                    if param != pass || !(param || sym.home == Home::Local) {
                        continue;
                    }
                    let r = u.varnames.len() as Reg;
                    u.varnames.push(sym.name.as_str().into());
                    u.never_known.push(sym.flags & DELETED != 0);
                    u.locals.insert(sym.name.clone(), r);
                    if u.bound.len() * 64 <= r as usize {
                        u.bound.push(0);
                    }
                    if param && sym.flags & DELETED == 0 {
                        u.bound[r as usize / 64] |= 1 << (r % 64);
                    }
                }
            }
        }
        let mut next = u.varnames.len() as Reg;
        for sym in &s.symbols {
            if s.is_function() && sym.home == Home::Cell {
                let r = match u.locals.get(&sym.name) {
                    Some(&r) => r,
                    None => {
                        next += 1;
                        next - 1
                    }
                };
                u.cells.insert(sym.name.clone(), r);
                u.cellvars.push((sym.name.as_str().into(), r));
            }
        }
        for (needed, name) in [(s.needs_class_cell, "__class__"), (s.needs_classdict, "__classdict__")] {
            if needed {
                u.cells.insert(name.to_owned(), next);
                u.cellvars.push((name.into(), next));
                next += 1;
            }
        }
        u.free_base = next;
        for name in &s.free {
            u.frees.insert(name.clone(), next);
            next += 1;
        }
        u.first_temp = next;
        u.sp = next;
        u.max_sp = next;
    }
    /// Cells of the code object.
    pub(super) fn prologue(&mut self) {
        let n = self.u.frees.len();
        if n > 0 {
            self.emit(Op::CopyFree, self.u.free_base, n as u16, 0);
        }
        for (_, r) in self.u.cellvars.clone() {
            if r as usize >= self.u.varnames.len() {
                self.emit(Op::Clear, r, 0, 0);
            }
            self.emit(Op::MakeCell, r, 0, 0);
        }
    }
    /// Ends the code object that was entered last.
    pub(super) fn leave(&mut self) -> Code {
        let code = self.finish();
        if let Some(u) = self.units.pop() {
            self.u = u;
        }
        code
    }
    pub(super) fn finish(&mut self) -> Code {
        if self.u.reachable {
            self.no_pos();
            let k = self.constant(Const::None);
            self.emit(Op::ReturnConst, k, 0, 0);
        }
        if self.u.code.is_empty() || !self.ends() {
            self.u.reachable = true;
            self.no_pos();
            let k = self.constant(Const::None);
            self.emit(Op::ReturnConst, k, 0, 0);
        }
        self.u.thread_jumps();
        self.u.own_returns();
        self.u.spread_lines();
        if !self.patch() {
            self.too_far = true;
        }
        let s = &self.table.scopes[self.u.scope];
        let nested = self.units.iter().skip(1).any(|u| self.table.scopes[u.scope].is_function());
        let u = &mut self.u;
        if s.is_function() {
            u.flags |= flags::OPTIMIZED | flags::NEWLOCALS;
        }
        if nested {
            u.flags |= flags::NESTED;
        }
        if self.future_annotations {
            u.flags |= flags::FUTURE_ANNOTATIONS;
        }
        Code {
            name: s.name.as_str().into(),
            qualname: u.qualname.as_str().into(),
            filename: self.filename.into(),
            firstlineno: u.firstlineno,
            argcount: u.argcount,
            posonlyargcount: u.posonly,
            kwonlyargcount: u.kwonly,
            flags: u.flags,
            nregs: u.max_sp.max(1) + 1,
            varnames: std::mem::take(&mut u.varnames),
            cellvars: std::mem::take(&mut u.cellvars),
            freevars: s.free.iter().map(|n| n.as_str().into()).collect(),
            free_base: u.free_base,
            names: std::mem::take(&mut u.names),
            consts: std::mem::take(&mut u.consts),
            code: std::mem::take(&mut u.code),
            handlers: std::mem::take(&mut u.handlers),
            positions: std::mem::take(&mut u.positions),
        }
    }
    /// Does no way fall off the end? (labels placed last, after code that does not go on)
    fn ends(&self) -> bool {
        !self.u.reachable
    }
    pub(super) fn mangled(&self, name: &str) -> String {
        mangle(self.table.scopes[self.u.scope].private.as_deref(), name)
    }
    pub(super) fn place_of(&self, name: &str) -> Place {
        for o in self.u.overlays.iter().rev() {
            if let Some(&(r, cell)) = o.homes.get(name) {
                return if cell { Place::Deref(r) } else { Place::Local(r) };
            }
        }
        let s = &self.table.scopes[self.u.scope];
        let Some(sym) = s.get(name) else {
            return if s.is_function() { Place::Global } else { Place::Name };
        };
        match sym.home {
            Home::Local if s.is_function() => Place::Local(self.u.locals[name]),
            Home::Local => Place::Name,
            Home::Cell => Place::Deref(self.u.cells[name]),
            Home::Free => {
                let r = self.u.frees.get(name).copied().unwrap_or(0);
                match s.kind {
                    Kind::Class => Place::ClassDeref(r),
                    _ if s.sees_class && name != "__classdict__" => Place::DictDeref(r),
                    _ => Place::Deref(r),
                }
            }
            Home::Global => Place::Global,
            Home::Implicit if s.sees_class && s.free.iter().any(|n| n == "__classdict__") => Place::DictGlobal,
            Home::Implicit if s.is_function() => Place::Global,
            Home::Implicit => Place::Name,
        }
    }
    /// Register of the cell that an inner block captures.
    pub(super) fn cell_of(&self, name: &str) -> Reg {
        for o in self.u.overlays.iter().rev() {
            if let Some(&(r, true)) = o.homes.get(name) {
                return r;
            }
        }
        self.u.cells.get(name).or_else(|| self.u.frees.get(name)).copied().unwrap_or(0)
    }
    pub(super) fn is_bound(&self, r: Reg) -> bool {
        if r >= self.u.first_temp {
            return !self.u.overlays.iter().any(|o| o.unbound.contains(&r));
        }
        self.u.bound.get(r as usize / 64).is_some_and(|w| w >> (r % 64) & 1 != 0)
    }
    /// The local was assigned (or found bound).
    pub(super) fn now_bound(&mut self, r: Reg) {
        if r >= self.u.first_temp {
            for o in &mut self.u.overlays {
                o.unbound.retain(|&x| x != r);
            }
        } else if !self.u.never_known.get(r as usize).copied().unwrap_or(true) {
            self.u.bound[r as usize / 64] |= 1 << (r % 64);
        }
    }
    pub(super) fn check_bound(&mut self, r: Reg, name: &str) {
        if self.is_bound(r) {
            return;
        }
        if r < self.u.first_temp {
            self.emit(Op::CheckBound, r, 0, 0);
            self.now_bound(r);
            return;
        }
        let (bad, ok) = (self.label(), self.label());
        self.jump(Op::JumpIfEmpty, r, bad);
        self.jump(Op::Jump, 0, ok);
        self.place(bad);
        let mark = self.u.sp;
        let base = self.window();
        let n = self.name("UnboundLocalError");
        self.emit(Op::LoadGlobal, base - 1, n, 0);
        let arg = self.temp();
        self.load_str(
            arg,
            &format!("cannot access local variable '{name}' where it is not associated with a value"),
        );
        self.emit(Op::Call, base, base, 1);
        self.emit(Op::Raise, base, 0, 1);
        self.u.sp = mark;
        self.place(ok);
    }
    /// Reads a (mangled) name into `d`.
    pub(super) fn load_name(&mut self, d: Reg, name: &str) {
        match self.place_of(name) {
            Place::Local(r) => {
                self.check_bound(r, name);
                self.mov(d, r);
            }
            Place::Deref(r) => self.emit(Op::LoadDeref, d, r, 0),
            Place::Global => {
                let n = self.name(name);
                self.emit(Op::LoadGlobal, d, n, 0);
            }
            Place::Name => {
                let n = self.name(name);
                self.emit(Op::LoadName, d, n, 0);
            }
            Place::ClassDeref(r) => {
                let n = self.name(name);
                self.emit(Op::LoadClassDeref, d, r, n);
            }
            Place::DictGlobal => {
                let mark = self.u.sp;
                let t = self.temp();
                let cell = self.cell_of("__classdict__");
                self.emit(Op::LoadDeref, t, cell, 0);
                let n = self.name(name);
                self.emit(Op::LoadClassGlobal, d, n, t);
                self.u.sp = mark;
            }
            Place::DictDeref(r) => {
                let mark = self.u.sp;
                let t = self.temp();
                let cell = self.cell_of("__classdict__");
                self.emit(Op::LoadDeref, t, cell, 0);
                let n = self.name(name);
                self.emit(Op::LoadDictDeref, t, r, n);
                self.mov(d, t);
                self.u.sp = mark;
            }
        }
    }
    /// Writes `s` to a (mangled) name.
    pub(super) fn store_name(&mut self, name: &str, s: Reg) {
        match self.place_of(name) {
            Place::Local(r) => {
                self.mov(r, s);
                self.now_bound(r);
            }
            Place::Deref(r) | Place::DictDeref(r) => self.emit(Op::StoreDeref, r, s, 0),
            Place::ClassDeref(r) => {
                // `nonlocal` in a class body
                self.emit(Op::StoreDeref, r, s, 0);
            }
            Place::Global | Place::DictGlobal => {
                let n = self.name(name);
                self.emit(Op::StoreGlobal, n, s, 0);
            }
            Place::Name => {
                let n = self.name(name);
                self.emit(Op::StoreName, n, s, 0);
            }
        }
    }
    pub(super) fn delete_name(&mut self, name: &str) {
        match self.place_of(name) {
            Place::Local(r) => self.emit(Op::DeleteLocal, r, 0, 0),
            Place::Deref(r) | Place::DictDeref(r) | Place::ClassDeref(r) => self.emit(Op::DeleteDeref, r, 0, 0),
            Place::Global | Place::DictGlobal => {
                let n = self.name(name);
                self.emit(Op::DeleteGlobal, n, 0, 0);
            }
            Place::Name => {
                let n = self.name(name);
                self.emit(Op::DeleteName, n, 0, 0);
            }
        }
    }
    /// The register of a name if it is a local.
    pub(super) fn local_of(&self, name: &str) -> Option<Reg> {
        match self.place_of(&self.mangled(name)) {
            Place::Local(r) => Some(r),
            _ => None,
        }
    }
}
