"""STAMP's ssca2: a large graph is built from a list of weighted edges, in any order, as an index of each node's neighbours.

Two transactions for each edge, very short ones, on one of many nodes: they hardly ever meet.
"""

from vasuki import atomic

from .common import Workload, in_threads, share


class Node:
    """Where the edges go, and with which weights; from where others come."""

    def __init__(self):
        self.targets = []
        self.weights = []
        self.sources = []
        self.weight = 0


@atomic
def add_out(node, target, weight):
    node.targets.append(target)
    node.weights.append(weight)


@atomic
def add_in(node, source, weight):
    node.sources.append(source)
    node.weight += weight


class Work(Workload):
    sizes = {
        "small": {"nodes": 64, "edges": 1_000},
        "laptop": {"nodes": 16_384, "edges": 400_000},
    }

    def setup(self, rng, nodes, edges):
        self.nodes = [Node() for _ in range(nodes)]
        self.edges = []
        # Cliques of nodes that are near each other, and some edges between far ones.
        while len(self.edges) < edges:
            source = rng.randrange(nodes)
            target = (source + rng.randrange(1, 9)) % nodes if rng.random() < 0.8 else rng.randrange(nodes)
            self.edges.append((source, target, rng.randrange(1, 1000)))
        rng.shuffle(self.edges)

    def run(self, threads):
        nodes = self.nodes

        def work(i):
            for source, target, weight in share(self.edges, i, threads):
                add_out(nodes[source], target, weight)
                add_in(nodes[target], source, weight)

        in_threads(threads, work)

    def check(self):
        out = [(s, t, w) for s, node in enumerate(self.nodes) for t, w in zip(node.targets, node.weights, strict=True)]
        assert sorted(out) == sorted(self.edges)
        backwards = [(s, t) for t, node in enumerate(self.nodes) for s in node.sources]
        assert sorted(backwards) == sorted((s, t) for s, t, _ in self.edges)
        return [(sorted(n.targets), sorted(n.sources), n.weight) for n in self.nodes]
