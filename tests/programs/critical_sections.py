# Critical sections of one lock: short ones side by side, long ones and ones that block by themselves.
import threading
import time

lock = threading.Lock()
pair = [0, 0]
wrong = []


def step(i):
    pair[i] += 1


def short():
    for _ in range(3000):
        with lock:
            if pair[0] != pair[1]:
                wrong.append(("short", list(pair)))
            pair[0] += 1
            pair[1] += 1


def with_calls():
    for _ in range(1500):
        with lock:
            if pair[0] != pair[1]:
                wrong.append(("calls", list(pair)))
            step(0)
            for _ in range(3):
                step(1)
            for _ in range(2):
                step(0)


def blocking():
    for _ in range(20):
        with lock:
            pair[0] += 1
            time.sleep(0.0005)
            pair[1] += 1


def reading():
    for _ in range(1500):
        with lock:
            a = pair[0]
            len(str(a))
            b = pair[1]
        if a != b:
            wrong.append(("reading", a, b))


def trying():
    done = 0
    while done < 500:
        if lock.acquire(blocking=False):
            step(0)
            step(1)
            lock.release()
            done += 1


def with_timeouts():
    done = 0
    while done < 500:
        if lock.acquire(timeout=0.01):
            step(0)
            step(1)
            lock.release()
            done += 1


def in_threads(*works):
    threads = [threading.Thread(target=w) for w in works]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


in_threads(short, short, reading)
print(pair, wrong)
in_threads(short, with_calls, reading, reading)
print(pair, wrong)
in_threads(short, with_calls, blocking, reading, trying, with_timeouts)
print(pair, wrong)

# A lock is handed from thread to thread: each waits for what another one gives back.
baton = [threading.Lock() for _ in range(3)]
for b in baton[1:]:
    b.acquire()
laps = []


def runner(i):
    for lap in range(50):
        baton[i].acquire()
        laps.append((lap, i))
        baton[(i + 1) % 3].release()


in_threads(*[lambda i=i: runner(i) for i in range(3)])
print(laps == [(lap, i) for lap in range(50) for i in range(3)])

# What one thread holds at the end of its transaction, others see as held.
seen = []
held, go_on = threading.Event(), threading.Event()


def holder():
    with lock:
        held.set()
        go_on.wait()


def looker():
    held.wait()
    seen.extend([lock.locked(), lock.acquire(blocking=False), lock.acquire(timeout=0.001)])
    go_on.set()
    seen.append(lock.acquire(timeout=10))
    lock.release()
    seen.append(lock.locked())


in_threads(holder, looker)
print(seen)

# An RLock is taken again, also by what blocks.
rlock = threading.RLock()
depth = [0]


def again(n):
    with rlock:
        depth[0] += 1
        if n:
            again(n - 1)
        depth[0] -= 1
        if depth[0] < 0 or depth[0] != 0 and n == 4:
            wrong.append(("again", depth[0]))


def again_and_sleep():
    for _ in range(10):
        with rlock:
            again(4 if depth[0] == 0 else 0)
            depth[0] += 1
            time.sleep(0.0002)
            depth[0] -= 1


def many():
    for _ in range(300):
        again(4)


in_threads(many, many, again_and_sleep)
print(depth, wrong)

# Never more than two at once.
semaphore = threading.Semaphore(2)
inside, most = [0], [0]
guard = threading.Lock()


def enter():
    for _ in range(100):
        with semaphore:
            with guard:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            with guard:
                inside[0] -= 1


in_threads(*[enter] * 5)
print(inside, most[0] <= 2)

# Conditions: what was put is got, once.
condition = threading.Condition()
items, got = [], []


def put():
    for i in range(200):
        with condition:
            items.append(i)
            condition.notify()


def get():
    for _ in range(100):
        with condition:
            while not items:
                condition.wait()
            got.append(items.pop())


in_threads(put, get, get)
print(sorted(got) == list(range(200)), items)
for f in lock.release, rlock.release:
    try:
        f()
    except RuntimeError as e:
        print(e)
