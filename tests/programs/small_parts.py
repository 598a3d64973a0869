"""Small lists and dicts in which each thread has a place of its own, while others look at all of it, change what it consists of, or
move things between the places."""

import threading

import vasuki


def in_threads(*functions):
    threads = [threading.Thread(target=f) for f in functions]
    for t in threads:
        t.start()
    for t in threads:
        t.join()


ROUNDS = 100_000


def own_places(container, places):
    def count(mine):
        for _ in range(ROUNDS):
            container[mine] += 1

    in_threads(*[lambda p=p: count(p) for p in places])
    return [container[p] for p in places]


def both_or_none(container, first, second, third):
    """Two places always change together: nobody sees one without the other, and a third place is somebody else's."""
    torn = []

    def change():
        for _ in range(ROUNDS // 4):
            with vasuki.atomic:
                container[first] += 1
                container[second] += 1

    def look():
        for _ in range(ROUNDS // 4):
            with vasuki.atomic:
                a, b = container[first], container[second]
            if a != b:
                torn.append((a, b))

    def count():
        for _ in range(ROUNDS):
            container[third] += 1

    in_threads(change, look, count)
    return container[first], container[second], container[third], torn


def whole(items):
    """One thread counts at a place while another one adds to the end, takes it away, and looks at all."""
    wrong = []

    def count(mine):
        for _ in range(ROUNDS):
            items[mine] += 1

    def rebuild():
        for i in range(ROUNDS // 50):
            items.append(-i)
            seen = items[:]
            if items.pop() != -i or len(seen) != 4 or seen[2] != 0:
                wrong.append(seen)

    in_threads(lambda: count(0), lambda: count(1), rebuild)
    return items, wrong


def keys_come_and_go(d):
    def count(mine):
        for _ in range(ROUNDS):
            d[mine] += 1

    def others():
        for i in range(ROUNDS // 50):
            d[i % 40] = i
            if d.pop(i % 40) != i:
                wrong.append(i)
            if list(d)[:2] != ["a", "b"]:
                wrong.append(list(d))

    wrong = []
    in_threads(lambda: count("a"), lambda: count("b"), others)
    return d, wrong


def moves(container, n):
    def move(state):
        for _ in range(ROUNDS // 8):
            state = (state * 1103515245 + 12345) % 2147483648
            a, b = state // 64 % n, state // 4096 % n
            with vasuki.atomic:
                container[a] -= 1
                container[b] += 1

    in_threads(*[lambda i=i: move(i) for i in range(4)])
    return sum(container[i] for i in range(n))


for n in 2, 3, 8, 31:
    print(n, own_places([0] * n, (0, n - 1)), own_places(dict.fromkeys(range(n), 0), (0, n - 1)))
print(own_places([0, 0, 0], (0, 1, -1)), own_places({"x": 0, "y": 0, 2.5: 0}, ("x", "y", 2.5)))
print(both_or_none([0] * 4, 0, 1, 2), both_or_none(dict.fromkeys("abcd", 0), "a", "b", "c"))
print(whole([0, 0, 0]))
print(keys_come_and_go({"a": 0, "b": 0}))
print([moves([10] * n, n) for n in (2, 5, 16)], [moves(dict.fromkeys(range(n), 10), n) for n in (2, 5, 16)])
