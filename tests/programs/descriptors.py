# The descriptor protocol: data and non-data descriptors, __slots__, functions as descriptors, weak references.
import functools
import weakref


class NonData:
    def __get__(self, obj, owner=None):
        return "nondata", obj is None, owner.__name__


class Data(NonData):
    def __set__(self, obj, v):
        print("set", v)

    def __delete__(self, obj):
        print("del")


class C:
    n = NonData()
    d = Data()


c = C()
print(c.n, C.n, c.d)
c.__dict__["n"] = "instance wins"
c.__dict__["d"] = "instance loses"
print(c.n, c.d)
c.d = 5
del c.d
C.d = "replaced"
print(c.d, C.d)


class Cached:
    def __init__(self, f):
        self.f = f

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, obj, owner):
        if obj is None:
            return self
        print("computing")
        v = obj.__dict__[self.name] = self.f(obj)
        return v


class U:
    @Cached
    def slow(self):
        return 42

    @functools.cached_property
    def std(self):
        print("once")
        return 43


u = U()
print(u.slow, u.slow, u.std, u.std)


class Slots:
    __slots__ = ("a", "b", "__weakref__")

    def __init__(self):
        self.a = 1


s = Slots()
print(s.a, hasattr(s, "b"), hasattr(s, "__dict__"))
try:
    s.b
except AttributeError as e:
    print(e)
try:
    s.zzz = 1
except AttributeError as e:
    print(e)
s.b = 2
del s.b
try:
    del s.b
except AttributeError as e:
    print(e)
print(weakref.ref(s)() is s, Slots.a, type(Slots.a).__name__)


class SlotsChild(Slots):
    __slots__ = ("c",)


class DictChild(Slots):
    pass


k = SlotsChild()
k.c = 3
d = DictChild()
d.anything = 1
print(k.a, k.c, d.a, d.__dict__)
try:
    class Bad:
        __slots__ = ("x",)
        x = 1
except ValueError as e:
    print(e)


class NoWeak:
    __slots__ = ()


try:
    weakref.ref(NoWeak())
except TypeError as e:
    print(e)


def f(self, x):
    return self, x


bound = f.__get__("me")
print(bound(1), bound.__self__, bound.__func__ is f, f.__get__(None, str) is f)
print(bound == f.__get__("me"), bound.__name__)


class Callable:
    def __call__(self, *args):
        return args


class Holder:
    plain = Callable()
    meth = functools.partialmethod(lambda self, a, b: (a, b), 1)


h = Holder()
print(h.plain(1), h.meth(2))
print(type(Holder.__dict__["meth"]).__name__, type(C.__dict__["n"]).__name__)
print(int.__add__, str.join, dict.__dict__["fromkeys"], sep="\n")
print(type(int.__dict__["real"]).__name__, type(type.__dict__["__dict__"]).__name__)


class Lazy:
    @property
    def bad(self):
        raise AttributeError("inner")

    def __getattr__(self, name):
        return "fallback " + name


print(Lazy().bad)


class ClassProp(type):
    @property
    def p(cls):
        return cls.__name__


class WithMeta(metaclass=ClassProp):
    pass


print(WithMeta.p)
print(property().__doc__, C.__dict__.__class__.__name__)
