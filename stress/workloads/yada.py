"""STAMP's yada: a mesh of triangles is refined until none has too small an angle (Ruppert's algorithm).

A bad triangle gets a point at the middle of the circle through its corners. All triangles whose circles contain the point, its
cavity, are replaced by new ones around it. If the point would lie too near to the border, the edge of the border there is
halved instead. One transaction for each bad triangle, long and with many reads and writes, but only around it in the mesh.
"""

from math import cos, radians

from vasuki import atomic, retry

from .common import Workload, in_threads


class Triangle:
    """Corners counterclockwise; the neighbour over each edge, which is opposite to the corner of the same number."""

    __slots__ = ("corners", "neighbours", "alive", "centre", "radius2")

    def __init__(self, a, b, c):
        self.corners = a, b, c
        self.neighbours = [None, None, None]
        self.alive = True
        # The middle of the circle through the corners.
        bx, by, cx, cy = b[0] - a[0], b[1] - a[1], c[0] - a[0], c[1] - a[1]
        d = 2 * (bx * cy - by * cx)
        b2, c2 = bx * bx + by * by, cx * cx + cy * cy
        x, y = (cy * b2 - by * c2) / d, (bx * c2 - cx * b2) / d
        self.centre = a[0] + x, a[1] + y
        self.radius2 = x * x + y * y

    def contains_in_circle(self, p):
        x, y = p[0] - self.centre[0], p[1] - self.centre[1]
        return x * x + y * y < self.radius2 * (1 - 1e-12)

    def edges(self):
        """(neighbour, from, to) of each edge."""
        a, b, c = self.corners
        n = self.neighbours
        return (n[0], b, c), (n[1], c, a), (n[2], a, b)

    def smallest_angle_is_below(self, cosine, shortest2):
        """Is it? Triangles whose shortest edge is short enough are left as they are."""
        a, b, c = self.corners
        sides = sorted((distance2(a, b), distance2(b, c), distance2(c, a)))
        if sides[0] < shortest2:
            return False
        return (sides[1] + sides[2] - sides[0]) / (2 * (sides[1] * sides[2]) ** 0.5) > cosine

    def link(self, other, p, q):
        """Makes another triangle, or None for the border, the neighbour over the edge between two corners."""
        for i in range(3):
            if self.corners[i] != p and self.corners[i] != q:
                self.neighbours[i] = other


def distance2(p, q):
    return (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2


def side(a, b, p):
    """Positive when the point is to the left of the line from a to b; twice the area of the triangle."""
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])


def locate(triangle, p):
    """The triangle that has the point in it; the search walks there from another one."""
    while True:
        for neighbour, a, b in triangle.edges():
            if neighbour is not None and side(a, b, p) < 0:
                triangle = neighbour
                break
        else:
            return triangle


def cavity_of(start, p):
    """The triangles around `start` whose circles contain the point, and the edges around them: (neighbour, from, to, triangle)."""
    inside, around, todo = {start}, [], [start]
    while todo:
        triangle = todo.pop()
        for neighbour, a, b in triangle.edges():
            if neighbour is None or neighbour not in inside:
                if neighbour is not None and neighbour.contains_in_circle(p):
                    inside.add(neighbour)
                    todo.append(neighbour)
                else:
                    around.append((neighbour, a, b, triangle))
    return inside, around


def fill(inside, around, p):
    """Replaces the cavity by triangles around the point, which may lie on an edge of the border. Returns the new ones."""
    for triangle in inside:
        triangle.alive = False
    new, by_start, by_end = [], {}, {}
    for neighbour, a, b, _ in around:
        if neighbour is None and side(a, b, p) < 1e-12 * distance2(a, b):
            continue
        triangle = Triangle(a, b, p)
        triangle.neighbours[2] = neighbour
        if neighbour is not None:
            neighbour.link(triangle, a, b)
        by_start[a] = by_end[b] = triangle
        new.append(triangle)
    for triangle in new:
        a, b, _ = triangle.corners
        triangle.neighbours[0] = by_start.get(b)
        triangle.neighbours[1] = by_end.get(a)
    return new


class Work(Workload):
    sizes = {
        "small": {"points": 12, "angle": 20, "shortest": 0.05},
        "laptop": {"points": 10_000, "angle": 26, "shortest": 0.0003},
    }

    def setup(self, rng, points, angle, shortest):
        corners = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
        low, high = Triangle(*corners[:3]), Triangle(corners[0], *corners[2:])
        low.neighbours[1], high.neighbours[2] = high, low
        triangles = [low, high]
        for _ in range(points):
            p = (0.02 + 0.96 * rng.random(), 0.02 + 0.96 * rng.random())
            inside, around = cavity_of(locate(triangles[-1], p), p)
            triangles += fill(inside, around, p)
        self.triangles = triangles = [t for t in triangles if t.alive]
        self.cosine, self.shortest2 = cos(radians(angle)), shortest**2
        self.bad = [t for t in triangles if self.is_bad(t)]
        self.busy = [0]

    def is_bad(self, triangle):
        return triangle.smallest_angle_is_below(self.cosine, self.shortest2)

    def place_for_point(self, triangle):
        """The middle of a bad triangle's circle, or of an edge of the border that is in the way; its cavity."""
        p = triangle.centre
        inside, around = cavity_of(triangle, p)
        for neighbour, a, b, at in around:
            if neighbour is None:
                # The circle over the edge contains the point, or it is outside.
                square = (a[0] - p[0]) * (b[0] - p[0]) + (a[1] - p[1]) * (b[1] - p[1]) <= 0
                if square or side(a, b, p) <= 0:
                    p = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
                    return p, *cavity_of(at, p)
        return p, inside, around

    @atomic
    def refine(self, triangle):
        """The triangles that come instead of a bad one, and around it. It may be there still."""
        if not triangle.alive:
            return []
        p, inside, around = self.place_for_point(triangle)
        return fill(inside, around, p)

    @atomic
    def take(self):
        """A bad triangle; None when there is none, and no thread is at work."""
        if self.bad:
            self.busy[0] += 1
            return self.bad.pop()
        if self.busy[0]:
            retry()
        return None

    @atomic
    def give(self, bad):
        self.bad.extend(bad)
        self.busy[0] -= 1

    def run(self, threads):
        made = [[] for _ in range(threads)]

        def work(i):
            while (triangle := self.take()) is not None:
                new = self.refine(triangle)
                made[i].extend(new)
                bad = [t for t in new if self.is_bad(t)]
                if triangle.alive:
                    bad.append(triangle)
                self.give(bad)

        in_threads(threads, work)
        self.triangles = [t for t in self.triangles + sum(made, []) if t.alive]

    def check(self):
        area = 0.0
        for t in self.triangles:
            a, b, c = t.corners
            assert side(a, b, c) > 0, t.corners
            area += side(a, b, c) / 2
            assert not self.is_bad(t)
            for neighbour, p, q in t.edges():
                if neighbour is None:
                    assert any(p[d] == q[d] and p[d] in (0.0, 1.0) for d in (0, 1)), (p, q)
                    continue
                assert neighbour.alive
                assert any(other is t and {p, q} == {r, s} for other, r, s in neighbour.edges())
                (far,) = set(neighbour.corners) - {p, q}
                x, y = far[0] - t.centre[0], far[1] - t.centre[1]
                # Delaunay's condition.
                assert x * x + y * y >= t.radius2 * (1 - 1e-9)
        assert abs(area - 1) < 1e-9, area
