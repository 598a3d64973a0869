# Closures, nonlocal, global, default arguments, late binding.
def counter(start):
    n = start

    def step(by=1):
        nonlocal n
        n += by
        return n

    def reset():
        nonlocal n
        n = start

    return step, reset


step, reset = counter(10)
print(step(), step(5), step())
reset()
print(step())

late = [lambda: i for i in range(3)]
print([f() for f in late])
early = [lambda i=i: i for i in range(3)]
print([f() for f in early])


def outer():
    x = "outer"

    def middle():
        def inner():
            return x
        return inner
    f = middle()
    x = "changed"
    return f()


print(outer())


def unbound():
    def f():
        return value
    try:
        f()
    except NameError as e:
        print(type(e).__name__, e)
    value = 3
    print(f())
    del value
    try:
        f()
    except NameError as e:
        print(e)


unbound()


def local_unbound():
    try:
        print(y)
    except UnboundLocalError as e:
        print(e)
    y = 1


local_unbound()

total = 0


def add(n):
    global total
    total += n


for k in range(5):
    add(k)
print(total)


def defaults(a, b=[], *, c={}):
    b.append(a)
    c[a] = len(b)
    return b, c


print(defaults(1), defaults(2), defaults.__defaults__, defaults.__kwdefaults__)


def shadow():
    len = lambda x: "shadowed"
    return len([1])


print(shadow(), len([1]))


def make():
    cells = []
    for i in range(3):
        def f(j=i):
            return i, j
        cells.append(f)
    return cells


print([f() for f in make()])
print(make()[0].__closure__[0].cell_contents, make.__code__.co_cellvars, make()[0].__code__.co_freevars)


def recursive():
    def fact(n):
        return 1 if n < 2 else n * fact(n - 1)
    return fact(20)


print(recursive())


def swap(a, b):
    def get():
        return a, b

    def set_(x, y):
        nonlocal a, b
        a, b = x, y
    return get, set_


get, set_ = swap(1, 2)
set_(3, 4)
print(get())


class C:
    x = 5
    y = [i for i in range(x)]

    def method(self):
        return __class__.__name__


print(C.y, C().method())
