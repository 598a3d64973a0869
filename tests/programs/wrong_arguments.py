# Native functions that are given what they do not expect.
import os
import socket

for name in (0, None, 1.5, [], "a\0b", b"\xff" * 100):
    try:
        socket.if_nametoindex(name)
    except (TypeError, ValueError, OSError) as e:
        print(type(e).__name__)


class Environment:
    """A mapping of which the system could make no use."""

    def __init__(self, keys, values):
        self.keys = lambda: keys
        self.values = lambda: values
        self.items = lambda: [(), (1,), 5]

    def __getitem__(self, key):
        raise AssertionError

    def __len__(self):
        return 1


for env in (
    Environment(["a\0b"], ["c"]),
    Environment(["a"], ["b\0c"]),
    Environment(["a=b"], ["c"]),
    Environment([""], ["c"]),
    Environment([1], ["c"]),
    5,
    None,
):
    try:
        os.execve("/nowhere", ["nowhere"], env)
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)
try:
    os.sched_param.__new__(5, 5)
except TypeError as e:
    print(e)
for args in ([], (), [""], "ab", ["a\0b"], [1]):
    try:
        os.execv("/nowhere", args)
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)


# Instructions that are not what the compiler made, and parameters that the instructions do not expect.
def function(a):
    return a


code = function.__code__
for changes in (
    {"co_code": b"\x7f" + code.co_code[1:]},
    {"co_code": b""},
    {"co_argcount": 0},
    {"co_varnames": ()},
    {"co_consts": (), "co_name": "other"},
):
    try:
        function.__code__ = code.replace(**changes)
        print(changes, function(1))
    except ValueError as e:
        print(sorted(changes), type(e).__name__)
print(code.replace(co_code=code.co_code) == code)


# A handler of errors that puts other bytes in the place of those that are decoded.
import codecs


def shorter(e):
    e.object = e.object[: e.start] + b"z\0\0\0"
    return ("?", e.start)


def not_bytes(e):
    e.object = 42
    return ("?", 0)


codecs.register_error("test.shorter", shorter)
codecs.register_error("test.not_bytes", not_bytes)
for encoding, data in (
    ("ascii", b"a\xff"),
    ("utf-8", b"a\xff"),
    ("utf-7", b"a++"),
    ("utf-16-le", b"a\0\xff"),
    ("utf-32-le", b"a\0\0\0\xff"),
    ("unicode-escape", b"a\\u123g"),
    ("raw-unicode-escape", b"a\\u123g"),
    ("cp1252", b"a\x81"),
):
    for handler in ("test.shorter", "test.not_bytes"):
        try:
            print(encoding, ascii(data.decode(encoding, handler)))
        except TypeError as e:
            print(encoding, type(e).__name__)
