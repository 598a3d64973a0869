# Exceptions in threads: raised, caught, chained, reported, and never undone halves of what came before them.
import threading

log = []
caught = threading.local()
reported = []
threading.excepthook = lambda args: reported.append((args.exc_type, str(args.exc_value), args.thread.name))
state = {"n": 0, "m": 0}


class Mine(Exception):
    pass


def deep(n):
    if n == 0:
        raise Mine("deep")
    try:
        deep(n - 1)
    except Mine as e:
        raise Mine(f"level {n}") from e
    finally:
        log.append(n)


def work(me):
    caught.n = 0
    for i in range(150):
        try:
            deep(i % 4)
        except Mine as e:
            caught.n += 1
            depth = 0
            while e is not None:
                depth += 1
                e = e.__cause__
            assert depth == i % 4 + 1, depth
        try:
            state["n"] += 1
            if i % 3 == 0:
                raise KeyError(i)
        except KeyError as e:
            assert e.args == (i,)
            state["m"] += 1
        else:
            state["m"] += 1
    assert caught.n == 150
    raise Mine(f"end of {me}")


threads = [threading.Thread(target=work, args=(n,), name=f"t{n}") for n in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert state == {"n": 600, "m": 600}, state
assert len(log) == 4 * sum(i % 4 for i in range(150)), len(log)
assert sorted(reported) == [(Mine, f"end of {n}", f"t{n}") for n in range(4)] or sorted(
    (str(a), b, c) for a, b, c in reported
) == sorted((str(Mine), f"end of {n}", f"t{n}") for n in range(4)), reported
assert not hasattr(caught, "n")
print("ok")
