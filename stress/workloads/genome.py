"""STAMP's genome: a gene is put together again from many overlapping segments of it.

First the segments that are there twice are dropped, with a set that all threads fill. Then, for each length of overlap from the
longest to the shortest, the starts of segments are put into a table, and each segment whose end is in it is linked to the one
that starts so. At last the chain is followed. Transactions are of middle length and rarely meet.
"""

from threading import Barrier

from vasuki import atomic

from .common import Workload, in_threads, share


class Segment:
    """A piece of the gene, the next one, how much of that overlaps, and whether it is the next of one."""

    def __init__(self, text):
        self.text = text
        self.next = None
        self.overlap = 0
        self.follows = False


class Work(Workload):
    sizes = {
        "small": {"length": 300, "segment": 24, "copies": 4},
        "laptop": {"length": 150_000, "segment": 48, "copies": 12},
    }
    CHUNK = 12

    def setup(self, rng, length, segment, copies):
        self.gene = gene = "".join(rng.choice("ACGT") for _ in range(length))
        self.segment = segment
        starts = [0]
        # Neighbours overlap by at least half, so that the gene is determined.
        while starts[-1] < length - segment:
            starts.append(min(starts[-1] + rng.randrange(1, segment // 2), length - segment))
        pieces = [gene[s : s + segment] for s in starts] * copies
        rng.shuffle(pieces)
        self.pieces = pieces

    def run(self, threads):
        barrier = Barrier(threads)
        different = set()
        self.segments = segments = []
        tables = [{} for _ in range(self.segment)]

        def drop_copies(i):
            mine = share(self.pieces, i, threads)
            for first in range(0, len(mine), self.CHUNK):
                with atomic:
                    for text in mine[first : first + self.CHUNK]:
                        different.add(text)

        def link(overlap, mine):
            starts = tables[overlap]
            for s in mine:
                if not s.follows:
                    with atomic:
                        starts.setdefault(s.text[:overlap], []).append(s)
            barrier.wait()
            for s in mine:
                if s.next is not None:
                    continue
                with atomic:
                    for other in starts.get(s.text[-overlap:], ()):
                        if other is not s and not other.follows:
                            other.follows = True
                            s.next, s.overlap = other, overlap
                            break
            barrier.wait()

        def work(i):
            drop_copies(i)
            if barrier.wait() == 0:
                # The order of a set is not that of any thread.
                segments.extend(map(Segment, sorted(different)))
            barrier.wait()
            mine = share(segments, i, threads)
            for overlap in range(self.segment - 1, self.segment // 2 - 1, -1):
                link(overlap, mine)

        in_threads(threads, work)

    def check(self):
        (first,) = (s for s in self.segments if not s.follows)
        parts, s = [first.text], first
        while s.next is not None:
            parts.append(s.next.text[s.overlap :])
            s = s.next
        assert "".join(parts) == self.gene
        return sorted(s.text for s in self.segments)
