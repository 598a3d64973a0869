"""Transfers between accounts, and sums over all of them."""

from vasuki import atomic

from .common import Workload, in_threads, share


class Account:
    def __init__(self, balance):
        self.balance = balance


@atomic
def transfer(source, target, amount):
    source.balance -= amount
    target.balance += amount


class Work(Workload):
    """A thousand accounts: two transfers rarely meet; one operation in a thousand sums them all up."""

    sizes = {
        "small": {"accounts": 50, "transfers": 2_000, "audits": 10},
        "laptop": {"accounts": 1000, "transfers": 1_000_000, "audits": 2000},
    }

    def setup(self, rng, accounts, transfers, audits):
        self.accounts = [Account(1000) for _ in range(accounts)]
        self.total = 1000 * accounts
        self.transfers = [(*rng.sample(self.accounts, 2), rng.randrange(1, 100)) for _ in range(transfers)]
        self.every = transfers // audits
        self.sums = []

    def run(self, threads):
        def work(i):
            for n, (source, target, amount) in enumerate(share(self.transfers, i, threads)):
                transfer(source, target, amount)
                if n % self.every == 0:
                    with atomic:
                        total = sum(a.balance for a in self.accounts)
                    self.sums.append(total)

        in_threads(threads, work)

    def check(self):
        assert set(self.sums) == {self.total}, set(self.sums)
        return [a.balance for a in self.accounts]
