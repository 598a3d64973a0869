"""One index of a list."""

from rounds import conflicting

board = [0] * 9


def changes():
    for i in range(30000):
        board[4] = i  # winner


def uses():
    for i in range(30000):
        board[4]  # loser: a list (index 4)


conflicting(changes, uses)
