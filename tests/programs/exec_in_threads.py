# Code whose globals only one thread has, while other threads run: what inline caches know of such globals goes with the keys, also
# when the transaction that has changed them is undone.

import threading
import vasuki

CODE = """
def count(n):
    total = 0
    for i in range(n):
        total += step * scale
    return total
step, scale = 2, 3
"""


class Undo(Exception):
    pass


def work(results, i):
    namespace = {}
    exec(CODE, namespace)
    count = namespace["count"]
    sums = [count(100)]
    namespace["scale"] = i
    sums.append(count(100))
    try:
        vasuki.or_else(lambda: change(namespace), lambda: sums.append(count(100)))
    except Undo:
        sums.append("undone")
    del namespace["scale"]
    try:
        count(1)
    except NameError as e:
        sums.append(str(e))
    namespace |= {"len": None, "scale": 1}
    sums.append(count(10))
    results[i] = sums


def change(namespace):
    namespace["scale"] = 1000
    namespace["other"] = 1
    if namespace["count"](1) != 2000:
        raise AssertionError("old globals")
    vasuki.retry()


results = {}
threads = [threading.Thread(target=work, args=(results, i)) for i in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
for i in range(4):
    print(i, results.get(i))
