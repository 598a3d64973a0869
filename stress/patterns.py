"""Two threads against one on what programs share without changing it: functions, classes, modules, constants.

usage: patterns.py [--cpu | --processes] [--repeat N] [--seconds T] [pattern ...]

The ratio is how often two threads do the work in the time in which one does it once (2.0: they cost each other nothing): the
median of N rounds, of T seconds each alone and T seconds together (see rates.py). --cpu compares processor time instead of the
clock: for a busy machine, where it shows what the threads cost each other, but not what they wait for. --processes tells as well
what two processes with one thread each reach in the same rounds: more than that the machine does not give.
Beside the ratio: aborted transactions among 1000, and how many became irrevocable, with two threads.
"""

import argparse
import copy
import dataclasses
import enum
import functools
import gc
import math
import operator
import os
import statistics
import subprocess
import sys
import threading
import time
from collections import namedtuple
from typing import NamedTuple

from rates import Together, Worker, chunk_of, rates

PATTERNS = []


def pattern(f):
    """`f(n)` does the work n times."""
    PATTERNS.append(f)
    return f


def own(f):
    """`f()` gives such a function, a new one for each thread."""
    f.makes_own = True
    return pattern(f)


def add(a, b):
    return a + b


def with_defaults(a, b=2, *, c=3):
    return a + b + c


@pattern
def function(n):
    for i in range(n):
        add(i, 1)


@pattern
def function_with_keywords(n):
    for i in range(n):
        with_defaults(i, c=5)


def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


@pattern
def recursion(n):
    for _ in range(n // 30):
        fib(6)


class Shape:
    kind = "shape"
    sides = 0
    names = ("a", "b", "c")

    def __init__(self, x, y):
        self.x = x
        self.y = y

    def area(self):
        return self.x * self.y

    def scaled(self, by):
        return self.area() * by

    @classmethod
    def describe(cls):
        return cls.kind

    @staticmethod
    def twice(x):
        return x + x

    @property
    def width(self):
        return self.x

    def __add__(self, other):
        return self.x + other.x

    def __eq__(self, other):
        return self.x == other.x

    def __getitem__(self, i):
        return self.names[i]

    def __call__(self, x):
        return x


class Square(Shape):
    kind = "square"
    sides = 4

    def __init__(self, x):
        super().__init__(x, x)

    def area(self):
        return super().area()


SHAPE = Shape(2, 3)


@pattern
def method_of_shared(n):
    shape = SHAPE
    for _ in range(n):
        shape.area()


@own
def method_of_own():
    shape = Shape(1, 2)

    def work(n):
        for _ in range(n):
            shape.scaled(2)

    return work


@pattern
def class_method(n):
    for _ in range(n):
        Shape.describe()


@pattern
def static_method(n):
    for i in range(n):
        Shape.twice(i)


@pattern
def bound_method(n, area=SHAPE.area):
    for _ in range(n):
        area()


@pattern
def property_of_shared(n):
    shape = SHAPE
    for _ in range(n):
        shape.width


@pattern
def operators_of_shared(n):
    shape = SHAPE
    for _ in range(n):
        shape + shape
        shape == shape
        shape[1]
        shape(1)


def make_closure():
    total, step = 5, 7

    def closure(x):
        return x + total + step

    return closure


CLOSURE = make_closure()


@pattern
def closure(n):
    for i in range(n):
        CLOSURE(i)


@pattern
def closure_made(n):
    for i in range(n):
        f = lambda x: x + i
        f(1)


WIDTH, HEIGHT, DEPTH = 10, 20, 30


@pattern
def module_globals(n):
    total = 0
    for _ in range(n):
        total += WIDTH + HEIGHT * DEPTH


@pattern
def module_attributes(n):
    for _ in range(n):
        math.pi, math.e, sys.maxsize


@pattern
def object_attributes(n):
    shape = SHAPE
    for _ in range(n):
        shape.x, shape.y, shape.kind


@pattern
def class_attributes(n):
    for _ in range(n):
        Square.sides, Square.kind, Square.names


LOCAL = threading.local()


@pattern
def thread_local(n):
    LOCAL.count = 0
    for _ in range(n):
        LOCAL.count += 1


class Context(threading.local):
    depth = 0

    def __init__(self):
        self.items = []


CONTEXT = Context()


@pattern
def thread_local_subclass(n):
    for _ in range(n):
        CONTEXT.depth += 1
        CONTEXT.items


@pattern
def instances(n):
    for i in range(n):
        Shape(i, i)


@pattern
def instances_by_super(n):
    for i in range(n):
        Square(i)


@own
def super_call():
    square = Square(3)

    def work(n):
        for _ in range(n):
            square.area()

    return work


@dataclasses.dataclass
class Item:
    name: str
    price: float
    count: int = 0

    def total(self):
        return self.price * self.count


@dataclasses.dataclass(frozen=True, order=True)
class Frozen:
    x: int
    y: int = 0


@pattern
def dataclass(n):
    for _ in range(n):
        Item("a", 1.5, 3).total()


@pattern
def frozen_dataclass(n):
    for i in range(n):
        Frozen(i) < Frozen(i, 1)


class Point(NamedTuple):
    x: int
    y: int = 0


Pair = namedtuple("Pair", "a b")


@pattern
def named_tuple(n):
    for i in range(n):
        p = Point(i)
        p.x + p.y
        Pair(i, 1).b


class Slots:
    __slots__ = ("x", "y")

    def __init__(self, x):
        self.x = x
        self.y = 0


@pattern
def slots(n):
    for i in range(n):
        s = Slots(i)
        s.y = s.x + 1


@pattern
def constants(n):
    for _ in range(n):
        t = (1, 2, ("a", "b"))
        t[2][1] + "text"
        t == (1, 2, ("a", "b"))


@pattern
def f_string(n):
    for i in range(n):
        f"{i}: {WIDTH:>5} of {SHAPE.x!r}"


@pattern
def string_methods(n):
    text = "some words to split"
    for _ in range(n):
        text.split()
        text.upper()
        "-".join(("a", "b"))


def countdown(n):
    while n:
        yield n
        n -= 1


@pattern
def generator(n):
    for _ in range(n // 10):
        for _ in countdown(10):
            pass


@pattern
def generator_expression(n):
    for _ in range(n // 5):
        sum(x * x for x in (1, 2, 3, 4))


@pattern
def builtins_called(n):
    items = [3, 1, 2]
    for i in range(n):
        len(items)
        abs(-i)
        min(i, 5)


@pattern
def builtin_bound_method(n, get={"a": 1, "b": 2}.get):
    for _ in range(n):
        get("a")
        get("c", 0)


SQUARE = Square(2)


@pattern
def isinstance_of(n):
    for i in range(n):
        isinstance(SQUARE, Shape)
        isinstance(i, (str, int))
        issubclass(Square, Shape)


NUMBERS = [3, 1, 4, 1, 5, 9, 2, 6]
TEXTS = ("one", "two", "three", "four")
TABLE = {"one": 1, "two": 2, "three": 3, "four": 4}
MEMBERS = frozenset(TEXTS)


@pattern
def comprehensions(n):
    for _ in range(n // 8):
        [x + 1 for x in NUMBERS]
        {t: len(t) for t in TEXTS}
        {x for x in NUMBERS if x > 2}


@own
def deepcopy():
    data = {"a": [1, 2, (3, [4])], "b": {"c": "d"}, "e": Item("x", 1.0)}

    def work(n):
        for _ in range(n // 40):
            copy.deepcopy(data)

    return work


@functools.lru_cache(maxsize=128)
def cached(x):
    return x * 2


@functools.cache
def cached_for_ever(x):
    return x * 2


@pattern
def lru_cache_hits(n):
    for i in range(n):
        cached(i & 15)


@pattern
def cache_hits(n):
    for i in range(n):
        cached_for_ever(i & 15)


@pattern
def shared_dict(n):
    for _ in range(n):
        TABLE["one"] + TABLE["three"]
        "two" in TABLE


@pattern
def shared_dict_loop(n):
    for _ in range(n // 4):
        for _ in TABLE.items():
            pass


@pattern
def shared_list(n):
    for i in range(n):
        NUMBERS[i & 7] + NUMBERS[-1]
        len(NUMBERS)


@pattern
def shared_list_loop(n):
    for _ in range(n // 8):
        for _ in NUMBERS:
            pass


@pattern
def shared_tuple(n):
    for i in range(n):
        TEXTS[i & 3]
        "two" in MEMBERS


@pattern
def math_functions(n):
    for i in range(n):
        math.sqrt(i)
        math.floor(2.5)
        math.gcd(i, 12)


class Color(enum.Enum):
    RED = 1
    GREEN = 2


class Flags(enum.IntFlag):
    A = 1
    B = 2


@pattern
def enum_members(n):
    for _ in range(n):
        Color.RED is Color.GREEN
        Color.RED.value
    for _ in range(n // 20):
        Color(2)
        Flags.A | Flags.B


def caught(x):
    try:
        if x:
            raise ValueError(x)
    except ValueError as e:
        return e.args


@pattern
def exceptions(n):
    for i in range(n // 3):
        caught(i)


class Managed:
    def __enter__(self):
        return self

    def __exit__(self, *args):
        return False


@pattern
def context_manager(n):
    for _ in range(n):
        with Managed():
            pass


@pattern
def match_statement(n):
    for i in range(n):
        match (i & 1, SHAPE):
            case (0, Shape(x=x)):
                x
            case (1, _):
                pass


@own
def own_data():
    def work(n):
        for i in range(n):
            if not i % 1000:
                items, table = [], {}
            items.append(i)
            table[i & 255] = items[-1]

    return work


@pattern
def partial_and_key(n, f=functools.partial(add, 1), key=operator.itemgetter(1)):
    pairs = [(1, 3), (2, 1), (3, 2)]
    for i in range(n // 4):
        f(i)
        sorted(pairs, key=key)
        max(TEXTS, key=len)


@pattern
def imports(n):
    for _ in range(n // 3):
        import math
        from functools import partial


class Process:
    """A worker in a process of its own."""

    def __init__(self, core):
        self.name = None
        command = [sys.executable, os.path.abspath(__file__), "--serve", str(core)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def begin(self, start, chunk, seconds, clock):
        print(self.name, start, chunk, seconds, file=self.process.stdin, flush=True)

    def end(self):
        return float(self.process.stdout.readline())


def serve(worker):
    """What such a process does: a line of input for each work."""
    setups = {setup.__name__: setup for setup in PATTERNS}
    name = None
    for line in sys.stdin:
        last, (name, start, chunk, seconds) = name, line.split()
        if name != last:
            worker.work = work_of(setups[name])
        gc.collect()
        worker.begin(float(start), int(chunk), float(seconds), time.perf_counter)
        print(worker.end(), flush=True)


def work_of(setup):
    return setup() if hasattr(setup, "makes_own") else setup


def measure(setup, threads, processes, options, clock):
    for worker in threads:
        worker.work = work_of(setup)
    for process in processes:
        process.name = setup.__name__
    task = max(chunk_of(t.work) for t in threads), options.seconds, clock
    rates(threads, *task)
    groups = {"threads": Together(threads), "processes": Together(processes)}
    for _ in range(options.repeat):
        for group in groups.values():
            if group.workers:
                group.round(*task)
    return {k: group for k, group in groups.items() if group.ratios}


def main():
    parser = argparse.ArgumentParser()
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--cpu", action="store_true")
    how.add_argument("--processes", action="store_true")
    how.add_argument("--serve", type=int, metavar="CORE", help=argparse.SUPPRESS)
    parser.add_argument("--repeat", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=0.1)
    parser.add_argument("pattern", nargs="*")
    options = parser.parse_args()
    clock = time.thread_time if options.cpu else time.perf_counter
    if options.serve is not None:
        return serve(Worker(options.serve))
    threads = [Worker(core) for core in range(2)]
    processes = [Process(core) for core in range(2)] if options.processes else []
    for setup in PATTERNS:
        if not options.pattern or setup.__name__ in options.pattern:
            groups = measure(setup, threads, processes, options, clock)
            ratios = "   ".join(f"two {k} {group.ratio():.2f}" for k, group in groups.items())
            together = groups["threads"]
            each, irrevocable = 1e9 / statistics.median(together.alone), together.counts["irrevocable"]
            rest = f"{each:6.0f} ns   aborts {together.aborted() * 10:.1f}/1000   irrevocable {irrevocable}"
            print(f"{setup.__name__:24} {ratios}   {rest}", flush=True)


main()
