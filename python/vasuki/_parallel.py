"""Work on all cores with the result of some order, or of the given one."""

import os
import threading
from collections import deque

from . import _native, atomic


def _cores():
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def _in_threads(count, work, stop):
    """Runs `work()` in so many threads. If a signal handler raises an exception meanwhile, calls `stop()`, which makes them end
    soon, and waits for that: nothing is done afterwards.
    """
    threads = [threading.Thread(target=work, name=f"vasuki-{i}", daemon=True) for i in range(count)]
    try:
        for t in threads:
            t.start()
        for t in threads:
            t.join()
    except BaseException:
        stop()
        for t in threads:
            # Others have not begun, and will do nothing.
            if t.is_alive():
                t.join()
        raise


def _check_threads(threads):
    if threads is None:
        return _cores()
    if threads < 1:
        raise ValueError("threads must be at least 1")
    return threads


class TransactionQueue:
    """Tasks that run on all cores, each as one transaction: as if one after the other, in some order.

        queue = vasuki.TransactionQueue()
        for node in roots:
            queue.add(visit, node)
        queue.run()
    """

    def __init__(self):
        self._tasks = deque()
        self._running = threading.local()

    def add(self, function, /, *args, **kwargs):
        """Adds a task. A task may add others: they belong to the queue when it has ended."""
        added = getattr(self._running, "added", None)
        (self._tasks if added is None else added).append((function, args, kwargs))

    def __len__(self):
        """How many tasks have not been started."""
        return len(self._tasks)

    def run(self, threads=None):
        """Runs all tasks, those too that tasks add, in so many threads (as there are cores). The first exception of a task is
        raised when the tasks that run have ended; the others stay in the queue. So it is with an exception of a signal handler.
        """
        tasks, lock = self._tasks, threading.Condition()
        active = 0
        failure = None
        stopped = False

        def step():
            """Runs a task. False: there is none, and there will be none."""
            nonlocal active, failure, stopped
            with lock:
                while not tasks and active and not stopped:
                    lock.wait()
                if not tasks or stopped:
                    return False
                function, args, kwargs = tasks.popleft()
                active += 1
            added, error = [], None
            self._running.added = added
            try:
                with atomic:
                    function(*args, **kwargs)
            except BaseException as e:
                error = e
            finally:
                self._running.added = None
            with lock:
                tasks.extend(added)
                active -= 1
                if error is not None and failure is None:
                    failure, stopped = error, True
                lock.notify_all()
            return True

        def work():
            while step():
                pass

        def stop():
            nonlocal stopped
            with lock:
                stopped = True
                lock.notify_all()

        _in_threads(_check_threads(threads), work, stop)
        if failure is not None:
            raise failure


def ordered(function, items, threads=None):
    """`[function(item) for item in items]`, on all cores, with exactly that loop's result: calls run ahead of their turn as
    transactions, and commit in order. What a call reads that an earlier one changes is read again. An exception ends the
    loop: calls after it have done nothing. So does one of a signal handler, as Ctrl-C's.
    """
    items = list(items)
    threads = min(_check_threads(threads), len(items))
    # Without transactions, and in one, the loop itself is all there is.
    if threads <= 1 or _native.is_atomic() or not hasattr(_native, "Turns"):
        return [function(item) for item in items]
    turns = _native.Turns(len(items), threads)
    parts = []
    failures = []

    def step(first, end):
        return [function(item) for item in items[first:end]]

    def work():
        mine = []
        try:
            while True:
                with atomic:
                    turn = turns.run(step)
                    if turn is None:
                        break
                    mine.append(turn)
                turns.done()
        except BaseException as e:
            failures.append(e)
            turns.stop()
        parts.extend(mine)

    _in_threads(threads, work, turns.stop)
    if failures:
        raise failures[0]
    results = []
    for _, done in sorted(parts, key=lambda p: p[0]):
        for part in done:
            results += part
    return results
