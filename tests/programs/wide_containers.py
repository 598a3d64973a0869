"""Containers so wide that several threads trace them in parts: what they hold lives, whatever is collected meanwhile."""

import gc
import threading

N = 9000


class Items(tuple):
    """A tuple that has attributes."""


def text(i):
    return "item " + str(i)


def build():
    list_of_texts = [text(i) for i in range(N)]
    in_dict = {text(i): [i] for i in range(N)}
    for i in range(0, N, 3):
        del in_dict[text(i)]
    in_set = {text(i) for i in range(N)}
    in_frozenset = frozenset((i, text(i)) for i in range(N))
    items = Items([i, text(i)] for i in range(N))
    items.more = [text(i) for i in range(10)]
    chain = None
    for i in range(N):
        chain = (i, chain)
    return list_of_texts, in_dict, in_set, in_frozenset, items, chain


def check(list_of_texts, in_dict, in_set, in_frozenset, items, chain):
    assert len(list_of_texts) == N
    for i, t in enumerate(list_of_texts):
        assert t == text(i) and t in in_set, t
        assert (i, t) in in_frozenset
        assert items[i] == [i, t]
        assert in_dict.get(t) == ([i] if i % 3 else None)
    assert items.more == [text(i) for i in range(10)]
    for i in reversed(range(N)):
        number, chain = chain
        assert number == i
    assert chain is None


def work(results):
    kept = build()
    build()
    gc.collect()
    check(*kept)
    results.append(len(kept))


results = []
thread = threading.Thread(target=work, args=(results,))
thread.start()
work(results)
thread.join()
print(results)
