# Metaclasses, __prepare__, __set_name__, __instancecheck__, ABCs.
import abc
from abc import ABC, ABCMeta, abstractmethod


class Meta(type):
    def __prepare__(name, bases, **kw):
        print("prepare", name, bases, kw)
        return {"made": "by prepare"}

    def __new__(mcls, name, bases, ns, **kw):
        print("new", name, sorted(k for k in ns if not k.startswith("__")), kw)
        return super().__new__(mcls, name, bases, ns)

    def __init__(cls, name, bases, ns, **kw):
        print("init", name, kw)
        super().__init__(name, bases, ns)

    def __call__(cls, *a, **k):
        print("call", cls.__name__, a, k)
        return super().__call__(*a, **k)

    @property
    def kind(cls):
        return "meta property of " + cls.__name__

    def __len__(cls):
        return 99

    def __getitem__(cls, k):
        return cls, k

    def __repr__(cls):
        return f"<class of Meta {cls.__name__}>"

    def __contains__(cls, x):
        return x == cls.__name__

    def __iter__(cls):
        return iter("ab")


class Base(metaclass=Meta, flag=1):
    def __init__(self, v):
        self.v = v


class Child(Base, flag=2):
    x = 1


c = Child(5)
print(c.v, Child.kind, len(Child), Child["k"], Child, "Child" in Child, list(Child), Child.made, type(Child))
try:
    c.kind
except AttributeError as e:
    print(e)


class Field:
    def __set_name__(self, owner, name):
        print("set_name", owner.__name__, name)
        self.name = name

    def __get__(self, obj, owner):
        return self if obj is None else obj.__dict__.get(self.name, "unset")

    def __set__(self, obj, v):
        obj.__dict__[self.name] = ("set", v)


class Model:
    a = Field()
    b = Field()


m = Model()
m.a = 1
print(m.a, m.b, Model.a.name)


class Other(type):
    pass


try:
    class Clash(Base, metaclass=Other):
        pass
except TypeError as e:
    print(e)


class Shape(ABC):
    @abstractmethod
    def area(self): ...

    @property
    @abstractmethod
    def name(self): ...


try:
    Shape()
except TypeError as e:
    print(e)


class Square(Shape):
    name = "square"

    def area(self):
        return 4


print(Square().area(), Shape.__abstractmethods__ == frozenset({"area", "name"}))


class Duck(metaclass=ABCMeta):
    @classmethod
    def __subclasshook__(cls, C):
        return hasattr(C, "quack") or NotImplemented


class Mallard:
    def quack(self): ...


class Robot:
    pass


print(issubclass(Mallard, Duck), isinstance(Mallard(), Duck), isinstance(Robot(), Duck))
Duck.register(Robot)
print(isinstance(Robot(), Duck))


class Even(type):
    def __instancecheck__(cls, x):
        return x % 2 == 0

    def __subclasscheck__(cls, c):
        return c is bool


class E(metaclass=Even):
    pass


print(isinstance(2, E), isinstance(3, E), issubclass(bool, E), issubclass(int, E))


def function_meta(name, bases, ns):
    return name, bases, sorted(k for k in ns if not k.startswith("__"))


class NotAClass(metaclass=function_meta):
    q = 1


print(NotAClass)


class Entries:
    def __mro_entries__(self, bases):
        return (dict,)


class FromEntries(Entries()):
    pass


print(FromEntries.__bases__, FromEntries.__orig_bases__[0].__class__.__name__)


class Registry(type):
    all = {}

    def __init__(cls, *a):
        super().__init__(*a)
        Registry.all[cls.__name__] = cls


class Plug1(metaclass=Registry): pass
class Plug2(Plug1): pass


print(sorted(Registry.all))
print(type(type), type(Meta), Meta.__mro__[0].__name__, isinstance(Child, Meta), isinstance(Child, type))


# a metaclass that is an abstract base class itself
class Abstract(metaclass=abc.ABCMeta):
    @abc.abstractmethod
    def x(self):
        pass


class AbstractMeta(type, Abstract):
    def x(self):
        return 1


class OfAbstractMeta(metaclass=AbstractMeta):
    pass


print(AbstractMeta.__abstractmethods__, AbstractMeta.x(OfAbstractMeta))
