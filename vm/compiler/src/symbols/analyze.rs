//! The scope of every name.

use super::flag::*;
use super::{Block, BlockKind};
use std::collections::{BTreeSet, HashMap};

type Names = BTreeSet<String>;

pub(super) fn run(blocks: &mut Vec<Block>) {
    let mut free = Names::new();
    let mut global = Names::new();
    block(blocks, 0, None, &mut free, &mut global, None);
}

/// Scopes of a block's names and of those inside; what they take from outside is added to `free`.
fn block(blocks: &mut Vec<Block>, id: usize, mut bound: Option<Names>, free: &mut Names, global: &mut Names, class: Option<usize>) {
    let is_class = blocks[id].kind == BlockKind::Class;
    let (mut inner_bound, mut inner_global, mut inner_free) = (Names::new(), Names::new(), Names::new());
    if is_class {
        inner_global.clone_from(global);
        inner_bound = bound.clone().unwrap_or_default();
    }
    let mut scopes: HashMap<String, u32> = HashMap::new();
    let mut local = Names::new();
    for (name, flags) in blocks[id].symbols.clone() {
        let scope = scope_of(blocks, &name, flags, bound.as_mut(), &mut local, free, global, class);
        scopes.insert(name, scope);
    }
    if is_class {
        for n in ["__class__", "__classdict__", "__conditional_annotations__"] {
            inner_bound.insert(n.to_owned());
        }
    } else {
        if blocks[id].is_function_like() {
            inner_bound.extend(local.iter().cloned());
        }
        inner_bound.extend(bound.iter().flatten().cloned());
        inner_global.extend(global.iter().cloned());
    }
    let mut cells = Names::new();
    for child in blocks[id].children.clone() {
        let sees = blocks[child].sees_class;
        let outer = if is_class { Some(id) } else { class };
        let inline = blocks[child].comprehension == Some(false) && !blocks[id].sees_class;
        let mut wanted = Names::new();
        let child_class = outer.filter(|_| sees);
        block(
            blocks,
            child,
            Some(inner_bound.clone()),
            &mut wanted,
            &mut inner_global.clone(),
            child_class,
        );
        if inline {
            blocks[child].inlined = true;
            inline_comprehension(blocks, id, child, &mut scopes, &mut wanted, &mut cells);
        }
        inner_free.extend(wanted);
    }
    splice(blocks, id);
    if blocks[id].is_function_like() {
        for (name, scope) in &mut scopes {
            if *scope == LOCAL && (inner_free.contains(name) || cells.contains(name)) {
                *scope = CELL;
                inner_free.remove(name);
            }
        }
    } else if is_class {
        for n in ["__class__", "__classdict__", "__conditional_annotations__"] {
            inner_free.remove(n);
        }
    }
    update(&mut blocks[id], &scopes, bound.as_ref(), &inner_free, &cells);
    free.extend(inner_free);
}

#[expect(clippy::too_many_arguments, reason = "the sets that the analysis goes by")]
fn scope_of(
    blocks: &[Block],
    name: &str,
    flags: u32,
    bound: Option<&mut Names>,
    local: &mut Names,
    free: &mut Names,
    global: &mut Names,
    class: Option<usize>,
) -> u32 {
    if flags & DEF_GLOBAL != 0 {
        global.insert(name.to_owned());
        if let Some(b) = bound {
            b.remove(name);
        }
        return GLOBAL_EXPLICIT;
    }
    if flags & DEF_NONLOCAL != 0 {
        free.insert(name.to_owned());
        return FREE;
    }
    if flags & DEF_BOUND != 0 {
        local.insert(name.to_owned());
        global.remove(name);
        return LOCAL;
    }
    if let Some(in_class) = class.and_then(|c| blocks[c].get(name)) {
        if in_class & DEF_GLOBAL != 0 {
            return GLOBAL_EXPLICIT;
        }
        if in_class & DEF_BOUND != 0 && in_class & DEF_NONLOCAL == 0 {
            return GLOBAL_IMPLICIT;
        }
    }
    if bound.is_some_and(|b| b.contains(name)) {
        free.insert(name.to_owned());
        return FREE;
    }
    GLOBAL_IMPLICIT
}

/// The names of a comprehension become those of the block around it.
fn inline_comprehension(
    blocks: &mut [Block],
    id: usize,
    comp: usize,
    scopes: &mut HashMap<String, u32>,
    wanted: &mut Names,
    cells: &mut Names,
) {
    for (name, flags) in blocks[comp].symbols.clone() {
        if flags & DEF_PARAM != 0 {
            continue;
        }
        let scope = flags >> SCOPE_OFFSET & SCOPE_MASK;
        let only = flags & ((1 << SCOPE_OFFSET) - 1);
        if scope == CELL || only & DEF_COMP_CELL != 0 {
            cells.insert(name.clone());
        }
        match blocks[id].get(&name) {
            None => {
                blocks[id].set(&name, only);
                scopes.insert(name, scope);
            }
            Some(existing) => {
                if blocks[id].kind == BlockKind::Class {
                    continue;
                }
                if only & (USE | DEF_BOUND) == USE {
                    blocks[id].add(&name, USE);
                }
                if existing & DEF_BOUND != 0 && !free_in_children(blocks, comp, &name) {
                    wanted.remove(&name);
                }
            }
        }
    }
}
fn free_in_children(blocks: &[Block], id: usize, name: &str) -> bool {
    blocks[id]
        .children
        .iter()
        .any(|&c| blocks[c].get(name).is_some_and(|f| f >> SCOPE_OFFSET & SCOPE_MASK == FREE))
}
/// The blocks inside inlined comprehensions stand in their place.
fn splice(blocks: &mut [Block], id: usize) {
    let mut children = Vec::new();
    for &c in &blocks[id].children {
        if blocks[c].inlined {
            children.extend_from_slice(&blocks[c].children);
        } else {
            children.push(c);
        }
    }
    blocks[id].children = children;
}
fn update(b: &mut Block, scopes: &HashMap<String, u32>, bound: Option<&Names>, free: &Names, cells: &Names) {
    for (name, flags) in &mut b.symbols {
        if cells.contains(name) {
            *flags |= DEF_COMP_CELL;
        }
        *flags |= scopes.get(name).copied().unwrap_or(0) << SCOPE_OFFSET;
    }
    let marks_class = b.kind == BlockKind::Class || b.sees_class;
    for name in free {
        match b.get(name) {
            Some(f) if marks_class => b.set(name, f | DEF_FREE_CLASS),
            Some(_) => {}
            None if bound.is_some_and(|o| !o.contains(name)) => {}
            None => b.set(name, FREE << SCOPE_OFFSET),
        }
    }
}
