"""How evenly threads share what all of them want: increments of one counter, and passes through one lock.

usage: fairness.py [--threads N] [--seconds S] [--repeat N]

The figures are the least and the largest share of a thread, relative to the mean.
"""

import argparse
import threading
import time


class Counter:
    def __init__(self):
        self.n = 0


def counter(shared, until):
    mine = 0
    while time.monotonic() < until:
        for _ in range(100):
            shared.n += 1
        mine += 100
    return mine


LOCK = threading.Lock()


def lock(shared, until):
    mine = 0
    while time.monotonic() < until:
        for _ in range(20):
            with LOCK:
                shared.n += 1
        mine += 20
    return mine


def measure(work, threads, seconds):
    shared, counts = Counter(), []
    until = time.monotonic() + seconds

    def run():
        n = work(shared, until)
        counts.append(n)

    pool = [threading.Thread(target=run) for _ in range(threads)]
    for t in pool:
        t.start()
    for t in pool:
        t.join()
    assert shared.n == sum(counts), "an increment was lost"
    mean = shared.n / threads
    return min(counts) / mean, max(counts) / mean, shared.n / seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=1)
    parser.add_argument("--repeat", type=int, default=3)
    options = parser.parse_args()
    for work in (counter, lock):
        for _ in range(options.repeat):
            least, largest, rate = measure(work, options.threads, options.seconds)
            name = work.__name__
            print(f"{name:8} least share {least:.2f}   largest {largest:.2f}   {rate:12,.0f} a second", flush=True)


main()
