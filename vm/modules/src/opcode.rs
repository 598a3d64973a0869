//! The module `_opcode`: properties of CPython's opcodes, for `opcode` and `dis`.
//!
//! The numbers are those of `_opcode_metadata`.

use crate::opcode_own as own;
use crate::support::{given, put};
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "_opcode",
    doc: "Opcode support module.",
    functions: FUNCTIONS,
    init: |th, m| {
        put(th, m, "ENABLE_SPECIALIZATION", Value::FALSE)?;
        put(th, m, "ENABLE_SPECIALIZATION_FT", Value::FALSE)
    },
};
macro_rules! property {
    ($name:literal, $flag:ident, $doc:literal) => {
        def($name, "opcode", |th, a| has(th, a[0], |o| o.flags & $flag != 0), $doc)
    };
}
static FUNCTIONS: &[NativeDef] = &[
    def(
        "_operations",
        "",
        own::operations,
        "(name, operand kinds) of every operation of Vasuki.",
    ),
    def(
        "_instructions",
        "code, /",
        own::instructions,
        "[(offset, operation, operands, target of a jump)] of a code object.",
    ),
    def(
        "_handlers",
        "code, /",
        own::handlers,
        "[(start, end, target, register)] of a code object's exception table.",
    ),
    def("_cells", "code, /", own::cells, "{register: name} of a code object's cells."),
    def(
        "get_executor",
        "*, code, offset",
        |th, _| Err(th.value_error("no executor exists at that location")),
        "Return the executor object at offset in code if exists, None otherwise.",
    ),
    def(
        "get_intrinsic1_descs",
        "",
        |th, _| names(th, INTRINSICS_1),
        "Return a list of names of the unary intrinsics.",
    ),
    def(
        "get_intrinsic2_descs",
        "",
        |th, _| names(th, INTRINSICS_2),
        "Return a list of names of the binary intrinsics.",
    ),
    def(
        "get_nb_ops",
        "",
        nb_ops,
        "Return array of symbols of binary ops.\n\nIndexed by the BINARY_OP oparg value.",
    ),
    def(
        "get_special_method_names",
        "",
        |th, _| names(th, &["__enter__", "__exit__", "__aenter__", "__aexit__"]),
        "Return a list of special method names.",
    ),
    def(
        "get_specialization_stats",
        "",
        |_, _| Ok(Value::NONE),
        "Return the specialization stats",
    ),
    property!("has_arg", ARG, "Return True if the opcode uses its oparg, False otherwise."),
    property!(
        "has_const",
        CONST,
        "Return True if the opcode accesses a constant, False otherwise."
    ),
    property!(
        "has_exc",
        EXC,
        "Return True if the opcode sets an exception handler, False otherwise."
    ),
    property!(
        "has_free",
        FREE,
        "Return True if the opcode accesses a free variable, False otherwise.\n\nNote that 'free' in this context refers to names in the current scope\nthat are referenced by inner scopes or names in the outer scope that\nare referenced from this scope."
    ),
    property!("has_jump", JUMP, "Return True if the opcode has a jump target, False otherwise."),
    property!(
        "has_local",
        LOCAL,
        "Return True if the opcode accesses a local variable, False otherwise."
    ),
    property!(
        "has_name",
        NAME,
        "Return True if the opcode accesses an attribute by name, False otherwise."
    ),
    def(
        "is_valid",
        "opcode",
        |th, a| has(th, a[0], |_| true),
        "Return True if opcode is valid, False otherwise.",
    ),
    def(
        "stack_effect",
        "opcode, oparg=None, /, *, jump=None",
        stack_effect,
        "Compute the stack effect of the opcode.",
    ),
];
const ARG: u8 = 1;
const CONST: u8 = 2;
const NAME: u8 = 4;
const JUMP: u8 = 8;
const FREE: u8 = 16;
const LOCAL: u8 = 32;
const EXC: u8 = 64;

/// How an opcode changes the stack.
#[derive(Clone, Copy)]
enum Effect {
    /// always by so much
    By(i64),
    /// by so much plus the argument
    Plus(i64),
    /// by so much minus the argument
    Minus(i64),
    /// by so much plus the argument's low bit
    Low(i64),
    /// by a rule of its own
    Special,
}
use Effect::{By, Low, Minus, Plus, Special};
struct Op {
    number: u16,
    name: &'static str,
    flags: u8,
    effect: Effect,
}
const fn op(number: u16, name: &'static str, flags: u8, effect: Effect) -> Op {
    Op {
        number,
        name,
        flags,
        effect,
    }
}
#[rustfmt::skip]
static OPS: &[Op] = &[
    op(0, "CACHE", 0, By(0)), op(1, "BINARY_SLICE", 0, By(-2)), op(2, "BUILD_TEMPLATE", 0, By(-1)),
    op(4, "CALL_FUNCTION_EX", 0, By(-3)), op(5, "CHECK_EG_MATCH", 0, By(0)), op(6, "CHECK_EXC_MATCH", 0, By(0)),
    op(7, "CLEANUP_THROW", 0, By(-1)), op(8, "DELETE_SUBSCR", 0, By(-2)), op(9, "END_FOR", 0, By(-1)),
    op(10, "END_SEND", 0, By(-1)), op(11, "EXIT_INIT_CHECK", 0, By(-1)), op(12, "FORMAT_SIMPLE", 0, By(0)),
    op(13, "FORMAT_WITH_SPEC", 0, By(-1)), op(14, "GET_AITER", 0, By(0)), op(15, "GET_ANEXT", 0, By(1)),
    op(16, "GET_ITER", 0, By(0)), op(17, "RESERVED", 0, By(0)), op(18, "GET_LEN", 0, By(1)),
    op(19, "GET_YIELD_FROM_ITER", 0, By(0)), op(20, "INTERPRETER_EXIT", 0, By(-1)), op(21, "LOAD_BUILD_CLASS", 0, By(1)),
    op(22, "LOAD_LOCALS", 0, By(1)), op(23, "MAKE_FUNCTION", 0, By(0)), op(24, "MATCH_KEYS", 0, By(1)),
    op(25, "MATCH_MAPPING", 0, By(1)), op(26, "MATCH_SEQUENCE", 0, By(1)), op(27, "NOP", 0, By(0)),
    op(28, "NOT_TAKEN", 0, By(0)), op(29, "POP_EXCEPT", 0, By(-1)), op(30, "POP_ITER", 0, By(-1)),
    op(31, "POP_TOP", 0, By(-1)), op(32, "PUSH_EXC_INFO", 0, By(1)), op(33, "PUSH_NULL", 0, By(1)),
    op(34, "RETURN_GENERATOR", 0, By(1)), op(35, "RETURN_VALUE", 0, By(0)), op(36, "SETUP_ANNOTATIONS", 0, By(0)),
    op(37, "STORE_SLICE", 0, By(-4)), op(38, "STORE_SUBSCR", 0, By(-3)), op(39, "TO_BOOL", 0, By(0)),
    op(40, "UNARY_INVERT", 0, By(0)), op(41, "UNARY_NEGATIVE", 0, By(0)), op(42, "UNARY_NOT", 0, By(0)),
    op(43, "WITH_EXCEPT_START", 0, By(1)),
    op(44, "BINARY_OP", ARG, By(-1)), op(45, "BUILD_INTERPOLATION", ARG, Special), op(46, "BUILD_LIST", ARG, Minus(1)),
    op(47, "BUILD_MAP", ARG, Special), op(48, "BUILD_SET", ARG, Minus(1)), op(49, "BUILD_SLICE", ARG, Minus(1)),
    op(50, "BUILD_STRING", ARG, Minus(1)), op(51, "BUILD_TUPLE", ARG, Minus(1)), op(52, "CALL", ARG, Minus(-1)),
    op(53, "CALL_INTRINSIC_1", ARG, By(0)), op(54, "CALL_INTRINSIC_2", ARG, By(-1)), op(55, "CALL_KW", ARG, Minus(-2)),
    op(56, "COMPARE_OP", ARG, By(-1)), op(57, "CONTAINS_OP", ARG, By(-1)), op(58, "CONVERT_VALUE", ARG, By(0)),
    op(59, "COPY", ARG, By(1)), op(60, "COPY_FREE_VARS", ARG, By(0)), op(61, "DELETE_ATTR", ARG | NAME, By(-1)),
    op(62, "DELETE_DEREF", ARG | FREE, By(0)), op(63, "DELETE_FAST", ARG | LOCAL, By(0)), op(64, "DELETE_GLOBAL", ARG | NAME, By(0)),
    op(65, "DELETE_NAME", ARG | NAME, By(0)), op(66, "DICT_MERGE", ARG, By(-1)), op(67, "DICT_UPDATE", ARG, By(-1)),
    op(68, "END_ASYNC_FOR", ARG | JUMP, By(-2)), op(69, "EXTENDED_ARG", ARG, By(0)), op(70, "FOR_ITER", ARG | JUMP, By(1)),
    op(71, "GET_AWAITABLE", ARG, By(0)), op(72, "IMPORT_FROM", ARG | NAME, By(1)), op(73, "IMPORT_NAME", ARG | NAME, By(-1)),
    op(74, "IS_OP", ARG, By(-1)), op(75, "JUMP_BACKWARD", ARG | JUMP, By(0)), op(76, "JUMP_BACKWARD_NO_INTERRUPT", ARG | JUMP, By(0)),
    op(77, "JUMP_FORWARD", ARG | JUMP, By(0)), op(78, "LIST_APPEND", ARG, By(-1)), op(79, "LIST_EXTEND", ARG, By(-1)),
    op(80, "LOAD_ATTR", ARG | NAME, Low(0)), op(81, "LOAD_COMMON_CONSTANT", ARG, By(1)), op(82, "LOAD_CONST", ARG | CONST, By(1)),
    op(83, "LOAD_DEREF", ARG | FREE, By(1)), op(84, "LOAD_FAST", ARG | LOCAL, By(1)), op(85, "LOAD_FAST_AND_CLEAR", ARG | LOCAL, By(1)),
    op(86, "LOAD_FAST_BORROW", ARG | LOCAL, By(1)), op(87, "LOAD_FAST_BORROW_LOAD_FAST_BORROW", ARG | LOCAL, By(2)),
    op(88, "LOAD_FAST_CHECK", ARG | LOCAL, By(1)), op(89, "LOAD_FAST_LOAD_FAST", ARG | LOCAL, By(2)),
    op(90, "LOAD_FROM_DICT_OR_DEREF", ARG | FREE, By(0)), op(91, "LOAD_FROM_DICT_OR_GLOBALS", ARG | NAME, By(0)),
    op(92, "LOAD_GLOBAL", ARG | NAME, Low(1)), op(93, "LOAD_NAME", ARG | NAME, By(1)), op(94, "LOAD_SMALL_INT", ARG, By(1)),
    op(95, "LOAD_SPECIAL", ARG, By(1)), op(96, "LOAD_SUPER_ATTR", ARG | NAME, Low(-2)), op(97, "MAKE_CELL", ARG | FREE, By(0)),
    op(98, "MAP_ADD", ARG, By(-2)), op(99, "MATCH_CLASS", ARG, By(-2)), op(100, "POP_JUMP_IF_FALSE", ARG | JUMP, By(-1)),
    op(101, "POP_JUMP_IF_NONE", ARG | JUMP, By(-1)), op(102, "POP_JUMP_IF_NOT_NONE", ARG | JUMP, By(-1)),
    op(103, "POP_JUMP_IF_TRUE", ARG | JUMP, By(-1)), op(104, "RAISE_VARARGS", ARG, Minus(0)), op(105, "RERAISE", ARG, By(-1)),
    op(106, "SEND", ARG | JUMP, By(0)), op(107, "SET_ADD", ARG, By(-1)), op(108, "SET_FUNCTION_ATTRIBUTE", ARG, By(-1)),
    op(109, "SET_UPDATE", ARG, By(-1)), op(110, "STORE_ATTR", ARG | NAME, By(-2)), op(111, "STORE_DEREF", ARG | FREE, By(-1)),
    op(112, "STORE_FAST", ARG | LOCAL, By(-1)), op(113, "STORE_FAST_LOAD_FAST", ARG | LOCAL, By(0)),
    op(114, "STORE_FAST_STORE_FAST", ARG | LOCAL, By(-2)), op(115, "STORE_GLOBAL", ARG | NAME, By(-1)),
    op(116, "STORE_NAME", ARG | NAME, By(-1)), op(117, "SWAP", ARG, By(0)), op(118, "UNPACK_EX", ARG, Special),
    op(119, "UNPACK_SEQUENCE", ARG, Plus(-1)), op(120, "YIELD_VALUE", ARG, By(0)), op(128, "RESUME", ARG, By(0)),
    op(234, "INSTRUMENTED_END_FOR", 0, By(-1)), op(235, "INSTRUMENTED_POP_ITER", 0, By(-1)), op(236, "INSTRUMENTED_END_SEND", 0, By(-1)),
    op(237, "INSTRUMENTED_FOR_ITER", ARG, By(1)), op(238, "INSTRUMENTED_INSTRUCTION", 0, By(0)),
    op(239, "INSTRUMENTED_JUMP_FORWARD", ARG, By(0)), op(240, "INSTRUMENTED_NOT_TAKEN", 0, By(0)),
    op(241, "INSTRUMENTED_POP_JUMP_IF_TRUE", ARG, By(-1)), op(242, "INSTRUMENTED_POP_JUMP_IF_FALSE", ARG, By(-1)),
    op(243, "INSTRUMENTED_POP_JUMP_IF_NONE", ARG, By(-1)), op(244, "INSTRUMENTED_POP_JUMP_IF_NOT_NONE", ARG, By(-1)),
    op(245, "INSTRUMENTED_RESUME", ARG, By(0)), op(246, "INSTRUMENTED_RETURN_VALUE", 0, By(0)),
    op(247, "INSTRUMENTED_YIELD_VALUE", ARG, By(0)), op(248, "INSTRUMENTED_END_ASYNC_FOR", ARG, By(-2)),
    op(249, "INSTRUMENTED_LOAD_SUPER_ATTR", ARG, Low(-2)), op(250, "INSTRUMENTED_CALL", ARG, Minus(-1)),
    op(251, "INSTRUMENTED_CALL_KW", ARG, Minus(-2)), op(252, "INSTRUMENTED_CALL_FUNCTION_EX", 0, By(-3)),
    op(253, "INSTRUMENTED_JUMP_BACKWARD", ARG, By(0)), op(254, "INSTRUMENTED_LINE", 0, By(0)), op(255, "ENTER_EXECUTOR", ARG, By(0)),
    op(256, "ANNOTATIONS_PLACEHOLDER", 0, By(0)), op(257, "JUMP", ARG | JUMP, By(0)), op(258, "JUMP_IF_FALSE", ARG | JUMP, By(0)),
    op(259, "JUMP_IF_TRUE", ARG | JUMP, By(0)), op(260, "JUMP_NO_INTERRUPT", ARG | JUMP, By(0)), op(261, "LOAD_CLOSURE", ARG | LOCAL, By(1)),
    op(262, "POP_BLOCK", 0, By(0)), op(263, "SETUP_CLEANUP", ARG | EXC, Special), op(264, "SETUP_FINALLY", ARG | EXC, Special),
    op(265, "SETUP_WITH", ARG | EXC, Special), op(266, "STORE_FAST_MAYBE_NULL", ARG | LOCAL, By(-1)),
];
const INTRINSICS_1: &[&str] = &[
    "INTRINSIC_1_INVALID",
    "INTRINSIC_PRINT",
    "INTRINSIC_IMPORT_STAR",
    "INTRINSIC_STOPITERATION_ERROR",
    "INTRINSIC_ASYNC_GEN_WRAP",
    "INTRINSIC_UNARY_POSITIVE",
    "INTRINSIC_LIST_TO_TUPLE",
    "INTRINSIC_TYPEVAR",
    "INTRINSIC_PARAMSPEC",
    "INTRINSIC_TYPEVARTUPLE",
    "INTRINSIC_SUBSCRIPT_GENERIC",
    "INTRINSIC_TYPEALIAS",
];
const INTRINSICS_2: &[&str] = &[
    "INTRINSIC_2_INVALID",
    "INTRINSIC_PREP_RERAISE_STAR",
    "INTRINSIC_TYPEVAR_WITH_BOUND",
    "INTRINSIC_TYPEVAR_WITH_CONSTRAINTS",
    "INTRINSIC_SET_FUNCTION_TYPE_PARAMS",
    "INTRINSIC_SET_TYPEPARAM_DEFAULT",
];
const NB_OPS: &[(&str, &str)] = &[
    ("ADD", "+"),
    ("AND", "&"),
    ("FLOOR_DIVIDE", "//"),
    ("LSHIFT", "<<"),
    ("MATRIX_MULTIPLY", "@"),
    ("MULTIPLY", "*"),
    ("REMAINDER", "%"),
    ("OR", "|"),
    ("POWER", "**"),
    ("RSHIFT", ">>"),
    ("SUBTRACT", "-"),
    ("TRUE_DIVIDE", "/"),
    ("XOR", "^"),
];
fn names(th: &mut Thread, list: &[&str]) -> R {
    let v: Vec<Value> = list.iter().map(|n| th.intern(n).value()).collect();
    th.new_list(&v)
}
fn nb_ops(th: &mut Thread, _: &[Value]) -> R {
    let mut out = vasuki_vm::types::buffer::ValueVec::new();
    let plain = NB_OPS.iter().map(|(n, s)| (format!("NB_{n}"), s.to_string()));
    let inplace = NB_OPS.iter().map(|(n, s)| (format!("NB_INPLACE_{n}"), format!("{s}=")));
    for (name, symbol) in plain.chain(inplace).chain([("NB_SUBSCR".into(), "[]".into())]) {
        let pair = [th.new_str(&name), th.new_str(&symbol)];
        let pair = th.new_tuple(&pair);
        out.push(th, pair)?;
    }
    Ok(th.new_list_vec(out))
}
fn find(th: &mut Thread, v: Value) -> R<Option<&'static Op>> {
    let n = th.to_i32(v)?;
    Ok(OPS.iter().find(|o| o.number as i32 == n))
}
fn has(th: &mut Thread, v: Value, f: impl Fn(&Op) -> bool) -> R {
    Ok(Value::bool(find(th, v)?.is_some_and(f)))
}
fn stack_effect(th: &mut Thread, a: &[Value]) -> R {
    let jump = match given(a[2]) {
        None | Some(Value::NONE) => None,
        Some(Value::TRUE) => Some(true),
        Some(Value::FALSE) => Some(false),
        Some(_) => return Err(th.value_error("stack_effect: jump must be False, True or None")),
    };
    let Some(o) = find(th, a[0])? else {
        return Err(th.value_error("invalid opcode or oparg"));
    };
    let n = match given(a[1]) {
        None | Some(Value::NONE) => 0,
        Some(v) => th.to_i32(v)? as i64,
    };
    let effect = match o.effect {
        By(k) => k,
        Plus(k) => k + n,
        Minus(k) => k - n,
        Low(k) => k + (n & 1),
        Special => match o.name {
            "BUILD_MAP" => 1 - 2 * n,
            "BUILD_INTERPOLATION" => -1 - (n & 1),
            "UNPACK_EX" => (n & 0xFF) + (n >> 8),
            // The handler finds the exception on the stack: without a hint the larger effect counts.
            "SETUP_FINALLY" | "SETUP_WITH" if jump != Some(false) => 1,
            "SETUP_CLEANUP" if jump != Some(false) => 2,
            _ => 0,
        },
    };
    Ok(Value::small(effect))
}
