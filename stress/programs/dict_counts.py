# d[k] = d.get(k, 0) + 1, on few keys and on many.
import threading

few, many = {}, {}


def work(me):
    for i in range(1000):
        k = i % 7
        few[k] = few.get(k, 0) + 1
        k = "key%d" % (i % 200)
        many[k] = many.get(k, 0) + 1
        if i % 50 == 0:
            few.setdefault("last", {})[me] = i


threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
for t in threads:
    t.start()
for t in threads:
    t.join()
last = few.pop("last")
assert last == {n: 950 for n in range(8)}, last
assert sum(few.values()) == 8000 and len(few) == 7, few
assert sum(many.values()) == 8000 and len(many) == 200, len(many)
assert all(v == 40 for v in many.values())
print("ok")
