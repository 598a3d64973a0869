"""What `vasuki` has natively, for other Pythons: atomic blocks hold one lock.

Nothing can be undone here. So `retry` runs an atomic function again only if it is called before the function has changed
anything, and not in a `with` block, which cannot be run again: there it is RuntimeError. The same holds for `or_else`.
"""

import threading
import time
from functools import wraps

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
        outermost = not _local.depth
        if outermost and kind is not _Retry:
            _counts["commits"] += 1
            _changed.notify_all()
        _lock.release()
        if outermost and kind is _Retry and not getattr(_local, "reruns", False):
            raise RuntimeError("retry() in a with block: only Vasuki can run it again") from None


def rerun(function):
    """An atomic function that runs again when it retries."""

    @wraps(function)
    def again(*args, **kwargs):
        if _depth():
            return function(*args, **kwargs)
        began = time.monotonic()
        # Held while it starts to wait, so that no change is missed.
        with _lock:
            while True:
                _local.reruns = True
                try:
                    return function(*args, **kwargs)
                except _Retry as e:
                    timeout = e.timeout
                finally:
                    _local.reruns = False
                _counts["aborts"] += 1
                left = None if timeout is None else began + timeout - time.monotonic()
                if left is not None and left <= 0:
                    raise TimeoutError("nothing has changed in time")
                _changed.wait(left)

    return again


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
        return dict(_counts, conflicts=[])
