"""Many threads on the same data against one thread that does all their work alone.

usage: contention.py [--cpu] [--threads N] [--seconds T] [--repeat N] [workload ...]

Every round checks its total. The figure is how much N threads (eight, unless said) do, relative to one (1.0: contention costs
nothing): the median of rounds of T seconds. The threads are there all the time (see rates.py). One thread alone is measured on each
core in each round, as cores that are shared with others have speeds of their own. --cpu compares processor time instead of the clock.
"""

import argparse
import os
import queue
import statistics
import threading
import time
from collections import deque

from locked_bank import LockedBank
from rates import Worker, chunk_of, rates_from, soon


class Counter:
    def __init__(self):
        self.n = 0


def counter():
    c = Counter()

    def work(n):
        for _ in range(n):
            c.n += 1

    steps = yield work
    assert c.n == steps, (c.n, steps)


def dict_counts():
    d = {}

    def work(n):
        for i in range(n):
            k = i % 10
            d[k] = d.get(k, 0) + 1

    steps = yield work
    assert sum(d.values()) == steps, (d, steps)


def list_append():
    items = []

    def work(n):
        for i in range(n):
            items.append(i)

    steps = yield work
    assert len(items) == steps, (len(items), steps)


def transfers():
    accounts = [100] * 1000

    def work(n):
        state = threading.get_ident() % 1000
        for _ in range(n):
            state = (state * 1103515245 + 12345) % 2147483648
            a, b, amount = state % 1000, state // 4096 % 1000, state % 10
            if accounts[a] >= amount:
                accounts[a] -= amount
                accounts[b] += amount

    yield work
    assert sum(accounts) == 100_000, sum(accounts)


def locked_bank():
    bank = LockedBank()
    yield lambda n: bank.move(threading.get_ident() % 1000, n)
    bank.check()


def lock_queue():
    """Each item is taken under a lock, worked with, and put back under the lock."""
    lock = threading.Lock()
    items = deque(range(1000))

    def work(n):
        for _ in range(n):
            with lock:
                item = items.popleft()
            sum(range(item % 50))
            with lock:
                items.append(item + 1)

    steps = yield work
    assert sum(items) - sum(range(1000)) == steps, (sum(items), steps)


def simple_queue():
    items = queue.SimpleQueue()
    for i in range(1000):
        items.put(i)

    def work(n):
        for _ in range(n):
            items.put(items.get() + 1)

    steps = yield work
    left = [items.get() for _ in range(items.qsize())]
    assert len(left) == 1000 and sum(left) - sum(range(1000)) == steps, (len(left), sum(left), steps)


WORKLOADS = [counter, dict_counts, list_append, transfers, locked_bank, lock_queue, simple_queue]


class Counted:
    """Does a work, and knows how often it has been done."""

    def __init__(self, work):
        self.work, self.steps = work, 0

    def __call__(self, n):
        self.work(n)
        self.steps += n


def speed(workers, workload, chunk, seconds, clock):
    """What the workers do together in a second, of processor time if that is the clock."""
    made = workload()
    work = next(made)
    for worker in workers:
        worker.work = Counted(work)
    start = soon()
    found = rates_from(start, workers, chunk, seconds, clock)
    took = time.perf_counter() - start
    steps = [w.work.steps for w in workers]
    if clock is time.thread_time:
        took = sum(n / rate for n, rate in zip(steps, found))
    steps = sum(steps)
    try:
        made.send(steps)
    except StopIteration:
        return steps / took
    raise AssertionError("a workload ends with its check")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=0.1)
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("workload", nargs="*")
    options = parser.parse_args()
    clock = time.thread_time if options.cpu else time.perf_counter
    each_core = [Worker(core) for core in range(os.cpu_count())]
    crowd = [Worker() for _ in range(options.threads)]
    for workload in WORKLOADS:
        if options.workload and workload.__name__ not in options.workload:
            continue
        task = workload, chunk_of(next(workload())), options.seconds, clock
        one, many, ratios = [], [], []
        for _ in range(options.repeat):
            one.append(statistics.mean(speed([w], *task) for w in each_core))
            many.append(speed(crowd, *task))
            ratios.append(many[-1] / one[-1])
        one, many = (1e9 / statistics.median(x) for x in (one, many))
        figures = f"one thread {one:.0f} ns   {options.threads} threads {many:.0f} ns   speed {statistics.median(ratios):.2f}"
        print(f"{workload.__name__:14} {figures}", flush=True)


main()
