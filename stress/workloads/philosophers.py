"""Dining philosophers, who wait with `retry` until both forks lie there."""

from vasuki import atomic, retry

from .common import Workload, in_threads


class Work(Workload):
    """Each thread is several philosophers, one after the other; they think and eat in transactions of their own."""

    sizes = {
        "small": {"seats": 8, "meals": 20},
        "laptop": {"seats": 64, "meals": 4000},
    }

    def setup(self, rng, seats, meals):
        self.seats, self.meals = seats, meals
        # Each fork is a list with who has it; so neighbours share one object, and others none.
        self.forks = [[None] for _ in range(seats)]
        self.eaten = [0] * seats
        self.thoughts = [0] * seats
        self.together = []

    def run(self, threads):
        forks, seats = self.forks, self.seats

        @atomic
        def take(who, left, right):
            if left[0] is not None or right[0] is not None:
                retry()
            left[0] = right[0] = who

        @atomic
        def give(who, left, right):
            if left[0] != who or right[0] != who:
                self.together.append(who)
            left[0] = right[0] = None

        def work(i):
            mine = range(i, seats, threads)
            for meal in range(self.meals):
                for who in mine:
                    left, right = forks[who], forks[(who + 1) % seats]
                    take(who, left, right)
                    self.eaten[who] += 1
                    for n in range(50):
                        self.thoughts[who] += n
                    give(who, left, right)

        in_threads(threads, work)

    def check(self):
        assert not self.together, self.together
        assert all(f == [None] for f in self.forks)
        return self.eaten, self.thoughts
