# What threads print appears once, in each thread's order, line by line, whether it is flushed or not.
import os
import subprocess
import sys
import threading


def child(code, **options):
    return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, **options)


PRINTS = """
import sys, threading, vasuki
counts = {}
def work(name, stream, flush):
    for i in range(300):
        counts[name] = counts.get(name, 0) + 1
        print(name, counts[name], file=stream, flush=flush)
threads = [
    threading.Thread(target=work, args=("flushed", sys.stdout, True)),
    threading.Thread(target=work, args=("kept", sys.stdout, False)),
    threading.Thread(target=work, args=("error", sys.stderr, False)),
]
before = vasuki.stats()["irrevocable"]
for t in threads:
    t.start()
for t in threads:
    t.join()
print("irrevocable", vasuki.stats()["irrevocable"] - before)
"""
process = child(PRINTS, stdout=subprocess.PIPE)
out, err = process.communicate()
lines = out.splitlines()
# Not one for each line.
what, count = lines.pop().split()
print(what, int(count) < 300, process.returncode)
for name in ("flushed", "kept"):
    print(name, [l for l in lines if l.startswith(name)] == [f"{name} {i}" for i in range(1, 301)])
print("error", err.splitlines() == [f"error {i}" for i in range(1, 301)])

# Where nobody reads any more, the call raises.
CLOSED = """
import sys, threading
def work():
    try:
        while True:
            print("x" * 100, flush=True)
    except BrokenPipeError:
        sys.stderr.write("unread ")
threads = [threading.Thread(target=work) for _ in range(2)]
for t in threads:
    t.start()
for t in threads:
    t.join()
sys.stdout = None
"""
reader, writer = os.pipe()
process = child(CLOSED, stdout=writer)
os.close(writer)
os.read(reader, 1000)
os.close(reader)
print(process.communicate()[1].split())

# A file that is full: the error comes, if not at once.
if os.path.exists("/dev/full"):
    FULL = """
import sys, threading, time
stop = False
def spin():
    while not stop:
        pass
def work():
    try:
        for i in range(1000):
            print("x", flush=True)
    except OSError as e:
        print(e, file=sys.stderr)
threads = [threading.Thread(target=spin), threading.Thread(target=work)]
for t in threads:
    t.start()
threads[1].join()
stop = True
threads[0].join()
sys.stdout = None
"""
    with open("/dev/full", "w") as full:
        process = child(FULL, stdout=full)
        print(process.communicate()[1].splitlines())
