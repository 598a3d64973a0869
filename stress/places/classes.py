"""What is read of classes and of objects' classes without being logged."""

import abc
import dataclasses

from .common import ints, kind, lasting, strs


@lasting
@kind
def class_attribute(v):
    class C:
        n = v

    o = C()

    def store(v):
        C.n = v

    return lambda: o.n, store


@lasting
@kind
def class_of_class(v):
    class M(type):
        n = v

    class C(metaclass=M):
        pass

    def store(v):
        M.n = v

    return lambda: C.n, store


@lasting
@kind
def inherited(v):
    class A:
        pass

    class B(A):
        pass

    class C(B):
        pass

    A.n = v

    def store(v):
        if "n" in B.__dict__:
            A.n = v
            del B.n
        else:
            B.n = v

    return lambda: C().n, store


@lasting
@kind
def special_method(v):
    class C:
        pass

    C.__call__ = lambda self, v=v: v
    o = C()

    def store(v):
        C.__call__ = lambda self, v=v: v

    return lambda: o(), store


@lasting
@ints
def special_length(v):
    class C:
        pass

    def store(v):
        C.__len__ = lambda self: v

    store(v)
    o = C()
    return lambda: len(o), store


@lasting
@kind
def base_class(v):
    class A:
        pass

    class B:
        pass

    class C(A):
        pass

    A.n = v
    o = C()

    def store(v):
        new = B if C.__bases__ == (A,) else A
        new.n = v
        C.__bases__ = (new,)

    return lambda: o.n, store


@lasting
@kind
def class_of_object(v):
    class A:
        n = v

    o = A()

    def store(v):
        class B:
            n = v

        o.__class__ = B

    return lambda: o.n, store


@lasting
@strs
def name_of_class(v):
    class C: ...

    def store(v):
        C.__name__ = v

    store(v)
    return lambda: C.__name__, store


@lasting
@kind
def property_replaced(v):
    class C: ...

    def store(v):
        C.n = property(lambda self: v)

    store(v)
    o = C()
    return lambda: o.n, store


@lasting
@kind
def own_or_of_class(v):
    """By turns a data descriptor of the class, and an entry of the object."""

    class C: ...

    o = C()
    o.n = v

    def store(v):
        if "n" in C.__dict__:
            del C.n
            o.n = v
        else:
            C.n = property(lambda self: v)

    return lambda: o.n, store


@lasting
@kind
def getattr_of_class(v):
    class C: ...

    def store(v):
        C.__getattr__ = lambda self, name: v

    store(v)
    o = C()
    return lambda: o.n, store


@lasting
@kind
def wrapped_by_staticmethod(v):
    class C:
        n = staticmethod(lambda: v)

    def store(v):
        C.__dict__["n"].__init__(lambda: v)

    return lambda: C.n(), store


@lasting
@kind
def class_made(v):
    C = type("C", (), {"n": v})

    def store(v):
        nonlocal C
        C = dataclasses.make_dataclass("C", [("n", object, dataclasses.field(default_factory=lambda: v))])

    return lambda: C().n, store


@lasting
@kind
def abstract_registry(v):
    class A(abc.ABC): ...

    class B:
        n = v

    classes = [B]

    def store(v):
        new = type("New", (), {"n": v})
        A.register(new)
        classes.append(new)
        assert issubclass(new, A) and not isinstance(v, A)

    return lambda: classes[-1].n, store
