# Finalizers and weak references of objects that were private to another thread: each runs once, nobody waits for ever.
import gc
import threading
import time
import weakref


def sleeper():
    try:
        yield
    finally:
        time.sleep(0.000001)


class C(list):
    made = []
    died = []

    def __init__(self, items):
        self[:] = items
        C.made.append(None)

    def __del__(self):
        C.died.append(None)
        g = sleeper()
        next(g)


def nested():
    x = C([])
    for i in range(60):
        x = [C([x])]


def work():
    for _ in range(60):
        nested()


threads = [threading.Thread(target=work) for i in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
gc.collect()
print(len(C.made) == len(C.died), len(C.made) > 0)


# A weak reference leads other threads to its target.
class Node:
    pass


def keep(shared, ready, done):
    n = Node()
    n.value = [1, 2, 3]
    shared["ref"] = weakref.ref(n)
    ready.set()
    done.wait()
    n.value.append(4)


shared, ready, done = {}, threading.Event(), threading.Event()
t = threading.Thread(target=keep, args=(shared, ready, done))
t.start()
ready.wait()
node = shared["ref"]()
print(node.value)
done.set()
t.join()
print(node.value)
