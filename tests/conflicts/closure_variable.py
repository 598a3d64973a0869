"""A variable of an enclosing function."""

from rounds import conflicting

def make():
    last = 0

    def change():
        nonlocal last
        for i in range(30000):
            last = i  # winner

    def use():
        for _ in range(30000):
            last  # loser: the variable last of an enclosing function

    return change, use


change, use = make()


def changes():
    change()


def uses():
    use()


conflicting(changes, uses)
