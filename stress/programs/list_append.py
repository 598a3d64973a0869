# Appends are all there, each thread's in its order; extend and += are atomic; pops take each item once.
import threading

items, pairs = [], []
taken = [[], []]


def produce(me):
    for i in range(1000):
        items.append((me, i))
        if i % 4 == 0:
            pairs.extend([(me, i), (me, i)])
        elif i % 4 == 2:
            global_pairs = pairs
            global_pairs += [(me, i), (me, i)]


def run(f, n):
    threads = [threading.Thread(target=f, args=(k,)) for k in range(n)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


run(produce, 8)
assert len(items) == 8000
for me in range(8):
    assert [i for m, i in items if m == me] == list(range(1000))
assert len(pairs) == 8000
for a, b in zip(pairs[::2], pairs[1::2]):
    assert a == b, (a, b)


def consume(me):
    mine = taken[me]
    while items:
        try:
            mine.append(items.pop())
        except IndexError:
            break


run(consume, 2)
both = taken[0] + taken[1]
assert len(both) == 8000 and len(set(both)) == 8000, len(both)
print("ok")
