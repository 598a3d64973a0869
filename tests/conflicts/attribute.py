"""An attribute that one thread counts up and another one looks at."""

from rounds import conflicting

class Counter:
    def __init__(self):
        self.n = 0


counter = Counter()


def changes():
    for i in range(30000):
        counter.n = i  # winner


def uses():
    for i in range(30000):
        counter.n  # loser: the attribute n of a Counter object


conflicting(changes, uses)
