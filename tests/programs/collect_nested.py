# gc.collect() finds what code has just let go that native code runs: here a coroutine, by its method `send`.
import gc
import weakref


class Node:
    def touch(self):
        return self


def collected():
    node = Node()
    node.touch().touch()
    gone = weakref.ref(node)
    del node
    gc.collect()
    return gone() is None


async def steps():
    return [collected() for _ in range(3)]


def run(coroutine):
    try:
        coroutine.send(None)
    except StopIteration as e:
        return e.value


print(collected(), run(steps()), [*map(lambda _: collected(), range(3))])
