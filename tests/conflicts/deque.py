"""The same end of a deque."""

from rounds import conflicting

from collections import deque

waiting = deque([0])


def changes():
    for i in range(30000):
        waiting[0] = i  # winner


def uses():
    for i in range(30000):
        waiting[0]  # loser: a deque (index 0)


conflicting(changes, uses)
