# Structural pattern matching.
from dataclasses import dataclass
from enum import Enum


class Color(Enum):
    RED = 1
    BLUE = 2


@dataclass
class Point:
    x: int
    y: int


class Plain:
    __match_args__ = ("a",)

    def __init__(self, a, b=0):
        self.a, self.b = a, b


def kind(v):
    match v:
        case None | True | False:
            return "constant"
        case Color.RED:
            return "red"
        case 0 | -1 | 2.5 | 3j | -1 - 2j:
            return "number constant"
        case "a" "b":
            return "text ab"
        case b"bytes":
            return "bytes"
        case int(n) if n > 100:
            return f"big {n}"
        case bool() | int():
            return "int"
        case str() as s:
            return f"str {s!r}"
        case []:
            return "empty"
        case [x]:
            return f"one {x}"
        case [1, *rest]:
            return f"one and {rest}"
        case (first, *_, last) if first == last:
            return f"same ends {first}"
        case [_, [_, inner], *others]:
            return f"nested {inner} {others}"
        case {"type": "circle", "r": r}:
            return f"circle {r}"
        case {"type": str(t), **rest}:
            return f"mapping {t} {rest}"
        case {}:
            return "mapping"
        case Point(0, 0):
            return "origin"
        case Point(x=0, y=y) | Point(x=y, y=0):
            return f"axis {y}"
        case Point(x, y) as p if x == y:
            return f"diagonal {p}"
        case Point():
            return "point"
        case Plain(a, b=[b0, *_]):
            return f"plain {a} {b0}"
        case float(f):
            return f"float {f}"
        case _:
            return "other"


for v in [None, True, Color.RED, Color.BLUE, 0, -1, 2.5, 3j, -1 - 2j, "ab", "abc", b"bytes", 101, 7, [], [5], [1, 2, 3], (4, 5, 4),
          [0, [1, 2], 3], [0, 1], {"type": "circle", "r": 2, "z": 1}, {"type": "box", "w": 1}, {"q": 1}, {}, Point(0, 0), Point(0, 3),
          Point(4, 0), Point(2, 2), Point(1, 2), Plain(1, [2, 3]), Plain(1), 1.5, {1, 2}, range(3), bytearray(b"x"), "x"]:
    print(repr(v) if not isinstance(v, Plain) else "Plain", "->", kind(v))


def bindings(v):
    match v:
        case [x, y] if y:
            pass
        case {"k": x}:
            y = "unset"
        case _:
            x = y = "none"
    return x, y


print(bindings([1, 2]), bindings({"k": 3}), bindings(4))
match 1, 2:
    case a, b:
        print(a, b)
match (yes := [1, 2, 3]):
    case [*all_of_it]:
        print(all_of_it, yes)


class Bad:
    __match_args__ = ("a", "a")


try:
    match Bad():
        case Bad(1, 2):
            pass
except TypeError as e:
    print(e)
try:
    match 1:
        case int(1, 2):
            pass
except TypeError as e:
    print(e)
try:
    match Color.RED:
        case Color(1):
            pass
except TypeError as e:
    print(e)
match = case = 5
print(match, case, [match, case])


class MyMap(dict):
    def __missing__(self, k):
        return "missing"


match MyMap(a=1):
    case {"b": v}:
        print("no")
    case {"a": v, **kw}:
        print(v, kw, type(kw))


def calc(e):
    match e:
        case int() | float():
            return e
        case ["+", *xs]:
            return sum(map(calc, xs))
        case ["*", a, b]:
            return calc(a) * calc(b)
        case ["neg", a]:
            return -calc(a)
        case _:
            raise ValueError(f"cannot: {e}")


print(calc(["+", 1, ["*", 2, 3.5], ["neg", 4]]))
type Alias = int
print(Alias)
