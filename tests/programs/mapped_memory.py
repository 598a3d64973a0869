# mmap: anonymous memory and files, as a sequence, as a file and as a buffer.
import mmap
import os
import re
import tempfile
import threading

m = mmap.mmap(-1, 13)
print(len(m), m[0], m[:3], m.closed)
m[:5] = b"hello"
m[-1] = 33
print(m[:], m[::-4], m.find(b"l"), m.rfind(b"l"), m.find(b"l", 3), m.find(b"z"), m.find(b"l", -3))
print(m.read(3), m.tell(), m.read_byte(), m.readline(), m.tell(), m.read(), m.seek(0), m.seek(-2, 2), m.tell())
m.seek(5)
print(m.write(b" world"), m.tell(), m[:])
m.move(0, 6, 5)
print(m[:], re.search(rb"w\w+", m).group())
v = memoryview(m)
v[0] = ord("W")
print(m[:5], bytes(v[:2]))
for what in (
    lambda: m.close(),
    lambda: m.write(b"x" * 20),
    lambda: m[13],
    lambda: m.__setitem__(0, 256),
    lambda: m.__setitem__(slice(0, 2), b"x"),
    lambda: m.__setitem__(0, "x"),
    lambda: m.move(10, 0, 5),
    lambda: m.seek(14),
    lambda: m.seek(0, 9),
    lambda: m["a"],
    lambda: mmap.mmap(-1, -1),
    lambda: mmap.mmap(-1, 5, access=9),
    lambda: mmap.mmap(-1, 5, prot=1, access=1),
):
    try:
        print(what())
    except (ValueError, TypeError, IndexError, BufferError, OverflowError) as e:
        print(type(e).__name__, e)
v.release()
m.close()
print(m.closed, m)
try:
    m[0]
except ValueError as e:
    print(e)

with tempfile.TemporaryDirectory() as folder:
    name = os.path.join(folder, "f")
    with open(name, "wb") as f:
        f.write(b"line 1\nline 2\n" + bytes(8192))
    with open(name, "r+b") as f:
        with mmap.mmap(f.fileno(), 0) as m:
            print(m.size(), m.readline(), m.readline())
            m[:4] = b"LINE"
            m.flush()
            m.resize(10000)
            print(len(m), m.size())
        with mmap.mmap(f.fileno(), 4096, offset=4096, access=mmap.ACCESS_READ) as m:
            try:
                m[0] = 1
            except TypeError as e:
                print(e)
            print(memoryview(m).readonly, m)
        with mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_COPY) as m:
            m[:4] = b"copy"
            print(m[:6])
        for length, offset in ((20000, 0), (0, 20480)):
            try:
                mmap.mmap(f.fileno(), length, offset=offset)
            except ValueError as e:
                print(e)
    with open(name, "rb") as f:
        print(f.readline())
    # CPython dies of these.
    with open(name, "r+b") as f:
        m = mmap.mmap(f.fileno(), 0)
        v = memoryview(m)
        f.truncate(1)
        for access in (lambda: m[5000], lambda: m[:], lambda: v[6000], lambda: m.__setitem__(9000, 1)):
            try:
                print(access())
            except OSError as e:
                print(e)
    try:
        mmap.mmap(-1, 4096, prot=0)[0]
    except OSError as e:
        print(e)

# Many threads count in one map: each step is one transaction.
m = mmap.mmap(-1, 8)


def count():
    for _ in range(500):
        m[:8] = (int.from_bytes(m[:8], "little") + 1).to_bytes(8, "little")


threads = [threading.Thread(target=count) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(int.from_bytes(m[:8], "little"))
