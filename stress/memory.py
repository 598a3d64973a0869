"""Memory of programs that allocate: `memory.py flat [MILLIONS]` makes short-lived objects and prints resident memory now and
then, which must stay flat; `memory.py trees [DEPTH]` makes binary trees beside one that stays, and prints the peak.
"""

import resource
import sys
import time


class Node:
    def __init__(self, left, right):
        self.left = left
        self.right = right

    def count(self):
        return 1 if self.left is None else 1 + self.left.count() + self.right.count()


def tree(depth):
    return Node(None, None) if depth == 0 else Node(tree(depth - 1), tree(depth - 1))


def resident_megabytes():
    with open("/proc/self/statm") as f:
        return int(f.read().split()[1]) * resource.getpagesize() >> 20


def flat(millions):
    began = time.perf_counter()
    for k in range(10):
        for i in range(millions * 20_000):
            p = [i]
            q = (i, p)
            r = [q]
            s = (r,)
            d = [s]
        seconds = time.perf_counter() - began
        print(f"{(k + 1) * millions // 10} million objects: {resident_megabytes()} MB after {seconds:.0f} s", flush=True)


def trees(depth):
    stays = tree(depth)
    for d in range(4, depth + 1, 4):
        n = 1 << (depth - d + 4)
        assert sum(tree(d).count() for _ in range(n)) == n * (2 ** (d + 1) - 1)
    assert stays.count() == 2 ** (depth + 1) - 1
    print(f"depth {depth}: peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MB")


if sys.argv[1] == "flat":
    flat(int(sys.argv[2]) if len(sys.argv) > 2 else 1000)
else:
    trees(int(sys.argv[2]) if len(sys.argv) > 2 else 18)
