//! `fork`, and what is called around it.

use super::check;
use crate::support::type_name;
use std::sync::OnceLock;
use vasuki_vm::context::ctx;
use vasuki_vm::memory;
use vasuki_vm::native::{NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::special::Special;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::exception;
use vasuki_vm::types::list::List;
use vasuki_vm::value::Value;
use vasuki_vm::warn;

pub static FUNCTIONS: &[NativeDef] = &[
    def(
        "fork",
        "",
        fork,
        "Fork a child process.\n\nReturn 0 to child process and PID of child to parent process.",
    ),
    def(
        "register_at_fork",
        "*, before=<unrepresentable>, after_in_child=<unrepresentable>, after_in_parent=<unrepresentable>",
        register,
        "Register callables to be called when forking a new process.\n\n  before\n    A callable to be called in the parent before the fork() syscall.\n  after_in_child\n    A callable to be called in the child after fork().\n  after_in_parent\n    A callable to be called in the parent after fork().\n\n'before' callbacks are called in reverse order.\n'after_in_child' and 'after_in_parent' callbacks are called in order.",
    ),
];
const NAMES: [&str; 3] = ["before", "after_in_child", "after_in_parent"];
/// What was registered, in the order of `NAMES`.
static REGISTERED: OnceLock<[Gc<List>; 3]> = OnceLock::new();

/// Makes the lists: called when the module is made, before there is a second thread.
pub(super) fn init(th: &mut Thread) -> R<()> {
    let mut lists = [Value::EMPTY; 3];
    for l in &mut lists {
        *l = memory::keep(th.new_list(&[])?);
    }
    REGISTERED.get_or_init(|| lists.map(Value::as_gc));
    Ok(())
}
fn register(th: &mut Thread, a: &[Value]) -> R {
    if a.iter().all(|f| f.is_empty()) {
        return Err(th.type_error("At least one argument is required."));
    }
    for (f, name) in a.iter().zip(NAMES) {
        if !f.is_empty() && th.class_of(*f).special(Special::Call).is_none() {
            let class = type_name(th, *f);
            return Err(th.type_error(&format!("'{name}' must be callable, not {class}")));
        }
    }
    for (f, list) in a.iter().zip(REGISTERED.get().into_iter().flatten()) {
        if !f.is_empty() {
            list.append(th, *f)?;
        }
    }
    Ok(Value::NONE)
}
/// When hooks are called.
#[derive(Clone, Copy)]
pub(crate) enum When {
    Before,
    InChild,
    InParent,
}
/// Calls what was registered.
pub(crate) fn run_hooks(th: &mut Thread, when: When) -> R<()> {
    let Some(lists) = REGISTERED.get() else { return Ok(()) };
    let mut functions = lists[when as usize].snapshot(th)?;
    if matches!(when, When::Before) {
        functions.as_mut_slice().reverse();
    }
    for &f in functions.as_slice() {
        if let Err(t) = th.call(f, &[]) {
            if t.is_abort() {
                return Err(t);
            }
            exception::report_unraisable(th, t, f);
        }
    }
    Ok(())
}
pub(super) fn fork(th: &mut Thread, _: &[Value]) -> R {
    // Nothing of this may happen twice.
    th.irrevocable()?;
    run_hooks(th, When::Before)?;
    let others = th.world.world().has_others();
    let pid = vasuki_vm::fork::fork(th)?;
    let pid = check(th, i64::from(pid), None);
    run_hooks(th, if let Ok(0) = pid { When::InChild } else { When::InParent })?;
    let pid = pid?;
    if pid != 0 && others {
        let text = format!(
            "This process (pid={}) is multi-threaded, use of fork() may lead to deadlocks in the child.",
            std::process::id()
        );
        // The child exists: this is no error, whatever the filters say.
        if let Err(t) = warn::warn(th, ctx().types.DeprecationWarning, &text, 1)
            && t.is_abort()
        {
            return Err(t);
        }
    }
    Ok(Value::small(pid))
}
