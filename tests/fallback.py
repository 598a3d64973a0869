"""The package vasuki on a Python without transactions: `PYTHONPATH=python python3 tests/fallback.py`."""

import threading
import time
import unittest

import vasuki


class Box:
    def __init__(self):
        self.items = []
        self.n = 0


def in_threads(*functions):
    threads = [threading.Thread(target=f) for f in functions]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


class Fallback(unittest.TestCase):
    def test_it_is_the_fallback(self):
        self.assertEqual(vasuki._native.__name__, "vasuki._fallback")

    def test_blocks_exclude_each_other(self):
        box = Box()

        def work():
            for _ in range(300):
                with vasuki.atomic:
                    n = box.n
                    time.sleep(0)
                    box.n = n + 1

        in_threads(work, work, work)
        self.assertEqual(box.n, 900)

    def test_functions_run_again(self):
        box = Box()

        @vasuki.atomic
        def take():
            """Takes one."""
            if not box.items:
                vasuki.retry()
            return box.items.pop()

        @vasuki.atomic
        def put(i):
            box.items.append(i)

        self.assertEqual((take.__name__, take.__doc__), ("take", "Takes one."))
        taken = []
        in_threads(
            lambda: [taken.append(take()) for _ in range(100)],
            lambda: [taken.append(take()) for _ in range(100)],
            lambda: [put(i) for i in range(200)],
        )
        self.assertEqual(sorted(taken), list(range(200)))

    def test_retry_in_time(self):
        @vasuki.atomic
        def never():
            vasuki.retry(0.05)

        began = time.monotonic()
        self.assertRaises(TimeoutError, never)
        self.assertGreaterEqual(time.monotonic() - began, 0.05)

    def test_retry_in_a_block(self):
        with self.assertRaisesRegex(RuntimeError, "only Vasuki"):
            with vasuki.atomic:
                vasuki.retry()
        self.assertFalse(vasuki.is_atomic())
        self.assertRaisesRegex(RuntimeError, "outside", vasuki.retry)

    def test_alternatives(self):
        def no():
            vasuki.retry()

        self.assertEqual(vasuki.or_else(no, no, lambda: vasuki.is_atomic()), True)
        self.assertRaises(TypeError, vasuki.or_else)

    def test_no_generators(self):
        def generator():
            yield

        self.assertRaises(TypeError, vasuki.atomic, generator)

    def test_exceptions(self):
        box = Box()
        with self.assertRaises(KeyError):
            with vasuki.atomic:
                box.n = 1
                raise KeyError
        self.assertEqual((box.n, vasuki.is_atomic()), (1, False))

    def test_ordered(self):
        seen = []

        def f(i):
            seen.append(i)
            return -i

        self.assertEqual(vasuki.ordered(f, range(5), threads=3), [0, -1, -2, -3, -4])
        self.assertEqual(seen, list(range(5)))

    def test_queue(self):
        queue, box = vasuki.TransactionQueue(), Box()

        def task(n):
            box.n += 1
            if n:
                queue.add(task, n - 1)
                queue.add(task, n - 1)

        queue.add(task, 6)
        queue.run(threads=3)
        self.assertEqual((box.n, len(queue)), (127, 0))

    def test_stats(self):
        before = vasuki.stats()["commits"]
        with vasuki.atomic:
            vasuki.irrevocable()
        self.assertEqual(vasuki.stats()["commits"], before + 1)


unittest.main()
