# zlib piece by piece: streams that are copied in any state, also while output is waiting, and undone with a transaction.
import io
import random
import zipfile
import zlib

text = ("text 3" * 100).encode()
packed = zlib.compress(text, wbits=-15)
wrong = []
for cut in range(len(packed)):
    for limit in (0, 50):
        d = zlib.decompressobj(-15)
        out = d.decompress(packed[:cut], limit)
        tail = d.unconsumed_tail
        c = d.copy()
        for x in (d, c):
            if out + x.decompress(tail + packed[cut:]) + x.flush() != text:
                wrong.append((cut, limit))
print(wrong)
rnd = random.Random(1)
data = bytes(rnd.choice(b"abcdef ") for _ in range(60000)) + b"x" * 40000
packed = zlib.compress(data)
wrong = 0
for _ in range(10):
    d, out, i = zlib.decompressobj(), b"", 0
    while not d.eof:
        n, limit = rnd.choice([1, 7, 100, 5000]), rnd.choice([1, 50, 1000, 40000])
        c = d.copy()
        part = d.unconsumed_tail + packed[i : i + n]
        i += n
        a, b = d.decompress(part, limit), c.decompress(part, limit)
        wrong += a != b or d.unconsumed_tail != c.unconsumed_tail
        out += a
        if rnd.random() < 0.5:
            d = c
    wrong += out != data
print(wrong)
# Many small steps, of which some are undone and run again.
wrong = 0
for k in range(40):
    for i in range(5):
        text = f"text {i}".encode() * 100
        packed = zlib.compress(text, wbits=-15)
        d, out = zlib.decompressobj(-15), b""
        for at in range(0, len(packed), 7):
            out += d.decompress(d.unconsumed_tail + packed[at : at + 7], 50)
        while d.unconsumed_tail:
            out += d.decompress(d.unconsumed_tail, 50)
        wrong += out + d.flush() != text
print(wrong)
f = io.BytesIO()
with zipfile.ZipFile(f, "w", zipfile.ZIP_DEFLATED) as z:
    for i in range(5):
        z.writestr(f"{i}.txt", f"text {i}" * 100)
print([zipfile.ZipFile(f).testzip() for _ in range(20)] == [None] * 20)
