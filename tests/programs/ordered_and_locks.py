# Turns that run ahead hold locks until they commit, which earlier turns want.
import threading

import vasuki

lock = threading.Lock()
condition = threading.Condition()
count = [0]


def make_hard():
    """Sections that block: for a while the lock is really taken by all that use it."""
    for l in (lock, condition):
        with l:
            vasuki.irrevocable()


def turn(i):
    if i % 3 == 0:
        for _ in range(i * 37 % 500):
            pass
    with lock:
        count[0] += 1
    with condition:
        condition.notify()
        return count[0]


for _ in range(30):
    make_hard()
    count[0] = 0
    print(list(vasuki.ordered(turn, range(60))) == list(range(1, 61)), end=" ")
print()
