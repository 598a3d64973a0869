"""Atomic blocks: nothing in between is seen, waiting for changes, alternatives, wrong use."""

import threading
import time

import vasuki


class Account:
    def __init__(self, balance):
        self.balance = balance


def in_threads(*functions):
    threads = [threading.Thread(target=f) for f in functions]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def fails(f):
    try:
        print("no error", f())
    except Exception as e:
        print(f"{type(e).__name__}: {e}")


def several_statements_are_one():
    a, b = Account(1000), Account(1000)
    stop = False

    def move():
        for i in range(3000):
            with vasuki.atomic:
                a.balance -= i
                b.balance += i

    def look():
        while not stop:
            with vasuki.atomic:
                seen.add(a.balance + b.balance)

    seen = set()
    looker = threading.Thread(target=look)
    looker.start()
    in_threads(move, move)
    stop = True
    looker.join()
    print(seen, a.balance + b.balance)


@vasuki.atomic
def bump(account, n, *, times=1):
    """Adds to the balance."""
    for _ in range(times):
        account.balance += n
    return account.balance


def a_bounded_buffer():
    buffer, taken = [], []

    def produce(first):
        for i in range(first, first + 200):
            with vasuki.atomic:
                if len(buffer) >= 3:
                    vasuki.retry()
                buffer.append(i)

    def consume():
        for _ in range(200):
            with vasuki.atomic:
                if not buffer:
                    vasuki.retry()
                taken.append(buffer.pop(0))

    in_threads(lambda: produce(0), lambda: produce(1000), consume, consume)
    print(sorted(taken) == [*range(200), *range(1000, 1200)], buffer)
    print([i for i in taken if i < 1000] == list(range(200)))


def alternatives():
    left, right = Account(0), Account(2)

    def take(account):
        account.balance -= 1
        if account.balance < 0:
            vasuki.retry()
        return account is left

    both = lambda: vasuki.or_else(lambda: take(left), lambda: take(right))
    print(both(), both(), left.balance, right.balance)

    def fill():
        with vasuki.atomic:
            left.balance += 1

    filler = threading.Timer(0.05, fill)
    filler.start()
    print(both(), left.balance, right.balance)
    filler.join()
    print(vasuki.or_else(lambda: 1, lambda: 2))
    fails(vasuki.or_else)
    fails(lambda: vasuki.or_else(lambda: 1 / 0, lambda: 2))


def exceptions_leave_as_always():
    a = Account(1)
    try:
        with vasuki.atomic:
            a.balance = 2
            raise KeyError("out")
    except KeyError as e:
        print("KeyError", e, a.balance, vasuki.is_atomic())


def nesting():
    a = Account(0)
    with vasuki.atomic as entered:
        print(entered is vasuki.atomic, repr(vasuki.atomic))
        with vasuki.atomic:
            a.balance = bump(a, 2, times=2)
        print(vasuki.is_atomic(), a.balance)
    print(vasuki.is_atomic())
    print(bump.__name__, bump.__doc__)


def wrong_use():
    fails(vasuki.retry)

    def reads_nothing():
        with vasuki.atomic:
            vasuki.retry()

    fails(reads_nothing)

    def irrevocable():
        with vasuki.atomic:
            vasuki.irrevocable()
            vasuki.retry()

    fails(irrevocable)

    def late():
        began = time.monotonic()
        try:
            with vasuki.atomic:
                vasuki.retry(timeout=0.1)
        finally:
            print(0.1 <= time.monotonic() - began < 20)

    fails(late)
    fails(lambda: vasuki.retry("soon"))

    def generator():
        with vasuki.atomic:
            yield 1

    fails(lambda: next(generator()))

    async def coroutine():
        with vasuki.atomic:
            await Suspends()

    class Suspends:
        def __await__(self):
            yield

    fails(lambda: coroutine().send(None))
    fails(lambda: vasuki.atomic(generator))
    fails(lambda: vasuki.atomic(coroutine))
    fails(lambda: vasuki.atomic.__exit__(None, None, None))


def a_generator_that_is_used_up_inside():
    def squares():
        for i in range(4):
            yield i * i

    with vasuki.atomic:
        print(list(squares()), sum(i for i in squares()))


def locks():
    lock, held, order = threading.Lock(), threading.Event(), []

    def holder():
        with lock:
            held.set()
            time.sleep(0.05)
            order.append("holder")

    t = threading.Thread(target=holder)
    t.start()
    held.wait()
    with vasuki.atomic:
        # Waits outside of the block, and runs it then.
        with lock:
            order.append("block")
    t.join()
    print(order, lock.locked())


def printing():
    def say(name):
        for i in range(5):
            with vasuki.atomic:
                said.append((name, i))
                print(name, i)

    said = []
    in_threads(lambda: say("a"), lambda: say("b"))
    print(len(said))


def output_of_what_was_undone():
    def never():
        print("never", flush=True)
        vasuki.retry()

    vasuki.or_else(never, lambda: print("shown", flush=True))


def quietly(f):
    """What is printed, in the order of `said`, whichever it is."""
    import contextlib
    import io

    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        f()
    return sorted(out.getvalue().splitlines())


several_statements_are_one()
a_bounded_buffer()
alternatives()
exceptions_leave_as_always()
nesting()
wrong_use()
a_generator_that_is_used_up_inside()
locks()
print(quietly(printing))
output_of_what_was_undone()
print(sorted(vasuki.stats()))
