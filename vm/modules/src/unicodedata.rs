//! The module `unicodedata`: the Unicode Character Database, version 16.0.0, and its version 3.2.0.
//!
//! The tables that the data come from may be of a later version: what it added is unassigned here, and the few
//! properties that it changed are put right.

use crate::support::{self, ClassCell, given, native, put};
use rustpython_unicode::{LookupResult, NormalizeForm, Ucd, character_name, is_normalized, normalize};
use rustpython_wtf8::CodePoint;
use vasuki_vm::native::{ModuleDef, NativeDef, TypeDef, def, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::str_ops::{from_wtf8, plain, to_wtf8};
use vasuki_vm::types::unicode_version::is_later;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "unicodedata",
    doc: "This module provides access to the Unicode Character Database which\ndefines character properties for all Unicode characters.  The data in\nthis database is based on the UnicodeData.txt file version\n16.0.0 which is publicly available from the Unicode Consortium\nat https://www.unicode.org/Public/16.0.0/ucd/UnicodeData.txt.",
    functions: FUNCTIONS,
    init,
};
/// A version of the database.
#[derive(Clone)]
struct Database {
    modern: bool,
}
impl Payload for Database {
    const NEEDS_DROP: bool = false;
    fn trace(&self, _: &mut dyn FnMut(Value)) {}
}
macro_rules! functions {
    ($($name:literal, $sig:literal, $self_sig:literal, $f:ident, $doc:literal;)*) => {
        static FUNCTIONS: &[NativeDef] = &[$(def($name, $sig, |th, a| $f(th, Db(true), a), $doc)),*];
        static METHODS: &[NativeDef] = &[$(def($name, $self_sig, |th, a| { let db = Db(native::<Database>(th, a[0])?.frozen().modern); $f(th, db, &a[1..]) }, $doc)),*];
    };
}
functions! {
    "bidirectional", "chr, /", "self, chr, /", bidirectional, "Returns the bidirectional class assigned to the character chr as string.\n\nIf no such value is defined, an empty string is returned.";
    "category", "chr, /", "self, chr, /", category, "Returns the general category assigned to the character chr as string.";
    "combining", "chr, /", "self, chr, /", combining, "Returns the canonical combining class assigned to the character chr as integer.\n\nReturns 0 if no combining class is defined.";
    "decimal", "chr, default=<unrepresentable>, /", "self, chr, default=<unrepresentable>, /", decimal, "Converts a Unicode character into its equivalent decimal value.";
    "decomposition", "chr, /", "self, chr, /", decomposition, "Returns the character decomposition mapping assigned to the character chr as string.\n\nAn empty string is returned in case no such mapping is defined.";
    "digit", "chr, default=<unrepresentable>, /", "self, chr, default=<unrepresentable>, /", digit, "Converts a Unicode character into its equivalent digit value.";
    "east_asian_width", "chr, /", "self, chr, /", east_asian_width, "Returns the east asian width assigned to the character chr as string.";
    "is_normalized", "form, unistr, /", "self, form, unistr, /", is_normalized_, "Return whether the Unicode string unistr is in the normal form 'form'.\n\nValid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.";
    "lookup", "name, /", "self, name, /", lookup, "Look up character by name.\n\nIf a character with the given name is found, return the\ncorresponding character.  If not found, KeyError is raised.";
    "mirrored", "chr, /", "self, chr, /", mirrored, "Returns the mirrored property assigned to the character chr as integer.";
    "name", "chr, default=<unrepresentable>, /", "self, chr, default=<unrepresentable>, /", name, "Returns the name assigned to the character chr as a string.";
    "normalize", "form, unistr, /", "self, form, unistr, /", normalize_, "Return the normal form 'form' for the Unicode string unistr.\n\nValid values for form are 'NFC', 'NFKC', 'NFD', and 'NFKD'.";
    "numeric", "chr, default=<unrepresentable>, /", "self, chr, default=<unrepresentable>, /", numeric, "Converts a Unicode character into its equivalent numeric value.";
}
static UCD: TypeDef = TypeDef {
    base: false,
    methods: METHODS,
    getsets: &[getter(
        "unidata_version",
        |th, v| {
            let m = native::<Database>(th, v)?.frozen().modern;
            Ok(th.new_str(if m { "16.0.0" } else { "3.2.0" }))
        },
        "",
    )],
    ..TypeDef::new("unicodedata.UCD", Kind::Payload, payload_size::<Database>())
};
fn init(th: &mut Thread, m: Value) -> R<()> {
    static C: ClassCell = ClassCell::new();
    let class = support::class(th, &C, &UCD)?;
    put(th, m, "UCD", class.value())?;
    let old = payload::new(th, class, Database { modern: false }).value();
    put(th, m, "ucd_3_2_0", old)?;
    let v = th.new_str("16.0.0");
    put(th, m, "unidata_version", v)
}

/// A version: `true` the present one.
#[derive(Clone, Copy)]
struct Db(bool);
impl Db {
    fn ucd(self) -> Ucd {
        Ucd::new(self.0)
    }
    /// The character, if the version has it assigned.
    fn assigned(self, c: u32) -> Option<CodePoint> {
        let p = CodePoint::from_u32(c)?;
        if self.category(c) == "Cn" { None } else { Some(p) }
    }
    fn category(self, c: u32) -> &'static str {
        match CodePoint::from_u32(c) {
            Some(p) if !is_later(c) => match (c, self.0) {
                (0x295, true) => "Ll",
                _ => self.ucd().category(p),
            },
            _ => "Cn",
        }
    }
    fn numeric(self, c: u32) -> Option<f64> {
        match c {
            0x5146 if self.0 => Some(1e6),
            0x12038 | 0x12039 | 0x12079 | 0x12226 | 0x1222B | 0x1230B | 0x1230D | 0x12399 => None,
            _ => self.ucd().numeric(self.assigned(c)?),
        }
    }
}
fn character(th: &mut Thread, v: Value, function: &str) -> R<u32> {
    match v.cast::<Str>() {
        Some(s) if s.len() == 1 => Ok(s.at(0)),
        Some(s) => {
            let n = s.len();
            Err(th.type_error(&format!(
                "{function} argument must be a unicode character, not a string of length {n}"
            )))
        }
        None => {
            let n = support::arg_name(th, v);
            Err(th.type_error(&format!("{function} argument must be a unicode character, not {n}")))
        }
    }
}
fn text_of(th: &mut Thread, s: &str) -> R {
    Ok(th.intern(s).value())
}
fn bidirectional(th: &mut Thread, db: Db, a: &[Value]) -> R {
    let c = character(th, a[0], "bidirectional()")?;
    match db.assigned(c) {
        Some(_) if (0xD800..0xE000).contains(&c) => text_of(th, "L"),
        Some(_) if db.0 && matches!(c, 0x1B3A | 0x1B3C | 0x1B42) => text_of(th, "NSM"),
        Some(p) => text_of(th, db.ucd().bidirectional(p)),
        None => text_of(th, ""),
    }
}
fn category(th: &mut Thread, db: Db, a: &[Value]) -> R {
    let c = character(th, a[0], "category()")?;
    text_of(th, db.category(c))
}
fn combining(th: &mut Thread, db: Db, a: &[Value]) -> R {
    let c = character(th, a[0], "combining()")?;
    Ok(Value::small(db.assigned(c).map_or(0, |p| db.ucd().combining(p) as i64)))
}
fn mirrored(th: &mut Thread, db: Db, a: &[Value]) -> R {
    let c = character(th, a[0], "mirrored()")?;
    Ok(Value::small(db.assigned(c).map_or(0, |p| db.ucd().mirrored(p) as i64)))
}
fn east_asian_width(th: &mut Thread, db: Db, a: &[Value]) -> R {
    let c = character(th, a[0], "east_asian_width()")?;
    let Some(p) = CodePoint::from_u32(c) else { return text_of(th, "N") };
    // The planes of ideographs are wide also where nothing is assigned.
    let width = if is_later(c) && !(0x20000..0x40000).contains(&c) {
        "N"
    } else if db.assigned(c).is_some() {
        db.ucd().east_asian_width(p)
    } else if Db(true).assigned(c).is_some() {
        "N"
    } else {
        Db(true).ucd().east_asian_width(p)
    };
    text_of(th, width)
}
fn decomposition(th: &mut Thread, db: Db, a: &[Value]) -> R {
    let c = character(th, a[0], "decomposition()")?;
    let text = match db.assigned(c) {
        None => String::new(),
        Some(_) if (0xAC00..0xD7A4).contains(&c) => {
            let (n, jamo) = (c - 0xAC00, |base: u32, i: u32| format!("{:04X}", base + i));
            let mut parts = vec![jamo(0x1100, n / 588), jamo(0x1161, n / 28 % 21)];
            if n % 28 != 0 {
                parts.push(jamo(0x11A7, n % 28));
            }
            parts.join(" ")
        }
        Some(p) => match (c, db.0) {
            (0x2F868, true) => "36FC".into(),
            (0x2F874, true) => "5F53".into(),
            (0x2F91F, true) => "243AB".into(),
            (0x2F95F, true) => "7AEE".into(),
            (0x2F9BF, true) => "45D7".into(),
            _ => db.ucd().decomposition(p),
        },
    };
    Ok(th.new_str(&text))
}
fn or_default(th: &mut Thread, v: Option<Value>, default: Value, text: &str) -> R {
    match v.or(given(default)) {
        Some(v) => Ok(v),
        None => Err(th.value_error(text)),
    }
}
fn decimal(th: &mut Thread, db: Db, a: &[Value]) -> R {
    let c = character(th, a[0], "decimal() argument 1")?;
    let v = db.assigned(c).and_then(|p| db.ucd().decimal(p)).map(|n| Value::small(n as i64));
    or_default(th, v, a[1], "not a decimal")
}
fn digit(th: &mut Thread, _: Db, a: &[Value]) -> R {
    let c = character(th, a[0], "digit() argument 1")?;
    // As in CPython, digits are digits in the old version too.
    let v = Db(true)
        .assigned(c)
        .and_then(|p| Db(true).ucd().digit(p))
        .map(|n| Value::small(n as i64));
    or_default(th, v, a[1], "not a digit")
}
fn numeric(th: &mut Thread, db: Db, a: &[Value]) -> R {
    let c = character(th, a[0], "numeric() argument 1")?;
    or_default(th, db.numeric(c).map(Value::float), a[1], "not a numeric character")
}
fn name(th: &mut Thread, db: Db, a: &[Value]) -> R {
    let c = character(th, a[0], "name() argument 1")?;
    let text = match char::from_u32(c) {
        Some(ch) if db.assigned(c).is_some() => character_name(ch),
        _ => None,
    };
    let v = text.map(|t| th.new_str(&t));
    or_default(th, v, a[1], "no such name")
}
fn lookup(th: &mut Thread, db: Db, a: &[Value]) -> R {
    let s = support::str_arg(th, a[0], "lookup() argument")?;
    let text = s.to_string_lossy();
    let unknown = |th: &mut Thread| {
        let m = th.new_str(&format!("undefined character name '{text}'"));
        th.key_error(m)
    };
    if text.len() > 256 {
        let m = th.new_str("name too long");
        return Err(th.key_error(m));
    }
    // Code points in names have no zeros in front.
    let padded = text
        .rsplit_once('-')
        .is_some_and(|(base, n)| n.starts_with('0') && base.eq_ignore_ascii_case("CJK UNIFIED IDEOGRAPH"));
    match db.ucd().lookup(&text) {
        Some(LookupResult::Character(c)) if db.assigned(c as u32).is_some() && !padded => Ok(th.char_str(c as u32)),
        Some(LookupResult::Sequence(s)) => Ok(th.new_str(s)),
        _ => Err(unknown(th)),
    }
}
fn form(th: &mut Thread, v: Value, function: &str) -> R<NormalizeForm> {
    let s = support::str_arg(th, v, &format!("{function}() argument 1"))?;
    match s.to_string_lossy().parse() {
        Ok(f) => Ok(f),
        Err(()) => Err(th.value_error("invalid normalization form")),
    }
}
fn arguments(th: &mut Thread, a: &[Value], function: &str) -> R<(Option<NormalizeForm>, Gc<Str>)> {
    let s = support::str_arg(th, a[1], &format!("{function}() argument 2"))?;
    support::str_arg(th, a[0], &format!("{function}() argument 1"))?;
    // An empty string is normal in every form, also in an unknown one.
    if s.is_empty() {
        return Ok((None, s));
    }
    Ok((Some(form(th, a[0], function)?), s))
}
/// Splits a text where characters stand that the version does not know: those are never changed.
fn pieces(db: Db, s: Gc<Str>) -> Vec<(bool, Vec<u32>)> {
    let mut out: Vec<(bool, Vec<u32>)> = Vec::new();
    for p in s.points() {
        let known = db.category(p) != "Cn";
        match out.last_mut() {
            Some((k, v)) if *k == known => v.push(p),
            _ => out.push((known, vec![p])),
        }
    }
    out
}
fn normalize_(th: &mut Thread, db: Db, a: &[Value]) -> R {
    let (form, s) = arguments(th, a, "normalize")?;
    let Some(form) = form.filter(|_| !s.is_ascii()) else {
        return Ok(plain(th, s));
    };
    if db.0 && !s.points().any(is_later) {
        let text = normalize(form, &to_wtf8(s));
        return Ok(from_wtf8(th, &text));
    }
    let mut out = vasuki_vm::types::str_ops::StrBuilder::new();
    for (known, piece) in pieces(db, s) {
        if !known {
            out.push_points(&piece);
            continue;
        }
        let piece = th.new_str_points(&piece);
        for c in normalize(form, &to_wtf8(piece.as_gc())).code_points() {
            out.push(c.to_u32());
        }
    }
    Ok(out.finish(th))
}
fn is_normalized_(th: &mut Thread, db: Db, a: &[Value]) -> R {
    let (form, s) = arguments(th, a, "is_normalized")?;
    let Some(form) = form.filter(|_| !s.is_ascii()) else {
        return Ok(Value::TRUE);
    };
    if db.0 && !s.points().any(is_later) {
        return Ok(Value::bool(is_normalized(form, &to_wtf8(s))));
    }
    for (known, piece) in pieces(db, s) {
        let piece = th.new_str_points(&piece);
        if known && !is_normalized(form, &to_wtf8(piece.as_gc())) {
            return Ok(Value::FALSE);
        }
    }
    Ok(Value::TRUE)
}
