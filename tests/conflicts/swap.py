"""Two attributes that one thread swaps."""

from rounds import conflicting

class Pair:
    def __init__(self):
        self.left, self.right = 1, 2


pair = Pair()


def changes():
    for i in range(30000):
        pair.left, pair.right = pair.right, pair.left  # winner


def uses():
    for i in range(30000):
        assert pair.left + pair.right == 3  # loser: the attribute left of a Pair object


conflicting(changes, uses)
