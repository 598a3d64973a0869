# Unions with forward references, parameters of Callable, annotations of nested classes, slots of data classes, copies of
# generic classes.
import annotationlib
import collections.abc
import copy
import dataclasses
import pickle
import types
import typing
from typing import Generic, Optional, ParamSpec, TypeVar, Union

T = TypeVar("T")
P = ParamSpec("P")


class Node(Generic[T]):
    left: Optional["Node[T]"] = None

    def __init__(self, value):
        self.value = value


print(typing.get_type_hints(Node))
print(Union["A", int], int | Node["A"], Union[int, str] | "A", "A" | Union[int, str], T | "A")
for wrong in (lambda: Union[1, int], lambda: Union[int, str] | 5, lambda: int | "A"):
    try:
        print(wrong())
    except TypeError as e:
        print(e)
print(isinstance(3, int | list[int]), issubclass(bool, int | list[int]))
try:
    isinstance("", int | list[int])
except TypeError as e:
    print(e)
print(collections.abc.Callable[P, int], typing.get_args(collections.abc.Callable[typing.Concatenate[int, P], str]))
print(type.__module__, TypeVar.__module__, T.__module__, ParamSpec.__module__)
n = Node(3)
for protocol in range(6):
    c = pickle.loads(pickle.dumps(n, protocol))
    print(type(c).__name__, c.value, pickle.loads(pickle.dumps((type(None), type(...)), protocol)), end=" ")
print(copy.deepcopy(n).value)


def outer():
    Z = int

    class A:
        a: Z
        b: missing
        missing_here: Z

    return A


for form in (annotationlib.Format.STRING, annotationlib.Format.FORWARDREF):
    print({k: getattr(v, "__forward_arg__", v) for k, v in annotationlib.get_annotations(outer(), format=form).items()})


@dataclasses.dataclass
class Point:
    __slots__ = ("x", "y")
    x: int
    y: int


print(Point(1, 2), type(Point.x) is types.MemberDescriptorType)
try:
    Point(1)
except TypeError as e:
    print(e)


@dataclasses.dataclass(slots=True)
class Base:
    a: int


@dataclasses.dataclass(slots=True)
class Derived(Base):
    a: str
    b: int


print(Derived("a", 1), Derived.__slots__)
for c in (TypeVar, ParamSpec, Union):
    try:
        type("C", (c,), {})
    except TypeError as e:
        print(e)
