"""What the workloads share."""

import random
import threading

from vasuki import atomic


class Workload:
    """Data, work on it in threads, and a check.

    `sizes` has the parameters of the sizes `small` (milliseconds) and `laptop` (about a second on one thread).
    """

    sizes = {}

    def __init__(self, size):
        self.setup(random.Random(20080914), **self.sizes[size])

    def setup(self, rng, **sizes):
        """Makes the data; the same each time."""
        raise NotImplementedError

    def run(self, threads):
        """The work, in so many threads."""
        raise NotImplementedError

    def check(self):
        """Asserts what must hold after `run`. Returns what must be the same with any number of threads; or None."""
        raise NotImplementedError


def in_threads(count, work):
    """Runs work(0), work(1) ... in so many threads; one is this thread. The first failure is raised."""
    if count == 1:
        return work(0)
    failures = []

    def guarded(i):
        try:
            work(i)
        except BaseException as e:
            failures.append(e)

    threads = [threading.Thread(target=guarded, args=(i,)) for i in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if failures:
        raise failures[0]


def share(items, i, count):
    """Part i of so many parts."""
    return items[len(items) * i // count : len(items) * (i + 1) // count]


class Source:
    """A list of tasks from which threads take some at a time."""

    def __init__(self, items, chunk=1):
        self.items = items
        self.chunk = chunk
        self.taken = 0

    @atomic
    def take(self):
        """The next ones; an empty list when there are none."""
        first = self.taken
        self.taken = first + self.chunk
        return self.items[first : first + self.chunk]


class SetWorkload(Workload):
    """Clients add, remove and look for keys in a set that they share; each has keys of its own, so its answers and the end are
    determined. `new` makes the set: it has add, remove, __contains__, __iter__ and check().
    """

    CLIENTS = 16
    new = None

    def setup(self, rng, keys, operations, changes=0.2):
        self.set = self.new()
        for key in rng.sample(range(keys), keys // 2):
            self.set.add(key)
        self.answers = [None] * self.CLIENTS
        self.programs = [
            [
                (rng.random() < changes, rng.randrange(keys // self.CLIENTS) * self.CLIENTS + client)
                for _ in range(operations // self.CLIENTS)
            ]
            for client in range(self.CLIENTS)
        ]

    def client(self, number):
        members = self.set
        found = added = removed = 0
        for change, key in self.programs[number]:
            with atomic:
                if not change:
                    found += key in members
                elif members.add(key):
                    added += 1
                else:
                    members.remove(key)
                    removed += 1
        self.answers[number] = found, added, removed

    def run(self, threads):
        def work(i):
            for number in range(i, self.CLIENTS, threads):
                self.client(number)

        in_threads(threads, work)

    def check(self):
        self.set.check()
        return list(self.set), self.answers
