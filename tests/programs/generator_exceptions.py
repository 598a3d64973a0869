# What a generator handles is its own: it is there again when the generator goes on, and its caller's is not.
import sys
import warnings

warnings.simplefilter("ignore")


def keeps():
    try:
        yield sys.exception()
    except ValueError as e:
        yield type(sys.exception()), e.__context__
        yield type(sys.exception())
        raise


g = keeps()
print(next(g))
try:
    raise ValueError("v")
except ValueError as e:
    print(g.throw(e), type(sys.exception()))
print(sys.exception(), next(g))
try:
    next(g)
except ValueError as e:
    print(repr(e))


def context():
    try:
        raise KeyError("a")
    except Exception:
        yield


g = context()
next(g)
try:
    g.throw(ValueError("b"))
except ValueError as e:
    print(repr(e), repr(e.__context__))


def leaves():
    try:
        raise KeyError("k")
    except KeyError:
        yield
    yield sys.exception()


g = leaves()
try:
    1 / 0
except ZeroDivisionError:
    next(g)
print(next(g))


class Bad(Exception):
    def __new__(cls):
        return cls


g = leaves()
try:
    g.throw(Bad)
except TypeError as e:
    print("should have returned an instance of BaseException" in str(e), list(g))
