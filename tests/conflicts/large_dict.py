"""One key of a dict that has conflict words for its parts."""

from rounds import conflicting

prices = {i: 0 for i in range(1000)}


def changes():
    for i in range(30000):
        prices[500] = i  # winner


def uses():
    for i in range(30000):
        prices[500]  # loser: a dict (key 500)


conflicting(changes, uses)
