"""A list that one thread appends to while another one reads its end."""

from rounds import conflicting

items = [0]


def changes():
    for i in range(30000):
        items.append(i)  # winner


def uses():
    for i in range(30000):
        items[-1]  # loser: a list (index -1)


conflicting(changes, uses)
