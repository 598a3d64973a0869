# Decimal numbers: construction, arithmetic, comparison, text, conversions.
import copy
import math
import pickle
from decimal import *
from fractions import Fraction

for text in ("0", "-0", "12.50", "1E+3", "-1.5e-10", " 7_000 ", "Infinity", "-nan12", "sNaN", "١٢.٥", "x", "", "1e"):
    try:
        d = Decimal(text)
        print(repr(text), repr(d), d.as_tuple(), d.adjusted(), d.to_eng_string())
    except InvalidOperation as e:
        print(repr(text), e)
for v in (7, -3**60, True, 0.1, -2.5, float("inf"), (1, (1, 2, 3), -2), [0, [], "F"], Decimal("1.10")):
    print(v, Decimal(v))
for bad in ((1, 2), (2, (1,), 0), (0, (11,), 0), (0, (1,), "x"), (0, (1,), 1.5), {}, None):
    try:
        print(Decimal(bad))
    except (TypeError, ValueError) as e:
        print(type(e).__name__, e)

a, b = Decimal("7.25"), Decimal("-3")
print(a + b, a - b, a * b, a / b, a // b, a % b, divmod(a, b), a**3, -a, +a, abs(b), 2 + a, 2 - a, 2 * a, 2 / a, 7 // a, 7 % a, 2**a)
print(pow(Decimal(3), 20, 7), pow(10, 2, Decimal(7)), pow(3, Decimal(20), 7))
print(Decimal(2).sqrt(), Decimal(2).ln(), Decimal(2).exp(), Decimal(2).log10(), Decimal("0.25").sqrt(), Decimal(1000).log10())
print(Decimal("2.675").quantize(Decimal("0.01")), Decimal("2.675").quantize(Decimal("0.01"), ROUND_DOWN), Decimal("1E+3").normalize())
print(round(Decimal("2.5")), round(Decimal("3.5")), round(Decimal("2.675"), 2), math.floor(Decimal("-1.5")), math.ceil(Decimal("-1.5")), math.trunc(Decimal("-1.5")))
print(int(Decimal("-99.9")), float(Decimal("0.1")), complex(Decimal("1.5")), bool(Decimal("0.00")), Decimal("0.125").as_integer_ratio())
print(Decimal("1.0") == 1, Decimal("0.5") == 0.5, Decimal("0.1") == 0.1, Decimal("0.5") == Fraction(1, 2), Decimal("0.3") < Fraction(1, 3), Decimal(2) == 2 + 0j)
for pair in ((Decimal("1.0"), 1), (Decimal("0.5"), 0.5), (Decimal("-0.125"), Fraction(-1, 8)), (Decimal("1E+30"), 10**30), (Decimal("1E-20"), Fraction(1, 10**20))):
    print(hash(pair[0]) == hash(pair[1]), end=" ")
print()
print(max(Decimal(1), 2), sorted([Decimal("1.1"), 1, Decimal("-5"), 0.5]), sum([Decimal("0.1")] * 10))
for op in (lambda: Decimal(1) + 1.5, lambda: Decimal(1) < "x", lambda: Decimal("nan") < 1, lambda: hash(Decimal("snan")), lambda: int(Decimal("inf"))):
    try:
        print(op())
    except Exception as e:
        print(type(e).__name__, e)

for spec in ("", ".2f", "e", ".3E", "g", "%", "+.1%", "10.2f", "<12", "^12.1f", "=+12.3f", "012.3f", ",.2f", "z.0f", "*^30e", "020,.4f"):
    print([format(Decimal(t), spec) for t in ("1234567.891", "-0.04", "1E+5", "NaN")])


class Money(Decimal):
    def __new__(cls, value, currency="EUR"):
        self = Decimal.__new__(cls, value)
        self.currency = currency
        return self


m = Money("3.50", "CHF")
print(m, m.currency, type(m + 1), type(Money.from_float(0.5)).__name__, isinstance(m, Decimal))
for d in (Decimal("1.50"), Decimal("-inf"), Decimal(10) ** 50 / 7, m):
    again = pickle.loads(pickle.dumps(d))
    print(repr(again), type(again).__name__, again == d, copy.deepcopy(d) is d, copy.copy(d) is d)

# Long ones.
with localcontext() as c:
    c.prec = 1000
    pi = Decimal(0)
    for k in range(720):
        pi += (Decimal(4) / (8 * k + 1) - Decimal(2) / (8 * k + 4) - Decimal(1) / (8 * k + 5) - Decimal(1) / (8 * k + 6)) / Decimal(16) ** k
    text = str(pi)
    print(len(text), text[:30], text[500:530])
    root = Decimal(2).sqrt()
    print(abs(root * root - 2) < Decimal("1e-998"), hash(root) % 1000003)
    e = Decimal(1).exp()
    print(str(e)[-40:], str(e.ln())[:20])
    print(str(Decimal(7) ** Decimal("0.3"))[-30:], int(pi * 10**900) % 10**30)
