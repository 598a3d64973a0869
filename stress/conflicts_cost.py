"""What --conflicts costs: the processor time of workloads with it, relative to that without it.

usage: conflicts_cost.py [--threads N] [--repeat N] [--share N] [name ...]

Two processes, one with the option and one without it, take turns, each for a part of a second (1/SHARE of the workload),
so that a machine whose speed varies counts for both. A third one, without the option too, shows what is chance. The ratio
is the median of those of neighbouring runs.
"""

import argparse
import gc
import importlib
import random
import statistics
import subprocess
import sys
import time

import workloads

# Of a workload's size: how much it does with what it has.
WORK = "operations", "transactions", "rounds", "transfers"
# Rounds after which processes are new ones: where their memory lies is chance too.
FRESH = 10


def serve(name, threads, share):
    """Runs the workload once for each line of standard input, and prints the processor time."""
    work = importlib.import_module("workloads." + name).Work
    size = work.sizes["laptop"]
    part = {key: max(n // share, 1) if key in WORK else n for key, n in size.items()}
    work.sizes = {"part": part}
    work("part").run(threads)
    print("ready", flush=True)
    for _ in sys.stdin:
        one = work("part")
        gc.collect()
        began = time.process_time()
        one.run(threads)
        print(time.process_time() - began, flush=True)


class Process:
    def __init__(self, option, name, options):
        command = [sys.executable, *option, __file__, "--serve", "--threads", str(options.threads)]
        command += ["--share", str(options.share), name]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True)
        if self.process.stdout.readline() != "ready\n":
            raise SystemExit(f"{' '.join(command)} has failed")

    def run(self):
        self.process.stdin.write("run\n")
        self.process.stdin.flush()
        return float(self.process.stdout.readline())

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def compare(name, options):
    """Processor times: without the option, with it, and without it again."""
    times, processes = [[], [], []], []
    for n in range(options.repeat):
        if n % FRESH == 0:
            for p in processes:
                p.end()
            processes = [Process(option, name, options) for option in ([], ["--conflicts"], [])]
        order = list(enumerate(processes))
        random.shuffle(order)
        for i, p in order:
            times[i].append(p.run())
    for p in processes:
        p.end()
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2, metavar="N")
    parser.add_argument("--repeat", type=int, default=60, metavar="N")
    parser.add_argument("--share", type=int, default=5, metavar="N")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("name", nargs="*", help=" ".join(workloads.ALL))
    options = parser.parse_args()
    unknown = [n for n in options.name if n not in workloads.ALL]
    if unknown:
        parser.error(f"no workload {unknown[0]}: there are {' '.join(workloads.ALL)}")
    if options.serve:
        serve(options.name[0], options.threads, options.share)
        return
    print(f"{'':16}{'with':>7}{'without':>9}")
    for name in options.name or ["red_black_tree", "hash_set"]:
        plain, *others = compare(name, options)
        ratios = [statistics.median(b / a for a, b in zip(plain, times)) for times in others]
        print(f"{name:16}{ratios[0]:7.3f}{ratios[1]:9.3f}", flush=True)


main()
