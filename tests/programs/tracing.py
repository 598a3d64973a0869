# Trace and profiling functions: what happens in which order.
import sys
import threading

events = []


def tracer(frame, event, arg):
    if frame.f_code.co_filename != __file__:
        return None
    if event == "exception":
        arg = arg[0].__name__
    first = frame.f_code.co_firstlineno
    events.append((frame.f_code.co_name, frame.f_lineno - first, event, arg))
    return tracer


def show(f):
    print("--", f.__name__)
    sys.settrace(tracer)
    try:
        f()
    finally:
        sys.settrace(None)
    for e in events:
        print(*e)
    events.clear()


def loop():
    y = 0
    for i in range(2):
        y += i
    while y < 3:
        y += 1
    return y


def gen(n):
    i = 0
    while i < n:
        z = yield i
        i += 1
    return 7


def for_gen():
    for v in gen(2):
        w = v
    return w


def list_gen():
    return list(gen(2))


def raising():
    raise ValueError(1)


def through():
    raising()


def catching():
    q = 0
    for i in range(1):
        try: through()
        except ValueError as e:
            q = 1
    return q


def delegating():
    r = yield from gen(1)
    return r


def use_delegating():
    for v in delegating():
        w = v
    return w


class Manager:
    def __enter__(self):
        return 1

    def __exit__(self, *a):
        return True


def with_block():
    with Manager() as c:
        a = 1
        b = 2
    with Manager():
        raise KeyError
    return a


def cells(a=1, b=2):
    def h():
        return a

    return h() + b


def one_line():
    return (lambda: 3)()


def class_body():
    class A:
        x = 1


for f in loop, for_gen, list_gen, catching, use_delegating, with_block, cells, one_line, class_body:
    show(f)


# What a trace function raises ends tracing and goes on its way.
def failing(frame, event, arg):
    if event == "line" and frame.f_lineno == loop.__code__.co_firstlineno + 3:
        raise LookupError("from the trace function")
    return failing


sys.settrace(failing)
try:
    loop()
except LookupError as e:
    print(repr(e), sys.gettrace())


# Attributes of frames.
def no_lines(frame, event, arg):
    events.append((frame.f_code.co_name, event))
    frame.f_trace_lines = False
    return no_lines


sys.settrace(no_lines)
loop()
sys.settrace(None)
print(events)
events.clear()
frame = sys._getframe()
print(frame.f_trace, frame.f_trace_lines, frame.f_trace_opcodes)
try:
    frame.f_trace_lines = 1
except TypeError as e:
    print(e)


def later():
    a = 1
    sys.settrace(tracer)
    sys._getframe().f_trace = tracer
    b = 2
    sys.settrace(None)
    c = 3


later()
print(events)
events.clear()


# Profiling functions.
def profiler(frame, event, arg):
    events.append((frame.f_code.co_name, event, getattr(arg, "__name__", arg)))


def profiled():
    len([1])
    try:
        len()
    except TypeError:
        a = 1
    return list(gen(1))


sys.setprofile(profiler)
print(sys.getprofile() is profiler)
events.clear()
profiled()
sys.setprofile(None)
for e in events[:-1]:
    print(*e)
events.clear()


# Threads.
names = set()


def in_thread(frame, event, arg):
    names.add((threading.current_thread().name, event))
    return in_thread


threading.settrace(in_thread)
threads = [threading.Thread(target=loop, name=f"t{i}") for i in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
threading.settrace(None)
print(sorted(names))

count = [0, 0, 0]


def counted(i):
    def local(frame, event, arg):
        if event == "line":
            count[i] += 1
        return local

    sys.settrace(local)
    for _ in range(50):
        loop()
    sys.settrace(None)


threads = [threading.Thread(target=counted, args=(i,)) for i in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(count)
