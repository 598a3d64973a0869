# An exception where a function begins, before its cells are made: its frame is kept, and looked at by collections.
import gc
import sys


def leaf():
    return 1


def leave_words(n):
    # A function whose frame has about n registers and calls another one: words of all kinds are left on the stack of frames.
    names = "".join(f"x{i} = " for i in range(n))
    namespace = {"leaf": leaf}
    exec(f"def f():\n    {names}leaf()\n    leaf()", namespace)
    return namespace["f"]


def outer(k):
    a, b, c, d, e, f = range(6)

    def inner():
        g = h = i = j = 7
        return a, b, c, d, e, f, k, lambda: (g, h, i, j)

    return inner


class Stop(Exception):
    pass


def stop(frame, event, arg):
    if frame.f_code.co_name == "outer":
        raise Stop


kept = []
leave = [leave_words(n) for n in range(20)]
for depth in range(60):
    leave[depth % 20]()
    sys.settrace(stop)
    try:
        outer(depth)
    except Stop as e:
        kept.append(e)
    sys.settrace(None)
    gc.collect()
print(len(kept), {e.__traceback__.tb_next.tb_frame.f_code.co_name for e in kept})
print(outer(5)()[:3])
