"""STAMP's labyrinth: wires are laid through a grid of several layers, each the shortest way that is left (Lee's algorithm).

A thread copies the grid, spreads out from the start over free cells until it meets the end, and goes back from there; only
writing the way into the grid is a transaction, which finds out whether the cells are still free. If they are not, the thread
begins again with a new copy.
"""

from vasuki import atomic

from .common import Source, Workload, in_threads

FREE = -1
WALL = -2


class Work(Workload):
    sizes = {
        "small": {"width": 8, "height": 8, "depth": 2, "pairs": 6},
        "laptop": {"width": 96, "height": 96, "depth": 3, "pairs": 200},
    }

    def setup(self, rng, width, height, depth, pairs):
        # A border of walls: no neighbour is outside.
        self.steps = [1, -1, width + 2, -width - 2, (width + 2) * (height + 2), -(width + 2) * (height + 2)]
        self.grid = [WALL] * ((width + 2) * (height + 2) * (depth + 2))
        inside = [
            (z * (height + 2) + y) * (width + 2) + x
            for z in range(1, depth + 1)
            for y in range(1, height + 1)
            for x in range(1, width + 1)
        ]
        for cell in inside:
            self.grid[cell] = FREE
        ends = rng.sample(inside, 2 * pairs)
        self.pairs = list(zip(ends[::2], ends[1::2]))
        for n, pair in enumerate(self.pairs):
            for cell in pair:
                self.grid[cell] = n
        self.paths = [None] * pairs

    def way(self, grid, start, end):
        """The shortest way between the two over free cells, both included; None if there is none."""
        grid[end] = FREE
        came = {start: start}
        border = [start]
        while border and end not in came:
            after = []
            for cell in border:
                for step in self.steps:
                    to = cell + step
                    if grid[to] == FREE and to not in came:
                        came[to] = cell
                        after.append(to)
            border = after
        if end not in came:
            return None
        way = [end]
        while way[-1] != start:
            way.append(came[way[-1]])
        return way

    @atomic
    def lay(self, number, way):
        """Puts a way into the grid. False: another one lies there."""
        grid = self.grid
        for cell in way[1:-1]:
            if grid[cell] != FREE:
                return False
        for cell in way:
            grid[cell] = number
        self.paths[number] = way
        return True

    def run(self, threads):
        source = Source(range(len(self.pairs)))

        def work(_):
            while numbers := source.take():
                for number in numbers:
                    start, end = self.pairs[number]
                    while (way := self.way(self.grid[:], start, end)) is not None and not self.lay(number, way):
                        pass

        in_threads(threads, work)

    def check(self):
        left = self.grid[:]
        for number, (way, pair) in enumerate(zip(self.paths, self.pairs)):
            if way is None:
                assert self.way(self.grid[:], *pair) is None, number
                way = pair
            else:
                assert (way[-1], way[0]) == pair
                assert all(b - a in self.steps for a, b in zip(way, way[1:])), number
            for cell in way:
                assert left[cell] == number, (cell, number, left[cell])
                left[cell] = FREE
        assert set(left) == {FREE, WALL}
