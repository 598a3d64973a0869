"""What the programs that compare threads share."""

import threading


def in_threads(works):
    """Runs each of `works` in a thread of its own."""
    threads = [threading.Thread(target=w) for w in works]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


def best(clock, repeat, work):
    """What `clock` counts while `work` runs: the least of `repeat` times."""
    times = []
    for _ in range(repeat):
        began = clock()
        work()
        times.append(clock() - began)
    return min(times)
