# A generator expression's code can be called with what is no iterator.
import types
g = (x for x in [1])
for o in (42, None, 3.0, [1], {}):
    try: print(list(types.FunctionType(g.gi_code, {})(o)))
    except TypeError as e: print(e)
def gen(it):
    for x in it: yield x
try: list(types.FunctionType(gen(1).gi_code, {})(1))
except TypeError as e: print(e)


# A callable that leads to itself.
class A:
    pass


A.__call__ = A()
try:
    A()()
except RecursionError as e:
    print(e)


# An MRO that is computed while it is changed.
class M(type):
    def mro(cls):
        if ready:
            if cls.__name__ == "B1":
                B2.__bases__ = (B1,)
            if cls.__name__ == "B2":
                B1.__bases__ = (B2,)
        return type.mro(cls)


ready = False


class Base(metaclass=M):
    pass


class B1(Base):
    pass


class B2(Base):
    pass


ready = True
try:
    B1.__bases__ += ()
except TypeError as e:
    print(e)
