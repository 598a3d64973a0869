"""vasuki.ordered and TransactionQueue: work on all cores with the result of the loop, or of some order."""

import random
import threading

import vasuki


def same(f, items, threads=3):
    """Is it as the loop has it? `f(item, state)` changes the state."""
    state, expected = {}, {}
    plain = [f(i, expected) for i in items]
    return vasuki.ordered(lambda i: f(i, state), items, threads) == plain and state == expected


def chain(i, state):
    state["n"] = state.get("n", 1) * 3 % 1000003 + i
    return state["n"]


def log(i, state):
    state.setdefault("log", []).append(i)


def uneven(i, state):
    # What comes behind is done first.
    for _ in range(20_000 if i % 5 == 0 else 10):
        pass
    state.setdefault("order", []).append(i)


def histogram(i, state):
    k = i * 7919 % 50
    state[k] = state.get(k, 0) + sum(range(i % 40))
    return k


def graph(i, state):
    parents = state.setdefault("parents", list(range(64)))

    def root(x):
        while parents[x] != x:
            x = parents[x]
        return x

    a, b = root(i * 13 % 64), root(i * 29 % 64)
    if a != b:
        parents[max(a, b)] = min(a, b)
    return a, b


for f in (chain, log, uneven, histogram, graph):
    print(f.__name__, same(f, range(600)))
print(vasuki.ordered(str, []), vasuki.ordered(str, [1]), vasuki.ordered(str, iter("abc"), threads=2))

done = []


def fails(i):
    done.append(i)
    if i == 77:
        raise KeyError(i)


try:
    vasuki.ordered(fails, range(500), threads=3)
except KeyError as e:
    print("KeyError", e, done == list(range(78)))


def fails_behind_a_slow_one(at):
    """What waits for a slow item goes on with others, of which one fails."""
    done, state = [], {}

    def f(i):
        for _ in range(20_000 if i == 0 else 10):
            pass
        state["sum"] = state.get("sum", 0) + i
        done.append(i)
        if i == at:
            raise KeyError(i)

    try:
        vasuki.ordered(f, range(40), threads=2)
    except KeyError as e:
        return e.args == (at,) and done == list(range(at + 1)) and state["sum"] == sum(done)


print(all(fails_behind_a_slow_one(at) for at in range(40)))


def says(i):
    print(i, end=" ")


vasuki.ordered(says, range(20), threads=3)
print()

generator = random.Random(5)
drawn = vasuki.ordered(lambda i: generator.random(), range(200), threads=3)
again = random.Random(5)
print(drawn == [again.random() for _ in range(200)])

with vasuki.atomic:
    print(vasuki.ordered(abs, [-1, -2], threads=2))
try:
    vasuki.ordered(abs, [1], threads=0)
except ValueError as e:
    print(e)

# A queue: tasks that add tasks.
visited = set()
queue = vasuki.TransactionQueue()


def visit(n):
    if n not in visited:
        visited.add(n)
        for m in (n * 2, n * 3):
            if m < 2000:
                queue.add(visit, m)


queue.add(visit, 1)
print(len(queue))
queue.run(threads=3)
print(len(queue), len(visited), max(visited))

balances = [100] * 10


def transfer(a, b, *, amount):
    balances[a] -= amount
    balances[b] += amount


for i in range(300):
    queue.add(transfer, i % 10, i * 7 % 10, amount=i)
queue.run()
print(sum(balances))


def breaks(i):
    if i == 5:
        raise ValueError("task 5")


for i in range(10):
    queue.add(breaks, i)
try:
    queue.run(threads=1)
except ValueError as e:
    print(e, len(queue))
print(threading.active_count())
