//! `sys.monitoring`: tools that hear of what the program does. The events themselves are in `interp::monitor`.

use crate::context::ctx;
use crate::interp::code::Code;
use crate::interp::monitor::{self, BRANCHES, Event, LOCAL, NAMES, TOOLS};
use crate::native::{ModuleDef, def};
use crate::object::Gc;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::dict::Dict;
use crate::types::simple_namespace;
use crate::types::str_::Str;
use crate::value::Value;

static MODULE: ModuleDef = ModuleDef {
    name: "sys.monitoring",
    doc: "",
    functions: &[
        def("use_tool_id", "tool_id, name, /", use_tool_id, ""),
        def("clear_tool_id", "tool_id, /", clear_tool_id, ""),
        def("free_tool_id", "tool_id, /", free_tool_id, ""),
        def(
            "get_tool",
            "tool_id, /",
            |th, a| {
                let n = tool(th, a[0])?;
                Ok(monitor::name(n).unwrap_or(Value::NONE))
            },
            "",
        ),
        def("register_callback", "tool_id, event, func, /", register_callback, ""),
        def("get_events", "tool_id, /", get_events, ""),
        def("set_events", "tool_id, event_set, /", set_events, ""),
        def("get_local_events", "tool_id, code, /", get_local_events, ""),
        def("set_local_events", "tool_id, code, event_set, /", set_local_events, ""),
        def(
            "restart_events",
            "",
            |th, _| {
                th.irrevocable()?;
                monitor::restart();
                Ok(Value::NONE)
            },
            "",
        ),
        def("_all_events", "", all_events, ""),
    ],
    init,
};

fn tool(th: &mut Thread, v: Value) -> R<usize> {
    let n = th.to_i32(v)?;
    match usize::try_from(n) {
        Ok(i) if i < TOOLS => Ok(i),
        _ => Err(th.value_error(&format!("invalid tool {n} (must be between 0 and {})", TOOLS - 1))),
    }
}
fn tool_in_use(th: &mut Thread, v: Value) -> R<usize> {
    let n = tool(th, v)?;
    match monitor::name(n) {
        Some(_) => Ok(n),
        None => Err(th.value_error(&format!("tool {n} is not in use"))),
    }
}
fn use_tool_id(th: &mut Thread, a: &[Value]) -> R {
    let n = tool(th, a[0])?;
    if a[1].cast::<Str>().is_none() {
        return Err(th.value_error("tool name must be a str"));
    }
    if monitor::name(n).is_some() {
        return Err(th.value_error(&format!("tool {n} is already in use")));
    }
    monitor::set_name(th, n, Some(a[1]))?;
    Ok(Value::NONE)
}
fn clear_tool_id(th: &mut Thread, a: &[Value]) -> R {
    let n = tool(th, a[0])?;
    if monitor::name(n).is_some() {
        monitor::clear(th, n)?;
    }
    Ok(Value::NONE)
}
fn free_tool_id(th: &mut Thread, a: &[Value]) -> R {
    let n = tool(th, a[0])?;
    monitor::clear(th, n)?;
    monitor::set_name(th, n, None)?;
    Ok(Value::NONE)
}
fn register_callback(th: &mut Thread, a: &[Value]) -> R {
    let n = tool(th, a[0])?;
    let event = th.to_i32(a[1])?;
    if event <= 0 || event.count_ones() != 1 {
        return Err(th.value_error("The callback can only be set for one event at a time"));
    }
    let event = event.trailing_zeros() as usize;
    if event >= NAMES.len() {
        return Err(th.value_error(&format!("invalid event {event}")));
    }
    let f = if a[2].is_none() { None } else { Some(a[2]) };
    monitor::set_callback(th, n, event, f)
}
/// A set of events as tools keep it: C_RETURN and C_RAISE come with CALL, BRANCH is both of its sides.
fn event_set(th: &mut Thread, v: Value, limit: u32, what: &str) -> R<u32> {
    let given = th.to_i32(v)?;
    let c_returns = Event::CReturn.bit() | Event::CRaise.bit();
    let mut events = given as u32;
    let invalid = |th: &mut Thread| Err(th.value_error(&format!("invalid {what} {given:#x}")));
    if given < 0 || events >= 1 << NAMES.len() {
        return invalid(th);
    }
    if events & c_returns != 0 && events & (c_returns | Event::Call.bit()) != c_returns | Event::Call.bit() {
        return Err(th.value_error("cannot set C_RETURN or C_RAISE events independently"));
    }
    events &= !c_returns;
    if events & Event::Branch.bit() != 0 {
        events = events & !Event::Branch.bit() | BRANCHES;
    }
    if events > limit { invalid(th) } else { Ok(events) }
}
fn get_events(th: &mut Thread, a: &[Value]) -> R {
    let n = tool(th, a[0])?;
    Ok(Value::small(monitor::events(n).into()))
}
fn set_events(th: &mut Thread, a: &[Value]) -> R {
    tool(th, a[0])?;
    let events = event_set(th, a[1], u32::MAX, "event set")?;
    let n = tool_in_use(th, a[0])?;
    monitor::set_events(th, n, events)?;
    Ok(Value::NONE)
}
fn code(th: &mut Thread, v: Value) -> R<Gc<Code>> {
    v.cast::<Code>().ok_or_else(|| th.type_error("code must be a code object"))
}
fn get_local_events(th: &mut Thread, a: &[Value]) -> R {
    let code = code(th, a[1])?;
    let n = tool(th, a[0])?;
    Ok(Value::small(monitor::local_events(n, code).into()))
}
fn set_local_events(th: &mut Thread, a: &[Value]) -> R {
    let code = code(th, a[1])?;
    tool(th, a[0])?;
    let events = event_set(th, a[2], LOCAL, "local event set")?;
    let n = tool_in_use(th, a[0])?;
    monitor::set_local_events(th, n, code, events)?;
    Ok(Value::NONE)
}
/// `{event name: bits of the tools that have set it everywhere}`
fn all_events(th: &mut Thread, _: &[Value]) -> R {
    let d: Gc<Dict> = th.new_dict().as_gc();
    for (i, name) in NAMES.iter().enumerate() {
        let tools = (0..TOOLS).fold(0, |all, t| all | i64::from(monitor::events(t) >> i & 1) << t);
        if tools != 0 {
            let name = th.intern(name);
            d.set_str(th, name, Value::small(tools))?;
        }
    }
    Ok(d.value())
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    let mut events: Vec<(&str, Value)> = NAMES.iter().enumerate().map(|(i, n)| (*n, Value::small(1 << i))).collect();
    events.push(("NO_EVENTS", Value::small(0)));
    let events = simple_namespace::new(th, &events)?;
    super::put(th, m, "events", events)?;
    for (name, id) in [("DEBUGGER_ID", 0), ("COVERAGE_ID", 1), ("PROFILER_ID", 2), ("OPTIMIZER_ID", 5)] {
        super::put(th, m, name, Value::small(id))?;
    }
    let object = ctx().types.object.value();
    let (disable, missing) = (th.call(object, &[])?, th.call(object, &[])?);
    monitor::set_constants(disable, missing);
    super::put(th, m, "DISABLE", disable)?;
    super::put(th, m, "MISSING", missing)
}
/// Adds the module.
pub(super) fn add(th: &mut Thread, m: Value) -> R<()> {
    let monitoring = crate::native_module::make(th, &MODULE)?;
    super::put(th, m, "monitoring", monitoring)
}
