# Files, paths, processes, streams, time, and things of the operating system.
import io
import os
import pathlib
import subprocess
import sys
import tempfile

with tempfile.TemporaryDirectory() as d:
    p = pathlib.Path(d)
    f = p / "a.txt"
    print(f.write_text("line 1\nline 2\nzwölf\n", encoding="utf-8"), f.read_bytes()[-8:], f.stat().st_size, f.suffix, f.stem, f.exists(), f.is_dir())
    with open(f, encoding="utf-8") as h:
        print(h.readline(), h.read(3), h.tell(), list(h), h.read(), h.name == str(f), h.mode, h.encoding, h.closed)
    print(h.closed)
    try:
        h.read()
    except ValueError as e:
        print(e)
    with open(f, "a+") as h:
        h.write("more\n")
        h.seek(0)
        print(h.readlines()[-1:], h.writable(), h.readable(), h.seekable())
    with open(f, "rb+") as h:
        h.seek(5)
        h.write(b"X")
        h.seek(-5, os.SEEK_END)
        print(h.read(), h.tell())
        h.truncate(6)
    print(f.read_text(), [x.name for x in p.iterdir()])
    with open(p / "crlf", "w", newline="\r\n") as h:
        h.write("a\nb\n")
    print((p / "crlf").read_bytes(), open(p / "crlf").read().encode(), open(p / "crlf", newline="").read().encode())
    for mode, name in [("r", "missing"), ("x", "a.txt"), ("zz", "a.txt"), ("r", "."), ("rb", "no/such")]:
        try:
            open(p / name, mode)
        except (OSError, ValueError) as e:
            print(type(e).__name__, str(e).replace(d, "D"))
    sub = p / "x" / "y"
    sub.mkdir(parents=True)
    (sub / "deep.py").touch()
    print(sorted(str(q.relative_to(p)) for q in p.rglob("*")), [q.name for q in p.glob("*.txt")], sorted(os.listdir(d)))
    print([(os.path.relpath(r, d), sorted(ds), sorted(fs)) for r, ds, fs in os.walk(d)])
    os.rename(f, p / "b.txt")
    (p / "link").symlink_to("b.txt")
    print(os.path.islink(p / "link"), os.readlink(p / "link"), (p / "link").resolve().name, os.path.exists(f))
    os.remove(p / "link")
    (sub / "deep.py").unlink()
    sub.rmdir()
    print(sorted(e.name + ("/" if e.is_dir() else "") for e in os.scandir(d)))
    os.chmod(p / "b.txt", 0o600)
    print(oct((p / "b.txt").stat().st_mode), os.access(p / "b.txt", os.R_OK))
    fd = os.open(p / "raw", os.O_CREAT | os.O_RDWR)
    print(os.write(fd, b"hello"), os.lseek(fd, 1, 0), os.read(fd, 10), os.fstat(fd).st_size)
    os.close(fd)
    try:
        os.close(fd)
    except OSError as e:
        print(e)
    out = io.StringIO()
    print("to a file", file=out, end="")
    print(repr(out.getvalue()), io.BytesIO(b"abc").read(2), io.TextIOWrapper(io.BytesIO("é\r\nx".encode())).readlines())
print(os.path.exists(d), pathlib.PurePosixPath("/a/../b/./c.tar.gz").suffixes, os.path.join("a", "/b", "c"), os.path.splitext("x.y.z"), os.path.normpath("a//b/../c"), os.path.basename("/x/y/"))
r, w = os.pipe()
os.write(w, b"through the pipe")
os.close(w)
print(os.fdopen(r, "rb").read())
c = subprocess.run(["sh", "-c", "echo out; echo err >&2; exit 3"], capture_output=True, text=True)
print(c.returncode, repr(c.stdout), repr(c.stderr))
c = subprocess.run([sys.executable, "-c", "import sys; print(sys.stdin.read().upper(), sys.argv[1:])", "x y"], input="piped", capture_output=True, text=True)
print(c.stdout, c.stderr)
print(subprocess.check_output(["cat"], input=b"cat"), subprocess.getoutput("echo hi"))
try:
    subprocess.run(["false"], check=True)
except subprocess.CalledProcessError as e:
    print(e)
try:
    subprocess.run(["/no/such/program"])
except FileNotFoundError as e:
    print(e)
try:
    subprocess.run(["sleep", "5"], timeout=0.05)
except subprocess.TimeoutExpired as e:
    print(e.cmd, e.timeout)
with subprocess.Popen(["tr", "a-z", "A-Z"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as pr:
    print(pr.communicate("shout")[0], pr.returncode)
os.environ["VASUKI_X"] = "set"
print(os.environ["VASUKI_X"], os.getenv("NOPE", "default"), subprocess.getoutput("echo $VASUKI_X"), "VASUKI_X" in os.environ)
del os.environ["VASUKI_X"]
print(sys.stdin.read() == "", sys.stdout.fileno(), sys.stderr.encoding, sys.stdout.isatty(), sys.stdin.name)
