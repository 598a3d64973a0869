# deque, Counter, defaultdict, OrderedDict, ChainMap, UserDict; the order of dicts; sets.
from collections import ChainMap, Counter, OrderedDict, UserDict, UserList, abc, defaultdict, deque

d = deque([1, 2, 3], maxlen=4)
d.append(4)
d.append(5)
d.appendleft(0)
print(d, d.popleft(), d.pop(), d.maxlen, len(d), d[0], 3 in d)
d.rotate(1)
d.extend("ab")
d.extendleft("x")
print(d, d.count("a"), d.index("a"), list(reversed(d)), deque("abc") == deque("abc"), deque("ab") + deque("c"), deque("ab") * 2)
d.insert(1, "i") if len(d) < 4 else d.remove("a")
del d[0]
print(d, d.copy(), deque())
try:
    for x in (q := deque([1, 2])):
        q.append(3)
except RuntimeError as e:
    print(e)
try:
    deque().pop()
except IndexError as e:
    print(e)
c = Counter("mississippi")
print(c, c.most_common(2), c["z"], sorted(c.elements())[:3], c.total(), c - Counter("miss"), c + Counter("m"), c & Counter("iii"), c | Counter("mm"))
c.update("mm")
c.subtract("s")
print(c["m"], c["s"], +Counter(a=-1, b=2), Counter(a=1) < Counter(a=2), Counter(a=1, b=0) == Counter(a=1))
dd = defaultdict(list)
dd["a"].append(1)
dd["b"]
print(dd, dd.get("c"), "c" in dd, dd.default_factory, defaultdict(int, x=1))
try:
    defaultdict(None)["k"]
except KeyError as e:
    print(repr(e))
od = OrderedDict(a=1, b=2, c=3)
od.move_to_end("a")
od.move_to_end("c", last=False)
print(od, od.popitem(), od.popitem(last=False), OrderedDict(a=1, b=2) == OrderedDict(b=2, a=1), OrderedDict(a=1, b=2) == {"b": 2, "a": 1})
cm = ChainMap({"a": 1}, {"a": 2, "b": 3})
cm["c"] = 9
print(cm["a"], cm["b"], cm.maps, cm.new_child({"z": 0})["z"], cm.parents, sorted(cm))


class UD(UserDict):
    def __setitem__(self, k, v):
        super().__setitem__(k.upper(), v)


print(UD(a=1), UserList([3, 1]) + [2])

d = {k: i for i, k in enumerate("qwerty")}
del d["w"]
d["w"] = 9
d["q"] = 0
print(d, list(d.items()), d.popitem(), d.pop("e"), d.pop("none", None), d.setdefault("s", 5), d.setdefault("s", 6))
d.update({"a": 1}, b=2)
print(d | {"z": 1}, {"z": 1} | d, d.keys() & {"a", "q"} == {"a", "q"}, d.keys() - {"a"} == set("qrtysb"), d.items() >= {("a", 1)}, d.values())
d |= [("new", 1)]
print(dict.fromkeys("ab", 0), list(reversed(d)), dict(zip("ab", [1, 2])), dict([("k", "v")], x=1), {1: "int", 1.0: "float", True: "bool"})
try:
    for k in d:
        d[k + "x"] = 1
except RuntimeError as e:
    print(e)
try:
    d["missing"]
except KeyError as e:
    print(repr(e))
try:
    {[]: 1}
except TypeError as e:
    print(e)
big = {i: i * i for i in range(1000)}
for i in range(0, 1000, 3):
    del big[i]
print(len(big), sum(big.values()), list(big)[:4], big == dict(sorted(big.items(), reverse=True)))
s = {3, 1, 2}
print(s | {4}, s & {1, 9}, s - {1}, s ^ {1, 7}, s <= {1, 2, 3}, s < {1, 2, 3}, s.isdisjoint({9}), frozenset(s) == s, {frozenset({1})})
s.add(1)
s.discard(99)
s.update([5], (6,))
s -= {5}
print(sorted(s), s.pop() in {1, 2, 3, 6}, len(s), set("aab") == {"a", "b"}, sorted(set("hello").intersection("world", "lo")))
try:
    s.remove("no")
except KeyError as e:
    print(repr(e))
print(isinstance({}, abc.Mapping), isinstance([], abc.Sequence), isinstance(set(), abc.Set), issubclass(dict, abc.MutableMapping), isinstance(iter([]), abc.Iterator))
nest = [1, [2]]
nest.append(nest)
dn = {"self": None}
dn["self"] = dn
print(nest, dn)
