"""Threads move money between accounts on all cores, with no lock, and nothing is lost.

Each transfer reads two balances and writes two: a loop body runs between two transaction boundaries, so it is atomic.
Run it with Vasuki; on a Python without transactions the total may come out wrong.
"""

import os
import sys
import threading
import time

ACCOUNTS = 1000
START = 100
TRANSFERS = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000


class Account:
    def __init__(self, balance):
        self.balance = balance


def transfer_many(accounts, seed, count):
    n = len(accounts)
    state = seed
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2147483648
        source = accounts[state % n]
        target = accounts[(state // 4096) % n]
        amount = state % 10
        if source is not target and source.balance >= amount:
            source.balance -= amount
            target.balance += amount


def run(threads):
    accounts = [Account(START) for _ in range(ACCOUNTS)]
    workers = [threading.Thread(target=transfer_many, args=(accounts, 1000 + i, TRANSFERS)) for i in range(threads)]
    began = time.perf_counter()
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    seconds = time.perf_counter() - began
    total = sum(a.balance for a in accounts)
    assert total == ACCOUNTS * START, f"money was lost or made: {total}"
    return threads * TRANSFERS / seconds


def main():
    cores = os.cpu_count() or 1
    one = run(1)
    print(f"1 thread:  {one:12,.0f} transfers a second, total right")
    many = run(cores)
    print(f"{cores} threads: {many:12,.0f} transfers a second, total right: {many / one:.2f} times one thread")


main()
