# Threads import the same modules at the same time, and make classes and functions.
import sys
import threading

NAMES = ["json", "textwrap", "fractions", "difflib", "statistics", "calendar", "csv", "configparser"]
for n in NAMES:
    sys.modules.pop(n, None)
seen = []
barrier = threading.Barrier(4)


def work(me):
    barrier.wait()
    for n in NAMES[me:] + NAMES[:me]:
        m = __import__(n)
        seen.append((n, id(m)))
    import json

    class Local:
        def method(self):
            return json.dumps({"me": me})

    assert Local().method() == '{"me": %d}' % me


threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
assert len(seen) == 32
assert len(set(seen)) == 8, "a module was made twice"
print("ok")
