# itertools, operator, heapq, bisect.
import bisect
import heapq
import itertools as it
import operator as op

print(list(it.accumulate([1, 2, 3, 4])), list(it.accumulate([3, 1, 2], max, initial=0)), list(it.batched("abcdefg", 3)))
print(list(it.chain("ab", [1], ())), list(it.chain.from_iterable(["ab", "cd"])), list(it.combinations("abcd", 2)))
print(list(it.combinations_with_replacement("ab", 2)), list(it.compress("abcd", [1, 0, 1, 1])), list(it.islice(it.count(5, 2.5), 3)))
print(list(it.islice(it.cycle("ab"), 5)), list(it.dropwhile(lambda x: x < 3, [1, 3, 2])), list(it.takewhile(lambda x: x < 3, [1, 3, 2])))
print(list(it.filterfalse(lambda x: x % 2, range(5))), [(k, list(g)) for k, g in it.groupby("aabbbc")], list(it.islice("abcdefg", 1, 6, 2)))
print(list(it.pairwise("abcd")), list(it.permutations("abc", 2)), list(it.product("ab", [1, 2])), list(it.product([0, 1], repeat=3))[-1])
print(list(it.repeat("x", 3)), list(it.starmap(pow, [(2, 3), (3, 2)])), [list(t) for t in it.tee([1, 2, 3], 2)], list(it.zip_longest("ab", [1], fillvalue="-")))
try:
    list(zip([1], [1, 2], strict=True))
except ValueError as e:
    print(e)
try:
    list(it.batched("abc", 2, strict=True))
except ValueError as e:
    print(e)
g = it.groupby(range(6), key=lambda x: x // 2)
k1, g1 = next(g)
k2, g2 = next(g)
print(k1, list(g1), k2, list(g2))
c = it.count(10)
print(next(c), next(c), c, it.repeat(1, 2), it.count(1, 2))
h = [5, 2, 8, 1, 9]
heapq.heapify(h)
print(h, heapq.heappop(h), heapq.heappushpop(h, 0), heapq.heapreplace(h, 7), heapq.nlargest(2, h), heapq.nsmallest(2, h, key=lambda x: -x))
print(list(heapq.merge([1, 4], [2, 3], [0, 9])), list(heapq.merge("ca", "b", reverse=True)))
a = [1, 3, 3, 5]
print(bisect.bisect(a, 3), bisect.bisect_left(a, 3), bisect.insort(a, 4), a, bisect.bisect([("a", 1), ("b", 2)], 1, key=lambda t: t[1]))
print(op.itemgetter(1, 0)("ab"), op.attrgetter("real", "imag")(1j), op.methodcaller("upper")("x"), op.add(1, 2), op.concat("a", "b"), op.index(5), op.truth([]))
print(list(map(op.add, [1, 2], [3, 4])), list(filter(None, [0, 1, "", "a"])), list(enumerate("ab", 5)), list(reversed([1, 2])), sum([[1], [2]], []))
print(max([1, 5, 3], key=lambda x: -x), min("b", "a"), max([], default="d"), any(x > 2 for x in [1, 3]), all([]), sorted({"b": 1, "a": 2}))
print(iter(lambda it=iter([1, 2, 0, 3]): next(it), 0).__class__.__name__, list(iter(lambda it=iter([1, 2, 0, 3]): next(it), 0)))


def primes():
    seen = {}
    for n in it.count(2):
        if n not in seen:
            yield n
            seen[n * n] = [n]
        else:
            for p in seen.pop(n):
                seen.setdefault(p + n, []).append(p)


print(list(it.islice(primes(), 20)), next(it.dropwhile(lambda p: p < 1000, primes())))
print(list(it.accumulate(range(1, 6), op.mul)), list(zip(*[iter("abcdef")] * 2)), list(it.chain(*zip("abc", "def"))))
