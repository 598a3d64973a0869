# An awaitable of an async generator that is done keeps the generator no longer.
import gc
import weakref


async def numbers():
    yield 1
    yield 2


def first(g):
    a = g.__anext__()
    try:
        a.send(None)
    except StopIteration as e:
        print(e.value)
    return a


g = numbers()
done = first(g)
gone = weakref.ref(g)
for use in (lambda: done.send(None), lambda: done.throw(ValueError)):
    try:
        use()
    except RuntimeError as e:
        print(e)
done.close()
del g
gc.collect()
print(gone() is None)
