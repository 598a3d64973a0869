"""Runs the workloads: programs whose threads work on shared data in transactions, and which check their results.

usage: workloads.py [--threads N] [--size small|laptop] [--repeat N] [--cpu] [--compare PYTHON] [--check] [name ...]

For each it prints the seconds with one thread, with two (and N), how many times as fast that is, how many transactions
were committed and aborted in all, and the share that was aborted, with most threads. Results that are determined must be
those of the run with one thread. --compare runs them with another Python too, where one lock is held by all atomic
blocks, and prints its seconds with one thread and with two. --check runs them in N threads only and prints what is checked.
--cpu counts processor time instead of the clock, for a busy machine: the ratio is then what threads cost each other.
"""

import argparse
import importlib
import json
import os
import subprocess
import sys
import time

import vasuki
import workloads


def measured(name, size, threads, clock):
    """Seconds, counters, and the result of a run."""
    work = importlib.import_module("workloads." + name).Work(size)
    before = vasuki.stats()
    began = clock()
    work.run(threads)
    took = clock() - began
    after = vasuki.stats()
    result = work.check()
    return took, {k: after[k] - before[k] for k in ("commits", "aborts", "irrevocable")}, result


def best(name, size, threads, clock, repeat, expected):
    """The best of several runs, each of which must have the expected result, if that is known."""
    runs = []
    for _ in range(repeat):
        took, counts, result = measured(name, size, threads, clock)
        if expected is not None and result != expected:
            raise SystemExit(f"{name}: the result with {threads} threads is not that of one")
        expected = result
        runs.append((took, counts))
    return *min(runs, key=lambda r: r[0]), expected


def compared(python, name, options):
    """Seconds of another Python."""
    here = os.path.dirname(os.path.abspath(__file__))
    environment = {**os.environ, "PYTHONPATH": os.path.join(os.path.dirname(here), "python")}
    command = [python, os.path.abspath(__file__), "--json", "--threads", "2", "--size", options.size]
    command += ["--repeat", str(options.repeat)] + ["--cpu"] * options.cpu + [name]
    run = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        raise SystemExit(f"{python} failed in {name}")
    return json.loads(run.stdout)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2, metavar="N")
    parser.add_argument("--size", choices=["small", "laptop"], default="laptop")
    parser.add_argument("--repeat", type=int, default=1, metavar="N")
    parser.add_argument("--cpu", action="store_true")
    parser.add_argument("--compare", metavar="PYTHON")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--json", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("name", nargs="*", help=" ".join(workloads.ALL))
    options = parser.parse_args()
    unknown = [n for n in options.name if n not in workloads.ALL]
    if unknown:
        parser.error(f"no workload {unknown[0]}: there are {' '.join(workloads.ALL)}")
    clock = time.process_time if options.cpu else time.perf_counter
    names = options.name or workloads.ALL
    if options.check:
        for name in names:
            expected = measured(name, options.size, 1, clock)[2]
            best(name, options.size, options.threads, clock, options.repeat, expected)
            print(name, "is right" if expected is None else "is right, and as with one thread", flush=True)
        return
    counts = sorted({1, 2, options.threads})
    if not options.json:
        header = "".join(f"{n:>6} thr." for n in counts) + "".join(f"{n:>5}:1" for n in counts[1:])
        print(f"{'':16}{header}{'commits':>10}{'aborts':>9}{'':8}", f"{options.compare or '':>12}")
    for name in names:
        times, expected = {}, None
        for n in counts:
            times[n], numbers, expected = best(name, options.size, n, clock, options.repeat, expected)
        if options.json:
            print(json.dumps([times[n] for n in counts]))
            continue
        # Processor time is that of all threads together.
        speed = {n: times[1] / times[n] * (n if options.cpu else 1) for n in counts[1:]}
        ended = numbers["commits"] + numbers["aborts"]
        line = f"{name:16}" + "".join(f"{times[n]:9.2f}s" for n in counts) + "".join(f"{s:7.2f}" for s in speed.values())
        line += f"{numbers['commits']:10}{numbers['aborts']:9}{numbers['aborts'] / max(ended, 1):8.2%}"
        if options.compare:
            line += "".join(f"{t:9.2f}s" for t in compared(options.compare, name, options))
        print(line, flush=True)


main()
