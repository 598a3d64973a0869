//! The register bytecode: every opcode, its operands and what it does, declared once.
//!
//! An instruction is one 64-bit word: `op:16 | a:16 | b:16 | c:16`, op in the low bits. Some opcodes are followed by
//! extra words (column `words` counts all words of the instruction): an *operand word* `x:32 | y:32` (x in the low
//! half) and/or an *inline cache word*, which the compiler writes as zero and only the interpreter changes.
//! `r[n]` is a register of the current frame. Jump offsets count words from the *start of the next instruction*.
//! `off` is the signed 32-bit number made of `b` (low) and `c` (high); `off16` is `c` as a signed 16-bit number.
//!
//! **Frame and calls.** Registers 0.. are the locals (parameters first, then `*args`, `**kwargs`, then the others), then
//! temporaries. An unbound local is EMPTY. To call, the compiler picks `base`, the first of the registers above all
//! live temporaries plus [`FRAME_HEADER`]: the callable goes to `r[base-1]`, arguments to `r[base..]`. The words
//! `r[base-FRAME_HEADER .. base-1)` become the callee's frame header, and `r[base]` its register 0: arguments are passed
//! without copying. All of `r[base-FRAME_HEADER..]` is dead after the call.
//!
//! **Exceptions** use the table of the code object: the innermost entry that covers the instruction wins; the exception
//! is put into the entry's register and control goes to its target. Nothing else is unwound: registers keep their values.

/// Words reserved below a callee's register 0; the last of them holds the callable.
pub const FRAME_HEADER: u16 = 6;

macro_rules! ops {
    ($($name:ident $words:literal $fmt:literal $doc:literal;)*) => {
        /// The opcodes. `fmt` names the operands, as `--dis` prints them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u16)]
        pub enum Op { $(#[doc = concat!("`` ", $doc, " ``")] $name,)* }
        impl Op {
            /// Every opcode, by number.
            pub const ALL: &'static [Op] = &[$(Op::$name,)*];
            /// Words of the instruction: 1, 2 or 3.
            pub const fn words(self) -> usize { match self { $(Op::$name => $words,)* } }
            /// The name as written here.
            pub const fn name(self) -> &'static str { match self { $(Op::$name => stringify!($name),)* } }
            /// Operand format: d=destination register, r=register, k=constant, n=name, i=number, j=jump, J=32-bit jump.
            pub const fn format(self) -> &'static str { match self { $(Op::$name => $fmt,)* } }
            /// What it does.
            pub const fn doc(self) -> &'static str { match self { $(Op::$name => $doc,)* } }
        }
    };
}

ops! {
    Nop 1 "" "does nothing";
    // -- prologue
    Resume 1 "i" "boundary poll at the entry of every code object (a: 0 function start)";
    CopyFree 1 "di" "r[a..a+b] = the cells of the function's closure, in order of freevars";
    MakeCell 1 "d" "r[a] = new cell holding the old r[a] (may be EMPTY)";
    ReturnGenerator 1 "" "makes the generator/coroutine/async generator (by code flags) from this frame, suspended at the next instruction, and returns it to the caller; emitted right after the cell set-up";
    // -- moves
    Move 1 "dr" "r[a] = r[b]";
    LoadConst 1 "dk" "r[a] = consts[b]";
    LoadInt 1 "di" "r[a] = the signed 32-bit int b|c<<16";
    LoadNone 1 "d" "r[a] = None";
    LoadTrue 1 "d" "r[a] = True";
    LoadFalse 1 "d" "r[a] = False";
    LoadEllipsis 1 "d" "r[a] = Ellipsis";
    Clear 1 "d" "r[a] = EMPTY";
    CheckBound 1 "r" "UnboundLocalError naming local a if r[a] is EMPTY";
    DeleteLocal 1 "d" "as CheckBound, then r[a] = EMPTY";
    // -- cells
    LoadDeref 1 "dr" "r[a] = content of cell r[b]; NameError (free variable) or UnboundLocalError (own cell) if EMPTY";
    StoreDeref 1 "rr" "content of cell r[a] = r[b]";
    DeleteDeref 1 "r" "content of cell r[a] = EMPTY, NameError if it was";
    LoadClassDeref 1 "drn" "r[a] = frame.locals[names[c]] if there, else content of cell r[b]";
    LoadDictDeref 1 "drn" "r[a] = r[a][names[c]] if there, else content of cell r[b]";
    // -- names
    LoadName 2 "dn" "r[a] = names[b] from frame.locals, then globals, then builtins [cache]";
    StoreName 1 "nr" "frame.locals[names[a]] = r[b]";
    DeleteName 1 "n" "del frame.locals[names[a]]";
    LoadGlobal 2 "dn" "r[a] = names[b] from globals, then builtins [cache]";
    StoreGlobal 2 "nr" "globals[names[a]] = r[b] [cache]";
    DeleteGlobal 1 "n" "del globals[names[a]]";
    LoadClassGlobal 1 "dn" "as LoadName in an annotation scope of a class: r[c] is the class namespace, then globals, builtins";
    LoadLocals 1 "d" "r[a] = the frame's locals mapping (class body, module)";
    LoadBuildClass 1 "d" "r[a] = builtins.__build_class__";
    LoadCommon 1 "di" "r[a] = well-known object b: 0 AssertionError, 1 NotImplementedError, 2 builtin tuple, 3 all, 4 any, 5 list, 6 set";
    // -- attributes
    LoadAttr 2 "drn" "r[a] = r[b].names[c] [cache]";
    StoreAttr 2 "rnr" "r[a].names[b] = r[c] [cache]";
    DeleteAttr 1 "rn" "del r[a].names[b]";
    LoadMethod 2 "drn" "method call set-up: r[a-1] = callable and r[a] = self, or r[a-1] = r[b].names[c] and r[a] = EMPTY [cache]";
    LoadSuperAttr 2 "drn" "r[a] = super(r[b+1], r[b+2]).names[c] where r[b] is the global `super` (if it is not the builtin: call it, with the two if x = 1)";
    LoadSuperMethod 2 "drn" "as LoadMethod (r[a-1], r[a]) but looked up as LoadSuperAttr does";
    LoadSpecial 1 "dri" "special method lookup on the type, as LoadMethod (r[a-1], r[a]): c = 0 __enter__, 1 __exit__, 2 __aenter__, 3 __aexit__; TypeError with CPython's text if missing";
    // -- subscripts
    LoadSubscr 1 "drr" "r[a] = r[b][r[c]]";
    StoreSubscr 1 "rrr" "r[a][r[b]] = r[c]";
    LoadSlice 1 "drr" "r[a] = r[b][r[c]:r[c+1]]";
    StoreSlice 1 "rrr" "r[a][r[b]:r[b+1]] = r[c]";
    DeleteSubscr 1 "rr" "del r[a][r[b]]";
    BuildSlice 1 "dr" "r[a] = slice(r[b], r[b+1], r[b+2])";
    // -- unary and binary
    Neg 1 "dr" "r[a] = -r[b]";
    Pos 1 "dr" "r[a] = +r[b]";
    Invert 1 "dr" "r[a] = ~r[b]";
    Not 1 "dr" "r[a] = not r[b]";
    Add 1 "drr" "r[a] = r[b] + r[c]";
    Sub 1 "drr" "r[a] = r[b] - r[c]";
    Mul 1 "drr" "r[a] = r[b] * r[c]";
    MatMul 1 "drr" "r[a] = r[b] @ r[c]";
    TrueDiv 1 "drr" "r[a] = r[b] / r[c]";
    FloorDiv 1 "drr" "r[a] = r[b] // r[c]";
    Mod 1 "drr" "r[a] = r[b] % r[c]";
    Pow 1 "drr" "r[a] = r[b] ** r[c]";
    LShift 1 "drr" "r[a] = r[b] << r[c]";
    RShift 1 "drr" "r[a] = r[b] >> r[c]";
    And 1 "drr" "r[a] = r[b] & r[c]";
    Or 1 "drr" "r[a] = r[b] | r[c]";
    Xor 1 "drr" "r[a] = r[b] ^ r[c]";
    InplaceAdd 1 "drr" "r[a] = r[b] += r[c] (the result of the operation; the compiler stores it)";
    InplaceSub 1 "drr" "in place -";
    InplaceMul 1 "drr" "in place *";
    InplaceMatMul 1 "drr" "in place @";
    InplaceTrueDiv 1 "drr" "in place /";
    InplaceFloorDiv 1 "drr" "in place //";
    InplaceMod 1 "drr" "in place %";
    InplacePow 1 "drr" "in place **";
    InplaceLShift 1 "drr" "in place <<";
    InplaceRShift 1 "drr" "in place >>";
    InplaceAnd 1 "drr" "in place &";
    InplaceOr 1 "drr" "in place |";
    InplaceXor 1 "drr" "in place ^";
    AddInt 1 "dri" "r[a] = r[b] + n, n = c >> 1 as a signed 16-bit int; negative for `-`; the low bit of c says in place";
    // -- comparisons
    Lt 1 "drr" "r[a] = r[b] < r[c]";
    Le 1 "drr" "r[a] = r[b] <= r[c]";
    Eq 1 "drr" "r[a] = r[b] == r[c]";
    Ne 1 "drr" "r[a] = r[b] != r[c]";
    Gt 1 "drr" "r[a] = r[b] > r[c]";
    Ge 1 "drr" "r[a] = r[b] >= r[c]";
    Is 1 "drr" "r[a] = r[b] is r[c]";
    IsNot 1 "drr" "r[a] = r[b] is not r[c]";
    In 1 "drr" "r[a] = r[b] in r[c]";
    NotIn 1 "drr" "r[a] = r[b] not in r[c]";
    // -- jumps
    Jump 1 "J" "forward jump by off; a: 1 over a handler, which tracing does not see";
    JumpBack 1 "J" "backward jump by off (negative): a back-edge, where a boundary may fall";
    JumpIfTrue 1 "rJ" "jump if bool(r[a])";
    JumpIfFalse 1 "rJ" "jump if not bool(r[a])";
    JumpIfNone 1 "rJ" "jump if r[a] is None";
    JumpIfNotNone 1 "rJ" "jump if r[a] is not None";
    JumpIfEmpty 1 "rJ" "jump if r[a] is EMPTY";
    JumpIfLt 2 "rri" "if bool(r[a] < r[b]) == c: jump by operand word x (signed)";
    JumpIfLe 2 "rri" "if bool(r[a] <= r[b]) == c: jump by operand word x";
    JumpIfEq 2 "rri" "if bool(r[a] == r[b]) == c: jump by operand word x";
    JumpIfNe 2 "rri" "if bool(r[a] != r[b]) == c: jump by operand word x";
    JumpIfGt 2 "rri" "if bool(r[a] > r[b]) == c: jump by operand word x";
    JumpIfGe 2 "rri" "if bool(r[a] >= r[b]) == c: jump by operand word x";
    JumpIfIs 2 "rri" "if (r[a] is r[b]) == c: jump by operand word x";
    JumpIfIn 2 "rri" "if (r[a] in r[b]) == c: jump by operand word x";
    // -- iteration
    GetIter 1 "dr" "r[a] = iter(r[b])";
    ForIter 1 "drj" "r[a] = next(r[b]); at the end jump by off16 (forward; ForIterFar when too far)";
    ForIterFar 2 "dr" "as ForIter, jump by operand word x";
    GetYieldFromIter 1 "dr" "r[a] = r[b] if it is a generator or (in a coroutine) a coroutine, else iter(r[b])";
    GetAwaitable 1 "dri" "r[a] = the awaitable iterator of r[b]; c: 0 await, 1 __aenter__, 2 __aexit__ (for the message)";
    GetAiter 1 "dr" "r[a] = r[b].__aiter__()";
    GetAnext 1 "dr" "r[a] = awaitable iterator of r[b].__anext__()";
    EndAsyncFor 1 "r" "if r[a] (an exception) is StopAsyncIteration: go on, else raise it again";
    // -- calls
    Call 1 "dri" "r[a] = r[b-1](r[b] .. r[b+c-1])";
    CallMethod 1 "dri" "as Call after LoadMethod: c counts r[b] (self); if r[b] is EMPTY the arguments are r[b+1..b+c]";
    CallKw 2 "dri" "as Call; the last arguments have the names in the tuple consts[x] of the operand word";
    CallMethodKw 2 "dri" "as CallMethod with names consts[x]";
    CallEx 1 "dr" "r[a] = r[b-1](*r[b], **r[b+1]); r[b] is a tuple or list or any iterable, r[b+1] a dict or EMPTY";
    Return 1 "r" "return r[a]";
    ReturnConst 1 "k" "return consts[a]";
    Yield 1 "dri" "suspend, giving r[b]; r[a] = the value sent on resumption; r[c..] are dead";
    Send 2 "drr" "r[a] = send r[c] to iterator r[b] (next() if None) and go on; when it ends: r[a] = its return value and jump by operand word x";
    Throw 1 "drr" "in the exception handler around a Yield inside `yield from`/await: deliver exception r[c] to sub-iterator r[b] (close on GeneratorExit, throw otherwise). r[a] = value it yields and go on; if it returns, r[a] = that value and jump over the next instruction (always a Jump or JumpBack); without a `throw` method the exception is raised here";
    AsyncGenWrap 1 "dr" "r[a] = r[b] wrapped as an async generator's yielded value";
    // -- building
    BuildTuple 1 "dri" "r[a] = (r[b], .. c items)";
    BuildList 1 "dri" "r[a] = [r[b], .. c items]";
    BuildSet 1 "dri" "r[a] = {r[b], .. c items}";
    BuildMap 1 "dri" "r[a] = {r[b]: r[b+1], .. c pairs}";
    BuildString 1 "dri" "r[a] = the strings r[b], .. c items, joined";
    ListAppend 1 "rr" "r[a].append(r[b])";
    ListExtend 1 "rr" "r[a].extend(r[b]) (message of `*` unpacking: Value after * must be an iterable)";
    ListToTuple 1 "dr" "r[a] = tuple(list r[b])";
    SetAdd 1 "rr" "r[a].add(r[b])";
    SetUpdate 1 "rr" "r[a].update(r[b])";
    MapAdd 1 "rrr" "r[a][r[b]] = r[c] on a plain dict";
    DictUpdate 1 "rr" "r[a].update(r[b]) for ** in a display";
    DictMerge 1 "rrr" "r[a].update(r[b]) for ** in a call of r[c], TypeError on a repeated or non-string key";
    FormatSimple 1 "dr" "r[a] = format(r[b], '')";
    FormatWithSpec 1 "drr" "r[a] = format(r[b], r[c])";
    ConvertValue 1 "dri" "r[a] = c: 1 str, 2 repr, 3 ascii of r[b]";
    BuildInterpolation 1 "dri" "r[a] = Interpolation(r[b] value, r[b+1] expression text, conversion c (0 None, 1 's', 2 'r', 3 'a'), r[b+2] format spec)";
    BuildTemplate 1 "drr" "r[a] = Template(strings tuple r[b], interpolations tuple r[c])";
    UnpackSequence 1 "dri" "r[a..a+c] = the items of r[b], exactly c";
    UnpackEx 2 "dri" "r[a..] = c items of r[b], then a list of the middle, then x items (operand word)";
    // -- functions and classes
    MakeFunction 1 "dk" "r[a] = a function of code constant b and the frame's globals";
    SetFuncAttr 1 "rri" "of function r[a]: c = 0 defaults tuple, 1 kwdefaults dict, 2 annotate function, 3 closure tuple of cells, 4 type params tuple";
    SetupAnnotations 1 "" "__annotations__ dict in locals if missing (only `from __future__ import annotations`)";
    // -- imports
    ImportName 2 "dnr" "r[a] = __import__(names[b], fromlist r[c], level operand word x)";
    ImportFrom 1 "drn" "r[a] = from r[b] import names[c]";
    ImportStar 1 "r" "from r[a] import *, into the frame's locals";
    // -- exceptions
    PushExc 1 "dr" "r[a] = the exception being handled (or None); the one being handled becomes r[b]";
    PopExc 1 "r" "the exception being handled becomes r[a] (saved by PushExc)";
    CheckExcMatch 1 "drr" "r[a] = whether exception r[b] matches r[c] (class or tuple; TypeError otherwise)";
    CheckEgMatch 1 "drr" "except*: r[a] = matching group or None, r[a+1] = rest or None, of r[b] against r[c]";
    PrepReraiseStar 1 "drr" "r[a] = the exception to raise after except* (or None) from the original r[b] and the list r[c] of results";
    Raise 1 "rri" "c: 0 re-raise the one being handled, 1 raise r[a], 2 raise r[a] from r[b]";
    Reraise 1 "r" "raise r[a] again, keeping its traceback as it is; b: 1 if the frame is left from where it was raised first";
    ExcTriple 1 "dr" "r[a], r[a+1], r[a+2] = type, value, traceback of exception r[b]";
    // -- match
    MatchMapping 1 "dr" "r[a] = whether r[b] is a mapping by type flag";
    MatchSequence 1 "dr" "r[a] = whether r[b] is a sequence by type flag";
    MatchKeys 1 "drr" "r[a] = tuple of the values of mapping r[b] under the keys tuple r[c], or None";
    MatchClass 2 "drr" "r[a] = tuple of attributes of r[b] as class r[c], or None; operand word: x positional count, y constant: tuple of keyword names";
    GetLen 1 "dr" "r[a] = len(r[b])";
    CopyDictWithout 1 "drr" "r[a] = dict(r[b]) without the keys of tuple r[c] (for **rest)";
    // -- intrinsics
    Intrinsic1 1 "dri" "r[a] = intrinsic c of r[b], see Intrinsic1";
    Intrinsic2 1 "dri" "r[a] = intrinsic c of r[b] and r[b+1], see Intrinsic2";
}

/// Operand c of [`Op::Intrinsic1`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Intrinsic1 {
    /// `sys.displayhook(value)`
    Print = 1,
    /// StopIteration escaping a generator becomes RuntimeError; other exceptions unchanged. Gives the exception.
    StopIterationError = 2,
    /// TypeVar(name)
    TypeVar = 3,
    /// ParamSpec(name)
    ParamSpec = 4,
    /// TypeVarTuple(name)
    TypeVarTuple = 5,
    /// Generic[params tuple]
    SubscriptGeneric = 6,
    /// TypeAliasType from tuple (name, type params or None, lazy value function)
    TypeAlias = 7,
}

/// Operand c of [`Op::Intrinsic2`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Intrinsic2 {
    /// TypeVar(name, lazily evaluated bound: function)
    TypeVarWithBound = 1,
    /// TypeVar(name, lazily evaluated constraints: function)
    TypeVarWithConstraints = 2,
    /// (type param, lazily evaluated default: function): sets it, gives the type param
    SetTypeParamDefault = 3,
    /// (function, type params tuple): sets `__type_params__`, gives the function
    SetFunctionTypeParams = 4,
}

impl Op {
    /// The opcode with this number. `n` must come from an instruction that the compiler made.
    #[inline(always)]
    pub const fn from_u16(n: u16) -> Option<Op> {
        if (n as usize) < Op::ALL.len() {
            Some(Op::ALL[n as usize])
        } else {
            None
        }
    }
}

/// Packs one instruction word.
pub const fn pack(op: Op, a: u16, b: u16, c: u16) -> u64 {
    op as u64 | (a as u64) << 16 | (b as u64) << 32 | (c as u64) << 48
}
