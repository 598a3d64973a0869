//! The encoder of `_json`: pieces of text for a Python value, as `json.encoder` asks for them.

use crate::support::{self, ClassCell, native, type_name};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{TypeDef, def, def_static, getter};
use vasuki_vm::object::{Gc, Kind};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::class::Class;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::list::List;
use vasuki_vm::types::native_function::NativeFunction;
use vasuki_vm::types::payload::{self, Payload, payload_size};
use vasuki_vm::types::str_::{Chars, Str};
use vasuki_vm::types::str_ops::StrBuilder;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::types::{float, int};
use vasuki_vm::value::Value;

fn first_str(th: &mut Thread, v: Value) -> R<Gc<Str>> {
    match v.cast::<Str>() {
        Some(s) => Ok(s),
        None => {
            let name = type_name(th, v);
            Err(th.type_error(&format!("first argument must be a string, not {name}")))
        }
    }
}
pub(crate) fn basestring_ascii(th: &mut Thread, a: &[Value]) -> R {
    let s = first_str(th, a[0])?;
    let mut out = StrBuilder::new();
    quote(&mut out, s, true);
    Ok(out.finish(th))
}
pub(crate) fn basestring(th: &mut Thread, a: &[Value]) -> R {
    let s = first_str(th, a[0])?;
    let mut out = StrBuilder::new();
    quote(&mut out, s, false);
    Ok(out.finish(th))
}
/// Appends a JSON string.
fn quote(out: &mut StrBuilder, s: Gc<Str>, ascii: bool) {
    out.push(0x22);
    if let Chars::One(c) = s.chars() {
        // Runs of plain characters are copied whole.
        let mut from = 0;
        for (i, &b) in c.iter().enumerate() {
            if b < 0x20 || b == b'"' || b == b'\\' || ascii && b > 0x7E {
                out.push_chars(Chars::One(&c[from..i]));
                escape(out, b as u32, ascii);
                from = i + 1;
            }
        }
        out.push_chars(Chars::One(&c[from..]));
    } else {
        for p in s.points() {
            escape(out, p, ascii);
        }
    }
    out.push(0x22);
}
fn escape(out: &mut StrBuilder, p: u32, ascii: bool) {
    match p {
        0x22 => out.push_str("\\\""),
        0x5C => out.push_str("\\\\"),
        8 => out.push_str("\\b"),
        12 => out.push_str("\\f"),
        10 => out.push_str("\\n"),
        13 => out.push_str("\\r"),
        9 => out.push_str("\\t"),
        0..0x20 => out.push_str(&format!("\\u{p:04x}")),
        0x10000.. if ascii => {
            let q = p - 0x10000;
            out.push_str(&format!("\\u{:04x}\\u{:04x}", 0xD800 + (q >> 10), 0xDC00 + (q & 0x3FF)));
        }
        0x7F.. if ascii => out.push_str(&format!("\\u{p:04x}")),
        _ => out.push(p),
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Fast {
    Ascii,
    Plain,
    No,
}
#[derive(Clone)]
struct Encoder {
    markers: Value,
    default: Value,
    encoder: Value,
    fast: Fast,
    indent: Value,
    key_separator: Value,
    item_separator: Value,
    sort_keys: bool,
    skipkeys: bool,
    allow_nan: bool,
}
impl Payload for Encoder {
    const NEEDS_DROP: bool = false;
    fn trace(&self, f: &mut dyn FnMut(Value)) {
        for v in [
            self.markers,
            self.default,
            self.encoder,
            self.indent,
            self.key_separator,
            self.item_separator,
        ] {
            f(v);
        }
    }
}
static ENCODER: TypeDef = TypeDef {
    doc: "Encoder(markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan)",
    methods: &[
        def_static(
            "__new__",
            "cls, markers, default, encoder, indent, key_separator, item_separator, sort_keys, skipkeys, allow_nan",
            encoder_new,
            "",
        ),
        def(
            "__call__",
            "self, obj, _current_indent_level",
            encoder_call,
            "Call self as a function.",
        ),
    ],
    getsets: &[
        getter("markers", |th, v| Ok(native::<Encoder>(th, v)?.frozen().markers), "markers"),
        getter("default", |th, v| Ok(native::<Encoder>(th, v)?.frozen().default), "default"),
        getter("encoder", |th, v| Ok(native::<Encoder>(th, v)?.frozen().encoder), "encoder"),
        getter("indent", |th, v| Ok(native::<Encoder>(th, v)?.frozen().indent), "indent"),
        getter(
            "key_separator",
            |th, v| Ok(native::<Encoder>(th, v)?.frozen().key_separator),
            "key_separator",
        ),
        getter(
            "item_separator",
            |th, v| Ok(native::<Encoder>(th, v)?.frozen().item_separator),
            "item_separator",
        ),
        getter(
            "sort_keys",
            |th, v| Ok(Value::bool(native::<Encoder>(th, v)?.frozen().sort_keys)),
            "sort_keys",
        ),
        getter(
            "skipkeys",
            |th, v| Ok(Value::bool(native::<Encoder>(th, v)?.frozen().skipkeys)),
            "skipkeys",
        ),
    ],
    ..TypeDef::new("_json.Encoder", Kind::Payload, payload_size::<Encoder>())
};
/// `_json.make_encoder`
pub(crate) fn class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::class(th, &C, &ENCODER)
}
fn is_native(v: Value, f: vasuki_vm::native::NativeFn) -> bool {
    v.cast::<NativeFunction>().is_some_and(|n| std::ptr::fn_addr_eq(n.def().func, f))
}
fn encoder_new(th: &mut Thread, a: &[Value]) -> R {
    if !a[1].is_none() && a[1].cast::<Dict>().is_none() {
        let name = type_name(th, a[1]);
        return Err(th.type_error(&format!("make_encoder() argument 1 must be dict or None, not {name}")));
    }
    for (i, what) in [(5, "5"), (6, "6")] {
        if a[i].cast::<Str>().is_none() {
            let name = type_name(th, a[i]);
            return Err(th.type_error(&format!("make_encoder() argument {what} must be str, not {name}")));
        }
    }
    let fast = if is_native(a[3], basestring_ascii) {
        Fast::Ascii
    } else if is_native(a[3], basestring) {
        Fast::Plain
    } else {
        Fast::No
    };
    let e = Encoder {
        markers: a[1],
        default: a[2],
        encoder: a[3],
        fast,
        indent: a[4],
        key_separator: a[5],
        item_separator: a[6],
        sort_keys: th.truth(a[7])?,
        skipkeys: th.truth(a[8])?,
        allow_nan: th.truth(a[9])?,
    };
    Ok(payload::new(th, a[0].as_gc(), e).value())
}
fn encoder_call(th: &mut Thread, a: &[Value]) -> R {
    let e = native::<Encoder>(th, a[0])?.frozen();
    let level = th.to_usize(a[2])?;
    let mut w = Writer { e, out: StrBuilder::new() };
    w.value(th, a[1], level)?;
    let text = w.out.finish(th);
    Ok(th.new_tuple(&[text]))
}
struct Writer<'a> {
    e: &'a Encoder,
    out: StrBuilder,
}
impl Writer<'_> {
    fn string(&mut self, th: &mut Thread, s: Gc<Str>) -> R<()> {
        match self.e.fast {
            Fast::Ascii => quote(&mut self.out, s, true),
            Fast::Plain => quote(&mut self.out, s, false),
            Fast::No => {
                let r = th.call(self.e.encoder, &[s.value()])?;
                match r.cast::<Str>() {
                    Some(r) => self.out.push_gc(r),
                    None => {
                        let name = type_name(th, r);
                        return Err(th.type_error(&format!("encoder() must return a string, not {name}")));
                    }
                }
            }
        }
        Ok(())
    }
    fn float(&mut self, th: &mut Thread, x: f64) -> R<String> {
        if x.is_finite() {
            return Ok(float::repr(x));
        }
        let text = if x.is_nan() {
            "NaN"
        } else if x > 0.0 {
            "Infinity"
        } else {
            "-Infinity"
        };
        if self.e.allow_nan {
            return Ok(text.into());
        }
        Err(th.value_error(&format!("Out of range float values are not JSON compliant: {}", float::repr(x))))
    }
    fn value(&mut self, th: &mut Thread, v: Value, level: usize) -> R<()> {
        match v {
            Value::NONE => self.out.push_str("null"),
            Value::TRUE => self.out.push_str("true"),
            Value::FALSE => self.out.push_str("false"),
            v if v.is_small() => self.out.push_str(&v.as_small().to_string()),
            v => {
                if let Some(s) = v.cast::<Str>() {
                    return self.string(th, s);
                }
                if int::is_int(v) {
                    let text = int::to_decimal(th, v)?;
                    self.out.push_str(&text);
                } else if let Some(x) = float::to_f64(v) {
                    let text = self.float(th, x)?;
                    self.out.push_str(&text);
                } else if v.is_kind(Kind::List) || v.is_kind(Kind::Tuple) {
                    return self.nested(th, v, |w, th| w.array(th, v, level));
                } else if let Some(d) = v.cast::<Dict>() {
                    return self.nested(th, v, |w, th| w.object(th, d, v, level));
                } else {
                    return self.nested(th, v, |w, th| {
                        let r = th.call(w.e.default, &[v])?;
                        if let Err(t) = w.value(th, r, level) {
                            let name = type_name(th, v);
                            return Err(note(th, t, &format!("when serializing {name} object")));
                        }
                        Ok(())
                    });
                }
            }
        }
        Ok(())
    }
    /// Runs `f` with `v` marked as being encoded; ValueError when it is already.
    fn nested(&mut self, th: &mut Thread, v: Value, f: impl FnOnce(&mut Self, &mut Thread) -> R<()>) -> R<()> {
        let marker = match self.e.markers.cast::<Dict>() {
            None => None,
            Some(m) => {
                let id = th.new_uint(v.0);
                if m.get(th, id)?.is_some() {
                    return Err(th.value_error("Circular reference detected"));
                }
                m.set(th, id, v)?;
                Some((m, id))
            }
        };
        th.recurse(" while encoding a JSON object", |th| f(self, th))?;
        if let Some((m, id)) = marker {
            m.remove(th, id)?;
        }
        Ok(())
    }
    fn newline(&mut self, th: &mut Thread, level: usize) -> R<()> {
        let Some(i) = self.e.indent.cast::<Str>() else {
            let name = type_name(th, self.e.indent);
            return Err(th.type_error(&format!("indent must be a string, not {name}")));
        };
        self.out.push(10);
        for _ in 0..level {
            self.out.push_gc(i);
        }
        Ok(())
    }
    fn separator(&mut self, th: &mut Thread, first: &mut bool, level: usize) -> R<()> {
        if !std::mem::replace(first, false) {
            self.out.push_gc(self.e.item_separator.as_gc());
            if !self.e.indent.is_none() {
                return self.newline(th, level);
            }
        } else if !self.e.indent.is_none() {
            return self.newline(th, level);
        }
        Ok(())
    }
    fn array(&mut self, th: &mut Thread, v: Value, level: usize) -> R<()> {
        let mut first = true;
        let mut i = 0;
        loop {
            // The list may change while `default` runs.
            let item = match v.cast::<List>() {
                Some(l) => l.get(th, i)?,
                None => v.as_gc::<Tuple>().items().get(i).copied(),
            };
            let Some(item) = item else { break };
            if i == 0 {
                self.out.push(b'[' as u32);
            }
            self.separator(th, &mut first, level + 1)?;
            if let Err(t) = self.value(th, item, level + 1) {
                let name = type_name(th, v);
                return Err(note(th, t, &format!("when serializing {name} item {i}")));
            }
            i += 1;
        }
        if i == 0 {
            self.out.push_str("[]");
            return Ok(());
        }
        if !self.e.indent.is_none() {
            self.newline(th, level)?;
        }
        self.out.push(b']' as u32);
        Ok(())
    }
    fn object(&mut self, th: &mut Thread, d: Gc<Dict>, v: Value, level: usize) -> R<()> {
        if d.len(th)? == 0 {
            self.out.push_str("{}");
            return Ok(());
        }
        self.out.push(b'{' as u32);
        let mut first = true;
        if self.e.sort_keys || th.class_of(v) != ctx().types.dict {
            let items = support::call_method(th, v, "items", &[])?;
            let items = th.collect(items)?;
            let list = th.new_list_vec(items);
            if self.e.sort_keys {
                support::call_method(th, list, "sort", &[])?;
            }
            for &pair in list.as_gc::<List>().snapshot(th)?.as_slice() {
                let Some([k, x]) = pair.cast::<Tuple>().map(|t| t.items()) else {
                    return Err(th.value_error("items must return 2-tuples"));
                };
                self.pair(th, v, *k, *x, &mut first, level)?;
            }
        } else {
            let (keys, values) = d.snapshot(th)?;
            for (&k, &x) in keys.as_slice().iter().zip(values.as_slice()) {
                self.pair(th, v, k, x, &mut first, level)?;
            }
        }
        if !self.e.indent.is_none() && !first {
            self.newline(th, level)?;
        }
        self.out.push(b'}' as u32);
        Ok(())
    }
    fn pair(&mut self, th: &mut Thread, d: Value, k: Value, x: Value, first: &mut bool, level: usize) -> R<()> {
        let key = match k {
            Value::TRUE => Some("true".to_string()),
            Value::FALSE => Some("false".into()),
            Value::NONE => Some("null".into()),
            k if k.is_kind(Kind::Str) => None,
            k if int::is_int(k) => Some(int::to_decimal(th, k)?),
            k => match float::to_f64(k) {
                Some(f) => Some(self.float(th, f)?),
                None if self.e.skipkeys => return Ok(()),
                None => {
                    let name = type_name(th, k);
                    return Err(th.type_error(&format!("keys must be str, int, float, bool or None, not {name}")));
                }
            },
        };
        self.separator(th, first, level + 1)?;
        match key {
            None => self.string(th, k.as_gc())?,
            Some(text) => {
                let s = th.new_str(&text);
                self.string(th, s.as_gc())?;
            }
        }
        self.out.push_gc(self.e.key_separator.as_gc());
        if let Err(t) = self.value(th, x, level + 1) {
            let (name, key) = (type_name(th, d), th.repr_string(k)?);
            return Err(note(th, t, &format!("when serializing {name} item {key}")));
        }
        Ok(())
    }
}
/// Adds a note to an exception on its way.
fn note(th: &mut Thread, t: Throw, text: &str) -> Throw {
    let Some(e) = t.value() else { return t };
    let text = th.new_str(text);
    match support::call_method(th, e, "add_note", &[text]) {
        Ok(_) => t,
        Err(other) => other,
    }
}
