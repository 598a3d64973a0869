# Threads share an iterator that goes on with a slow one: what it gives is what one thread would have got.
import csv
import itertools
import threading
import time

THREADS, N = 4, 24


def shared(it):
    got = [[] for _ in range(THREADS)]

    def work(mine):
        for x in it:
            mine.append(x)

    threads = [threading.Thread(target=work, args=(g,)) for g in got]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return sorted((x for g in got for x in g), key=str)


def slow(n):
    for i in range(n):
        time.sleep(0.0001)
        yield i


class Slow:
    """Lets others in while it waits, as a generator does not."""

    def __init__(self, n):
        self.left = list(range(n))

    def __iter__(self):
        return self

    def __next__(self):
        time.sleep(0.0001)
        if not self.left:
            raise StopIteration
        return self.left.pop(0)


def slowly(x):
    time.sleep(0.0001)
    return x


def check(name, make):
    got, expected = shared(make()), sorted(make(), key=str)
    print(name, got == expected or (got, expected))


for source in slow, Slow:
    print(source.__name__)
    check("enumerate", lambda: enumerate(source(N)))
    check("zip", lambda: zip(range(N), source(N)))
    check("strict zip", lambda: zip(range(N), source(N), strict=True))
    check("map", lambda: map(lambda a, b: slowly((a, b)), range(N), source(N)))
    check("chain", lambda: itertools.chain(source(N), source(N)))
    check("chain.from_iterable", lambda: itertools.chain.from_iterable([i, i] for i in source(N)))
    check("islice", lambda: itertools.islice(source(N), 2, N - 5, 2))
    check("accumulate", lambda: itertools.accumulate(source(N)))
    check("accumulate with a function", lambda: itertools.accumulate(range(N), lambda a, b: slowly(a + b)))
    check("batched", lambda: itertools.batched(source(N), 3))
    check("pairwise", lambda: itertools.pairwise(source(N)))
    check("takewhile", lambda: itertools.takewhile(lambda x: slowly(x) < 15, source(N)))
    check("dropwhile", lambda: itertools.dropwhile(lambda x: slowly(x) < 5, source(N)))
    check("compress", lambda: itertools.compress(range(N), source(N)))
    check("zip_longest", lambda: itertools.zip_longest(range(N), source(N - 4), fillvalue=-1))
    check("cycle", lambda: itertools.islice(itertools.cycle(source(5)), N))
    check("rows", lambda: csv.reader(f'{i},"a\n' if i % 2 else f'b{i}",c\n' for i in source(N) if i))
    check("groupby", lambda: (k for k, _ in itertools.groupby(source(N), lambda x: slowly(x // 3))))
    check("several of them", lambda: enumerate(zip(itertools.chain(source(8), "xy"), itertools.count())))


class Sequence:
    def __len__(self):
        return N

    def __getitem__(self, i):
        time.sleep(0.0001)
        if i >= N:
            raise IndexError(i)
        return i


def counted():
    numbers = itertools.count()
    return lambda: slowly(next(numbers))


class Number:
    def __init__(self, n):
        self.n = n

    def __index__(self):
        return self.n

    def __add__(self, other):
        return Number(slowly(self.n) + other)


numbers, got = itertools.count(Number(0), 1), []
threads = [threading.Thread(target=lambda: [got.append(next(numbers).n) for _ in range(6)]) for _ in range(THREADS)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print("count", sorted(got) == list(range(6 * THREADS)))
check("sequence", lambda: iter(Sequence()))
check("reversed", lambda: reversed(Sequence()))
check("callable", lambda: iter(counted(), N))


# A source that asks for the next item of what goes on with it, in one thread.
class Asks:
    def __iter__(self):
        return self

    def __next__(self):
        if depth:
            depth.pop()
            return next(it)
        return 7


depth = [1, 2]
it = itertools.chain(Asks())
print(next(it))

# Two that wait for each other: one of them gets an error.
class Other:
    def __init__(self, i):
        self.i = i

    def __iter__(self):
        return self

    def __next__(self):
        inside[self.i].set()
        inside[1 - self.i].wait()
        return next(both[1 - self.i])


def cross(i):
    try:
        outcomes.append(next(both[i]))
    except (ValueError, RuntimeError, StopIteration) as e:
        outcomes.append(str(e))


inside = [threading.Event(), threading.Event()]
both = [itertools.chain(Other(0)), itertools.chain(Other(1))]
outcomes = []
threads = [threading.Thread(target=cross, args=(i,)) for i in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(len(outcomes), any("waits for this one" in str(o) for o in outcomes))
