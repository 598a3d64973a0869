# What threads do with caches: each evicts what it has used least recently, and every call is counted once.
import functools
import threading

SIZE = 3


def model(keys):
    """Which calls are misses."""
    recent, misses = [], []
    for k in keys:
        if k in recent:
            recent.remove(k)
        else:
            misses.append(k)
            if len(recent) == SIZE:
                del recent[0]
        recent.append(k)
    return misses


def numbers(seed, n):
    for _ in range(n):
        seed = (seed * 1103515245 + 12345) % 2147483648
        yield seed // 65536 % 5


def own_cache(seed, results):
    misses = []

    @functools.lru_cache(maxsize=SIZE)
    def f(k):
        misses.append(k)
        return k * 2

    keys = list(numbers(seed, 3000))
    right = all(f(k) == k * 2 for k in keys)
    expected = model(keys)
    info = f.cache_info()
    results[seed] = right and misses == expected and info == (len(keys) - len(expected), len(expected), SIZE, SIZE)


results = {}
threads = [threading.Thread(target=own_cache, args=(seed, results)) for seed in range(6)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(sorted(results.items()))


@functools.lru_cache(maxsize=16)
def shared(k):
    return -k


@functools.cache
def unbounded(k):
    return k + 1


def use():
    for k in range(4000):
        assert shared(k % 16) == -(k % 16)
        assert unbounded(k % 10) == k % 10 + 1


threads = [threading.Thread(target=use) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
for f, size in (shared, 16), (unbounded, 10):
    info = f.cache_info()
    print(info.hits + info.misses, info.misses >= size, info.currsize)
    f.cache_clear()
    print(f.cache_info())

# What was used by a thread that has ended is not evicted by this one.
order = []


@functools.lru_cache(maxsize=2)
def ordered(k):
    order.append(k)


ordered(1)
ordered(2)
t = threading.Thread(target=ordered, args=(1,))
t.start()
t.join()
ordered(3)
ordered(1)
ordered(2)
print(order)
