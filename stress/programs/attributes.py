# Attributes come and go from several threads: inline ones, those of overflow, slots, dicts, properties.
import threading


class A:
    pass


class S:
    __slots__ = ("x", "y")


class L(list):
    pass


class D(dict):
    pass


a, s, l, d = A(), S(), L(), D()
s.x = s.y = 0
names = [f"name{i}" for i in range(40)]
for n in names:
    setattr(a, n, 0)
l.n = d.n = 0


def work(me):
    for i in range(600):
        n = names[i % 40]
        setattr(a, n, getattr(a, n) + 1)
        s.x, s.y = s.y + 1, s.x + 1
        l.n += 1
        l.append(i)
        d.n += 1
        d[me, i] = i
        mine = f"own{me}"
        setattr(a, mine, i)
        if i % 3 == 0:
            delattr(a, mine)
        a.__dict__["direct"] = a.__dict__.get("direct", 0) + 1


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert sum(getattr(a, n) for n in names) == 2400
assert s.x + s.y == 4800, (s.x, s.y)
assert l.n == len(l) == 2400 and d.n == len(d) == 2400, (l.n, len(l), d.n, len(d))
assert a.direct == 2400
print("ok")
