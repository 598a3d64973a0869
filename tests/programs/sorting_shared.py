# Other threads never see a list that is being sorted empty, half sorted or short.
import random
import threading

N = 300
items = list(range(N))
done = threading.Event()
wrong = []


def sorts():
    rnd = random.Random(1)
    for i in range(60):
        rnd.shuffle(shuffled := list(range(N)))
        items[:] = shuffled
        items.sort(key=(None, key, str, abs)[i % 4], reverse=i % 3 == 0)
    done.set()


def key(x):
    for _ in range(2):
        pass
    return -x


def reads():
    while not done.is_set():
        n, text = len(items), list(items)
        if n != N or len(text) != N or sorted(text) != list(range(N)):
            wrong.append(text)


def appends():
    # What is put in while the list is sorted is not lost, and the sort does not fail.
    for i in range(100):
        added.append(-i)


threads = [threading.Thread(target=f) for f in (sorts, reads, reads, reads)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(len(items), wrong)

added = []


def sort_added():
    for _ in range(100):
        added.sort(key=lambda x: -x)


threads = [threading.Thread(target=f) for f in (sort_added, appends, appends, sort_added)]
for t in threads:
    t.start()
for t in threads:
    t.join()
added.sort()
print(added == sorted(-i for i in list(range(100)) * 2))

# A key function that changes the list itself: as in CPython.
changed = [3, 1, 2]


def changing(x):
    changed.append(x)
    return x


def looking(x):
    seen.append(len(looked_at))
    return x


def failing(x):
    raise KeyError(x)


try:
    changed.sort(key=changing)
except ValueError as e:
    print(e, changed)
looked_at, seen = [3, 1, 2], []
looked_at.sort(key=looking)
print(looked_at, seen)
try:
    looked_at.sort(key=failing)
except KeyError:
    print(looked_at)
