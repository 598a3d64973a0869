# The second function is called when the first one wants to wait, also in a transaction that has been aborted so often that it may
# not be aborted any more; and what the first one has done is undone then.

import threading
import vasuki

table = dict.fromkeys(range(100), 0)
shared = [0] * 8


def first(i, n):
    table[i] = -1
    table["new", i] = n
    for k in range(400):
        shared[k % 8] += 1000
    vasuki.retry()


def second(i):
    if ("new", i) in table or table[i] < 0:
        raise AssertionError("the first function's changes are there")
    for k in range(8):
        shared[k] += 1
    table[i] += 1


def work(i):
    for n in range(20):
        vasuki.or_else(lambda: first(i, n), lambda: second(i))


threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(shared, [table[i] for i in range(5)], len(table))
