"""A global variable."""

from rounds import conflicting

total = 0


def changes():
    global total
    for i in range(30000):
        total = i  # winner


def uses(rounds=range(30000)):
    for i in rounds:
        total  # loser: the global variable total


conflicting(changes, uses)
