# sys.monitoring: events of a tool, of one code object, DISABLE; jumps by f_lineno; f_locals that write through.
import sys
import warnings

monitoring, E = sys.monitoring, sys.monitoring.events
TOOL = 3
seen = []


def watched(x):
    total = 0
    for i in range(2):
        if i:
            total += len("ab")
    try:
        raise ValueError(x)
    except ValueError:
        pass
    return total


def numbers():
    yield 1
    yield 2


def loop():
    for n in numbers():
        pass


def thrower():
    g = numbers()
    next(g)
    try:
        g.throw(KeyError("k"))
    except KeyError:
        return "caught"


def record(name):
    def callback(code, *args):
        base = code.co_firstlineno
        if name == "LINE":
            args = (args[0] - base,)
        elif name in ("CALL", "C_RETURN", "C_RAISE"):
            args = (getattr(args[1], "__name__", args[1]), "MISSING" if args[2] is monitoring.MISSING else type(args[2]).__name__)
        elif len(args) > 1 and name not in ("JUMP", "BRANCH_LEFT", "BRANCH_RIGHT"):
            args = args[1:]
        else:
            args = ()
        seen.append((name, code.co_name, *args))

    return callback


monitoring.use_tool_id(TOOL, "test")
wanted = 0
for name, event in vars(E).items():
    if name not in ("NO_EVENTS", "BRANCH", "INSTRUCTION"):
        monitoring.register_callback(TOOL, event, record(name))
        wanted |= event
for f, args in [(watched, (3,)), (loop, ()), (thrower, ())]:
    seen.clear()
    monitoring.set_events(TOOL, wanted)
    f(*args)
    monitoring.set_events(TOOL, 0)
    for event in seen:
        if "<module>" not in event:
            print(*map(repr, event))
print(monitoring.get_tool(TOOL), monitoring.get_events(TOOL), monitoring._all_events())

# One code object; each line once.
lines = []
monitoring.register_callback(TOOL, E.LINE, lambda code, line: (lines.append(line - code.co_firstlineno), monitoring.DISABLE)[1])
monitoring.set_local_events(TOOL, watched.__code__, E.LINE)
watched(1), watched(2), loop()
print(lines)
monitoring.restart_events()
watched(3)
print(lines)
monitoring.set_local_events(TOOL, watched.__code__, 0)
# What cannot be disabled loses its callback.
monitoring.register_callback(TOOL, E.RAISE, lambda *args: monitoring.DISABLE)
monitoring.set_events(TOOL, E.RAISE)
try:
    thrower()
except ValueError as e:
    print(e)
monitoring.free_tool_id(TOOL)
for wrong in [lambda: monitoring.set_events(TOOL, 1), lambda: monitoring.use_tool_id(9, "x"), lambda: monitoring.set_events(1, E.C_RETURN)]:
    try:
        wrong()
    except ValueError as e:
        print(e)


# f_lineno
def jumper(out):
    out.append(1)
    for i in range(3):
        out.append(i)
        with open("/dev/null"):
            out.append("with")
        out.append("after")
    out.append("end")


def jump(start, to):
    def trace(frame, event, arg):
        if frame.f_code is not jumper.__code__:
            return None
        if event == "line" and frame.f_lineno - frame.f_code.co_firstlineno == start and not done:
            done.append(1)
            try:
                frame.f_lineno = frame.f_code.co_firstlineno + to
            except ValueError as e:
                print("ValueError:", e)
        return trace

    done, out = [], []
    sys.settrace(trace)
    try:
        jumper(out)
    finally:
        sys.settrace(None)
    print(start, to, out)


warnings.simplefilter("ignore")
for start, to in [(3, 7), (3, 1), (5, 6), (1, 7), (1, 3), (3, 5), (5, 5), (6, 3), (7, 100)]:
    jump(start, to)


# f_locals
def writes(a):
    b = 2
    cell = 3
    (lambda: cell)()
    f = sys._getframe()
    f.f_locals["b"] = "new"
    f.f_locals["cell"] = "changed"
    f.f_locals["extra"] = a
    try:
        del f.f_locals["b"]
    except ValueError as e:
        print(e)
    return a, b, cell, sorted(f.f_locals), locals()["extra"], f.f_locals == f.f_locals


print(writes(1))
