# Threads that fill one dict and one set with new keys do not look at them first. What was there already and what comes twice is
# then seen when the additions are done: at the commit.
import gc
import threading

import vasuki

THREADS = 4
NEW = 4000


class Text(str):
    """Equal to the str with the same characters: only Python code knows."""

    def __hash__(self):
        return super().__hash__()

    def __eq__(self, other):
        return str(self) == str(other)


class Stop(Exception):
    pass


class Box:
    items = None


d, s = {}, set()
mistakes = []


def fill(me):
    for i in range(NEW):
        # Nothing is read: most of it is new.
        d[me, i] = i
        d[f"{me}.{i}"] = me
        s.add((me, i))
        s.add(f"{me}.{i}")
        if i % 16 == 3:
            # It is there, perhaps since an earlier transaction.
            d[me, i - 3] = -1
            d[f"{me}.{i - 2}"] = -2
            s.add((me, i - 1))
        if i % 64 == 5:
            # All threads set the same keys.
            d["shared", i] = me
            d[Text(f"text{i}")] = me
            s.add(("shared", i))
            s.add(Text(f"text{i}"))
        if i % 256 == 7:
            d["twice", me, i] = 1
            d["twice", me, i] = 2
            if d["twice", me, i] != 2 or (me, i) not in d or (me, i) not in s:
                mistakes.append(("looked at", me, i))
            d["twice", me, i] = 3
            if d.get(("twice", me, i)) != 3:
                mistakes.append(("changed", me, i))
        if i % 32 == 11:
            box = Box()
        if i % 32 == 12:
            # Made before, perhaps in an earlier transaction, and changed in the one that puts it in.
            box.items = [me]
            box.items.append(i)
            d["box", me, i] = box
        if i % 32 == 13:
            box.items.append(i)
        if i % 500 == 9:
            # The heap is checked, where that is switched on.
            gc.collect()
            n = i

            def add_some():
                d["raised", me, n] = 1
                s.add(("raised", me, n))
                raise Stop

            try:
                vasuki.atomic(add_some)()
            except Stop:
                pass


threads = [threading.Thread(target=fill, args=(me,)) for me in range(THREADS)]
for t in threads:
    t.start()
for t in threads:
    t.join()

print("mistakes:", mistakes[:3])
kinds = {"pair": 0, "name": 0, "shared": 0, "text": 0, "twice": 0, "raised": 0, "box": 0}
for k in d:
    if isinstance(k, str):
        kinds["text" if k.startswith("text") else "name"] += 1
    else:
        kinds[k[0] if isinstance(k[0], str) else "pair"] += 1
print(len(d), kinds)
print(len(s), sum(type(x) is Text for x in s), sum(x[0] == "shared" for x in s if isinstance(x, tuple)))
wrong = 0
for me in range(THREADS):
    order = [k for k in d if isinstance(k, tuple) and k[0] == me]
    wrong += order != [(me, i) for i in range(NEW)]
    wrong += sum(d[me, i] != (-1 if i % 16 == 0 and i + 3 < NEW else i) for i in range(NEW))
    wrong += sum(d[f"{me}.{i}"] != (-2 if i % 16 == 1 and i + 2 < NEW else me) for i in range(NEW))
    wrong += sum((me, i) not in s or f"{me}.{i}" not in s for i in range(NEW))
    wrong += sum(d["box", me, i].items != [me, i, i + 1] for i in range(12, NEW, 32))
print("wrong:", wrong, {d[k] for k in d if k[0] == "twice"})
