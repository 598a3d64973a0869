# Type parameters, type aliases, and annotations that are evaluated when they are asked for.
import annotationlib
import sys
import typing
from annotationlib import Format, get_annotations


def first[T](items: list[T], default: T | None = None) -> T:
    return items[0] if items else default


print(first([1]), first.__type_params__, first.__annotations__)


class Box[T, *Ts, **P](dict):
    def __init__(self, v: T):
        self.v = v

    def map[U](self, f: typing.Callable[[T], U]) -> "Box[U]":
        return Box(f(self.v))


print(Box.__type_params__, Box.__orig_bases__, Box[int, str, [int]].__args__[0], Box(2).map(str).v)
T, Ts, P = Box.__type_params__
print(type(T).__name__, type(Ts).__name__, type(P).__name__, T.__name__, P.args, P.kwargs)


class Bounded[A: int, B: (str, bytes), C = list, *D = *tuple[int, str]]:
    pass


for p in Bounded.__type_params__:
    print(p, getattr(p, "__bound__", "-"), getattr(p, "__constraints__", "-"), p.has_default(), p.__default__)

type Pair[T] = tuple[T, T]
type Tree = dict[str, "Tree"] | int
type Later = NotDefinedYet
print(Pair, Pair[int], Pair.__value__, Pair.__type_params__, Tree.__value__, Pair[int].__args__)
try:
    Later.__value__
except NameError as e:
    print(e)
NotDefinedYet = 5
print(Later.__value__)


def annotated(a: Missing, b: int = 1, *args: str, c: "forward", **kw: x.y) -> Missing2:
    local: AlsoMissing = 1
    return local


print(annotated(1, c=2))
try:
    annotated.__annotations__
except NameError as e:
    print(e)
print(get_annotations(annotated, format=Format.STRING))
fr = get_annotations(annotated, format=Format.FORWARDREF)
print(fr["b"], fr["c"], type(fr["a"]).__name__, fr["a"].__forward_arg__)
Missing = Missing2 = x = type("X", (), {"y": 4})
print(annotated.__annotations__["kw"], annotated.__annotations__["a"] is Missing)


class Node:
    next: Node | None
    value: int = 3
    _: list[Node]

    def link(self, other: Node) -> Node: ...


print(Node.__annotations__["next"], Node.link.__annotations__["other"] is Node, sorted(Node.__annotations__))
print(typing.get_type_hints(Node)["next"], annotationlib.call_annotate_function(Node.__annotate__, Format.STRING))

module_level: int = 5
undefined_annotation: Nope
print("module annotations are lazy", "undefined_annotation" in globals())

if module_level > 3:
    conditional: str = "x"
else:
    never: str
this = sys.modules[__name__]
try:
    print(this.__annotations__)
except NameError as e:
    print(e)
Nope = bool
print(this.__annotations__, "__annotations__" in globals())


def scope[T]():
    def inner(x: T) -> T: ...
    return inner.__annotations__


print(scope())


class Outer[T]:
    type Alias = T
    field: T

    class Inner:
        other: T

    def method[T](self, x: T): return T


print(Outer.Alias.__value__, Outer.__annotations__, Outer.Inner.__annotations__, Outer().method(1))
print(typing.Optional[int], typing.Union[int, str], int | None, list[int] | None, typing.Callable[[int], str], typing.Literal["a", 1])
print(isinstance(1, int | str), (int | str).__args__, typing.get_origin(list[int]), typing.get_args(dict[str, int]))


class TD(typing.TypedDict, total=False):
    a: int
    b: typing.Required[str]


class NT(typing.NamedTuple):
    x: int
    y: str = "d"


print(TD(a=1), TD.__required_keys__, NT(1), NT(1)._replace(y="e"), NT._field_defaults, NT.__annotations__)


@typing.runtime_checkable
class Proto(typing.Protocol):
    def run(self) -> int: ...


class Impl:
    def run(self): return 1


print(isinstance(Impl(), Proto), isinstance(3, Proto))
