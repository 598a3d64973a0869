# bytes, bytearray, memoryview, struct, array.
import array
import binascii
import struct

b = b"hello \x00\xff world"
print(b, b[0], b[1:3], b[-1:], len(b), b.find(b"o"), b.find(111), b.count(b"o"), 104 in b, b"wor" in b, b.split(), b.replace(b"o", b"0"))
print(b.hex(), b"ab".hex("-"), b"abcdef".hex(":", 2), bytes.fromhex("de ad BE ef"), bytes(3), bytes([1, 2]), bytes("é", "utf-8"), bytes(range(3)))
print(b"abc".upper(), b"ABC".lower(), b" x ".strip(), b",".join([b"a", b"b"]), b"a-b".partition(b"-"), b"abc".startswith((b"x", b"ab")), b"%s=%d %a" % (b"k", 5, "é"))
print(b"a" + b"b", b"a" * 3, b"a" < b"b", b"a" == "a", hash(b"a") == hash(b"a"), list(b"ab"), b"abc"[::-1], b"x".center(5, b"*"), b"a\tb".expandtabs(2), b"l1\nl2".splitlines())
print(repr(b"'"), repr(b'"'), repr(b"'\""), repr(b"\t\n\r\\\x7f"), b"abc".translate(bytes.maketrans(b"a", b"z"), b"b"), b"1a".isalnum(), b"ABC".isupper())
for f in [lambda: b"a" + "b", lambda: bytes([256]), lambda: bytes(-1), lambda: b"abc"[9], lambda: bytes.fromhex("zz"), lambda: bytes("x"), lambda: b"x".join(["a"]), lambda: bytes.fromhex("abc")]:
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)
a = bytearray(b"abc")
a += b"de"
a.append(102)
a.extend(b"gh")
a[0] = 65
a[1:3] = b"XYZ"
del a[-1]
a.insert(0, 33)
print(a, a.pop(), a.pop(0), a.reverse(), a, a.copy() is a, a.remove(90), a, len(a), a.index(b"Y"))
a[:] = b""
print(a, bool(a), bytearray(2), bytearray(b"x") == b"x", bytearray(b"ab").decode(), bytearray("é", "utf-8"))
m = memoryview(bytearray(b"0123456789"))
m[0] = 90
m[1:3] = b"ab"
print(bytes(m), m[2], m[2:5].tobytes(), m.tolist()[:3], m.nbytes, m.itemsize, m.format, m.readonly, m.shape, m.strides, m[::2].tobytes(), len(m), m[3:6] == b"345")
c = m.cast("H")
print(c.itemsize, len(c), c.format, m.hex(), memoryview(b"ro").readonly, m.obj[:2], memoryview(b"abc").cast("B", [3, 1]).shape)
for f in [lambda: memoryview(b"x").__setitem__(0, 1), lambda: memoryview("x"), lambda: m.__setitem__(slice(0, 2), b"x")]:
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)
with memoryview(b"rel") as r:
    pass
try:
    r[0]
except ValueError as e:
    print(e)
ba = bytearray(b"locked")
v = memoryview(ba)
try:
    ba.append(1)
except BufferError as e:
    print(e)
v.release()
ba.append(33)
print(ba)
print(struct.pack("<IhB", 1, -2, 255), struct.unpack(">IhB", b"\0\0\0\1\xff\xfe\xff"), struct.calcsize("@bi"), struct.pack("5s", b"ab"), struct.pack("<d?", 1.5, True), struct.unpack_from("<H", b"\0\1\2", 1))
try:
    struct.pack("B", 256)
except struct.error as e:
    print(e)
print(list(struct.iter_unpack("<H", b"\1\0\2\0")), struct.Struct("<3i").size, struct.pack(">e", 1.0))
r = array.array("i", [1, 2, 3])
r.append(4)
r.extend([5])
print(r, r[1:3], r.tobytes()[:4], r.typecode, r.itemsize, sum(r), array.array("d", [1.5]), array.array("B", b"ab"), memoryview(r)[2], r.index(3))
try:
    r.append("x")
except TypeError as e:
    print(e)
print(int.from_bytes(b"\x01\x00", "big"), (258).to_bytes(2, "little"), (-1).to_bytes(2, "big", signed=True), int.from_bytes(b"\xff", signed=True), binascii.crc32(b"abc"), binascii.hexlify(b"a"), binascii.b2a_base64(b"abc"))
