# Names of keyword arguments are as they are written, also in classes; those of parameters and attributes are not.
import copy
import os
import time


class A:
    __private = 1

    def call(self):
        return dict(__a=1), dict(__b=2, **{"c": 3})

    def own(self, *, __k=3):
        return __k, self.__private

    def calls_own(self):
        try:
            return self.own(__k=4)
        except TypeError as e:
            return str(e)

    def mangled(self):
        return self.own(_A__k=5)


a = A()
print(a.call(), a.own(), a.calls_own(), a.mangled())

# Struct sequences are made by keyword, and copied with changes.
t = time.struct_time(sequence=range(9), dict={"tm_zone": "X"})
print(t, t.tm_zone, copy.replace(t, tm_year=7, tm_zone="Y").tm_zone, copy.replace(t, tm_year=7)[0])
for wrong in (
    lambda: time.struct_time(range(9), {"tm_year": 1}),
    lambda: time.struct_time(range(9), {"other": 1}),
    lambda: time.struct_time(range(9), 5),
    lambda: copy.replace(t, other=1),
    lambda: time.struct_time(range(8)),
):
    try:
        print(wrong())
    except TypeError as e:
        print(e)
print(copy.replace(os.times(), user=1.5).user)
