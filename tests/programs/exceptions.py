# Exceptions: try/except/else/finally, chaining, notes, groups and except*, context.
import sys
import traceback


def flow(how):
    out = []
    try:
        out.append("try")
        if how == "value":
            raise ValueError(how)
        if how == "return":
            return out
        if how == "base":
            raise KeyboardInterrupt
    except (ValueError, TypeError) as e:
        out.append(f"except {e}")
    else:
        out.append("else")
    finally:
        out.append("finally")
    return out


print(flow("value"), flow("none"), flow("return"))
try:
    flow("base")
except KeyboardInterrupt:
    print("interrupt")


def override():
    try:
        return "try"
    finally:
        pass


print(override())


def loops():
    for i in range(3):
        try:
            if i == 1:
                continue
            if i == 2:
                break
        finally:
            print("f", i, end=" ")
    print()


loops()
try:
    try:
        1 / 0
    except ZeroDivisionError as e:
        raise RuntimeError("second") from e
except RuntimeError as e:
    print(repr(e), repr(e.__cause__), e.__cause__ is e.__context__, e.__suppress_context__)
try:
    try:
        {}["k"]
    except KeyError:
        raise RuntimeError("third") from None
except RuntimeError as e:
    print(repr(e.__context__), e.__cause__, e.__suppress_context__)
try:
    try:
        raise ValueError(1)
    finally:
        raise TypeError(2)
except TypeError as e:
    print(repr(e.__context__))
try:
    e
except NameError as err:
    print(err)

e = ValueError("with notes")
e.add_note("note one")
e.add_note("note two")
print(e.__notes__, traceback.format_exception_only(e))
try:
    e.add_note(1)
except TypeError as t:
    print(t)


def group():
    raise ExceptionGroup("g", [ValueError(1), TypeError(2), ExceptionGroup("inner", [ValueError(3), OSError(4)])])


try:
    group()
except* ValueError as eg:
    print("values", eg.exceptions, eg.message)
except* OSError as eg:
    print("os", eg.exceptions)
except* TypeError as eg:
    print("type", eg.exceptions)
try:
    try:
        group()
    except* ValueError:
        pass
except ExceptionGroup as rest:
    print(rest.exceptions)
try:
    raise ValueError("plain")
except* ValueError as eg:
    print(repr(eg))
try:
    try:
        raise ExceptionGroup("a", [ValueError(1)])
    except* ValueError:
        raise KeyError("new")
except KeyError as e:
    print(repr(e), repr(e.__context__))
eg = ExceptionGroup("top", [ValueError("v"), ExceptionGroup("sub", [TypeError("t")])])
match_, rest = eg.split(TypeError)
print(repr(match_), repr(rest), eg.subgroup(lambda e: isinstance(e, ValueError)), eg.derive([OSError()]))
print("".join(traceback.format_exception(eg)), end="")
try:
    ExceptionGroup("x", [])
except ValueError as e:
    print(e)
try:
    ExceptionGroup("x", [KeyboardInterrupt()])
except TypeError as e:
    print(e)
print(type(BaseExceptionGroup("b", [KeyboardInterrupt()])), type(BaseExceptionGroup("b", [OSError()])))


class Custom(Exception):
    def __init__(self, code, **kw):
        super().__init__(code, kw)
        self.code = code

    def __str__(self):
        return f"custom {self.code}"


try:
    raise Custom(5, x=1)
except Custom as c:
    print(c, repr(c), c.args, c.code)
try:
    raise Custom
except TypeError as e:
    print(e)
try:
    raise 5
except TypeError as e:
    print(e)
try:
    raise ValueError from 5
except TypeError as e:
    print(e)
try:
    raise
except RuntimeError as e:
    print(e)


def reraise():
    try:
        [][1]
    except IndexError:
        try:
            raise
        except IndexError as e:
            return e


print(repr(reraise()), sys.exception())


class Cond(type):
    def __instancecheck__(c, x):
        return True


try:
    try:
        raise ValueError
    except "text":
        pass
except TypeError as e:
    print(e)
o = OSError(2, "No such file", "name.txt")
print(o, repr(o), o.errno, o.filename, type(OSError(13, "x")).__name__, type(OSError(17, "x")).__name__)
u = UnicodeDecodeError("utf-8", b"ab\xff", 2, 3, "invalid start byte")
print(u)
s = SyntaxError("bad", ("f.py", 3, 5, "text", 3, 8))
print(s, s.lineno, s.offset, s.text, s.end_offset)
print(KeyError("k"), KeyError("a", "b"), repr(StopIteration(3)), SystemExit(4).code, ImportError("m", name="n").name)


def nested_context():
    try:
        raise ValueError("a")
    except ValueError:
        try:
            raise TypeError("b")
        except TypeError:
            return sys.exception().__context__


print(repr(nested_context()))
with_tb = ValueError("x").with_traceback(None)
print(with_tb.__traceback__)
try:
    assert 1 == 2, "message"
except AssertionError as e:
    print(e)
try:
    a, b = 1, 2, 3
except ValueError as e:
    print(e)
try:
    a, b, *c = [1]
except ValueError as e:
    print(e)
