"""Transactions for Python programs.

    import vasuki

    def transfer(a, b, amount):
        with vasuki.atomic:
            if a.balance < amount:
                vasuki.retry()          # waits until a.balance changes
            a.balance -= amount
            b.balance += amount

On Vasuki an atomic block is one transaction: other threads see all of it or nothing, and run meanwhile. On other Pythons
this package does with one lock what it can: see `_fallback`.
"""

from functools import wraps as _wraps
from inspect import isasyncgenfunction as _is_async_generator
from inspect import iscoroutinefunction as _is_coroutine
from inspect import isgeneratorfunction as _is_generator

try:
    import _vasuki as _native
except ImportError:
    from . import _fallback as _native

__all__ = ["atomic", "retry", "or_else", "irrevocable", "is_atomic", "stats", "TransactionQueue", "ordered"]


class _Atomic(_native.Atomic):
    """`with atomic:` runs the block as one transaction, `@atomic` every call of the function.

    Blocks in blocks belong to the outermost one. An exception leaves the block as any other: what was done so far stays.
    """

    def __call__(self, function):
        if _is_generator(function) or _is_coroutine(function) or _is_async_generator(function):
            raise TypeError("atomic functions cannot be suspended: no generators, no coroutines")

        @_wraps(function)
        def atomic_function(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        if hasattr(_native, "rerun"):
            return _native.rerun(atomic_function)
        return atomic_function

    def __repr__(self):
        return "vasuki.atomic"


atomic = _Atomic()


def retry(timeout=None):
    """Undoes the atomic block, waits until something changes that it has read, and runs it again.

    With a timeout, in seconds, it raises TimeoutError when the block has waited for so long in all. RuntimeError outside of
    an atomic block, in one that has read nothing that another thread could change, and in one that cannot be undone any more.
    """
    _native.retry(timeout)


def or_else(*functions):
    """Calls the first function, as a part of the atomic block; if it calls `retry`, undoes what it has done, and calls the
    next one. If all of them retry, the block waits for what any of them has read. Returns what the function returns.
    """
    if not functions:
        raise TypeError("or_else() takes at least one function")
    with atomic:
        return _native.or_else(functions)


def irrevocable():
    """Makes the running transaction one that cannot be undone: it waits until no other one is. For what other threads, files
    or devices would notice; such calls make a transaction irrevocable themselves.
    """
    _native.irrevocable()


def is_atomic():
    """Does an atomic block run in this thread?"""
    return _native.is_atomic()


def stats():
    """What all threads have done so far, as a dict: the numbers of commits, aborts, irrevocable (transactions), collections, and
    collection_nanoseconds; and conflicts, a list of what `vasuki --conflicts` reports (empty without it), the most costly first.
    Each of them is a dict: object (in words), undone and by (file, line and function of both sides), aborts, waits, nanoseconds.
    """
    return _native.stats()


from ._parallel import TransactionQueue, ordered  # noqa: E402
