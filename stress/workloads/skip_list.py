"""A skip list; how high a key is follows from the key."""

from .common import SetWorkload

LEVELS = 12


def height(key):
    """One key in two is on the second level too, one in four on the third ..."""
    mixed = (key * 0x9E3779B1 ^ key >> 7) & 0xFFFFFFFF
    mixed ^= mixed >> 15
    levels = 1
    while mixed & 1 and levels < LEVELS:
        mixed >>= 1
        levels += 1
    return levels


class Node:
    __slots__ = ("key", "next")

    def __init__(self, key, levels):
        self.key = key
        self.next = [None] * levels


class SkipList:
    def __init__(self):
        self.head = Node(-1, LEVELS)

    def before(self, key):
        """On each level the last node whose key is smaller."""
        path = [None] * LEVELS
        node = self.head
        for level in range(LEVELS - 1, -1, -1):
            while (after := node.next[level]) is not None and after.key < key:
                node = after
            path[level] = node
        return path

    def __contains__(self, key):
        node = self.head
        for level in range(LEVELS - 1, -1, -1):
            while (after := node.next[level]) is not None and after.key < key:
                node = after
        after = node.next[0]
        return after is not None and after.key == key

    def add(self, key):
        path = self.before(key)
        after = path[0].next[0]
        if after is not None and after.key == key:
            return False
        node = Node(key, height(key))
        for level in range(len(node.next)):
            node.next[level] = path[level].next[level]
            path[level].next[level] = node
        return True

    def remove(self, key):
        path = self.before(key)
        node = path[0].next[0]
        for level in range(len(node.next)):
            path[level].next[level] = node.next[level]

    def level(self, level):
        node = self.head.next[level]
        while node is not None:
            yield node.key
            node = node.next[level]

    def __iter__(self):
        return self.level(0)

    def check(self):
        keys = list(self)
        assert all(a < b for a, b in zip(keys, keys[1:]))
        for level in range(LEVELS):
            assert list(self.level(level)) == [k for k in keys if height(k) > level], level


class Work(SetWorkload):
    """Changes of one key in five, in a list of some thousand."""

    new = SkipList
    sizes = {
        "small": {"keys": 256, "operations": 1_000},
        "laptop": {"keys": 8_192, "operations": 400_000},
    }
