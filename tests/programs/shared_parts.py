# Threads work on different and on the same parts of large containers: no value is lost, orders and totals are exact.
import threading

THREADS = 4


def run(*jobs):
    threads = [threading.Thread(target=f, args=(t,)) for t, f in enumerate(jobs)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


# Places of one's own, in runs and interleaved.
items = [0] * 400
values = {f"key{i}": 0 for i in range(400)}


def own_places(me):
    for _ in range(30):
        for i in range(me * 100, me * 100 + 100):
            items[i] += 1
        for i in range(me, 400, THREADS):
            values[f"key{i}"] += 1


run(*[own_places] * THREADS)
print(set(items), set(values.values()), list(values) == [f"key{i}" for i in range(400)])

# Amounts move between places, while the places move too.
moving = [100] * 200
by_key = {i: 100 for i in range(200)}


def transfer(me):
    state = me * 7919 + 1
    for _ in range(400):
        state = (state * 1103515245 + 12345) % 2147483648
        a, b = state // 16 % 200, state // 4096 % 200
        for accounts in (moving, by_key):
            accounts[a] -= 1
            accounts[b] += 1


def move(me):
    for n in range(200):
        moving.insert(n, moving.pop())
        moving.append(moving.pop(n // 2))
        moving[20:40] = moving[20:40][::-1]
        moving.extend([0] * 100)
        del moving[200:]
        if n % 10 == 0:
            moving.reverse()
        for k in range(3):
            by_key["new", n, k] = 0
        for k in range(3):
            del by_key["new", n, k]
        by_key[n % 200] = by_key.pop(n % 200)
        total = sum(moving), sum(by_key.values()), sum(by_key.copy().values()), sum(moving[:])
        assert total == (20000,) * 4, total


run(transfer, transfer, transfer, move)
print(sum(moving), sum(by_key.values()), sorted(by_key) == list(range(200)))

# Nobody sees a list that is being sorted empty or half sorted.
sorting = list(range(300))
running = [True]


def sort(me):
    for n in range(100):
        sorting.sort(key=lambda x: -x if n % 2 else x)
    running.clear()


def look(me):
    seen = set()
    while running:
        now = sorting[:]
        assert len(sorting) == len(now) == 300
        step = now[1] - now[0]
        assert all(b - a == step for a, b in zip(now, now[1:])), now
        seen.add(now[0])
    assert seen <= {0, 299}


run(sort, look, look)
print(sorting[0], sorting[-1])

# A reader of the keys, or of the length, sees every change of those.
growing = {i: i for i in range(100)}


def grow(me):
    for i in range(100, 600):
        growing[i] = i
        growing[i - 100] += 1


def follow(me):
    n = 0
    while n < 600:
        keys, m = list(growing), len(growing)
        assert keys == list(range(len(keys))) and n <= len(keys) <= m
        n = m


run(grow, follow)
print(len(growing), sum(growing.values()) - sum(range(600)))

# A set that many threads add to and take from.
members = set(range(100))


def add_and_remove(me):
    for i in range(300):
        members.add(1000 * me + 1000 + i)
        members.add(i)
        if i % 3 == 0:
            members.remove(1000 * me + 1000 + i)
            assert 1000 * me + 1000 + i not in members


run(*[add_and_remove] * THREADS)
print(len(members), sum(members))
