"""Handlers of signals are no part of the atomic block in which the signal arrives: it can still be undone."""

import signal
import threading
import time
import vasuki

hits = []
flag = [0]


class Stop(Exception):
    pass


def count(number, frame):
    hits.append(vasuki.is_atomic())
    time.sleep(0.0001)


def stop(number, frame):
    raise Stop


def every(seconds):
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)


def busy(seconds):
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


def set_flags():
    for i in range(10):
        time.sleep(0.01)
        with vasuki.atomic:
            flag[0] = i + 1


# Blocks that wait for a change, while signals come all the time.
signal.signal(signal.SIGALRM, count)
every(0.002)
thread = threading.Thread(target=set_flags)
thread.start()
seen = 0
while seen < 10:
    with vasuki.atomic:
        busy(0.003)
        if flag[0] == seen:
            vasuki.retry()
        seen = flag[0]
thread.join()
print("waited", seen, len(hits) > 2)

# A block that takes far longer than it is from one signal to the next ends too.
runs = []
with vasuki.atomic:
    runs.append(1)
    busy(0.2)
print("ended", len(runs))
every(0)
busy(0.01)

# Handlers that raise: the block is left, and what it did before is there.
signal.signal(signal.SIGALRM, stop)


def leave(block):
    signal.setitimer(signal.ITIMER_REAL, 0.03)
    try:
        with vasuki.atomic:
            block()
        busy(100)
    except Stop:
        print("left", block.__name__, vasuki.is_atomic())


def for_ever():
    while True:
        flag[0] += 1


def waits():
    if flag[0] >= 0:
        vasuki.retry()


def has_had_an_effect():
    vasuki.irrevocable()
    for_ever()


def soon():
    flag[0] = -1


other = threading.Thread(target=time.sleep, args=(3,), daemon=True)
other.start()
for block in for_ever, has_had_an_effect, waits, soon:
    leave(block)
print(flag)

# What a handler raises is raised in or right after the block that it has met, also when that is undone again and again.
late = []


def is_allowed(number, frame):
    hits.append(allowed[0])
    if allowed[0]:
        raise Stop


def disturb():
    while allowed[0] is not None:
        with vasuki.atomic:
            flag[0] += 1


allowed = [False]
signal.signal(signal.SIGALRM, is_allowed)
threads = [threading.Thread(target=disturb) for _ in range(2)]
for t in threads:
    t.start()
every(0.001)
end = time.perf_counter() + 1
while time.perf_counter() < end:
    try:
        allowed[0] = True
        with vasuki.atomic:
            for i in range(20):
                flag[0] += 1
        for i in range(2):
            pass
        allowed[0] = False
        try:
            busy(0.002)
        except Stop:
            late.append(1)
    except Stop:
        allowed[0] = False
every(0)
busy(0.01)
allowed[0] = None
for t in threads:
    t.join()
print("late:", len(late))
