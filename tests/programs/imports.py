# Imports: packages, relative imports, import hooks, circular imports, reload, errors.
import importlib
import os
import shutil
import sys
import tempfile

folder = tempfile.mkdtemp()
sys.path.insert(0, folder)


def write(name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


write("pkg/__init__.py", "print('init pkg', __name__, __package__)\nfrom .a import value\n__all__ = ['a', 'b', 'value']\n")
write("pkg/a.py", "from . import b\nfrom .b import other as o\nvalue = ('a', o)\ndef where(): return __file__\n")
write("pkg/b.py", "other = 'b'\n_hidden = 1\n")
write("pkg/sub/__init__.py", "from ..b import other\nfrom .. import a\n")
write("pkg/sub/deep.py", "from ...pkg.a import value\nfrom .... import nothing\n")
write("circ1.py", "import circ2\nx = 1\ndef f(): return circ2.y\n")
write("circ2.py", "import circ1\ny = 2\nhas = hasattr(circ1, 'x')\n")
write("fromcirc1.py", "from fromcirc2 import b\na = 1\n")
write("fromcirc2.py", "from fromcirc1 import a\nb = 2\n")
write("broken.py", "x = 1\n1 / 0\n")
write("syntax.py", "def f(:\n")
write("changing.py", "v = 1\n")
write("ns/inner/mod.py", "z = 'namespace package'\n")
write("getattr_mod.py", "def __getattr__(name):\n    if name == 'dyn': return 'dynamic'\n    raise AttributeError(name)\ndef __dir__(): return ['dyn']\n")

import pkg
import pkg.sub as s
from pkg import *
from pkg.b import other as renamed

print(pkg.value, s.other, value, renamed, a.__name__, b.other, "_hidden" in globals())
print(pkg.a.where() == os.path.join(folder, "pkg/a.py"), pkg.__path__ == [os.path.join(folder, "pkg")], pkg.__spec__.submodule_search_locations == pkg.__path__)
try:
    import pkg.sub.deep
except ImportError as e:
    print(e)
import circ1
print(circ1.f(), circ1.circ2.has)
try:
    import fromcirc1
except ImportError as e:
    print(str(e).replace(folder, "F"))
for name in ["broken", "syntax", "no_such_module", "pkg.nothing", "pkg.b.deeper"]:
    try:
        importlib.import_module(name)
    except Exception as e:
        print(type(e).__name__, str(e).replace(folder, "F"), name in sys.modules)
try:
    from pkg import missing_name
except ImportError as e:
    print(str(e).replace(folder, "F"), e.name)
import changing
write("changing.py", "v = 'reloaded'\nnew = 1\n")
os.utime(os.path.join(folder, "changing.py"), (1, 1))
importlib.invalidate_caches()
print(importlib.reload(changing) is changing, changing.v, changing.new)
import ns.inner.mod
print(ns.inner.mod.z, ns.__file__ if hasattr(ns, "__file__") else "no file")
import getattr_mod
print(getattr_mod.dyn, dir(getattr_mod))
from getattr_mod import dyn
try:
    getattr_mod.other
except AttributeError as e:
    print(e)
sys.modules["fake"] = "any object"
import fake
print(fake)
sys.modules["blocked"] = None
try:
    import blocked
except ImportError as e:
    print(type(e).__name__, e)


class Finder:
    def find_spec(self, name, path, target=None):
        if name == "made_up":
            return importlib.util.spec_from_loader(name, self)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.answer = 42


import importlib.util
sys.meta_path.append(Finder())
import made_up
print(made_up.answer, made_up.__spec__.name, made_up.__loader__.__class__.__name__)
spec = importlib.util.spec_from_file_location("by_path", os.path.join(folder, "pkg/b.py"))
m = importlib.util.module_from_spec(spec)
spec.loader.exec_module(m)
print(m.other, m.__name__)
print(__import__("pkg.sub").__name__, __import__("pkg.sub", fromlist=["x"]).__name__, importlib.import_module(".b", "pkg").__name__)


def inside():
    import os.path as p
    from collections import OrderedDict as OD, deque
    return p.__name__, OD.__name__, deque.__name__


print(inside())
write("main_mod/__main__.py", "import sys\nprint('main', __name__, sys.argv[1:])\n")
import runpy
sys.argv = ["x", "arg"]
print(sorted(k for k in runpy.run_path(os.path.join(folder, "main_mod")) if not k.startswith("__")))
print(__name__, __spec__, os.path.basename(__file__), sys.modules["__main__"].__dict__ is globals())
shutil.rmtree(folder)
