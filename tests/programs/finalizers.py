# What finalizers of generators, coroutines and objects do, and how their failures are told.
import sys
sys.unraisablehook = lambda a: print(a.err_msg.partition(" at ")[0], a.object, repr(a.exc_value))
import warnings
warnings.showwarning = lambda m, *a: print(m)
import gc
def f():
    try:
        yield 1
    finally:
        print("closed")
def g():
    yield 1
def h():
    while True:
        try: yield
        except GeneratorExit: pass
class D:
    def __del__(self): raise ValueError("x")
for fn in f, g, h:
    x = fn(); next(x); del x
D()
async def c(): pass
c()
import weakref
class A: pass
a = A(); r = weakref.ref(a, lambda r: 1/0); del a
gc.collect()
print(1)
