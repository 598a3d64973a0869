# What is alive at the end is finalized: files are flushed, generators closed, __del__ called.
import os
import subprocess
import sys
import tempfile

program = """
import sys
f = open(sys.argv[1], "w")
f.write("written, not flushed")


class Named:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


a = Named("a")
b = Named("b")


def generator():
    try:
        yield
    finally:
        print("closed")


g = generator()
next(g)
"""
path = os.path.join(tempfile.mkdtemp(), "out.txt")
print(subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True).stdout, end="")
with open(path) as f:
    print(f.read())
