# Objects larger than what may be allocated between two collections.
s = "\U0001f600" * 20_000_000
print(len(s))
b = bytearray(100_000_000)
print(len(b))
t = s.replace("x", "y")
print(len(t), t[-1] == s[0])
x = [None] * 10_000_000
print(len(x + x))
