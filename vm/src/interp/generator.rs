//! Generators and coroutines: a frame whose registers are kept in the object between resumptions.
//!
//! Resuming copies the registers to the VM stack, suspending copies them back (see `suspend`): those that are live where it
//! yields. They lie behind the object's layout; all its words are saved when the object is opened.

use super::call::{Entered, word3};
use super::code::Code;
use super::suspend::{finish, push};
use super::{Action, Exit, frame, iterator_turn, run};
use crate::context::ctx;
use crate::names::names;
use crate::native::{GetSetDef, NativeDef, TypeDef, def, def_class, getset, getter};
use crate::object::{Gc, Header, Kind, Layout, Slot};
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::class::{Class, class_flag};
use crate::types::exception::Exception;
use crate::value::Value;
use std::sync::atomic::Ordering::Relaxed;
use vasuki_compiler::op::Op;

/// Layout of generators, coroutines and async generators; the registers follow.
#[repr(C)]
pub struct Generator {
    header: Header,
    /// function
    pub func: Slot,
    /// code object
    pub code: Slot,
    /// small int: one of the constants; above eight bits, when it runs, the thread in which it does
    pub(super) state: Slot,
    /// small int: instruction offset to go on at
    pub(super) at: Slot,
    /// str
    pub(super) name: Slot,
    /// str
    pub(super) qualname: Slot,
    /// the exception that it handles while suspended, or EMPTY
    pub(super) handling: Slot,
    /// while it runs: what its caller handles; while suspended: how many exceptions its frame handles, or EMPTY
    pub(super) outer: Slot,
    /// its frame object, or EMPTY
    pub frame: Slot,
    /// async generators: finalizer hook; EMPTY before the first iteration
    pub hook: Slot,
    /// async generators: True while an asend or athrow runs
    pub busy: Slot,
    /// coroutines: `cr_origin`
    pub(super) origin: Slot,
}
const WORDS: usize = 12;
// SAFETY: repr(C), header first, only objects of this kind have it.
unsafe impl Layout for Generator {
    const KIND: Kind = Kind::Generator;
}
pub(super) const CREATED: i64 = 0;
pub(super) const SUSPENDED: i64 = 1;
pub(super) const RUNNING: i64 = 2;
pub(super) const CLOSED: i64 = 3;

impl Gc<Generator> {
    /// Calls `f` with every value inside.
    pub fn trace(self, f: &mut dyn FnMut(Value)) {
        for s in [
            &self.func,
            &self.code,
            &self.name,
            &self.qualname,
            &self.handling,
            &self.outer,
            &self.frame,
            &self.hook,
            &self.origin,
        ] {
            f(s.get());
        }
        if self.is_suspended() {
            // Words may be left over from other frames.
            for s in self.registers() {
                let v = s.get();
                if v.is_obj() && crate::memory::heap().find(v.0).is_some_and(|p| p.as_ptr() as u64 == v.0) {
                    f(v);
                }
            }
        }
    }
    /// Its registers while it is suspended.
    #[inline]
    pub fn registers(self) -> &'static [Slot] {
        // SAFETY: made with a slot behind the layout for every register that its code keeps.
        unsafe { std::slice::from_raw_parts(self.as_ptr().add(1).cast::<Slot>(), self.kept()) }
    }
    #[inline]
    fn kept(self) -> usize {
        self.code.get().cast::<Code>().map_or(0, |c| c.tables().kept)
    }
    #[inline]
    pub(super) fn state(self) -> i64 {
        self.state.get().to_small().unwrap_or(CLOSED) & 0xFF
    }
    /// The thread in which it runs, by its number in the world; 0: it does not run.
    fn runner(self) -> u16 {
        if self.state() == RUNNING {
            (self.state.get().to_small().unwrap_or(0) >> 8) as u16
        } else {
            0
        }
    }
    /// Its state when it does not run in another thread: waits until that is so. ValueError if it runs in this one, or would
    /// wait for this one.
    #[inline]
    pub(super) fn settled_state(self, th: &mut Thread) -> R<i64> {
        match th.read(self.header(), || self.state())? {
            RUNNING => self.wait(th),
            state => Ok(state),
        }
    }
    #[cold]
    #[inline(never)]
    fn wait(self, th: &mut Thread) -> R<i64> {
        loop {
            let (state, runner) = th.read(self.header(), || (self.state(), self.runner()))?;
            if state != RUNNING {
                return Ok(state);
            }
            let what = self.what();
            if runner == th.world.id() || !th.world.world().has_thread(runner) {
                return Err(th.value_error(&format!("{what} already executing")));
            }
            iterator_turn::wait(th, self.value(), self.header(), move || self.runner(), what)?;
        }
    }
    /// Started, not running and not ended?
    pub fn is_suspended(self) -> bool {
        matches!(self.state(), SUSPENDED | CREATED)
    }
    /// Offset of the instruction that it goes on at.
    pub fn offset(self) -> usize {
        self.at.get().to_small().unwrap_or(0) as usize
    }
    /// Has it ended? For the collector, and for who owns it: what another thread does is not committed.
    pub fn is_closed(self) -> bool {
        self.state() == CLOSED
    }
    /// Has it ended?
    #[inline]
    pub fn has_ended(self, th: &mut Thread) -> R<bool> {
        th.read(self.header(), || self.is_closed())
    }
    /// Has it ended? Waits while another thread runs it.
    #[inline]
    pub(super) fn has_ended_at_last(self, th: &mut Thread) -> R<bool> {
        Ok(self.settled_state(th)? == CLOSED)
    }
    pub(super) fn what(self) -> &'static str {
        let c = crate::types::class::class_of(self.value());
        let t = &ctx().types;
        if c == t.coroutine {
            "coroutine"
        } else if c == t.async_generator {
            "async generator"
        } else {
            "generator"
        }
    }
    /// What happened to it when its finalizer failed, for the message.
    pub fn ending(self) -> &'static str {
        let c = crate::types::class::class_of(self.value());
        if c == ctx().types.coroutine {
            "while finalizing coroutine"
        } else if c == ctx().types.async_generator {
            "while finalizing generator"
        } else {
            "while closing generator"
        }
    }
    /// `__name__` or `__qualname__`.
    fn text(self, th: &mut Thread, field: fn(&Generator) -> &Slot) -> R {
        crate::attrs::load(th, self.header(), field(&self))
    }
    /// Opens it: its words can be set.
    #[inline]
    pub fn open(self, th: &mut Thread) -> R<()> {
        if th.tx.writable(self.header()) {
            return Ok(());
        }
        th.write(self.header(), WORDS + self.kept())
    }
}

/// How a resumption from native code ended.
pub enum Step {
    /// it yielded
    Yielded(Value),
    /// it returned
    Returned(Value),
}
/// Goes on with `sent`. A closed generator has returned None; a coroutine cannot be awaited twice.
pub fn resume(th: &mut Thread, g: Gc<Generator>, sent: Value) -> R<Step> {
    step(th, g, sent, None)
}
fn step(th: &mut Thread, g: Gc<Generator>, sent: Value, thrown: Option<Throw>) -> R<Step> {
    th.recurse("", |th| {
        if g.has_ended_at_last(th)? {
            if crate::types::class::class_of(g.value()) == ctx().types.coroutine {
                return Err(th.runtime_error("cannot reuse already awaited coroutine"));
            }
            return match thrown {
                Some(t) => Err(t),
                None => Ok(Step::Returned(Value::NONE)),
            };
        }
        let was = Entered::new(th);
        push(th, g, sent, word3(0, Action::Native))?;
        let v = match thrown {
            None => was.run(th)?,
            Some(t) => {
                // What the generator handles is the context of what is thrown into it.
                let t = match t.value() {
                    Some(e) if !g.handling.get().is_empty() => th.raise(e),
                    _ => t,
                };
                was.run_throwing(th, t)?
            }
        };
        Ok(match th.interp.exit {
            Exit::Yielded => Step::Yielded(v),
            Exit::Returned => Step::Returned(v),
        })
    })
}
impl Entered {
    /// Runs the frame that was pushed, where `t` is thrown first.
    pub(super) fn run_throwing(self, th: &mut Thread, t: Throw) -> R {
        th.interp.direct = false;
        th.interp.nesting += 1;
        let r = run::run_with(th, Some(t));
        th.interp.nesting -= 1;
        self.back(th);
        r
    }
}
/// Throws an exception into it.
pub fn throw(th: &mut Thread, g: Gc<Generator>, e: Value) -> R<Step> {
    if g.settled_state(th)? == CREATED {
        g.open(th)?;
        let line_at = g.offset();
        let code: Gc<Code> = g.code.get().as_gc();
        let f = frame::of_generator(th, g)?;
        crate::types::traceback::add(th, e, f, frame::lasti(line_at), code.tables().firstlineno as i64)?;
        finish(th, g)?;
        return Err(Throw::exception(e));
    }
    step(th, g, Value::NONE, Some(Throw::exception(e)))
}
/// Closes it: GeneratorExit at the place where it waits. Gives what it returns.
pub fn close(th: &mut Thread, g: Gc<Generator>) -> R {
    match g.settled_state(th)? {
        CREATED => {
            finish(th, g)?;
            return Ok(Value::NONE);
        }
        CLOSED => return Ok(Value::NONE),
        _ => {}
    }
    let e = th.new_exception(ctx().types.GeneratorExit, &[])?;
    match throw(th, g, e) {
        Ok(Step::Yielded(_)) => {
            let what = g.what();
            Err(th.runtime_error(&format!("{what} ignored GeneratorExit")))
        }
        Ok(Step::Returned(v)) => Ok(v),
        Err(t) => match t.value() {
            Some(e) if is_a(th, e, ctx().types.GeneratorExit) || is_a(th, e, ctx().types.StopIteration) => Ok(Value::NONE),
            _ => Err(t),
        },
    }
}
fn is_a(th: &mut Thread, e: Value, class: Gc<Class>) -> bool {
    th.class_of(e).is_subclass_of(class)
}
/// Warns of a coroutine that nobody has awaited, by the library's function for that if it is there.
fn warn_unawaited(th: &mut Thread, v: Value) -> R {
    let m = crate::import::import_module(th, "warnings")?;
    let key = th.intern("_warn_unawaited_coroutine");
    if let Some(f) = th.getattr_opt(m, key)? {
        return th.call(f, &[v]);
    }
    let name = v.as_gc::<Generator>().text(th, |g| &g.qualname)?;
    let name = th.str(name)?.to_string_lossy();
    let category = ctx().types.RuntimeWarning;
    crate::warn::warn(th, category, &format!("coroutine '{name}' was never awaited"), 1)?;
    Ok(Value::NONE)
}
/// Finalizer of an unreachable generator.
pub fn finalize(th: &mut Thread, v: Value) -> R {
    let g: Gc<Generator> = v.as_gc();
    let t = &ctx().types;
    let class = th.class_of(v);
    if g.is_closed() {
        return Ok(Value::NONE);
    }
    if class == t.async_generator && g.hook.get().is_obj() {
        return th.call(g.hook.get(), &[v]);
    }
    if class == t.coroutine && g.state() == CREATED {
        let warned = warn_unawaited(th, v);
        finish(th, g)?;
        return warned;
    }
    let code: Gc<Code> = g.code.get().as_gc();
    if class == t.async_generator || g.state() == CREATED || !code.in_try(g.offset()) {
        finish(th, g)?;
        return Ok(Value::NONE);
    }
    close(th, g)
}

/// The exception that `throw(type, value, traceback)` means.
pub fn exception_to_throw(th: &mut Thread, a: &[Value]) -> R {
    let (kind, value, tb) = (a[0], a[1], a[2]);
    let given = |v: Value| !v.is_empty() && !v.is_none();
    if !value.is_empty() {
        let text = "the (type, exc, tb) signature of throw() is deprecated, use the single-arg signature instead.";
        crate::warn::warn(th, ctx().types.DeprecationWarning, text, 1)?;
    }
    if given(tb) && !tb.is_kind(Kind::Traceback) {
        return Err(th.type_error("throw() third argument must be a traceback object"));
    }
    let e = if let Some(c) = kind.cast::<Class>()
        && c.has_flag(class_flag::EXCEPTION)
    {
        let made = match value {
            v if !given(v) => th.call(kind, &[]),
            v if th.class_of(v).is_subclass_of(c) => Ok(v),
            v if v.is_kind(Kind::Tuple) => th.call_ex(kind, v, Value::EMPTY),
            v => th.call(kind, &[v]),
        };
        let made = made.and_then(|e| {
            if e.is_kind(Kind::Exception) {
                return Ok(e);
            }
            let (class, got) = (th.repr_string(kind)?, th.class_of(e).value());
            let got = th.repr_string(got)?;
            Err(th.type_error(&format!(
                "calling {class} should have returned an instance of BaseException, not {got}"
            )))
        });
        // What fails here is thrown in place of what was to be made.
        match made {
            Ok(e) => e,
            Err(t) => t.value().ok_or(t)?,
        }
    } else if kind.is_kind(Kind::Exception) {
        if given(value) {
            return Err(th.type_error("instance exception may not have a separate value"));
        }
        kind
    } else {
        let n = th.class_of(kind).name_str();
        return Err(th.type_error(&format!(
            "exceptions must be classes or instances deriving from BaseException, not {n}"
        )));
    };
    if given(tb) {
        let x: Gc<Exception> = e.as_gc();
        x.set(th, &x.traceback, tb)?;
    }
    Ok(e)
}
/// What `send` gives to Python code: the value, or StopIteration.
pub fn deliver(th: &mut Thread, s: Step) -> R {
    match s {
        Step::Yielded(v) => Ok(v),
        Step::Returned(v) => {
            let t = th.stop_iteration(Value::NONE);
            if let (Some(e), false) = (t.value(), v.is_none()) {
                let e = th
                    .new_exception(ctx().types.StopIteration, &[v])
                    .map(|x| if x.is_empty() { e } else { x })?;
                return Err(Throw::exception(e));
            }
            Err(t)
        }
    }
}
fn send(th: &mut Thread, a: &[Value]) -> R {
    let s = resume(th, a[0].as_gc(), a[1])?;
    deliver(th, s)
}
fn next(th: &mut Thread, a: &[Value]) -> R {
    match resume(th, a[0].as_gc(), Value::NONE)? {
        Step::Returned(Value::NONE) => Ok(Value::EMPTY),
        s => deliver(th, s),
    }
}
fn throw_method(th: &mut Thread, a: &[Value]) -> R {
    let e = exception_to_throw(th, &a[1..])?;
    let s = throw(th, a[0].as_gc(), e)?;
    deliver(th, s)
}
fn close_method(th: &mut Thread, a: &[Value]) -> R {
    close(th, a[0].as_gc())
}
/// The iterator that a suspended generator delegates to, or None.
fn delegate(v: Value) -> Value {
    let g: Gc<Generator> = v.as_gc();
    if g.state() != SUSPENDED {
        return Value::NONE;
    }
    let words = &g.code.get().as_gc::<Code>().tables().words;
    let at = g.offset();
    if at < 3 {
        return Value::NONE;
    }
    let w = words[at - 3].load(Relaxed);
    if w as u16 == Op::Send as u16 && words[at - 1].load(Relaxed) as u16 == Op::Yield as u16 {
        return g.registers()[(w >> 32) as u16 as usize].get();
    }
    Value::NONE
}
fn repr(th: &mut Thread, a: &[Value]) -> R {
    let g: Gc<Generator> = a[0].as_gc();
    let kind = th.class_of(a[0]).name_str();
    let name = g.text(th, |g| &g.qualname)?;
    let name = th.str(name)?.to_string_lossy();
    Ok(th.new_str(&format!("<{kind} object {name} at {:#x}>", a[0].0)))
}
fn set_text(th: &mut Thread, v: Value, new: Value, what: &str, f: fn(&Generator) -> &Slot) -> R<()> {
    if !new.is_kind(Kind::Str) {
        return Err(th.type_error(&format!("{what} must be set to a string object")));
    }
    let g: Gc<Generator> = v.as_gc();
    g.open(th)?;
    f(&g).set_raw(new);
    Ok(())
}
fn frame_of(th: &mut Thread, v: Value) -> R {
    let g: Gc<Generator> = v.as_gc();
    if g.has_ended(th)? {
        Ok(Value::NONE)
    } else {
        frame::of_generator(th, g)
    }
}

const LAYOUT: TypeDef = TypeDef {
    base: false,
    ..TypeDef::new("", Kind::Generator, std::mem::size_of::<Generator>())
};
/// `generator`
pub static GENERATOR: TypeDef = TypeDef {
    name: "generator",
    methods: GENERATOR_METHODS,
    getsets: GENERATOR_GETSETS,
    ..LAYOUT
};
/// `coroutine`
pub static COROUTINE: TypeDef = TypeDef {
    name: "coroutine",
    methods: COROUTINE_METHODS,
    getsets: COROUTINE_GETSETS,
    ..LAYOUT
};
/// `async_generator`
pub static ASYNC_GENERATOR: TypeDef = TypeDef {
    name: "async_generator",
    methods: super::async_generator::METHODS,
    getsets: ASYNC_GENERATOR_GETSETS,
    ..LAYOUT
};

static GENERATOR_METHODS: &[NativeDef] = &[
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def("__iter__", "self, /", |_, a| Ok(a[0]), "Implement iter(self)."),
    def("__next__", "self, /", next, "Implement next(self)."),
    def(
        "send",
        "self, value, /",
        send,
        "send(value) -> send 'value' into generator,\nreturn next yielded value or raise StopIteration.",
    ),
    def(
        "throw",
        "self, type, value=None, tb=None, /",
        throw_method,
        "Raise exception in generator, return next yielded value or raise\nStopIteration.",
    ),
    def("close", "self, /", close_method, "close() -> raise GeneratorExit inside generator."),
    def("__del__", "self, /", |th, a| finalize(th, a[0]), ""),
    def_class(
        "__class_getitem__",
        "cls, item, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
];
static COROUTINE_METHODS: &[NativeDef] = &[
    def("__repr__", "self, /", repr, "Return repr(self)."),
    def(
        "__await__",
        "self, /",
        super::helpers::awaits::wrapper,
        "Return an iterator to be used in await expression.",
    ),
    def(
        "send",
        "self, value, /",
        send,
        "send(arg) -> send 'arg' into coroutine,\nreturn next iterated value or raise StopIteration.",
    ),
    def(
        "throw",
        "self, type, value=None, traceback=None, /",
        throw_method,
        "Raise exception in coroutine, return next iterated value or raise\nStopIteration.",
    ),
    def("close", "self, /", close_method, "close() -> raise GeneratorExit inside coroutine."),
    def("__del__", "self, /", |th, a| finalize(th, a[0]), ""),
    def_class(
        "__class_getitem__",
        "cls, item, /",
        |th, a| crate::types::generic_alias::new(th, a[0], a[1]),
        "See PEP 585",
    ),
];
macro_rules! attributes {
    ($frame:literal, $running:literal, $code:literal, $delegate:literal, $suspended:literal $(, $more:expr)*) => {
        &[
            getset(
                "__name__",
                |th, v| v.as_gc::<Generator>().text(th, |g| &g.name),
                |th, v, n| set_text(th, v, n, "__name__", |g| &g.name),
                "",
            ),
            getset(
                "__qualname__",
                |th, v| v.as_gc::<Generator>().text(th, |g| &g.qualname),
                |th, v, n| set_text(th, v, n, "__qualname__", |g| &g.qualname),
                "",
            ),
            getter($frame, frame_of, ""),
            getter(
                $running,
                |th, v| {
                    let g = v.as_gc::<Generator>();
                    let runs = th.read(g.header(), || g.state() == RUNNING || g.busy.get().is_true())?;
                    Ok(Value::bool(runs))
                },
                "",
            ),
            getter(
                $suspended,
                |th, v| {
                    let g = v.as_gc::<Generator>();
                    Ok(Value::bool(th.read(g.header(), || g.state() == SUSPENDED)?))
                },
                "",
            ),
            getter($code, |_, v| Ok(v.as_gc::<Generator>().code.get()), ""),
            getter($delegate, |_, v| Ok(delegate(v)), "object being iterated by yield from, or None"),
            $($more,)*
        ]
    };
}
static GENERATOR_GETSETS: &[GetSetDef] = attributes!("gi_frame", "gi_running", "gi_code", "gi_yieldfrom", "gi_suspended");
static COROUTINE_GETSETS: &[GetSetDef] = attributes!(
    "cr_frame",
    "cr_running",
    "cr_code",
    "cr_await",
    "cr_suspended",
    getter(
        "cr_origin",
        |_, v| {
            Ok(match v.as_gc::<Generator>().origin.get() {
                Value::EMPTY => Value::NONE,
                o => o,
            })
        },
        "",
    )
);
static ASYNC_GENERATOR_GETSETS: &[GetSetDef] = attributes!("ag_frame", "ag_running", "ag_code", "ag_await", "ag_suspended");

/// `sys.set_asyncgen_hooks`: EMPTY leaves a hook as it is. Kept in this thread's `locals` dict.
pub fn set_asyncgen_hooks(th: &mut Thread, first: Value, last: Value) -> R<()> {
    for (v, key) in [(first, ".asyncgen_first"), (last, ".asyncgen_last")] {
        if !v.is_empty() {
            let d = thread_dict(th);
            let key = th.intern(key);
            d.set_str(th, key, v)?;
        }
    }
    Ok(())
}
/// The hooks (first iteration, finalizer), None when unset.
pub fn asyncgen_hooks(th: &mut Thread) -> R<(Value, Value)> {
    let d = thread_dict(th);
    let (a, b) = (th.intern(".asyncgen_first"), th.intern(".asyncgen_last"));
    Ok((d.get_str(th, a)?.unwrap_or(Value::NONE), d.get_str(th, b)?.unwrap_or(Value::NONE)))
}
/// Values that belong to this thread.
pub fn thread_dict(th: &mut Thread) -> Gc<crate::types::dict::Dict> {
    if th.locals.is_empty() {
        th.locals = th.new_dict();
    }
    th.locals.as_gc()
}
/// `anext(it, default)`
pub fn anext_with_default(th: &mut Thread, awaitable: Value, default: Value) -> R {
    super::async_generator::anext_with_default(th, awaitable, default)
}
/// The name of the `close` method, for delegation.
pub(crate) fn close_any(th: &mut Thread, it: Value) -> R<()> {
    if it.is_kind(Kind::Generator) && th.class_of(it) != ctx().types.async_generator {
        close(th, it.as_gc())?;
        return Ok(());
    }
    if let Some(f) = th.getattr_opt(it, names().close)? {
        th.call(f, &[])?;
    }
    Ok(())
}
