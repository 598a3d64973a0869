# Tracebacks: source lines, marks, causes, notes, groups, recursion, modules of the library.
import json
import os
import sys
import traceback


def show(f, *args):
    try:
        f(*args)
    except BaseException as e:
        text = "".join(traceback.format_exception(e))
        print(text.replace(os.path.dirname(os.path.abspath(__file__)), "."))


def calls(x):
    return inner(x) + \
        1


def inner(x):
    return 1 + x.foo.bar(3)[0]


def cause():
    try:
        calls(1)
    except AttributeError as e:
        e.add_note("a note")
        raise ValueError("oops") from e


def context():
    try:
        {}["a"]["b"]
    except KeyError:
        undefined_name


def group():
    try:
        raise ExceptionGroup("grp", [ValueError(1), ExceptionGroup("in", [TypeError("t"), KeyError("k")])])
    except* ValueError:
        raise RuntimeError("x")


def recursion(n):
    return recursion(n + 1)


def several_lines(a):
    return (
        a +
        a[0]
        .foo
    )


def imports():
    import nonexistent_module


for f in cause, context, group, imports:
    show(f)
show(recursion, 0)
show(several_lines, [1])
show(lambda: 1 / 0)
show(lambda: [1, 2][7])
show(lambda: "a" + 1)
show(exec, "x = = 1")
show(exec, "if 1:\n  pass\n else:\n  pass")
sys.excepthook(ValueError, ValueError("x"), None)
try:
    json.loads("{")
except ValueError as e:
    print([(s.name, bool(s.line)) for s in traceback.extract_tb(e.__traceback__)])
