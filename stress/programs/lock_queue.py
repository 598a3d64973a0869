# A queue of its own behind a lock and a condition; RLock; semaphores.
import threading


class Queue:
    def __init__(self):
        self.items = []
        self.lock = threading.RLock()
        self.changed = threading.Condition(self.lock)

    def put(self, v):
        with self.changed:
            with self.lock:
                self.items.append(v)
            self.changed.notify()

    def get(self):
        with self.changed:
            while not self.items:
                self.changed.wait()
            return self.items.pop(0)


q = Queue()
got = []
got_lock = threading.Lock()
inside = 0
gate = threading.Semaphore(2)


def produce(me):
    for i in range(225):
        q.put((me, i))


def consume():
    global inside
    while True:
        v = q.get()
        if v is None:
            return
        with gate:
            inside += 1
            assert inside <= 2, inside
            inside -= 1
        with got_lock:
            got.append(v)


producers = [threading.Thread(target=produce, args=(n,)) for n in range(4)]
consumers = [threading.Thread(target=consume) for _ in range(4)]
for t in producers + consumers:
    t.start()
for t in producers:
    t.join()
for _ in consumers:
    q.put(None)
for t in consumers:
    t.join()
assert len(got) == 900 and sorted(got) == [(m, i) for m in range(4) for i in range(225)]
assert inside == 0
print("ok")
