# What is added to containers that threads fill together is put off to the commit: a thread sees its own additions at once, in
# their order, and others see all or none of an atomic block's.
import collections
import queue
import threading

import vasuki

ROUNDS = 300
THREADS = 4


class Key:
    """Equal to others with the same number, as only Python code knows."""

    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return self.n % 7

    def __eq__(self, other):
        return self.n == other.n


class Limited(list):
    __slots__ = ()


items, left, limited = [], [], Limited()
numbers, keys, members = {}, {}, set()
ends, last = collections.deque(), collections.deque(maxlen=5)
orders = collections.OrderedDict()
todo = queue.SimpleQueue()
mistakes = []


def expect(what, *seen):
    if not all(seen):
        mistakes.append((what, seen))


def fill(me):
    for i in range(ROUNDS):
        mine = (me, i)
        # Nothing looks at what was put off before the commit.
        items.append(mine)
        numbers[me, i] = i
        members.add(mine)
        orders[f"{me}.{i}"] = me
        limited.append(mine)
        last.append(mine)
        todo.put(mine)
        if i % 3 == 0:
            # Both ends, and then a look at them in the same transaction.
            with vasuki.atomic:
                ends.append((mine, "right"))
                ends.appendleft((mine, "left"))
                ends.append((mine, "last"))
                expect("ends", ends[0] == (mine, "left"), ends[-1] == (mine, "last"), ends[-2] == (mine, "right"))
                expect("pops", ends.pop() == (mine, "last"), ends.popleft() == (mine, "left"))
        if i % 5 == 0:
            with vasuki.atomic:
                n = len(items)
                items.append(mine)
                left.append(mine)
                expect("lists", len(items) == n + 1, items[-1] is mine, left[-1] is mine, mine in left)
        if i % 7 == 0:
            with vasuki.atomic:
                numbers["last"] = mine
                expect("a dict", numbers["last"] is mine, "last" in numbers, list(numbers)[-1] == "last")
                del numbers["last"]
                members.add(("now", me))
                expect("a set", ("now", me) in members)
                members.discard(("now", me))
        if i % 11 == 0:
            with vasuki.atomic:
                keys[Key(i)] = me
                keys[Key(i)] = me + 100
                expect("keys", keys[Key(i)] == me + 100)
        if i % 13 == 0:
            # Of what functions do that give up, nothing stays.
            def gives_up():
                left.append("never")
                numbers["never"] = 0
                expect("inside", left[-1] == "never", numbers["never"] == 0)
                vasuki.retry()

            def then():
                left.append(("then", me))

            with vasuki.atomic:
                left.append(("before", me))
                vasuki.or_else(gives_up, then)
                left.append(("after", me))
                expect("or_else", left[-3:] == [("before", me), ("then", me), ("after", me)], "never" not in numbers)
        try:
            with vasuki.atomic:
                left.append(("kept", me))
                raise KeyError
        except KeyError:
            pass


pairs = ([], {})
stop = False


def add_pairs(me):
    for i in range(ROUNDS):
        with vasuki.atomic:
            pairs[0].append((me, i))
            pairs[1][me, i] = None


def watch():
    while not stop:
        with vasuki.atomic:
            expect("all or none", len(pairs[0]) == len(pairs[1]))


def run(*jobs):
    threads = [threading.Thread(target=f, args=a) for f, *a in jobs]
    for t in threads:
        t.start()
    return threads


for t in run(*[(fill, me) for me in range(THREADS)]):
    t.join()
watcher = run((watch,))
for t in run(*[(add_pairs, me) for me in range(THREADS)]):
    t.join()
stop = True
watcher[0].join()

print("mistakes:", mistakes[:3])
print(len(items), len(set(items)), len(numbers), len(members), len(orders), len(limited), type(limited).__name__)
print([[i for m, i in limited if m == me] == list(range(ROUNDS)) for me in range(THREADS)])
print([[k for k, m in orders.items() if m == me] == [f"{me}.{i}" for i in range(ROUNDS)] for me in range(THREADS)])
print(len(ends), all(side == "right" for _, side in ends), len(last), last.maxlen)
print(len(keys), sorted({v // 100 for v in keys.values()}), sorted(k.n for k in keys)[:4])
taken = [todo.get_nowait() for _ in range(todo.qsize())]
print(len(taken), [[i for m, i in taken if m == me] == list(range(ROUNDS)) for me in range(THREADS)])
print(len(left), left.count("never"), [left.count((what, 0)) for what in ("before", "then", "after", "kept")])
print(len(pairs[0]), pairs[0] == list(pairs[1]))

# Keys that are looked for before they are added, and taken away again.
seen, memo, groups, counts = set(), {}, {}, {}
wrong = []


def look(me):
    for i in range(ROUNDS):
        k = i * THREADS + me
        if k in seen or f"{k}" in seen:
            wrong.append(("seen", k))
        seen.add(k)
        seen.add(f"{k}")
        if k not in seen or f"{k}" not in seen:
            wrong.append(("not seen", k))
        if memo.get(k) is not None:
            wrong.append(("memo", k))
        memo[k] = [me]
        if memo[k] != [me] or k not in memo:
            wrong.append(("no memo", k))
        memo[k] = (me, i)
        memo[k] = (me, memo[k])
        groups.setdefault(i // 10, []).append(k)
        groups.setdefault(-k - 1, [me]).append(i)
        if groups[-k - 1] != [me, i]:
            wrong.append(("group", k))
        counts[i % 50] = counts.get(i % 50, 0) + 1
        counts["all"] = counts.get("all", 0) + 1
        if i % 3 == 0:
            seen.discard(k)
            seen.remove(f"{k}")
            del memo[k]
            if k in seen or f"{k}" in seen or k in memo or memo.pop(k, None) is not None:
                wrong.append(("still there", k))
            groups.pop(-k - 1)
        if i % 7 == 0:
            with vasuki.atomic:
                n = len(memo)
                memo["new", me] = 1
                if len(memo) != n + 1 or memo.popitem() != (("new", me), 1):
                    wrong.append(("length", n))


for t in run(*[(look, me) for me in range(THREADS)]):
    t.join()
print("wrong:", wrong[:3])
print(len(seen), len(memo), sorted(memo)[:4], memo[ROUNDS * THREADS - 1] == (3, (3, ROUNDS - 1)))
print(len(groups), sorted(groups[7]) == list(range(70 * THREADS, 80 * THREADS)), sum(map(len, groups.values())))
print(len(counts), counts["all"], {n for k, n in counts.items() if k != "all"})

# Tuples are compared as their items are, a dict and a set find them whatever else is equal to them.
class Text(str):
    pass


class Pair(tuple):
    pass


d = {(1, 2): "a", ("x", 1): "b", (1, (2, 3)): "c", (): "e", (1.0, 2): "f"}
print(d[1, 2], d["x", 1], d[1, (2, 3)], d[()], d[Pair((1, 2))], d[True, 2], d[Text("x"), 1], (1, 2, 3) in d, len(d))
s = {(1, 2), (1, 2.0), (1, True), (1, 1), ("x",), (Text("x"),)}
print(len(s), (1.0, 2) in s, (1, 1, 1) in s, Pair((1, 1)) in s, (1, "1") in s)
