"""A set that one thread changes while another one asks for members."""

from rounds import conflicting

seen = set()


def changes():
    for i in range(30000):
        seen.symmetric_difference_update((7,))  # winner


def uses():
    for i in range(30000):
        7 in seen  # loser: a set (key 7)


conflicting(changes, uses)
