# async/await, async generators, comprehensions, context managers, asyncio tasks, groups, queues, timeouts.
import asyncio
import contextlib


async def add(a, b):
    await asyncio.sleep(0)
    return a + b


class Manager:
    async def __aenter__(self):
        print("enter")
        return "managed"

    async def __aexit__(self, t, v, tb):
        print("exit", t and t.__name__)
        return t is ValueError


class Count:
    def __init__(self, n):
        self.n = n

    def __aiter__(self):
        self.i = 0
        return self

    async def __anext__(self):
        if self.i == self.n:
            raise StopAsyncIteration
        self.i += 1
        await asyncio.sleep(0)
        return self.i


async def agen(n):
    try:
        for i in range(n):
            got = yield i
            if got:
                print("got", got)
    finally:
        print("agen closed")


@contextlib.asynccontextmanager
async def acm():
    print("in")
    yield 5
    print("out")


async def worker(q, name, out):
    while (item := await q.get()) is not None:
        out.append((name, item))
        await asyncio.sleep(0)
        q.task_done()
    q.task_done()


async def main():
    print(await add(1, 2), await asyncio.gather(*(add(i, i) for i in range(5))))
    async with Manager() as m, acm() as five:
        print(m, five)
        raise ValueError
    async for i in Count(3):
        print(i, end=" ")
    else:
        print("else")
    print([x async for x in Count(4) if x % 2], {x: 1 async for x in agen(2)}, [await add(x, 1) for x in range(3)])
    g = agen(3)
    print(await g.__anext__(), await g.asend("hello"))
    await g.aclose()
    try:
        async with asyncio.timeout(0.01):
            await asyncio.sleep(10)
    except TimeoutError:
        print("timeout")
    try:
        await asyncio.wait_for(asyncio.sleep(10), 0.01)
    except asyncio.TimeoutError as e:
        print(type(e).__name__)
    t = asyncio.create_task(asyncio.sleep(10), name="sleeper")
    await asyncio.sleep(0)
    t.cancel()
    try:
        await t
    except asyncio.CancelledError:
        print("cancelled", t.cancelled(), t.get_name())

    async def fail():
        await asyncio.sleep(0)
        raise KeyError("k")

    try:
        async with asyncio.TaskGroup() as tg:
            ok = tg.create_task(add(5, 6))
            tg.create_task(fail())
    except* KeyError as eg:
        print("group", eg.exceptions, ok.result())
    r = await asyncio.gather(fail(), add(1, 1), return_exceptions=True)
    print(r)
    q, out = asyncio.Queue(), []
    ws = [asyncio.create_task(worker(q, n, out)) for n in "ab"]
    for i in range(6):
        q.put_nowait(i)
    q.put_nowait(None)
    q.put_nowait(None)
    await q.join()
    await asyncio.gather(*ws)
    print(sorted(i for _, i in out), sorted({n for n, _ in out}))
    lock, order = asyncio.Lock(), []

    async def crit(n):
        async with lock:
            order.append(n)
            await asyncio.sleep(0)
            order.append(n)

    await asyncio.gather(*(crit(i) for i in range(3)))
    print(order)
    ev = asyncio.Event()

    async def waiter():
        await ev.wait()
        return "woken"

    t = asyncio.create_task(waiter())
    await asyncio.sleep(0)
    ev.set()
    print(await t)
    loop = asyncio.get_running_loop()
    fut = loop.create_future()
    loop.call_soon(fut.set_result, "soon")
    print(await fut)
    print(await asyncio.to_thread(lambda a: a * 2, 21), await loop.run_in_executor(None, sum, [1, 2, 3]))
    done = [await f for f in asyncio.as_completed([add(1, 1)])]
    print(done)
    reader_done = await asyncio.wait([asyncio.create_task(add(2, 2))])
    print(len(reader_done[0]), len(reader_done[1]))
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    r, w = await asyncio.open_connection("127.0.0.1", port)
    w.write(b"hello\n")
    print(await r.readline())
    w.close()
    await w.wait_closed()
    server.close()
    p = await asyncio.create_subprocess_exec("echo", "from a process", stdout=asyncio.subprocess.PIPE)
    out, _ = await p.communicate()
    print(out, p.returncode)


async def serve(r, w):
    w.write((await r.readline()).upper())
    await w.drain()
    w.close()


asyncio.run(main())
try:
    add(1, 2).send(3)
except TypeError as e:
    print(e)
