"""STAMP's programs as loops over items, for `vasuki.ordered`: what each gives and changes must be what the plain loop does.

Each function makes the data, always the same, and returns (function, items, a function that gives all that has been changed).
"""

from . import bayes, genome, intruder, kmeans, labyrinth, ssca2, vacation, yada


def loop_bayes(size):
    work = bayes.Work(size)
    network = work.network

    def climb(variable):
        change = network.best_change(variable)
        return change and network.change(*change[1:], network.scores[variable])

    # The same variables again and again: what one finds depends on all before.
    return climb, work.open * 3, lambda: (network.parents, network.scores)


def loop_genome(size):
    work = genome.Work(size)
    first, starts = {}, {}

    def note(piece):
        if piece in first:
            first[piece] += 1
            return None
        first[piece] = 1
        starts.setdefault(piece[:8], []).append(piece)
        return len(starts)

    return note, work.pieces, lambda: (list(first.items()), starts)


def loop_intruder(size):
    work = intruder.Work(size)
    found = []

    def capture(packet):
        whole = work.decoder.add(*packet)
        if whole is None:
            return None
        if any(a in whole for a in intruder.ATTACKS):
            found.append((packet[0], len(found)))
        return whole

    return capture, work.packets.items, lambda: (found, work.decoder.flows)


def loop_kmeans(size):
    work = kmeans.Work(size)
    centres = [kmeans.Centre(work.dimensions) for _ in work.centres]

    def assign(n):
        point = work.points[n]
        # The centre moves with each point.
        distances = [
            sum(abs(x - (s / c.count if c.count else y)) for x, s, y in zip(point, c.sums, start))
            for c, start in zip(centres, work.centres)
        ]
        cluster = distances.index(min(distances))
        centres[cluster].add(point)
        return cluster

    return assign, range(len(work.points)), lambda: [(c.sums, c.count) for c in centres]


def loop_labyrinth(size):
    work = labyrinth.Work(size)

    def route(number):
        way = work.way(work.grid[:], *work.pairs[number])
        return way and work.lay(number, way)

    return route, range(len(work.pairs)), lambda: (work.paths, work.grid)


def loop_ssca2(size):
    work = ssca2.Work(size)

    def connect(edge):
        source, target, weight = edge
        ssca2.add_out(work.nodes[source], target, weight)
        ssca2.add_in(work.nodes[target], source, weight)
        return len(work.nodes[source].targets)

    return connect, work.edges, lambda: [(n.targets, n.weights, n.sources, n.weight) for n in work.nodes]


def loop_vacation(size):
    work = vacation.Work(size)

    def serve(task):
        task[0](*task[1:])

    def changed():
        agency = work.agency
        offers = [(n, o.total, o.free, o.price) for kind in vacation.KINDS for n, o in agency.offers[kind].items()]
        return offers, [(n, c.reserved) for n, c in agency.customers.items()], work.bills

    return serve, work.tasks, changed


def loop_yada(size):
    work = yada.Work(size)
    made = []

    def refine(triangle):
        new = work.refine(triangle)
        made.append([t.corners for t in new])
        return len(new)

    return refine, work.bad * 2, lambda: (made, [t.corners for t in work.triangles if t.alive])


LOOPS = {f.__name__.removeprefix("loop_"): f for f in list(globals().values()) if getattr(f, "__name__", "").startswith("loop_")}
