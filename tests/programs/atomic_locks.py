"""Locks in the part of an atomic block that is undone are free again; given back, they are still held."""
import threading
import vasuki

lock, again = threading.Lock(), threading.RLock()
items = []


def first():
    with lock, again:
        if not items:
            vasuki.retry()
    return items.pop()


def give_back():
    lock.release()
    again.release()
    vasuki.retry()


def state():
    return lock.locked(), again._recursion_count()


print(vasuki.or_else(first, lambda: (state(), "second")))
print(state())
lock.acquire()
again.acquire()
with vasuki.atomic:
    again.acquire()
    print(vasuki.or_else(give_back, lambda: (state(), "second")))
    again.release()
print(state())
lock.release()
again.release()


def taker():
    with vasuki.atomic:
        with lock:
            while not items:
                vasuki.retry()
            print(items.pop(), state())


t = threading.Thread(target=taker)
t.start()
with lock:
    items.append("item")
t.join()
print(state())


def many():
    locks = [threading.Lock() for _ in range(20)]
    with vasuki.atomic:
        for l in locks:
            l.acquire()
        for l in locks:
            l.release()
    return any(l.locked() for l in locks)


print(many())
