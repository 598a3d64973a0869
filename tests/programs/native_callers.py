# Python code that native code calls, and that does not return: others go on, wait for what it does, and see it; its atomic
# blocks can be taken back.
import functools
import queue
import threading
import time

import vasuki


def for_ever(step, stop):
    while not stop:
        step()
    return 0


def by_generator(f):
    def generator():
        yield f()

    return sum(generator())


CALLERS = {
    "partial": lambda f: functools.partial(f)(),
    "sorted": lambda f: sorted([1], key=lambda x: f()),
    "map": lambda f: dict(map(lambda x: (x, f()), [1])),
    "reduce": lambda f: functools.reduce(lambda a, x: f(), [1, 2]),
    "generator": by_generator,
    "min": lambda f: min([1, 2], key=lambda x: f()),
    "cache": lambda f: functools.lru_cache(f)(),
    "property": lambda f: property(lambda x: f()).__get__(1),
    "format": lambda f: f"{type('C', (), {'__format__': lambda x, y: str(f())})()}",
    "nested": lambda f: sorted([1], key=lambda x: functools.partial(f)()),
}


class Shared:
    def __init__(self):
        self.count = 0
        self.lock = threading.Lock()
        self.queue = queue.SimpleQueue()
        self.taken_back = 0
        self.pair = [0, 0]

    def step(self):
        self.count += 1
        with self.lock:
            self.pair[0] += 1
            self.pair[1] += 1
        with vasuki.atomic:
            self.pair[0] += 1
            self.pair[1] += 1
        if self.count % 100 == 0:
            self.queue.put(self.count)

        def tried():
            self.taken_back += 1
            vasuki.retry()

        vasuki.or_else(tried, lambda: None)
        return 0


for name, caller in CALLERS.items():
    shared, stop = Shared(), []
    thread = threading.Thread(target=caller, args=(lambda: for_ever(shared.step, stop),))
    thread.start()
    first = shared.queue.get()
    time.sleep(0.01)
    with shared.lock, vasuki.atomic:
        same = shared.pair[0] == shared.pair[1]
    seen = shared.count
    while shared.count == seen:
        pass
    stop.append(True)
    thread.join()
    print(name, first, same, shared.taken_back, shared.pair[0] == shared.pair[1] == 2 * shared.count)

# A thread whose whole work is called by native code does it like others.
count = [0]
lock = threading.Lock()


def add(n):
    for _ in range(n):
        with lock:
            count[0] += 1


threads = [threading.Thread(target=functools.partial(add, 5000)) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(count)
