# str: methods, slices, Unicode, encoding.
s = "Hello, World"
print(s.upper(), s.lower(), s.swapcase(), s.title(), "hELLO w".capitalize(), s.center(20, "*"), s.ljust(14) + "|", s.rjust(14), "42".zfill(5), "-42".zfill(5))
print(s.find("o"), s.rfind("o"), s.find("z"), s.index("W"), s.count("l"), s.startswith("Hell"), s.endswith(("x", "ld")), s.startswith("World", 7))
try:
    s.index("zz")
except ValueError as e:
    print(e)
print(s.replace("l", "L"), s.replace("l", "L", 1), s.split(", "), " a  b ".split(), "a,b,c".rsplit(",", 1), "l1\nl2\r\nl3\x0bl4\u2028l5".splitlines(), "a\nb".splitlines(True))
print(s.partition(", "), s.rpartition("o"), s.partition("z"), "  x ".strip(), "xxaxx".strip("x"), "xxa".lstrip("x"), "axx".rstrip("x"), "prefix-x".removeprefix("prefix"), "x.py".removesuffix(".py"))
print("-".join("abc"), "".join(map(str, range(5))), "ab" * 3, "a" "b", "x" in "xyz", s[1:5], s[-5:], s[::-1], s[::3], s[10:2:-2], s[100:])
print("abc".isalpha(), "a1".isalnum(), "12".isdigit(), "½".isnumeric(), "²".isdigit(), "²".isdecimal(), " ".isspace(), "A".isupper(), "Abc".istitle(), "a_1".isidentifier(), "1a".isidentifier(), "\n".isprintable(), "é".isascii())
print("ß".upper(), "İ".lower().encode(), "ǆ".title(), "ΑΣ".lower(), "Straße".casefold(), "ŉ".upper(), "ﬁ".upper())
print("a\tb\tc".expandtabs(4), "x".translate({120: "y", 121: None}), "hello".translate(str.maketrans("el", "ip", "o")), str.maketrans({"a": 1}))
print(repr("it's"), repr('say "x"'), repr("both ' and \""), repr("\n\t\\\x00\x7f\xa0é\u200b\U0001f600\ud800"), ascii("é\U0001f600"))
print(len("😀é"), "😀é"[0], [hex(ord(c)) for c in "😀é"], chr(128512), "e\u0301" == "é", "\N{GREEK SMALL LETTER ALPHA}", "\x41\u0042\103")
print("é😀".encode(), "é".encode("latin-1"), "é".encode("utf-16-le"), "aé".encode("ascii", "ignore"), "aé".encode("ascii", "replace"), "é".encode("ascii", "xmlcharrefreplace"), "é".encode("ascii", "backslashreplace"), "é".encode("ascii", "namereplace"))
for f in [lambda: "é".encode("ascii"), lambda: b"\xff".decode(), lambda: "\ud800".encode(), lambda: b"\xe9".decode("utf-8", "strict"), lambda: "x".encode("no-such"), lambda: b"ab\xe4\xb8".decode()]:
    try:
        f()
    except (UnicodeError, LookupError) as e:
        print(type(e).__name__, e)
print(b"\xff\xfea".decode("utf-8", "replace"), b"\xffa".decode("utf-8", "surrogateescape").encode("utf-8", "surrogateescape"), b"\xe9".decode("cp1252"), "a".encode("utf-8-sig"))
print("a" < "b", "a" < "B", "abc" < "abd", "" < "a", "é" > "z", sorted("bAaB"), max("abc"), "10" < "9")
print("%s|%10s|%-10s|%.2s" % ("a", "b", "c", "defg"), "{:>5}|{:^5}|{:<5}".format("a", "b", "c"), format("x", "*^5"))
print(str(5), str(None), str([1, "a"]), str(b"x", "ascii"), repr("a" * 3), str(1.0), str({"k": (1,)}), str(...))
for f in [lambda: "a" + 1, lambda: "a"[5], lambda: "a"["b"], lambda: "a".join([1]), lambda: "a" * "b", lambda: int("x"), lambda: "".split(""), lambda: "a".center(5, "ab"), lambda: chr(-1), lambda: ord("ab"), lambda: "a"[0:1:0], lambda: "a".foo]:
    try:
        f()
    except Exception as e:
        print(type(e).__name__, e)
t = "αβγ"
u = t + "x" * 10
print(u.find("x"), u[3:5], u.count("x"), hash("abc") == hash("ab" + "c"), id(t) == id(t), u.encode("utf-8").decode() == u)
big = "line\n" * 10000
print(len(big), big.count("\n"), len(big.splitlines()), big.find("e\nl", 100), len(big.replace("\n", "")), hash(big) == hash("line\n" * 10000))
words = {}
for w in "the cat and the hat and the bat".split():
    words[w] = words.get(w, 0) + 1
print(words, "aXbXc".lower().split("x"), "a-b_c".replace("-", "_").split("_"), "abc".__contains__("b"), "x".__mul__(2), "%5.1f%%" % 12.345)
import textwrap, string
print(textwrap.fill("The quick brown fox jumps over the lazy dog", 20), textwrap.dedent("  a\n   b\n"), string.Template("$a ${b} $$").substitute(a=1, b=2), string.ascii_lowercase, string.capwords("a bc d"), sep="\n")
