"""Two threads on different parts of one container against one thread.

usage: grain.py [--cpu] [--repeat N] [--seconds T] [workload ...]

The figure is the throughput of two threads relative to each alone (2.0: they do not disturb each other): the median of N rounds, of T
seconds each alone and T seconds together (see rates.py). --cpu compares processor time instead of the clock: for a busy machine,
where it shows what the threads cost each other, but not what they wait for. Behind it stand what two processes that share nothing
reach in the same minutes, compared with the faster one alone, and the share of transactions that were aborted while both ran.
"""

import argparse
import collections
import queue
import statistics
import time

from locked_bank import LockedBank
from rates import Machine, Together, Worker, chunk_of, rates


def dict_updates():
    """Values of different keys of one dict change."""
    keys = [[f"key{t}.{i}" for i in range(500)] for t in range(2)]
    d = dict.fromkeys([k for both in zip(*keys) for k in both], 0)

    def work(me):
        mine = keys[me]
        for _ in range(100):
            for k in mine:
                d[k] += 1

    return work


def dict_reads():
    """One thread reads other keys of the dict than those whose values the other one changes."""
    d = dict.fromkeys(range(1000), 0)

    def work(me):
        n = 0
        for _ in range(50):
            if me == 0:
                for i in range(0, 1000):
                    n += d[i // 2]
            else:
                for i in range(0, 1000):
                    d[500 + i // 2] = i

    return work


def dict_inserts():
    """Different keys come into one dict."""
    d = {}
    rounds = [0, 0]

    def work(me):
        n = rounds[me]
        rounds[me] += 1
        for i in range(20_000):
            d[f"{me}.{n}.{i}"] = i
        if len(d) > 500_000:
            d.clear()

    return work


def dict_counts():
    """Both threads count words of their own in one Counter."""
    words = [[f"word{t}.{i * i % 997}" for i in range(5000)] for t in range(2)]
    c = collections.Counter()

    def work(me):
        mine = words[me]
        for _ in range(10):
            for w in mine:
                c[w] += 1

    return work


def list_writes():
    """Different indices of one list are written."""
    items = [0] * 2000

    def work(me):
        start = me * 1000
        for _ in range(50):
            for i in range(start, start + 1000):
                items[i] += 1

    return work


def list_results():
    """Each item of a list is computed from the item of another one."""
    source = list(range(20_000))
    results = [None] * 20_000

    def work(me):
        for i in range(me * 10_000, me * 10_000 + 10_000):
            results[i] = source[i] * 3 + 1

    return work


def small_list():
    """Both threads work, and keep what they have in a place of their own of a list of two items."""
    results = [0, 0]

    def work(me):
        state = me
        for i in range(20_000):
            state = (state * 1103515245 + i) % 65536
            if i % 50 == 0:
                results[me] = state

    return work


def small_dict():
    """Both threads count at keys of their own in a dict of two."""
    counts = {0: 0, 1: 0}

    def work(me):
        for _ in range(20_000):
            counts[me] += 1

    return work


def list_appends():
    """Both threads append to one list."""
    items = []

    def work(me):
        for i in range(20_000):
            items.append(i)
        if len(items) > 500_000:
            items.clear()

    return work


def set_adds():
    """Different items come into one set."""
    s = set()
    rounds = [0, 0]

    def work(me):
        n = rounds[me]
        rounds[me] += 1
        for i in range(20_000):
            s.add((me, n, i))
        if len(s) > 500_000:
            s.clear()

    return work


def set_seen():
    """Items that are looked for in one set before they are worked on, and come into it."""
    s = set()
    rounds = [0, 0]

    def work(me):
        n = rounds[me]
        rounds[me] += 1
        for i in range(5000):
            item = (n * 5000 + i) * 2 + me
            if item not in s:
                s.add(item)
                digits(item)
        if len(s) > 500_000:
            s.clear()

    return work


def digits(n):
    total = 0
    while n:
        n, digit = divmod(n, 10)
        total += digit
    return total


def dict_memo():
    """Results that are kept in one dict, and used again."""
    memo = {}
    rounds = [0, 0]

    def work(me):
        n = rounds[me]
        rounds[me] += 1
        for i in range(10_000):
            k = (n * 5000 + i // 2) * 2 + me
            if k not in memo:
                memo[k] = digits(k)
            assert memo[k] < 100
        if len(memo) > 500_000:
            memo.clear()

    return work


def dict_groups():
    """Items that are put into lists in one dict, by keys of which most are new."""
    groups = {}
    rounds = [0, 0]

    def work(me):
        n = rounds[me]
        rounds[me] += 1
        for i in range(10_000):
            groups.setdefault((me, n, i // 2), []).append(digits(i))
        if len(groups) > 200_000:
            groups.clear()

    return work


def deque_ends():
    """One thread appends to a deque, the other one takes from its other end."""
    d = collections.deque(range(100_000))

    def work(me):
        if me == 0:
            for i in range(20_000):
                d.append(i)
        else:
            for i in range(20_000):
                try:
                    d.popleft()
                except IndexError:
                    pass

    return work


def queue_ends():
    """One thread puts into a SimpleQueue, the other one gets."""
    q = queue.SimpleQueue()
    for i in range(100_000):
        q.put(i)

    def work(me):
        if me == 0:
            for i in range(10_000):
                q.put(i)
        else:
            for i in range(10_000):
                try:
                    q.get_nowait()
                except queue.Empty:
                    pass

    return work


def locked_bank():
    """Both threads move money between the same 1000 accounts, all of it under one lock."""
    bank = LockedBank()
    states = [1, 2]

    def work(me):
        states[me] = bank.move(states[me], 5_000)

    return work


WORKLOADS = [
    locked_bank,
    dict_updates,
    dict_reads,
    dict_inserts,
    dict_counts,
    dict_memo,
    dict_groups,
    list_writes,
    list_results,
    small_list,
    small_dict,
    list_appends,
    set_adds,
    set_seen,
    deque_ends,
    queue_ends,
]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--repeat", type=int, default=41)
    parser.add_argument("--seconds", type=float, default=0.02)
    parser.add_argument("workload", nargs="*")
    options = parser.parse_args()
    clock = time.thread_time if options.cpu else time.perf_counter
    machine = Machine()
    threads = [Worker(core) for core in range(2)]
    for setup in WORKLOADS:
        if options.workload and setup.__name__ not in options.workload:
            continue
        work = setup()

        def repeated(me):
            def some(n):
                for _ in range(n):
                    work(me)

            return some

        for me, thread in enumerate(threads):
            thread.work = repeated(me)
        task = max(chunk_of(t.work) for t in threads), options.seconds, clock
        rates(threads, *task)
        capacity, together = [], Together(threads)
        for _ in range(options.repeat):
            capacity.append(machine.gives())
            together.round(*task)
        processes = statistics.median(capacity)
        aborted = f"aborted {together.aborted():.1f}% of {together.counts['commits'] + together.counts['aborts']}"
        print(f"{setup.__name__:16} two threads {together.ratio():.2f}   two processes {processes:.2f}   {aborted}", flush=True)


if __name__ == "__main__":
    main()
