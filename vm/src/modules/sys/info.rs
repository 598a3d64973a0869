//! Versions, flags and limits: the named tuples of `sys`.

use super::put;
use crate::context::ctx;
use crate::structseq;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::buffer::ValueVec;
use crate::value::Value;

/// The Python version that Vasuki runs.
pub const PYTHON_VERSION: (i64, i64, i64) = (3, 14, 0);

enum V<'a> {
    I(i64),
    F(f64),
    S(&'a str),
    B(bool),
    N,
}
fn sequence(th: &mut Thread, name: &str, fields: &[(&str, V<'_>)]) -> R {
    let names: Vec<&str> = fields.iter().map(|f| f.0).collect();
    let class = structseq::new_class(th, name, name, &names, names.len())?;
    let mut values = ValueVec::new();
    for (_, v) in fields {
        let v = match v {
            V::I(n) => th.new_int(*n),
            V::F(f) => Value::float(*f),
            V::S(s) => th.new_str(s),
            V::B(b) => Value::bool(*b),
            V::N => Value::NONE,
        };
        values.push(th, v)?;
    }
    structseq::new(th, class, values.as_slice())
}

/// Adds them to the module.
pub fn add(th: &mut Thread, m: Value) -> R<()> {
    let (a, b, c) = PYTHON_VERSION;
    let text = format!("{a}.{b}.{c} (vasuki {}) [Rust]", env!("CARGO_PKG_VERSION"));
    let version = th.new_str(&text);
    put(th, m, "version", version)?;
    put(th, m, "hexversion", Value::small(a << 24 | b << 16 | c << 8 | 0xF0))?;
    put(th, m, "api_version", Value::small(1013))?;
    let info = |th: &mut Thread, name: &str, n: [i64; 3]| {
        sequence(
            th,
            name,
            &[
                ("major", V::I(n[0])),
                ("minor", V::I(n[1])),
                ("micro", V::I(n[2])),
                ("releaselevel", V::S("final")),
                ("serial", V::I(0)),
            ],
        )
    };
    let version_info = info(th, "sys.version_info", [a, b, c])?;
    put(th, m, "version_info", version_info)?;
    let own: Vec<i64> = env!("CARGO_PKG_VERSION").split('.').map(|p| p.parse().unwrap_or(0)).collect();
    let own = info(th, "sys.version_info", [own[0], own[1], own[2]])?;
    let implementation = th.call(ctx().types.simple_namespace.value(), &[])?;
    let name = th.new_str("vasuki");
    let tag = th.new_str("vasuki-314");
    put(th, implementation, "name", name)?;
    put(th, implementation, "cache_tag", tag)?;
    put(th, implementation, "version", own)?;
    put(th, implementation, "hexversion", Value::small(a << 24 | b << 16 | c << 8 | 0xF0))?;
    put(th, implementation, "supports_isolated_interpreters", Value::FALSE)?;
    put(th, m, "implementation", implementation)?;
    let git = ["vasuki", "", ""].map(|s| th.new_str(s));
    let git = th.new_tuple(&git);
    put(th, m, "_git", git)?;

    let c = &ctx().config;
    let flags = sequence(
        th,
        "sys.flags",
        &[
            ("debug", V::I(c.debug as i64)),
            ("inspect", V::I(c.inspect as i64)),
            ("interactive", V::I(c.interactive as i64)),
            ("optimize", V::I(c.optimize as i64)),
            ("dont_write_bytecode", V::I(c.dont_write_bytecode as i64)),
            ("no_user_site", V::I(c.no_user_site as i64)),
            ("no_site", V::I(c.no_site as i64)),
            ("ignore_environment", V::I(c.ignore_environment as i64)),
            ("verbose", V::I(c.verbose as i64)),
            ("bytes_warning", V::I(c.bytes_warning as i64)),
            ("quiet", V::I(c.quiet as i64)),
            ("hash_randomization", V::I((c.hash_seed != Some(0)) as i64)),
            ("isolated", V::I(c.isolated as i64)),
            ("dev_mode", V::B(c.dev_mode)),
            ("utf8_mode", V::I(1)),
            (
                "warn_default_encoding",
                V::I(c.x_options.iter().any(|x| x == "warn_default_encoding") as i64),
            ),
            ("safe_path", V::B(c.safe_path)),
            ("int_max_str_digits", V::I(c.int_max_str_digits.unwrap_or(4300) as i64)),
            ("gil", V::I(0)),
            ("thread_inherit_context", V::I(1)),
            ("context_aware_warnings", V::I(1)),
        ],
    )?;
    put(th, m, "flags", flags)?;
    let float = sequence(
        th,
        "sys.float_info",
        &[
            ("max", V::F(f64::MAX)),
            ("max_exp", V::I(1024)),
            ("max_10_exp", V::I(308)),
            ("min", V::F(f64::MIN_POSITIVE)),
            ("min_exp", V::I(-1021)),
            ("min_10_exp", V::I(-307)),
            ("dig", V::I(15)),
            ("mant_dig", V::I(53)),
            ("epsilon", V::F(f64::EPSILON)),
            ("radix", V::I(2)),
            ("rounds", V::I(1)),
        ],
    )?;
    put(th, m, "float_info", float)?;
    let int = sequence(
        th,
        "sys.int_info",
        &[
            ("bits_per_digit", V::I(30)),
            ("sizeof_digit", V::I(4)),
            ("default_max_str_digits", V::I(4300)),
            ("str_digits_check_threshold", V::I(640)),
        ],
    )?;
    put(th, m, "int_info", int)?;
    let hash = sequence(
        th,
        "sys.hash_info",
        &[
            ("width", V::I(64)),
            ("modulus", V::I((1 << 61) - 1)),
            ("inf", V::I(314159)),
            ("nan", V::I(0)),
            ("imag", V::I(1000003)),
            ("algorithm", V::S("siphash13")),
            ("hash_bits", V::I(64)),
            ("seed_bits", V::I(128)),
            ("cutoff", V::I(0)),
        ],
    )?;
    put(th, m, "hash_info", hash)?;
    let thread = sequence(
        th,
        "sys.thread_info",
        &[("name", V::S("pthread")), ("lock", V::S("futex")), ("version", V::N)],
    )?;
    put(th, m, "thread_info", thread)?;
    let hooks = structseq::new_class(
        th,
        "sys.UnraisableHookArgs",
        "",
        &["exc_type", "exc_value", "exc_traceback", "err_msg", "object"],
        5,
    )?;
    put(th, m, "UnraisableHookArgs", hooks.value())?;
    let mut natives = ValueVec::new();
    for n in crate::native_module::all_names() {
        let n = th.intern(n).value();
        natives.push(th, n)?;
    }
    let natives = th.new_tuple(natives.as_slice());
    put(th, m, "builtin_module_names", natives)?;
    let library = crate::frozen::library().map(|l| (l.names)()).unwrap_or_default();
    let mut top = ValueVec::new();
    for n in library
        .iter()
        .filter(|n| !n.contains('.'))
        .chain(&crate::native_module::all_names())
    {
        let n = th.intern(n).value();
        top.push(th, n)?;
    }
    let list = th.new_list_vec(top);
    let set = th.call(ctx().types.frozenset.value(), &[list])?;
    put(th, m, "stdlib_module_names", set)
}
