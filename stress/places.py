"""Numbers in every kind of place where Python keeps data: attributes, variables, containers, functions, classes, buffers.

usage: places.py [--rounds N] [--seed N] [--list] [kind ...]

There are two places of each kind. Some threads advance the numbers of both in one step, and others look whether both are the
same. A step is an atomic block, now and then after a try that is taken back, or the section of a lock. At the end nothing is
lost. Then an ordered loop advances them on all cores, and each round gives what it gives in a plain loop. So each kind of
place is part of transactions: what was read of it is true when they commit, nobody sees it half changed, and what is undone
is as it was.

The numbers take various forms: ints that are no objects, and objects that each transaction makes and publishes.
"""

import argparse
import contextlib
import random
import sys
import threading

import places
import vasuki

WRITERS = 3
READERS = 2
LOCKS = threading.Lock, threading.RLock, threading.Condition, threading.Semaphore


class Trial:
    """Two places of a kind, and what is found wrong."""

    def __init__(self, make, form, is_lasting, rounds):
        self.into, self.back = form
        self.places = [make(self.into(1)) for _ in range(2)]
        self.is_lasting, self.rounds = is_lasting, rounds
        self.advanced = 0
        self.wrong = []

    def load(self, i):
        return self.back(self.places[i][0]())

    def store(self, i, n):
        self.places[i][1](self.into(n))

    def advance(self):
        for i in range(2):
            self.store(i, self.load(i) + 1)
        self.advanced += 1

    def advance_after_all(self):
        """Changes a place, and takes that back."""
        i = random.randrange(2)
        old = self.load(i)
        self.store(i, old + 1000)
        self.load(i)
        try:
            vasuki.retry()
        except RuntimeError:
            if not self.is_lasting:
                raise
            self.store(i, old)
            self.advance()

    def write(self, step, tries):
        for i in range(self.rounds):
            if tries and i % 4 == 2:
                vasuki.or_else(self.advance_after_all, self.advance)
            else:
                with step:
                    self.advance()

    def look(self, step):
        for i in range(self.rounds):
            with step:
                both = self.load(0), self.load(1)
            if both[0] != both[1]:
                self.wrong.append(f"they differ: {both}")
            with step:
                first = self.load(0)
            with step:
                second = self.load(1)
            if first > second:
                self.wrong.append(f"the second is older: {first, second}")

    @contextlib.contextmanager
    def nothing_raised(self):
        try:
            yield
        except Exception as e:
            self.wrong.append(repr(e))

    def in_threads(self, step, tries):
        """With steps of this kind; `tries`: some of them are tried in vain at first."""

        def caught(function, *args):
            with self.nothing_raised():
                function(*args)

        threads = [threading.Thread(target=caught, args=(self.write, step, tries)) for _ in range(WRITERS)]
        threads += [threading.Thread(target=caught, args=(self.look, step)) for _ in range(READERS)]
        before = self.advanced
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        if self.advanced - before != WRITERS * self.rounds:
            self.wrong.append(f"{self.advanced - before} of {WRITERS * self.rounds} changes")

    def in_order(self):
        def turn(i):
            self.advance()
            return self.load(0), self.load(1), self.advanced

        first = self.advanced + 1
        with self.nothing_raised():
            found = list(vasuki.ordered(turn, range(self.rounds)))
            if found != [(n + 1, n + 1, n) for n in range(first, first + self.rounds)]:
                self.wrong.append(f"the ordered loop gives {found}")

    def run(self):
        self.in_threads(vasuki.atomic, True)
        self.in_threads(random.choice(LOCKS)(), False)
        self.in_order()
        end = [self.load(0), self.load(1)]
        if end != [1 + self.advanced] * 2:
            self.wrong.append(f"after {self.advanced} changes they are {end}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    parser.add_argument("--list", action="store_true")
    parser.add_argument("kind", nargs="*")
    options = parser.parse_args()
    if options.list:
        print("\n".join(places.KINDS))
        return 0
    random.seed(options.seed)
    bad = 0
    for name in options.kind or places.KINDS:
        make, forms, is_lasting = places.KINDS[name]
        form = random.choice(forms)
        trial = Trial(make, form, is_lasting, options.rounds)
        trial.run()
        if trial.wrong:
            bad += 1
            print(f"{name}, form {forms.index(form)}: {trial.wrong[0]}, and {len(trial.wrong) - 1} more")
    print(f"seed {options.seed}: {len(options.kind or places.KINDS)} kinds, {bad} wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
