# Native modules from several threads, on objects of their own and on shared ones. The Counter has its keys from the start: a
# transaction may end in a long `__missing__`, and in hostile modes in any.
import threading, zlib, hashlib, json, re, csv, io, struct, array, collections, random, decimal, bz2, itertools, heapq, functools, operator, datetime, base64, textwrap, copy, pickle, string, queue
from xml.etree import ElementTree as ET
shared_deque = collections.deque(); shared_dict = collections.OrderedDict(); shared_counter = collections.Counter(dict.fromkeys(range(7), 0)); shared_heap = []; shared_arr = array.array("q", [0] * 8); shared_ba = bytearray(8); it = itertools.count(); shared_hash = hashlib.sha256(); buf = io.StringIO(); w = csv.writer(buf); lock = threading.Lock(); shared_rnd = random.Random(5); errors = []; parser_total = [0]
@functools.lru_cache(50)
def cached(n): return n * n
def work(k):
    try:
        rnd = random.Random(k); c = zlib.compressobj(); d = zlib.decompressobj(); h = hashlib.md5(); out = b""; plain = b""
        for i in range(60):
            piece = bytes(rnd.choice(b"abc") for _ in range(200)); plain += piece; h.update(piece)
            out += d.decompress(c.compress(piece))
            shared_deque.append((k, i)); shared_dict[k, i] = i; shared_counter[i % 7] += 1; heapq.heappush(shared_heap, (i, k)); shared_arr[i % 8] += 1; shared_ba[i % 8] = (shared_ba[i % 8] + 1) % 256
            next(it); cached(i); shared_rnd.random()
            with lock: w.writerow([k, i, "x,y", 'q"'])
            s = json.dumps({"k": k, "i": [i, {"a": None}], "t": "ü" * (i % 5)}); assert json.loads(s)["k"] == k
            m = re.sub(r"(\d+)-(\w)", lambda m: m[2] * int(m[1]), f"{i % 5}-a {k}-b"); assert m == "a" * (i % 5) + " " + "b" * k
            assert struct.unpack("<Ih3s", struct.pack("<Ih3s", i, -k, b"abc")) == (i, -k, b"abc")
            assert decimal.Decimal(i) / 8 * 8 == i and pickle.loads(pickle.dumps((k, i, {"x": [i]}))) == (k, i, {"x": [i]})
            assert len(ET.fromstring(f"<a>{'<b/>' * (i % 9)}</a>")) == i % 9
            assert sorted([3, i, k], key=lambda x: -x)[0] == max(3, i, k)
            b = io.BytesIO(); b.write(piece); b.seek(50); assert b.read(10) == piece[50:60]
            t = io.TextIOWrapper(io.BytesIO("a\nü\n".encode() * 10), "utf-8"); assert len(t.readlines()) == 20
            assert (datetime.date(2024, 1, 1) + datetime.timedelta(days=i)).toordinal() == datetime.date(2024, 1, 1).toordinal() + i
        out += d.decompress(c.flush()); assert out == plain and h.hexdigest() == hashlib.md5(plain).hexdigest() and bz2.decompress(bz2.compress(plain)) == plain
    except BaseException as e:
        import traceback; errors.append(traceback.format_exc())
ts = [threading.Thread(target=work, args=(k,)) for k in range(4)]
[t.start() for t in ts]; [t.join() for t in ts]
print(errors[:1])
print(len(shared_deque), len(shared_dict), sum(shared_counter.values()), len(shared_heap), sum(shared_arr), sum(shared_ba), next(it), len(buf.getvalue().splitlines()), cached.cache_info().hits + cached.cache_info().misses)
print([heapq.heappop(shared_heap) for _ in range(5)], all(list(x for x in shared_deque if x[0] == k) == [(k, i) for i in range(60)] for k in range(4)), shared_rnd.random() == [r := random.Random(5), [r.random() for _ in range(240)], r.random()][2])
