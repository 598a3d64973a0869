"""Throughput of two threads against one, and of one thread beside a sleeping one.

usage: scaling.py [--benchmarks FOLDER] [--cpu] [--repeat N] [--times N] [workload ...]

FOLDER holds pyperformance's benchmarks; the default is where the benchmark runner keeps them. Workloads that need it are
left out when it is not there. Each thread does the whole work on data of its own, unless the name says `shared`. The best
of N rounds counts. --times does the work N times in a round: starting threads takes some milliseconds. --cpu compares
processor time instead of the clock: for a busy machine, where it shows what the threads cost each other, but not what they
wait for.
"""

import argparse
import importlib.util
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from timing import best, in_threads


def benchmark(folder, name):
    """The module of a benchmark script, each call a fresh one."""
    path = os.path.join(folder, "bm_" + name, "run_benchmark.py")
    spec = importlib.util.spec_from_file_location("bm_" + name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def richards(folder):
    module = benchmark(folder, "richards")
    return lambda: module.Richards().run(25)


def nbody(folder):
    module = benchmark(folder, "nbody")
    module.offset_momentum(module.BODIES["sun"])
    return lambda: module.advance(0.01, 100_000)


def deltablue(folder):
    module = benchmark(folder, "deltablue")
    return lambda: [module.delta_blue(500) for _ in range(40)]


def json_dumps(_):
    import json

    data = {"a": [1, 2, 3.5, "x" * 20] * 50, "b": {str(i): i for i in range(300)}}

    def work():
        for _ in range(6000):
            json.dumps(data)

    return work


def word_count(_):
    text = "the quick brown fox jumps over the lazy dog and runs away from it " * 100_000

    def work():
        counts = {}
        for word in text.split():
            counts[word] = counts.get(word, 0) + 1
        assert counts["the"] == 200_000

    return work


def tree(depth):
    return (tree(depth - 1), tree(depth - 1)) if depth else ()


def count_nodes(node):
    return 1 + sum(map(count_nodes, node))


def binary_trees(_):
    """Many small objects, most of which die soon."""

    def work():
        kept = tree(15)
        for _ in range(40):
            assert count_nodes(tree(10)) == 2047
        assert count_nodes(kept) == 65535

    return work


class Record:
    def __init__(self, number):
        self.number = number
        self.name = str(number)


def records(_):
    """Many small objects that live for a while: collections find much to keep."""

    def work():
        by_name = {}
        for record in [Record(i) for i in range(100_000)]:
            by_name[record.name] = [record, record.number % 7]
        assert sum(r.number for r, rest in by_name.values() if rest == 0) == 714264285

    return work


ROWS = [None] * 128


def mandelbrot_row(y, width, height):
    row = []
    for x in range(width):
        c = complex(-2 + 3 * x / width, -1 + 2 * y / height)
        z = 0j
        n = 0
        while n < 50 and abs(z) < 2:
            z = z * z + c
            n += 1
        row.append(n)
    return row


def mandelbrot_shared_rows(_):
    def work():
        for y in range(128):
            ROWS[y] = mandelbrot_row(y, 600, 128)

    return work


def fib(_):
    def f(n):
        return n if n < 2 else f(n - 1) + f(n - 2)

    return lambda: f(31)


def attributes(_):
    class Point:
        def __init__(self):
            self.x = 0

        def move(self):
            self.x += 1

    def work():
        p = Point()
        for _ in range(5_000_000):
            p.move()

    return work


WORKLOADS = [richards, nbody, deltablue, json_dumps, word_count, binary_trees, records, mandelbrot_shared_rows, fib, attributes]
NEED_FOLDER = {richards, nbody, deltablue}


def collatz(numbers):
    steps = 0
    for n in numbers:
        while n != 1:
            n = n * 3 + 1 if n % 2 else n // 2
            steps += 1
    return steps


def pool(threads, numbers=500):
    """Tasks that take a millisecond or two."""
    with ThreadPoolExecutor(threads) as executor:
        return sum(executor.map(collatz, (range(i, i + numbers) for i in range(1, 300_000, numbers))))


def pool_of_small_tasks(threads):
    """Tasks that take a fifth of a millisecond: what the executor itself costs shows."""
    return pool(threads, 50)


def repeated(work, times):
    def rounds():
        for _ in range(times):
            work()

    return rounds


def main():
    parser = argparse.ArgumentParser()
    default = "~/.cache/vasuki-bench/pyperformance/data-files/benchmarks"
    parser.add_argument("--benchmarks", default=os.path.expanduser(default), metavar="FOLDER")
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("workload", nargs="*")
    options = parser.parse_args()
    # The benchmark scripts import pyperf, but what is used here does not need it.
    sys.modules.setdefault("pyperf", type(sys)("pyperf"))
    clock = time.process_time if options.cpu else time.perf_counter
    for setup in WORKLOADS:
        name = setup.__name__
        if options.workload and name not in options.workload:
            continue
        if setup in NEED_FOLDER and not os.path.isdir(options.benchmarks):
            print(f"{name:24} left out: no folder {options.benchmarks}")
            continue
        works = [repeated(setup(options.benchmarks), options.times) for _ in range(2)]
        for w in works:
            w()
        one = best(clock, options.repeat, works[0])
        stop = threading.Event()
        sleeper = threading.Thread(target=stop.wait)
        sleeper.start()
        beside = best(clock, options.repeat, works[0])
        stop.set()
        sleeper.join()
        two = best(clock, options.repeat, lambda: in_threads(works))
        print(f"{name:24} two threads {2 * one / two:.2f}   beside a sleeper {one / beside:.2f}", flush=True)
    for work in (pool, pool_of_small_tasks):
        if not options.workload or work.__name__ in options.workload:
            one, two = (best(clock, options.repeat, lambda: work(n)) for n in (1, 2))
            print(f"{work.__name__:24} two threads {one / two:.2f}")


main()
