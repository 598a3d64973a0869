"""Exceptions and tracebacks."""

from .common import ints, kind


@kind
def argument_of_exception(v):
    e = ValueError(v)

    def store(v):
        e.args = (v,)

    return lambda: e.args[0], store


@kind
def raised(v):
    e = ValueError(v)

    def store(v):
        nonlocal e
        try:
            raise KeyError(v) from ValueError(v)
        except KeyError as x:
            x.add_note(str(v))
            e = x.__cause__

    return lambda: e.args[0], store


@kind
def cause_of_exception(v):
    e = ValueError()
    e.__cause__ = KeyError(v)

    def store(v):
        e.__cause__ = KeyError(v)

    return lambda: e.__cause__.args[0], store


@kind
def context_of_exception(v):
    e = ValueError()
    e.__context__ = KeyError(v)

    def store(v):
        e.__context__ = KeyError(v)

    return lambda: e.__context__.args[0], store


@kind
def notes_of_exception(v):
    e = ValueError()

    def store(v):
        e.__notes__ = [v]

    store(v)
    return lambda: e.__notes__[0], store


@kind
def fields_of_exceptions(v):
    es = [OSError(1, "x", "y"), StopIteration(1), ImportError("x"), NameError("x"), AttributeError("x"), SystemExit(1)]
    names = ["filename", "value", "name", "name", "obj", "code"]

    def load():
        found = [getattr(e, n) for e, n in zip(es, names)]
        assert all(x is found[0] for x in found)
        return found[0]

    def store(v):
        for e, n in zip(es, names):
            setattr(e, n, v)

    store(v)
    return load, store


@ints
def error_number(v):
    e = OSError(v, "text")

    def store(v):
        e.errno = v

    return lambda: e.errno, store


@ints
def unicode_error(v):
    e = UnicodeDecodeError("a", b"b" * 10000, 1, 2, "c")

    def store(v):
        e.start = v

    store(v)
    return lambda: e.start, store


def failure(v):
    try:
        raise KeyError(v)
    except KeyError as e:
        return e


@kind
def traceback_of_exception(v):
    e = failure(v)
    other = failure(v)
    keep = {}

    def store(v):
        new = failure(v)
        keep[new.__traceback__] = v
        if len(keep) > 20:
            keep.clear()
            keep[new.__traceback__] = v
        e.__traceback__ = new.__traceback__

    store(v)
    return lambda: keep[e.__traceback__], store


@kind
def next_traceback(v):
    t = failure(v).__traceback__
    keep = {}

    def store(v):
        new = failure(v).__traceback__
        keep.clear()
        keep[new] = v
        t.tb_next = new

    store(v)
    return lambda: keep[t.tb_next], store
