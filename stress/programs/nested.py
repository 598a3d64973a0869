# Python code called by native code: sort keys, comparisons, hashes, __del__, descriptors, all touching shared state.
import functools
import threading

calls = {"key": 0, "hash": 0, "eq": 0, "get": 0, "cmp": 0}


class K:
    def __init__(self, n):
        self.n = n

    def __hash__(self):
        calls["hash"] += 1
        return self.n % 5

    def __eq__(self, other):
        calls["eq"] += 1
        return self.n == other.n


class P:
    @property
    def x(self):
        calls["get"] += 1
        return 1


table = {}
p = P()


def key(x):
    calls["key"] += 1
    return -x


def compare(a, b):
    calls["cmp"] += 1
    return b - a


def work(me):
    for i in range(100):
        assert sorted(range(10), key=key) == list(range(9, -1, -1))
        k = K(i % 20)
        table[k] = table.get(k, 0) + 1
        assert sum(map(lambda _: p.x, range(5))) == 5
        assert sorted([1, 2], key=functools.cmp_to_key(compare)) == [2, 1]
        assert max(map(key, [1, 2])) == -1


threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert calls["key"] == 3 * 100 * 12, calls
assert calls["get"] == 1500 and calls["cmp"] == 300, calls
assert calls["hash"] == 600, calls
assert len(table) == 20 and sum(table.values()) == 300
print("ok")
