# Threads that import one module at the same time see it whole: importlib's lock of each module is one for all of them.
import _imp, importlib, warnings, os, sys, tempfile, threading
sys.dont_write_bytecode = True
warnings.simplefilter("ignore")
print(_imp.lock_held())
try:
    _imp.release_lock()
except RuntimeError as e:
    print("RuntimeError:", e)
_imp.acquire_lock()
_imp.acquire_lock()
_imp.release_lock()
got = threading.Event()
def take():
    _imp.acquire_lock()
    got.set()
    _imp.release_lock()
t = threading.Thread(target=take)
t.start()
print(_imp.lock_held(), got.wait(0.05))
pid = os.fork()
if pid == 0:
    _imp.release_lock()
    os._exit(_imp.lock_held())
print(os.waitpid(pid, 0)[1], _imp.lock_held())
_imp.release_lock()
t.join()
print(_imp.lock_held(), got.is_set())

# A fork waits for the import lock, too: the child finds what was done under it whole.
state = "before"
def change():
    global state
    _imp.acquire_lock()
    state = "partial"
    got.set()
    __import__("time").sleep(0.02)
    state = "complete"
    _imp.release_lock()
got.clear()
t = threading.Thread(target=change)
t.start()
got.wait()
pid = os.fork()
if pid == 0:
    os._exit(state != "complete")
print(state, os.waitpid(pid, 0)[1])
t.join()

MODULES, THREADS = 20, 4
body = "def f():\n    return sum(range(20))\nx = [f() for _ in range(3)]\nclass A:\n    y = 1\nlast = 1\n"
with tempfile.TemporaryDirectory() as folder:
    package = os.path.join(folder, "imported_by_all")
    os.mkdir(package)
    for name in ["__init__", *(f"m{i}" for i in range(MODULES))]:
        with open(os.path.join(package, name + ".py"), "w") as f:
            f.write("" if name == "__init__" else body)
    sys.path.insert(0, folder)
    barrier, wrong = threading.Barrier(THREADS), []
    def work():
        for i in range(MODULES):
            barrier.wait()
            try:
                module = importlib.import_module(f"imported_by_all.m{i}")
                module.last
                if sys.modules["imported_by_all"].__dict__[f"m{i}"] is not module:
                    wrong.append((i, "two modules"))
            except Exception as e:
                wrong.append((i, repr(e)))
    threads = [threading.Thread(target=work) for _ in range(THREADS)]
    for t in threads: t.start()
    for t in threads: t.join()
    print(wrong)

    # Two modules that import each other, in two threads that begin at different ends: each is given the other one as it is.
    loaded = {name: threading.Event() for name in ("one", "two")}
    for name, other in ("one", "two"), ("two", "one"):
        with open(os.path.join(package, name + ".py"), "w") as f:
            f.write(f"import __main__ as m\nm.loaded['{name}'].set()\nm.loaded['{other}'].wait()\nfrom . import {other}\n"
                    f"import imported_by_all.{other}\nlast = '{name}'\n")
    ends = []
    def begin(name):
        try:
            ends.append(importlib.import_module(f"imported_by_all.{name}").last)
        except Exception as e:
            ends.append(repr(e))
    threads = [threading.Thread(target=begin, args=(name,)) for name in loaded]
    for t in threads: t.start()
    for t in threads: t.join()
    print(sorted(ends))

# What imports need stays, whatever a program does to sys.modules.
saved = sys.modules["_frozen_importlib"], sys.modules["_frozen_importlib_external"]
sys.modules["_frozen_importlib"] = sys.modules["_frozen_importlib_external"] = None
import colorsys
sys.modules["_frozen_importlib"], sys.modules["_frozen_importlib_external"] = saved
print(colorsys.__name__)

# A module whose globals do not say which package it is in.
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    names = {"__name__": "xml.dom.nobody"}
    exec("from . import minidom", names)
print(names["minidom"].__name__, [(w.category.__name__, str(w.message)) for w in caught])
for level, package in (1, ""), (3, "xml.dom"):
    try:
        __import__("x", {"__package__": package}, None, ["y"], level)
    except ImportError as e:
        print(e)
try:
    __import__("x", None, None, ["y"], 1)
except Exception as e:
    print(type(e).__name__, e)
__import__("dom.minidom", {"__package__": "xml"}, None, [], 1)
print(__import__("dom.minidom", {"__package__": "xml"}, None, [], 1).__name__, __import__("minidom", {"__package__": "xml.dom"}, None, ["Node"], 1).__name__)
