"""A set with chained buckets, which grows."""

from .common import SetWorkload


class HashSet:
    def __init__(self):
        self.buckets = [None] * 64
        self.counts = [0] * 16

    def add(self, key):
        buckets = self.buckets
        place = hash(key) % len(buckets)
        node = buckets[place]
        while node is not None:
            if node[0] == key:
                return False
            node = node[1]
        buckets[place] = (key, buckets[place])
        # Spread over several places, so that clients seldom meet.
        count = self.counts[key % 16] + 1
        self.counts[key % 16] = count
        if count * 16 > 2 * len(buckets):
            self.grow()
        return True

    def remove(self, key):
        place = hash(key) % len(self.buckets)
        kept = None
        node = self.buckets[place]
        while node is not None:
            if node[0] != key:
                kept = (node[0], kept)
            node = node[1]
        self.buckets[place] = kept
        self.counts[key % 16] -= 1

    def __contains__(self, key):
        buckets = self.buckets
        node = buckets[hash(key) % len(buckets)]
        while node is not None:
            if node[0] == key:
                return True
            node = node[1]
        return False

    def grow(self):
        old = list(self)
        buckets = [None] * (len(self.buckets) * 2)
        for key in old:
            place = hash(key) % len(buckets)
            buckets[place] = (key, buckets[place])
        self.buckets = buckets

    def keys(self):
        for node in self.buckets:
            while node is not None:
                yield node[0]
                node = node[1]

    def __iter__(self):
        return iter(sorted(self.keys()))

    def check(self):
        keys = list(self)
        assert len(keys) == len(set(keys)) == sum(self.counts)
        for place, node in enumerate(self.buckets):
            while node is not None:
                assert hash(node[0]) % len(self.buckets) == place
                node = node[1]


class Work(SetWorkload):
    """Changes of one key in five, in a set of some ten thousand."""

    new = HashSet
    sizes = {
        "small": {"keys": 512, "operations": 2_000},
        "laptop": {"keys": 16_384, "operations": 1_500_000},
    }
