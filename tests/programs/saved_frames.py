# The registers that a frame object keeps after the end of its frame hold nothing but live values.
import gc
import sys

frames = []


def deep(n):
    if n:
        return max(deep(n - 1), n * 2.5)
    frames.append(sys._getframe())
    return 0


class Item:
    pass


def work():
    for i in range(60):
        deep(i)
        [Item() for _ in range(2000)]
        gc.collect()
    print(len(frames), frames[-1].f_locals)


work()
try:
    def fails(a, *b):
        c = [a, b]
        raise ValueError(sum(x for x in b))
    fails(1, 2, 3)
except ValueError as e:
    kept = e
gc.collect()
print(kept, kept.__traceback__.tb_next.tb_frame.f_locals)
