//! `# type:` comments: where they stand and what they say.

use super::build::Builder;
use super::grammar::Node;
use ruff_text_size::TextSize;
use std::cell::RefCell;
use std::collections::BTreeSet;
use vasuki_compiler::error::SyntaxError;
use vasuki_compiler::tokenizer::{Tokenizer, kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::value::Value;

/// The type comments of a source.
pub(super) struct TypeComments {
    /// offset and text of types, sorted
    types: Vec<(u32, String)>,
    /// offset and text of `# type: ignore`
    ignores: Vec<(u32, String)>,
    /// those that belong to a node
    used: RefCell<BTreeSet<u32>>,
    /// those that are the second of a function
    doubled: RefCell<BTreeSet<u32>>,
}

impl TypeComments {
    /// Finds them.
    pub(super) fn of(source: &str) -> TypeComments {
        let (mut types, mut ignores) = (Vec::new(), Vec::new());
        let mut tokens = Tokenizer::new(source, true);
        while let Ok(t) = tokens.next_token() {
            match t.kind {
                kind::ENDMARKER => break,
                kind::COMMENT => {
                    let Some(text) = type_of(&source[t.start..t.end]) else { continue };
                    let at = t.start as u32;
                    match text.strip_prefix("ignore") {
                        Some(tag) if !tag.starts_with(|c: char| !c.is_ascii() || c.is_ascii_alphanumeric()) => {
                            ignores.push((at, tag.to_owned()));
                        }
                        _ => types.push((at, text.to_owned())),
                    }
                }
                _ => {}
            }
        }
        TypeComments {
            types,
            ignores,
            used: RefCell::default(),
            doubled: RefCell::default(),
        }
    }
    /// The first within a part of the source; it then belongs to who asked.
    pub(super) fn within(&self, from: u32, to: u32) -> Option<&str> {
        let first = self.types.partition_point(|c| c.0 < from);
        let (at, text) = self.types.get(first).filter(|c| c.0 < to)?;
        self.used.borrow_mut().insert(*at);
        Some(text)
    }
    /// Notes what comes second between the head of a function and its body.
    pub(super) fn note_second(&self, from: u32, to: u32) {
        let first = self.types.partition_point(|c| c.0 < from);
        if let Some((at, _)) = self.types.get(first + 1).filter(|c| c.0 < to) {
            self.doubled.borrow_mut().insert(*at);
        }
    }
    /// CPython's grammar has type comments at certain places only.
    pub(super) fn misplaced(&self, source: &str) -> Option<SyntaxError> {
        let used = self.used.borrow();
        let (at, text) = self.types.iter().find(|c| !used.contains(&c.0))?;
        let start = *at as usize;
        let whole = source[start..].find(text.as_str()).unwrap_or(0) + text.len();
        let msg = if self.doubled.borrow().contains(at) {
            "Cannot have two type comments on def"
        } else {
            "invalid syntax"
        };
        Some(SyntaxError::at(source, start, start + whole, msg))
    }
    /// The `type_ignores` of a module.
    pub(super) fn ignores(&self, th: &mut Thread, b: &Builder) -> R {
        let mut out = ValueVec::new();
        for (at, tag) in &self.ignores {
            let (line, _) = b.places.at(TextSize::new(*at));
            let tag = th.new_str(tag);
            let node = b.make(th, Node::TypeIgnore, &[Value::small(line), tag])?;
            out.push(th, node)?;
        }
        Ok(th.new_list_vec(out))
    }
}
/// What follows `# type: `.
fn type_of(comment: &str) -> Option<&str> {
    let blank = |c: char| c == ' ' || c == '\t';
    let rest = comment.strip_prefix('#')?.trim_start_matches(blank).strip_prefix("type:")?;
    Some(rest.trim_start_matches(blank))
}
