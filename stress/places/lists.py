"""Lists, deques and queues."""

import asyncio
import collections
import concurrent.futures
import contextlib
import heapq
import queue
import threading

from .common import ints, kind


@kind
def list_item(v):
    x = [v]

    def store(v):
        x[0] = v

    return lambda: x[0], store


@kind
def long_list_item(v):
    x = [0] * 500
    x[300] = v

    def store(v):
        x[300] = v

    return lambda: x[300], store


@kind
def list_end(v):
    x = [0] * 70
    x.append(v)

    def store(v):
        x.pop()
        x.append(v)

    return lambda: x[-1], store


@kind
def list_start(v):
    x = [v] + [0] * 70

    def store(v):
        del x[0]
        x.insert(0, v)

    return lambda: x[0], store


@kind
def list_slice(v):
    x = [0] * 10

    def store(v):
        x[3:7] = [v, v]
        x[3:5] = [v] * 4

    store(v)
    return lambda: x[3:7][2], store


@kind
def list_reversed(v):
    x = [v] * 20

    def store(v):
        x[-1] = v
        x.reverse()
        x[-1] = None

    store(v)
    return lambda: x[0], store


@kind
def list_cleared(v):
    x = [v]

    def store(v):
        x.clear()
        x.extend([v, v])

    return lambda: x[-1], store


@ints
def list_sorted(v):
    x = list(range(-50, 0))
    x.append(v)

    def store(v):
        x[0] = v
        x.sort(key=lambda i: -i)
        x[x.index(v) + 1 if len(x) > 51 else -1] = -100
        x.sort()

    return lambda: x[-1], store


@ints
def list_length(v):
    x = []

    def store(v):
        x.extend(range(len(x), v))

    store(v)
    return lambda: len(x), store


@ints
def heap(v):
    x = [-v]

    def store(v):
        heapq.heappush(x, -v)
        if len(x) > 10:
            x.remove(max(x))
            heapq.heapify(x)

    return lambda: -x[0], store


@kind
def user_list(v):
    d = collections.UserList([v])

    def store(v):
        d[0] = v

    return lambda: d[0], store


class OwnList(list):
    def __getitem__(self, i):
        return super().__getitem__(i)


@kind
def list_subclass(v):
    d = OwnList([v])

    def store(v):
        d[0] = v

    return lambda: d[0], store


@kind
def deque_item(v):
    d = collections.deque([1, v, 2])

    def store(v):
        d[1] = v

    return lambda: d[1], store


@kind
def deque_right(v):
    d = collections.deque([1, 2, v])

    def store(v):
        d.pop()
        d.append(v)

    return lambda: d[-1], store


@kind
def deque_rotated(v):
    d = collections.deque([v] + [0] * 99)

    def store(v):
        d.rotate(30)
        d.appendleft(d.popleft())
        d.rotate(-30)
        d.popleft()
        d.appendleft(v)

    return lambda: d[0], store


@kind
def deque_bounded(v):
    d = collections.deque([v], maxlen=2)

    def store(v):
        d.extend([v, v])

    return lambda: d[0], store


@kind
def simple_queue(v):
    q = queue.SimpleQueue()
    q.put(v)

    def load():
        v = q.get()
        q.put(v)
        return v

    def store(v):
        q.put(v)
        q.get()

    return load, store


@kind
def locked_queue(v):
    q = queue.Queue()
    q.put(v)

    def load():
        v = q.get_nowait()
        q.put_nowait(v)
        return v

    def store(v):
        q.put_nowait(v)
        q.get_nowait()

    return load, store


@ints
def priority_queue(v):
    q = queue.PriorityQueue()
    q.put(-v)

    def load():
        return -q.queue[0]

    def store(v):
        q.put_nowait(-v)
        if q.qsize() > 5:
            kept = q.get_nowait()
            while not q.empty():
                q.get_nowait()
            q.put_nowait(kept)

    return load, store


@kind
def asyncio_queue(v):
    q = asyncio.Queue()
    q.put_nowait(v)

    def store(v):
        q.put_nowait(v)
        q.get_nowait()

    return lambda: q._queue[0], store


@ints
def handler_of_filters(v):
    filters = [("ignore", None, Warning, None, v)]

    def store(v):
        filters[:0] = [("ignore", None, Warning, None, v)]
        del filters[1:]

    return lambda: filters[0][4], store


@ints
def exit_stack(v):
    s = contextlib.ExitStack()
    seen = [v]

    def store(v):
        s.callback(seen.append, v)
        s.close()

    return lambda: seen[-1], store


@ints
def semaphore(v):
    s = threading.Semaphore(v)

    def store(v):
        while s._value > v:
            s.acquire(blocking=False)
        while s._value < v:
            s.release()

    return lambda: s._value, store


@kind
def result_of_future(v):
    f = concurrent.futures.Future()
    f.set_result(v)

    def store(v):
        nonlocal f
        f = concurrent.futures.Future()
        f.set_result(v)

    return lambda: f.result(timeout=0), store
