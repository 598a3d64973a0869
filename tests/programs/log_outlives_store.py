# A transaction that changes items of a container and lets it grow logs words of stores that the container has no more when
# the transaction is undone. What takes their memory meanwhile keeps what is in it.

import collections
import threading
import vasuki

ROUNDS = 40


def change_and_grow_list(items):
    for i in range(40):
        items.append(i)
        items[i // 2] = -i
        yield
    items.clear()


def change_and_grow_dict(table):
    for i in range(40):
        table[i] = i
        table[i // 2] = -i
        del table[i // 2]
        yield
    table.clear()


def change_and_grow_set(seen):
    for i in range(40):
        seen.add(i)
        seen.discard(i // 2)
        yield
    seen.clear()


def change_and_grow_deque(items):
    for i in range(40):
        items.append(i)
        items[i // 2] = -i
        if i % 3 == 0:
            items.popleft()
        yield
    items.clear()


def change_and_grow_attributes(names):
    for i in range(40):
        setattr(names, f"name{i}", i)
        setattr(names, f"name{i // 2}", -i)
        yield
    vars(names).clear()


class Names:
    pass


CHANGES = [
    (change_and_grow_list, list),
    (change_and_grow_dict, dict),
    (change_and_grow_dict, collections.OrderedDict),
    (change_and_grow_set, set),
    (change_and_grow_deque, collections.deque),
    (change_and_grow_attributes, Names),
]


def new_objects(n):
    """Small ones of many sizes, which say what is to be in them."""
    return [[n] * (n % 17 + 1) for _ in range(8)]


def work(shared, damaged):
    kept = collections.deque(maxlen=64)
    for n in range(ROUNDS):
        for (change, _), container in zip(CHANGES, shared):
            with vasuki.atomic:
                for _ in change(container):
                    kept.append((n, new_objects(n)))
            for m, objects in kept:
                if objects != new_objects(m):
                    damaged.append((change.__name__, m))


shared = [make() for _, make in CHANGES]
damaged = []
threads = [threading.Thread(target=work, args=(shared, damaged)) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print("damaged:", damaged[:3])
