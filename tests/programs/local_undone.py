# The attributes of a thread-local object that a part of a transaction has set are gone when it is undone, also those of the
# first such object that a thread uses.
import threading
import vasuki

local = threading.local()
seen = []


def sets_and_gives_up():
    local.x = "undone"
    seen.append(local.x)
    vasuki.retry()


def work():
    print(vasuki.or_else(sets_and_gives_up, lambda: hasattr(local, "x")), seen)


thread = threading.Thread(target=work)
thread.start()
thread.join()
