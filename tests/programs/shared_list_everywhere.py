# Threads that write all over one list, long enough to get conflict words for its parts and to lose them again.
import threading

accounts = [100] * 200


def work(me):
    state = me
    for _ in range(60_000):
        state = (state * 1103515245 + 12345) % 2147483648
        a, b, amount = state % 200, state // 4096 % 200, state % 10
        accounts[a] -= amount
        accounts[b] += amount


threads = [threading.Thread(target=work, args=(me,)) for me in range(4)]
for t in threads:
    t.start()
for t in threads:
    t.join()
print(len(accounts), sum(accounts))
