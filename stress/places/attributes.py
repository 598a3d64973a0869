"""Attributes of objects, classes and modules."""

import ast
import dataclasses
import enum
import functools
import random
import sys
import types
import weakref

from .common import Box, kind, next_number, strs


@kind
def attribute(v):
    o = Box(v)
    return lambda: o.n, lambda v: setattr(o, "n", v)


@kind
def attribute_stored(v):
    o = Box(v)

    def store(v):
        o.n = v

    return lambda: o.n, store


@kind
def attribute_among_many(v):
    o = Box(v)
    for i in range(50):
        setattr(o, f"a{i}", i)
    o.last = v

    def store(v):
        o.last = v

    return lambda: o.last, store


@kind
def attribute_deleted(v):
    o = Box(v)

    def store(v):
        del o.n
        assert not hasattr(o, "n")
        o.n = v

    return lambda: o.n, store


@kind
def slot(v):
    class S:
        __slots__ = ("a", "b")

    o = S()
    o.b = v

    def store(v):
        del o.b
        o.b = v

    return lambda: o.b, store


@kind
def dict_of_object(v):
    o = Box(v)

    def store(v):
        o.__dict__ = {"n": v}

    return lambda: o.n, store


@kind
def entry_of_vars(v):
    o = Box(v)

    def store(v):
        vars(o)["n"] = v

    return lambda: o.n, store


@kind
def namespace(v):
    o = types.SimpleNamespace(n=v)

    def store(v):
        o.n = v

    return lambda: o.n, store


@kind
def dataclass(v):
    @dataclasses.dataclass(slots=True)
    class D:
        n: object

    o = D(v)

    def store(v):
        o.n = v

    return lambda: o.n, store


@kind
def property_set(v):
    class C:
        @property
        def n(self):
            return self._n

        @n.setter
        def n(self, v):
            self._n = v

    o = C()
    o.n = v

    def store(v):
        o.n = v

    return lambda: o.n, store


@kind
def cached(v):
    class C:
        @functools.cached_property
        def n(self):
            return self.source

    o = C()
    o.source = v
    o.n

    def store(v):
        o.source = v
        del o.n

    return lambda: o.n, store


@kind
def module_attribute(v):
    m = types.ModuleType("m")
    m.n = v

    def store(v):
        m.n = v

    return lambda: m.n, store


@kind
def module_getattr(v):
    m = types.ModuleType("m")

    def store(v):
        m.__getattr__ = lambda name: v

    store(v)
    return lambda: m.n, store


@kind
def imported_module(v):
    name = f"_place{next_number()}"

    def store(v):
        m = types.ModuleType(name)
        m.n = v
        sys.modules[name] = m

    store(v)
    return lambda: __import__(name).n, store


@kind
def system_attribute(v):
    name = f"_place{next_number()}"
    setattr(sys, name, v)
    return lambda: getattr(sys, name), lambda v: setattr(sys, name, v)


@kind
def nested(v):
    o = {"a": [Box({"b": [v]})]}

    def store(v):
        o["a"][0].n["b"][0] = v

    return lambda: o["a"][0].n["b"][0], store


@kind
def new_nest(v):
    o = [None]

    def store(v):
        o[0] = {"a": [Box({"b": [v]})]}

    store(v)
    return lambda: o[0]["a"][0].n["b"][0], store


@kind
def linked(v):
    head = (v, None)

    def store(v):
        nonlocal head
        head = (v, head if random.random() < 0.9 else None)

    return lambda: head[0], store


@kind
def weakly_referred(v):
    o = Box(v)
    r = weakref.ref(o)

    def store(v):
        nonlocal o, r
        o = Box(v)
        r = weakref.ref(o)

    return lambda: r().n, store


@kind
def through_proxy(v):
    o = Box(v)
    p = weakref.proxy(o)

    def store(v, keep=o):
        p.n = v

    return lambda: o.n, store


@kind
def member_of_enum(v):
    class E(enum.Enum):
        A = 1

    def store(v):
        E.A._value_ = v

    store(v)
    return lambda: E.A.value, store


@kind
def node_of_ast(v):
    n = ast.Constant(0)

    def store(v):
        n.value = v

    store(v)
    return lambda: n.value, store


@kind
def document(v):
    def f(): ...

    def store(v):
        f.__doc__ = v

    store(v)
    return lambda: f.__doc__, store


@kind
def annotations(v):
    def f(): ...

    def store(v):
        f.__annotations__ = {"n": v}

    store(v)
    return lambda: f.__annotations__["n"], store


@kind
def attribute_of_function(v):
    def f(): ...

    def store(v):
        f.n = v

    store(v)
    return lambda: f.n, store


@strs
def name_of_function(v):
    def f(): ...

    def store(v):
        f.__name__ = v

    store(v)
    return lambda: f.__name__, store


@kind
def document_of_property(v):
    p = property(lambda self: 1)

    def store(v):
        p.__doc__ = v

    store(v)
    return lambda: p.__doc__, store


@kind
def attribute_of_staticmethod(v):
    p = staticmethod(lambda: 1)

    def store(v):
        p.n = v

    store(v)
    return lambda: p.n, store


@strs
def name_of_generator(v):
    g = (x for x in ())

    def store(v):
        g.__name__ = v

    store(v)
    return lambda: g.__name__, store
