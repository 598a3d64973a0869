# What a backtracking matcher may get wrong: groups of ways given up, empty iterations, atomic groups, limits, widths of text.
import re


def show(pattern, *texts, flags=0):
    p = re.compile(pattern, flags)
    for text in texts:
        found = [(m.regs, m.lastindex) for m in p.finditer(text)]
        m, f = p.match(text), p.fullmatch(text)
        print(repr(pattern), repr(text), found, m and m.regs, f and f.regs)


show(r"(?:(a)|b)*", "ab", "ba", "bab")
show(r"(?:(a)|(b)|c)*", "abc", "cba")
show(r"(a|ab)(c|bcd)(d*)", "abcd", "xabcdd")
show(r"(?:a?)*?b", "aab", "b", "aac")
show(r"(a*)*", "aab", "")
show(r"(a*)+?b", "aab")
show(r"(?:a|(b))*?c", "abac", "abc")
show(r"((a)|b){2,3}", "abab", "ba")
show(r"((x|y)\2){2}", "xxyy", "xyxy")
show(r"(?=(a+))a*b\1", "baaabac")
show(r"(?!(a)b)a", "abac")
show(r"(?<=(a))b", "abb")
show(r"(?<!ab)c", "abc", "c")
show(r"(?>a+)a", "aaa")
show(r"(?>a|ab)c", "abc", "ac")
show(r"(?>(a+))b(\1)?", "aabaa")
show(r"a*+a", "aaa")
show(r"(?:ab?)*+b", "abab", "ab")
show(r"(?:(a)|b){1,2}+", "bab")
show(r"(a)?(?(1)b|c)", "ab", "c", "ac", "b")
show(r".*?(\d+)$", "ab12", "12\n")
show(r"\w+?\b", "ab cd")
show(r"[^x]*?x", "aaxbx", "aaa")
show(r"a.{2,3}?c", "abcc", "abbcc", "abbbbc")
show(r"^a|b$", "ab\nab", flags=re.M)
show(r"(?i)k[\u212a]ſ", "kks", "K\u212aS")
show("[\u0430-\u044f]+", "a\u0431\u0432c", "\U0001f600\u0436", flags=re.I)
show("\U0001f600|\xe9", "\xe9\U0001f600\u0100")
show(rb"\xe9\w|[\x80-\xff]", b"\xe9a\xffb")
show(r"abc|abd|x", "zzabdabcx")
show(r"hello world", "say hello world, hello worl", "\u0100hello world")
print(re.search("^b", "ab").regs if re.search("^b", "ab") else None, re.compile("b").search("abc", 1, 1))
print(re.compile("(?<=a)b").search("ab", 1).regs, re.compile("^b").search("ab", 1))
print(re.sub(r"x*", "-", "abxd"), re.split(r"x*", "axbc"), re.findall(r"\b|:+", "a::bc"))
print(len(re.match("(?:a|b)*", "ab" * 50000).group()), re.match("(?:(?:a|b)*c)?", "ab" * 50000).regs)
print(re.search("(?:ab)+c", "ab" * 20000 + "c").end(), re.search(r".*x", "a" * 2000))
