"""Producers and consumers with bounded buffers between them, who wait with `retry`."""

from vasuki import atomic, retry

from .common import Workload, in_threads


class Buffer:
    """A ring of places, with a count at each end: putting conflicts with taking only when it is nearly full or empty."""

    def __init__(self, size):
        self.places = [None] * size
        self.put_count = [0]
        self.taken_count = [0]

    @atomic
    def put(self, item):
        n = self.put_count[0]
        if n - self.taken_count[0] >= len(self.places):
            retry()
        self.places[n % len(self.places)] = item
        self.put_count[0] = n + 1

    @atomic
    def take(self):
        n = self.taken_count[0]
        if n >= self.put_count[0]:
            retry()
        item = self.places[n % len(self.places)]
        self.places[n % len(self.places)] = None
        self.taken_count[0] = n + 1
        return item


def work_on(n):
    for _ in range(20):
        n = n * 16807 % 2147483647 + 1
    return n


class Work(Workload):
    """Half of the threads produce, half consume; a single one does both in turn."""

    sizes = {
        "small": {"items": 400, "capacity": 8},
        "laptop": {"items": 300_000, "capacity": 256},
    }

    def setup(self, rng, items, capacity):
        self.items = items
        self.buffer = Buffer(capacity)
        self.received = []

    def run(self, threads):
        buffer, received = self.buffer, self.received
        if threads == 1:
            # As much as fits, then all of it.
            room = len(buffer.places)
            for first in range(0, self.items, room):
                some = range(first, min(first + room, self.items))
                for n in some:
                    buffer.put((0, n, work_on(n)))
                for _ in some:
                    producer, n, value = buffer.take()
                    received.append((0, producer, n, work_on(value)))
            return
        producers = threads // 2
        consumers = threads - producers

        def work(i):
            if i < producers:
                for n in range(i, self.items, producers):
                    buffer.put((i, n, work_on(n)))
            else:
                for _ in range(i - producers, self.items, consumers):
                    producer, n, value = buffer.take()
                    received.append((i, producer, n, work_on(value)))

        in_threads(threads, work)

    def check(self):
        seen = {}
        for consumer, producer, n, value in self.received:
            # A consumer gets what one producer has made in the order in which it was made.
            assert seen.get((consumer, producer), -1) < n
            seen[consumer, producer] = n
        return sorted((n, value) for _, _, n, value in self.received)
