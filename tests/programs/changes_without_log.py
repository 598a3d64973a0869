"""What is read without being logged - classes, the class of an object, code and defaults of functions - changes for other
threads when the transaction that changes it ends, and what they have read of it before is still true when they commit."""

import threading
import time
import types
import vasuki


class A:
    n = 0


class B(A):
    pass


class Other:
    n = 0


def positional(n=0):
    return n


def keyword(*, n=0):
    return n


def coded():
    return 1000


def with_constant(n):
    code = coded.__code__
    return code.replace(co_consts=tuple(n + 1000 if type(c) is int and c >= 1000 else c for c in code.co_consts))


coded.__code__ = with_constant(0)
box = A()


def set_class_of_box(n):
    box.__class__ = type("Boxed", (A,), {"n": n})


def set_base(n):
    B.__bases__ = (type("Base", (A,), {"n": n}),)


def set_defaults(n):
    positional.__defaults__ = (n,)


def set_keyword_defaults(n):
    keyword.__kwdefaults__ = {"n": n}


def set_code(n):
    coded.__code__ = with_constant(n)


def set_length(n):
    Other.__len__ = lambda self: n


set_length(0)
places = {
    "attribute of a class": (lambda: Other.n, lambda n: setattr(Other, "n", n)),
    "special method": (lambda: len(Other()), set_length),
    "base class": (lambda: B.n, set_base),
    "name of a class": (lambda: int(A.__name__.removeprefix("A") or 0), lambda n: setattr(A, "__name__", f"A{n}")),
    "qualified name": (
        lambda: int(A.__qualname__.removeprefix("A") or 0),
        lambda n: setattr(A, "__qualname__", f"A{n}"),
    ),
    "class of an object": (lambda: box.n, set_class_of_box),
    "defaults": (positional, set_defaults),
    "keyword defaults": (keyword, set_keyword_defaults),
    "code": (lambda: coded() - 1000, set_code),
}


def pause(seconds):
    """Without an effect that ends a transaction."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def nothing_is_lost(load, store):
    """Each thread reads, lets others have the time to change it, and writes."""

    def advance():
        for _ in range(3):
            with vasuki.atomic:
                n = load()
                pause(0.002)
                store(n + 1)

    before = load()
    threads = [threading.Thread(target=advance) for _ in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return load() - before == 9


def nothing_is_seen_early(load, store):
    """A transaction changes two places, the second one after a while."""
    second = types.SimpleNamespace(n=load())
    ends = []
    differ = []

    def change():
        for _ in range(3):
            with vasuki.atomic:
                n = load() + 1
                store(n)
                pause(0.004)
                second.n = n
        ends.append(1)

    def look():
        while not ends:
            with vasuki.atomic:
                both = load(), second.n
            if both[0] != both[1]:
                differ.append(both)

    threads = [threading.Thread(target=f) for f in (change, look, look)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return not differ


def nothing_is_slept_through(load, store):
    """A transaction waits for the change."""
    found = []

    def wait():
        with vasuki.atomic:
            n = load()
            if n == before:
                vasuki.retry(timeout=60)
        found.append(n)

    before = load()
    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    time.sleep(0.02)
    store(before + 1)
    thread.join(10)
    return found == [before + 1]


for name, (load, store) in places.items():
    results = nothing_is_lost(load, store), nothing_is_seen_early(load, store), nothing_is_slept_through(load, store)
    print(name, *results)
