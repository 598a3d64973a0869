# Many short threads, one after the other and many at once: the world goes solo and concurrent again each time.
import threading

total = 0
results = {}


def work(n):
    global total
    total += n
    results[n] = [n, {"n": n}]


kept = []
for n in range(60):
    t = threading.Thread(target=work, args=(n,))
    t.start()
    # Made while the world is concurrent, stored when it is solo.
    mine = [n]
    t.join()
    kept.append(mine)
    if n % 10 == 0:
        for _ in range(2000):
            pass
for round in range(6):
    threads = [threading.Thread(target=work, args=(100 + round * 20 + k,)) for k in range(20)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def reads():
    assert [k[0] for k in kept] == list(range(60))
    for k in kept:
        k.append(1)


threads = [threading.Thread(target=reads) for _ in range(1)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert all(len(k) == 2 for k in kept)
assert total == sum(range(60)) + sum(range(100, 220)), total
assert all(v == [k, {"n": k}] for k, v in results.items()) and len(results) == 180
print("ok")
