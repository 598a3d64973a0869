# bz2: at once, piece by piece, as a file, and in archives.
import bz2
import io
import tarfile
import tempfile
import threading
import zipfile

data = b"".join(b"line %d\n" % (i // 3) for i in range(20000))
packed = bz2.compress(data)
print(len(packed) < len(data) // 5, packed[:4], bz2.decompress(packed) == data, bz2.decompress(packed * 2) == data * 2)
c = bz2.BZ2Compressor(1)
parts = [c.compress(data[i : i + 1000]) for i in range(0, len(data), 1000)] + [c.flush()]
print(bz2.decompress(b"".join(parts)) == data)
for call in (c.flush, lambda: c.compress(b""), lambda: bz2.BZ2Compressor(0), lambda: bz2.decompress(b"nothing like it")):
    try:
        call()
    except (ValueError, OSError) as e:
        print(type(e).__name__, e)
d = bz2.BZ2Decompressor()
out, stream = [], packed + b"rest"
out.append(d.decompress(stream, 100))
print(len(out[0]), d.needs_input, d.eof)
while not d.eof:
    out.append(d.decompress(b"", 5000))
print(b"".join(out) == data, d.unused_data, d.needs_input)
try:
    d.decompress(b"")
except EOFError as e:
    print(e)
d = bz2.BZ2Decompressor()
for piece in (packed[:40], b"x" * 1000, b"", packed):
    try:
        print(d.decompress(piece))
    except (OSError, ValueError) as e:
        print(type(e).__name__)
d = bz2.BZ2Decompressor()
print(d.decompress(packed[:50]), d.needs_input, len(d.decompress(packed[50:])))
f = io.BytesIO()
with bz2.open(f, "wt", encoding="utf-8") as t:
    t.write("täxt\n" * 3)
f.seek(0)
with bz2.open(f, "rt", encoding="utf-8") as t:
    print(t.readlines())
try:
    bz2.BZ2File(io.BytesIO(packed[:-10])).read()
except EOFError as e:
    print(e)
with tempfile.TemporaryFile() as f:
    with zipfile.ZipFile(f, "w", zipfile.ZIP_BZIP2) as z:
        z.writestr("a", data)
    with zipfile.ZipFile(f) as z:
        print(z.read("a") == data)
    f.seek(0)
    f.truncate()
    with tarfile.open(fileobj=f, mode="w:bz2") as t:
        info = tarfile.TarInfo("b")
        info.size = len(data)
        t.addfile(info, io.BytesIO(data))
    f.seek(0)
    with tarfile.open(fileobj=f) as t:
        print(t.getnames(), t.extractfile("b").read() == data)
ok = []


def work():
    for _ in range(3):
        ok.append(bz2.decompress(bz2.compress(data)) == data)


threads = [threading.Thread(target=work) for _ in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(len(ok), all(ok))
