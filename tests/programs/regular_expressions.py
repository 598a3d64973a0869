# re: matching, groups, substitution, flags, errors.
import re

m = re.match(r"(?P<year>\d{4})-(?P<month>\d\d)(-(\d\d))?", "2024-02 rest")
print(m, m.group(), m.group("year", 2), m.groups(), m.groupdict(), m.span(), m.span(4), m.lastgroup, m.lastindex, m[1], m.end(), m.string[:4])
print(re.search("b+", "aabbbc").span(), re.fullmatch("a*", "aaab"), re.findall(r"(\w)(\d)", "a1 b2 c3"), re.findall(r"\d+", "1 22 333"))
print(re.split(r"[,;]\s*", "a, b;c,,d"), re.split("(-)", "1-2-3", maxsplit=1), re.sub(r"(\w+) (\w+)", r"\2 \1", "hello world"))
print(re.sub(r"\d", lambda m: str(int(m[0]) * 2), "a1b2c3"), re.subn("x", "y", "xxax", count=2), re.sub("", "-", "abc"), re.sub(r"\b", "|", "hi there"))
print(re.sub("(?P<n>a)", r"\g<n>\g<0>\\", "banana"), re.escape("a.b*c [x]"), re.sub(r"(a)|b", r"[\1]", "ab"))
print([m.start() for m in re.finditer("(?=aa)", "aaaa")], re.findall("(?<=@)\\w+", "me@host you@there"), re.findall("(?<!a)b", "ab bb"), re.findall("a(?!b)", "ab ac a"))
print(re.findall("(?i)abc", "ABC abc aBc"), re.findall("^x", "x\nx", re.M), re.findall("a.b", "a\nb", re.S), re.findall(r"""
    \d+   # number
    \s*   # space
""", "12 3", re.X))
print(re.findall(r"\w+", "naïve café ñ"), re.findall(r"\w+", "naïve café", re.A), re.findall(rb"\w+", b"bytes \xff here"))
print(re.match(r"(a+)+$", "aaaa").groups(), re.match(r"(?:ab|a)(bc|c)?", "abc").groups(), re.match("a{2,3}?", "aaaa")[0], re.match("a*?b", "aaab")[0])
print(re.match(r"(?>a+)b", "aaab"), re.match(r"a++a", "aaa"), re.match(r"(?P<q>['\"]).*?(?P=q)", "'it' \"x\"")[0], re.match(r"(\()?x(?(1)\))", "(x)")[0])
p = re.compile(r"(\d+)(?:px)?", re.I | re.M)
print(p, p.pattern, p.flags, p.groups, p.groupindex, p.search("w 10PX", 2).group(), p.match("10px", 1), p.scanner("1 2").search().group())
for bad in ["(", "[a", "*a", "a**", "(?P<1>a)", "(?P<n>a)(?P<n>b)", "\\", "(?<=a+)b", "a{3,1}", "[z-a]", "(?P=no)", "\\2", "(?i-", "(?z)", "[\\w-z]", "x(?i)"]:
    try:
        re.compile(bad)
        print("fine", bad)
    except re.PatternError as e:
        print(e.msg, e.pos, str(e))
try:
    re.match("a", b"a")
except TypeError as e:
    print(e)
try:
    m.group(9)
except IndexError as e:
    print(e)
print(re.compile("a") == re.compile("a"), m.expand(r"\1/\g<month>"), repr(re.I | re.X), re.RegexFlag.M.name)
text = "The quick brown fox jumps over the lazy dog. " * 200
print(len(re.findall(r"\b\w{5}\b", text)), len(re.sub(r"[aeiou]", "", text)), sum(1 for _ in re.finditer("o", text)))
scanner = re.Scanner([(r"\d+", lambda s, t: int(t)), (r"[a-z]+", lambda s, t: t), (r"\s+", None)])
print(scanner.scan("abc 12 de !"))
print(re.sub(r"(?P<a>x)(?P<b>y)?", lambda m: repr(m.groupdict("none")), "xyx"), re.search(r"[^\W\d_]+", "12_ab").group(), re.split(r"\s*", "a b"))
print(re.findall(r"[\u0400-\u04ff]+", "привет мир hello"), re.match("ß", "SS", re.I), bool(re.match("K", "\u212a", re.I)), re.findall("[😀-😎]", "x😁y"))
print(re.purge(), re.template if hasattr(re, "template") else "no template", re.NOFLAG)
