# Threads share iterators: each item is delivered once, and none is lost.
import collections
import itertools
import os
import tempfile
import threading
import time

THREADS = 5


def in_threads(work, n=THREADS):
    threads = [threading.Thread(target=work, args=(i,)) for i in range(n)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def shared(it, key=None):
    """What threads get from one iterator, half of them by loops and half by next()."""
    got = [[] for _ in range(THREADS)]

    def work(i):
        mine = got[i]
        if i % 2:
            for x in it:
                mine.append(x)
        else:
            while (x := next(it, None)) is not None:
                mine.append(x)

    in_threads(work)
    return sorted((x for g in got for x in g), key=key)


def check(name, make, key=None):
    print(name, shared(make(), key) == sorted(make(), key=key))


N = 400
check("list", lambda: iter(list(range(N))))
check("reversed list", lambda: reversed(list(range(N))))
check("tuple", lambda: iter(tuple(range(N))))
check("str", lambda: iter("abcdefgh" * 50))
check("bytes", lambda: iter(bytes(range(1, 200))))
check("dict", lambda: iter(dict.fromkeys(range(N))))
check("dict items", lambda: iter({i: i for i in range(N)}.items()))
check("set", lambda: iter(set(range(N))))
check("range", lambda: iter(range(N)))
check("long range", lambda: iter(range(2**70, 2**70 + N)))
check("enumerate", lambda: enumerate("x" * N))
check("zip", lambda: zip(range(N), range(N)))
check("map", lambda: map(lambda x: x + 1, range(N)))
check("filter", lambda: filter(lambda x: x % 2, range(N)))
check("callable", lambda: iter(collections.deque(range(N)).popleft, N - 1))
check("deque", lambda: iter(collections.deque(range(N))))
check("chain", lambda: itertools.chain(range(N), range(N)))
check("islice", lambda: itertools.islice(itertools.count(), N))
check("accumulate", lambda: itertools.accumulate(range(N)))
check("product", lambda: itertools.product(range(20), range(20)))
check("permutations", lambda: itertools.permutations(range(5)))
check("combinations", lambda: itertools.combinations(range(12), 3))
check("batched", lambda: itertools.batched(range(N), 3))
check("pairwise", lambda: itertools.pairwise(range(N)))
check("starmap", lambda: itertools.starmap(pow, [(i, 2) for i in range(N)]))
check("takewhile", lambda: itertools.takewhile(lambda x: x < N, itertools.count()))
check("compress", lambda: itertools.compress(range(N), [1, 0, 1] * N))
check("zip_longest", lambda: itertools.zip_longest(range(N), range(N - 1), fillvalue=-1))
check("repeat", lambda: itertools.repeat(1, N))
check("tee", lambda: itertools.tee(range(N))[0])
check("cycle", lambda: itertools.islice(itertools.cycle(range(7)), N))


# Generators: who wants to go on with one that another thread runs waits (in CPython that is a ValueError).
def numbers(n):
    i = 0
    while i < n:
        yield i
        i += 1


def delegating(n):
    yield from numbers(n)


def with_calls(n):
    for i in numbers(n):
        yield int(str(i))


def sleeping(n):
    for i in range(n):
        time.sleep(0.0005)
        yield i


class Iterator:
    def __init__(self, n):
        self.items = list(range(n))

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return self.items.pop()
        except IndexError:
            raise StopIteration from None


check("generator", lambda: numbers(N))
check("generator expression", lambda: (i * i for i in range(N)))
check("yield from", lambda: delegating(N))
check("generator with calls", lambda: with_calls(N))
check("chain of generators", lambda: itertools.chain.from_iterable(numbers(20) for _ in range(20)))
check("map of generator", lambda: map(str, numbers(N)))
check("class", lambda: Iterator(N))
print("sleeping", shared(sleeping(60)) == list(range(60)))

with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "lines")
    with open(path, "w") as f:
        f.writelines(f"{i:04}\n" for i in range(N))
    with open(path) as f:
        print("lines", shared(f) == [f"{i:04}\n" for i in range(N)])
    with open(path, "rb") as f:
        print("binary lines", len(shared(f)))

# Values that are sent arrive once, too.
def adder():
    total = 0
    while True:
        got = yield total
        for _ in range(2):
            total += got


g = adder()
next(g)


def send(i):
    for _ in range(100):
        g.send(1)


in_threads(send)
print(g.send(0))

# A generator that its own thread runs is an error, as before.
def itself():
    yield next(me)


me = itself()
try:
    next(me)
except ValueError as e:
    print(e)

# Two that wait for each other: one of them gets an error.
def by_loop(i):
    inside[i].set()
    inside[1 - i].wait()
    for x in both[1 - i]:
        yield x


def by_next(i):
    inside[i].set()
    inside[1 - i].wait()
    yield next(both[1 - i])


def cross(i):
    try:
        for x in both[i]:
            outcomes.append(x)
        outcomes.append(None)
    except (ValueError, RuntimeError) as e:
        outcomes.append("error")


for f in by_loop, by_next:
    inside = [threading.Event(), threading.Event()]
    both = [f(0), f(1)]
    outcomes = []
    in_threads(cross, 2)
    print(len(outcomes), "error" in outcomes)

# The same over a lock: the generator waits for the lock of who wants to go on with it.
lock = threading.Lock()
entered = threading.Event()


def locking():
    entered.set()
    with lock:
        pass
    yield 1


g = locking()
with lock:
    t = threading.Thread(target=lambda: results.append(next(g)))
    results = []
    t.start()
    entered.wait()
    try:
        next(g)
    except ValueError as e:
        print("ValueError")
t.join()
print(results)


# And over the end of a thread.
def joining():
    entered.set()
    t.join()
    yield 2


def goes_on():
    entered.wait()
    try:
        next(g)
    except ValueError:
        results.append("ValueError")


entered.clear()
g = joining()
t = threading.Thread(target=goes_on)
t.start()
print(next(g), results)


# What a thread has done before it waits for a generator is seen by the generator.
def waiting_for(seen):
    entered.set()
    while not seen:
        time.sleep(0.001)
    yield 3
    yield 4


def does_and_waits(i):
    entered.wait()
    results.append((seen.append(i), next(g)))


def waits_in_native_code(i):
    entered.wait()
    results.append((seen.append(i), list(itertools.islice(map(str, g), 1))))


for f in does_and_waits, waits_in_native_code:
    entered.clear()
    seen, results = [], []
    g = waiting_for(seen)
    t = threading.Thread(target=f, args=(1,))
    t.start()
    first = next(g)
    t.join()
    print(first, results)
