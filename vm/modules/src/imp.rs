//! The module `_imp`: what importlib needs from the VM. The library inside the binary counts as frozen modules.

use vasuki_vm::context::ctx;
use vasuki_vm::frozen;
use vasuki_vm::modules::thread::import_lock;
use vasuki_vm::names::names;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::native_module;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::str_::Str;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_imp",
    doc: "(Extremely) low-level import machinery bits as used by importlib.",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    def(
        "_fix_co_filename",
        "code, path, /",
        fix_co_filename,
        "Changes code.co_filename to specify the passed-in path.",
    ),
    def(
        "_frozen_module_names",
        "",
        frozen_names,
        "Returns the list of available frozen modules.",
    ),
    def(
        "_is_code",
        "data, /",
        is_code,
        "Are these bytes an undamaged code object as marshal writes it?",
    ),
    def(
        "_override_frozen_modules_for_tests",
        "override, /",
        ignore,
        "(internal-only) Override the frozen modules setting.",
    ),
    def(
        "_override_multi_interp_extensions_check",
        "override, /",
        zero,
        "(internal-only) Override the extension check.",
    ),
    def(
        "acquire_lock",
        "",
        |th, _| import_lock::acquire(th).map(|()| Value::NONE),
        "Acquires the interpreter's import lock for the current thread.",
    ),
    def("create_builtin", "spec, /", create_builtin, "Create an extension module."),
    def(
        "create_dynamic",
        "spec, file=None, /",
        create_dynamic,
        "Create an extension module.",
    ),
    def("exec_builtin", "mod, /", zero, "Initialize a built-in module."),
    def("exec_dynamic", "mod, /", zero, "Initialize an extension module."),
    def(
        "extension_suffixes",
        "",
        extension_suffixes,
        "Returns the list of file suffixes used to identify extension modules.",
    ),
    def(
        "find_frozen",
        "name, /, *, withdata=False",
        find_frozen,
        "Return info about the corresponding frozen module (if there is one) or None.",
    ),
    def(
        "get_frozen_object",
        "name, data=None, /",
        get_frozen_object,
        "Create a code object for a frozen module.",
    ),
    def("init_frozen", "name, /", init_frozen, "Initializes a frozen module."),
    def(
        "is_builtin",
        "name, /",
        is_builtin,
        "Returns True if the module name corresponds to a built-in module.",
    ),
    def(
        "is_frozen",
        "name, /",
        is_frozen,
        "Returns True if the module name corresponds to a frozen module.",
    ),
    def(
        "is_frozen_package",
        "name, /",
        is_frozen_package,
        "Returns True if the module name is of a frozen package.",
    ),
    def(
        "lock_held",
        "",
        |th, _| import_lock::is_held(th).map(Value::bool),
        "Return True if the import lock is currently held, else False.",
    ),
    def(
        "release_lock",
        "",
        |th, _| import_lock::release(th).map(|()| Value::NONE),
        "Release the interpreter's import lock.",
    ),
    def(
        "source_hash",
        "key, source",
        source_hash,
        "Hash of a source file, for hash-based cache files.",
    ),
];

fn text(th: &mut Thread, v: Value) -> R<String> {
    match v.cast::<Str>() {
        Some(s) => Ok(s.to_string_lossy()),
        None => Err(th.type_error(&format!("argument must be str, not {}", th.class_of(v).name_str()))),
    }
}
fn find(th: &mut Thread, v: Value) -> R<Option<frozen::FrozenModule>> {
    let name = text(th, v)?;
    Ok(frozen::library().and_then(|l| (l.find)(&name)))
}
fn missing(th: &mut Thread, v: Value) -> R {
    let name = th.repr_string(v)?;
    Err(th.error(
        ctx().types.ImportError,
        &format!("No such frozen object named {}", name.trim_matches('\'')),
    ))
}
fn ignore(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::NONE)
}
fn zero(_: &mut Thread, _: &[Value]) -> R {
    Ok(Value::small(0))
}
fn fix_co_filename(th: &mut Thread, a: &[Value]) -> R {
    let path = text(th, a[1])?;
    vasuki_vm::interp::code::set_filename(th, a[0], &path)?;
    Ok(Value::NONE)
}
fn frozen_names(th: &mut Thread, _: &[Value]) -> R {
    let names: Vec<&str> = frozen::library().map(|l| (l.names)()).unwrap_or_default();
    let list = th.new_list(&[])?;
    for n in names {
        let n = th.new_str(n);
        list.as_gc::<vasuki_vm::types::list::List>().append(th, n)?;
    }
    Ok(list)
}
fn create_builtin(th: &mut Thread, a: &[Value]) -> R {
    let name = th.getattr(a[0], names().name)?;
    if let Some(m) = ctx().modules.get(th, name)? {
        return Ok(m);
    }
    let name = text(th, name)?;
    match native_module::find(&name) {
        Some(d) => native_module::make(th, d),
        None => Ok(Value::NONE),
    }
}
fn create_dynamic(th: &mut Thread, a: &[Value]) -> R {
    let name = th.getattr(a[0], names().name)?;
    let name = text(th, name)?;
    Err(th.error(ctx().types.ImportError, &format!("{name}: extension modules in C cannot be loaded")))
}
fn extension_suffixes(th: &mut Thread, _: &[Value]) -> R {
    th.new_list(&[])
}
fn find_frozen(th: &mut Thread, a: &[Value]) -> R {
    let Some(m) = find(th, a[0])? else {
        return Ok(Value::NONE);
    };
    let orig = th.new_str(m.name);
    Ok(th.new_tuple(&[Value::NONE, Value::bool(m.package), orig]))
}
fn get_frozen_object(th: &mut Thread, a: &[Value]) -> R {
    match find(th, a[0])? {
        Some(m) => frozen::code(th, m),
        None => missing(th, a[0]),
    }
}
fn init_frozen(th: &mut Thread, a: &[Value]) -> R {
    let name = text(th, a[0])?;
    match find(th, a[0])? {
        Some(m) => frozen::run(th, &name, m.name),
        None => Ok(Value::NONE),
    }
}
fn is_builtin(th: &mut Thread, a: &[Value]) -> R {
    let name = text(th, a[0])?;
    Ok(Value::small(native_module::find(&name).is_some() as i64))
}
fn is_frozen(th: &mut Thread, a: &[Value]) -> R {
    Ok(Value::bool(find(th, a[0])?.is_some()))
}
fn is_frozen_package(th: &mut Thread, a: &[Value]) -> R {
    match find(th, a[0])? {
        Some(m) => Ok(Value::bool(m.package)),
        None => missing(th, a[0]),
    }
}
fn is_code(th: &mut Thread, a: &[Value]) -> R {
    let sound = vasuki_vm::types::buffer_protocol::with_buffer(th, a[0], crate::marshal::is_code)?;
    Ok(Value::bool(sound))
}
/// 64 bits that change with the text: FNV-1a, started with the key.
fn source_hash(th: &mut Thread, a: &[Value]) -> R {
    let key = th.to_i64(a[0])? as u64;
    let Some(bytes) = vasuki_vm::types::buffer_protocol::bytes_like(th, a[1])? else {
        return Err(th.type_error("a bytes-like object is required"));
    };
    let h = bytes
        .iter()
        .fold(0xCBF2_9CE4_8422_2325 ^ key, |h, b| (h ^ *b as u64).wrapping_mul(0x100_0000_01B3));
    Ok(th.new_bytes(&h.to_le_bytes()))
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    let key = th.intern("check_hash_based_pycs");
    let v = th.new_str("default");
    th.setattr(m, key, v)?;
    let key = th.intern("pyc_magic_number_token");
    th.setattr(m, key, Value::small(0x0A0D_5600))
}
