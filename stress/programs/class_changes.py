# A class changes while other threads call its methods: each call sees one of the states, and the changes in their order.
import threading


class Base:
    def f(self):
        return 0


class C(Base):
    level = 0

    def m(self):
        return 0

    def both(self):
        return self.level, self.m()


c = C()
stop = False
errors = []


def use():
    last = 0
    try:
        while not stop:
            a = c.m()
            assert last <= a, (last, a)
            last = a
            c.f()
            lvl = C.level
            assert lvl >= 0
            c.own = lvl
    except BaseException as e:
        errors.append(e)


def make(n):
    def m(self):
        return n

    return m


threads = [threading.Thread(target=use) for _ in range(3)]
for t in threads:
    t.start()
for n in range(1, 60):
    C.m = make(n)
    C.level = n
    if n % 3 == 0:
        Base.f = make(n)
    if n % 5 == 0:
        C.extra = n
        del C.extra
    if n % 7 == 0:
        C.__getattr__ = lambda self, name: name
        assert c.nothing == "nothing"
        del C.__getattr__
stop = True
for t in threads:
    t.join()
assert not errors, errors
assert c.m() == 59 and c.both() == (59, 59) and Base().f() == 57
print("ok")
