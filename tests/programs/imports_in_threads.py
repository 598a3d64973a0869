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
