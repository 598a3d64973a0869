//! The interpreter's loop.
//!
//! `regs`, `pc` and the tables of the running code are locals of the loop; `interp.regs` always equals `regs`, and
//! `interp.pc` is stored before anything that may raise, call, or look at frames.

use super::cache;
use super::call::{Called, call_at, may_push, push, push_function, too_deep, word3};
use super::call_ex::call_ex;
use super::code::{Code, Tables};
use super::generator::{Generator, Step};
use super::helpers as h;
use super::instruction::Instruction;
use super::lookup::{Found, attribute, global, method};
use super::returns::{Popped, jump, pop_frame, yield_from_frame};
use super::unwind::{Next, unwind};
use super::{Action, HEADER, async_generator, code_of, collect, frame_flag, function_of, mode, suspend, trace};
use crate::context::ctx;
use crate::object::{Gc, Kind};
use crate::ops::{BinOp, CmpOp, UnOp};
use crate::special::Special;
use crate::thread::Thread;
use crate::throw::{R, Throw};
use crate::types::cell::{self, Cell};
use crate::types::class::class_of;
use crate::types::dict::Dict;
use crate::types::function;
use crate::types::iter::{self, Iter};
use crate::types::list::List;
use crate::types::set::Set;
use crate::types::str_::Str;
use crate::types::tuple::Tuple;
use crate::value::Value;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use vasuki_compiler::code::flags;
use vasuki_compiler::op::Op;

/// Runs the frame that was pushed, in a thread's outermost loop: transactions begin here.
pub(super) fn run_outermost(th: &mut Thread) -> R {
    th.commit()?;
    th.world.safepoint(true);
    th.begin();
    let pc = th.interp.pc;
    th.set_checkpoint(pc);
    run(th)
}
/// Runs the frame that was pushed.
#[inline]
pub(super) fn run(th: &mut Thread) -> R {
    run_with(th, None)
}

/// Runs the frame that was pushed; `thrown` is thrown there first.
pub(super) fn run_with(th: &mut Thread, thrown: Option<Throw>) -> R {
    let mut r = enter(th, thrown);
    while std::mem::replace(&mut th.interp.left, false) {
        r = if th.interp.mode & mode::COLLECT != 0 {
            wipe();
            collect(th, r)
        } else if let Some(at) = th.interp.check_memory.take() {
            check_memory(th, at)
        } else {
            enter(th, None)
        };
    }
    r
}
/// Runs the loop, the one that calls trace functions if this thread has one.
#[inline(always)]
fn enter(th: &mut Thread, thrown: Option<Throw>) -> R {
    if th.interp.mode & mode::TRACED == 0 {
        interpret::<false>(th, thrown)
    } else {
        interpret::<true>(th, thrown)
    }
}
/// The limit of memory was passed: MemoryError before `at`, unless there is room after all. As in `collect`, the loop's
/// frame is gone.
#[cold]
#[inline(never)]
fn check_memory(th: &mut Thread, at: *const AtomicU64) -> R {
    th.out_of_memory = false;
    th.clear_dead_registers_at_poll();
    let thrown = crate::memory::is_full(th).then(|| {
        th.interp.pc = at;
        th.memory_error()
    });
    enter(th, thrown)
}
/// Overwrites the native stack where the loop's frame, and those that it called, were: frames laid over them have words that
/// they never write.
#[cold]
#[inline(never)]
fn wipe() {
    std::hint::black_box([0u64; 1024]);
}
/// A native function called by the loop has asked for a collection: it happens while the loop's own native frame, whose
/// words may be left over from what the program has done with long ago, is gone. So are, at a boundary, the logs and the
/// checkpoint of the transaction, which would keep alive what the program has let go. `r` is the register that gets the result.
#[cold]
#[inline(never)]
fn collect(th: &mut Thread, r: R) -> R {
    th.interp.mode &= !mode::COLLECT;
    let ends = th.tx.concurrent && (th.interp.nesting == 1 || th.has_own_checkpoint());
    let begun = if ends { th.commit_point() } else { Ok(()) };
    let collected = begun.and_then(|()| crate::modules::gc::collect_now(th));
    let thrown = match (r, collected) {
        (Ok(dest), Ok(v)) => {
            // SAFETY: a register of the running frame.
            unsafe { *th.interp.regs.add(dest.as_small() as usize) = v };
            let pc = th.interp.pc;
            if ends { settle(th, pc).err() } else { None }
        }
        (_, Err(t)) | (Err(t), _) => Some(t),
    };
    enter(th, thrown)
}
/// `TRACED`: with a look at the trace and profiling functions before every instruction.
#[inline(never)]
fn interpret<const TRACED: bool>(th: &mut Thread, thrown: Option<Throw>) -> R {
    if let Some(t) = thrown
        && let Next::Leave(t) = unwind(th, t)
    {
        return Err(t);
    }
    let mut regs = th.interp.regs;
    let mut pc = th.interp.pc;
    // SAFETY: the running frame is live.
    let mut t: &'static Tables = unsafe { code_of(regs).tables() };
    loop {
        let thrown: Throw = 'run: loop {
            macro_rules! r {
                ($i:expr) => {
                    // SAFETY: registers of validated code are within the frame, whose room was checked when it was pushed.
                    *unsafe { &mut *regs.add($i as usize) }
                };
            }
            macro_rules! slice {
                ($i:expr, $n:expr) => {
                    // SAFETY: as in `r!`; the values are copied or kept alive by the frame while the slice is used.
                    unsafe { std::slice::from_raw_parts(regs.add($i as usize), $n as usize) }
                };
            }
            macro_rules! ok {
                ($e:expr) => {{
                    th.interp.pc = pc;
                    match $e {
                        Ok(v) => v,
                        Err(t) => break 'run t,
                    }
                }};
            }
            macro_rules! fail {
                ($e:expr) => {{
                    th.interp.pc = pc;
                    break 'run $e;
                }};
            }
            // Another frame runs now.
            macro_rules! reload {
                () => {{
                    regs = th.interp.regs;
                    pc = th.interp.pc;
                    // SAFETY: the running frame is live.
                    t = unsafe { code_of(regs).tables() };
                }};
            }
            macro_rules! word_at_pc {
                () => {{
                    // SAFETY: instructions with operand or cache words are followed by them.
                    let w = unsafe { &*pc };
                    pc = pc.wrapping_add(1);
                    w
                }};
            }
            macro_rules! name {
                ($i:expr) => {
                    t.names[$i as usize].as_gc::<Str>()
                };
            }
            macro_rules! func {
                () => {
                    // SAFETY: the running frame is live.
                    unsafe { function_of(regs) }
                };
            }
            macro_rules! code {
                () => {
                    // SAFETY: the running frame is live.
                    unsafe { code_of(regs) }
                };
            }
            // Out of the loop, which `run_with` enters again.
            macro_rules! leave {
                ($pc:expr) => {{
                    th.interp.pc = $pc;
                    th.interp.left = true;
                    return Ok(Value::NONE);
                }};
            }
            macro_rules! poll {
                () => {
                    if th.world.poll_word() != 0 {
                        ok!(th.poll());
                        if th.out_of_memory {
                            th.interp.check_memory = Some(pc);
                            leave!(pc);
                        }
                        if th.interp.mode & mode::TRACED != TRACED as u8 {
                            leave!(pc);
                        }
                    }
                };
            }
            // After a call.
            macro_rules! called {
                ($c:expr, $dest:expr) => {
                    match $c {
                        Called::Done(v) => {
                            r!($dest) = v;
                            if th.interp.after_effect {
                                ok!(settle(th, pc));
                            }
                            if th.interp.mode != TRACED as u8 {
                                th.interp.pc = pc;
                                th.interp.left = true;
                                return Ok(Value::small($dest as i64));
                            }
                        }
                        Called::Pushed => reload!(),
                    }
                };
            }
            macro_rules! arithmetic {
                ($a:expr, $b:expr, $c:expr, $op:ident, $checked:ident, $float:tt, $inplace:expr) => {{
                    let (x, y) = (r!($b), r!($c));
                    if Value::both_small(x, y)
                        && let Some(v) = x.as_small().$checked(y.as_small()).and_then(Value::try_small)
                    {
                        r!($a) = v;
                    } else if x.is_float() && y.is_float() {
                        r!($a) = Value::float(x.as_float() $float y.as_float());
                    } else {
                        r!($a) = ok!(h::binary(th, BinOp::$op, x, y, $inplace));
                    }
                }};
            }
            macro_rules! binary {
                ($a:expr, $b:expr, $c:expr, $op:ident, $inplace:expr) => {{
                    let (x, y) = (r!($b), r!($c));
                    r!($a) = ok!(h::binary(th, BinOp::$op, x, y, $inplace));
                }};
            }
            macro_rules! bits {
                ($a:expr, $b:expr, $c:expr, $op:ident, $bit:tt, $inplace:expr) => {{
                    let (x, y) = (r!($b), r!($c));
                    if Value::both_small(x, y) {
                        r!($a) = Value::small(x.as_small() $bit y.as_small());
                    } else {
                        r!($a) = ok!(h::binary(th, BinOp::$op, x, y, $inplace));
                    }
                }};
            }
            macro_rules! compare {
                ($a:expr, $b:expr, $c:expr, $op:ident, $cmp:tt) => {{
                    let (x, y) = (r!($b), r!($c));
                    r!($a) = if Value::both_small(x, y) {
                        Value::bool(x.as_small() $cmp y.as_small())
                    } else {
                        ok!(h::compare(th, CmpOp::$op, x, y))
                    };
                }};
            }
            macro_rules! jump_compare {
                ($a:expr, $b:expr, $c:expr, $op:ident, $cmp:tt) => {{
                    let off = word_at_pc!().load(Relaxed) as u32 as i32;
                    let (x, y) = (r!($a), r!($b));
                    let holds = if Value::both_small(x, y) {
                        x.as_small() $cmp y.as_small()
                    } else {
                        ok!(h::compare_bool(th, CmpOp::$op, x, y))
                    };
                    if holds == ($c != 0) {
                        pc = jump(pc, off);
                    }
                }};
            }

            // SAFETY: validated code ends with a return or a jump: `pc` is always on an instruction.
            let ins = unsafe { Instruction::at(pc) };
            if TRACED && th.interp.mode & mode::TRACED == 0 {
                leave!(pc);
            }
            pc = pc.wrapping_add(1);
            if TRACED {
                // SAFETY: the running frame is live, and `pc` is behind an instruction.
                if let Some(to) = ok!(unsafe { trace::before(th, regs, pc) }) {
                    pc = to;
                    continue;
                }
            }
            match ins.op() {
                Op::Nop => {}
                Op::Resume => poll!(),
                Op::CopyFree => {
                    let cells = func!().closure.get().cast::<Tuple>().map_or(&[][..], |t| t.items());
                    for (i, v) in cells.iter().enumerate().take(ins.b() as usize) {
                        r!(ins.a() as usize + i) = *v;
                    }
                }
                Op::MakeCell => {
                    let v = r!(ins.a());
                    r!(ins.a()) = cell::new(th, v).value();
                }
                Op::ReturnGenerator => {
                    // SAFETY: the running frame is live.
                    let g = ok!(unsafe { suspend::from_frame(th, regs, pc) });
                    // The registers have moved: the frame itself just returns the generator.
                    match ok!(pop_frame(th, regs, g)) {
                        Popped::Go => reload!(),
                        Popped::Leave(v) => return Ok(v),
                    }
                }
                Op::Move => r!(ins.a()) = r!(ins.b()),
                Op::LoadConst => r!(ins.a()) = t.consts[ins.b() as usize],
                Op::LoadInt => r!(ins.a()) = Value::small(i64::from(ins.offset())),
                Op::LoadNone => r!(ins.a()) = Value::NONE,
                Op::LoadTrue => r!(ins.a()) = Value::TRUE,
                Op::LoadFalse => r!(ins.a()) = Value::FALSE,
                Op::LoadEllipsis => r!(ins.a()) = Value::ELLIPSIS,
                Op::Clear => r!(ins.a()) = Value::EMPTY,
                Op::CheckBound => {
                    if r!(ins.a()).is_empty() {
                        fail!(h::unbound_local(th, t, ins.a() as usize));
                    }
                }
                Op::DeleteLocal => {
                    if r!(ins.a()).is_empty() {
                        fail!(h::unbound_local(th, t, ins.a() as usize));
                    }
                    r!(ins.a()) = Value::EMPTY;
                }
                Op::LoadDeref => {
                    let cell: Gc<Cell> = h::cell_of(r!(ins.b()));
                    let v = ok!(cell.get(th));
                    if v.is_empty() {
                        fail!(h::unbound_cell(th, t, ins.b() as usize));
                    }
                    r!(ins.a()) = v;
                }
                Op::StoreDeref => ok!(h::cell_of(r!(ins.a())).set(th, r!(ins.b()))),
                Op::DeleteDeref => {
                    let cell = h::cell_of(r!(ins.a()));
                    if ok!(cell.get(th)).is_empty() {
                        fail!(h::unbound_cell(th, t, ins.a() as usize));
                    }
                    ok!(cell.set(th, Value::EMPTY));
                }
                Op::LoadClassDeref => {
                    // SAFETY: the running frame is live.
                    let locals = unsafe { *regs.sub(2) };
                    let found = ok!(h::mapping_get(th, locals, name!(ins.c())));
                    let v = match found {
                        Some(v) => v,
                        None => ok!(h::cell_of(r!(ins.b())).get(th)),
                    };
                    if v.is_empty() {
                        fail!(h::unbound_cell(th, t, ins.b() as usize));
                    }
                    r!(ins.a()) = v;
                }
                Op::LoadDictDeref => {
                    let found = ok!(h::mapping_get(th, r!(ins.a()), name!(ins.c())));
                    let v = match found {
                        Some(v) => v,
                        None => ok!(h::cell_of(r!(ins.b())).get(th)),
                    };
                    if v.is_empty() {
                        fail!(h::unbound_cell(th, t, ins.b() as usize));
                    }
                    r!(ins.a()) = v;
                }
                Op::LoadName => {
                    let word = word_at_pc!();
                    let f = func!();
                    // SAFETY: the running frame is live.
                    let locals = unsafe { *regs.sub(2) };
                    r!(ins.a()) = if locals == f.globals.get() || locals.is_empty() {
                        match global(th, word, f.globals.get(), f.builtins.get()) {
                            Some(v) => v,
                            None => ok!(h::load_global(th, code!(), word, f, name!(ins.b()))),
                        }
                    } else {
                        ok!(h::load_name(th, locals, f, name!(ins.b())))
                    };
                }
                Op::StoreName => {
                    // SAFETY: the running frame is live.
                    let mut m = unsafe { *regs.sub(2) };
                    if m.is_empty() {
                        m = func!().globals.get();
                    }
                    ok!(h::store_name(th, m, name!(ins.a()), r!(ins.b())));
                }
                Op::DeleteName => {
                    // SAFETY: the running frame is live.
                    let m = unsafe { *regs.sub(2) };
                    ok!(h::delete_name(th, m, name!(ins.a())));
                }
                Op::LoadGlobal => {
                    let word = word_at_pc!();
                    let f = func!();
                    r!(ins.a()) = match global(th, word, f.globals.get(), f.builtins.get()) {
                        Some(v) => v,
                        None => ok!(h::load_global(th, code!(), word, f, name!(ins.b()))),
                    };
                }
                Op::StoreGlobal => {
                    let _ = word_at_pc!();
                    let g = func!().globals.get();
                    ok!(h::store_name(th, g, name!(ins.a()), r!(ins.b())));
                }
                Op::DeleteGlobal => {
                    let g = func!().globals.get();
                    ok!(h::delete_name(th, g, name!(ins.a())));
                }
                Op::LoadClassGlobal => r!(ins.a()) = ok!(h::load_name(th, r!(ins.c()), func!(), name!(ins.b()))),
                Op::LoadLocals => {
                    // SAFETY: the running frame is live.
                    let m = unsafe { *regs.sub(2) };
                    r!(ins.a()) = if m.is_empty() { func!().globals.get() } else { m };
                }
                Op::LoadBuildClass => r!(ins.a()) = ok!(h::load_build_class(th, func!())),
                Op::LoadCommon => r!(ins.a()) = ok!(h::load_common(th, ins.b() as usize)),

                Op::LoadAttr => {
                    let word = word_at_pc!();
                    let v = r!(ins.b());
                    match attribute(th, word, v) {
                        Found::Value(x) => r!(ins.a()) = x,
                        Found::Getter(f) => {
                            ok!(push_method(th, f, &[v], ins.a() as u64));
                            reload!();
                        }
                        Found::Nothing => r!(ins.a()) = ok!(h::load_attr(th, code!(), word, v, name!(ins.c()))),
                    }
                }
                Op::StoreAttr => {
                    let word = word_at_pc!();
                    let (v, new) = (r!(ins.a()), r!(ins.c()));
                    if v.is_obj()
                        && let o = v.as_obj()
                        && th.tx.writable(o.header())
                        && let Some(at) = cache::hit(word.load(Relaxed), o.shape_id())
                    {
                        // SAFETY: the cache says where an object of this shape has the attribute.
                        unsafe { o.slot(at) }.set_raw(new);
                    } else {
                        ok!(h::store_attr(th, code!(), word, v, name!(ins.b()), new));
                    }
                }
                Op::DeleteAttr => ok!(th.delattr(r!(ins.a()), name!(ins.b()))),
                Op::LoadMethod => {
                    let word = word_at_pc!();
                    let v = r!(ins.b());
                    match method(th, word, v) {
                        Some(m) => {
                            r!(ins.a() - 1) = m;
                            r!(ins.a()) = v;
                        }
                        None => {
                            let (f, this) = ok!(h::load_method_cached(th, code!(), word, v, name!(ins.c())));
                            r!(ins.a() - 1) = f;
                            r!(ins.a()) = this;
                        }
                    }
                }
                Op::LoadSuperAttr => {
                    let explicit = word_at_pc!().load(Relaxed) == 1;
                    let (sup, class, this) = (r!(ins.b()), r!(ins.b() + 1), r!(ins.b() + 2));
                    r!(ins.a()) = ok!(h::super_attr(th, sup, class, this, explicit, name!(ins.c())));
                }
                Op::LoadSuperMethod => {
                    let explicit = word_at_pc!().load(Relaxed) == 1;
                    let (sup, class, this) = (r!(ins.b()), r!(ins.b() + 1), r!(ins.b() + 2));
                    let (f, this) = ok!(h::super_method(th, sup, class, this, explicit, name!(ins.c())));
                    r!(ins.a() - 1) = f;
                    r!(ins.a()) = this;
                }
                Op::LoadSpecial => {
                    let (f, this) = ok!(h::load_special(th, r!(ins.b()), ins.c() as usize));
                    r!(ins.a() - 1) = f;
                    r!(ins.a()) = this;
                }

                Op::LoadSubscr => {
                    let (o, k) = (r!(ins.b()), r!(ins.c()));
                    match python_method(o, Special::Getitem) {
                        None => r!(ins.a()) = ok!(h::subscript(th, o, k)),
                        Some(f) => {
                            ok!(push_method(th, f, &[o, k], ins.a() as u64));
                            reload!();
                        }
                    }
                }
                Op::StoreSubscr => {
                    let (o, k, v) = (r!(ins.a()), r!(ins.b()), r!(ins.c()));
                    match python_method(o, Special::Setitem) {
                        None => ok!(h::store_subscript(th, o, k, v)),
                        Some(f) => {
                            // The result goes to the first word above the frame's registers.
                            ok!(push_method(th, f, &[o, k, v], word3(t.nregs as usize, Action::Discard)));
                            reload!();
                        }
                    }
                }
                Op::LoadSlice => {
                    let o = r!(ins.b());
                    let (start, stop) = (r!(ins.c()), r!(ins.c() + 1));
                    match python_method(o, Special::Getitem) {
                        None => r!(ins.a()) = ok!(h::load_slice(th, o, start, stop)),
                        Some(f) => {
                            th.interp.pc = pc;
                            let k = crate::types::slice::new(th, start, stop, Value::NONE);
                            ok!(push_method(th, f, &[o, k], ins.a() as u64));
                            reload!();
                        }
                    }
                }
                Op::StoreSlice => {
                    let (o, v) = (r!(ins.a()), r!(ins.c()));
                    let (start, stop) = (r!(ins.b()), r!(ins.b() + 1));
                    match python_method(o, Special::Setitem) {
                        None => ok!(h::store_slice(th, o, start, stop, v)),
                        Some(f) => {
                            th.interp.pc = pc;
                            let k = crate::types::slice::new(th, start, stop, Value::NONE);
                            ok!(push_method(th, f, &[o, k, v], word3(t.nregs as usize, Action::Discard)));
                            reload!();
                        }
                    }
                }
                Op::DeleteSubscr => ok!(th.delitem(r!(ins.a()), r!(ins.b()))),
                Op::BuildSlice => r!(ins.a()) = crate::types::slice::new(th, r!(ins.b()), r!(ins.b() + 1), r!(ins.b() + 2)),

                Op::Neg => {
                    let v = r!(ins.b());
                    r!(ins.a()) = if v.is_small()
                        && let Some(n) = Value::try_small(-v.as_small())
                    {
                        n
                    } else if v.is_float() {
                        Value::float(-v.as_float())
                    } else {
                        ok!(th.unary(UnOp::Neg, v))
                    };
                }
                Op::Pos => r!(ins.a()) = ok!(th.unary(UnOp::Pos, r!(ins.b()))),
                Op::Invert => {
                    let v = r!(ins.b());
                    r!(ins.a()) = if v.is_small() {
                        Value::small(!v.as_small())
                    } else {
                        ok!(th.unary(UnOp::Invert, v))
                    };
                }
                Op::Not => r!(ins.a()) = Value::bool(!ok!(th.truth(r!(ins.b())))),
                Op::Add => arithmetic!(ins.a(), ins.b(), ins.c(), Add, checked_add, +, false),
                Op::Sub => arithmetic!(ins.a(), ins.b(), ins.c(), Sub, checked_sub, -, false),
                Op::Mul => arithmetic!(ins.a(), ins.b(), ins.c(), Mul, checked_mul, *, false),
                Op::MatMul => binary!(ins.a(), ins.b(), ins.c(), MatMul, false),
                Op::TrueDiv => binary!(ins.a(), ins.b(), ins.c(), TrueDiv, false),
                Op::FloorDiv => binary!(ins.a(), ins.b(), ins.c(), FloorDiv, false),
                Op::Mod => binary!(ins.a(), ins.b(), ins.c(), Mod, false),
                Op::Pow => binary!(ins.a(), ins.b(), ins.c(), Pow, false),
                Op::LShift => binary!(ins.a(), ins.b(), ins.c(), LShift, false),
                Op::RShift => binary!(ins.a(), ins.b(), ins.c(), RShift, false),
                Op::And => bits!(ins.a(), ins.b(), ins.c(), And, &, false),
                Op::Or => bits!(ins.a(), ins.b(), ins.c(), Or, |, false),
                Op::Xor => bits!(ins.a(), ins.b(), ins.c(), Xor, ^, false),
                Op::InplaceAdd => arithmetic!(ins.a(), ins.b(), ins.c(), Add, checked_add, +, true),
                Op::InplaceSub => arithmetic!(ins.a(), ins.b(), ins.c(), Sub, checked_sub, -, true),
                Op::InplaceMul => arithmetic!(ins.a(), ins.b(), ins.c(), Mul, checked_mul, *, true),
                Op::InplaceMatMul => binary!(ins.a(), ins.b(), ins.c(), MatMul, true),
                Op::InplaceTrueDiv => binary!(ins.a(), ins.b(), ins.c(), TrueDiv, true),
                Op::InplaceFloorDiv => binary!(ins.a(), ins.b(), ins.c(), FloorDiv, true),
                Op::InplaceMod => binary!(ins.a(), ins.b(), ins.c(), Mod, true),
                Op::InplacePow => binary!(ins.a(), ins.b(), ins.c(), Pow, true),
                Op::InplaceLShift => binary!(ins.a(), ins.b(), ins.c(), LShift, true),
                Op::InplaceRShift => binary!(ins.a(), ins.b(), ins.c(), RShift, true),
                Op::InplaceAnd => bits!(ins.a(), ins.b(), ins.c(), And, &, true),
                Op::InplaceOr => bits!(ins.a(), ins.b(), ins.c(), Or, |, true),
                Op::InplaceXor => bits!(ins.a(), ins.b(), ins.c(), Xor, ^, true),
                Op::AddInt => {
                    let x = r!(ins.b());
                    let n = i64::from(ins.c() as i16 >> 1);
                    if x.is_small()
                        && let Some(v) = Value::try_small(x.as_small() + n)
                    {
                        r!(ins.a()) = v;
                    } else {
                        let (op, n) = if n < 0 { (BinOp::Sub, -n) } else { (BinOp::Add, n) };
                        r!(ins.a()) = ok!(h::binary(th, op, x, Value::small(n), ins.c() & 1 != 0));
                    }
                }

                Op::Lt => compare!(ins.a(), ins.b(), ins.c(), Lt, <),
                Op::Le => compare!(ins.a(), ins.b(), ins.c(), Le, <=),
                Op::Eq => compare!(ins.a(), ins.b(), ins.c(), Eq, ==),
                Op::Ne => compare!(ins.a(), ins.b(), ins.c(), Ne, !=),
                Op::Gt => compare!(ins.a(), ins.b(), ins.c(), Gt, >),
                Op::Ge => compare!(ins.a(), ins.b(), ins.c(), Ge, >=),
                Op::Is => r!(ins.a()) = Value::bool(r!(ins.b()) == r!(ins.c())),
                Op::IsNot => r!(ins.a()) = Value::bool(r!(ins.b()) != r!(ins.c())),
                Op::In => r!(ins.a()) = Value::bool(ok!(th.contains(r!(ins.c()), r!(ins.b())))),
                Op::NotIn => r!(ins.a()) = Value::bool(!ok!(th.contains(r!(ins.c()), r!(ins.b())))),

                Op::Jump => pc = jump(pc, ins.offset()),
                Op::JumpBack => {
                    let target = jump(pc, ins.offset());
                    if th.world.poll_word() != 0 {
                        th.interp.pc = target;
                        if let Err(t) = th.poll() {
                            // What is raised is raised here, not where the loop begins.
                            if !t.is_abort() {
                                th.interp.pc = pc;
                            }
                            break 'run t;
                        }
                        if th.out_of_memory {
                            th.interp.check_memory = Some(pc);
                            leave!(target);
                        }
                        if th.interp.mode & mode::TRACED != TRACED as u8 {
                            leave!(target);
                        }
                    }
                    pc = target;
                }
                Op::JumpIfTrue => {
                    let v = r!(ins.a());
                    if v.is_true() || (v != Value::FALSE && ok!(th.truth(v))) {
                        pc = jump(pc, ins.offset());
                    }
                }
                Op::JumpIfFalse => {
                    let v = r!(ins.a());
                    if v == Value::FALSE || (!v.is_true() && !ok!(th.truth(v))) {
                        pc = jump(pc, ins.offset());
                    }
                }
                Op::JumpIfNone => {
                    if r!(ins.a()).is_none() {
                        pc = jump(pc, ins.offset());
                    }
                }
                Op::JumpIfNotNone => {
                    if !r!(ins.a()).is_none() {
                        pc = jump(pc, ins.offset());
                    }
                }
                Op::JumpIfEmpty => {
                    if r!(ins.a()).is_empty() {
                        pc = jump(pc, ins.offset());
                    }
                }
                Op::JumpIfLt => jump_compare!(ins.a(), ins.b(), ins.c(), Lt, <),
                Op::JumpIfLe => jump_compare!(ins.a(), ins.b(), ins.c(), Le, <=),
                Op::JumpIfEq => jump_compare!(ins.a(), ins.b(), ins.c(), Eq, ==),
                Op::JumpIfNe => jump_compare!(ins.a(), ins.b(), ins.c(), Ne, !=),
                Op::JumpIfGt => jump_compare!(ins.a(), ins.b(), ins.c(), Gt, >),
                Op::JumpIfGe => jump_compare!(ins.a(), ins.b(), ins.c(), Ge, >=),
                Op::JumpIfIs => {
                    let off = word_at_pc!().load(Relaxed) as u32 as i32;
                    if (r!(ins.a()) == r!(ins.b())) == (ins.c() != 0) {
                        pc = jump(pc, off);
                    }
                }
                Op::JumpIfIn => {
                    let off = word_at_pc!().load(Relaxed) as u32 as i32;
                    if ok!(th.contains(r!(ins.b()), r!(ins.a()))) == (ins.c() != 0) {
                        pc = jump(pc, off);
                    }
                }

                Op::GetIter => {
                    let v = r!(ins.b());
                    r!(ins.a()) = ok!(th.iter(v));
                }
                Op::ForIter | Op::ForIterFar => {
                    let far = ins.op() == Op::ForIterFar;
                    let off = if far {
                        word_at_pc!().load(Relaxed) as u32 as i32
                    } else {
                        i32::from(ins.c() as i16)
                    };
                    let it = r!(ins.b());
                    let kind = if it.is_obj() { it.as_obj().kind() } else { Kind::Free };
                    let next = match kind {
                        Kind::Iter => ok!(iter::next(th, it.as_gc::<Iter>())),
                        Kind::Generator if class_of(it) == ctx().types.generator => {
                            let g: Gc<Generator> = it.as_gc();
                            if ok!(g.has_ended_at_last(th)) {
                                Value::EMPTY
                            } else {
                                let flag = if far { frame_flag::FAR } else { 0 };
                                ok!(suspend::push(th, g, Value::NONE, word3(ins.a() as usize, Action::ForIter) | flag));
                                reload!();
                                continue;
                            }
                        }
                        _ => match ok!(th.next(it)) {
                            Some(v) => v,
                            None => {
                                if TRACED {
                                    ok!(trace::stopped(th));
                                }
                                Value::EMPTY
                            }
                        },
                    };
                    if next.is_empty() {
                        pc = jump(pc, off);
                    } else {
                        r!(ins.a()) = next;
                    }
                }
                Op::GetYieldFromIter => {
                    let inside = t.flags & (flags::COROUTINE | flags::ITERABLE_COROUTINE) != 0;
                    r!(ins.a()) = ok!(h::awaits::yield_from(th, r!(ins.b()), inside));
                }
                Op::GetAwaitable => {
                    let v = r!(ins.b());
                    r!(ins.a()) = if v.is_kind(Kind::Generator) && class_of(v) == ctx().types.coroutine {
                        v
                    } else {
                        ok!(h::awaits::awaitable(th, v, ins.c() as usize))
                    };
                }
                Op::GetAiter => r!(ins.a()) = ok!(h::awaits::aiter(th, r!(ins.b()))),
                Op::GetAnext => {
                    let v = r!(ins.b());
                    r!(ins.a()) = ok!(if v.is_kind(Kind::Generator) && class_of(v) == ctx().types.async_generator {
                        async_generator::anext(th, v)
                    } else {
                        h::awaits::anext(th, v)
                    });
                }
                Op::EndAsyncFor => {
                    let e = r!(ins.a());
                    if !class_of(e).is_subclass_of(ctx().types.StopAsyncIteration) {
                        th.interp.reraise = true;
                        fail!(Throw::exception(e));
                    }
                }

                Op::Call => {
                    let f = r!(ins.b() - 1);
                    let base = regs.wrapping_add(ins.b() as usize);
                    if let Some(f) = f.cast::<function::Function>()
                        && let code = f.code.get().as_gc::<Code>()
                        && let ct = code.tables()
                        && ct.simple
                        && ct.argcount == ins.c()
                        && may_push(th, base, ct.nregs as usize)
                    {
                        th.interp.pc = pc;
                        // SAFETY: the call is prepared, the room was checked.
                        unsafe { push(th, base, code, ct, ins.c() as usize, ins.a() as u64, Value::EMPTY) };
                        regs = base;
                        pc = ct.words.as_ptr();
                        t = ct;
                    } else {
                        // SAFETY: the compiler has prepared the call.
                        let r = ok!(unsafe { call_at(th, base, ins.c() as usize, &[], ins.a() as u64) });
                        called!(r, ins.a());
                    }
                }
                Op::CallMethod => {
                    let mut base = regs.wrapping_add(ins.b() as usize);
                    let mut n = ins.c() as usize;
                    if r!(ins.b()).is_empty() {
                        r!(ins.b()) = r!(ins.b() - 1);
                        base = base.wrapping_add(1);
                        n -= 1;
                    }
                    // SAFETY: the call is prepared.
                    let f = unsafe { *base.sub(1) };
                    if let Some(f) = f.cast::<function::Function>()
                        && let code = f.code.get().as_gc::<Code>()
                        && let ct = code.tables()
                        && ct.simple
                        && ct.argcount as usize == n
                        && may_push(th, base, ct.nregs as usize)
                    {
                        th.interp.pc = pc;
                        // SAFETY: the call is prepared, the room was checked.
                        unsafe { push(th, base, code, ct, n, ins.a() as u64, Value::EMPTY) };
                        regs = base;
                        pc = ct.words.as_ptr();
                        t = ct;
                    } else {
                        // SAFETY: the compiler has prepared the call.
                        let r = ok!(unsafe { call_at(th, base, n, &[], ins.a() as u64) });
                        called!(r, ins.a());
                    }
                }
                Op::CallKw => {
                    let names = t.consts[word_at_pc!().load(Relaxed) as u32 as usize].as_gc::<Tuple>().items();
                    let base = regs.wrapping_add(ins.b() as usize);
                    // SAFETY: the compiler has prepared the call.
                    let r = ok!(unsafe { call_at(th, base, ins.c() as usize, names, ins.a() as u64) });
                    called!(r, ins.a());
                }
                Op::CallMethodKw => {
                    let names = t.consts[word_at_pc!().load(Relaxed) as u32 as usize].as_gc::<Tuple>().items();
                    let mut base = regs.wrapping_add(ins.b() as usize);
                    let mut n = ins.c() as usize;
                    if r!(ins.b()).is_empty() {
                        r!(ins.b()) = r!(ins.b() - 1);
                        base = base.wrapping_add(1);
                        n -= 1;
                    }
                    // SAFETY: the compiler has prepared the call.
                    let r = ok!(unsafe { call_at(th, base, n, names, ins.a() as u64) });
                    called!(r, ins.a());
                }
                Op::CallEx => {
                    let base = regs.wrapping_add(ins.b() as usize);
                    // SAFETY: the compiler has prepared the call.
                    let r = ok!(unsafe { call_ex(th, base, ins.a() as u64) });
                    called!(r, ins.a());
                }
                Op::Return => {
                    let v = r!(ins.a());
                    th.interp.pc = pc;
                    match ok!(pop_frame(th, regs, v)) {
                        Popped::Go => reload!(),
                        Popped::Leave(v) => return Ok(v),
                    }
                }
                Op::ReturnConst => {
                    let v = t.consts[ins.a() as usize];
                    th.interp.pc = pc;
                    match ok!(pop_frame(th, regs, v)) {
                        Popped::Go => reload!(),
                        Popped::Leave(v) => return Ok(v),
                    }
                }
                Op::Yield => {
                    let mut v = r!(ins.b());
                    // SAFETY: the running frame is live.
                    if Action::collects(unsafe { (*regs.sub(3)).0 }) {
                        // SAFETY: the frame's action says so.
                        match ok!(unsafe { collect::take(th, regs, v, pc) }) {
                            None => {
                                r!(ins.a()) = Value::NONE;
                                continue;
                            }
                            Some(result) => v = result,
                        }
                    }
                    // SAFETY: only generators yield.
                    ok!(unsafe { suspend::suspend(th, regs, pc) });
                    // SAFETY: the running frame is live.
                    let own = unsafe { Action::of((*regs.sub(3)).0) == Action::Asend };
                    let own = if own { async_generator::unwrap(v) } else { None };
                    match ok!(yield_from_frame(th, regs, own.unwrap_or(v), own.is_some())) {
                        Popped::Go => reload!(),
                        Popped::Leave(v) => return Ok(v),
                    }
                }
                Op::Send => {
                    let off = word_at_pc!().load(Relaxed) as u32 as i32;
                    let (it, v) = (r!(ins.b()), r!(ins.c()));
                    if ok!(suspend::push_send(th, it, v, ins.a())) {
                        reload!();
                        continue;
                    }
                    match ok!(h::awaits::send(th, it, v)) {
                        Step::Yielded(v) => r!(ins.a()) = v,
                        Step::Returned(v) => {
                            if TRACED {
                                ok!(trace::stopped(th));
                            }
                            r!(ins.a()) = v;
                            pc = jump(pc, off);
                        }
                    }
                }
                Op::Throw => {
                    let (it, e) = (r!(ins.b()), r!(ins.c()));
                    match ok!(h::awaits::throw(th, it, e)) {
                        Step::Yielded(v) => r!(ins.a()) = v,
                        Step::Returned(v) => {
                            r!(ins.a()) = v;
                            pc = pc.wrapping_add(1);
                        }
                    }
                }
                Op::AsyncGenWrap => {
                    let v = r!(ins.b());
                    // SAFETY: the running frame is live, and an instruction follows.
                    let (word, next) = unsafe { ((*regs.sub(3)).0, Instruction::at(pc)) };
                    if Action::of(word) == Action::Asend && next.op() == Op::Yield {
                        // Who has resumed it takes the value as it is.
                        pc = pc.wrapping_add(1);
                        // SAFETY: only generators yield.
                        ok!(unsafe { suspend::suspend(th, regs, pc) });
                        match ok!(yield_from_frame(th, regs, v, true)) {
                            Popped::Go => reload!(),
                            Popped::Leave(v) => return Ok(v),
                        }
                    } else {
                        r!(ins.a()) = async_generator::wrap(th, v);
                    }
                }

                Op::BuildTuple => r!(ins.a()) = th.new_tuple(slice!(ins.b(), ins.c())),
                Op::BuildList => r!(ins.a()) = ok!(th.new_list(slice!(ins.b(), ins.c()))),
                Op::BuildSet => r!(ins.a()) = ok!(h::build_set(th, slice!(ins.b(), ins.c()))),
                Op::BuildMap => r!(ins.a()) = ok!(h::build_map(th, slice!(ins.b(), ins.c() as usize * 2))),
                Op::BuildString => r!(ins.a()) = ok!(h::build_string(th, slice!(ins.b(), ins.c()))),
                Op::ListAppend => ok!(r!(ins.a()).as_gc::<List>().append(th, r!(ins.b()))),
                Op::ListExtend => ok!(h::list_extend(th, r!(ins.a()), r!(ins.b()))),
                Op::ListToTuple => r!(ins.a()) = ok!(h::list_to_tuple(th, r!(ins.b()))),
                Op::SetAdd => {
                    ok!(h::set_add(th, r!(ins.a()), r!(ins.b())));
                }
                Op::SetUpdate => ok!(r!(ins.a()).as_gc::<Set>().update(th, r!(ins.b()))),
                Op::MapAdd => ok!(r!(ins.a()).as_gc::<Dict>().set(th, r!(ins.b()), r!(ins.c()))),
                Op::DictUpdate => ok!(h::dict_update(th, r!(ins.a()), r!(ins.b()))),
                Op::DictMerge => ok!(h::dict_merge(th, r!(ins.a()), r!(ins.b()), r!(ins.c()))),
                Op::FormatSimple => r!(ins.a()) = ok!(th.format(r!(ins.b()), Value::EMPTY)),
                Op::FormatWithSpec => r!(ins.a()) = ok!(th.format(r!(ins.b()), r!(ins.c()))),
                Op::ConvertValue => r!(ins.a()) = ok!(h::convert(th, r!(ins.b()), ins.c() as usize)),
                Op::BuildInterpolation => {
                    r!(ins.a()) = ok!(h::interpolation(
                        th,
                        r!(ins.b()),
                        r!(ins.b() + 1),
                        ins.c() as usize,
                        r!(ins.b() + 2)
                    ))
                }
                Op::BuildTemplate => r!(ins.a()) = ok!(crate::types::template::new(th, r!(ins.b()), r!(ins.c()))),
                Op::UnpackSequence => {
                    let v = r!(ins.b());
                    if let Some(x) = v.cast::<Tuple>()
                        && x.len() == ins.c() as usize
                        && class_of(v) == ctx().types.tuple
                    {
                        for (i, x) in x.items().iter().enumerate() {
                            r!(ins.a() as usize + i) = *x;
                        }
                    } else {
                        let items = ok!(h::unpack(th, v, ins.c() as usize));
                        for (i, x) in items.as_slice().iter().enumerate() {
                            r!(ins.a() as usize + i) = *x;
                        }
                    }
                }
                Op::UnpackEx => {
                    let after = word_at_pc!().load(Relaxed) as u32 as usize;
                    let items = ok!(h::unpack_ex(th, r!(ins.b()), ins.c() as usize, after));
                    for (i, x) in items.as_slice().iter().enumerate() {
                        r!(ins.a() as usize + i) = *x;
                    }
                }

                Op::MakeFunction => {
                    let k: Gc<Code> = t.consts[ins.b() as usize].as_gc();
                    let kt = k.tables();
                    let g = func!().globals.get();
                    r!(ins.a()) = ok!(function::new(th, k.value(), g, kt.name, kt.qualname, kt.doc)).value();
                }
                Op::SetFuncAttr => ok!(h::set_function_attribute(th, r!(ins.a()), r!(ins.b()), ins.c() as usize)),
                Op::SetupAnnotations => {
                    // SAFETY: the running frame is live.
                    let m = unsafe { *regs.sub(2) };
                    let m = if m.is_empty() { func!().globals.get() } else { m };
                    let name = crate::names::names().__annotations__;
                    if ok!(h::mapping_get(th, m, name)).is_none() {
                        let d = th.new_dict();
                        ok!(h::store_name(th, m, name, d));
                    }
                }

                Op::ImportName => {
                    let level = word_at_pc!().load(Relaxed) as u32;
                    r!(ins.a()) = ok!(h::import_name(th, func!(), name!(ins.b()), r!(ins.c()), i64::from(level)));
                }
                Op::ImportFrom => r!(ins.a()) = ok!(h::import_from(th, r!(ins.b()), name!(ins.c()))),
                Op::ImportStar => {
                    // SAFETY: the running frame is live.
                    let m = unsafe { *regs.sub(2) };
                    let m = if m.is_empty() { func!().globals.get() } else { m };
                    ok!(h::import_star(th, r!(ins.a()), m));
                }

                Op::PushExc => {
                    let e = r!(ins.b());
                    r!(ins.a()) = th.handling;
                    th.handling = e;
                    // SAFETY: the running frame is live.
                    unsafe { (*regs.sub(3)).0 += frame_flag::HANDLED };
                }
                Op::PopExc => {
                    let saved = r!(ins.a());
                    // SAFETY: the running frame is live.
                    th.handling = unsafe { suspend::handled(regs, saved) };
                }
                Op::CheckExcMatch => r!(ins.a()) = Value::bool(ok!(h::matches(th, r!(ins.b()), r!(ins.c())))),
                Op::CheckEgMatch => {
                    let (m, rest) = ok!(h::group_matches(th, r!(ins.b()), r!(ins.c())));
                    r!(ins.a()) = m;
                    r!(ins.a() + 1) = rest;
                }
                Op::PrepReraiseStar => {
                    r!(ins.a()) = ok!(crate::types::exceptions::group_split::prep_reraise_star(
                        th,
                        r!(ins.b()),
                        r!(ins.c())
                    ))
                }
                Op::Raise => {
                    let (x, y) = (r!(ins.a()), r!(ins.b()));
                    th.interp.pc = pc;
                    let e = h::raise(th, ins.c() as usize, x, y);
                    break 'run e;
                }
                Op::Reraise => {
                    th.interp.reraise = true;
                    fail!(Throw::exception(r!(ins.a())));
                }
                Op::ExcTriple => {
                    let e = r!(ins.b());
                    r!(ins.a()) = class_of(e).value();
                    r!(ins.a() + 1) = e;
                    let x = crate::types::exception::this(e);
                    let tb = ok!(x.field(th, &x.traceback));
                    r!(ins.a() + 2) = if tb.is_empty() { Value::NONE } else { tb };
                }

                Op::MatchMapping => r!(ins.a()) = Value::bool(h::has_flag(th, r!(ins.b()), h::MAPPING)),
                Op::MatchSequence => r!(ins.a()) = Value::bool(h::has_flag(th, r!(ins.b()), h::SEQUENCE)),
                Op::MatchKeys => r!(ins.a()) = ok!(h::match_keys(th, r!(ins.b()), r!(ins.c()))),
                Op::MatchClass => {
                    let x = word_at_pc!().load(Relaxed);
                    let kw = t.consts[(x >> 32) as usize];
                    r!(ins.a()) = ok!(h::match_class(th, r!(ins.b()), r!(ins.c()), x as u32 as usize, kw));
                }
                Op::GetLen => {
                    let n = ok!(th.len(r!(ins.b())));
                    r!(ins.a()) = th.new_int(n as i64);
                }
                Op::CopyDictWithout => r!(ins.a()) = ok!(h::copy_without(th, r!(ins.b()), r!(ins.c()))),
                Op::Intrinsic1 => r!(ins.a()) = ok!(h::intrinsic1(th, ins.c() as usize, r!(ins.b()))),
                Op::Intrinsic2 => r!(ins.a()) = ok!(h::intrinsic2(th, ins.c() as usize, r!(ins.b()), r!(ins.b() + 1))),
            }
        };
        match unwind(th, thrown) {
            Next::Go => {
                regs = th.interp.regs;
                pc = th.interp.pc;
                // SAFETY: the running frame is live.
                t = unsafe { code_of(regs).tables() };
            }
            Next::Leave(t) => return Err(t),
        }
    }
}

/// A native function that cannot be undone has returned: the checkpoint is here.
#[cold]
#[inline(never)]
fn settle(th: &mut Thread, pc: *const AtomicU64) -> R<()> {
    th.commit()?;
    th.begin();
    th.set_checkpoint(pc);
    Ok(())
}

/// The special method of an instance, if it is a Python function.
#[inline(always)]
fn python_method(o: Value, s: Special) -> Option<Value> {
    if !o.is_kind(Kind::Instance) {
        return None;
    }
    class_of(o).special(s).filter(|m| m.is_kind(Kind::Function))
}
/// Pushes the frame of a Python function that something other than a call calls.
#[inline(never)]
fn push_method(th: &mut Thread, f: Value, args: &[Value], word: u64) -> R<()> {
    let base = th.interp.top.wrapping_add(HEADER);
    if !th.interp.fits(base, args.len()) {
        return Err(too_deep(th));
    }
    // SAFETY: words above `top` are free; the room has been checked.
    unsafe {
        *base.sub(1) = f;
        std::ptr::copy_nonoverlapping(args.as_ptr(), base, args.len());
        push_function(th, base, f.as_gc(), args.len(), &[], word, Value::EMPTY)
    }
}
