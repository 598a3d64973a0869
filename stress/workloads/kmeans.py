"""STAMP's kmeans: points are put into clusters around centres, which move until few points change.

Each thread has some of the points and finds the nearest centre for each, reading what no thread changes meanwhile. A short
transaction adds the point to the new centre. With many clusters threads rarely meet.
"""

from threading import Barrier

from vasuki import atomic

from .common import Workload, in_threads, share


class Centre:
    """What the points of a cluster add up to, and how many they are."""

    def __init__(self, dimensions):
        self.sums = [0] * dimensions
        self.count = 0

    @atomic
    def add(self, point):
        sums = self.sums
        for d, x in enumerate(point):
            sums[d] += x
        self.count += 1


class Work(Workload):
    sizes = {
        "small": {"points": 200, "dimensions": 3, "clusters": 5, "rounds": 5},
        "laptop": {"points": 12_000, "dimensions": 6, "clusters": 24, "rounds": 6},
    }

    def setup(self, rng, points, dimensions, clusters, rounds):
        # Whole numbers: their sums do not depend on the order of additions.
        middles = [[rng.randrange(-10_000, 10_000) for _ in range(dimensions)] for _ in range(clusters)]
        self.points = [[int(rng.gauss(x, 2500)) for x in rng.choice(middles)] for _ in range(points)]
        self.dimensions, self.rounds = dimensions, rounds
        self.centres = [[float(x) for x in p] for p in rng.sample(self.points, clusters)]
        self.member = [None] * points
        self.moved = []

    def run(self, threads):
        barrier = Barrier(threads)
        state = {}

        def start_round():
            state["new"] = [Centre(self.dimensions) for _ in self.centres]

        def nearest(point, centres):
            best, least = 0, None
            for c, centre in enumerate(centres):
                distance = 0.0
                for x, y in zip(point, centre):
                    distance += (x - y) * (x - y)
                if least is None or distance < least:
                    best, least = c, distance
            return best

        def work(i):
            mine = share(range(len(self.points)), i, threads)
            for _ in range(self.rounds):
                if barrier.wait() == 0:
                    start_round()
                barrier.wait()
                new, centres, moved = state["new"], self.centres, 0
                for n in mine:
                    cluster = nearest(self.points[n], centres)
                    if self.member[n] != cluster:
                        self.member[n] = cluster
                        moved += 1
                    new[cluster].add(self.points[n])
                if barrier.wait() == 0:
                    assert sum(c.count for c in new) == len(self.points)
                    self.centres = [[s / c.count for s in c.sums] if c.count else old for c, old in zip(new, centres)]
                barrier.wait()

        in_threads(threads, work)

    def check(self):
        sizes = [self.member.count(c) for c in range(len(self.centres))]
        assert sum(sizes) == len(self.points)
        return self.centres, self.member
