"""Threads that work with different parts of one list, short and long, while others look at all of it or move it."""

import threading


def in_threads(*functions):
    threads = [threading.Thread(target=f) for f in functions]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def transfers(n, rounds):
    accounts = [100] * n
    bad = []

    def move(seed):
        state = seed
        for _ in range(rounds):
            state = (state * 1103515245 + 12345) % 2147483648
            a, b, amount = state // 64 % n, state // 4096 % n, state % 10
            if accounts[a] >= amount:
                accounts[a] -= amount
                accounts[b] += amount

    def look():
        for _ in range(10):
            if sum(accounts[:]) != 100 * n:
                bad.append("moved while it was copied")

    in_threads(lambda: move(1), lambda: move(2), look)
    return sum(accounts) == 100 * n, bad


def grows(n, more):
    """From a short list with parts to a long one: nothing is lost on the way."""
    items = list(range(n))

    def count(first):
        for _ in range(20):
            for i in range(first, n, 2):
                items[i] += n

    def add():
        for i in range(0, more, 500):
            items.extend(range(500))

    in_threads(lambda: count(0), lambda: count(1), add)
    return items[:n] == [i + 20 * n for i in range(n)], items[n:] == list(range(500)) * (more // 500)


def negative_and_none():
    items = [0] * 1000

    def work(i):
        for k in range(1, 501):
            items[-k * 2 + i] += 1
        try:
            items[1000] = 1
        except IndexError as e:
            errors.append(str(e))

    errors = []
    in_threads(*[lambda i=i: work(i) for i in (0, 1, 0, 1)])
    return sum(items), sorted(set(items)), errors


print(transfers(100, 3000))
print(transfers(10_000, 3000))
print(grows(300, 12_000))
print(negative_and_none())
