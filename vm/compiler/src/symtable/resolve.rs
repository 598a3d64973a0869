//! Second half: from what each block binds and uses to where each name lives.

use super::{BOUND, GLOBAL, Home, Kind, NONLOCAL, PARAM, SymbolTable};
use crate::error::SyntaxError;
use std::collections::HashSet;

pub(super) fn run(t: &mut SymbolTable, _source: &str) -> Result<(), SyntaxError> {
    block(t, 0, &HashSet::new())?;
    Ok(())
}

/// Gives the names that the block and those inside capture from outside.
fn block(t: &mut SymbolTable, id: usize, outer: &HashSet<String>) -> Result<Vec<String>, SyntaxError> {
    let scope = &mut t.scopes[id];
    let function = scope.is_function();
    let inlined = scope.inlined;
    let mut free: Vec<String> = Vec::new();
    let mut inner = outer.clone();
    for s in &mut scope.symbols {
        s.home = if s.flags & GLOBAL != 0 {
            // What a class declares global is so in its own body only.
            if function {
                inner.remove(&s.name);
            }
            Home::Global
        } else if s.flags & NONLOCAL != 0 {
            if !outer.contains(&s.name) {
                return Err(SyntaxError::new(format!("no binding for nonlocal '{}' found", s.name)));
            }
            free.push(s.name.clone());
            Home::Free
        } else if s.flags & (BOUND | PARAM) != 0 {
            if function {
                inner.insert(s.name.clone());
            }
            Home::Local
        } else if outer.contains(&s.name) {
            if !inlined {
                free.push(s.name.clone());
            }
            Home::Free
        } else {
            Home::Implicit
        };
    }
    if scope.kind == Kind::Class {
        inner.insert("__class__".to_owned());
        inner.insert("__classdict__".to_owned());
    }
    for child in scope.children.clone() {
        let wanted = block(t, child, &inner)?;
        let scope = &mut t.scopes[id];
        for name in wanted {
            if scope.kind == Kind::Class && name == "__class__" {
                scope.needs_class_cell = true;
                continue;
            }
            if scope.kind == Kind::Class && name == "__classdict__" {
                scope.needs_classdict = true;
                continue;
            }
            let known = scope.index.get(&name).copied();
            match known {
                Some(i) if function && matches!(scope.symbols[i].home, Home::Local | Home::Cell) => {
                    scope.symbols[i].home = Home::Cell;
                }
                Some(_) => {
                    if !free.contains(&name) {
                        free.push(name);
                    }
                }
                None => {
                    if !inlined {
                        scope.add(&name, 0);
                        if let Some(s) = scope.symbols.last_mut() {
                            s.home = Home::Free;
                        }
                    }
                    if !free.contains(&name) {
                        free.push(name);
                    }
                }
            }
        }
    }
    t.scopes[id].free = free.clone();
    Ok(free)
}
