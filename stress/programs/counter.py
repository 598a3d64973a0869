# counter.n += 1 from several threads loses nothing.
import threading


class Counter:
    pass


counter = Counter()
counter.n = 0
total = 0


def work():
    global total
    for _ in range(1500):
        counter.n += 1
        total += 1


threads = [threading.Thread(target=work) for _ in range(8)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert counter.n == 12000, counter.n
assert total == 12000, total
print("ok")
