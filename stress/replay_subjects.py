"""Objects whose operations stress/replay.py calls: one or more of each type that keeps something."""

import array
import ast
import codecs
import collections
import contextlib
import contextvars
import decimal
import functools
import hashlib
import heapq
import io
import itertools
import json
import operator
import queue
import random
import re
import types
import xml.etree.ElementTree as ElementTree
import zlib

# What blocks, or tells of the process or the clock, or gives a state that is not the object's own.
NEVER = {
    "get", "put", "join", "__class__", "__sizeof__", "__init_subclass__", "__subclasshook__", "__dir__",
    "__new__", "__getstate__", "_dispatch", "__del__", "shutdown", "wait", "fileno", "isatty", "default_factory",
    "__reduce__", "__reduce_ex__", "__format__", "c_profilefunc", "cache_info", "cache_clear", "__hash__", "readinto",
    "buffer_info", "__alloc__",
}  # fmt: skip


class Plain:
    count = 0

    def __init__(self, first=1):
        self.first = first

    def add(self, n=1):
        self.first = (self.first, n)[0]
        self.count += len(str(n))
        return self.count

    @functools.cached_property
    def size(self):
        return len(vars(self))


class Slotted:
    __slots__ = "a", "b"

    def swap(self):
        self.a, self.b = self.b, self.a


class Ordered(dict):
    def __missing__(self, key):
        if len(self) < 40:
            self[key] = None
        return key


class Numbers(list):
    def __getitem__(self, i):
        return list.__getitem__(self, i)


class Seeded(random.Random):
    def seed(self, a=0, version=2):
        super().seed(0 if a is None else a, version)


def summing():
    total = 0
    for _ in range(300):
        try:
            got = yield total
            total += len(str(got))
        except (ValueError, TypeError) as e:
            total -= len(e.args)


def numbers():
    return list(range(300))


def words():
    return {f"w{i}": i for i in range(30)}


def remembering():
    seen = []

    def remember(x=None):
        seen.append(x)
        if len(seen) > 40:
            seen.clear()
        return len(seen)

    return remember


def teed():
    return itertools.tee(range(400))[0]


def text_file():
    return io.TextIOWrapper(io.BytesIO(b"one\ntwo\r\nthr\xc3\xa9e\n" * 9), encoding="utf-8", newline="")


SUBJECTS = {
    "list": lambda: [1, 2, 3],
    "list_large": numbers,
    "list_subclass": lambda: Numbers([3, 1, 2]),
    "dict": lambda: {"a": 1},
    "dict_large": words,
    "dict_numbered": lambda: dict.fromkeys(range(40)),
    "dict_missing": Ordered,
    "set": lambda: {1, 2, 3},
    "set_large": lambda: set(range(200)),
    "deque": lambda: collections.deque([1, 2]),
    "deque_bounded": lambda: collections.deque(range(5), maxlen=7),
    "ordered_dict": lambda: collections.OrderedDict(words()),
    "defaultdict": lambda: collections.defaultdict(int, words()),
    "counter": lambda: collections.Counter("abracadabra"),
    "chain_map": lambda: collections.ChainMap({}, words()),
    "user_list": lambda: collections.UserList([3, 1]),
    "user_dict": lambda: collections.UserDict(words()),
    "bytearray": lambda: bytearray(b"hello world"),
    "bytearray_large": lambda: bytearray(300),
    "array_ints": lambda: array.array("i", range(20)),
    "array_doubles": lambda: array.array("d", range(5)),
    "memoryview": lambda: memoryview(bytearray(range(64))),
    "string_io": lambda: io.StringIO("one\ntwo\nthree\n" * 5),
    "bytes_io": lambda: io.BytesIO(b"one\ntwo\n" * 9),
    "text_file": text_file,
    "buffered_reader": lambda: io.BufferedReader(io.BytesIO(bytes(range(100)) * 9), 64),
    "buffered_random": lambda: io.BufferedRandom(io.BytesIO(bytes(range(100)) * 9), 64),
    "namespace": lambda: types.SimpleNamespace(a=1, b=[2]),
    "module": lambda: types.ModuleType("made", "doc"),
    "plain": Plain,
    "slotted": Slotted,
    "exception": lambda: ValueError("a", 1),
    "os_error": lambda: OSError(2, "none", "file"),
    "stop": lambda: StopIteration(3),
    "partial": lambda: functools.partial(max, 3),
    "closure": remembering,
    "generator": summing,
    "generator_of_list": lambda: (x for x in numbers()),
    "list_iterator": lambda: iter(numbers()),
    "reversed": lambda: reversed(numbers()),
    "dict_iterator": lambda: iter(words().items()),
    "set_iterator": lambda: iter(set(range(300))),
    "deque_iterator": lambda: iter(collections.deque(range(300))),
    "range_iterator": lambda: iter(range(500)),
    "bytes_iterator": lambda: iter(bytes(300)),
    "str_iterator": lambda: iter("añ" * 200),
    "enumerate": lambda: enumerate(numbers()),
    "zip": lambda: zip(numbers(), words()),
    "map": lambda: map(str, numbers()),
    "filter": lambda: filter(None, numbers()),
    "call_iterator": lambda: iter(remembering(), 40),
    "chain": lambda: itertools.chain(numbers(), "abc"),
    "islice": lambda: itertools.islice(itertools.count(), 1, 900, 3),
    "tee": teed,
    "accumulate": lambda: itertools.accumulate(numbers()),
    "groupby": lambda: (k for k, _ in itertools.groupby(numbers(), lambda n: n // 7)),
    "batched": lambda: itertools.batched(numbers(), 3),
    "pairwise": lambda: itertools.pairwise(numbers()),
    "takewhile": lambda: itertools.takewhile(bool, range(1, 400)),
    "dropwhile": lambda: itertools.dropwhile(lambda n: n < 5, numbers()),
    "compress": lambda: itertools.compress(numbers(), [1, 0, 1] * 100),
    "starmap": lambda: itertools.starmap(pow, [(2, i) for i in range(60)]),
    "permutations": lambda: itertools.permutations(range(6)),
    "combinations": lambda: itertools.combinations(range(9), 3),
    "with_replacement": lambda: itertools.combinations_with_replacement(range(6), 3),
    "product": lambda: itertools.product(range(6), repeat=3),
    "zip_longest": lambda: itertools.zip_longest(numbers(), "abc"),
    "matches": lambda: re.finditer("a(b?)", "abaab" * 60),
    "scanner": lambda: re.compile("a(b?)").scanner("abaab" * 60),
    "random": lambda: Seeded(7),
    "decimal_context": lambda: decimal.Context(prec=9),
    "context_variable": lambda: contextvars.copy_context(),
    "sha256": hashlib.sha256,
    "blake2": lambda: hashlib.blake2b(b"x"),
    "compressor": zlib.compressobj,
    "decompressor": lambda: zlib.decompressobj(),
    "tree_builder": ElementTree.TreeBuilder,
    "node": lambda: ast.Name("a"),
    "exit_stack": contextlib.ExitStack,
    "simple_queue": queue.SimpleQueue,
    "queue": queue.Queue,
    "lifo": lambda: queue.LifoQueue(9),
    "priority_queue": queue.PriorityQueue,
    "decoder": codecs.getincrementaldecoder("utf-8"),
    "encoder": codecs.getincrementalencoder("utf-16"),
    "newline_decoder": lambda: io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")(), True),
    "cell": lambda: types.CellType([1]),
    "property": lambda: property(len),
    "json_encoder": json.JSONEncoder,
    "mapping_proxy": lambda: types.MappingProxyType(words()),
}

# Functions of any objects.
FUNCTIONS = [
    *(getattr(operator, n) for n in operator.__all__ if n not in ("pow", "ipow", "lshift", "ilshift", "length_hint")),
    *(getattr(heapq, n) for n in heapq.__all__ if n != "merge"),
    sorted, list, tuple, dict, len, repr, sum, min, max, next, any, all, bool, str, bytes, set, frozenset, hasattr, getattr,
    setattr, delattr, vars, "".join, b"".join, json.dumps, collections.Counter, collections.deque, zip, enumerate, bytearray,
]  # fmt: skip
