"""How fast `vasuki.ordered` is, against the plain loop, for items of several lengths that meet never, sometimes or always.

usage: ordered.py [--threads N] [--repeat N] [--cpu] [--seconds S]
       ordered.py --loops [NAME ...] [--threads N] [--repeat N] [--cpu] [--size small|laptop]

Each item works on data of its own; the given share of items also changes data that all have. Results must be those of the loop,
and the best of N runs counts, of the loop and of `ordered` in turn. --cpu compares processor time instead of the clock: for a
busy machine, where it shows what running ahead costs, but not what waiting does. --loops takes STAMP's programs as loops
instead, and compares all that they change, also when an item in the middle fails. Beside the speed: what two processes reach,
compared with one, in the same minutes (see rates.py).
"""

import argparse
import statistics
import time

import vasuki
from rates import Machine
from workloads.loops import LOOPS


clock = time.perf_counter


def make(rounds, items, conflicts):
    """(function, items, what it has changed) for items of so many rounds of a loop, of which so many in 1000 meet."""
    results = [[0] for _ in range(items)]
    shared = {"total": 0, "last": None}

    def work(i):
        n = i
        for _ in range(rounds):
            n = (n * 16807 + 1) % 2147483647
        results[i][0] = n
        if i * 7919 % 1000 < conflicts:
            shared["total"] = shared["total"] * 3 % 1000003 + n
            shared["last"] = i
        return n + i

    return work, range(items), (results, shared)


def rounds_for(seconds):
    """Rounds of the loop that take so long."""
    work, _, _ = make(200_000, 1, 0)
    work(0)
    began = time.perf_counter()
    work(0)
    return max(1, int(200_000 * seconds / (time.perf_counter() - began)))


def timed(rounds, items, conflicts, run):
    """Seconds, and all that a loop has given and changed."""
    work, numbers, changed = make(rounds, items, conflicts)
    began = clock()
    returned = run(work, numbers)
    return clock() - began, (returned, changed)


class Failure(Exception):
    pass


def outcome(make_loop, size, run, fails_at=None):
    """Seconds, and all that a loop has given and changed."""
    function, items, changed = make_loop(size)
    if fails_at is not None:
        items = list(enumerate(items))
        at = int(len(items) * fails_at)
        whole = function

        def function(item):
            result = whole(item[1])
            if item[0] == at:
                raise Failure(at, result)
            return result

    began = clock()
    try:
        returned = run(function, items)
    except Failure as e:
        returned = e.args
    return clock() - began, (returned, changed())


def loops(options):
    print(f"{'':12}{'loop':>9}{'ordered':>9}{'speed':>7}{'processes':>11}{'commits':>9}{'aborts':>9}")
    for name in options.loops or LOOPS:
        make_loop = LOOPS[name]
        for fails_at in (0.4, 0.97):
            _, expected = outcome(make_loop, options.size, plain, fails_at)
            _, got = outcome(make_loop, options.size, lambda f, i: vasuki.ordered(f, i, options.threads), fails_at)
            assert got == expected, (name, fails_at)
        compare(f"{name:12}", lambda run: outcome(make_loop, options.size, run), options)


def plain(function, items):
    return [function(item) for item in items]


def compare(name, run, options):
    """Runs the loop and `ordered` in turn, so that both have the good and the bad moments of the machine; the best times count."""
    one = took = float("inf")
    capacity = []
    counts = [0, 0]
    for _ in range(options.repeat):
        capacity.append(options.machine.gives())
        seconds, expected = run(plain)
        one = min(one, seconds)
        before = vasuki.stats()
        seconds, got = run(lambda f, i: vasuki.ordered(f, i, options.threads))
        after = vasuki.stats()
        took = min(took, seconds)
        counts = [n + after[k] - before[k] for n, k in zip(counts, ("commits", "aborts"))]
        assert got == expected, name
    speed = one / took * (options.threads if options.cpu else 1)
    commits, aborts = (n // options.repeat for n in counts)
    print(f"{name}{one:8.3f}s{took:8.3f}s{speed:7.2f}{statistics.median(capacity):11.2f}{commits:9}{aborts:9}", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=0.5)
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--loops", nargs="*", metavar="NAME")
    parser.add_argument("--size", choices=["small", "laptop"], default="laptop")
    options = parser.parse_args()
    options.machine = Machine()
    global clock
    if options.cpu:
        clock = time.process_time
    if options.loops is not None:
        return loops(options)
    print(f"{'item':>8}{'meet':>8}{'loop':>9}{'ordered':>9}{'speed':>7}{'processes':>11}{'commits':>9}{'aborts':>9}")
    for microseconds in (1, 5, 50, 1000, 10000):
        rounds = rounds_for(microseconds / 1e6)
        items = int(options.seconds * 1e6 / microseconds)
        for conflicts in (0, 1, 10, 100, 1000):
            compare(f"{microseconds:6}us{conflicts / 10:7.1f}%", lambda run: timed(rounds, items, conflicts, run), options)


main()
