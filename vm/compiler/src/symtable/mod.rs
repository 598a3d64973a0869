//! Scopes: which names a block binds, and where each name of a block lives.
//!
//! Every block gets a scope, found again by the address of its syntax node and a [`Tag`]: the tree must not move between
//! this pass and code generation. List, set and dict comprehensions outside class bodies are *inlined*: their scope
//! holds their own targets only; every other name they use counts as used by the scope around them.

pub(crate) mod build;
mod resolve;

use crate::error::SyntaxError;
use std::collections::HashMap;

/// What a scope's node is asked for (one node may own several scopes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// the block itself
    Body,
    /// its type parameters
    TypeParams,
    /// its annotations
    Annotate,
    /// bound of a type parameter, or the value of a type alias
    Value,
    /// default of a type parameter
    Default,
}

/// Kind of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// module, interactive statement, `eval` expression
    Module,
    /// class body
    Class,
    /// `def`
    Function,
    /// `lambda`
    Lambda,
    /// comprehension or generator expression
    Comp,
    /// type parameters of a class, function or alias
    TypeParams,
    /// lazily evaluated annotation, bound or alias value
    Lazy,
}

/// Flag of a symbol: it is a parameter.
pub const PARAM: u16 = 1;
/// bound by an assignment, import, definition ...
pub const BOUND: u16 = 2;
/// read
pub const USED: u16 = 4;
/// declared `global`
pub const GLOBAL: u16 = 8;
/// declared `nonlocal`
pub const NONLOCAL: u16 = 16;
/// deleted somewhere: never known to be bound
pub const DELETED: u16 = 32;

/// Where a name lives, seen from its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Home {
    /// a local of this block
    Local,
    /// a local that inner blocks capture
    Cell,
    /// a variable of an enclosing function
    Free,
    /// declared global
    Global,
    /// not found in any enclosing function
    Implicit,
}

/// A name in a scope.
#[derive(Clone, Debug)]
pub struct Symbol {
    /// the (mangled) name
    pub name: String,
    /// PARAM ...
    pub flags: u16,
    /// where it lives
    pub home: Home,
}

/// A block's names.
#[derive(Debug)]
pub struct Scope {
    /// kind of block
    pub kind: Kind,
    /// its name
    pub name: String,
    /// enclosing block
    pub parent: Option<usize>,
    /// enclosed blocks
    pub children: Vec<usize>,
    /// in order of appearance
    pub symbols: Vec<Symbol>,
    index: HashMap<String, usize>,
    /// captured from outside, passed through included
    pub free: Vec<String>,
    /// has `yield`
    pub is_generator: bool,
    /// has `await` or async comprehensions
    pub has_await: bool,
    /// a comprehension compiled in place
    pub inlined: bool,
    /// annotation scope in a class: sees the class's names
    pub sees_class: bool,
    /// class: methods need the `__class__` cell
    pub needs_class_cell: bool,
    /// class: annotation scopes need its namespace
    pub needs_classdict: bool,
    /// has an assignment expression
    pub has_walrus: bool,
    /// has annotations below `if` or a loop
    pub conditional_annotations: bool,
    /// class name for mangling
    pub private: Option<String>,
    /// class: attributes assigned through `self`
    pub static_attributes: Vec<String>,
}

impl Scope {
    /// The symbol called `name`.
    pub fn get(&self, name: &str) -> Option<&Symbol> {
        self.index.get(name).map(|&i| &self.symbols[i])
    }
    fn add(&mut self, name: &str, flags: u16) {
        if let Some(&i) = self.index.get(name) {
            self.symbols[i].flags |= flags;
        } else {
            self.index.insert(name.to_owned(), self.symbols.len());
            self.symbols.push(Symbol {
                name: name.to_owned(),
                flags,
                home: Home::Implicit,
            });
        }
    }
    /// Do names of this block live in registers?
    pub fn is_function(&self) -> bool {
        !matches!(self.kind, Kind::Module | Kind::Class)
    }
}

/// All scopes of a source.
#[derive(Debug)]
pub struct SymbolTable {
    /// the first is the module's
    pub scopes: Vec<Scope>,
    keys: HashMap<(usize, Tag), usize>,
}

impl SymbolTable {
    /// The scope of a node.
    pub fn scope_of<T>(&self, node: &T, tag: Tag) -> usize {
        self.keys.get(&(std::ptr::from_ref(node) as usize, tag)).copied().unwrap_or(0)
    }
    /// Makes the table.
    pub fn build(source: &str, module: &ruff_python_ast::Mod, future_annotations: bool) -> Result<SymbolTable, SyntaxError> {
        let mut table = build::run(source, module, future_annotations)?;
        resolve::run(&mut table, source)?;
        Ok(table)
    }
}

/// `__name` in class `_C` is `_C__name`.
pub fn mangle(private: Option<&str>, name: &str) -> String {
    match private {
        Some(class) if name.starts_with("__") && !name.ends_with("__") && !name.contains('.') => {
            let class = class.trim_start_matches('_');
            if class.is_empty() {
                name.to_owned()
            } else {
                format!("_{class}{name}")
            }
        }
        _ => name.to_owned(),
    }
}

impl SymbolTable {
    /// The scope of the annotations of a class or module, by the number of its scope.
    pub fn block_annotations(&self, block: usize) -> Option<usize> {
        self.keys.get(&(block, Tag::Annotate)).copied()
    }
}
