# In the child of a fork a thread is done, wherever in its end the fork came.
import os
import threading
import warnings

warnings.simplefilter("ignore")
wrong = 0
for _ in range(200):
    t = threading.Thread(target=lambda: None)
    t.start()
    pid = os.fork()
    if pid == 0:
        alive = t.is_alive()
        t.join(0)
        os._exit(alive)
    t.join()
    wrong += os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
print(wrong)
