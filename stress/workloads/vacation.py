"""STAMP's vacation: a travel agency. Clients reserve cars, rooms and flights, customers go, and offers change.

Each task is one transaction of middle length: it looks at several offers, which are few of many, and changes one or two. The
tables are dicts.
"""

from vasuki import atomic

from .common import Workload, in_threads, share

KINDS = ("car", "room", "flight")


class Offer:
    """So many of a kind, of which some are in use, at a price."""

    def __init__(self, total, price):
        self.total, self.free, self.price = total, total, price


class Customer:
    def __init__(self):
        self.reserved = []


class Agency:
    def __init__(self):
        self.offers = {kind: {} for kind in KINDS}
        self.customers = {}

    def add(self, kind, number, count, price):
        """More of an offer, or a new one; the price is the new one."""
        offers = self.offers[kind]
        offer = offers.get(number)
        if offer is None:
            offers[number] = Offer(count, price)
        else:
            offer.total += count
            offer.free += count
            offer.price = price

    def take_back(self, kind, number, count):
        """Fewer of an offer, if so many are free."""
        offer = self.offers[kind].get(number)
        if offer is not None and offer.free >= count:
            offer.total -= count
            offer.free -= count

    def reserve(self, customer, kind, number):
        offer = self.offers[kind][number]
        if offer.free <= 0:
            return
        offer.free -= 1
        known = self.customers.get(customer)
        if known is None:
            known = self.customers[customer] = Customer()
        known.reserved.append((kind, number, offer.price))

    def leave(self, customer):
        """A customer goes; what was reserved is free again. Returns the bill."""
        known = self.customers.pop(customer, None)
        if known is None:
            return 0
        for kind, number, _ in known.reserved:
            self.offers[kind][number].free += 1
        return sum(price for _, _, price in known.reserved)


class Work(Workload):
    sizes = {
        "small": {"offers": 30, "tasks": 500, "queries": 4},
        "laptop": {"offers": 4096, "tasks": 250_000, "queries": 4},
    }

    def setup(self, rng, offers, tasks, queries):
        self.agency = Agency()
        for kind in KINDS:
            for number in range(offers):
                self.agency.add(kind, number, rng.randrange(1, 6) * 100, rng.randrange(1, 6) * 10 + 50)
        for customer in range(offers):
            self.agency.customers[customer] = Customer()
        self.tasks = []
        for _ in range(tasks):
            choice = rng.random()
            if choice < 0.9:
                looks = [(rng.choice(KINDS), rng.randrange(offers)) for _ in range(queries)]
                task = (self.reserve_dearest, rng.randrange(offers), looks)
            elif choice < 0.95:
                task = (self.customer_leaves, rng.randrange(offers), None)
            else:
                changes = [
                    (rng.choice(KINDS), rng.randrange(offers), rng.randrange(1, 4) * 100 * rng.choice((1, -1)), rng.randrange(50, 100))
                    for _ in range(queries)
                ]
                task = (self.offers_change, None, changes)
            self.tasks.append(task)
        self.bills = []

    @atomic
    def reserve_dearest(self, customer, looks):
        """Reserves of each kind the dearest of the offers that are looked at."""
        best = {}
        for kind, number in looks:
            offer = self.agency.offers[kind].get(number)
            if offer is not None and offer.free > 0 and offer.price > best.get(kind, (0, 0))[0]:
                best[kind] = offer.price, number
        for kind, (_, number) in best.items():
            self.agency.reserve(customer, kind, number)

    def customer_leaves(self, customer, _):
        with atomic:
            bill = self.agency.leave(customer)
        self.bills.append(bill)

    @atomic
    def offers_change(self, _, changes):
        for kind, number, count, price in changes:
            if count > 0:
                self.agency.add(kind, number, count, price)
            else:
                self.agency.take_back(kind, number, -count)

    def run(self, threads):
        def work(i):
            for task, *given in share(self.tasks, i, threads):
                task(*given)

        in_threads(threads, work)

    def check(self):
        used = {}
        for customer in self.agency.customers.values():
            for kind, number, _ in customer.reserved:
                used[kind, number] = used.get((kind, number), 0) + 1
        for kind in KINDS:
            for number, offer in self.agency.offers[kind].items():
                assert 0 <= offer.free <= offer.total
                assert offer.total - offer.free == used.get((kind, number), 0), (kind, number)
        assert len(self.bills) == sum(t[0] == self.customer_leaves for t in self.tasks)
