"""Many threads on the same data against one thread that does all their work alone.

usage: contention.py [--cpu] [--threads N] [--work N] [--repeat N] [workload ...]

Every run checks its total. The figure is the speed with N threads (eight, unless said), relative to one (1.0: contention
costs nothing). The best of N rounds counts. --cpu compares processor time instead of the clock.
"""

import argparse
import queue
import threading
import time

from locked_bank import LockedBank


class Counter:
    def __init__(self):
        self.n = 0


def counter(threads, work):
    c = Counter()

    def run():
        for _ in range(work // threads):
            c.n += 1

    yield run
    assert c.n == work // threads * threads, c.n


def dict_counts(threads, work):
    d = {}

    def run():
        for i in range(work // threads):
            k = i % 10
            d[k] = d.get(k, 0) + 1

    yield run
    assert sum(d.values()) == work // threads * threads, d


def list_append(threads, work):
    items = []

    def run():
        for i in range(work // threads):
            items.append(i)

    yield run
    assert len(items) == work // threads * threads, len(items)


def transfers(threads, work):
    accounts = [100] * 1000

    def run():
        state = threading.get_ident() % 1000
        for _ in range(work // threads):
            state = (state * 1103515245 + 12345) % 2147483648
            a, b, amount = state % 1000, state // 4096 % 1000, state % 10
            if accounts[a] >= amount:
                accounts[a] -= amount
                accounts[b] += amount

    yield run
    assert sum(accounts) == 100_000, sum(accounts)


def locked_bank(threads, work):
    bank = LockedBank()
    yield lambda: bank.move(threading.get_ident() % 1000, work // threads)
    bank.check()


def lock_queue(threads, work):
    lock = threading.Lock()
    waiting = list(range(work // 10))
    done = []

    def run():
        while True:
            with lock:
                if not waiting:
                    return
                item = waiting.pop()
            result = sum(range(item % 50))
            with lock:
                done.append(result)

    yield run
    assert len(done) == work // 10, len(done)


def simple_queue(threads, work):
    todo, done = queue.SimpleQueue(), queue.SimpleQueue()
    for i in range(work // 10):
        todo.put(i)
    for _ in range(threads):
        todo.put(None)

    def run():
        while (item := todo.get()) is not None:
            done.put(item * 2)

    yield run
    assert done.qsize() == work // 10, done.qsize()


WORKLOADS = [counter, dict_counts, list_append, transfers, locked_bank, lock_queue, simple_queue]


def measure(workload, threads, work, clock):
    steps = workload(threads, work)
    run = next(steps)
    pool = [threading.Thread(target=run) for _ in range(threads)]
    began = clock()
    for t in pool:
        t.start()
    for t in pool:
        t.join()
    seconds = clock() - began
    next(steps, None)
    return seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--work", type=int, default=800_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("workload", nargs="*")
    options = parser.parse_args()
    clock = time.process_time if options.cpu else time.perf_counter
    for workload in WORKLOADS:
        if options.workload and workload.__name__ not in options.workload:
            continue
        one, many = (min(measure(workload, n, options.work, clock) for _ in range(options.repeat)) for n in (1, options.threads))
        print(f"{workload.__name__:14} one thread {one:.3f} s   {options.threads} threads {many:.3f} s   speed {one / many:.2f}", flush=True)


main()
