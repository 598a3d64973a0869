# Prints of threads are whole lines, each once.
import io
import sys
import threading

real = sys.stdout
text = io.StringIO()


def work(me):
    for i in range(100):
        print(f"line {me} {i}", file=text)
        if i % 25 == 0:
            print("#", me, i, file=sys.stderr)


threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
lines = text.getvalue().splitlines()
assert sorted(lines) == sorted(f"line {m} {i}" for m in range(3) for i in range(100)), len(lines)
print("ok")
