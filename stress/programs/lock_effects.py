"""Critical sections with effects that cannot be undone, with locks that are tried, waited for with a limit, and given back late."""

import os
import tempfile
import threading

THREADS, ROUNDS = 4, 150
locks = [threading.Lock() for _ in range(12)]
file, path = tempfile.mkstemp()
os.unlink(path)
inside = [0]
counts = {}
waiting = threading.Condition(threading.Lock())
again = threading.RLock()
turn = [0]


def write(lock, name):
    with lock:
        os.write(file, b"<")
        inside[0] += 1
        assert inside[0] == 1, "two threads in one critical section"
        for _ in range(name):
            pass
        inside[0] -= 1
        os.write(file, b">")


def run(me):
    for i in range(ROUNDS):
        write(locks[0], i % 7)
        # Without a boundary between them.
        for lock in locks:
            with lock:
                counts[lock] = counts.get(lock, 0) + 1
        if i % 3 == 0:
            while not locks[1].acquire(False):
                pass
        else:
            while not locks[1].acquire(timeout=0.01):
                pass
        counts["tried"] = counts.get("tried", 0) + 1
        for _ in range(i % 5):
            pass
        locks[1].release()
        assert not locks[1].acquire(False) or locks[1].release() is None
        with again:
            for _ in range(i % 3):
                again.acquire()
            before = counts.get("again", 0)
            for _ in range(i % 4):
                pass
            counts["again"] = before + 1
            for _ in range(i % 3):
                again.release()
            assert again._is_owned()
        assert not again._is_owned()
    # In turn.
    for i in range(10):
        with waiting:
            while turn[0] % THREADS != me:
                waiting.wait()
            turn[0] += 1
            waiting.notify_all()


threads = [threading.Thread(target=run, args=(i,)) for i in range(THREADS)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert os.pread(file, 10**6, 0) == b"<>" * (THREADS * ROUNDS), "effects of critical sections overlap"
assert counts["tried"] == THREADS * ROUNDS and all(counts[l] == THREADS * ROUNDS for l in locks), counts
assert counts["again"] == THREADS * ROUNDS and not again.locked()
assert turn[0] == THREADS * 10 and not any(l.locked() for l in locks)
print("ok")
