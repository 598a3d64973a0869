"""Random operations on shared objects of all types, and the same ones again in one thread, in the order of their commits.

usage: replay.py [--threads N] [--transactions N] [--seconds N] [--rounds N] [--seed N] [--look] [--trace] [--cycles] [subject ...]

Some objects are shared by all threads. Each transaction calls some of their methods, and functions on them, with arguments
that its seed decides: also such as fail, functions that change what is just worked on, and alternatives that are taken back.
What every call gave is noted, and the transaction appends its note to a list. Then the same transactions run again on new
objects in the order of that list, in one thread: each call gives the same, and so do the objects at the end. Where they do
not, something is kept in a place that is no part of transactions, or is not undone.
"""

import argparse
import functools
import itertools
import random
import re
import sys
import threading
import time
import warnings

import vasuki
from replay_subjects import FUNCTIONS, NEVER, SUBJECTS
from timing import in_threads

ADDRESS = re.compile(r"0x[0-9a-f]+")
ATOMS = (int, float, str, bytes, bool, type(None), complex)
# Longer objects are made empty.
LARGEST = 400
STRINGS = ["", "a", "b", "w1", "w7", "first", "text", "n\n", "añ", "a" * 30, "%s", "{}", "utf-8"]
BYTES = [b"", b"a", b"abc\n", b"\xc3", b"x" * 40]
INTS = [-1, 0, 1, 2, 3, 5, 9, 200, 1 << 70]
# They take what is in an object, not the object.
WHOLE = {"extend", "extendleft", "update", "__iadd__", "__ior__", "iadd", "ior", "iconcat", "writelines", "count", "index"}
# The first note of a transaction that could not take back what it tried, as it had imported a module.
KEPT = "nothing undone", None, None


class World:
    """The objects, and what was done with them in which order."""

    def __init__(self, names, options):
        self.objects = {n: SUBJECTS[n]() for n in names}
        self.names = list(names)
        self.by_id = {id(o): n for n, o in self.objects.items()}
        self.options = options
        # Sets have the order of hashes, and these that of addresses.
        self.has_set = any(isinstance(o, set) for o in self.objects.values())
        self.arguments = [None if self.has_set and type(o).__hash__ else o for o in self.objects.values()]
        self.log = []

    def plain(self, x, depth=3):
        """What does not depend on where objects lie."""
        return self.by_id[id(x)] if id(x) in self.by_id else self.state(x, depth)

    def state(self, x, depth=3):
        kind = type(x)
        name = kind.__name__
        if issubclass(kind, ATOMS):
            return name, ADDRESS.sub("", repr(x))
        if depth and issubclass(kind, (list, tuple)):
            iterate = list.__iter__ if issubclass(kind, list) else tuple.__iter__
            return name, [self.plain(i, depth - 1) for i in iterate(x)]
        if depth and issubclass(kind, dict):
            return name, [(self.plain(k, depth - 1), self.plain(v, depth - 1)) for k, v in dict.items(x)]
        if depth and issubclass(kind, (set, frozenset)):
            return name, sorted(repr(self.plain(i, depth - 1)) for i in x)
        if issubclass(kind, BaseException) and kind is not RecursionError:
            return name, self.plain(x.args, depth)
        if issubclass(kind, bytearray):
            return name, repr(bytes(x))
        return (name,)


class Transaction(random.Random):
    """What the transaction of a seed does."""

    def __init__(self, seed, world):
        super().__init__(seed)
        self.world = world
        self.first = 0

    def argument(self):
        n = self.randrange(20)
        if n < 6:
            return self.choice(INTS)
        if n < 9:
            return self.choice(STRINGS)
        if n < 11:
            return self.choice(BYTES)
        if n < 15:
            given = [o for o in self.world.arguments[self.first :] if o is not None]
            return self.choice(given) if given else None
        return self.choice(self.makers())()

    def makers(self):
        return (
            lambda: None,
            lambda: True,
            self.random,
            lambda: slice(self.randrange(-5, 9), self.randrange(9), self.choice((None, 1, 2, -1))),
            lambda: [self.randrange(50) for _ in range(self.randrange(8))],
            lambda: {self.choice(STRINGS): self.randrange(9) for _ in range(self.randrange(5))},
            lambda: {self.randrange(300) for _ in range(self.randrange(5))},
            lambda: (self.choice(STRINGS), self.randrange(9)),
            lambda: [(self.choice(STRINGS), 1), (self.randrange(9), 2)],
            *(() if self.world.has_set else (lambda: str, lambda: len, self.function)),
        )

    def function(self):
        """A function that works on the shared objects while another one of them is worked on."""
        n, inner, calls = self.randrange(4), Transaction(self.random(), self.world), itertools.count()

        def called(*args):
            if next(calls) < 3:
                inner.call()
            if n == 0:
                raise ValueError("of the function")
            return (None, len(args), str(args[0])[:3] if args and isinstance(args[0], ATOMS) else 0, True)[n]

        return called

    def call(self):
        """One call, and what it gave."""
        i = self.randrange(len(self.world.names))
        x = self.world.objects[self.world.names[i]]
        is_method = self.random() < 0.7
        if is_method:
            name = self.choice([n for n in dir(type(x)) if n not in NEVER and (n[0] != "_" or n[1] == "_")])
        else:
            function = self.choice(FUNCTIONS)
            name = getattr(function, "__name__", "?")
        # Whoever puts objects into such that contain them meets loops, and what takes time without bounds.
        self.first = 0 if self.world.options.cycles or name in WHOLE else i + 1
        args = [self.argument() for _ in range(self.choice((0, 0, 1, 1, 1, 2, 2, 3)))]
        if self.world.options.trace:
            vasuki.irrevocable()
            print(name, self.world.plain(x), self.world.plain(args), file=sys.stderr, flush=True)
        try:
            f = getattr(x, name) if is_method else functools.partial(function, x)
            result = f(*args) if callable(f) else f
        except Exception as e:
            result = e
        return name, self.world.plain(x), self.world.plain(result)

    def run(self):
        """Notes of all calls."""
        found = []
        for _ in range(self.randrange(1, 6)):
            for _ in range(6):
                found.append(self.call())
                failed = found[-1][2][0] == "TypeError"
                found.extend((n, "too large", cut(x)) for n, x in self.world.objects.items() if length(x) > LARGEST)
                if not failed:
                    break
        if self.world.options.look:
            found.extend((n, "afterwards", self.world.state(o)) for n, o in self.world.objects.items())
        return found


def length(x):
    try:
        return len(x) if hasattr(type(x), "__len__") else 0
    except Exception:
        return 0


def cut(x):
    try:
        x.clear()
    except Exception as e:
        return type(e).__name__
    return length(x)


def run(world, seed, step, keeps=False):
    """Runs the transaction of a seed, which appends its note. `keeps`: what it tried first was not undone."""

    def tried():
        found = Transaction(seed + 0.5, world).run()
        try:
            if not keeps:
                vasuki.retry()
        except RuntimeError:
            pass
        world.log.append((seed, [KEPT, *found]))

    def other():
        world.log.append((seed, Transaction(seed, world).run()))

    if step is vasuki.atomic and int(seed * 1000) % 5 == 0:
        vasuki.or_else(tried, other)
        return
    with step:
        other()


def play(names, step, seed, options):
    """What differs between transactions in threads and the same in one thread."""
    world, again = World(names, options), World(names, options)
    gate = threading.Barrier(options.threads)
    broken = []

    def work(k):
        r = random.Random(seed * 1000 + k)
        gate.wait()
        for _ in range(options.transactions):
            run(world, r.random(), step)

    def work_in_order():
        for i, (s, found) in enumerate(world.log):
            run(again, s, step, found[0] is KEPT)
            if found != again.log[i][1]:
                break

    def caught(work, *args):
        # Of the same depth in all threads, as recursion ends at a depth.
        try:
            work(*args)
        except BaseException as e:
            broken.append(f"{work.__name__}{args}: {e!r}")
            raise

    in_threads(functools.partial(caught, work, k) for k in range(options.threads))
    in_threads([functools.partial(caught, work_in_order)])
    if broken:
        return broken[0]
    for i, ((_, found), (_, expected)) in enumerate(zip(world.log, again.log)):
        for a, b in itertools.zip_longest(found, expected):
            if a != b:
                return f"transaction {i}:\n    in threads {a}\n    in order   {b}"
    if len(world.log) != options.threads * options.transactions:
        return f"{len(world.log)} of {options.threads * options.transactions} transactions"
    for n in names:
        a, b = world.state(world.objects[n]), again.state(again.objects[n])
        if a != b:
            return f"{n} at the end:\n    in threads {a}\n    in order   {b}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=4)
    parser.add_argument("--transactions", type=int, default=60, help="of each thread in a round")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--rounds", type=int, default=1 << 60)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--look", action="store_true", help="each transaction notes all states at its end")
    parser.add_argument("--trace", action="store_true", help="tell rounds and calls, irrevocably")
    parser.add_argument("--cycles", action="store_true", help="objects contain themselves, which may take long")
    parser.add_argument("--keep-going", action="store_true")
    parser.add_argument("subject", nargs="*")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    end = time.monotonic() + options.seconds
    rounds = bad = 0
    while rounds < options.rounds and time.monotonic() < end:
        seed = options.seed + rounds
        r = random.Random(seed)
        names = options.subject or sorted(r.sample(sorted(SUBJECTS), r.randrange(1, 5)))
        step, what = (vasuki.atomic, "atomic") if seed % 3 else (threading.Lock(), "a lock")
        rounds += 1
        if options.trace:
            print(f"seed {seed}: {names}", file=sys.stderr, flush=True)
        wrong = play(names, step, seed, options)
        if wrong:
            bad += 1
            print(f"seed {seed}, {what}, {' '.join(names)}: {wrong}", flush=True)
            if not options.keep_going:
                break
    print(f"seed {options.seed}: {rounds} rounds, {bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
