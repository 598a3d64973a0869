"""A conflict inside of the library: the program's own lines that have called it are named."""

from collections import UserList

from rounds import conflicting

numbers = UserList()


def changes():
    for i in range(30000):
        numbers[:] = [i]  # winner


def uses():
    for i in range(30000):
        numbers.count(i)  # loser: a list


conflicting(changes, uses)
