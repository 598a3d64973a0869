# Threads replace values in one list and one dict, each at places of its own and at common ones, while others move, add, remove
# and copy items. Nothing is lost, nothing is seen half done.
import threading

THREADS = 4
PLACES = 40
ROUNDS = 1500

items = [0] * (THREADS * PLACES)
values = {f"{t}.{i}": 0 for t in range(THREADS) for i in range(PLACES)}
moving = [100] * 256
sorting = [100] * 256
by_key = {i: 100 for i in range(256)}
running = [True]


def transfer(accounts, a, b):
    accounts[a] -= 1
    accounts[b] += 1


def update(me):
    state = me * 7919 + 1
    for n in range(ROUNDS):
        for i in range(0, PLACES, 7):
            items[me * PLACES + i] += 1
            values[f"{me}.{i}"] += 1
        for _ in range(8):
            state = (state * 1103515245 + 12345) % 2147483648
            a, b = state // 16 % 256, state // 4096 % 256
            transfer(moving, a, b)
            transfer(by_key, a, b)
        transfer(sorting, a, b)


def move(me):
    state = 12345
    for n in range(ROUNDS):
        moving.insert(state % 200, moving.pop())
        moving.append(moving.pop(state % 100))
        if n % 8 == 0:
            moving.reverse()
            moving[10:20] = moving[10:20][::-1]
            moving.extend([0] * 1000)
            moving[256:] = []
        if n % 20 == 0:
            sorting.sort(key=lambda x: x % 7)
            assert len(sorting) == 256 and sum(sorting) == 25600
        state = (state * 1103515245 + 12345) % 2147483648


def rename(me):
    for n in range(ROUNDS):
        for k in range(5):
            by_key["new", me, n, k] = 0
        for k in range(5):
            del by_key["new", me, n, k]
        k = n % 256
        by_key[k] = by_key.pop(k)
        k, v = by_key.popitem()
        by_key[k] = v


def look(me):
    while running:
        assert len(items) == THREADS * PLACES
        assert sum(moving) == sum(moving[:]) == sum(iter(moving)) == 25600, sum(moving)
        assert sum(sorting) == 25600 and len(sorting) == 256
        assert sum(by_key.values()) == 25600
        assert sum(v for k, v in by_key.copy().items()) == 25600
        assert sum(dict(by_key).values()) == 25600


threads = [threading.Thread(target=update, args=(t,)) for t in range(THREADS)]
threads += [threading.Thread(target=f, args=(t,)) for t, f in enumerate([move, rename])]
watchers = [threading.Thread(target=look, args=(t,)) for t in range(1)]
for t in threads + watchers:
    t.start()
for t in threads:
    t.join()
running.clear()
for t in watchers:
    t.join()
for t in range(THREADS):
    for i in range(PLACES):
        n = 0 if i % 7 else ROUNDS
        assert items[t * PLACES + i] == n, (t, i, items[t * PLACES + i])
        assert values[f"{t}.{i}"] == n
assert len(moving) == len(by_key) == 256
assert sum(moving) == sum(by_key.values()) == 25600, (sum(moving), sum(by_key.values()))
print("ok")
