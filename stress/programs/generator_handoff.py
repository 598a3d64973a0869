# A generator is handed from thread to thread; one that runs cannot be entered by another.
import queue
import threading


def numbers():
    total = 0
    while True:
        got = yield total
        total += got


g = numbers()
next(g)
baton = [queue.SimpleQueue() for _ in range(3)]
results = []


def work(me):
    for i in range(100):
        n = baton[me].get()
        total = g.send(n)
        if me == 2:
            results.append(total)
        baton[(me + 1) % 3].put(n)


threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
for t in threads:
    t.start()
baton[0].put(2)
for t in threads:
    t.join()
assert results == [6 * (i + 1) for i in range(100)], results[:5]


def shared():
    n = 0
    while n < 2000:
        n += 1
        yield n


s = shared()
got, refused = [], []


def drain():
    mine, no = [], 0
    while True:
        try:
            mine.append(next(s))
        except StopIteration:
            break
        except ValueError:
            no += 1
    got.append(mine)
    refused.append(no)


threads = [threading.Thread(target=drain) for _ in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert sorted(x for m in got for x in m) == list(range(1, 2001))
print("ok")
