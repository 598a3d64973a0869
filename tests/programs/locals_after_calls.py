# locals() and eval() in a function whose temporary registers held objects that are gone.
import gc


def deep(n):
    values = [str(i) * 3 for i in range(20)]
    return deep(n - 1) + values[0] if n else "".join(values)


def look(a, b=2):
    deep(8)
    gc.collect()
    seen = list(map(lambda f: f(), [dict])) + [locals()]
    return eval("a + b"), sorted(seen[-1])


for _ in range(40):
    result = look(1)
    gc.collect()
print(result[0], [n for n in result[1] if len(n) == 1])
