"""Generators that list, tuple, set, any and all use up."""
import sys
def g(n):
    for i in range(n):
        yield i
    return 7
print(list(g(5)), tuple(g(4)), set(g(3)), any(g(3)), all(g(3)), any(x>5 for x in g(4)), all(x<2 for x in g(9)))
def bad():
    yield 1
    raise ValueError('x')
x = 'old'
try: x = list(bad())
except ValueError as e: print('caught', e, x)
def stop():
    yield 1
    raise StopIteration
try: list(stop())
except RuntimeError as e: print(repr(e), repr(e.__cause__))
it = g(6)
print(any(v == 2 for v in it), list(it), list(it), tuple(it))
it = g(6)
print(any(it), next(it), all(it), list(it))
class H:
    def __init__(s, n): s.n = n
    def __hash__(s): return s.n % 2
    def __eq__(s, o): return s.n == o.n
    def __repr__(s): return 'H%d' % s.n
print(sorted(map(repr, set(H(i % 3) for i in range(9)))))
try: set([x] for x in range(3))
except TypeError as e: print('TypeError')
def rec():
    yield from g(3)
    yield list(g(2))
    yield tuple(x for x in g(3))
print(list(rec()), [*rec()])
class B:
    def __bool__(s): raise KeyError('b')
def f():
    try:
        yield B()
    except KeyError as e: print('inside', repr(e))
try: any(f())
except KeyError as e: print('key', e)
def me():
    try: list(m)
    except ValueError as e: print(e)
    yield 1
m = me(); print(list(m))
class L(list): pass
print(type(L(g(2))).__name__, L(g(2)))
def outer():
    x = yield 1
    print('sent', x)
    y = yield 2
    print('sent', y)
print(list(outer()))
print(tuple(g(0)), list(g(0)), set(g(0)))
def fr():
    yield sys._getframe().f_back.f_code.co_name
def caller(): return list(fr())
print(caller())
def h():
    try: raise OSError('h')
    except OSError:
        yield sys.exception()
        yield sys.exception()
try: raise IndexError('o')
except IndexError: print(list(map(repr, list(h()))), repr(sys.exception()))
import gc, weakref
def big():
    for i in range(100000): yield [i]
print(len(list(big())), len(tuple(big())))
print(list(i for i in (list(j for j in range(k)) for k in range(4))))
