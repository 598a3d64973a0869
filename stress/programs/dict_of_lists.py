# Nested containers that are made by whoever comes first.
import threading
from collections import Counter, defaultdict, deque

table, sets, deques, counts = {}, defaultdict(set), defaultdict(deque), Counter()


def work(me):
    for i in range(1000):
        k = i % 13
        table.setdefault(k, []).append((me, i))
        sets[k].add((me, i))
        deques[k].append((me, i))
        counts[k] += 1
        if i % 5 == 0:
            row = table.get(("row", me))
            if row is None:
                table["row", me] = row = {}
            row[i] = [i]


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
for me in range(4):
    row = table.pop(("row", me))
    assert row == {i: [i] for i in range(0, 1000, 5)}
want = sorted((m, i) for m in range(4) for i in range(1000))
assert sorted(x for v in table.values() for x in v) == want
assert sorted(x for v in sets.values() for x in v) == want
assert sorted(x for v in deques.values() for x in v) == want
assert sum(counts.values()) == 4000
print("ok")
