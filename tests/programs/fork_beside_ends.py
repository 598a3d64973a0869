"""A process that forks as soon as a thread has ended: the child can start threads."""

import gc
import os
import threading


def in_thread():
    t = threading.Thread(target=int)
    t.start()
    t.join()


def in_child():
    pid = os.fork()
    if pid == 0:
        in_thread()
        os._exit(7)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


codes = set()
for _ in range(400):
    in_thread()
    codes.add(in_child())
print(codes)


def forks():
    codes.add(in_child())


# The thread that forks is the child's only one, and may end there as any other one.
for _ in range(20):
    t = threading.Thread(target=forks)
    t.start()
    t.join()
print(codes)


def ends_in_child(pids):
    pid = os.fork()
    if pid:
        pids.append(pid)
    else:
        gc.collect()


pids = []
main = os.getpid()
for _ in range(20):
    t = threading.Thread(target=ends_in_child, args=(pids,))
    t.start()
    t.join()
print(os.getpid() == main, {os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids})
