# Sorting: stability, keys, reverse, errors, comparison protocols; list methods and slices.
import random

data = [("b", 2), ("a", 2), ("c", 1), ("a", 1), ("b", 1)]
print(sorted(data), sorted(data, key=lambda t: t[1]), sorted(data, key=lambda t: t[1], reverse=True), sorted(data, key=lambda t: (t[0], -t[1])))
rng = random.Random(5)
big = [(rng.randrange(50), i) for i in range(5000)]
s = sorted(big, key=lambda t: t[0])
print(all(a[0] < b[0] or (a[0] == b[0] and a[1] < b[1]) for a, b in zip(s, s[1:])))
s = sorted(big, key=lambda t: t[0], reverse=True)
print(all(a[0] > b[0] or (a[0] == b[0] and a[1] < b[1]) for a, b in zip(s, s[1:])))
for n in [0, 1, 2, 63, 64, 65, 1000]:
    x = [rng.random() for _ in range(n)]
    y = sorted(x)
    assert all(a <= b for a, b in zip(y, y[1:])) and sorted(y, reverse=True) == y[::-1]
x = list(range(1000)) + list(range(1000, 0, -1)) + [5] * 100
x.sort()
print(x[:3], x[-3:], x == sorted(x))


class Rev:
    def __init__(self, v): self.v = v
    def __lt__(self, o): return self.v > o.v
    def __repr__(self): return f"R{self.v}"


print(sorted([Rev(1), Rev(3), Rev(2)]))
try:
    sorted([1, "a"])
except TypeError as e:
    print(e)
try:
    [3, 2, 1].sort(lambda a: a)
except TypeError as e:
    print(e)


class Boom:
    def __lt__(self, o): raise ValueError("compared")


l = [Boom(), Boom()]
try:
    l.sort()
except ValueError as e:
    print(e, len(l))
l = [3, 1, 2]
try:
    l.sort(key=lambda v: l.append(v) or v)
except ValueError as e:
    print(e)
print(l)
print(sorted("banana"), sorted([True, False, 2, -1.5]), sorted([[2, 1], [1, 2], [1]]), sorted(["é", "z", "a"]), sorted([None] * 2, key=str), sorted([(1, "b"), (1, "a")]))
print(sorted(["10", "9", "1"], key=int), sorted("a B c".split(), key=str.lower), min([3, 1], key=lambda v: -v), sorted([0.0, -0.0, 1e-300]), sorted({3: 1, 1: 2}.items()))
l = [5, 3, 8]
l.append(1)
l.extend((9, 2))
l.insert(1, 7)
l.insert(-1, 6)
l.insert(100, 0)
print(l, l.pop(), l.pop(0), l.index(8), l.count(3), l.remove(8), l)
l.reverse()
print(l, l[::2], l[::-1], l[-2:], l[1:-1], l * 2, l + [1], 7 in l, len(l))
l[1:3] = ["x", "y", "z"]
l[::2] = [0] * len(l[::2])
print(l)
del l[1:3]
l[len(l):] = [1, 2]
l *= 2
print(l, l == list(l), l is not list(l), [1, 2] < [1, 3], [1] < [1, 0], [] < [0])
try:
    l[::2] = [1]
except ValueError as e:
    print(e)
for f in [lambda: [].pop(), lambda: [1][3], lambda: [1].remove(2), lambda: [1].index(2), lambda: [1]["abc"[:1]], lambda: [1] + (2,), lambda: [1].insert("a", 1), lambda: [1].pop(5)]:
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)
t = (1, 2, 3)
print(t + (4,), t * 2, t[1:], t.index(2), t.count(1), (1,), (), tuple("ab"), hash(t) == hash((1, 2, 3)), t < (1, 2, 4), (t, [t])[1])
r = range(10, 0, -3)
print(r, list(r), r[1], r[-1], len(r), 7 in r, 6 in r, r.index(4), r[1:], range(3) == range(0, 3, 1), list(reversed(r)), range(10**20)[10**19], r.count(7))
sl = slice(1, None, 2)
print(sl, sl.indices(6), "abcdef"[sl], sl == slice(1, None, 2), [1, 2, 3, 4][slice(None, None, -1)])
grid = [[0] * 3 for _ in range(2)]
grid[0][1] = 5
alias = [[0] * 2] * 2
alias[0][0] = 1
print(grid, alias, list(zip(*grid)), [list(row) for row in zip(*grid)], sum(map(sum, grid)))
c = [1, [2, 3]]
import copy
sh, dp = copy.copy(c), copy.deepcopy(c)
c[1].append(4)
print(sh, dp)
