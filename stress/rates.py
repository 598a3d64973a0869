"""How fast works are in threads that run together, compared with each alone.

The threads are there all the time, each on its own core where the system lets it be, and work for a given time: so that neither
the start of a thread nor where the system puts it is measured. Cores that are shared with others have speeds of their own, which change
within seconds: what a thread reaches beside the other is compared with what it reaches alone, a moment before and after, on the same
core; and what the machine gives to two processes is measured in the same minutes. Rounds are short, and medians count: the host of
a virtual machine takes a core away for some milliseconds many times a second, and then a thread that wants what the one on that core
has open waits as long. Rounds in which that happened are left out so. All begin after a collection, and at the same time: what one alone has
allocated would otherwise be collected while both are measured.
"""

import gc
import os
import queue
import statistics
import subprocess
import sys
import threading
import time

try:
    from vasuki import stats
except ImportError:

    def stats():
        return {"commits": 0, "aborts": 0, "irrevocable": 0}


def stay_on(core):
    """Keeps the thread on one of the cores that the process may use, as far as there are several."""
    if hasattr(os, "sched_setaffinity"):
        cores = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {cores[core % len(cores)]})


def rate(work, start, chunk, seconds, clock=time.perf_counter):
    """How often the work is done in a second of `clock`, from the time `start` on and in so many seconds of real time: `chunk` times
    between looks at it."""
    while time.perf_counter() < start:
        pass
    done = 0
    began, end = clock(), start + seconds
    while not done or time.perf_counter() < end:
        work(chunk)
        done += chunk
    return done / (clock() - began)


def chunk_of(work):
    """How often it is done in about a millisecond, at least once."""
    chunk, took = 1, 0
    while took < 1e-3:
        chunk *= 2
        began = time.perf_counter()
        work(chunk)
        took = time.perf_counter() - began
    return chunk // 2


class Worker(threading.Thread):
    """Does its work when it is told to, on a core of its own if one is named."""

    def __init__(self, core=None):
        super().__init__(daemon=True)
        self.core, self.work = core, None
        self.todo, self.rates = queue.SimpleQueue(), queue.SimpleQueue()
        self.start()

    def run(self):
        if self.core is not None:
            stay_on(self.core)
        while True:
            task = self.todo.get()
            self.rates.put(rate(self.work, *task))

    def begin(self, *task):
        self.todo.put(task)

    def end(self):
        return self.rates.get()


def soon():
    """Collects; when all are ready that are told to begin now."""
    gc.collect()
    return time.perf_counter() + 0.015


def rates(workers, *task):
    """What each of them reaches together with the others, who begin and end at the same time."""
    return rates_from(soon(), workers, *task)


def rates_from(start, workers, *task):
    """As `rates`, from then on."""
    for worker in workers:
        worker.begin(start, *task)
    return [worker.end() for worker in workers]


class Together:
    """Rounds of workers, each alone and then all."""

    def __init__(self, workers):
        self.workers = workers
        self.ratios, self.alone = [], []
        self.counts = dict.fromkeys(("commits", "aborts", "irrevocable"), 0)

    def round(self, *task):
        """How much all do together, compared with one alone: each is compared with itself, alone."""
        first, *others = self.workers
        alone = rates([first], *task)
        before = stats()
        both = rates(self.workers, *task)
        after = stats()
        alone += [r for w in others for r in rates([w], *task)]
        self.alone.append(statistics.mean(alone))
        self.ratios.append(sum(b / a for a, b in zip(alone, both)))
        self.counts = {k: n + after[k] - before[k] for k, n in self.counts.items()}
        self.workers = [*others, first]

    def ratio(self):
        return statistics.median(self.ratios)

    def aborted(self):
        """The share of the transactions that were aborted while all ran, in percent."""
        aborts = self.counts["aborts"]
        return 100 * aborts / max(1, aborts + self.counts["commits"])


class Machine:
    """Two processes that count, each on its own core."""

    def __init__(self):
        command = [sys.executable, os.path.abspath(__file__)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.processes = [subprocess.Popen([*command, str(core)], **pipes) for core in range(2)]
        self.gives()

    def gives(self, seconds=0.01):
        """How much both do together, compared with the faster one alone."""
        alone = max(self._rates([p], seconds)[0] for p in self.processes)
        return sum(self._rates(self.processes, seconds)) / alone

    def _rates(self, processes, seconds):
        start = soon()
        for p in processes:
            print(start, seconds, file=p.stdin, flush=True)
        return [float(p.stdout.readline()) for p in processes]


def count(steps):
    n = 0
    for _ in range(steps):
        n = (n * 16807 + 1) % 2147483647


def main():
    stay_on(int(sys.argv[1]))
    for line in sys.stdin:
        start, seconds = map(float, line.split())
        print(rate(count, start, 1000, seconds), flush=True)


if __name__ == "__main__":
    main()
