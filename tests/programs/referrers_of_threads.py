# Objects of all threads are looked at while the threads go on making and dropping them.
import gc
import threading


class Wanted:
    pass


wanted = Wanted()
holder = [wanted]
start = threading.Barrier(4)
done = threading.Event()
failed = []


def look():
    start.wait()
    try:
        for _ in range(6):
            if not any(r is holder for r in gc.get_referrers(wanted)):
                failed.append("not found")
            len([type(o) for o in gc.get_objects()])
            gc.get_referents(holder, wanted, Wanted)
    finally:
        done.set()


def change():
    start.wait()
    while not done.is_set():
        d = {"key": wanted, "other": [wanted, (wanted,)]}
        d["more"] = {i: str(i) for i in range(20)}
        d.pop("key")


threads = [threading.Thread(target=f) for f in (look, change, change, change)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(failed)
