"""A class that a transaction makes is changed without an effect: the transaction can be undone, and stops nobody."""

import enum
import threading
import time
import vasuki

ready = []
runs = []
made = []


def wait_with_new_class():
    with vasuki.atomic:
        runs.append("undone unless it is the last")

        class C:
            def __len__(self):
                return 0

        C.__len__ = lambda self: len(ready)
        C.__name__ = "Renamed"
        C.n = 1
        Color = enum.Enum("Color", "RED GREEN")
        if len(C()) < 1:
            vasuki.retry()
        made.append((C.__name__, C().n, len(C()), Color.GREEN.value))


thread = threading.Thread(target=wait_with_new_class)
thread.start()
time.sleep(0.1)
ready.append(1)
thread.join()
print(made, len(runs))


def make():
    for _ in range(200):
        with vasuki.atomic:

            class D:
                pass

            D.n = 1
            D.__doc__ = "a class"


before = vasuki.stats()["irrevocable"]
threads = [threading.Thread(target=make) for _ in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print("hardly any is irrevocable:", vasuki.stats()["irrevocable"] - before < 100)
