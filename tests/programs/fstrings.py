# f-strings with 3.12's grammar, format specifications, conversions, debug form; t-strings.
from string.templatelib import Interpolation, Template
import datetime

name, n, pi, items = "World", 42, 3.14159265, [1, 2, 3]
print(f"Hello {name}! {n:5d}|{n:<5}|{n:^5}|{n:>5}|{n:05}|{n:+}|{n:x}|{n:#X}|{n:b}|{n:o}|{n:,}|{n:_}|{n:e}|{n:%}")
print(f"{pi:.2f} {pi:10.3f} {pi:<10.3f}| {pi:+.1e} {pi:g} {pi!r:>20} {1e100} {1234567.891:,.2f} {0.1 + 0.2}")
print(f"{name!r} {name!s:>8} {name!a} {'é'!a} {name:.3} {name:*^11} {name:<{n}}|")
print(f"{n=} {name = } {n + 1=:>5} {items=!s} {pi=:.1f} { n = }")
print(f"{{literal}} {{{n}}} {{{{{n}}}}}")
print(f"{'nested ' + f'{n:{'0' + str(8)}}'} {', '.join(f"{i}" for i in items)} {"same quotes"}")
print(f"{
    n  # a comment
    + 1
}")
print(f'''{
    [x for x in items if x > 1]
    !r:>10}''')
print(f"{(lambda x: x * 2)(4)} {items[0]} {dict(a=1)['a']} { {1, 2} } {n if n else 0}")
print(f"{'\n'.join(['a', 'b'])} {'\\'} {'\N{SNOWMAN}'} \N{LATIN SMALL LETTER E WITH ACUTE}")
print(rf"\d{n}\w" fr"\x{n}" "plain" f"{n}")
print(f"{datetime.date(2024, 2, 29):%d.%m.%Y} {datetime.date(2024, 2, 29)!s}")


class Spec:
    def __format__(self, spec):
        return f"<{spec}>"

    def __str__(self):
        return "str"

    def __repr__(self):
        return "repr"


s = Spec()
print(f"{s} {s:abc} {s!s} {s!r:>6} {s:{n}{name}} {s:{'{}'}x}")
print(f"{n:{items[0]}{items[1]}}|{pi:{10}.{2}f}|{'x':{'*'}{'^'}{7}}")
print(f"{True} {None} {True:d} {1 + 2j:.1f} {b'x'} {...}")
print("%s %r %d %5.2f %x %-5s| %+d %c %% %(a)s" % ("s", "r", 5, 1.5, 255, "ab", 3, "c") if False else "%s %r %d %5.2f %x %-5s| %+d %c %%" % ("s", "r", 5, 1.5, 255, "ab", 3, "c"))
print("%(a)s %(b)05d" % {"a": 1, "b": 2}, "%s" % ((1, 2),), "%*d|%-*d|" % (5, 1, 5, 2))
print("{1} {0} {a[k]} {b.real} {0!r:>4} {{}}".format(1, 2, a={"k": "v"}, b=3))
print("{:{w}.{p}}".format(2.71828, w=8, p=3), "{0:^{1}}|".format("x", 5), "{:c}".format(65), "{:#010x}".format(255))
for bad in ["{n:d}.{}", "{", "}", "{0.a"]:
    try:
        print(bad.format("x", n="y"))
    except (ValueError, IndexError, KeyError, AttributeError) as e:
        print(type(e).__name__, e)
for spec in ["q", "10.5d", "=10", ",,"]:
    try:
        print(format("text" if spec == "=10" else 5, spec))
    except ValueError as e:
        print(e)
for source in ["f'{}'", "f'{a b}'", "f'{a!x}'", "f'{'", "f'}'", "f'{a:{b:{c:{d}}}}'", "f'{a!}'", "f'{*a}'", "f'{lambda x: 1}'"]:
    try:
        compile(source, "f", "eval")
        print("ok", source)
    except SyntaxError as e:
        print(e.msg)

t = t"Hello {name!r:>{n}} and {n + 1}{pi:.2f}"
print(type(t).__name__, t.strings, t.values)
for part in t:
    print(repr(part) if isinstance(part, str) else (part.value, part.expression, part.conversion, part.format_spec))
print(t"{n=}".strings, t"{n=}".interpolations[0].conversion, (t"a{1}" + t"b{2}c").strings)


def html(t: Template) -> str:
    out = []
    for part in t:
        match part:
            case str():
                out.append(part)
            case Interpolation(value, _, conversion, spec):
                if conversion == "r":
                    value = repr(value)
                out.append(format(value, spec).replace("<", "&lt;"))
    return "".join(out)


print(html(t"<b>{'<script>'}</b> {n:05}"), t"".strings, t"{n}".values)
try:
    t"a" + "b"
except TypeError as e:
    print(e)
