# Weak references, finalizers, garbage collection.
import gc
import weakref


class Node:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name


log = []


class Fin:
    def __init__(self, n):
        self.n = n

    def __del__(self):
        log.append(self.n)


def cycle():
    a, b = Node("a"), Node("b")
    a.other, b.other = b, a
    return weakref.ref(a, lambda r: log.append("callback"))


def scramble(n=50):
    return [n] + scramble(n - 1) if n else []


r = cycle()
scramble()
gc.collect()
print(r(), log)
strong = Node("strong")
r = weakref.ref(strong)
gc.collect()
print(r(), r is weakref.ref(strong), weakref.getweakrefcount(strong), r == weakref.ref(strong), hash(r) == hash(strong))
p = weakref.proxy(strong)
print(p.name, p)
d = weakref.WeakValueDictionary()
k = weakref.WeakKeyDictionary()
s = weakref.WeakSet()


def fill():
    for n in "xyz":
        d[n] = v = Node(n)
        k[v] = n
        s.add(v)
    d["strong"] = strong


fill()
scramble()
gc.collect()
print(dict(d), len(k), len(s))


def fin():
    for i in range(3):
        Fin(i)


log.clear()
fin()
scramble()
gc.collect()
print(sorted(log))


class Resurrect:
    def __del__(self):
        global saved
        saved = self


def make():
    Resurrect().x = 1


saved = None
make()
scramble()
gc.collect()
print(saved is not None)
f_log = []


def finalize():
    obj = Node("f")
    weakref.finalize(obj, f_log.append, "finalized")


finalize()
scramble()
gc.collect()
print(f_log)
print(gc.isenabled(), gc.get_threshold().__class__.__name__, gc.is_tracked([]), gc.disable(), gc.isenabled(), gc.enable())
wm = weakref.WeakMethod(strong.__repr__)
print(wm()())
try:
    weakref.ref(5)
except TypeError as e:
    print(e)
for _ in range(200):
    l = []
    l.append(l)
    big = {i: [i] * 10 for i in range(200)}
print(len(big), gc.collect() >= 0)
