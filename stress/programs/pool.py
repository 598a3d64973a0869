# concurrent.futures: results, exceptions, callbacks.
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed, wait

done = []


def square(n):
    if n % 17 == 0:
        raise ValueError(n)
    return n * n


with ThreadPoolExecutor(max_workers=4) as pool:
    futures = {pool.submit(square, n): n for n in range(200)}
    for f in futures:
        f.add_done_callback(lambda f: done.append(futures[f]))
    good = bad = 0
    for f in as_completed(futures):
        n = futures[f]
        if n % 17 == 0:
            assert f.exception().args == (n,)
            bad += 1
        else:
            assert f.result() == n * n
            good += 1
    assert (good, bad) == (188, 12)
    assert list(pool.map(lambda x: x + 1, range(100))) == list(range(1, 101))
    barrier = threading.Barrier(4)
    order = list(pool.map(lambda _: barrier.wait(), range(8)))
    assert sorted(order) == [0, 0, 1, 1, 2, 2, 3, 3]
    event = threading.Event()
    waiting = [pool.submit(event.wait) for _ in range(3)]
    event.set()
    assert all(wait(waiting).done)
    assert all(f.result() for f in waiting)
assert sorted(done) == list(range(200))
print("ok")
