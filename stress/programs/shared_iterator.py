# Iterators shared by threads give every item once.
import itertools
import threading


def drain(it, n=4):
    got = [[] for _ in range(n)]

    def work(mine):
        while True:
            try:
                for x in it:
                    mine.append(x)
                break
            except ValueError as e:
                # Another thread runs the generator.
                assert str(e) == "generator already executing", e

    threads = [threading.Thread(target=work, args=(g,)) for g in got]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    return sorted(x for g in got for x in g)


want = list(range(3000))
assert drain(iter(range(3000))) == want
assert drain(iter(want)) == want
assert drain(iter(dict.fromkeys(want))) == want
assert drain(itertools.islice(itertools.count(), 3000)) == want
assert drain(i for i, _ in zip(range(3000), itertools.repeat(None))) == want
assert drain(map(int, map(str, want))) == want


class Numbers:
    def __init__(self):
        self.n = 0

    def __iter__(self):
        return self

    def __next__(self):
        n = self.n
        if n == 3000:
            raise StopIteration
        self.n = n + 1
        return n


got = drain(Numbers())
assert got == want
print("ok")
