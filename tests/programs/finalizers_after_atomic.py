"""Finalizers that become due in an atomic block run after it: their effects do not make it irrevocable."""

import os
import vasuki

null = os.open(os.devnull, os.O_WRONLY)
inside = []
found = []


class Cycle:
    def __init__(self):
        self.me = self

    def __del__(self):
        os.write(null, b"an effect")
        found.append(vasuki.is_atomic())


def fill():
    """Until the collector has come by twice."""
    end = vasuki.stats()["collections"] + 2
    while vasuki.stats()["collections"] < end:
        Cycle()
        [[i] for i in range(1000)]
    inside.append(len(found))


def block():
    fill()
    vasuki.retry()


def undone():
    return vasuki.or_else(block, lambda: "undone")


for _ in range(3):
    print(undone(), inside)
with vasuki.atomic:
    fill()
print("none inside", len(set(inside)))
for i in range(1000):
    if found:
        break
print("all afterwards", bool(found), any(found))
