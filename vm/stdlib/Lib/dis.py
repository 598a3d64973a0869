"""Disassembler of Vasuki's register bytecode.

The interface is that of CPython's module of the same name; the instructions are Vasuki's own. An instruction has up to
three operands and an operand word, so `arg` is a tuple of numbers. Offsets count two for every word, as f_lasti does.
"""

import collections
import io
import sys
import types
import _opcode
from opcode import (cmp_op, stack_effect, hascompare, HAVE_ARGUMENT, EXTENDED_ARG, hasarg, hasconst, hasname, hasjump,
                    hasjrel, hasjabs, hasfree, haslocal, hasexc)

__all__ = ["code_info", "dis", "disassemble", "distb", "disco", "findlinestarts", "findlabels", "show_code",
           "get_instructions", "Instruction", "Bytecode", "cmp_op", "stack_effect", "hascompare", "opname", "opmap",
           "HAVE_ARGUMENT", "EXTENDED_ARG", "hasarg", "hasconst", "hasname", "hasjump", "hasjrel", "hasjabs", "hasfree",
           "haslocal", "hasexc"]

_ops = _opcode._operations()
opname = [name for name, _ in _ops]
opmap = {name: number for number, name in enumerate(opname)}
_formats = [form for _, form in _ops]

COMPILER_FLAG_NAMES = {
    1: "OPTIMIZED",
    2: "NEWLOCALS",
    4: "VARARGS",
    8: "VARKEYWORDS",
    16: "NESTED",
    32: "GENERATOR",
    64: "NOFREE",
    128: "COROUTINE",
    256: "ITERABLE_COROUTINE",
    512: "ASYNC_GENERATOR",
    0x4000000: "HAS_DOCSTRING",
    0x8000000: "METHOD",
}
_PROLOGUE = {"COPY_FREE", "CLEAR", "MAKE_CELL", "RETURN_GENERATOR"}
_have_code = (types.MethodType, types.FunctionType, types.CodeType, classmethod, staticmethod, type)

Positions = collections.namedtuple("Positions", "lineno end_lineno col_offset end_col_offset", defaults=[None] * 4)


class Instruction(collections.namedtuple(
        "_Instruction",
        "opname opcode arg argval argrepr offset start_offset starts_line line_number label positions cache_info",
        defaults=[None, None, None])):
    """What is known of an instruction.

    opname, opcode - name and number of the operation
    arg - operands as numbers, None if there are none
    argval, argrepr - the constant, name or target that it is about; readable operands
    offset, start_offset - where it is
    starts_line - does a line begin with it?
    line_number, positions - where it is in the source
    label - number of the label, if something jumps to it
    """

    __slots__ = ()

    @property
    def oparg(self):
        return self.arg

    @property
    def baseopcode(self):
        return self.opcode

    @property
    def baseopname(self):
        return self.opname

    @property
    def cache_offset(self):
        return self.offset + 2

    @property
    def end_offset(self):
        return self.offset + 2

    @property
    def jump_target(self):
        return self.argval if _is_jump(_formats[self.opcode]) else None

    @property
    def is_jump_target(self):
        return self.label is not None

    def __str__(self):
        return _line(self, 3, False, False, False)


def _is_jump(form):
    return form[-1:] in "jJx" and form != ""


def pretty_flags(flags):
    """The names of a code object's flags."""
    names = []
    for i in range(32):
        flag = 1 << i
        if flags & flag:
            names.append(COMPILER_FLAG_NAMES.get(flag, hex(flag)))
            flags ^= flag
    return ", ".join(names) or hex(flags)


def _get_code_object(x):
    for name in ("__func__", "__code__", "gi_code", "ag_code", "cr_code"):
        x = getattr(x, name, x)
    if isinstance(x, str):
        for mode in ("eval", "exec"):
            try:
                return compile(x, "<disassembly>", mode)
            except SyntaxError:
                if mode == "exec":
                    raise
    if hasattr(x, "co_code"):
        return x
    raise TypeError(f"don't know how to disassemble {type(x).__name__} objects")


def findlabels(code):
    """Offsets that the instructions of a code object jump to."""
    labels = []
    for offset, number, operands, target in _opcode._instructions(code):
        if target is not None and target not in labels:
            labels.append(target)
    return labels


def findlinestarts(code):
    """(offset, line) wherever another line begins."""
    last = False
    for start, _, line in code.co_lines():
        if line is not last:
            last = line
            yield start, line


def _variables(co):
    names = dict(enumerate(co.co_varnames))
    names.update(_opcode._cells(co))
    return names


def _operands(co, names, number, operands, target):
    """(argval, argrepr) of an instruction."""
    value, shown = None, []
    for kind, n in zip(_formats[number], operands):
        if kind == "k":
            value = co.co_consts[n]
            shown.append(repr(value))
        elif kind == "n":
            value = co.co_names[n]
            shown.append(value)
        elif kind in "dr":
            if value is None and n in names:
                value = names[n]
            shown.append(names.get(n, f"r{n}"))
        elif kind == "i":
            shown.append(str(n))
    if target is not None:
        value = target
        shown.append(f"to {target}")
    if value is None and operands:
        value = operands[0] if len(operands) == 1 else operands
    return value, ", ".join(shown)


def get_instructions(x, *, first_line=None, show_caches=None, adaptive=False):
    """The instructions of a function, method, string of source code or code object.

    RESUME, the entry, is where the statements begin: behind what makes cells and generators.
    """
    co = _get_code_object(x)
    moved = first_line - co.co_firstlineno if first_line is not None else 0
    found = _opcode._instructions(co)
    body = 1
    while body < len(found) and opname[found[body][1]] in _PROLOGUE:
        body += 1
    found[:body] = found[1:body] + found[:1]
    labels = {offset: i for i, offset in enumerate(sorted(findlabels(co)), 1)}
    names, positions = _variables(co), list(co.co_positions())
    last = False
    for offset, number, operands, target in found:
        p = Positions(*positions[offset // 2])
        if p.lineno is not None:
            p = p._replace(lineno=p.lineno + moved, end_lineno=p.end_lineno + moved)
        value, shown = _operands(co, names, number, operands, target)
        yield Instruction(opname[number], number, operands or None, value, shown, offset, offset, p.lineno != last, p.lineno,
                          labels.get(offset), p)
        last = p.lineno


def _line(instr, width, current, offsets, positions):
    parts = []
    if positions:
        p = ["?" if n is None else str(n) for n in instr.positions]
        parts.append(f"{p[0]}:{p[2]}-{p[1]}:{p[3]}".ljust(16))
    elif width:
        number = "--" if instr.line_number is None else str(instr.line_number)
        parts.append((number if instr.starts_line else "").rjust(width))
    parts.append("-->" if current else "   ")
    parts.append((f"L{instr.label}:" if instr.label is not None else "").rjust(5))
    if offsets:
        parts.append(str(instr.offset).rjust(4))
    parts.append(f"{instr.opname:<20} {instr.argrepr}".rstrip())
    return " ".join(parts)


def disassemble(co, lasti=-1, *, file=None, show_caches=False, adaptive=False, show_offsets=False, show_positions=False):
    """Prints the instructions of a code object; the one at offset lasti is marked."""
    instructions = list(get_instructions(co))
    width = max([3] + [len(str(i.line_number)) for i in instructions if i.line_number is not None])
    for n, i in enumerate(instructions):
        if n and i.starts_line and i.line_number is not None:
            print(file=file)
        print(_line(i, width, i.offset == lasti, show_offsets, show_positions), file=file)
    handlers = _opcode._handlers(co)
    if handlers:
        print("ExceptionTable:", file=file)
        for start, end, target, register in handlers:
            print(f"  {start} to {end} -> {target} [r{register}]", file=file)


disco = disassemble


def _with_inner(co, depth, **options):
    disassemble(co, **options)
    if depth is None or depth > 0:
        for c in co.co_consts:
            if hasattr(c, "co_code"):
                print(file=options["file"])
                print(f"Disassembly of {c!r}:", file=options["file"])
                _with_inner(c, None if depth is None else depth - 1, **options)


def dis(x=None, *, file=None, depth=None, show_caches=False, adaptive=False, show_offsets=False, show_positions=False):
    """Disassembles classes, methods, functions and other compiled objects, or the last traceback."""
    options = dict(file=file, show_offsets=show_offsets, show_positions=show_positions)
    if x is None:
        distb(**options)
        return
    for name in ("__func__", "__code__", "gi_code", "ag_code", "cr_code"):
        x = getattr(x, name, x)
    if hasattr(x, "__dict__") and not hasattr(x, "co_code"):
        for name, member in sorted(x.__dict__.items()):
            if isinstance(member, _have_code):
                print(f"Disassembly of {name}:", file=file)
                try:
                    dis(member, depth=depth, **options)
                except TypeError as e:
                    print("Sorry:", e, file=file)
                print(file=file)
    else:
        _with_inner(_get_code_object(x), depth, **options)


def distb(tb=None, *, file=None, show_caches=False, adaptive=False, show_offsets=False, show_positions=False):
    """Disassembles a traceback (default: the last one)."""
    if tb is None:
        try:
            tb = sys.last_exc.__traceback__ if hasattr(sys, "last_exc") else sys.last_traceback
        except AttributeError:
            raise RuntimeError("no last traceback to disassemble") from None
        while tb.tb_next:
            tb = tb.tb_next
    disassemble(tb.tb_frame.f_code, tb.tb_lasti, file=file, show_offsets=show_offsets, show_positions=show_positions)


def code_info(x):
    """Details of a function, method or code object as text."""
    co = _get_code_object(x)
    rows = [("Name", co.co_name), ("Filename", co.co_filename), ("Argument count", co.co_argcount),
            ("Positional-only arguments", co.co_posonlyargcount), ("Kw-only arguments", co.co_kwonlyargcount),
            ("Number of locals", co.co_nlocals), ("Registers", co.co_stacksize), ("Flags", pretty_flags(co.co_flags))]
    lines = [f"{name + ':':<18} {value}" for name, value in rows]
    tables = [("Constants", map(repr, co.co_consts)), ("Names", co.co_names), ("Variable names", co.co_varnames),
              ("Free variables", co.co_freevars), ("Cell variables", co.co_cellvars)]
    for title, items in tables:
        items = list(items)
        if items:
            lines.append(f"{title}:")
            lines.extend(f"{i:>4}: {item}" for i, item in enumerate(items))
    return "\n".join(lines)


def show_code(co, *, file=None):
    """Prints what code_info() tells."""
    print(code_info(co), file=file)


def _find_imports(co):
    """(name, level, names) of the import statements."""
    constants = {}
    for i in get_instructions(co):
        if i.opname == "LOAD_CONST":
            constants[i.arg[0]] = i.argval
        elif i.opname == "LOAD_NONE":
            constants[i.arg[0]] = None
        elif i.opname == "IMPORT_NAME":
            yield i.argval, i.arg[3], constants.get(i.arg[2])


def _find_store_names(co):
    """Names of the variables that are stored to."""
    seen = set()
    for i in get_instructions(co):
        if i.opname in ("STORE_NAME", "STORE_GLOBAL") and i.argval not in seen:
            seen.add(i.argval)
            yield i.argval


class Bytecode:
    """The instructions of a piece of code: iterate to get them, dis() gives them as text."""

    def __init__(self, x, *, first_line=None, current_offset=None, show_caches=False, adaptive=False, show_offsets=False,
                 show_positions=False):
        self.codeobj = _get_code_object(x)
        self.first_line = self.codeobj.co_firstlineno if first_line is None else first_line
        self.current_offset = current_offset
        self.show_offsets = show_offsets
        self.show_positions = show_positions
        self._original_object = x

    def __iter__(self):
        return get_instructions(self.codeobj, first_line=self.first_line)

    def __repr__(self):
        return f"{type(self).__name__}({self._original_object!r})"

    @classmethod
    def from_traceback(cls, tb, *, show_caches=False, adaptive=False):
        """The code that a traceback ends in."""
        while tb.tb_next:
            tb = tb.tb_next
        return cls(tb.tb_frame.f_code, current_offset=tb.tb_lasti)

    def info(self):
        """Details of the code object."""
        return code_info(self.codeobj)

    def dis(self):
        """The instructions as text."""
        with io.StringIO() as out:
            disassemble(self.codeobj, -1 if self.current_offset is None else self.current_offset, file=out,
                        show_offsets=self.show_offsets, show_positions=self.show_positions)
            return out.getvalue()


def main(args=None):
    import argparse

    parser = argparse.ArgumentParser()
    parser.add_argument("-O", "--show-offsets", action="store_true", help="show the instructions' offsets")
    parser.add_argument("-P", "--show-positions", action="store_true", help="show the instructions' places in the source")
    parser.add_argument("infile", nargs="?", default="-")
    args = parser.parse_args(args=args)
    if args.infile == "-":
        name, source = "<stdin>", sys.stdin.buffer.read()
    else:
        name = args.infile
        with open(name, "rb") as f:
            source = f.read()
    dis(compile(source, name, "exec"), show_offsets=args.show_offsets, show_positions=args.show_positions)


if __name__ == "__main__":
    main()
