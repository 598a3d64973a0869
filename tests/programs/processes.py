# multiprocessing: processes that are forked and spawned, with queues, pipes, locks, pools and shared memory.
import concurrent.futures
import multiprocessing
import os
import sys
from multiprocessing import shared_memory


def square(n):
    return n * n


def fail(n):
    raise ValueError(f"no {n}")


def work(queue, lock, counter, n):
    for i in range(n):
        with lock:
            counter.value += 1
    queue.put((n, "done"))


def talk(connection):
    while (message := connection.recv()) is not None:
        connection.send(message * 2)
    connection.close()


def fill(name):
    memory = shared_memory.SharedMemory(name=name)
    memory.buf[:5] = b"child"
    memory.close()


class Counter:
    """A counter in a file that is mapped by all: ctypes is not there."""

    def __init__(self, memory):
        self.memory = memory

    @property
    def value(self):
        return int.from_bytes(self.memory.buf[:8], "little")

    @value.setter
    def value(self, n):
        self.memory.buf[:8] = n.to_bytes(8, "little")


def run(method):
    context = multiprocessing.get_context(method)
    memory = shared_memory.SharedMemory(create=True, size=100)
    counter = Counter(memory)
    counter.value = 0
    queue, lock = context.Queue(), context.Lock()
    processes = [context.Process(target=work, args=(queue, lock, counter, n)) for n in (10, 20, 30)]
    for p in processes:
        p.start()
    print(sorted(queue.get(timeout=60) for _ in processes))
    for p in processes:
        p.join()
    print(counter.value, [p.exitcode for p in processes])
    here, there = context.Pipe()
    p = context.Process(target=talk, args=(there,))
    p.start()
    there.close()
    for message in (1, "a", [2]):
        here.send(message)
        print(here.recv(), end=" ")
    here.send(None)
    p.join()
    print(p.exitcode)
    p = context.Process(target=fill, args=(memory.name,))
    p.start()
    p.join()
    print(bytes(memory.buf[:5]))
    memory.close()
    memory.unlink()
    with context.Pool(2) as pool:
        print(pool.map(square, range(8)), pool.apply(square, (9,)), list(pool.imap_unordered(square, [3])))
        try:
            pool.apply(fail, (1,))
        except ValueError as e:
            print(e)
    event, semaphore = context.Event(), context.BoundedSemaphore(2)
    event.set()
    print(event.wait(1), semaphore.acquire(), semaphore.acquire(), semaphore.acquire(timeout=0.01), semaphore.release())
    semaphore.release()
    try:
        semaphore.release()
    except ValueError as e:
        print(e)
    again = context.RLock()
    with again, again:
        pass
    try:
        again.release()
    except AssertionError as e:
        print(e)


if __name__ == "__main__":
    for method in sys.argv[1:] or ("fork", "spawn"):
        run(method)
    with concurrent.futures.ProcessPoolExecutor(2) as executor:
        print(list(executor.map(square, range(5))), executor.submit(os.getpid).result() != os.getpid())
        print(repr(executor.submit(fail, 2).exception()))
