# Streams: what is called when they are closed, errors of two steps, reads of at most one call.
import io
import os
import tempfile


class Raw(io.RawIOBase):
    def __init__(self, parts):
        self.parts = list(parts)

    def readable(self):
        return True

    def readinto(self, b):
        if not self.parts:
            return 0
        d = self.parts.pop(0)
        b[: len(d)] = d
        return len(d)


b = io.BufferedReader(Raw([b"abc", b"de", b"fgh", b"jkl"]), 10)
x = bytearray(2)
for _ in range(3):
    print(b.readinto1(x), bytes(x), end=" ")
x = bytearray(20)
print(b.peek(3), b.readinto1(x), bytes(x[:6]), b.readinto1(x))


def fails(name):
    def f():
        raise OSError(name)

    return f


with tempfile.TemporaryDirectory() as folder:
    name = os.path.join(folder, "f")
    for mode, buffering in (("wb", 0), ("wb", -1), ("w", -1)):
        f = open(name, mode, buffering)
        f.flush = fails("flush")
        try:
            f.close()
        except OSError as e:
            print(e, e.__context__, f.closed)
        f.close()
    for mode in ("wb", "w"):
        f = open(name, mode)
        f.flush = fails("flush")
        inner = f.buffer if mode == "w" else f.raw
        inner.close = fails("close")
        try:
            f.close()
        except OSError as e:
            print(e, repr(e.__context__))
        del inner.close
        inner.close()
    f = open(name, "rb", 0)
    f.close()
    f.close()
    for call in (f.flush, f.read, f.fileno):
        try:
            print(call())
        except ValueError as e:
            print(str(e).rstrip("."))

# What its `__init__` has not finished is not closed.
import gc
import sys

ignored = []
sys.unraisablehook = lambda u: ignored.append(str(u.exc_value))
for make in (
    lambda: io.BufferedReader(5),
    lambda: io.BufferedReader(io.BytesIO(), -1),
    lambda: io.TextIOWrapper(5),
):
    try:
        make()
    except (AttributeError, ValueError) as e:
        print(e)
gc.collect()
print(ignored)
