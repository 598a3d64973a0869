//! The module `_locale`: the C library's locale.

use crate::support::{self, ClassCell, errno, given, put, put_ints, str_arg};
use std::ffi::{CStr, CString};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::buffer::ValueVec;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_locale",
    doc: "Support for POSIX locales.",
    functions: FUNCTIONS,
    init,
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "bind_textdomain_codeset",
        "domain, codeset, /",
        bind_codeset,
        "Bind the C library's domain to codeset.",
    ),
    def(
        "bindtextdomain",
        "domain, dir, /",
        bind_domain,
        "Bind the C library's domain to dir.",
    ),
    def(
        "dcgettext",
        "domain, msgid, category, /",
        |th, a| {
            support::str_arg(th, a[1], "dcgettext() argument 2")?;
            Ok(a[1])
        },
        "Return translation of msg in domain and category.",
    ),
    def(
        "dgettext",
        "domain, msg, /",
        |th, a| {
            support::str_arg(th, a[1], "dgettext() argument 2")?;
            Ok(a[1])
        },
        "dgettext(domain, msg) -> string\n\nReturn translation of msg in domain.",
    ),
    def("getencoding", "", |th, _| codeset(th), "Get the current locale encoding."),
    def(
        "gettext",
        "msg, /",
        |th, a| {
            support::str_arg(th, a[0], "gettext() argument")?;
            Ok(a[0])
        },
        "gettext(msg) -> string\n\nReturn translation of msg.",
    ),
    def(
        "localeconv",
        "",
        localeconv,
        "Returns numeric and monetary locale-specific parameters.",
    ),
    def(
        "nl_langinfo",
        "key, /",
        nl_langinfo,
        "Return the value for the locale information associated with key.",
    ),
    def(
        "setlocale",
        "category, locale=None, /",
        setlocale,
        "Activates/queries locale processing.",
    ),
    def("strcoll", "os1, os2, /", strcoll, "Compares two strings according to the locale."),
    def(
        "strxfrm",
        "string, /",
        strxfrm,
        "Return a string that can be used as a key for locale-aware comparisons.",
    ),
    def(
        "textdomain",
        "domain, /",
        textdomain,
        "Set the C library's textdmain to domain, returning the new domain.",
    ),
];
macro_rules! constants {
    ($($n:ident)*) => { &[$((stringify!($n), libc::$n as i64)),*] };
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    put_ints(
        th,
        m,
        constants!(LC_CTYPE LC_TIME LC_COLLATE LC_MONETARY LC_MESSAGES LC_NUMERIC LC_ALL),
    )?;
    put_ints(th, m, &[("CHAR_MAX", std::ffi::c_char::MAX as i64)])?;
    put_ints(
        th,
        m,
        constants!(CODESET D_T_FMT D_FMT T_FMT T_FMT_AMPM AM_STR PM_STR RADIXCHAR THOUSEP YESEXPR NOEXPR CRNCYSTR
            ERA ERA_D_T_FMT ERA_D_FMT ERA_T_FMT ALT_DIGITS
            DAY_1 DAY_2 DAY_3 DAY_4 DAY_5 DAY_6 DAY_7 ABDAY_1 ABDAY_2 ABDAY_3 ABDAY_4 ABDAY_5 ABDAY_6 ABDAY_7
            MON_1 MON_2 MON_3 MON_4 MON_5 MON_6 MON_7 MON_8 MON_9 MON_10 MON_11 MON_12
            ABMON_1 ABMON_2 ABMON_3 ABMON_4 ABMON_5 ABMON_6 ABMON_7 ABMON_8 ABMON_9 ABMON_10 ABMON_11 ABMON_12),
    )?;
    let e = error_class(th)?;
    put(th, m, "Error", e.value())
}
fn error_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::exception(th, &C, "locale.Error", ctx().types.Exception, "")
}
fn error(th: &mut Thread, text: &str) -> Throw {
    match error_class(th) {
        Ok(c) => th.error(c, text),
        Err(t) => t,
    }
}
fn c_text(th: &mut Thread, s: Gc<Str>) -> R<CString> {
    let text = vasuki_vm::codecs::utf8_of(th, s)?;
    support::c_string(th, text.as_bytes())
}
/// A text of the C library.
///
/// # Safety
/// `p` is null or a C string.
unsafe fn text(th: &mut Thread, p: *const libc::c_char) -> Value {
    if p.is_null() {
        return th.new_str("");
    }
    // SAFETY: by the caller's promise.
    let s = unsafe { CStr::from_ptr(p) }.to_string_lossy();
    th.new_str(&s)
}
fn setlocale(th: &mut Thread, a: &[Value]) -> R {
    let category = th.to_i32(a[0])?;
    let name = match given(a[1]).filter(|v| !v.is_none()) {
        Some(v) => {
            let s = str_arg(th, v, "setlocale() argument 2")?;
            Some(c_text(th, s)?)
        }
        None => None,
    };
    th.irrevocable()?;
    // SAFETY: a C string or null. Other threads may read the locale meanwhile, as in every program that calls setlocale.
    let r = unsafe { libc::setlocale(category, name.as_ref().map_or(std::ptr::null(), |n| n.as_ptr())) };
    if r.is_null() {
        return Err(error(
            th,
            if name.is_some() {
                "unsupported locale setting"
            } else {
                "locale query failed"
            },
        ));
    }
    // SAFETY: the library's string.
    Ok(unsafe { text(th, r) })
}
fn grouping(th: &mut Thread, p: *const libc::c_char) -> R {
    let mut out = ValueVec::new();
    if !p.is_null() {
        // SAFETY: the library's string.
        let bytes = unsafe { CStr::from_ptr(p) }.to_bytes();
        for &b in bytes {
            out.push(th, Value::small(b as i8 as i64))?;
            if b as i8 as i64 == std::ffi::c_char::MAX as i64 {
                break;
            }
        }
        if !bytes.is_empty() && out.as_slice().last() != Some(&Value::small(std::ffi::c_char::MAX as i64)) {
            out.push(th, Value::small(0))?;
        }
    }
    Ok(th.new_list_vec(out))
}
fn localeconv(th: &mut Thread, _: &[Value]) -> R {
    // SAFETY: the structure stays valid until the next call; its strings are copied at once.
    let c = unsafe { &*libc::localeconv() };
    let d = th.new_dict();
    let set = |th: &mut Thread, k: &str, v: Value| -> R<()> {
        let k = th.intern(k);
        d.as_gc::<Dict>().set_str(th, k, v)
    };
    for (k, p) in [
        ("decimal_point", c.decimal_point),
        ("thousands_sep", c.thousands_sep),
        ("int_curr_symbol", c.int_curr_symbol),
        ("currency_symbol", c.currency_symbol),
        ("mon_decimal_point", c.mon_decimal_point),
        ("mon_thousands_sep", c.mon_thousands_sep),
        ("positive_sign", c.positive_sign),
        ("negative_sign", c.negative_sign),
    ] {
        // SAFETY: the library's strings.
        let v = unsafe { text(th, p) };
        set(th, k, v)?;
    }
    for (k, p) in [("grouping", c.grouping), ("mon_grouping", c.mon_grouping)] {
        let v = grouping(th, p)?;
        set(th, k, v)?;
    }
    for (k, n) in [
        ("int_frac_digits", c.int_frac_digits),
        ("frac_digits", c.frac_digits),
        ("p_cs_precedes", c.p_cs_precedes),
        ("p_sep_by_space", c.p_sep_by_space),
        ("n_cs_precedes", c.n_cs_precedes),
        ("n_sep_by_space", c.n_sep_by_space),
        ("p_sign_posn", c.p_sign_posn),
        ("n_sign_posn", c.n_sign_posn),
    ] {
        set(th, k, Value::small(n as i64))?;
    }
    Ok(d)
}
fn codeset(th: &mut Thread) -> R {
    // SAFETY: the library's string.
    unsafe {
        let p = libc::nl_langinfo(libc::CODESET);
        if p.is_null() || *p == 0 {
            return Ok(th.new_str("utf-8"));
        }
        Ok(text(th, p))
    }
}
fn nl_langinfo(th: &mut Thread, a: &[Value]) -> R {
    let key = th.to_i32(a[0])?;
    // Keys that the module does not name would be misused memory in some C libraries.
    let max = libc::NOEXPR
        .max(libc::CRNCYSTR)
        .max(libc::ABMON_12)
        .max(libc::ALT_DIGITS)
        .max(libc::ERA_T_FMT)
        .max(libc::THOUSEP);
    if !(0..=max).contains(&key) {
        return Err(th.value_error("unsupported langinfo constant"));
    }
    // SAFETY: the library's string.
    Ok(unsafe { text(th, libc::nl_langinfo(key)) })
}
unsafe extern "C" {
    #[link_name = "wcscoll"]
    fn c_wcscoll(a: *const libc::wchar_t, b: *const libc::wchar_t) -> i32;
    #[link_name = "wcsxfrm"]
    fn c_wcsxfrm(to: *mut libc::wchar_t, from: *const libc::wchar_t, n: usize) -> usize;
}
fn wide(th: &mut Thread, v: Value, what: &str) -> R<Vec<libc::wchar_t>> {
    let s = str_arg(th, v, what)?;
    let mut w: Vec<libc::wchar_t> = s.points().map(|p| p as libc::wchar_t).collect();
    if w.contains(&0) {
        return Err(th.value_error("embedded null character"));
    }
    w.push(0);
    Ok(w)
}
fn strcoll(th: &mut Thread, a: &[Value]) -> R {
    let (x, y) = (wide(th, a[0], "strcoll() argument 1")?, wide(th, a[1], "strcoll() argument 2")?);
    // SAFETY: both end in zero.
    Ok(Value::small(unsafe { c_wcscoll(x.as_ptr(), y.as_ptr()) } as i64))
}
fn strxfrm(th: &mut Thread, a: &[Value]) -> R {
    let s = wide(th, a[0], "strxfrm() argument")?;
    // SAFETY: the source ends in zero; the first call only asks for the length.
    let n = unsafe { c_wcsxfrm(std::ptr::null_mut(), s.as_ptr(), 0) };
    if n > isize::MAX as usize / 4 - 1 {
        return Err(th.os_error(errno(), None));
    }
    let mut out: Vec<libc::wchar_t> = vec![0; n + 1];
    // SAFETY: room for n characters and the zero.
    unsafe { c_wcsxfrm(out.as_mut_ptr(), s.as_ptr(), n + 1) };
    let points: Vec<u32> = out[..n]
        .iter()
        .map(|&w| w as u32)
        .map(|w| if w > 0x10_FFFF { w & 0xF_FFFF } else { w })
        .collect();
    Ok(th.new_str_points(&points))
}

// Message catalogs of the C library are not read: the domain's settings are only remembered.

struct Domain {
    name: String,
    dirs: Vec<(String, String)>,
    codesets: Vec<(String, String)>,
}
static DOMAIN: std::sync::Mutex<Domain> = std::sync::Mutex::new(Domain {
    name: String::new(),
    dirs: Vec::new(),
    codesets: Vec::new(),
});
fn domain() -> std::sync::MutexGuard<'static, Domain> {
    DOMAIN.lock().unwrap_or_else(|e| e.into_inner())
}
fn textdomain(th: &mut Thread, a: &[Value]) -> R {
    if !a[0].is_none() {
        let s = str_arg(th, a[0], "textdomain() argument")?.to_string_lossy();
        domain().name = s;
    }
    let name = domain().name.clone();
    Ok(th.new_str(if name.is_empty() { "messages" } else { &name }))
}
fn remember(th: &mut Thread, a: &[Value], codesets: bool) -> R<Option<String>> {
    let what = if codesets {
        "bind_textdomain_codeset() argument 1"
    } else {
        "bindtextdomain() argument 1"
    };
    let name = str_arg(th, a[0], what)?.to_string_lossy();
    if name.is_empty() {
        return Err(error(th, "domain must be a non-empty string"));
    }
    let value = a[1].cast::<Str>().map(|s| s.to_string_lossy());
    let mut d = domain();
    let table = if codesets { &mut d.codesets } else { &mut d.dirs };
    if let Some(v) = value {
        table.retain(|e| e.0 != name);
        table.push((name.clone(), v));
    }
    Ok(table.iter().find(|e| e.0 == name).map(|e| e.1.clone()))
}
fn bind_domain(th: &mut Thread, a: &[Value]) -> R {
    let dir = remember(th, a, false)?;
    Ok(th.new_str(dir.as_deref().unwrap_or("/usr/share/locale")))
}
fn bind_codeset(th: &mut Thread, a: &[Value]) -> R {
    match remember(th, a, true)? {
        Some(c) => Ok(th.new_str(&c)),
        None => Ok(Value::NONE),
    }
}
