# Contexts: settings, flags and traps, the current one per thread and per contextvars.Context.
import contextvars
import pickle
import threading
from decimal import *

c = getcontext()
print(c, c.flags[Inexact], c.traps[Overflow])
print(Decimal(1) / 3, c.flags[Inexact], c.flags[Rounded])
c.clear_flags()
for op in (
    lambda: Decimal(1) / 0,
    lambda: Decimal(0) / 0,
    lambda: Decimal("1e999999") * 10,
    lambda: Decimal("1e-999999") / 10**30,
    lambda: Decimal(-1).sqrt(),
    lambda: Decimal("1e50") // 1,
    lambda: Decimal("sNaN") + 1,
    lambda: divmod(Decimal(1), 0),
    lambda: Decimal("1e999999").quantize(Decimal("1e-9")),
):
    try:
        print(op(), end=" ")
    except DecimalException as e:
        print(type(e).__name__, e, end=" ")
    print([s.__name__ for s, v in c.flags.items() if v])
    c.clear_flags()

with localcontext() as d:
    d.prec = 5
    d.rounding = ROUND_CEILING
    d.traps[DivisionByZero] = False
    d.traps[Inexact] = True
    print(Decimal(1) / 0, d.traps == {s: s in (InvalidOperation, DivisionByZero, Overflow, Inexact) and s is not DivisionByZero for s in d.traps})
    try:
        Decimal(1) / 3
    except Inexact as e:
        print(e)
print(getcontext() is c, c.prec)
print(pickle.loads(pickle.dumps(ExtendedContext)))
print(Context(prec=3, rounding=ROUND_HALF_DOWN, Emin=-9, Emax=9, capitals=0, clamp=1, flags=[], traps=[Clamped]))
for name, value in (("prec", 0), ("prec", "x"), ("Emax", -1), ("Emin", 1), ("rounding", "up"), ("clamp", 2), ("capitals", -1), ("flags", {}), ("traps", [])):
    try:
        setattr(c, name, value)
    except Exception as e:
        print(type(e).__name__, e)
try:
    del c.prec
except AttributeError as e:
    print(e)

e = Context(prec=4, traps=[])
print(e.divide(2, 3), e.add("1.23456" and Decimal("1.23456"), 0), e.create_decimal("3.14159"), e.power(2, 40), e.quantize(Decimal("1.5"), 1), e.fma(2, 3, 4))
print(e.create_decimal("1e-1000010"), e.create_decimal("x"), e.to_sci_string(Decimal("12E+5")), e.number_class(Decimal("-0")))
print(sorted(s.__name__ for s in e.flags if e.flags[s]))

# An empty contextvars.Context begins with a copy of DefaultContext, and keeps what is set to itself.
DefaultContext.prec = 7
results = []


def work(n):
    results.append(getcontext().prec)
    getcontext().prec = n
    results.append(str(Decimal(2) / 3))


for n in (3, 11):
    t = threading.Thread(target=contextvars.Context().run, args=(work, n))
    t.start()
    t.join()
print(results, getcontext().prec)
ctx = contextvars.copy_context()
ctx.run(lambda: setcontext(Context(prec=2)))
print(ctx.run(lambda: Decimal(1) / 3), Decimal(1) / 3)

# Threads that share a context, and its flags.
shared = Context(prec=20, traps=[])


def add(out):
    total = Decimal(0)
    for i in range(1, 2000):
        total = shared.add(total, shared.divide(1, i))
    out.append(total)


sums = []
threads = [threading.Thread(target=add, args=(sums,)) for _ in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(len(set(sums)), sums[0], shared.flags[Inexact], shared.flags[Overflow])
