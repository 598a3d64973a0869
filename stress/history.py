"""Records histories of transactions on shared data, and looks for what no serial order explains.

usage: history.py [--threads N] [--seconds S] [--seed N] [--plant split|torn] [--rounds N]

Threads append unique values to sequences and read whole ones. Sequences live where Python keeps data: lists, entries of a dict,
attributes, variables of a closure; a transaction is a plain statement, a few of them in a row without a call of a Python
function, or an atomic block with loops and calls. Each value is appended once, so what a transaction has read says which
appends it has seen and in which order, as in Elle (Kingsbury and Alvaro, VLDB'20). That gives the edges of a graph: from each
append to the next one of that sequence (ww), from an append to who has read it (wr), from who has read a sequence to the
append that came next (rw), and from each transaction of a thread to the next one of the same thread. A cycle is what no serial
order explains: of ww edges alone it is G0, with wr edges G1c, with rw edges G2. Found too: lost updates, reads of what was never
a state (G1a and G1b), and transactions that do not see their own appends.

Rounds of new data go on until the time is over; each is checked at its end. --plant makes the read and the write of some
transactions two blocks (`split`), or two sequences that are to change together be read in two statements with a boundary
between (`torn`): that must be found.
"""

import argparse
import collections
import random
import sys
import threading
import time

import vasuki

SEQUENCES = 21
# Other items of the containers that have sequences among their items: large ones are divided into parts.
OTHERS = 100


class Holder:
    """Sequences as attributes; tuples, so that an append is a read and a write."""


class Data:
    """The sequences: each has a function that reads it whole, and one that appends to it."""

    def __init__(self):
        self.sequences = []
        lists = [[] for _ in range(3)]
        items = [None] * OTHERS
        self.table = table = dict.fromkeys(range(OTHERS))
        self.seen = set(range(OTHERS))
        self.filled = []
        grows = {}
        holder = Holder()
        for i in range(3):
            self.add_list(lists, i)
            self.add_item(items, 3 * i)
            self.add_entry(table, f"key {i}")
            self.add_attribute(holder, f"name{i}")
            self.add_variable()
            self.add_missing_entry(grows, f"key {i}")
            self.add_deque()

    def add_list(self, lists, i):
        self.sequences.append((lambda: tuple(lists[i]), lambda value: lists[i].append(value)))

    def add_item(self, items, i):
        items[i] = ()

        def append(value):
            items[i] += (value,)

        self.sequences.append((lambda: items[i], append))

    def add_entry(self, table, key):
        table[key] = ()

        def append(value):
            table[key] += (value,)

        self.sequences.append((lambda: table[key], append))

    def add_missing_entry(self, table, key):
        """One that is not there at first, in a dict to which other keys come and from which they go."""

        def append(value):
            table[value] = key
            table[key] = table.get(key, ()) + (value,)
            if value % 3:
                del table[value]

        self.sequences.append((lambda: table.get(key, ()), append))

    def add_deque(self):
        items = collections.deque()
        self.sequences.append((lambda: tuple(items), items.append))

    def add_attribute(self, holder, name):
        setattr(holder, name, ())

        def append(value):
            setattr(holder, name, getattr(holder, name) + (value,))

        self.sequences.append((lambda: getattr(holder, name), append))

    def add_variable(self):
        variable = ()

        def append(value):
            nonlocal variable
            variable += (value,)

        self.sequences.append((lambda: variable, append))

    def fill(self, value):
        """Other keys come to a dict in which sequences are, and to a set, where some do not stay."""
        with vasuki.atomic:
            for i in range(20):
                self.table[value, i] = value
                self.seen.add((value, i))
            self.table[value, 0] = -value
            self.seen.discard((value, 1))
            sees = (self.table[value, 0], (value, 0) in self.seen, (value, 1) in self.seen)
            self.seen.add((value, 20))
            self.filled.append(value)
        if sees != (-value, True, False):
            raise AssertionError(f"a transaction does not see what it has done to a dict and a set: {sees}")

    def lost(self):
        """What `fill` has done and nobody sees at the end; or None."""
        for value in self.filled:
            table = [self.table.get((value, i)) for i in range(20)]
            seen = [i for i in range(21) if (value, i) in self.seen]
            if table != [-value] + [value] * 19 or seen != [0, *range(2, 21)]:
                return f"lost: of the keys that came with {value} a dict has {table}, a set {seen}"
        return None


class Client:
    """A thread's transactions, recorded as lists of steps: ("a", sequence, value) and ("r", sequence, values)."""

    def __init__(self, number, data, plain, seed, plant):
        self.number, self.data, self.plain, self.plant = number, data.sequences, plain, plant
        self.fill = data.fill
        self.random = random.Random(seed * 1000 + number)
        self.history = []
        self.values = iter(range(number * 1_000_000 + 1, (number + 1) * 1_000_000))

    def run(self, transactions):
        for _ in range(transactions):
            kind = self.random.randrange(16)
            if kind < 4:
                self.plain_statements()
            elif kind < 8:
                self.plain_updates()
            elif kind == 8:
                self.fill(next(self.values))
            else:
                self.block()

    def block(self):
        """An atomic block of several steps, in loops and calls. Some come back to a sequence, after others."""
        plan = [(self.random.random() < 0.5, s) for s in self.random.sample(range(SEQUENCES), self.random.randrange(1, 5))]
        if self.random.random() < 0.3:
            plan += [(True, plan[0][1]), (False, plan[0][1])]
        values = [next(self.values) for _ in plan]
        if self.plant == "split" and self.random.random() < 0.2:
            return self.split_block(*plan[0][1:], values[0])
        steps = []
        with vasuki.atomic:
            for (appends, s), value in zip(plan, values):
                read, append = self.data[s]
                if appends:
                    append(value)
                    steps.append(("a", s, value))
                else:
                    steps.append(("r", s, read()))
        self.history.append(steps)

    def split_block(self, s, value):
        """The planted mistake: another thread's append between the two blocks is lost."""
        place = self.plain
        s %= 4
        with vasuki.atomic:
            seen = place.pairs[s][0]
        boundary()
        with vasuki.atomic:
            place.pairs[s] = (*seen, value), (*seen, value)
        self.history.append([("a", SEQUENCES + 2 * s, value), ("a", SEQUENCES + 2 * s + 1, value)])

    def plain_updates(self):
        """Plain statements without a call of a Python function: one transaction."""
        place, s, value = self.plain, self.random.randrange(4), next(self.values)
        place.pairs[s] = place.pairs[s][0] + (value,), place.pairs[s][1] + (value,)
        self.history.append([("a", SEQUENCES + 2 * s, value), ("a", SEQUENCES + 2 * s + 1, value)])
        value = next(self.values)
        # Two objects, which every transaction changes together.
        place.left.append(value), place.right.append(value)
        self.history.append([("a", SEQUENCES + 8, value), ("a", SEQUENCES + 9, value)])

    def plain_statements(self):
        place, s = self.plain, self.random.randrange(4)
        one, two = place.pairs[s]
        self.history.append([("r", SEQUENCES + 2 * s, one), ("r", SEQUENCES + 2 * s + 1, two)])
        if self.plant == "torn":
            left = place.left[:]
            boundary()
            right = place.right[:]
        else:
            left, right = place.left[:], place.right[:]
        self.history.append([("r", SEQUENCES + 8, tuple(left)), ("r", SEQUENCES + 9, tuple(right))])


def boundary():
    """A call: a transaction may end here."""
    time.sleep(0)


class Plain:
    """What plain statements change."""

    def __init__(self):
        self.pairs = [((), ()) for _ in range(4)]
        self.left, self.right = [], []


def anomaly(histories, ends):
    """What is wrong with the histories of some threads, given the sequences at the end; or None."""
    transactions = [steps for history in histories for steps in history]
    writer = {}
    for number, steps in enumerate(transactions):
        for kind, s, value in steps:
            if kind == "a":
                writer[s, value] = number
    for s, end in enumerate(ends):
        if len(set(end)) != len(end):
            return f"sequence {s} has a value twice"
        unknown = [v for v in end if (s, v) not in writer]
        if unknown:
            return f"sequence {s} has {unknown[0]}, which no transaction has appended"
    there = [set(end) for end in ends]
    for s, value in writer:
        if value not in there[s]:
            return f"lost update: {value} is not in sequence {s}"
    edges = [{} for _ in transactions]

    def edge(start, to, kind, why):
        if start != to:
            edges[start].setdefault(to, (kind, why))

    for s, end in enumerate(ends):
        for a, b in zip(end, end[1:]):
            edge(writer[s, a], writer[s, b], "ww", f"appends {a} to {s} before {b}")
    number = 0
    for history in histories:
        for i in range(number, number + len(history) - 1):
            edge(i, i + 1, "order", "comes before in the same thread")
        number += len(history)
    for number, steps in enumerate(transactions):
        own = {}
        for kind, s, what in steps:
            if kind == "a":
                own.setdefault(s, []).append(what)
                continue
            mine = tuple(own.get(s, ()))
            if what[len(what) - len(mine) :] != mine:
                return f"a transaction does not see its own {mine} in sequence {s}"
            seen = what[: len(what) - len(mine)]
            if ends[s][: len(seen)] != seen:
                return f"G1: what was read of sequence {s} was never there: it ends with {seen[-3:]}"
            if seen:
                edge(writer[s, seen[-1]], number, "wr", f"appends {seen[-1]} to {s}, which is read")
            if len(seen) < len(ends[s]):
                edge(number, writer[s, ends[s][len(seen)]], "rw", f"does not see {ends[s][len(seen)]} in {s}")
    path = cycle(edges)
    if path is None:
        return None
    kinds = {kind for _, kind, _ in path}
    name = "G2" if "rw" in kinds else "G1c" if "wr" in kinds else "G0"
    return f"{name}, a cycle: " + "; ".join(f"{number} {why}" for number, _, why in path)


def cycle(edges):
    """The steps of one: (transaction, kind, why); or None."""
    new, on_path, done = 0, 1, 2
    state = [new] * len(edges)
    for start in range(len(edges)):
        if state[start] != new:
            continue
        state[start] = on_path
        path = [(start, iter(edges[start].items()))]
        steps = []
        while path:
            at, rest = path[-1]
            to, (kind, why) = next(rest, (None, (None, None)))
            if to is None:
                state[at] = done
                path.pop()
                if steps:
                    steps.pop()
            elif state[to] == new:
                state[to] = on_path
                steps.append((at, kind, why))
                path.append((to, iter(edges[to].items())))
            elif state[to] == on_path:
                steps.append((at, kind, why))
                return steps[next(i for i, s in enumerate(steps) if s[0] == to) :]
    return None


def check_the_checker():
    """It must find what is wrong with small histories, and nothing in a good one."""
    good = [[[("a", 0, 1), ("r", 0, (1,))], [("r", 1, ())]], [[("r", 0, (1,)), ("a", 1, 2)]]]
    assert anomaly(good, [(1,), (2,)]) is None
    assert "lost update" in anomaly(good, [(), (2,)])
    assert "never" in anomaly([[[("a", 0, 1)]], [[("a", 0, 2)], [("r", 0, (2,))]]], [(1, 2)])
    assert "own" in anomaly([[[("a", 0, 1), ("r", 0, ())]]], [(1,)])
    opposite = [[[("a", 0, 1), ("a", 1, 1)]], [[("a", 0, 2), ("a", 1, 2)]]]
    assert anomaly(opposite, [(1, 2), (1, 2)]) is None
    assert anomaly(opposite, [(1, 2), (2, 1)]).startswith("G0")
    each_other = [[[("a", 0, 1), ("r", 1, (2,))]], [[("a", 1, 2), ("r", 0, (1,))]]]
    assert anomaly(each_other, [(1,), (2,)]).startswith("G1c")
    skew = [[[("r", 0, ()), ("a", 1, 1)]], [[("r", 1, ()), ("a", 0, 2)]]]
    assert anomaly(skew, [(2,), (1,)]).startswith("G2")
    fork = [[[("a", 0, 1)]], [[("a", 1, 2)]], [[("r", 0, (1,)), ("r", 1, ())]], [[("r", 0, ()), ("r", 1, (2,))]]]
    assert anomaly(fork, [(1,), (2,)]).startswith("G2")
    back = [[[("a", 0, 1)]], [[("r", 0, (1,))], [("r", 0, ())]]]
    assert anomaly(back, [(1,)]).startswith("G2")


def one_round(seed, threads, transactions, plant):
    """Runs the clients on new data. What is wrong, and how many transactions there were."""
    data, plain = Data(), Plain()
    clients = [Client(n, data, plain, seed, plant) for n in range(threads)]
    failures = []

    def work(client):
        try:
            client.run(transactions)
        except BaseException as e:
            failures.append(e)

    workers = [threading.Thread(target=work, args=(c,)) for c in clients]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    if failures:
        raise failures[0]
    ends = [tuple(read()) for read, _ in data.sequences]
    ends += [pair[side] for pair in plain.pairs for side in (0, 1)]
    ends += [tuple(plain.left), tuple(plain.right)]
    histories = [c.history for c in clients]
    return data.lost() or anomaly(histories, ends), sum(map(len, histories))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, help="stop after so many")
    parser.add_argument("--transactions", type=int, default=150, help="of each thread in a round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--plant", choices=["split", "torn"])
    options = parser.parse_args()
    check_the_checker()
    end = time.monotonic() + options.seconds
    rounds = total = 0
    while time.monotonic() < end and rounds != options.rounds:
        found, count = one_round(options.seed + rounds, options.threads, options.transactions, options.plant)
        rounds += 1
        total += count
        if found:
            print(f"round {rounds} (seed {options.seed + rounds - 1}): {found}")
            sys.exit(1)
    print(f"{rounds} rounds, {total} transactions: a serial order explains each")


main()
