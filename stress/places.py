"""Numbers in every kind of place where Python keeps data: attributes, variables, containers, functions, classes, buffers.

usage: places.py [--rounds N] [--seed N] [--list] [kind ...]

There are two places of each kind. Some threads advance the numbers of both in one atomic block, now and then after a try that
is taken back; others look whether both are the same. At the end nothing is lost. So each kind of place is part of
transactions: what was read of it is true when they commit, nobody sees it half changed, and what is undone is as it was.

The numbers take various forms: ints that are no objects, and objects that each transaction makes and publishes.
"""

import argparse
import random
import sys
import threading

import places
import vasuki

WRITERS = 3
READERS = 2


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

    def write(self):
        for i in range(self.rounds):
            if i % 4 == 2:
                vasuki.or_else(self.advance_after_all, self.advance)
            else:
                with vasuki.atomic:
                    self.advance()

    def look(self):
        for i in range(self.rounds):
            with vasuki.atomic:
                both = self.load(0), self.load(1)
            if both[0] != both[1]:
                self.wrong.append(f"they differ: {both}")
            with vasuki.atomic:
                first = self.load(0)
            with vasuki.atomic:
                second = self.load(1)
            if first > second:
                self.wrong.append(f"the second is older: {first, second}")

    def caught(self, function):
        try:
            function()
        except Exception as e:
            self.wrong.append(repr(e))

    def run(self):
        work = [self.write] * WRITERS + [self.look] * READERS
        threads = [threading.Thread(target=self.caught, args=(f,)) for f in work]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        end = [self.load(0), self.load(1)]
        if self.advanced != WRITERS * self.rounds or end != [1 + self.advanced] * 2:
            self.wrong.append(f"after {self.advanced} of {WRITERS * self.rounds} changes they are {end}")


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
