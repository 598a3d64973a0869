# A transaction that has changed the value of a key, and changes it again after other threads have filled the dict with new keys,
# sees what it wrote last.
import threading
import time

from vasuki import atomic

KEYS = 100
ROUNDS = 40

d = dict.fromkeys(range(KEYS), 0)
mistakes = []


def both(*works):
    threads = [threading.Thread(target=w, args=(i,)) for i, w in enumerate(works)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def update(me):
    for _ in range(300):
        for k in range(me, KEYS, 2):
            d[k] += 1


def change_twice(_):
    for i in range(20):
        with atomic:
            d[7] = i
            until = time.perf_counter() + 0.0005
            while time.perf_counter() < until:
                pass
            d[7] = -i
            if d[7] != -i:
                mistakes.append((i, d[7]))
        for k in range(20, 30):
            d[k] += 1


for _ in range(5):
    both(update, update)
for n in range(ROUNDS):

    def fill(_):
        for part in range(2):
            for i in range(64):
                d[n, part, i] = i
            time.sleep(0.001)

    both(fill, change_twice)

assert not mistakes, mistakes[:5]
assert len(d) == KEYS + ROUNDS * 128
print("each change was seen")
