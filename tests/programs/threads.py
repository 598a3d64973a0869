# threading: threads, locks, conditions, events, barriers, thread-local data, executors, queues.
import concurrent.futures
import queue
import threading
import time

counter = 0
lock = threading.Lock()


def locked():
    global counter
    for _ in range(2000):
        with lock:
            counter += 1


ts = [threading.Thread(target=locked, name=f"w{i}") for i in range(4)]
for t in ts:
    t.start()
for t in ts:
    t.join()
print(counter, [t.name for t in ts], any(t.is_alive() for t in ts))

total = 0


def unlocked():
    global total
    for _ in range(2000):
        total += 1


ts = [threading.Thread(target=unlocked) for i in range(4)]
[t.start() for t in ts]
[t.join() for t in ts]
print(total)

shared = {}
ts = [threading.Thread(target=lambda i=i: [shared.__setitem__((i, k), k) for k in range(200)]) for i in range(4)]
[t.start() for t in ts]
[t.join() for t in ts]
print(len(shared), sum(shared.values()))

r = threading.RLock()
with r:
    with r:
        print("reentered")
try:
    r.release()
except RuntimeError as e:
    print(e)
try:
    threading.Lock().release()
except RuntimeError as e:
    print(e)
print(lock.acquire(), lock.acquire(blocking=False), lock.acquire(timeout=0.01), lock.locked(), lock.release(), lock.locked())

cond = threading.Condition()
items = []


def consumer(out):
    for _ in range(5):
        with cond:
            cond.wait_for(lambda: items)
            out.append(items.pop(0))


out = []
c = threading.Thread(target=consumer, args=(out,))
c.start()
for i in range(5):
    with cond:
        items.append(i)
        cond.notify()
c.join()
print(out)

ev = threading.Event()
woken = []
ws = [threading.Thread(target=lambda i=i: (ev.wait(), woken.append(i))) for i in range(3)]
[w.start() for w in ws]
print(ev.is_set(), ev.wait(0.01))
ev.set()
[w.join() for w in ws]
print(sorted(woken), ev.wait())

bar = threading.Barrier(3)
hits = []


def at_barrier():
    hits.append("before")
    n = bar.wait()
    hits.append("after")
    return n


bs = [threading.Thread(target=at_barrier) for _ in range(3)]
[b.start() for b in bs]
[b.join() for b in bs]
print(hits)

sem = threading.BoundedSemaphore(2)
print(sem.acquire(), sem.acquire(), sem.acquire(blocking=False))
sem.release()
sem.release()
try:
    sem.release()
except ValueError as e:
    print(e)

local = threading.local()
local.x = "main"
seen = []


def see():
    seen.append(hasattr(local, "x"))
    local.x = "thread"
    seen.append(local.x)


t = threading.Thread(target=see)
t.start()
t.join()
print(local.x, seen)


class MyLocal(threading.local):
    def __init__(self, v):
        self.v = [v]


ml = MyLocal(1)
ml.v.append(2)
t = threading.Thread(target=lambda: seen.append(ml.v))
t.start()
t.join()
print(ml.v, seen[-1])

with concurrent.futures.ThreadPoolExecutor(max_workers=3) as ex:
    print(list(ex.map(lambda x: x * x, range(10))))
    fs = [ex.submit(pow, 2, k) for k in range(5)]
    print(sorted(f.result() for f in concurrent.futures.as_completed(fs)))
    bad = ex.submit(lambda: 1 / 0)
    print(repr(bad.exception()), bad.done())
    try:
        bad.result()
    except ZeroDivisionError as e:
        print(e)
    slow = ex.submit(time.sleep, 0.05)
    try:
        slow.result(timeout=0.001)
    except TimeoutError as e:
        print("timeout", type(e).__name__)
    done, pending = concurrent.futures.wait([slow])
    print(len(done), len(pending))
try:
    ex.submit(print)
except RuntimeError as e:
    print(e)

q = queue.Queue(maxsize=2)


def producer():
    for i in range(6):
        q.put(i)
    q.put(None)


p = threading.Thread(target=producer)
p.start()
got = []
while (x := q.get()) is not None:
    got.append(x)
p.join()
print(got, q.empty())
try:
    q.get(timeout=0.01)
except queue.Empty:
    print("empty")
try:
    q.put(1), q.put(2), q.put_nowait(3)
except queue.Full:
    print("full")
pq = queue.PriorityQueue()
for n in [3, 1, 2]:
    pq.put(n)
lq = queue.LifoQueue()
lq.put(1), lq.put(2)
sq = queue.SimpleQueue()
sq.put("s")
print([pq.get() for _ in range(3)], lq.get(), sq.get(), sq.empty())
sd = queue.Queue()
sd.shutdown()
try:
    sd.put(1)
except queue.ShutDown as e:
    print("shut down")

timer_hits = []
tm = threading.Timer(0.01, timer_hits.append, [1])
tm.start()
tm.join()
never = threading.Timer(10, timer_hits.append, [2])
never.start()
never.cancel()
never.join()
print(timer_hits)


class Own(threading.Thread):
    def run(self):
        self.result = threading.current_thread() is self


o = Own(daemon=True)
o.start()
o.join()
print(o.result, o.daemon, threading.main_thread() is threading.current_thread(), threading.active_count(), threading.main_thread().name)
try:
    o.start()
except RuntimeError as e:
    print(e)
try:
    threading.Thread().join()
except RuntimeError as e:
    print(e)
try:
    threading.current_thread().join()
except RuntimeError as e:
    print(e)

errors = []
threading.excepthook = lambda a: errors.append((a.exc_type.__name__, str(a.exc_value), a.thread.name))
t = threading.Thread(target=lambda: [][1], name="failing")
t.start()
t.join()
print(errors)


def gen():
    for i in range(3):
        yield i


g = gen()
res = []
t = threading.Thread(target=lambda: res.extend(g))
next(g)
t.start()
t.join()
print(res)


class Account:
    def __init__(self, n):
        self.n = n


accounts = [Account(100) for _ in range(5)]


def move(seed):
    import random
    rng = random.Random(seed)
    for _ in range(300):
        a, b = rng.sample(accounts, 2)
        a.n, b.n = a.n - 1, b.n + 1


ts = [threading.Thread(target=move, args=(s,)) for s in range(4)]
[t.start() for t in ts]
[t.join() for t in ts]
print(sum(a.n for a in accounts))
