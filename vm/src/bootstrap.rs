//! Starting the VM: classes, names, the context, the first thread, the import system.

use crate::config::Config;
use crate::context::{Context, Types, ctx, publish};
use crate::defs::DEFS;
use crate::interned::Interned;
use crate::memory;
use crate::names::{Names, names};
use crate::native::{ModuleDef, TypeDef};
use crate::object::{Gc, Kind, Space, flag};
use crate::special::Special;
use crate::thread::{Thread, enter};
use crate::throw::R;
use crate::types::class::{Class, InstanceLayout, class_flag};
use crate::types::str_::{Str, from_points_of};
use crate::types::{bytes, dict, tuple, type_};
use crate::value::Value;
use std::sync::atomic::Ordering::Relaxed;
use vasuki_gc::LocalAlloc;
use vasuki_stm::{Tx, World};

/// A thread of the VM for the current OS thread; registered with the world and the collector until [`end_thread`].
/// `stack_bytes` is what of the native stack may be used from here on.
pub fn new_thread(stack_bytes: usize) -> &'static mut Thread {
    let world = World::global().register();
    let here = 0u8;
    let t = Box::leak(Box::new(Thread {
        tx: Tx::new(world),
        alloc: LocalAlloc::new(memory::heap()),
        world,
        interp: crate::interp::State::new(),
        handling: Value::NONE,
        stack_limit: (&raw const here as usize).saturating_sub(stack_bytes) + (256 << 10),
        native_depth: 0,
        locals: Value::EMPTY,
        context: Value::EMPTY,
        memo: [Value::EMPTY; 2],
        met_at: Default::default(),
        finalizable: Default::default(),
        finalizing: false,
        out_of_memory: false,
        locks: Vec::new(),
        tallies: Default::default(),
        deferred: Default::default(),
        keep_alive: Vec::new(),
        on_commit: Vec::new(),
        on_abort: Vec::new(),
        changed: Vec::new(),
        others_stand: None,
        recorder: crate::conflicts::Recorder::new(),
    }));
    memory::add_thread(t);
    crate::hostile::new_thread(t);
    enter(t);
    t
}
/// Ends the current OS thread's VM thread: its transaction must have been committed.
pub fn end_thread(t: &'static mut Thread) {
    // A fork finds its locks free as long as the thread belongs to the world.
    t.recorder = None;
    t.alloc.end();
    memory::remove_thread(t);
    let p: *mut Thread = t;
    enter(std::ptr::null_mut());
    // SAFETY: made by `new_thread` from a Box; nothing refers to it any more.
    let t = unsafe { Box::from_raw(p) };
    World::global().unregister(t.world);
}

/// Starts the VM in this OS thread. `modules` are the native modules besides the VM's own.
pub fn start(config: Config, modules: &[&'static ModuleDef], stack_bytes: usize) -> R<&'static mut Thread> {
    crate::native_module::register(modules);
    crate::hash::seed(config.hash_seed);
    if let Some(n) = config.int_max_str_digits {
        crate::types::int_parse::set_max_str_digits(n);
    }
    if let Some(limit) = config.max_heap {
        memory::heap().set_limit(limit);
    }
    vasuki_gc::when_due(memory::when_external_due);
    crate::hostile::start(&config.hostile);
    if config.conflicts {
        crate::conflicts::start();
    }
    let th = new_thread(stack_bytes);
    make_context(th, config);
    for (class, name, base) in ctx().types.list() {
        let def = DEFS.iter().find(|d| d.0(&ctx().types) == class).map(|d| d.1);
        type_::init_native(th, class, name, base, def)?;
    }
    import_system(th)?;
    crate::hostile::started(th, &ctx().config.hostile)?;
    Ok(th)
}

/// Layout of a builtin class before anything else exists: from its declaration, else that of its base.
fn native_layout(base: Option<InstanceLayout>, def: Option<&TypeDef>) -> InstanceLayout {
    let base = base.unwrap_or(InstanceLayout {
        kind: Kind::Instance,
        attr_offset: 16,
        inline_slots: 0,
        members: 0,
        attrs: false,
    });
    let Some(d) = def else { return base };
    let members = base.members + d.members.len() as u16;
    InstanceLayout {
        kind: d.kind,
        attr_offset: d.size as u16,
        inline_slots: members.max(base.inline_slots),
        members,
        attrs: base.attrs || d.dict || members > 0,
    }
}

fn make_context(th: &mut Thread, config: Config) {
    let types = Types::make(|| {
        let p = th.alloc_raw(Kind::Class, 0, std::mem::size_of::<Class>(), Space::Plain);
        // SAFETY: fresh zeroed memory of that size; all-zero is a valid Class (slots EMPTY).
        unsafe { Gc::from_addr(p.as_ptr() as u64) }
    });
    for (class, _, base) in types.list() {
        let def = DEFS.iter().find(|d| d.0(&types) == class).map(|d| d.1);
        let base_layout = if class == base { None } else { Some(base.layout()) };
        class.init_layout(native_layout(base_layout, def));
    }
    for (class, _, base) in types.list() {
        class.header().shape.store(types.type_.root_shape(), Relaxed);
        let def = DEFS.iter().find(|d| d.0(&types) == class).map(|d| d.1);
        if def.is_none_or(|d| d.base) {
            class.set_flag(class_flag::BASE);
        }
        if def.is_some_and(|d| d.dict) || base.has_flag(class_flag::HAS_DICT) {
            class.set_flag(class_flag::HAS_DICT);
        }
    }
    let interned = Interned::new();
    let mut intern = |text: &str| -> Gc<Str> {
        if let Some(s) = interned.find(text) {
            return s;
        }
        let s = from_points_of(th, types.str, text.chars().map(|c| c as u32));
        s.obj().set_flag(flag::INTERNED);
        interned.insert(s);
        s
    };
    let names = Names::make(&mut intern);
    let specials = Special::NAMES.map(&mut intern);
    let empty_str = intern("").value();
    let latin1_chars = std::array::from_fn(|i| intern(char::from(i as u8).encode_utf8(&mut [0; 4])).value());
    let empty_bytes = bytes::new_of(th, types.bytes, &[]).value();
    let single_bytes = std::array::from_fn(|i| bytes::new_of(th, types.bytes, &[i as u8]).value());
    let empty_tuple = tuple::new_of(th, types.tuple, &[]).value();
    let modules = dict::new_of(th, types.dict);
    let builtins = dict::new_of(th, types.dict);
    publish(Context {
        types,
        names,
        specials,
        interned,
        empty_tuple,
        empty_str,
        empty_bytes,
        single_bytes,
        latin1_chars,
        modules,
        builtins,
        config,
    });
}

/// Makes `builtins`, `sys` and importlib, as CPython's start-up does.
fn import_system(th: &mut Thread) -> R<()> {
    let modules = ctx().modules;
    for name in [
        "builtins",
        "sys",
        "_imp",
        "_thread",
        "_weakref",
        "_warnings",
        "marshal",
        "posix",
        "time",
    ] {
        if let Some(def) = crate::native_module::find(name) {
            let m = crate::native_module::make(th, def)?;
            let key = th.intern(name);
            modules.set_str(th, key, m)?;
        }
    }
    let importlib = crate::frozen::run(th, "_frozen_importlib", "importlib._bootstrap")?;
    let sys = modules.get_str(th, names().sys)?.unwrap_or(Value::NONE);
    let imp_name = th.intern("_imp");
    let imp = modules.get_str(th, imp_name)?.unwrap_or(Value::NONE);
    let install = th.intern("_install");
    th.call_method(importlib, install, &[sys, imp])?;
    crate::frozen::give_sources(th, importlib)?;
    crate::frozen::run(th, "_frozen_importlib_external", "importlib._bootstrap_external")?;
    let install_external = th.intern("_install_external_importers");
    th.call_method(importlib, install_external, &[])?;
    Ok(())
}
