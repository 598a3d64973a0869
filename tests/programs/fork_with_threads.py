"""The child of a fork has one thread, with threads, locks, streams and collections that work."""
import gc
import os
import sys
import threading
import warnings

stop = False
lock = threading.Lock()
shared = {}


def compute():
    n = 0
    while not stop:
        n += 1
        with lock:
            shared[n % 100] = [n]


def sleeper():
    event = threading.Event()
    while not stop:
        event.wait(0.0001)


def child():
    assert threading.active_count() == 1, threading.enumerate()
    assert threading.main_thread() is threading.current_thread()
    assert not any(t.is_alive() for t in others)
    results = []

    def work(i):
        for j in range(50):
            results.append((i, j))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(3)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert len(results) == 150
    gc.collect()
    return 3


def fork_some():
    for _ in range(8):
        pid = os.fork()
        if pid == 0:
            code = 9
            try:
                code = child()
            finally:
                os._exit(code)
        codes.append(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


codes = []
others = [threading.Thread(target=f) for f in (compute, compute, sleeper, sleeper, sleeper)]
for t in others:
    t.start()
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter("always")
    fork_some()
print({w.category.__name__ for w in seen}, str(seen[0].message).partition(") ")[2])
with warnings.catch_warnings(action="ignore"):
    t = threading.Thread(target=fork_some)
    t.start()
    t.join()
    # A child that ends by itself has its exit code and its output.
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        print("from the child")
        sys.exit(7)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    # Hooks, in order; the parent's waits for the child's.
    reader, writer = os.pipe()
    os.register_at_fork(
        before=lambda: print("before", flush=True),
        after_in_child=lambda: (print("child", flush=True), os.write(writer, b".")),
        after_in_parent=lambda: (os.read(reader, 1), print("parent")),
    )
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        sys.stdout.flush()
        os._exit(0)
    os.waitpid(pid, 0)
stop = True
print(codes)
