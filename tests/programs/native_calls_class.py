# Native code that calls a class with a Python __init__, or exec, must get the result in the frame that called it.
import types


class C:
    def __init__(self, x):
        self.x = x


def classes():
    a = 5
    b = list(map(C, [1, 2]))
    print(a, [c.x for c in b])


def executed():
    a = 6
    m = types.MethodType(exec, "print('hi')")
    m()
    print(a, list(map(lambda f: f(), [m])))


classes()
executed()
