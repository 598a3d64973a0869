"""Exceptions after an effect that cannot be repeated: on their way they meet objects that other threads write."""
import os
import queue
import sys
import threading
import time

N = 100
shared_error = KeyError("shared")
frames = {}
done = []


class Weird(OSError):
    pass


def disturb():
    # Writes the exception and reads the frames that the others publish.
    while len(done) < 3:
        try:
            raise shared_error
        except KeyError as e:
            e.note = e.__context__
            e.__context__ = None
        for f in list(frames.values()):
            f.f_lineno, f.f_back
        for k in list(sys._current_frames().values()):
            k.f_lineno


def read_nothing(i):
    frames[i] = sys._getframe()
    os.read(-1, 1)


def effects(i):
    empty = queue.SimpleQueue()
    lock = threading.Lock()
    caught = 0
    for _ in range(N):
        try:
            raise shared_error
        except KeyError:
            try:
                read_nothing(i)
            except OSError:
                caught += 1
            try:
                empty.get(timeout=0.00001)
            except queue.Empty:
                caught += 1
            try:
                lock.release()
            except RuntimeError:
                caught += 1
            try:
                os.waitpid(-1, 0)
            except ChildProcessError:
                caught += 1
            try:
                time.sleep(0.00001) + None
            except TypeError:
                caught += 1
    done.append(caught)


threads = [threading.Thread(target=disturb) for _ in range(2)] + [threading.Thread(target=effects, args=(i,)) for i in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(done == [5 * N] * 3)
