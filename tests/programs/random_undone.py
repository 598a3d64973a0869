"""What a transaction has drawn is drawn again after an abort: the numbers are those of one thread that is never undone."""

import random
import threading


def draw(r, results):
    total = 0
    for i in range(700):
        total += r.getrandbits(32) + r.randrange(1000)
        if i % 100 == 50:
            total += int(r.random() * 2**53)
        if i % 300 == 299:
            r.seed(total)
        if i % 250 == 249:
            state = r.getstate()
            total += r.getrandbits(1000) % 997
            r.setstate(state)
    total += r.getrandbits(100_000) % 1_000_003
    results.append(total)


def main():
    for seed in (1, 2):
        results = []
        # One thread runs at a time: the order of the numbers is given.
        for r in (random.Random(seed), random.Random(seed + 1)):
            t = threading.Thread(target=draw, args=(r, results))
            t.start()
            t.join()
        print(results)


main()
