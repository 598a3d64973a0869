//! CPython's symbol tables, for the module `symtable`: blocks, their names with flags, and the scope of each.
//!
//! Code is generated from `symtable`, which has fewer blocks and other needs. Here everything is as CPython shows it,
//! in its order.

mod analyze;
mod expr;
mod stmt;

use crate::error::{SyntaxError, line_col};
use crate::symtable::mangle;
use crate::syntax::{self, Start};
use crate::tree::with_stack;
use ruff_python_ast::Mod;
use ruff_text_size::TextSize;
use std::collections::HashMap;

/// Flags of a name, and its scope above [`flag::SCOPE_OFFSET`].
pub mod flag {
    #![expect(missing_docs, reason = "CPython's names, documented in its symtable module")]
    pub const DEF_GLOBAL: u32 = 1;
    pub const DEF_LOCAL: u32 = 2;
    pub const DEF_PARAM: u32 = 4;
    pub const DEF_NONLOCAL: u32 = 8;
    pub const USE: u32 = 16;
    pub const DEF_FREE_CLASS: u32 = 64;
    pub const DEF_IMPORT: u32 = 128;
    pub const DEF_ANNOT: u32 = 256;
    pub const DEF_COMP_ITER: u32 = 512;
    pub const DEF_TYPE_PARAM: u32 = 1024;
    pub const DEF_COMP_CELL: u32 = 2048;
    pub const DEF_BOUND: u32 = DEF_LOCAL | DEF_PARAM | DEF_IMPORT | DEF_TYPE_PARAM;
    pub const SCOPE_OFFSET: u32 = 12;
    pub const SCOPE_MASK: u32 = DEF_GLOBAL | DEF_LOCAL | DEF_PARAM | DEF_NONLOCAL;
    pub const LOCAL: u32 = 1;
    pub const GLOBAL_EXPLICIT: u32 = 2;
    pub const GLOBAL_IMPLICIT: u32 = 3;
    pub const FREE: u32 = 4;
    pub const CELL: u32 = 5;
}
use flag::*;

/// Kind of a block; the numbers are CPython's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BlockKind {
    /// function, lambda or comprehension
    Function = 0,
    /// class body
    Class = 1,
    /// the whole source
    Module = 2,
    /// annotations
    Annotation = 3,
    /// value of a type alias
    TypeAlias = 4,
    /// type parameters
    TypeParameters = 5,
    /// bound or default of a type parameter
    TypeVariable = 6,
}

/// A block and its names.
#[derive(Debug)]
pub struct Block {
    /// kind
    pub kind: BlockKind,
    /// name
    pub name: String,
    /// line of the source where it begins; 0 for the whole
    pub line: u32,
    /// is it inside a function?
    pub nested: bool,
    /// names in order of appearance, with their flags
    pub symbols: Vec<(String, u32)>,
    /// parameters
    pub params: Vec<String>,
    /// numbers of the blocks inside
    pub children: Vec<usize>,
    index: HashMap<String, usize>,
    /// sees the names of the class around it
    sees_class: bool,
    /// a comprehension (`Some(true)`: a generator expression)
    comprehension: Option<bool>,
    inlined: bool,
    /// the block of the annotations of a class or module
    annotations: Option<usize>,
    conditional_annotations: bool,
}
impl Block {
    fn get(&self, name: &str) -> Option<u32> {
        self.index.get(name).map(|&i| self.symbols[i].1)
    }
    fn set(&mut self, name: &str, flags: u32) {
        match self.index.get(name) {
            Some(&i) => self.symbols[i].1 = flags,
            None => {
                self.index.insert(name.to_owned(), self.symbols.len());
                self.symbols.push((name.to_owned(), flags));
            }
        }
    }
    fn add(&mut self, name: &str, flags: u32) {
        let old = self.get(name).unwrap_or(0);
        self.set(name, old | flags);
    }
    fn is_function_like(&self) -> bool {
        !matches!(self.kind, BlockKind::Module | BlockKind::Class)
    }
}

/// The blocks of a source; the first is the whole.
pub fn of_source(source: &str, filename: &str, start: Start) -> Result<Vec<Block>, SyntaxError> {
    with_stack(source.len(), || {
        let module = syntax::parse_only(source, filename, start)?;
        syntax::check_names(source, &module).map_err(|e| e.in_file(filename))?;
        Ok(of_tree(source, &module))
    })
}
fn of_tree(source: &str, module: &Mod) -> Vec<Block> {
    let mut b = Builder {
        source,
        blocks: Vec::new(),
        stack: Vec::new(),
        private: None,
        iter_target: false,
        conditional: 0,
        future_annotations: crate::imports_annotations(module),
    };
    b.enter("top", BlockKind::Module, 0);
    match module {
        Mod::Module(m) => b.stmts(&m.body),
        Mod::Expression(e) => b.expr(&e.body),
    }
    let mut blocks = b.blocks;
    analyze::run(&mut blocks);
    blocks
}

struct Builder<'a> {
    source: &'a str,
    blocks: Vec<Block>,
    stack: Vec<usize>,
    /// the class whose private names are mangled
    private: Option<String>,
    /// in the target of a comprehension's `for`
    iter_target: bool,
    /// below `if`, a loop ... in the current block
    conditional: u32,
    future_annotations: bool,
}

impl Builder<'_> {
    fn line(&self, at: TextSize) -> u32 {
        line_col(self.source, at.to_usize()).0
    }
    fn cur(&mut self) -> &mut Block {
        let i = self.stack.last().copied().unwrap_or(0);
        &mut self.blocks[i]
    }
    fn add(&mut self, name: &str, flags: u32) {
        let name = mangle(self.private.as_deref(), name);
        let target = if self.iter_target { DEF_COMP_ITER } else { 0 };
        let b = self.cur();
        b.add(&name, flags | target);
        if flags & DEF_PARAM != 0 {
            b.params.push(name);
        } else if flags & DEF_GLOBAL != 0 {
            self.blocks[0].add(&name, flags);
        }
    }
    fn new_block(&mut self, name: &str, kind: BlockKind, line: u32) -> usize {
        let nested = self.stack.last().is_some_and(|&p| {
            let p = &self.blocks[p];
            p.nested || p.is_function_like()
        });
        self.blocks.push(Block {
            kind,
            name: name.to_owned(),
            line,
            nested,
            symbols: Vec::new(),
            params: Vec::new(),
            children: Vec::new(),
            index: HashMap::new(),
            sees_class: false,
            comprehension: None,
            inlined: false,
            annotations: None,
            conditional_annotations: false,
        });
        self.blocks.len() - 1
    }
    /// Goes into a block that exists; into `children` it comes once.
    fn enter_existing(&mut self, id: usize) {
        let ignored = self.future_annotations && self.blocks[id].kind == BlockKind::Annotation;
        if let Some(&p) = self.stack.last()
            && !ignored
            && !self.blocks[p].children.contains(&id)
        {
            self.blocks[p].children.push(id);
        }
        self.stack.push(id);
    }
    fn enter(&mut self, name: &str, kind: BlockKind, line: u32) {
        let id = self.new_block(name, kind, line);
        self.enter_existing(id);
        if matches!(kind, BlockKind::Annotation | BlockKind::TypeAlias | BlockKind::TypeVariable) {
            self.add(".format", DEF_PARAM);
            self.add(".format", USE);
        }
    }
    fn leave(&mut self) {
        self.stack.pop();
    }
    /// The current block sees the names of the class around it.
    fn see_class(&mut self) {
        self.cur().sees_class = true;
        self.add("__classdict__", USE);
    }
    /// Would a block that is made here see the names of a class?
    fn class_is_seen(&mut self) -> bool {
        let b = self.cur();
        b.sees_class || b.kind == BlockKind::Class
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn comprehensions_are_inlined() {
        let blocks = of_source("[(lambda: x) for x in [1]]", "?", Start::File).expect("valid");
        let flags = blocks[0].get("x").expect("there");
        assert_eq!(flags >> SCOPE_OFFSET, CELL);
        assert_eq!(flags & 0xfff, DEF_LOCAL | DEF_COMP_ITER | DEF_COMP_CELL);
    }
    #[test]
    fn free_and_explicit() {
        let blocks = of_source("def f(a):\n global g\n g = 1\n def h(): return a, g\n", "?", Start::File).expect("valid");
        let find = |n: &str| blocks.iter().find(|b| b.name == n && b.kind == BlockKind::Function).expect("there");
        assert_eq!(find("h").get("a"), Some(USE | FREE << SCOPE_OFFSET));
        assert_eq!(find("f").get("a"), Some(DEF_PARAM | CELL << SCOPE_OFFSET));
        assert_eq!(find("f").get("g"), Some(DEF_GLOBAL | DEF_LOCAL | GLOBAL_EXPLICIT << SCOPE_OFFSET));
    }
}
