//! Calls: binding arguments, frames, native functions, classes.
//!
//! A call is prepared on the VM stack: `base[-1]` is the callable, `base[0..argc]` the arguments (those passed by name
//! last). [`call_at`] either has the result at once (native code) or pushes the frame that the loop goes on with.

use super::arguments::{bind, native_arguments};
use super::code::{Code, Tables};
use super::{Action, HEADER, MARGIN, collect, run, tail};
use crate::attrs;
use crate::context::ctx;
use crate::modules::builtins::compile;
use crate::modules::sys::RECURSION_LIMIT;
use crate::native::{Bind, NativeFn};
use crate::object::{Gc, Kind};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::R;
use crate::types::bound_method::BoundMethod;
use crate::types::buffer::ValueVec;
use crate::types::class::{Class, class_flag, class_of};
use crate::types::dict::Dict;
use crate::types::function::Function;
use crate::types::native_function::{self, NativeFunction};
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::types::type_;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// Added to the nesting of loops while native code calls something.
const BY_NATIVE: usize = 1 << 32;

/// What became of a call.
pub(crate) enum Called {
    /// it is done
    Done(Value),
    /// the loop goes on in a new frame
    Pushed,
}

/// Where the result of a call goes: destination register and action, as in a frame's word -3.
#[inline(always)]
pub(crate) const fn word3(dest: usize, action: Action) -> u64 {
    dest as u64 | (action as u64) << 16
}

/// Makes the frame of `code` at `regs` the running one. Its parameters are in place.
/// # Safety
/// `regs[-1]` is the function; there is room for the frame (checked with `fits`).
#[inline(always)]
pub(crate) unsafe fn push(th: &mut Thread, regs: *mut Value, code: Gc<Code>, t: &'static Tables, given: usize, word3: u64, extra: Value) {
    // SAFETY: by the caller's promise.
    unsafe {
        // Those of cells too: an exception at the entry comes before they are made, and the frame object copies them.
        for i in given..t.first_temp {
            *regs.add(i) = Value::EMPTY;
        }
        (*regs.sub(6)).0 = th.interp.pc as u64;
        (*regs.sub(5)).0 = th.interp.regs as u64;
        *regs.sub(4) = code.value();
        (*regs.sub(3)).0 = word3;
        *regs.sub(2) = extra;
        let s = &mut th.interp;
        s.regs = regs;
        s.pc = t.words.as_ptr();
        s.top = regs.add(t.nregs as usize + MARGIN);
        s.depth += 1;
    }
}
#[cold]
#[inline(never)]
pub(crate) fn too_deep(th: &mut Thread) -> crate::throw::Throw {
    // Room for handlers and the traceback.
    th.error(ctx().types.RecursionError, "maximum recursion depth exceeded")
}
#[inline(always)]
pub(crate) fn may_push(th: &mut Thread, regs: *mut Value, nregs: usize) -> bool {
    th.interp.depth < RECURSION_LIMIT.load(Relaxed) && th.interp.fits(regs, nregs)
}

/// Moves the `argc` arguments up by one and puts `func` and `first` before them.
/// # Safety
/// `base[-1 .. argc]` is a prepared call with room for one more.
#[inline(always)]
unsafe fn insert(base: *mut Value, argc: usize, func: Value, first: Value) {
    // SAFETY: by the caller's promise.
    unsafe {
        std::ptr::copy(base, base.add(1), argc);
        *base = first;
        *base.sub(1) = func;
    }
}

/// Calls `base[-1]`; `kwnames` are the names of the last arguments. The loop's `pc` has been stored.
/// # Safety
/// `base` is a prepared call above all live registers of the running frame.
pub(crate) unsafe fn call_at(th: &mut Thread, base: *mut Value, argc: usize, kwnames: &'static [Value], word: u64) -> R<Called> {
    let mut argc = argc;
    // A callable may lead to another one, even to itself.
    let mut steps = 0;
    loop {
        steps += 1;
        if steps > RECURSION_LIMIT.load(Relaxed) {
            return Err(too_deep(th));
        }
        // SAFETY: by the caller's promise; the stack has room for 65,535 more arguments above any frame.
        unsafe {
            let f = *base.sub(1);
            if !f.is_obj() {
                return Err(not_callable(th, f));
            }
            if argc == 1 && (*base).is_kind(Kind::Generator) && kwnames.is_empty() && collect::push(th, f, base, word)? {
                return Ok(Called::Pushed);
            }
            match f.as_obj().kind() {
                Kind::Function => {
                    push_function(th, base, f.as_gc(), argc, kwnames, word, Value::EMPTY)?;
                    return Ok(Called::Pushed);
                }
                Kind::NativeFunction => {
                    let n: Gc<NativeFunction> = f.as_gc();
                    if n.bound.get().is_empty()
                        && Action::of(word) == Action::Normal
                        && (std::ptr::fn_addr_eq(n.def().func, compile::exec as NativeFn)
                            || std::ptr::fn_addr_eq(n.def().func, compile::eval as NativeFn))
                    {
                        return push_exec(th, base, argc, kwnames, n, word);
                    }
                    if let Some(t) = &n.def().tail
                        && th.interp.nesting < BY_NATIVE
                        && Action::of(word) == Action::Normal
                        && let Some(r) = tail::call(th, base, argc, kwnames, n, t, word)?
                    {
                        return Ok(r);
                    }
                    return call_native(th, n, base, argc, kwnames).map(Called::Done);
                }
                Kind::BoundMethod => {
                    let m: Gc<BoundMethod> = f.as_gc();
                    insert(base, argc, m.func.get(), m.self_.get());
                    argc += 1;
                }
                Kind::Class => {
                    let class: Gc<Class> = f.as_gc();
                    if class_of(f).special(Special::Call) == ctx().types.type_.special(Special::Call) {
                        return call_class(th, class, base, argc, kwnames, word);
                    }
                    argc = call_special_at(th, f, base, argc)?;
                }
                _ => argc = call_special_at(th, f, base, argc)?,
            }
        }
    }
}
/// Replaces the callable by its `__call__`. Gives the new number of arguments.
unsafe fn call_special_at(th: &mut Thread, f: Value, base: *mut Value, argc: usize) -> R<usize> {
    let class = class_of(f);
    let Some(m) = class.special(Special::Call) else {
        return Err(not_callable(th, f));
    };
    // SAFETY: as in `call_at`.
    unsafe {
        if m.is_kind(Kind::Function) || native_function::is_method(m) {
            if m.is_kind(Kind::NativeFunction) && (f.is_kind(Kind::Function) || f.is_kind(Kind::NativeFunction)) {
                return Err(not_callable(th, f));
            }
            insert(base, argc, m, f);
            return Ok(argc + 1);
        }
        let m = th.recurse("", |th| attrs::bind(th, m, f, class.value()))?;
        *base.sub(1) = m;
    }
    Ok(argc)
}
#[cold]
fn not_callable(th: &mut Thread, f: Value) -> crate::throw::Throw {
    let n = th.class_of(f).name_str();
    th.type_error(&format!("'{n}' object is not callable"))
}

/// Binds the arguments of a Python function and pushes its frame.
/// # Safety
/// As for [`call_at`].
pub(crate) unsafe fn push_function(
    th: &mut Thread,
    base: *mut Value,
    f: Gc<Function>,
    argc: usize,
    kwnames: &'static [Value],
    word: u64,
    extra: Value,
) -> R<()> {
    let code: Gc<Code> = f.code.get().as_gc();
    let t = code.tables();
    if !may_push(th, base, t.nregs as usize) {
        return Err(too_deep(th));
    }
    // SAFETY: by the caller's promise; the room has been checked.
    unsafe {
        if t.simple && kwnames.is_empty() && argc == t.argcount as usize {
            push(th, base, code, t, argc, word, extra);
        } else {
            let given = bind(th, f, t, base, argc, kwnames)?;
            push(th, base, code, t, given, word, extra);
        }
    }
    Ok(())
}

/// Calls a native function with the arguments at `base`.
/// # Safety
/// As for [`call_at`].
#[inline]
unsafe fn call_native(th: &mut Thread, f: Gc<NativeFunction>, base: *mut Value, argc: usize, kwnames: &'static [Value]) -> R {
    let def = f.def();
    let p = f.params();
    // SAFETY: by the caller's promise.
    unsafe {
        let bound = f.bound.get();
        let (first, n) = if bound.is_empty() {
            (base, argc)
        } else {
            *base.sub(1) = bound;
            (base.sub(1), argc + 1)
        };
        let owner = f.owner.get();
        if bound.is_empty() && !owner.is_empty() {
            let own = n > 0 && def.bind != Bind::Static && class_of(*first).value() == owner;
            if !own {
                native_function::check_receiver(th, f, std::slice::from_raw_parts(first, n))?;
            }
        }
        th.interp.direct = th.interp.nesting < BY_NATIVE;
        let r = if p.simple && kwnames.is_empty() && n >= p.required && n <= p.positional && p.total - n <= MARGIN {
            for i in n..p.total {
                *first.add(i) = Value::EMPTY;
            }
            (def.func)(th, std::slice::from_raw_parts(first, p.total))
        } else {
            match native_arguments(th, def, p, std::slice::from_raw_parts(first, n), kwnames) {
                Ok(args) => (def.func)(th, args.as_slice()),
                Err(t) => Err(t),
            }
        };
        th.interp.direct = false;
        match r {
            Ok(Value::EMPTY) => exhausted(th),
            r => r,
        }
    }
}
#[cold]
fn exhausted(th: &mut Thread) -> R {
    let t = th.stop_iteration(Value::NONE);
    if let Some(e) = t.value() {
        return Err(th.raise(e));
    }
    Err(t)
}

/// `exec` and `eval` run in the same loop, so that boundaries can fall in what they run.
unsafe fn push_exec(
    th: &mut Thread,
    base: *mut Value,
    argc: usize,
    kwnames: &'static [Value],
    n: Gc<NativeFunction>,
    word: u64,
) -> R<Called> {
    let def = n.def();
    // SAFETY: as in `call_at`.
    unsafe {
        let args = native_arguments(th, def, n.params(), std::slice::from_raw_parts(base, argc), kwnames)?;
        let exec = std::ptr::fn_addr_eq(def.func, compile::exec as NativeFn);
        let (code, globals, locals, closure) = compile::prepare(th, args.as_slice(), exec)?;
        let f = super::function_for(th, code, globals, closure)?;
        *base.sub(1) = f.value();
        let t = code.tables();
        if !may_push(th, base, t.nregs as usize) {
            return Err(too_deep(th));
        }
        let word = if exec {
            word & 0xFFFF | (Action::Discard as u64) << 16
        } else {
            word
        };
        push(th, base, code, t, 0, word, locals);
    }
    Ok(Called::Pushed)
}

/// Calls a class whose metaclass has `type.__call__`.
unsafe fn call_class(th: &mut Thread, class: Gc<Class>, base: *mut Value, argc: usize, kwnames: &'static [Value], word: u64) -> R<Called> {
    let t = &ctx().types;
    // SAFETY: as in `call_at`.
    unsafe {
        if class.special(Special::New) == t.object.special(Special::New)
            && !class.has_flag(class_flag::NO_NEW | class_flag::ABSTRACT)
            && class.instance_kind() == Kind::Instance
        {
            let init = class.special(Special::Init);
            if let Some(init) = init
                && init.is_kind(Kind::Function)
                && Action::of(word) == Action::Normal
            {
                let made = attrs::new_instance(th, class);
                insert(base, argc, init, made);
                let word = word & 0xFFFF | (Action::Init as u64) << 16;
                push_function(th, base, init.as_gc(), argc + 1, kwnames, word, made)?;
                return Ok(Called::Pushed);
            }
            if argc == 0 && init == t.object.special(Special::Init) && class != t.object {
                return Ok(Called::Done(attrs::new_instance(th, class)));
            }
        }
        if class.special(Special::New).is_some_and(|n| n.is_kind(Kind::NativeFunction)) && !class.has_flag(class_flag::NO_NEW) {
            return construct(th, class, base, argc, kwnames).map(Called::Done);
        }
        let args = std::slice::from_raw_parts(base, argc - kwnames.len());
        let kwargs = if kwnames.is_empty() {
            Value::EMPTY
        } else {
            keywords(th, kwnames, std::slice::from_raw_parts(base.add(args.len()), kwnames.len()))?
        };
        th.recurse("", |th| type_::call(th, class, args, kwargs)).map(Called::Done)
    }
}
/// Calls a class with a native `__new__`: the arguments stay where they are for `__init__`.
unsafe fn construct(th: &mut Thread, class: Gc<Class>, base: *mut Value, argc: usize, kwnames: &'static [Value]) -> R {
    let t = &ctx().types;
    // SAFETY: as in `call_at`.
    unsafe {
        if class == t.type_ && argc == 1 && kwnames.is_empty() {
            return Ok(class_of(*base).value());
        }
        let new = class.special(Special::New).unwrap_or(Value::NONE);
        insert(base, argc, new, class.value());
        let made = call_native(th, new.as_gc(), base, argc + 1, kwnames)?;
        let own = class_of(made);
        if !own.is_subclass_of(class) {
            return Ok(made);
        }
        if own.has_flag(class_flag::FINALIZER) && made.is_obj() {
            attrs::register_finalizer(th, made.as_obj());
        }
        let init = own.special(Special::Init);
        // `object.__init__` has nothing to do, and nothing to complain about where `__new__` is not object's.
        if init.is_none() || init == t.object.special(Special::Init) && Some(new) != t.object.special(Special::New) {
            return Ok(made);
        }
        let init = init.unwrap_or(Value::NONE);
        *base = made;
        *base.sub(1) = init;
        let r = if native_function::is_method(init) {
            call_native(th, init.as_gc(), base, argc + 1, kwnames)?
        } else {
            let args = std::slice::from_raw_parts(base.add(1), argc - kwnames.len());
            let kwargs = if kwnames.is_empty() {
                Value::EMPTY
            } else {
                keywords(th, kwnames, std::slice::from_raw_parts(base.add(1 + args.len()), kwnames.len()))?
            };
            let args = th.new_tuple(args);
            let f = attrs::bind(th, init, made, own.value())?;
            th.recurse("", |th| th.call_ex(f, args, kwargs))?
        };
        if !r.is_none() {
            let n = class_of(r).name_str();
            return Err(th.type_error(&format!("__init__() should return None, not '{n}'")));
        }
        Ok(made)
    }
}
/// A dict of keyword arguments.
pub(crate) fn keywords(th: &mut Thread, names: &[Value], values: &[Value]) -> R {
    let d = th.new_dict();
    for (n, v) in names.iter().zip(values) {
        d.as_gc::<Dict>().set_str(th, n.as_gc(), *v)?;
    }
    Ok(d)
}

/// Runs a function's code with no arguments and the given locals mapping; `init` may fill registers.
pub(crate) fn run_frame(th: &mut Thread, f: Gc<Function>, locals: Value) -> R {
    th.recurse("", |th| {
        let code: Gc<Code> = f.code.get().as_gc();
        let t = code.tables();
        let base = th.interp.top.wrapping_add(HEADER);
        if !may_push(th, base, t.nregs as usize) {
            return Err(too_deep(th));
        }
        let was = Entered::new(th);
        // SAFETY: words above `top` are free; the room has been checked.
        unsafe {
            *base.sub(1) = f.value();
            push(th, base, code, t, 0, word3(0, Action::Native), locals);
        }
        was.run(th)
    })
}

/// The state that a nested loop puts back.
pub(crate) struct Entered {
    regs: *mut Value,
    pc: *const AtomicU64,
    top: *mut Value,
    depth: usize,
    direct: bool,
}
impl Entered {
    pub(crate) fn new(th: &Thread) -> Entered {
        let s = &th.interp;
        Entered {
            regs: s.regs,
            pc: s.pc,
            top: s.top,
            depth: s.depth,
            direct: s.direct,
        }
    }
    /// Puts the state back.
    #[inline]
    pub(crate) fn back(&self, th: &mut Thread) {
        let s = &mut th.interp;
        s.regs = self.regs;
        s.pc = self.pc;
        s.top = self.top;
        s.depth = self.depth;
        s.direct = self.direct;
    }
    /// Runs the frame that was pushed.
    pub(crate) fn run(self, th: &mut Thread) -> R {
        let s = &mut th.interp;
        s.direct = false;
        s.nesting += 1;
        let r = if s.nesting == 1 && th.tx.concurrent {
            run::run_outermost(th)
        } else {
            th.enter_loop();
            run::run(th)
        };
        th.interp.nesting -= 1;
        self.back(th);
        r
    }
}

impl Thread {
    /// Calls `f(*args)`.
    pub fn call(&mut self, f: Value, args: &[Value]) -> R {
        self.call_kw_slice(f, args, &[])
    }
    /// Calls `f(*args)`, the last arguments by name.
    fn call_kw_slice(&mut self, f: Value, args: &[Value], kwnames: &'static [Value]) -> R {
        if let Some(n) = f.cast::<NativeFunction>()
            && kwnames.is_empty()
        {
            return self.call_native_direct(n, args);
        }
        let here = 0u8;
        if (&raw const here as usize) < self.stack_limit {
            return Err(too_deep(self));
        }
        let base = self.interp.top.wrapping_add(HEADER);
        if !self.interp.fits(base, args.len()) || args.len() > 60_000 {
            return self.call_many(f, args, kwnames);
        }
        let was = Entered::new(self);
        // SAFETY: words above `top` are free; the room has been checked.
        unsafe {
            *base.sub(1) = f;
            std::ptr::copy(args.as_ptr(), base, args.len());
            // What the callee's own natives push must not run over the arguments.
            self.interp.top = base.add(args.len() + MARGIN);
            self.interp.direct = false;
            // What is called from here is called by no loop.
            self.interp.nesting += BY_NATIVE;
            let r = call_at(self, base, args.len(), kwnames, word3(0, Action::Native));
            self.interp.nesting -= BY_NATIVE;
            match r {
                Ok(Called::Pushed) => was.run(self),
                Ok(Called::Done(v)) => {
                    was.back(self);
                    Ok(v)
                }
                Err(t) => {
                    was.back(self);
                    Err(t)
                }
            }
        }
    }
    /// A call with more arguments than frames have room for: only functions with `*args` can take them.
    #[cold]
    fn call_many(&mut self, f: Value, args: &[Value], kwnames: &'static [Value]) -> R {
        if args.len() <= 60_000 {
            return Err(too_deep(self));
        }
        if let Some(n) = f.cast::<NativeFunction>() {
            return self.call_native_slow(n, args, kwnames);
        }
        if let Some(c) = f.cast::<Class>()
            && kwnames.is_empty()
            && class_of(f).special(Special::Call) == ctx().types.type_.special(Special::Call)
        {
            return type_::call(self, c, args, Value::EMPTY);
        }
        if let Some(m) = f.cast::<BoundMethod>() {
            let mut all = ValueVec::with_capacity(self, args.len() + 1)?;
            all.push(self, m.self_.get())?;
            for v in args {
                all.push(self, *v)?;
            }
            return self.call_many(m.func.get(), all.as_slice(), kwnames);
        }
        if let Some(f) = f.cast::<Function>() {
            return super::arguments::call_with_many(self, f, args, kwnames);
        }
        match class_of(f).special(Special::Call) {
            Some(m) => {
                let m = attrs::bind(self, m, f, class_of(f).value())?;
                self.call_many(m, args, kwnames)
            }
            None => Err(not_callable(self, f)),
        }
    }
    fn call_native_slow(&mut self, f: Gc<NativeFunction>, args: &[Value], kwnames: &'static [Value]) -> R {
        let def = f.def();
        let mut all = ValueVec::with_capacity(self, args.len() + 1)?;
        if !f.bound.get().is_empty() {
            all.push(self, f.bound.get())?;
        }
        for v in args {
            all.push(self, *v)?;
        }
        native_function::check_receiver(self, f, all.as_slice())?;
        let v = native_arguments(self, def, f.params(), all.as_slice(), kwnames)?;
        let direct = std::mem::replace(&mut self.interp.direct, false);
        let r = (def.func)(self, v.as_slice());
        self.interp.direct = direct;
        match r {
            Ok(Value::EMPTY) => exhausted(self),
            r => r,
        }
    }
    /// Calls a native function without the VM stack. EMPTY (an exhausted iterator) becomes StopIteration.
    fn call_native_direct(&mut self, f: Gc<NativeFunction>, args: &[Value]) -> R {
        match self.call_native_raw(f, args)? {
            Value::EMPTY => exhausted(self),
            v => Ok(v),
        }
    }
    /// Calls a native method that was found in the class of `args[0]`: the receiver needs no check.
    fn call_own_native(&mut self, f: Gc<NativeFunction>, args: &[Value]) -> R {
        let (def, p) = (f.def(), f.params());
        let here = 0u8;
        if !p.simple || args.len() != p.total || args.len() != p.positional || (&raw const here as usize) < self.stack_limit {
            return self.call_native_raw(f, args);
        }
        let direct = std::mem::replace(&mut self.interp.direct, false);
        let r = (def.func)(self, args);
        self.interp.direct = direct;
        r
    }
    fn call_native_raw(&mut self, f: Gc<NativeFunction>, args: &[Value]) -> R {
        let def = f.def();
        let p = f.params();
        let n = args.len();
        let here = 0u8;
        if (&raw const here as usize) < self.stack_limit {
            return Err(too_deep(self));
        }
        let direct = std::mem::replace(&mut self.interp.direct, false);
        let r = self.call_native_inner(f, args, def, p, n);
        self.interp.direct = direct;
        r
    }
    #[inline(always)]
    fn call_native_inner(
        &mut self,
        f: Gc<NativeFunction>,
        args: &[Value],
        def: &'static crate::native::NativeDef,
        p: &'static crate::native::Params,
        n: usize,
    ) -> R {
        let bound = f.bound.get();
        if bound.is_empty() {
            native_function::check_receiver(self, f, args)?;
            if p.simple && n == p.total && n == p.positional {
                return (def.func)(self, args);
            }
        }
        let skip = usize::from(!bound.is_empty());
        if p.simple && p.total <= 8 && n + skip >= p.required && n + skip <= p.positional {
            let mut buf = [Value::EMPTY; 8];
            buf[0] = bound;
            buf[skip..skip + n].copy_from_slice(args);
            return (def.func)(self, &buf[..p.total]);
        }
        let mut all = ValueVec::with_capacity(self, n + 1)?;
        if skip == 1 {
            all.push(self, bound)?;
        }
        for v in args {
            all.push(self, *v)?;
        }
        let v = native_arguments(self, def, p, all.as_slice(), &[])?;
        (def.func)(self, v.as_slice())
    }
    /// Calls `f(*args, **kwargs)` with the keyword arguments given as pairs.
    pub fn call_kw(&mut self, f: Value, args: &[Value], kwargs: &[(Gc<Str>, Value)]) -> R {
        if kwargs.is_empty() {
            return self.call(f, args);
        }
        let mut all = ValueVec::from_slice(self, args)?;
        let mut names = ValueVec::with_capacity(self, kwargs.len())?;
        for (n, v) in kwargs {
            all.push(self, *v)?;
            names.push(self, n.value())?;
        }
        let names = self.new_tuple(names.as_slice());
        let r = self.call_with_names(f, all.as_slice(), names.as_gc());
        std::hint::black_box(names);
        r
    }
    fn call_with_names(&mut self, f: Value, all: &[Value], names: Gc<Tuple>) -> R {
        if let Some(n) = f.cast::<NativeFunction>() {
            return self.call_native_slow(n, all, names.items());
        }
        self.call_kw_slice(f, all, names.items())
    }
    /// Calls `f(*args, **kwargs)`: any iterable of arguments, a mapping or EMPTY.
    pub fn call_ex(&mut self, f: Value, args: Value, kwargs: Value) -> R {
        let items = match args.cast::<Tuple>() {
            Some(t) => t.items(),
            None => {
                let v = self.collect(args)?;
                return self.call_ex_items(f, v.as_slice(), kwargs);
            }
        };
        self.call_ex_items(f, items, kwargs)
    }
    fn call_ex_items(&mut self, f: Value, items: &[Value], kwargs: Value) -> R {
        let d = match kwargs.cast::<Dict>() {
            Some(d) if d.len(self)? > 0 => d,
            _ => return self.call(f, items),
        };
        let (keys, values) = d.snapshot(self)?;
        let mut all = ValueVec::with_capacity(self, items.len() + keys.len())?;
        for v in items.iter().chain(values.as_slice()) {
            all.push(self, *v)?;
        }
        let mut names = ValueVec::with_capacity(self, keys.len())?;
        for k in keys.as_slice() {
            match k.cast::<Str>() {
                Some(s) => names.push(self, s.interned().value())?,
                None => return Err(self.type_error("keywords must be strings")),
            }
        }
        let names = self.new_tuple(names.as_slice());
        let r = self.call_with_names(f, all.as_slice(), names.as_gc());
        std::hint::black_box(names);
        r
    }
    /// Calls `obj.name(*args)`.
    pub fn call_method(&mut self, obj: Value, name: Gc<Str>, args: &[Value]) -> R {
        let (f, this) = super::helpers::load_method(self, obj, name)?;
        if this.is_empty() {
            self.call(f, args)
        } else {
            self.call_first(f, this, args)
        }
    }
    fn call_first(&mut self, f: Value, this: Value, args: &[Value]) -> R {
        if args.len() < 8 {
            let mut buf = [Value::EMPTY; 8];
            buf[0] = this;
            buf[1..=args.len()].copy_from_slice(args);
            return self.call(f, &buf[..=args.len()]);
        }
        let mut all = ValueVec::with_capacity(self, args.len() + 1)?;
        all.push(self, this)?;
        for v in args {
            all.push(self, *v)?;
        }
        self.call(f, all.as_slice())
    }
    /// Calls a special method, looked up on the class; None when the class has none. A native `__next__` may give EMPTY.
    pub fn call_special(&mut self, obj: Value, s: Special, args: &[Value]) -> R<Option<Value>> {
        let class = self.class_of(obj);
        let Some(m) = class.special(s) else { return Ok(None) };
        if m.is_kind(Kind::NativeFunction) && native_function::is_method(m) {
            match *args {
                [] => return self.call_own_native(m.as_gc(), &[obj]).map(Some),
                [arg] => return self.call_own_native(m.as_gc(), &[obj, arg]).map(Some),
                [a, b] => return self.call_own_native(m.as_gc(), &[obj, a, b]).map(Some),
                _ => {}
            }
            let mut buf = [Value::EMPTY; 8];
            buf[0] = obj;
            let n = args.len().min(7);
            buf[1..=n].copy_from_slice(&args[..n]);
            return self.call_own_native(m.as_gc(), &buf[..=n]).map(Some);
        }
        if m.is_kind(Kind::Function) {
            return self.call_first(m, obj, args).map(Some);
        }
        if m.is_none() && s != Special::Hash {
            let n = class.name_str();
            return Err(self.type_error(&format!("'{n}' object does not support {}", s.name())));
        }
        let m = attrs::bind(self, m, obj, class.value())?;
        self.call(m, args).map(Some)
    }
}
