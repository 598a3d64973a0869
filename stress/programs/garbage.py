# Collections, weak references and finalizers in several threads.
import gc
import threading
import weakref

made = 0
finalized = 0
called = []


class Node:
    def __init__(self, n):
        global made
        made += 1
        self.n = n
        self.next = None
        self.data = [n] * 10

    def __del__(self):
        global finalized
        finalized += 1


alive = weakref.WeakValueDictionary()
keys = weakref.WeakKeyDictionary()
keep = {}


def work(me):
    refs = []
    lists = []
    for i in range(300):
        a, b = Node(i), Node(-i)
        a.next, b.next = b, a
        refs.append(weakref.ref(a))
        if i % 7 == 0:
            # Outlives its node, and is private to this thread.
            lists.append(a.data)
        if i % 10 == 0:
            refs.append(weakref.ref(a, lambda r: called.append(1)))
            alive[me, i] = a
            keys[a] = i
        if i % 30 == 0:
            keep[me, i] = a
        if i % 100 == 50:
            gc.collect()
    for l in lists:
        l.append(len(l))
    assert all(l[-1] == 10 for l in lists)
    for r in refs:
        n = r()
        assert n is None or n.next.next is n


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
t = threads = None
for _ in range(3):
    gc.collect()
assert made == 2400, made
assert len(keep) == 40 and all(k[1] == v.n for k, v in keep.items())
# What native stacks still seem to refer to may live a little longer.
assert 2300 <= finalized <= 2400 - 80, finalized
assert set(alive) >= set(keep) and len(alive) <= 60, len(alive)
assert all(alive[k] is v for k, v in keep.items())
assert 40 <= len(keys) <= 60
print("ok")
