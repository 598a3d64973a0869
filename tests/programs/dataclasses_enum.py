# dataclasses, enum, namedtuple, SimpleNamespace.
import collections
import dataclasses
import enum
import types
from dataclasses import dataclass, field


@dataclass(order=True)
class P:
    x: int
    y: int = 0
    tags: list = field(default_factory=list, compare=False, repr=False)
    derived: int = field(init=False, default=0)

    def __post_init__(self):
        self.derived = self.x + self.y


p = P(1, 2)
print(p, p == P(1, 2), p < P(2), p.tags is not P(1).tags, dataclasses.asdict(p), dataclasses.astuple(p))
print(dataclasses.replace(p, x=9), [f.name for f in dataclasses.fields(P)], P.__match_args__)


@dataclass(frozen=True, slots=True, kw_only=True)
class F:
    a: int
    b: str = "b"


f = F(a=1)
print(f, hash(f) == hash(F(a=1)), hasattr(f, "__dict__"), F.__slots__)
try:
    f.a = 2
except dataclasses.FrozenInstanceError as e:
    print(e)
try:
    F(1)
except TypeError as e:
    print(e)
try:
    P()
except TypeError as e:
    print(e)
try:
    @dataclass
    class Bad:
        a: list = []
except ValueError as e:
    print(e)
try:
    @dataclass
    class Bad2:
        a: int = 1
        b: int
except TypeError as e:
    print(e)


@dataclass
class Child(P):
    z: int = 5


print(Child(1, z=3), dataclasses.is_dataclass(Child), dataclasses.make_dataclass("M", ["q", ("r", int, 3)])(1))


class Color(enum.Enum):
    RED = 1
    GREEN = "g"
    ALIAS = 1

    @property
    def lower(self):
        return self.name.lower()


print(Color.RED, repr(Color.GREEN), Color(1), Color["GREEN"], Color.ALIAS is Color.RED, list(Color), len(Color), Color.RED.lower)
print(Color.RED in Color, 1 in Color, Color.__members__)
try:
    Color(7)
except ValueError as e:
    print(e)
try:
    Color.RED = 3
except AttributeError as e:
    print(e)
try:
    class More(Color):
        pass
except TypeError as e:
    print(e)


class Perm(enum.Flag):
    R = enum.auto()
    W = enum.auto()
    X = enum.auto()
    RW = R | W


print(Perm.R | Perm.X, Perm.RW, Perm.RW & Perm.W, ~Perm.R, Perm(0), Perm.R in Perm.RW, list(Perm.RW), bool(Perm(0)), Perm(7))


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 10


print(Level.LOW < Level.HIGH, Level.HIGH + 1, f"{Level.LOW}", repr(Level.LOW), sorted(Level, reverse=True), Level(10).name)


class S(enum.StrEnum):
    ONE = enum.auto()
    TWO = "zwei"


print(S.ONE, S.TWO == "zwei", S.TWO.upper(), repr(S.ONE))


class Planet(enum.Enum):
    EARTH = (5.976e+24, 6.37814e6)

    def __init__(self, mass, radius):
        self.mass, self.radius = mass, radius


print(Planet.EARTH.mass, Planet.EARTH.value)
E = enum.Enum("E", "A B C")
print(list(E), E.B.value, enum.unique(E) is E)


@enum.unique
class U(enum.Enum):
    _ignore_ = ["skip"]
    skip = 1
    A = 1

    @classmethod
    def _missing_(cls, v):
        return cls.A


print(U("anything"))
match Color.GREEN:
    case Color.RED:
        print("red")
    case Color.GREEN:
        print("green")

NT = collections.namedtuple("NT", "a b c", defaults=[3])
t = NT(1, b=2)
print(t, t.c, t._asdict(), t._replace(a=0), NT._fields, NT._make([7, 8, 9]), t == (1, 2, 3), t[0], [*t])
try:
    NT(1)
except TypeError as e:
    print(e)
ns = types.SimpleNamespace(a=1, b="x")
ns.c = [ns.a]
print(ns, ns == types.SimpleNamespace(a=1, b="x", c=[1]))
