"""A red-black tree with links to the parents."""

from .common import SetWorkload


class Node:
    __slots__ = ("key", "left", "right", "parent", "red")

    def __init__(self, key, parent):
        self.key = key
        self.left = self.right = None
        self.parent = parent
        self.red = True


class RedBlackTree:
    def __init__(self):
        self.root = None

    def find(self, key):
        node = self.root
        while node is not None and node.key != key:
            node = node.left if key < node.key else node.right
        return node

    def __contains__(self, key):
        return self.find(key) is not None

    def put(self, old, new):
        """`new` takes the place of `old` under its parent."""
        parent = old.parent
        if parent is None:
            self.root = new
        elif parent.left is old:
            parent.left = new
        else:
            parent.right = new
        if new is not None:
            new.parent = parent

    def rotate_left(self, node):
        up = node.right
        self.put(node, up)
        node.right = up.left
        if up.left is not None:
            up.left.parent = node
        up.left = node
        node.parent = up

    def rotate_right(self, node):
        up = node.left
        self.put(node, up)
        node.left = up.right
        if up.right is not None:
            up.right.parent = node
        up.right = node
        node.parent = up

    def add(self, key):
        parent, node = None, self.root
        while node is not None:
            if node.key == key:
                return False
            parent = node
            node = node.left if key < node.key else node.right
        node = Node(key, parent)
        if parent is None:
            self.root = node
        elif key < parent.key:
            parent.left = node
        else:
            parent.right = node
        self.repair_red(node)
        return True

    def repair_red(self, node):
        """The node is red; its parent may be."""
        while (parent := node.parent) is not None and parent.red:
            above = parent.parent
            if parent is above.left:
                uncle = above.right
                if uncle is None or not uncle.red:
                    if node is parent.right:
                        self.rotate_left(parent)
                        node, parent = parent, node
                    parent.red = False
                    above.red = True
                    self.rotate_right(above)
                    return
            else:
                uncle = above.left
                if uncle is None or not uncle.red:
                    if node is parent.left:
                        self.rotate_right(parent)
                        node, parent = parent, node
                    parent.red = False
                    above.red = True
                    self.rotate_left(above)
                    return
            parent.red = uncle.red = False
            above.red = True
            node = above
        if node.parent is None and node.red:
            node.red = False

    def remove(self, key):
        node = self.find(key)
        if node.left is not None and node.right is not None:
            # The next key moves here, and its node goes.
            after = node.right
            while after.left is not None:
                after = after.left
            node.key = after.key
            node = after
        child = node.left if node.left is not None else node.right
        self.put(node, child)
        if node.red:
            return
        if child is not None:
            child.red = False
        else:
            self.repair_black(node.parent, None)

    def repair_black(self, parent, node):
        """The paths through `node` have one black node too few."""
        while parent is not None and (node is None or not node.red):
            if node is parent.left:
                other = parent.right
                if other.red:
                    other.red, parent.red = False, True
                    self.rotate_left(parent)
                    other = parent.right
                near, far = other.left, other.right
                if far is None or not far.red:
                    if near is None or not near.red:
                        other.red = True
                        node, parent = parent, parent.parent
                        continue
                    near.red, other.red = False, True
                    self.rotate_right(other)
                    other, far = near, other
                other.red, parent.red, far.red = parent.red, False, False
                self.rotate_left(parent)
            else:
                other = parent.left
                if other.red:
                    other.red, parent.red = False, True
                    self.rotate_right(parent)
                    other = parent.left
                near, far = other.right, other.left
                if far is None or not far.red:
                    if near is None or not near.red:
                        other.red = True
                        node, parent = parent, parent.parent
                        continue
                    near.red, other.red = False, True
                    self.rotate_left(other)
                    other, far = near, other
                other.red, parent.red, far.red = parent.red, False, False
                self.rotate_right(parent)
            return
        if node is not None and node.red:
            node.red = False

    def __iter__(self):
        stack, node = [], self.root
        while stack or node is not None:
            while node is not None:
                stack.append(node)
                node = node.left
            node = stack.pop()
            yield node.key
            node = node.right

    def check(self):
        keys = list(self)
        assert all(a < b for a, b in zip(keys, keys[1:]))

        def blacks(node, parent):
            if node is None:
                return 1
            assert node.parent is parent
            assert not (node.red and (parent is None or parent.red)), node.key
            left, right = blacks(node.left, node), blacks(node.right, node)
            assert left == right, node.key
            return left + (not node.red)

        blacks(self.root, None)


class Work(SetWorkload):
    """Changes of one key in five, in a tree of some thousand. The root is read by all and changes rarely."""

    new = RedBlackTree
    sizes = {
        "small": {"keys": 256, "operations": 2_000},
        "laptop": {"keys": 8_192, "operations": 1_000_000},
    }
