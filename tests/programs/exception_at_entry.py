# An exception where a function begins, before its cells are made: its frame is kept, and looked at by collections.
import gc
import signal


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


def stop(number, frame):
    raise Stop


signal.signal(signal.SIGALRM, stop)
leave = [leave_words(n) for n in range(20)]
where = []
for n in range(400):
    words = leave[n % 20]
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0003)
        while True:
            words()
            outer(n)
    except Stop as e:
        kept = e
    gc.collect()
    where.append(kept.__traceback__.tb_next.tb_frame.f_code.co_name)
print(len(where), where.count("outer") > 5)
print(outer(5)()[:3])
