//! `posix_spawn`: a program started without a copy of this process.

use super::{error_about, path, process};
use crate::support::given;
use std::ffi::CString;
use std::mem::MaybeUninit;
use vasuki_vm::native::{NativeDef, def};
use vasuki_vm::object::Kind;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

const SIGNATURE: &str = "path, argv, env, /, *, file_actions=(), setpgroup=<unrepresentable>, resetids=False, setsid=False, setsigmask=(), setsigdef=(), scheduler=<unrepresentable>";
pub static FUNCTIONS: &[NativeDef] = &[
    def(
        "posix_spawn",
        SIGNATURE,
        |th, a| spawn(th, a, false),
        "Execute the program specified by path in a new process.",
    ),
    def(
        "posix_spawnp",
        SIGNATURE,
        |th, a| spawn(th, a, true),
        "Execute the program specified by path in a new process.",
    ),
];
pub(super) const OPEN: i64 = 0;
pub(super) const CLOSE: i64 = 1;
pub(super) const DUP2: i64 = 2;

struct Actions(libc::posix_spawn_file_actions_t);
impl Drop for Actions {
    fn drop(&mut self) {
        // SAFETY: initialized.
        unsafe { libc::posix_spawn_file_actions_destroy(&mut self.0) };
    }
}
struct Attributes(libc::posix_spawnattr_t);
impl Drop for Attributes {
    fn drop(&mut self) {
        // SAFETY: initialized.
        unsafe { libc::posix_spawnattr_destroy(&mut self.0) };
    }
}
/// The error that a function of this family gives.
fn ok(th: &mut Thread, code: i32) -> R<()> {
    if code == 0 { Ok(()) } else { Err(error_about(th, code, None)) }
}
fn actions(th: &mut Thread, v: Value) -> R<Actions> {
    let mut raw = MaybeUninit::uninit();
    // SAFETY: made by this call.
    let code = unsafe { libc::posix_spawn_file_actions_init(raw.as_mut_ptr()) };
    ok(th, code)?;
    // SAFETY: just made.
    let mut out = Actions(unsafe { raw.assume_init() });
    for &action in th.collect(v)?.as_slice() {
        let Some([kind, rest @ ..]) = action.cast::<Tuple>().map(|t| t.items()) else {
            return Err(th.type_error("Each file_actions element must be a non-empty tuple"));
        };
        let code = match (th.to_i64(*kind)?, rest) {
            (OPEN, [fd, file, flags, mode]) => {
                let (fd, file, flags, mode) = (th.to_i32(*fd)?, path(th, *file)?, th.to_i32(*flags)?, th.to_i32(*mode)?);
                // SAFETY: a C string, which is copied.
                unsafe { libc::posix_spawn_file_actions_addopen(&mut out.0, fd, file.as_ptr(), flags, mode as _) }
            }
            (OPEN, _) => return Err(th.type_error("A open file_action tuple must have 5 elements")),
            (CLOSE, [fd]) => {
                let fd = th.to_i32(*fd)?;
                // SAFETY: numbers only.
                unsafe { libc::posix_spawn_file_actions_addclose(&mut out.0, fd) }
            }
            (CLOSE, _) => return Err(th.type_error("A close file_action tuple must have 2 elements")),
            (DUP2, [from, to]) => {
                let (from, to) = (th.to_i32(*from)?, th.to_i32(*to)?);
                // SAFETY: numbers only.
                unsafe { libc::posix_spawn_file_actions_adddup2(&mut out.0, from, to) }
            }
            (DUP2, _) => return Err(th.type_error("A dup2 file_action tuple must have 3 elements")),
            _ => return Err(th.type_error("Unknown file_actions identifier")),
        };
        ok(th, code)?;
    }
    Ok(out)
}
fn signals(th: &mut Thread, v: Value) -> R<libc::sigset_t> {
    let mut set = MaybeUninit::uninit();
    // SAFETY: made by this call.
    let mut set = unsafe {
        libc::sigemptyset(set.as_mut_ptr());
        set.assume_init()
    };
    for &s in th.collect(v)?.as_slice() {
        let n = th.to_i64(s)?;
        if !(1..=64).contains(&n) {
            return Err(th.value_error(&format!("signal number {n} out of range [1; 64]")));
        }
        // SAFETY: a valid number.
        unsafe { libc::sigaddset(&mut set, n as i32) };
    }
    Ok(set)
}
fn attributes(th: &mut Thread, a: &[Value], name: &str) -> R<Attributes> {
    let mut raw = MaybeUninit::uninit();
    // SAFETY: made by this call.
    let code = unsafe { libc::posix_spawnattr_init(raw.as_mut_ptr()) };
    ok(th, code)?;
    // SAFETY: just made.
    let mut out = Attributes(unsafe { raw.assume_init() });
    let mut flags = 0;
    if let Some(v) = given(a[4]).filter(|v| !v.is_none()) {
        let group = th.to_i32(v)?;
        // SAFETY: numbers only.
        let code = unsafe { libc::posix_spawnattr_setpgroup(&mut out.0, group) };
        ok(th, code)?;
        flags |= libc::POSIX_SPAWN_SETPGROUP;
    }
    if given(a[5]).map_or(Ok(false), |v| th.truth(v))? {
        flags |= libc::POSIX_SPAWN_RESETIDS;
    }
    if given(a[6]).map_or(Ok(false), |v| th.truth(v))? {
        flags |= libc::POSIX_SPAWN_SETSID as i32;
    }
    if let Some(v) = given(a[7]) {
        let set = signals(th, v)?;
        // SAFETY: a valid set.
        let code = unsafe { libc::posix_spawnattr_setsigmask(&mut out.0, &set) };
        ok(th, code)?;
        flags |= libc::POSIX_SPAWN_SETSIGMASK;
    }
    if let Some(v) = given(a[8]) {
        let set = signals(th, v)?;
        // SAFETY: a valid set.
        let code = unsafe { libc::posix_spawnattr_setsigdefault(&mut out.0, &set) };
        ok(th, code)?;
        flags |= libc::POSIX_SPAWN_SETSIGDEF;
    }
    if let Some(v) = given(a[9]).filter(|v| !v.is_none()) {
        let Some([policy, param]) = v.cast::<Tuple>().map(|t| t.items()) else {
            return Err(th.type_error(&format!("{name}: scheduler must be a tuple or None")));
        };
        if !policy.is_none() {
            let policy = th.to_i32(*policy)?;
            // SAFETY: numbers only.
            let code = unsafe { libc::posix_spawnattr_setschedpolicy(&mut out.0, policy) };
            ok(th, code)?;
            flags |= libc::POSIX_SPAWN_SETSCHEDULER;
        }
        let param = super::schedule::param(th, *param)?;
        // SAFETY: a valid pointer.
        let code = unsafe { libc::posix_spawnattr_setschedparam(&mut out.0, &param) };
        ok(th, code)?;
        flags |= libc::POSIX_SPAWN_SETSCHEDPARAM;
    }
    // SAFETY: numbers only.
    let code = unsafe { libc::posix_spawnattr_setflags(&mut out.0, flags as _) };
    ok(th, code)?;
    Ok(out)
}
fn spawn(th: &mut Thread, a: &[Value], search: bool) -> R {
    let name = if search { "posix_spawnp" } else { "posix_spawn" };
    let file = path(th, a[0])?;
    if !a[1].is_kind(Kind::List) && !a[1].is_kind(Kind::Tuple) {
        return Err(th.type_error(&format!("{name}: argv must be a tuple or list")));
    }
    let args = process::arguments(th, a[1], &format!("{name}: argv"))?;
    let inherited = a[2].is_none();
    let vars = if inherited { Vec::new() } else { process::environment(th, a[2])? };
    let actions = match given(a[3]) {
        Some(v) if !v.is_none() => Some(actions(th, v)?),
        _ => None,
    };
    let attributes = attributes(th, a, name)?;
    let pointers = |v: &[CString]| {
        v.iter()
            .map(|s| s.as_ptr().cast_mut())
            .chain([std::ptr::null_mut()])
            .collect::<Vec<_>>()
    };
    let (argp, envp) = (pointers(&args), pointers(&vars));
    th.irrevocable()?;
    unsafe extern "C" {
        static environ: *const *mut libc::c_char;
    }
    let mut pid = 0;
    let acts = actions.as_ref().map_or(std::ptr::null(), |x| &raw const x.0);
    // SAFETY: null-terminated arrays of C strings; initialized actions and attributes.
    let code = unsafe {
        let env = if inherited { environ } else { envp.as_ptr() };
        let call = if search { libc::posix_spawnp } else { libc::posix_spawn };
        call(&mut pid, file.as_ptr(), acts, &attributes.0, argp.as_ptr(), env)
    };
    if code != 0 {
        return Err(error_about(th, code, Some(a[0])));
    }
    Ok(Value::small(i64::from(pid)))
}
