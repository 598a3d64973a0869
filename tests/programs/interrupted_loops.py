# Ctrl-C ends loops that run on all cores, as it ends a loop: when they have raised, nothing is done any more.
import os
import signal
import threading
import time
import vasuki

signal.signal(signal.SIGINT, signal.default_int_handler)
done, workers = [], set()


def interrupt():
    while len(workers) < 2:
        time.sleep(0.001)
    # The main thread waits for both.
    time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGINT)


def interrupted(work):
    done.clear()
    workers.clear()
    thread = threading.Thread(target=interrupt)
    thread.start()
    try:
        work()
    except KeyboardInterrupt:
        n = len(done)
        time.sleep(0.05)
        print(len(done) == n)
    thread.join()


def item(i):
    for _ in range(200):
        pass
    done.append(i)
    workers.add(threading.current_thread().name)


interrupted(lambda: vasuki.ordered(item, range(1_000_000), threads=2))
print(done == list(range(len(done))))

queue = vasuki.TransactionQueue()


def task(i):
    item(i)
    queue.add(task, i + 1)


for i in range(4):
    queue.add(task, i * 1_000_000)
interrupted(lambda: queue.run(threads=2))
print(len(queue))


# They can be run on.
def last(i):
    done.append(i)


done.clear()
left = len(queue)
queue.add(last, -1)
interrupted(lambda: queue.run(threads=2))
print(left, -1 in done)
print(vasuki.ordered(lambda i: i * i, range(10)))
