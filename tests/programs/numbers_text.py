# int, float, complex: arithmetic, text, conversions, limits.
import decimal
import fractions
import math
import random
import statistics

print(7 // 2, -7 // 2, 7 % -3, -7 % 3, 7 / 2, 2**10, 2**-1, 0**0, divmod(-7, 2), 7.5 // 2, -7.5 % 2, 1_000_000, 0xff, 0o17, 0b101)
print(2**100, -(2**70), 10**30 // 7, (10**30) % 7, 3**200 % 10**10, pow(3, 200, 10**9 + 7), pow(3, -1, 7), 1 << 70, (1 << 70) >> 65, -1 >> 100, ~5, 5 & -2, 5 | 8, 5 ^ 1, (2**64) & (2**65 - 1))
print(int("123"), int("-0x1f", 16), int("0b11", 0), int("z", 36), int(3.99), int(-3.99), int("  7\n"), int("1_000"), int(True), int("٣"), int(b"12"))
print((255).bit_length(), (255).bit_count(), hex(-255), oct(8), bin(5), (5).as_integer_ratio(), (10**20).bit_length(), (5).conjugate(), (3).is_integer(), abs(-5), round(15, -1), round(25, -1), round(2.5), round(3.5), round(2.675, 2), round(-0.5))
print(1.0, 0.1, 1e16, 1e15, 123456789012345.678, 1e-5, 0.0001, 1e22, 5e-324, 1.7976931348623157e308, float("inf"), float("nan"), -0.0, 1e100, 3.0e-10, 100000000000000000000.0)
print(0.1 + 0.2, 1 / 3, 2 / 3, 1e308 * 10, -1e308 * 10, float("1e-400"), float(" 1_0.5 "), float("-inf"), 1.5.hex(), float.fromhex("0x1.8p+1"), (0.1).as_integer_ratio(), (2.0).is_integer(), 1e3 == 1000, hash(1.0) == hash(1))
print(f"{1234567.891:,.2f} {0.000123:.3e} {123:08.3f} {1e10:g} {1e-10:G} {0.5:%} {12345:n} {3.14159:.3} {1e20:.0f} {255:#b} {-5:+d} {5: d} {1.0:.10g} {1e16:} {1.5:#.0f} {1234.5:_}")
print(1 + 2j, (1 + 2j) * (3 - 1j), abs(3 + 4j), (1 + 2j).conjugate(), 1j**2, complex("1+2j"), complex(0, -0.0), (2 + 0j) == 2, -1j, 1e5 + 0j, repr(complex(1, float("inf"))), (1 + 1j) / (1 - 1j))
for f in [lambda: 1 / 0, lambda: 1 % 0, lambda: 1.0 / 0, lambda: 1.0 // 0, lambda: 0**-1, lambda: int("a"), lambda: int("9" * 5000), lambda: float("x"), lambda: 10**400 / 1.0, lambda: 1 << -1, lambda: int(float("nan")), lambda: int(float("inf")), lambda: 1 + "a", lambda: math.sqrt(-1), lambda: 2.0**10000, lambda: [] < 1, lambda: pow(2, -1, 4), lambda: complex(1) < 2, lambda: int("1", 99), lambda: 1j // 1, lambda: math.factorial(-1), lambda: round(float("nan")), lambda: str(10**5000)]:
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
print(math.factorial(25), math.gcd(12, 18, 27), math.lcm(4, 6), math.isqrt(10**20), math.comb(50, 25), math.perm(5, 2), math.prod([2, 3, 4]), math.fsum([0.1] * 10), math.hypot(3, 4), math.dist((0, 0), (3, 4)))
print(math.pi, math.e, math.floor(-1.5), math.ceil(1.2), math.trunc(-1.7), math.log(8, 2), math.log2(2**70), math.log10(1000), math.exp(1), math.sin(1), math.copysign(1, -0.0), math.isclose(0.1 + 0.2, 0.3), math.inf > 10**400, math.modf(1.5), math.frexp(8.0), math.ldexp(0.5, 4), math.fmod(-7, 3), math.remainder(7, 3), math.nextafter(1, 2), math.ulp(1.0), math.cbrt(27), math.sumprod([1, 2], [3, 4]))
print(1 == 1.0 == True, 2**53 == float(2**53), 2**53 + 1 == float(2**53), 10**20 > 1e19, 1 < 1.5 < 2, float(10**25), 10**25 == 1e25, hash(2**61 - 1), hash(-1), hash(10**30) == hash(10**30), hash(0.5), hash(float("inf")))
print(sum([0.1] * 10), sum(range(10**6)), sum([1, 2.5, 3j]), max(1, 2.0), min(1, 1.0), sorted([3, 1.5, True, -2]))
D = decimal.Decimal
print(D("0.1") + D("0.2"), D(1) / D(7), D("1.10").normalize(), round(D("2.675"), 2), D("1E+3"), D("NaN"), D("-0"), D("123.456").quantize(D("0.1")), D(2).sqrt(), D("1e-10"))
F = fractions.Fraction
print(F(1, 3) + F(1, 6), F("0.25"), F(0.5), F(7, -14), F(1, 3) ** 2, float(F(1, 3)), F(22, 7).limit_denominator(3), F(5, 2) // 1, round(F(5, 2)), f"{F(1, 3):.4f}")
print(statistics.mean([1, 2, 4]), statistics.median([3, 1, 2]), statistics.stdev([1, 2, 3, 4]), statistics.mode("aab"), statistics.quantiles([1, 2, 3, 4, 5]))
random.seed(42)
print(random.random(), random.randint(1, 100), random.choice("abc"), random.sample(range(100), 3), random.shuffle(x := list(range(5))), x, random.gauss(0, 1), random.getrandbits(70), random.uniform(1, 2), random.choices([1, 2], k=3))
n = 12345678901234567890
print(n * n, n // 12345, n % 12345, -n // 7, -n % 7, n ** 5, n - n + 1, (n << 3) | 1, n & 0xffffffff, n ^ n, int(str(n)) == n, len(str(3**5000 % 10**4000)), f"{n:,}", f"{n:x}", "%d" % n, n.to_bytes(10, "big"))


def collatz(k):
    steps = 0
    while k != 1:
        k = k // 2 if k % 2 == 0 else 3 * k + 1
        steps += 1
    return steps


print(max(range(1, 2000), key=collatz), collatz(27), sum(int(c) for c in str(2**1000)))
