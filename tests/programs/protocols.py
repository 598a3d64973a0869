# Iteration, hashing, copying, pickling, comparison, numeric and container protocols; repr of recursive things.
import copy
import operator
import pickle


class Seq:
    def __getitem__(self, i):
        if i >= 3:
            raise IndexError
        return i * 10


print(list(Seq()), 20 in Seq(), [*reversed(range(2))])
a, b, c = Seq()
print(a, b, c, max(Seq()), dict(enumerate(Seq())))


class It:
    def __init__(self): self.n = 0
    def __iter__(self): return self
    def __next__(self):
        self.n += 1
        if self.n > 3:
            raise StopIteration
        return self.n

    def __length_hint__(self): return 3


print(list(It()), operator.length_hint(It()), sum(It()))


class NoIter:
    __iter__ = None


for f in [lambda: iter(NoIter()), lambda: iter(5), lambda: len(5), lambda: hash([]), lambda: next([]), lambda: 5(), lambda: None.x, lambda: [] in 5, lambda: abs("x"), lambda: -"x", lambda: (lambda: 0)(1), lambda: (lambda a: 0)(), lambda: (lambda *, k: 0)(), lambda: (lambda a: 0)(1, a=2), lambda: print(foo=1), lambda: len(), lambda: isinstance(1, 2), lambda: object().x, lambda: {}[[]], lambda: "a" < 1, lambda: 1 + None, lambda: [1, 2] @ [3]]:
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)


class H:
    def __init__(self, v): self.v = v
    def __eq__(self, o): return self.v == o.v


try:
    hash(H(1))
except TypeError as e:
    print(e)


class Eq(H):
    def __hash__(self): return hash(self.v)


print({Eq(1): "one"}[Eq(1)], len({Eq(1), Eq(1), Eq(2)}), H(1) == H(1), H(1) != H(2))


class BadLen:
    def __len__(self): return -1


class BadBool:
    def __bool__(self): return 2


class BadRepr:
    def __repr__(self): return 5


class BadIndex:
    def __index__(self): return "x"


class BadHash:
    def __hash__(self): return "x"


class BadIter:
    def __iter__(self): return 5


for f in [lambda: len(BadLen()), lambda: bool(BadBool()), lambda: repr(BadRepr()), lambda: [1][BadIndex()], lambda: hash(BadHash()), lambda: iter(BadIter())]:
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)


class Money:
    def __init__(self, n): self.n = n
    def __int__(self): return self.n
    def __float__(self): return float(self.n)
    def __complex__(self): return complex(self.n)
    def __round__(self, k=None): return ("round", k)
    def __floor__(self): return "floor"
    def __trunc__(self): return "trunc"
    def __abs__(self): return "abs"
    def __invert__(self): return "inv"
    def __lshift__(self, o): return "<<", o
    def __rlshift__(self, o): return o, "<<"
    def __and__(self, o): return "&"
    def __rsub__(self, o): return "rsub", o
    def __ipow__(self, o): return "ipow"
    def __reversed__(self): return "reversed"
    def __sizeof__(self): return 1
    def __dir__(self): return ["z", "a"]
    def __bytes__(self): return b"bytes"


m = Money(5)
import math
print(int(m), float(m), complex(m), round(m), round(m, 2), math.floor(m), math.trunc(m), abs(m), ~m, m << 1, 1 << m, m & 1, 5 - m, reversed(m), dir(m), bytes(m))
m **= 2
print(m)


class P:
    def __init__(self, x): self.x, self.l = x, [x]
    def __eq__(self, o): return self.__dict__ == o.__dict__
    def __repr__(self): return f"P({self.x})"


class State:
    def __init__(self): self.a, self.b = 1, 2
    def __getstate__(self): return {"a": self.a}
    def __setstate__(self, s): self.__dict__.update(s, restored=True)


class Red:
    def __init__(self, v): self.v = v
    def __reduce__(self): return Red, (self.v + 1,)


class SlotP:
    __slots__ = ("x", "y")


class NewArgs(tuple):
    def __new__(cls, a, b): return super().__new__(cls, (a, b))
    def __getnewargs__(self): return tuple(self)


p = P(1)
q = copy.copy(p)
z = copy.deepcopy(p)
print(q == p, q.l is p.l, z.l is p.l, pickle.loads(pickle.dumps(p)) == p)
s = pickle.loads(pickle.dumps(State()))
print(s.__dict__, pickle.loads(pickle.dumps(Red(1))).v, copy.copy(Red(5)).v)
sp = SlotP()
sp.x = [1]
print(pickle.loads(pickle.dumps(sp)).x, copy.deepcopy(sp).x, pickle.loads(pickle.dumps(NewArgs(1, 2))))
data = [1, -5, 2**100, 1.5, "é", b"\xff", None, True, (1, (2,)), {"k": {1, 2}}, frozenset([3]), 1 + 2j, range(3), slice(1, 2), len, int, ..., bytearray(b"x"), OSError(2, "m")]
for proto in range(6):
    back = pickle.loads(pickle.dumps(data, proto))
    print(proto, repr(back) == repr(data))
loop = [1]
loop.append(loop)
back = pickle.loads(pickle.dumps(loop))
print(back[1] is back, copy.deepcopy(loop)[1] is not loop)
for f in [lambda: pickle.dumps(lambda: 0), lambda: pickle.loads(b"")]:
    try:
        f()
    except Exception as e:
        print(type(e).__name__)
d = {}
d["d"], d["l"] = d, [d]
t = ([],)
t[0].append(t)
print(d, t, [1, 2] == [1, 2], (1, [2]) == (1, [2]), {"a": [1]} == {"a": [1]})


class Meta2(type):
    def __eq__(c, o): return True
    def __hash__(c): return 1


class Any(metaclass=Meta2): pass


print(Any == 5, 5 == Any, Any != 5)


class R:
    def __eq__(self, o): return NotImplemented
    def __lt__(self, o): return NotImplemented


print(R() == R(), R() != R())
try:
    R() < R()
except TypeError as e:
    print(e)
x = float("nan")
print(x == x, [x] == [x], x in [x], (x,) == (x,), {x: 1} == {x: 1})
