"""Money that moves between accounts, all of it under one lock."""

import threading


class Account:
    def __init__(self, balance):
        self.balance = balance


class LockedBank:
    def __init__(self):
        self.accounts = [Account(100) for _ in range(1000)]
        self.lock = threading.Lock()

    def move(self, state, times):
        """Moves money between accounts that follow from `state`; gives the next state."""
        accounts, lock = self.accounts, self.lock
        for _ in range(times):
            state = (state * 1103515245 + 12345) % 2147483648
            source, target, amount = accounts[state % 1000], accounts[state // 4096 % 1000], state % 10
            with lock:
                if source.balance >= amount:
                    source.balance -= amount
                    target.balance += amount
        return state

    def check(self):
        """Nothing came or went."""
        assert sum(a.balance for a in self.accounts) == 100_000, [a.balance for a in self.accounts]
