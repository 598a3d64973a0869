"""A cache that forgets what has not been used for the longest time: a dict and a ring of links."""

from vasuki import atomic

from .common import Workload, in_threads, share


class Link:
    __slots__ = ("key", "value", "before", "after")

    def __init__(self, key, value):
        self.key, self.value = key, value
        self.before = self.after = self


class Cache:
    def __init__(self, capacity):
        self.capacity = capacity
        self.links = {}
        self.ring = Link(None, None)
        self.hits = self.misses = 0

    def unlink(self, link):
        link.before.after = link.after
        link.after.before = link.before

    def link_first(self, link):
        ring = self.ring
        link.before, link.after = ring, ring.after
        ring.after.before = link
        ring.after = link

    @atomic
    def get(self, key):
        link = self.links.get(key)
        if link is None:
            self.misses += 1
            return None
        self.hits += 1
        if self.ring.after is not link:
            self.unlink(link)
            self.link_first(link)
        return link.value

    @atomic
    def put(self, key, value):
        link = self.links.get(key)
        if link is not None:
            # Another thread has computed it meanwhile.
            link.value = value
            return
        if len(self.links) >= self.capacity:
            last = self.ring.before
            self.unlink(last)
            del self.links[last.key]
        link = self.links[key] = Link(key, value)
        self.link_first(link)

    def check(self):
        keys = []
        link = self.ring.after
        while link is not self.ring:
            assert link.before.after is link and self.links[link.key] is link
            keys.append(link.key)
            link = link.after
        assert len(keys) == len(self.links) <= self.capacity


def compute(key):
    """What the cache keeps: some work."""
    n = key
    for _ in range(60):
        n = n * 16807 % 2147483647 + 1
    return n


class Work(Workload):
    """One cache for several tables of keys: each use moves a link to the front, so all threads change the same few objects."""

    sizes = {
        "small": {"caches": 4, "capacity": 20, "lookups": 1_000},
        "laptop": {"caches": 64, "capacity": 200, "lookups": 400_000},
    }

    def setup(self, rng, caches, capacity, lookups):
        self.caches = [Cache(capacity) for _ in range(caches)]
        # Small keys are asked for more often.
        self.lookups = [(rng.randrange(caches), int(rng.random() ** 2 * 2 * capacity)) for _ in range(lookups)]
        self.wrong = []

    def run(self, threads):
        def work(i):
            for number, key in share(self.lookups, i, threads):
                cache = self.caches[number]
                value = cache.get(key)
                if value is None:
                    value = compute(key)
                    cache.put(key, value)
                elif value != compute(key):
                    self.wrong.append(key)

        in_threads(threads, work)

    def check(self):
        assert not self.wrong, self.wrong
        for cache in self.caches:
            cache.check()
        assert sum(c.hits + c.misses for c in self.caches) == len(self.lookups)
