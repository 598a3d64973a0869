# Generators: send, throw, close, yield from, generator expressions, return values.
import inspect
import types


def gen():
    try:
        x = yield 1
        print("got", x)
        try:
            y = yield 2
        except ValueError as e:
            print("caught", e)
            y = "from except"
        print("y", y)
        yield 3
    finally:
        print("cleanup")
    return "result"


g = gen()
print(next(g), g.send("a"), g.throw(ValueError("boom")))
try:
    next(g)
except StopIteration as e:
    print("stop", e.value)
print(next(g, "exhausted"))

g = gen()
next(g)
g.close()
g.close()


def inner():
    r = yield "i1"
    print("inner got", r)
    try:
        yield "i2"
    except KeyError:
        yield "i3"
    return "inner result"


def outer():
    v = yield from inner()
    print("outer got", v)
    yield from [10, 20]
    return "done"


g = outer()
print(next(g), g.send("x"), g.throw(KeyError), list(g))


def wrong():
    yield 1
    raise StopIteration("inside")


g = wrong()
next(g)
try:
    next(g)
except RuntimeError as e:
    print(e, repr(e.__cause__))

g = gen()
try:
    g.send(1)
except TypeError as e:
    print(e)


def ignoring():
    while True:
        try:
            yield
        except GeneratorExit:
            yield "no"


g = ignoring()
next(g)
try:
    g.close()
except RuntimeError as e:
    print(e)


def fib():
    a, b = 0, 1
    while True:
        yield a
        a, b = b, a + b


print([x for x, _ in zip(fib(), range(15))])
print(sum(x * x for x in range(10)), max((x % 7, x) for x in range(20)))


def rec(n):
    if n:
        yield from rec(n - 1)
    yield n


print(list(rec(50))[-3:], len(list(rec(200))))


def tree(t):
    match t:
        case (left, v, right):
            yield from tree(left)
            yield v
            yield from tree(right)


print(list(tree(((None, 1, None), 2, ((None, 3, None), 4, None)))))


def running():
    try:
        next(me)
    except ValueError as e:
        yield e


me = running()
print(next(me))

g = (i for i in range(3))
print(g.__name__, inspect.getgeneratorstate(g), type(g) is types.GeneratorType)
next(g)
print(inspect.getgeneratorstate(g), g.gi_frame is not None)
list(g)
print(inspect.getgeneratorstate(g), g.gi_frame)


def with_return():
    return "early"
    yield


try:
    next(with_return())
except StopIteration as e:
    print(e.value, e.args)


def outer2():
    try:
        yield 1
    except Exception as e:
        raise TypeError("new") from e


g = outer2()
next(g)
try:
    g.throw(ValueError("old"))
except TypeError as e:
    print(e, repr(e.__cause__), repr(e.__context__))

try:
    (1 / 0 for _ in [1]).__next__()
except ZeroDivisionError as e:
    print(e)
try:
    x = (i for i in 5)
except TypeError as e:
    print(e)


def echo():
    r = None
    while True:
        r = yield r


e = echo()
next(e)
print([e.send(i) for i in range(5)])


def in_finally():
    try:
        yield 1
    finally:
        yield 2
        yield 3


print(list(in_finally()))


class It:
    def __iter__(self):
        yield from "xyz"


print([*It()], dict(zip(It(), range(3))))


@types.coroutine
def old():
    r = yield "awaiting"
    return r * 2


async def co():
    return await old() + 1


c = co()
print(c.send(None))
try:
    c.send(10)
except StopIteration as e:
    print(e.value)
