"""One index of a list that has conflict words for its parts."""

from rounds import conflicting

board = [0] * 1000


def changes():
    for i in range(30000):
        board[700] = i  # winner


def uses():
    for i in range(30000):
        board[700]  # loser: a list (index 700)


conflicting(changes, uses)
