"""A conflict inside of functions that both sides call."""

from rounds import conflicting


class Account:
    def __init__(self):
        self.balance = 0


def deposit(account, amount):
    account.balance = amount  # winner


def is_empty(account):
    return account.balance == 0  # loser: the attribute balance of an Account object


shared = Account()


def changes():
    for i in range(30000):
        deposit(shared, i)


def uses():
    for i in range(30000):
        is_empty(shared)


conflicting(changes, uses)
