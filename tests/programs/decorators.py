# Decorators, with statements, contextlib, functools.
import contextlib
import functools
import io


def tag(name):
    print("tag", name)

    def deco(f):
        print("decorate", f.__name__, "with", name)

        @functools.wraps(f)
        def wrapper(*a, **k):
            return f"<{name}>{f(*a, **k)}</{name}>"
        return wrapper
    return deco


@tag("b")
@tag("i")
def text(s):
    "the doc"
    return s


print(text("x"), text.__name__, text.__doc__, text.__wrapped__.__wrapped__("raw"))


@(lambda f: f() * 2)
def twice():
    return 21


print(twice)


def class_deco(cls):
    cls.extra = "added"
    return cls


@class_deco
class K:
    pass


print(K.extra)


class CM:
    def __init__(self, name, suppress=False):
        self.name, self.suppress = name, suppress

    def __enter__(self):
        print("enter", self.name)
        return self

    def __exit__(self, t, v, tb):
        print("exit", self.name, t and t.__name__, v, tb is not None)
        return self.suppress


with CM("a") as a, CM("b", True) as b:
    print(a.name, b.name)
    raise ValueError("inside")
print("after")
with (CM("c") as c, CM("d"),):
    pass


def returning():
    with CM("r"):
        return "value"


print(returning())
for i in range(3):
    with CM(i):
        if i == 0:
            continue
        break
try:
    with CM("raises"):
        1 / 0
except ZeroDivisionError as e:
    print(e)


class BadEnter:
    def __enter__(self):
        raise RuntimeError("no entry")

    def __exit__(self, *a):
        print("never")


try:
    with CM("first"), BadEnter():
        pass
except RuntimeError as e:
    print(e)
try:
    with 5:
        pass
except TypeError as e:
    print(e)


@contextlib.contextmanager
def managed(x):
    print("before", x)
    try:
        yield x * 2
    except KeyError as e:
        print("handled", e)
    finally:
        print("finally", x)


with managed(4) as v:
    print(v)
with managed(5):
    raise KeyError("k")
try:
    with managed(6):
        raise ValueError("passes")
except ValueError as e:
    print(e)


@managed(7)
def decorated():
    print("body")


decorated()
with contextlib.ExitStack() as stack:
    for n in "xyz":
        stack.enter_context(CM(n))
    stack.callback(print, "callback")
with contextlib.suppress(ZeroDivisionError):
    1 / 0
buf = io.StringIO()
with contextlib.redirect_stdout(buf):
    print("captured")
print(repr(buf.getvalue()))
with contextlib.nullcontext(3) as n3, contextlib.closing(io.StringIO("z")) as z:
    print(n3, z.read())
print(z.closed)


@functools.lru_cache(maxsize=2)
def cached(n):
    print("miss", n)
    return n * n


print(cached(1), cached(1), cached(2), cached(3), cached(1), cached.cache_info())
cached.cache_clear()


@functools.cache
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


print(fib(90))


@functools.singledispatch
def show(x):
    return f"object {x}"


@show.register
def _(x: int):
    return f"int {x}"


@show.register(list)
def _(x):
    return f"list of {len(x)}"


print(show("s"), show(1), show([1]), show(True))


class SD:
    @functools.singledispatchmethod
    def m(self, x):
        return "base"

    @m.register
    def _(self, x: str):
        return "str"


print(SD().m(1), SD().m(""))
p = functools.partial(int, base=2)
print(p("101"), p, p.func, p.keywords, functools.reduce(lambda a, b: a * b, range(1, 6)), functools.reduce(max, [3, 9, 2], 5))
q = functools.partial(lambda a, b, c: (a, b, c), functools.Placeholder, 2)
print(q(1, 3))


@functools.total_ordering
class V:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v
    def __lt__(self, o): return self.v < o.v


print(V(1) <= V(1), V(2) > V(1), V(1) >= V(2))
print(sorted(["b", "A", "c"], key=functools.cmp_to_key(lambda a, b: (a.lower() > b.lower()) - (a.lower() < b.lower()))))
