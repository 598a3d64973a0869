"""Bytes, arrays, streams, and what native modules keep."""

import array
import decimal
import io
import mmap
import random
import struct
from xml.etree import ElementTree

from .common import ints, lasting, strs


@ints
def array_item(v):
    a = array.array("q", [0, v, 0])

    def store(v):
        a[1] = v

    return lambda: a[1], store


@ints
def array_grown(v):
    a = array.array("q", [v])

    def store(v):
        a.append(v)
        if len(a) > 20:
            del a[:19]

    return lambda: a[-1], store


@ints
def array_of_bytes(v):
    a = array.array("B")

    def store(v):
        del a[:]
        a.frombytes(b"%d" % v)

    store(v)
    return lambda: int(a.tobytes()), store


@ints
def doubles(v):
    a = array.array("d", [v])

    def store(v):
        a[0] = v
        a.extend([1.0])
        a.pop()

    return lambda: int(a[0]), store


@ints
def bytearray_slice(v):
    a = bytearray(v.to_bytes(8))

    def store(v):
        a[:] = v.to_bytes(8)

    return lambda: int.from_bytes(a), store


@ints
def bytearray_grown(v):
    a = bytearray(b"%d" % v)

    def store(v):
        a.clear()
        a.extend(b"%d" % v)
        a.append(32)

    return lambda: int(a), store


@ints
def packed(v):
    a = bytearray(16)

    def store(v):
        struct.pack_into("<q", a, 8, v)

    store(v)
    return lambda: struct.unpack_from("<q", a, 8)[0], store


@ints
def memory_view(v):
    m = memoryview(bytearray(16)).cast("q")

    def store(v):
        m[1] = v

    store(v)
    return lambda: m[1], store


@ints
def released_view(v):
    a = bytearray(b"%d" % v)

    def store(v):
        with memoryview(a) as m:
            assert bytes(m)
        a[:] = b"%d" % v

    return lambda: int(a), store


@lasting
@ints
def mapped(v):
    m = mmap.mmap(-1, 100)

    def store(v):
        m[10:18] = v.to_bytes(8)

    store(v)
    return lambda: int.from_bytes(m[10:18]), store


@strs
def string_stream(v):
    f = io.StringIO(v)

    def store(v):
        f.seek(0)
        f.truncate()
        f.write(v)

    return f.getvalue, store


@ints
def bytes_stream(v):
    f = io.BytesIO(b"%d" % v)

    def store(v):
        f.seek(0)
        f.write(b"%d" % v)

    return lambda: int(f.getvalue()), store


@ints
def text_over_bytes(v):
    f = io.TextIOWrapper(io.BytesIO(), write_through=True)

    def store(v):
        f.seek(0)
        f.truncate()
        f.write(str(v))

    def load():
        f.seek(0)
        return int(f.read())

    store(v)
    return load, store


@lasting
@ints
def buffered_bytes(v):
    f = io.BufferedRandom(io.BytesIO())

    def store(v):
        f.seek(0)
        f.write(b"%20d" % v)

    def load():
        f.seek(0)
        return int(f.read(20))

    store(v)
    return load, store


@ints
def precision(v):
    c = decimal.Context(prec=v)

    def store(v):
        c.prec = v

    return lambda: c.prec, store


@ints
def generator_of_random(v):
    r = random.Random()

    def store(v):
        r.setstate((3, (v,) + (0,) * 623 + (624,), None))

    store(v)
    return lambda: r.getstate()[1][0], store


@ints
def element(v):
    e = ElementTree.Element("a")
    ElementTree.SubElement(e, "b")

    def store(v):
        e.text = str(v)
        e.set("n", str(v))
        e[0] = ElementTree.Element(f"t{v}")
        e.append(e[0])
        del e[1]

    def load():
        assert e.text == e.get("n") == e[0].tag[1:]
        return int(e.find("*").tag[1:])

    store(v)
    return load, store
