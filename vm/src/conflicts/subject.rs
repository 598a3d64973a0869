//! What two places want: which object, and what of it.

use super::site::Target;
use crate::object::{Kind, Obj};
use crate::types::class::class_of_obj;
use crate::types::str_::Str;
use crate::value::Value;
use rustc_hash::FxHashMap;
use std::sync::Arc;
use vasuki_stm::Header;

/// Characters of a key that are shown.
const LONGEST: usize = 24;

/// An object, as far as it is known once it is gone.
#[derive(Clone, Default, Debug, PartialEq, Eq)]
pub(super) struct Subject {
    kind: Option<Kind>,
    class: Arc<str>,
}
/// What may be done about a conflict depends on this.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Sort {
    Attribute,
    Class,
    Global,
    Closure,
    Sequence,
    Mapping,
    Iterator,
    Other,
}

/// The object that a word of the protocol belongs to.
fn object_of(h: *const Header) -> Option<Obj> {
    let p = crate::memory::heap().find(h as u64)?;
    // SAFETY: the collector says that an object begins there; the caller knows that it is alive.
    Some(unsafe { Obj::from_addr(p.as_ptr() as u64) })
}
/// Kind and shape, which tell objects of different kinds apart.
pub(super) fn key_of(h: *const Header) -> (u8, u32) {
    object_of(h).map_or((0, 0), |o| (o.kind() as u8, o.shape_id()))
}
/// A number or a short string as it is shown.
pub(super) fn key_text(v: Value) -> Option<String> {
    if v.is_small() {
        return Some(v.as_small().to_string());
    }
    let text = v.cast::<Str>()?.to_string_lossy();
    let short: String = text.chars().take(LONGEST).collect();
    Some(if short.len() < text.len() {
        format!("{short:?}...")
    } else {
        format!("{short:?}")
    })
}

impl Subject {
    /// The object that this word belongs to; it is alive.
    pub(super) fn new(h: *const Header) -> Subject {
        let Some(o) = object_of(h) else {
            return Subject::default();
        };
        let class = if o.shape_id() == 0 {
            Arc::default()
        } else if o.kind() == Kind::Class {
            o.value().as_gc::<crate::types::class::Class>().name_str().into()
        } else {
            class_of_obj(o).name_str().into()
        };
        Subject {
            kind: Some(o.kind()),
            class,
        }
    }
    fn container(&self) -> &str {
        match self.kind {
            Some(Kind::Buffer) => "list",
            Some(Kind::DictTable) => "dict",
            Some(Kind::SetTable) => "set",
            _ if self.class.is_empty() => "object",
            _ => &self.class,
        }
    }
    pub(super) fn sort(&self, loser: &Target) -> Sort {
        match (self.kind, loser) {
            (None, _) => Sort::Other,
            (Some(Kind::Cell), _) => Sort::Closure,
            (Some(Kind::Class), _) => Sort::Class,
            (_, Target::Global(_)) => Sort::Global,
            (Some(Kind::Instance | Kind::Exception | Kind::Module), _) => Sort::Attribute,
            (Some(Kind::Buffer | Kind::Payload), Target::Attribute(_)) => Sort::Attribute,
            (Some(Kind::List | Kind::Buffer), _) => Sort::Sequence,
            (Some(Kind::Dict | Kind::DictTable | Kind::Set | Kind::SetTable), _) => Sort::Mapping,
            (Some(Kind::Iter | Kind::Generator), _) => Sort::Iterator,
            _ => Sort::Other,
        }
    }
    /// What it is about, in words: `loser` and `winner` are what the two places reach for.
    pub(super) fn describe(&self, loser: &Target, winner: &Target, keys: &[String], more: bool) -> String {
        let of = || article(self.container());
        match (self.sort(loser), loser, winner) {
            (Sort::Closure, Target::Closure(n), _) | (Sort::Closure, _, Target::Closure(n)) => {
                format!("the variable {n} of an enclosing function")
            }
            (Sort::Closure, ..) => "a variable of an enclosing function".into(),
            (Sort::Global, Target::Global(a), Target::Global(b)) if a != b => {
                format!("global variables of one module ({a} is used while {b} is set)")
            }
            (Sort::Global, Target::Global(n), _) => format!("the global variable {n}"),
            (Sort::Class, Target::Attribute(n), _) | (Sort::Class, _, Target::Attribute(n)) => {
                format!("the attribute {n} of the class {}", self.class)
            }
            (Sort::Class, ..) => format!("the class {}", self.class),
            (Sort::Attribute, Target::Attribute(a), Target::Attribute(b)) if a != b => {
                format!("the attributes {a} and {b} of {} object", of())
            }
            (Sort::Attribute, Target::Attribute(n), _) | (Sort::Attribute, _, Target::Attribute(n)) => {
                format!("the attribute {n} of {} object", of())
            }
            (Sort::Attribute, ..) => format!("{} object", of()),
            (Sort::Iterator, ..) => format!("{} that both take items from", of()),
            (sort, ..) => {
                let item = sort == Sort::Mapping || matches!(loser, Target::Item) || matches!(winner, Target::Item);
                if keys.is_empty() || !item {
                    return of();
                }
                let number = keys.iter().all(|k| !k.starts_with('"'));
                let label = if sort != Sort::Mapping && number { "index" } else { "key" };
                format!("{} ({label} {}{})", of(), keys.join(", "), if more { ", and others" } else { "" })
            }
        }
    }
}
/// Subjects that a thread has met, by kind and shape: their names are not made again.
#[derive(Default)]
pub(super) struct Subjects(FxHashMap<(u8, u32), Subject>);
impl Subjects {
    /// That of the object that this word belongs to, which is alive, and its [`key_of`].
    pub(super) fn of(&mut self, h: *const Header) -> ((u8, u32), Subject) {
        let key = key_of(h);
        if key.0 == Kind::Class as u8 {
            return (key, Subject::new(h));
        }
        (key, self.0.entry(key).or_insert_with(|| Subject::new(h)).clone())
    }
}
fn article(noun: &str) -> String {
    let an = noun.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']);
    format!("{} {noun}", if an { "an" } else { "a" })
}
