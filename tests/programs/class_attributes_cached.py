# Attributes of classes, read again and again at one place while classes, their bases and their metaclasses change.
import enum
import gc
import weakref


class Meta(type):
    pass


class Base(metaclass=Meta):
    x = "base"

    @classmethod
    def make(cls, n):
        return cls.__name__, n

    @staticmethod
    def plain(n):
        return n + 1

    def method(self):
        return "method of", type(self).__name__


class Child(Base):
    pass


class Other(Base):
    x = "other"

    @classmethod
    def make(cls, n):
        return "other", n


def x_of(c):
    return c.x


def make(c, n):
    return c.make(n)


def plain(c, n):
    return c.plain(n)


def method(c, o):
    return c.method(o)


def all_of(what, *more):
    for _ in range(3):
        seen = [what(c, *more) for c in (Base, Child, Other)]
    print(what.__name__, seen)


for _ in range(2):
    all_of(x_of)
    all_of(make, 1)
    all_of(plain, 1)
    all_of(method, Child())

Child.x = "child"
all_of(x_of)
Base.x = "new base"
all_of(x_of)
del Child.x
all_of(x_of)
Base.make = classmethod(lambda cls, n: ("new", cls.__name__, n))
all_of(make, 2)
Base.plain = lambda n: -n
all_of(plain, 2)
Base.plain = staticmethod(lambda n: ("static", n))
all_of(plain, 3)


# What wraps a function can be given another one.
wrapper, bound = staticmethod(lambda n: ("first", n)), classmethod(lambda cls, n: ("first", n))
Base.plain, Base.make = wrapper, bound
all_of(plain, 4)
all_of(make, 4)
wrapper.__init__(lambda n: ("second", n))
bound.__init__(lambda cls, n: ("second", n))
all_of(plain, 4)
all_of(make, 4)


# A data descriptor of the metaclass comes first, another one does not.
class Data:
    def __get__(self, obj, cls):
        return "of the metaclass"

    def __set__(self, obj, value):
        raise AttributeError


class NonData:
    def __get__(self, obj, cls):
        return "never"


Meta.x = NonData()
all_of(x_of)
Meta.x = Data()
all_of(x_of)
del Meta.x
all_of(x_of)


class Descriptor:
    pass


Base.x = Descriptor()
print([type(x_of(c)).__name__ for c in (Base, Child, Other)] * 2)
Descriptor.__get__ = lambda self, obj, cls: ("got", obj, cls.__name__)
all_of(x_of)
del Descriptor.__get__
Base.x = "plain again"
all_of(x_of)


# Another metaclass.
class Loud(Meta):
    def __getattribute__(cls, name):
        return "loud " + name


Child.__class__ = Loud
print([x_of(Child) for _ in range(3)], x_of(Base))
Child.__class__ = Meta
print([x_of(Child) for _ in range(3)])
Other.__bases__ = (Child,)
del Other.x
Child.x = "through the new base"
all_of(x_of)


class Instance:
    x = "instance"


# Classes, instances, modules and what has none, at one place.
for o in (Base, Instance(), Instance, enum, Child, 1, "s"):
    for _ in range(2):
        try:
            print(x_of(o), end=" ")
        except AttributeError as e:
            print(e, end=" ")
print()


class Color(enum.Enum):
    RED = 1
    BLUE = 2


def colors():
    return Color.RED, Color.BLUE, Color.RED.value


print([colors() for _ in range(3)][-1])


class Counter:
    n = 0


def count():
    for _ in range(1000):
        Counter.n += 1
    return Counter.n


print(count(), count())


def names():
    return int.__name__, Base.__name__, Base.__dict__["x"], Base.__module__, int.from_bytes(b"\x01\x02", "big"), dict.fromkeys("a")


print([names() for _ in range(3)][-1])
Base.__name__ = "Renamed"
print(names()[1], make(Base, 1))


# What a cache knows of a class does not keep it alive.
places = []


def loop():
    space = {}
    exec("def holds_of(c): return c.holds, c.see()", space)
    holds_of = space["holds_of"]
    places.append(holds_of)

    class Loop:
        holds = []

        @classmethod
        def see(cls):
            return cls.holds[0] is Loop

    Loop.holds.append(Loop)
    for _ in range(5):
        holds_of(Loop)
    return weakref.ref(Loop)


references = [loop() for _ in range(20)]
gc.collect()
print(sum(r() is None for r in references) > 15)


# A property is given another getter: what knew the old one forgets it.
class Held:
    @property
    def n(self):
        return 1


def n_of(held):
    return held.n


print("getter", [n_of(Held()) for _ in range(20)][-1], end=" ")
Held.__dict__["n"].__init__(lambda self: 2)
print(n_of(Held()))
