# Attributes of modules at one place of the code: changed, deleted, added, hidden, of several modules.
import types

a, b = types.ModuleType("a"), types.ModuleType("b")
a.x, b.x, b.y = 1, 2, 3


def get(m):
    return m.x


def call(m):
    return m.f()


print([get(m) for m in (a, a, b, b, a)])
a.x = 10
print(get(a), get(b))
for i in range(50):
    setattr(a, f"n{i}", i)
print(get(a))
del a.x
try:
    get(a)
except AttributeError as e:
    print(e)
a.__getattr__ = lambda name: name * 2
print(get(a))
a.x = 5
print(get(a))
a.f, b.f = (lambda: "af"), (lambda: "bf")
print([call(m) for m in (a, b, a, a)])
a.f = lambda: "new"
print(call(a))


class Other:
    x = "class"


print(get(Other()), get(a), get(Other))
a.__dict__.clear()
a.x = "again"
print(get(a))
