# queue.SimpleQueue and queue.Queue with several producers and consumers.
import queue
import threading


def check(q):
    results = queue.SimpleQueue()

    def produce(me):
        for i in range(400):
            q.put((me, i))

    def consume():
        seen = {}
        n = 0
        while True:
            v = q.get()
            if v is None:
                break
            me, i = v
            assert seen.get(me, -1) < i, "out of order"
            seen[me] = i
            n += 1
        results.put(n)

    producers = [threading.Thread(target=produce, args=(n,)) for n in range(3)]
    consumers = [threading.Thread(target=consume) for _ in range(3)]
    for t in producers + consumers:
        t.start()
    for t in producers:
        t.join()
    for _ in consumers:
        q.put(None)
    for t in consumers:
        t.join()
    assert sum(results.get() for _ in range(3)) == 1200
    assert q.empty()


check(queue.SimpleQueue())
check(queue.Queue(maxsize=5))
print("ok")
