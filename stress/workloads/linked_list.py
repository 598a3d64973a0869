"""A sorted linked list: who looks for a key reads all before it."""

from .common import SetWorkload


class Node:
    __slots__ = ("key", "next")

    def __init__(self, key, next):
        self.key = key
        self.next = next


class LinkedList:
    def __init__(self):
        self.head = Node(-1, None)

    def before(self, key):
        """The last node whose key is smaller."""
        node = self.head
        while (after := node.next) is not None and after.key < key:
            node = after
        return node

    def add(self, key):
        before = self.before(key)
        if before.next is not None and before.next.key == key:
            return False
        before.next = Node(key, before.next)
        return True

    def remove(self, key):
        before = self.before(key)
        before.next = before.next.next

    def __contains__(self, key):
        after = self.before(key).next
        return after is not None and after.key == key

    def __iter__(self):
        node = self.head.next
        while node is not None:
            yield node.key
            node = node.next

    def check(self):
        keys = list(self)
        assert all(a < b for a, b in zip(keys, keys[1:]))


class Work(SetWorkload):
    """Real conflicts: whoever goes past a node that another client changes."""

    new = LinkedList
    sizes = {
        "small": {"keys": 64, "operations": 1_000, "changes": 0.1},
        "laptop": {"keys": 256, "operations": 500_000, "changes": 0.1},
    }
