"""Finalizers that become due in an atomic block run after it: their effects do not make it irrevocable."""

import gc
import os
import vasuki

null = os.open(os.devnull, os.O_WRONLY)
inside = []
found = []
places = set()


class Cycle:
    def __init__(self, where):
        self.me = self
        self.where = where

    def __del__(self):
        os.write(null, b"an effect")
        found.append(vasuki.is_atomic())
        places.add(self.where)


def fill(where):
    """Until the collector has come by twice."""
    end = vasuki.stats()["collections"] + 2
    while vasuki.stats()["collections"] < end:
        Cycle(where)
        [[i] for i in range(1000)]
    inside.append(len(found))


def block():
    fill("undone")
    vasuki.retry()


def undone():
    return vasuki.or_else(block, lambda: "undone")


for _ in range(100):
    Cycle("before")
for _ in range(3):
    print(undone(), inside)
with vasuki.atomic:
    fill("block")
print("none inside", len(set(inside)))
for i in range(1000):
    if found:
        break
print("all afterwards", bool(found), any(found))
gc.collect()
print("of what there was", sorted(places))
