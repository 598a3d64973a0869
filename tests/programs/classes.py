# Classes: inheritance, the MRO, super, special methods, name mangling.
class A:
    def who(self):
        return "A"

    def __repr__(self):
        return f"<{type(self).__name__}>"


class B(A):
    def who(self):
        return "B" + super().who()


class C(A):
    def who(self):
        return "C" + super().who()


class D(B, C):
    def who(self):
        return "D" + super().who()


print(D().who(), [c.__name__ for c in D.__mro__], D())
try:
    class E(A, B):
        pass
except TypeError as e:
    print(e)


class Vector:
    __match_args__ = ("x", "y")

    def __init__(self, x, y):
        self.x, self.y = x, y

    def __add__(self, o):
        if not isinstance(o, Vector):
            return NotImplemented
        return Vector(self.x + o.x, self.y + o.y)

    def __radd__(self, o):
        return ("radd", o)

    def __iadd__(self, o):
        self.x += o.x
        self.y += o.y
        return self

    def __mul__(self, k):
        return Vector(self.x * k, self.y * k)

    __rmul__ = __mul__

    def __neg__(self):
        return Vector(-self.x, -self.y)

    def __eq__(self, o):
        return isinstance(o, Vector) and (self.x, self.y) == (o.x, o.y)

    def __hash__(self):
        return hash((self.x, self.y))

    def __lt__(self, o):
        return self.x < o.x

    def __bool__(self):
        return bool(self.x or self.y)

    def __len__(self):
        return 2

    def __getitem__(self, i):
        return (self.x, self.y)[i]

    def __contains__(self, v):
        return v in (self.x, self.y)

    def __call__(self, *a, **k):
        return a, k

    def __format__(self, spec):
        return f"({self.x:{spec}}, {self.y:{spec}})"

    def __repr__(self):
        return f"Vector({self.x!r}, {self.y!r})"

    def __matmul__(self, o):
        return self.x * o.x + self.y * o.y

    def __divmod__(self, n):
        return "divmod", n

    def __pow__(self, n, mod=None):
        return "pow", n, mod

    def __index__(self):
        return 7


v, w = Vector(1, 2), Vector(3, 4)
print(v + w, 1 + v, v * 3, 3 * v, -v, v @ w)
try:
    v + 1
except TypeError as e:
    print(e)
before = v
v += w
print(v, v is before, v == Vector(4, 6), v != w, hash(v) == hash(Vector(4, 6)))
print(bool(Vector(0, 0)), len(v), v[0], v[-1], list(v), 6 in v, 7 in v, v(1, k=2), f"{v:>4}")
print(sorted([w, v]), min(v, w), divmod(v, 2), pow(v, 2), pow(v, 2, 3), list(range(10))[v], hex(v))
try:
    v > 1
except TypeError as e:
    print(e)


class Secret:
    def __init__(self):
        self.__x = 1

    def get(self):
        return self.__x


s = Secret()
print(s.get(), s.__dict__, hasattr(s, "__x"))


class Dyn:
    def __getattr__(self, name):
        if name.startswith("no"):
            raise AttributeError(name)
        return "dyn " + name

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value * 2)

    def __delattr__(self, name):
        print("delete", name)
        object.__delattr__(self, name)


d = Dyn()
d.a = 4
print(d.a, d.b, getattr(d, "nope", "default"), hasattr(d, "no"))
del d.a
print(d.a)


class Spy:
    def __getattribute__(self, name):
        if name == "secret":
            return 42
        return object.__getattribute__(self, name)


spy = Spy()
spy.y = 1
print(spy.secret, spy.y)


class New(int):
    def __new__(cls, v):
        return super().__new__(cls, v + 1)


print(New(4), New(4) + 1, type(New(4) + 1).__name__, isinstance(New(1), int))


class Init:
    def __init_subclass__(cls, /, tag=None, **kw):
        super().__init_subclass__(**kw)
        cls.tag = tag


class Sub(Init, tag="t"):
    pass


print(Sub.tag, Init.__subclasses__())


class Item:
    def __class_getitem__(cls, k):
        return cls.__name__, k


print(Item[int, "x"])


class Prop:
    def __init__(self):
        self._v = 0

    @property
    def v(self):
        "the v"
        return self._v

    @v.setter
    def v(self, x):
        self._v = x

    @v.deleter
    def v(self):
        self._v = None

    @staticmethod
    def s(x):
        return x

    @classmethod
    def c(cls):
        return cls.__name__

    ro = property(lambda self: 1)


p = Prop()
p.v = 9
print(p.v, Prop.v.__doc__, p.s(1), p.c(), Prop.c())
del p.v
print(p.v)
try:
    p.ro = 2
except AttributeError as e:
    print(e)
try:
    p.nothing
except AttributeError as e:
    print(e, e.name, e.obj is p)
print(Prop.__name__, Prop.__qualname__, Prop.__module__, Prop.s.__qualname__)
print(type(p).__mro__ == (Prop, object), isinstance(p, (int, Prop)), issubclass(bool, int))
p.__class__ = A
print(p)
X = type("X", (A,), {"z": 3})
print(X().z, X.__name__, X())
