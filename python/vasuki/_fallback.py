"""What `vasuki` has natively, for other Pythons: atomic blocks hold one lock.

Nothing can be undone here. So `retry` runs an atomic function again only if it is called before the function has changed
anything, and not in a `with` block, which cannot be run again: there it is RuntimeError. The same holds for `or_else`.
"""

import threading
import time

_lock = threading.RLock()
_changed = threading.Condition(_lock)
_local = threading.local()
_counts = {"commits": 0, "aborts": 0, "irrevocable": 0, "collections": 0, "collection_nanoseconds": 0}


class _Retry(BaseException):
    """On its way to the function that runs again."""

    def __init__(self, timeout):
        self.timeout = timeout


def _depth():
    return getattr(_local, "depth", 0)


class Atomic:
    def __enter__(self):
        _lock.acquire()
        _local.depth = _depth() + 1
        return self

    def __exit__(self, kind, exception, traceback):
        _local.depth -= 1
        if not _local.depth:
            if kind is not _Retry:
                _counts["commits"] += 1
                _changed.notify_all()
        _lock.release()
        if kind is _Retry and not _local.depth and not getattr(_local, "runs_function", False):
            raise RuntimeError("retry() in a with block: only Vasuki can run it again") from None


def call(function, args, kwargs):
    """An atomic function: runs again when it retries."""
    if _depth():
        return function(*args, **kwargs)
    began = time.monotonic()
    with _lock:
        while True:
            _local.runs_function = True
            try:
                with Atomic():
                    return function(*args, **kwargs)
            except _Retry as e:
                _counts["aborts"] += 1
                timeout = e.timeout
            finally:
                _local.runs_function = False
            left = None if timeout is None else began + timeout - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError("nothing has changed in time")
            _changed.wait(left)


def retry(timeout):
    if not _depth():
        raise RuntimeError("retry() outside of an atomic block")
    raise _Retry(timeout)


def or_else(functions):
    *others, last = functions
    for f in others:
        try:
            return f()
        except _Retry:
            pass
    return last()


def irrevocable():
    pass


def is_atomic():
    return _depth() > 0


def stats():
    with _lock:
        return dict(_counts)
