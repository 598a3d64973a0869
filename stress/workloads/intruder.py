"""STAMP's intruder: packets are taken from a queue, put together to flows, and searched for known attacks.

The fragments of all flows come mixed up. Capture and reassembly are short transactions on shared data, a queue and a dict of
flows; the search in a complete flow is work of its thread alone. The queue is where threads meet.
"""

from vasuki import atomic

from .common import Source, Workload, in_threads

ATTACKS = ["about", "after", "again", "wiggle", "overflow", "DROP TABLE", "/etc/passwd", "<script>"]


class Decoder:
    """Flows of which some fragments have come."""

    def __init__(self):
        self.flows = {}
        self.complete = []

    @atomic
    def add(self, flow, number, count, text):
        """A fragment. The text of the flow if it was the last one."""
        parts = self.flows.get(flow)
        if parts is None:
            parts = self.flows[flow] = {}
        assert number not in parts
        parts[number] = text
        if len(parts) < count:
            return None
        del self.flows[flow]
        return "".join(parts[n] for n in range(count))


class Work(Workload):
    sizes = {
        "small": {"flows": 60, "length": 64, "attacks": 10},
        "laptop": {"flows": 20_000, "length": 192, "attacks": 2_000},
    }

    def setup(self, rng, flows, length, attacks):
        self.attacks = sorted(rng.sample(range(flows), attacks))
        self.texts = []
        packets = []
        bad = set(self.attacks)
        for flow in range(flows):
            text = "".join(rng.choices("bcdfghjklmnpqrstvwxz", k=rng.randrange(length // 2, length)))
            if flow in bad:
                place = rng.randrange(len(text))
                text = text[:place] + rng.choice(ATTACKS) + text[place:]
            self.texts.append(text)
            count = rng.randrange(1, 11)
            ends = [len(text) * n // count for n in range(count + 1)]
            packets += [(flow, n, count, text[ends[n] : ends[n + 1]]) for n in range(count)]
        rng.shuffle(packets)
        self.packets = Source(packets, 4)
        self.decoder = Decoder()
        self.found = []
        self.seen = []

    def run(self, threads):
        def detect(text):
            return any(text[i : i + len(a)] == a for i in range(len(text)) for a in ATTACKS)

        def work(_):
            while packets := self.packets.take():
                for flow, number, count, text in packets:
                    whole = self.decoder.add(flow, number, count, text)
                    if whole is not None:
                        self.seen.append((flow, whole))
                        if detect(whole):
                            self.found.append(flow)

        in_threads(threads, work)

    def check(self):
        assert not self.decoder.flows
        assert sorted(self.seen) == list(enumerate(self.texts))
        found = sorted(self.found)
        assert found == self.attacks
        return found
