"""Kinds of places, and forms that a number takes there.

A kind is a function that makes a place which holds the value that it is given, and returns a function that reads the place
and one that writes it.
"""

import collections
import itertools
import types

# Name: function, forms of what it keeps, and whether a change of it makes a transaction irrevocable.
KINDS = {}


class Box:
    def __init__(self, n):
        self.n = n


class Numbered(Exception):
    __slots__ = ("n",)

    def __init__(self, n):
        self.n = n


# How to make each form of a number, and how to get the number back: small and large ints, and objects that are new each time.
FORMS = [
    (lambda n: n, lambda v: v),
    (lambda n: float(n) + 0.5, int),
    (lambda n: n + (1 << 70), lambda v: v - (1 << 70)),
    (lambda n: f"{n}", int),
    (lambda n: (n, [n]), lambda v: v[0] if v[1] == [v[0]] else -1),
    (lambda n: [n] * 9, lambda v: v[0] if v == [v[0]] * 9 else -1),
    (lambda n: {"n": n, n: "n"}, lambda v: v["n"] if v[v["n"]] == "n" else -1),
    (lambda n: b"%d" % n, int),
    (lambda n: {n}, min),
    (Box, lambda v: v.n),
    (lambda n: types.SimpleNamespace(n=n), lambda v: v.n),
    (lambda n: complex(n, 1), lambda v: int(v.real)),
    (lambda n: collections.deque([n]), lambda v: v[0]),
    (lambda n: bytearray(b"%d" % n), int),
    (Numbered, lambda v: v.n),
]
INT, STR = FORMS[0], FORMS[3]


def kind(function, forms=FORMS):
    """Takes any value."""
    KINDS[function.__name__] = (function, forms, False)
    return function


def ints(function):
    """Takes small ints only."""
    return kind(function, [INT])


def strs(function):
    """Takes strings only."""
    return kind(function, [STR])


def lasting(function):
    """A change cannot be undone: it makes the transaction irrevocable."""
    KINDS[function.__name__] = (*KINDS[function.__name__][:2], True)
    return function


next_number = itertools.count().__next__
