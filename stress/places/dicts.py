"""Dicts and sets."""

import collections
import types
import weakref

from .common import Box, ints, kind


@kind
def dict_entry(v):
    d = {"a": 1, "n": v}

    def store(v):
        d["n"] = v

    return lambda: d["n"], store


@kind
def large_dict_entry(v):
    d = dict.fromkeys(range(300))
    d[200] = v

    def store(v):
        d[200] = v

    return lambda: d[200], store


@kind
def dict_entry_deleted(v):
    d = dict.fromkeys(range(40))
    d["n"] = v

    def store(v):
        d.pop("n")
        assert d.get("n") is None
        d["n"] = v

    return lambda: d["n"], store


@kind
def dict_updated(v):
    d = {"n": v}

    def store(v):
        d.update(n=v, m=1)

    return lambda: d["n"], store


@kind
def dict_setdefault(v):
    d = {"n": v}

    def store(v):
        del d["n"]
        d.setdefault("n", v)
        d.setdefault("n", None)

    return lambda: d["n"], store


@kind
def dict_last(v):
    d = {"n": v}

    def store(v):
        d.popitem()
        d["m", 1] = v

    return lambda: next(reversed(d.values())), store


@ints
def dict_key(v):
    d = {v: 0}

    def store(v):
        d.clear()
        d[v] = 0

    return lambda: list(d)[0], store


@kind
def dict_merged(v):
    d = {}

    def store(v):
        nonlocal d
        d |= {"n": v}

    store(v)
    return lambda: (d | {"m": 1})["n"], store


@ints
def dict_length(v):
    d = {}

    def store(v):
        while len(d) < v:
            d[len(d), "x"] = 0

    store(v)
    return lambda: len(d), store


@ints
def set_length(v):
    x = set()

    def store(v):
        x.update(range(v))

    store(v)
    return lambda: len(x), store


@ints
def set_member(v):
    x = set(range(-100, 0))
    x.add(v)

    def store(v):
        x.discard(max(x))
        x.add(v)

    return lambda: max(x), store


@ints
def set_algebra(v):
    x = {v}

    def store(v):
        x.symmetric_difference_update(x | {v})
        x.intersection_update({v})

    return lambda: next(iter(x)), store


@ints
def string_keyed(v):
    d = {f"key{v}": v}

    def store(v):
        ((key, old),) = d.items()
        d[f"key{v}"] = v
        del d[key]

    return lambda: int(next(iter(d)).removeprefix("key")), store


class Key:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        return self.n % 3

    def __eq__(self, other):
        return self.n == other.n


@kind
def own_key(v):
    d = {Key(i): None for i in range(9)}
    d[Key(5)] = v

    def store(v):
        d[Key(5)] = v

    return lambda: d[Key(5)], store


@kind
def defaultdict_entry(v):
    d = collections.defaultdict(lambda: v)
    d[1]

    def store(new):
        nonlocal v
        v = new
        del d[1]

    return lambda: d[1], store


@ints
def counter_entry(v):
    d = collections.Counter(a=v)

    def store(v):
        d["a"] += v - d["a"]
        d.update(b=1)

    return lambda: d.most_common()[0][1] if d["b"] < d["a"] else d["a"], store


@kind
def ordered_dict_end(v):
    d = collections.OrderedDict(a=1, b=2, c=v)

    def store(v):
        d.move_to_end("a")
        d.popitem(last=True)
        d["a"] = 1
        d["c"] = v
        d.move_to_end("c")

    return lambda: next(reversed(d.values())), store


@kind
def chain_map(v):
    d = collections.ChainMap({}, {"n": v})

    def store(v):
        if d.maps[0]:
            d.maps[1]["n"] = v
            del d["n"]
        else:
            d["n"] = v

    return lambda: d["n"], store


@kind
def user_dict(v):
    d = collections.UserDict(n=v)

    def store(v):
        d["n"] = v

    return lambda: d["n"], store


class OwnDict(dict):
    def __missing__(self, key):
        return self["n"]


@kind
def dict_subclass(v):
    d = OwnDict(n=v)

    def store(v):
        d["n"] = v

    return lambda: d["m"], store


@kind
def weak_values(v):
    d = weakref.WeakValueDictionary()
    keep = [Box(v)]
    d["n"] = keep[0]

    def store(v):
        keep[0] = Box(v)
        d["n"] = keep[0]

    return lambda: d["n"].n, store


@kind
def weak_keys(v):
    d = weakref.WeakKeyDictionary()
    key = Box(0)
    d[key] = v

    def store(v):
        d[key] = v

    return lambda: d[key], store


@kind
def through_mapping_proxy(v):
    d = {"n": v}
    p = types.MappingProxyType(d)

    def store(v):
        d["n"] = v

    return lambda: p["n"], store


@kind
def through_views(v):
    d = {"n": v}
    values, items = d.values(), d.items()

    def load():
        (a,) = values
        ((_, b),) = items
        assert a is b
        return a

    def store(v):
        d["n"] = v

    return load, store
