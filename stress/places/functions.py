"""Functions, variables, generators, caches and iterators."""

import contextvars
import functools
import itertools

from .common import Box, ints, kind, lasting, next_number


@kind
def global_variable(v):
    name = f"variable{next_number()}"
    space = {}
    exec(
        f"def load(): return {name}\ndef store(v):\n global {name}\n {name} = v\n",
        space,
    )
    space["store"](v)
    return space["load"], space["store"]


@kind
def global_deleted(v):
    space = {}
    exec("def load(): return n\ndef store(v):\n global n\n del n\n n = v\nn = None", space)
    space["store"](v)
    return space["load"], space["store"]


@ints
def shadowed_builtin(v):
    space = {}
    exec("def load(): return len(())\ndef store(v):\n global len\n len = lambda x: v\n", space)
    space["store"](v)
    return space["load"], space["store"]


@kind
def variable_of_closure(v):
    def store(new):
        nonlocal v
        v = new

    return lambda: v, store


@kind
def contents_of_cell(v):
    f = lambda: v
    cell = f.__closure__[0]

    def store(v):
        cell.cell_contents = v

    return f, store


@lasting
@kind
def default_of_function(v):
    def f(v=v):
        return v

    def store(v):
        f.__defaults__ = (v,)

    return f, store


@lasting
@kind
def keyword_default(v):
    def f(*, v=v):
        return v

    def store(v):
        f.__kwdefaults__ = {"v": v}

    return f, store


@kind
def entry_of_keyword_defaults(v):
    def f(*, v=v):
        return v

    def store(v):
        f.__kwdefaults__["v"] = v

    return f, store


@lasting
@ints
def code_of_function(v):
    def f():
        return 123456789

    code = f.__code__

    def store(v):
        f.__code__ = code.replace(co_consts=tuple(v if c == 123456789 else c for c in code.co_consts))

    store(v)
    # A number that is in the instruction itself would not change.
    assert f() == v
    return f, store


@kind
def function_made(v):
    def f(n=v):
        return n

    def store(v):
        nonlocal f

        def f(n=None):
            return n

        f.__defaults__ = (v,)

    return lambda: f(), store


@kind
def partial(v):
    f = functools.partial(lambda v: v, v)

    def store(v):
        f.__setstate__((f.func, (v,), {}, None))

    return f, store


@kind
def lru_cached(v):
    o = Box(v)
    f = functools.lru_cache(lambda: o.n)

    def store(v):
        o.n = v
        f.cache_clear()

    return f, store


@kind
def wrapped_in_cache(v):
    values = [v]
    f = functools.lru_cache(maxsize=3)(lambda i: values[-1])

    def store(v):
        values.append(v)
        for i in range(1, 4):
            f((v is not None, i, len(values)))
        f.cache_clear()
        f(0)

    return lambda: f(0), store


@kind
def generator(v):
    def g(v):
        while True:
            new = yield v
            if new is not None:
                v = new

    g = g(v)
    next(g)
    return lambda: next(g), g.send


@kind
def held_iterator(v):
    it = itertools.repeat(v)

    def store(v):
        nonlocal it
        it = itertools.chain([v], itertools.repeat(v))

    return lambda: next(it), store


@ints
def list_iterator(v):
    x = list(range(2000))
    it = iter(x)

    def store(v):
        it.__setstate__(v)

    store(v)
    return lambda: 2000 - it.__length_hint__(), store


@ints
def range_iterator(v):
    it = iter(range(1, 1 << 40))

    def store(v):
        while it.__reduce__()[1][0].start < v:
            next(it)

    return lambda: it.__reduce__()[1][0].start, store


@ints
def iterator_of_dict(v):
    d = dict.fromkeys(range(2000))
    it = iter(d)
    done = next(it)

    def load():
        return 2000 - it.__length_hint__()

    def store(v):
        if load() > v:
            raise RuntimeError("cannot go back")
        while load() < v:
            next(it)

    return load, store


@ints
def counting(v):
    c = itertools.count(v)

    def load():
        return int(repr(c)[6:-1])

    def store(v):
        if load() > v:
            raise RuntimeError("cannot go back")
        while load() < v:
            next(c)

    return load, store


@kind
def variable_of_context(v):
    c = contextvars.Context()
    variable = contextvars.ContextVar("n")

    def store(v):
        c.run(variable.set, v)

    store(v)
    return lambda: c[variable], store
