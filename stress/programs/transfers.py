# Transfers between accounts without a lock: one transaction from the loop's head to its end, so the sum is constant. The
# auditor conflicts with every transfer, and gets on all the same.
import random
import threading


class Account:
    __slots__ = ("balance",)

    def __init__(self, balance):
        self.balance = balance


accounts = [Account(100) for _ in range(10)]
stop = False
audits = 0


def transfer(seed):
    rng = random.Random(seed)
    n = 0
    while n < 400 or audits < 20:
        n += 1
        a, b = accounts[rng.randrange(10)], accounts[rng.randrange(10)]
        amount = rng.randrange(20)
        if a.balance >= amount:
            a.balance -= amount
            b.balance += amount


def audit():
    global audits
    while not stop:
        # No loop and no call of a Python function: no boundary.
        a, b, c, d, e, f, g, h, i, j = accounts
        s = (a.balance + b.balance + c.balance + d.balance + e.balance + f.balance + g.balance + h.balance + i.balance
             + j.balance)
        assert s == 1000, s
        audits += 1


threads = [threading.Thread(target=transfer, args=(n,)) for n in range(7)]
auditor = threading.Thread(target=audit)
auditor.start()
for t in threads:
    t.start()
for t in threads:
    t.join()
stop = True
auditor.join()
assert sum(a.balance for a in accounts) == 1000
assert audits >= 20
print("ok")
