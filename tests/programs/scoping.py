# Scopes of comprehensions, classes, lambdas, the walrus; exec and eval; globals and locals.
x = "global"


class C:
    x = "class"
    first = [x for _ in range(1)]  # a body sees the global, not the class's name
    it = [i for i in x]  # the first iterable is evaluated in the class
    gen = list(i for i in x)
    lam = lambda self: x
    nested = [[(i, j) for j in range(i)] for i in range(3)]

    def method(self):
        return x


print(C.first, C.it, C.gen, C().lam(), C.nested, C().method())

i = "untouched"
print([i for i in range(3)], {i for i in range(3)}, {i: i for i in range(2)}, list(i for i in range(2)), i)
print([y := k * 2 for k in range(3)], y)
if (m := len("abc")) > 2:
    print(m)
print([(a, b, c) for a in range(2) for b in range(a + 1) for c in "xy" if (a + b) % 2 == 0])


def walrus_in_function():
    any((found := v) > 3 for v in range(10))
    return found


print(walrus_in_function())


def closures_in_comprehensions():
    fs = [lambda: (n, outer) for n in range(3)]
    outer = "o"
    return [f() for f in fs]


print(closures_in_comprehensions())


def locals_here(a, b=2):
    c = a + b
    before = dict(locals())
    d = [k for k in range(2)]
    return before, sorted(locals())


print(locals_here(1))


def snapshot():
    v = 1
    first = locals()
    v = 2
    return first["v"], locals()["v"]


print(snapshot())
ns = {}
exec("def f():\n    return g()\ndef g():\n    return 'from exec'", ns)
print(ns["f"](), sorted(k for k in ns if k != "__builtins__"))
print(eval("a + b", {"a": 1}, {"b": 2}), eval("[v for v in range(n)]", {"n": 3}))
exec("z = 1; del z; w = [q for q in 'ab']")
print(w, "z" in globals())


def exec_in_function():
    v = 1
    exec("v = 2; new = 3")
    return v, "new" in locals()


print(exec_in_function())


class Body:
    a = 1
    exec("b = a + 1")
    loc = sorted(k for k in locals() if not k.startswith("__"))


print(Body.b, Body.loc)


def nested():
    v = "nested"

    class K:
        w = v
        q = "class"

        def get(self):
            return v

        class Inner:
            u = v
    return K.w, K.q, K().get(), K.Inner.u


print(nested())


class G:
    global made_by_class
    made_by_class = 1
    __private = 2

    def get(self):
        return self.__private


print(made_by_class, G().get(), "_G__private" in G.__dict__)


def deleted():
    try:
        1 / 0
    except ZeroDivisionError as err:
        pass
    try:
        err
    except UnboundLocalError as e:
        return str(e)


print(deleted())


def star():
    a, *b, c = range(6)
    (d, [e, *f]), *g = [(1, [2, 3, 4]), 5]
    [h] = "x"
    *k, = ()
    return a, b, c, d, e, f, g, h, k


print(star())


def loop_else(n):
    for v in range(n):
        if v == 3:
            break
    else:
        return "no break"
    return f"broke at {v}"


print(loop_else(2), loop_else(9))
a = b = c = [0]
a += [1]
print(a is b is c, b)
d = {}
d["k"], d["k2"] = d, 1
print(sorted(d), d["k"] is d)
i = 0
arr = [0, 0, 0]
i, arr[i] = 1, "evaluated left to right"
print(arr)


def order(*names):
    out = []

    def t(n):
        out.append(n)
        return n

    {t(1): t(2), t(3): t(4)}
    t(5) < t(6) < t(7)
    [t(8), *[t(9)]]
    (lambda *a, **k: None)(t(10), k=t(11), *[t(12)], **{"z": t(13)})
    return out


print(order())
print(1 < 2 < 3 > 2 != 5, not 1 < 2 > 3, 0 or [] or "last", 1 and "" and 2, (1 if [] else 2))
print(*[1, 2], *(3,), sep="-", end="!\n", **{})
print({**{"a": 1, "b": 2}, "a": 3}, [*range(2), *"ab"], {*[1, 2], 2})
