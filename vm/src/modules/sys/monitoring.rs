//! `sys.monitoring`: who may watch the program. Tools have names and callbacks; there are no events to be set yet.

use crate::native::{ModuleDef, def};
use crate::thread::Thread;
use crate::throw::R;
use crate::types::dict::Dict;
use crate::types::simple_namespace;
use crate::types::str_::Str;
use crate::value::Value;

/// Tools have the numbers below this one.
const TOOLS: i64 = 6;
/// Events that a tool can set, the first ones for single code objects too; the number is the bit.
const EVENTS: [&str; 19] = [
    "PY_START",
    "PY_RESUME",
    "PY_RETURN",
    "PY_YIELD",
    "CALL",
    "LINE",
    "INSTRUCTION",
    "JUMP",
    "BRANCH_LEFT",
    "BRANCH_RIGHT",
    "STOP_ITERATION",
    "RAISE",
    "EXCEPTION_HANDLED",
    "PY_UNWIND",
    "PY_THROW",
    "RERAISE",
    "C_RETURN",
    "C_RAISE",
    "BRANCH",
];

static MODULE: ModuleDef = ModuleDef {
    name: "sys.monitoring",
    doc: "",
    functions: &[
        def("use_tool_id", "tool_id, name, /", use_tool_id, ""),
        def("clear_tool_id", "tool_id, /", clear_tool_id, ""),
        def("free_tool_id", "tool_id, /", free_tool_id, ""),
        def("get_tool", "tool_id, /", get_tool, ""),
        def("register_callback", "tool_id, event, func, /", register_callback, ""),
        def("get_events", "tool_id, /", get_events, ""),
        def("set_events", "tool_id, event_set, /", set_events, ""),
        def("get_local_events", "tool_id, code, /", get_events, ""),
        def("set_local_events", "tool_id, code, event_set, /", set_local_events, ""),
        def("restart_events", "", |_, _| Ok(Value::NONE), ""),
    ],
    init,
};

fn tool(th: &mut Thread, v: Value) -> R<i64> {
    let n = th.to_i32(v)?.into();
    if !(0..TOOLS).contains(&n) {
        return Err(th.value_error(&format!("invalid tool {n} (must be between 0 and {})", TOOLS - 1)));
    }
    Ok(n)
}
/// The names of the tools and their callbacks: by tool, or by (tool, event).
fn registry(th: &mut Thread) -> R<crate::object::Gc<Dict>> {
    let m = crate::modules::builtins::sys_attribute(th, "monitoring")?;
    let key = th.intern("_vasuki_registry");
    Ok(th.getattr(m, key)?.as_gc())
}
fn name_of(th: &mut Thread, tool: i64) -> R<Option<Value>> {
    registry(th)?.get(th, Value::small(tool))
}
fn in_use(th: &mut Thread, tool: i64) -> R<()> {
    match name_of(th, tool)? {
        Some(_) => Ok(()),
        None => Err(th.value_error(&format!("tool {tool} is not in use"))),
    }
}
fn use_tool_id(th: &mut Thread, a: &[Value]) -> R {
    let n = tool(th, a[0])?;
    if a[1].cast::<Str>().is_none() {
        return Err(th.value_error("tool name must be a str"));
    }
    if name_of(th, n)?.is_some() {
        return Err(th.value_error(&format!("tool {n} is already in use")));
    }
    registry(th)?.set(th, Value::small(n), a[1])?;
    Ok(Value::NONE)
}
fn forget_callbacks(th: &mut Thread, tool: i64) -> R<()> {
    let r = registry(th)?;
    for bit in 0..EVENTS.len() {
        let key = th.new_tuple(&[Value::small(tool), Value::small(1 << bit)]);
        r.remove(th, key)?;
    }
    Ok(())
}
fn clear_tool_id(th: &mut Thread, a: &[Value]) -> R {
    let n = tool(th, a[0])?;
    if name_of(th, n)?.is_some() {
        forget_callbacks(th, n)?;
    }
    Ok(Value::NONE)
}
fn free_tool_id(th: &mut Thread, a: &[Value]) -> R {
    let n = tool(th, a[0])?;
    forget_callbacks(th, n)?;
    registry(th)?.remove(th, Value::small(n))?;
    Ok(Value::NONE)
}
fn get_tool(th: &mut Thread, a: &[Value]) -> R {
    let n = tool(th, a[0])?;
    Ok(name_of(th, n)?.unwrap_or(Value::NONE))
}
fn register_callback(th: &mut Thread, a: &[Value]) -> R {
    let n = tool(th, a[0])?;
    let event: i64 = th.to_i32(a[1])?.into();
    if event.count_ones() != 1 {
        return Err(th.value_error("The callback can only be set for one event at a time"));
    }
    if event <= 0 || event >= 1 << EVENTS.len() {
        return Err(th.value_error(&format!("invalid event {event}")));
    }
    let r = registry(th)?;
    let key = th.new_tuple(&[Value::small(n), Value::small(event)]);
    let old = r.get(th, key)?.unwrap_or(Value::NONE);
    if a[2].is_none() {
        r.remove(th, key)?;
    } else {
        r.set(th, key, a[2])?;
    }
    Ok(old)
}
fn get_events(th: &mut Thread, a: &[Value]) -> R {
    let n = tool(th, a[0])?;
    in_use(th, n)?;
    Ok(Value::small(0))
}
fn set(th: &mut Thread, which: Value, events: Value) -> R {
    let n = tool(th, which)?;
    let events: i64 = th.to_i32(events)?.into();
    if !(0..1 << EVENTS.len()).contains(&events) {
        return Err(th.value_error(&format!("invalid event set {events:#x}")));
    }
    in_use(th, n)?;
    if events != 0 {
        return Err(th.error(
            crate::context::ctx().types.NotImplementedError,
            "this version of Vasuki gives no monitoring events",
        ));
    }
    Ok(Value::NONE)
}
fn set_events(th: &mut Thread, a: &[Value]) -> R {
    set(th, a[0], a[1])
}
fn set_local_events(th: &mut Thread, a: &[Value]) -> R {
    set(th, a[0], a[2])
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    let mut events: Vec<(&str, Value)> = EVENTS.iter().enumerate().map(|(i, n)| (*n, Value::small(1 << i))).collect();
    events.push(("NO_EVENTS", Value::small(0)));
    let events = simple_namespace::new(th, &events)?;
    super::put(th, m, "events", events)?;
    for (name, id) in [("DEBUGGER_ID", 0), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)] {
        super::put(th, m, name, Value::small(id))?;
    }
    for name in ["DISABLE", "MISSING"] {
        let unique = th.call(crate::context::ctx().types.object.value(), &[])?;
        super::put(th, m, name, unique)?;
    }
    let registry = th.new_dict();
    super::put(th, m, "_vasuki_registry", registry)
}
/// Adds the module.
pub(super) fn add(th: &mut Thread, m: Value) -> R<()> {
    let monitoring = crate::native_module::make(th, &MODULE)?;
    super::put(th, m, "monitoring", monitoring)
}
