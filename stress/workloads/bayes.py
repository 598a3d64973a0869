"""STAMP's bayes: the structure of a Bayesian network is learned from records, by climbing.

Each variable has yes or no in each record; which variables depend on which is found by adding, dropping or turning one
dependency at a time, whichever makes the records likelier. A list has the best known change of each variable; a thread takes
the best of all, carries it out in one transaction if it makes no circle and still pays, and looks for the variable's next one.
Few long transactions, which read much of the network; they often meet.
"""

from math import log

from vasuki import atomic, retry

from .common import Workload, in_threads


class Network:
    """Parents of each variable, and how likely they make its column of the records."""

    def __init__(self, columns, records, most_parents, cost):
        self.columns = columns
        self.all = (1 << records) - 1
        self.most_parents = most_parents
        self.cost = cost * log(records) / 2
        self.parents = [frozenset() for _ in columns]
        self.scores = [self.score(v, frozenset()) for v in range(len(columns))]

    def score(self, variable, parents):
        """Logarithm of how likely the column is, given the parents' ones; each parameter of the network costs something."""
        column = self.columns[variable]
        likelihood = 0.0
        groups = [self.all]
        for p in sorted(parents):
            yes = self.columns[p]
            groups = [g for group in groups for g in (group & yes, group & ~yes)]
        for group in groups:
            n = group.bit_count()
            yes = (group & column).bit_count()
            for k in (yes, n - yes):
                if k:
                    likelihood += k * log(k / n)
        return likelihood - self.cost * len(groups)

    def depends(self, variable, on):
        """Does it, over however many others?"""
        seen, todo = {variable}, [variable]
        while todo:
            for p in self.parents[todo.pop()]:
                if p == on:
                    return True
                if p not in seen:
                    seen.add(p)
                    todo.append(p)
        return False

    def best_change(self, variable):
        """(gain, variable, new parents) of the best change, or None."""
        now, score = self.parents[variable], self.scores[variable]
        best = None
        for other in range(len(self.columns)):
            if other == variable:
                continue
            if other in now:
                new = now - {other}
            elif len(now) < self.most_parents:
                new = now | {other}
            else:
                continue
            gain = self.score(variable, new) - score
            if gain > 1e-6 and (best is None or gain > best[0]):
                if other in now or not self.depends(other, variable):
                    best = (gain, variable, new)
        return best

    def change(self, variable, new, old_score):
        """Carries a change out. False: the network has changed, and it would make a circle or is a change no more."""
        if self.scores[variable] != old_score:
            return False
        if any(self.depends(p, variable) for p in new - self.parents[variable]):
            return False
        self.parents[variable] = new
        self.scores[variable] = self.score(variable, new)
        return True


class Work(Workload):
    sizes = {
        "small": {"variables": 8, "records": 200, "most_parents": 3},
        "laptop": {"variables": 128, "records": 8192, "most_parents": 4},
    }

    def setup(self, rng, variables, records, most_parents):
        # Records of a network that is drawn at random.
        drawn = [rng.sample(range(v), min(v, rng.randrange(most_parents))) for v in range(variables)]
        chances = [{} for _ in range(variables)]
        columns = [0] * variables
        for record in range(records):
            values = []
            for v in range(variables):
                given = tuple(values[p] for p in drawn[v])
                chance = chances[v].setdefault(given, rng.random())
                values.append(rng.random() < chance)
                columns[v] |= values[v] << record
        # So that parents do not always come first.
        order = rng.sample(range(variables), variables)
        self.network = Network([columns[v] for v in order], records, most_parents, 1.0)
        self.before = sum(self.network.scores)
        # The best known change of each variable, or None; and how many threads look for one.
        self.changes = [None] * variables
        self.open = list(range(variables))
        self.busy = 0

    def run(self, threads):
        network, changes = self.network, self.changes

        @atomic
        def take():
            """A variable to look at; or the best change, which is taken from the list; or the end, when no thread works."""
            if self.open:
                self.busy += 1
                return "look", self.open.pop()
            known = [c for c in changes if c is not None]
            if not known:
                if self.busy:
                    retry()
                return "end", None
            best = max(known, key=lambda c: c[0])
            changes[best[1]] = None
            self.busy += 1
            return "change", best

        @atomic
        def carry_out(best):
            _, variable, new, score = best
            network.change(variable, new, score)

        @atomic
        def look(variable):
            found = network.best_change(variable)
            if found is not None:
                changes[variable] = (*found, network.scores[variable])

        @atomic
        def ready():
            self.busy -= 1

        def work(_):
            while True:
                what, which = take()
                if what == "end":
                    return
                if what == "change":
                    carry_out(which)
                    which = which[1]
                look(which)
                ready()

        in_threads(threads, work)

    def check(self):
        network = self.network
        for v, parents in enumerate(network.parents):
            assert not network.depends(v, v), v
            assert network.scores[v] == network.score(v, parents), v
        assert sum(network.scores) > self.before
