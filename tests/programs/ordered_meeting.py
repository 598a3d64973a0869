"""vasuki.ordered where items meet always, or in one half of the loop only: at times one thread goes through them alone."""

import threading
import time
import warnings

import vasuki

warnings.simplefilter("ignore")  # of `blocks`


class Board:
    def __init__(self):
        self.cells = [0] * 200
        self.log = []


def step(board, i):
    """Reads all, and changes what the next one reads first."""
    total = sum(board.cells)
    board.cells[i % 200] += total % 7 + 1
    board.log.append(total)
    return total


def compare(items, threads, work):
    """Does `ordered` do what the loop does, up to the item that fails too?"""
    outcomes = []
    for run in (lambda f: [f(i) for i in range(items)], lambda f: vasuki.ordered(f, range(items), threads)):
        board = Board()
        try:
            returned = run(lambda i: work(board, i))
        except ArithmeticError as e:
            returned = str(e)
        outcomes.append((returned, board.cells, board.log))
    return outcomes[0] == outcomes[1]


def fails(board, i):
    step(board, i)
    if i == 2700:
        raise ArithmeticError(f"item {i}")
    return i


def half(board, i):
    return step(board, i) if i < 1500 else i * i


def other_half(board, i):
    return step(board, i) if i >= 1500 else i * i


def blocks(board, i):
    """What blocks waits for its turn, and others go on."""
    if i % 500 == 499:
        time.sleep(0.001)
    return step(board, i)


for work in (step, fails, half, other_half, blocks):
    print(work.__name__, compare(3000, 2, work), compare(3000, 5, work))

results = [None] * 3


def beside(n):
    results[n] = compare(2000, 2, step)


threads = [threading.Thread(target=beside, args=(n,)) for n in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print("beside each other", results, threading.active_count())

# A loop in a loop is the plain one.
print("nested", vasuki.ordered(lambda i: vasuki.ordered(lambda k: i * k, range(3)), range(40))[-1])
