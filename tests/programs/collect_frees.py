# gc.collect() finds everything that the program no longer refers to: nothing is held by dead temporaries.
import gc
import weakref


class Node:
    pass


def make():
    n = Node()
    n.self = n
    return n


def several():
    r = []
    for i in range(5):
        n = make()
        r.append(n)
    return r


def local():
    a = make()
    r = weakref.ref(a)
    del a
    gc.collect()
    return r()


def in_list():
    found = []
    for i in range(5):
        found.append(make())
    r = weakref.ref(found[-1])
    del found
    gc.collect()
    return r()


def returned():
    found = several()
    r = weakref.ref(found[-1])
    del found
    gc.collect()
    return r()


def arguments(*args, **kw):
    gc.collect()
    return len(args), sorted(kw)


print(local(), in_list(), returned())
print(arguments(make(), [make()], k=make()))
a = make()
r = weakref.ref(a)
del a
print(gc.collect() > 0, r())
print([type(gc.collect(x)) for x in range(3)], *map(type, map(gc.collect, (0, 1))))
