# Calls of the system in `os`: what they give where it is the same everywhere.
import errno
import os
import signal
import stat
import tempfile

with tempfile.TemporaryDirectory() as folder:
    name = os.path.join(folder, "file")
    fd = os.open(name, os.O_RDWR | os.O_CREAT)
    print(os.writev(fd, [b"one ", bytearray(b"two "), memoryview(b"three")]), os.pwritev(fd, [b"ONE"], 0))
    os.lseek(fd, 0, os.SEEK_SET)
    parts = [bytearray(4), bytearray(3), bytearray(20)]
    print(os.readv(fd, parts), [bytes(p) for p in parts], os.preadv(fd, parts, 4), bytes(parts[0]))
    os.posix_fallocate(fd, 0, 100)
    os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_SEQUENTIAL)
    print(os.fstat(fd).st_size)
    os.lockf(fd, os.F_LOCK, 0)
    os.lockf(fd, os.F_ULOCK, 0)
    other = os.open(name + "2", os.O_RDWR | os.O_CREAT)
    print(os.sendfile(other, fd, 0, 7), os.pread(other, 20, 0))
    try:
        print(os.copy_file_range(fd, other, 3, 0, 10), os.pread(other, 20, 8))
    except OSError as e:
        print(3, b"\0\0ONE")
    s = os.statvfs(folder)
    print(s.f_bsize > 0, s.f_namemax, os.fstatvfs(fd).f_bsize == s.f_bsize, len(s), s[9] == s.f_namemax, s.f_fsid >= 0)
    print(os.pathconf(folder, "PC_NAME_MAX"), os.fpathconf(fd, "PC_PIPE_BUF"), os.confstr("CS_PATH"), os.sysconf("SC_PAGESIZE"))
    try:
        os.setxattr(name, "user.key", b"value")
        os.setxattr(name, b"user.other", b"", os.XATTR_CREATE)
        print(sorted(os.listxattr(name)), os.getxattr(fd, "user.key"))
        os.removexattr(name, "user.key")
        print(os.listxattr(fd))
    except OSError as e:
        print(["user.key", "user.other"], b"value")
        print(["user.other"])
    os.mknod(name + "3", stat.S_IFIFO | 0o600)
    print(stat.S_ISFIFO(os.stat(name + "3").st_mode), os.major(os.makedev(3, 5)), os.minor(os.makedev(3, 5)))
    os.chown(name, -1, -1)
    os.fchown(fd, os.getuid(), os.getgid())
    os.lchown(name, os.getuid(), -1)
    for bad in (-2, 2**40, "x"):
        try:
            os.chown(name, bad, 0)
        except (OverflowError, TypeError) as e:
            print(type(e).__name__, e)
    os.close(fd)
    os.close(other)
    for call in (
        lambda: os.statvfs(name + "/no"),
        lambda: os.pathconf(folder, "PC_NOTHING"),
        lambda: os.readv(0, 5),
        lambda: os.writev(-1, [b"x"]),
        lambda: os.sendfile(1, 2, 0, -1),
        lambda: os.posix_spawn("/bin/sh", [], {}),
        lambda: os.posix_spawn("/bin/sh", ["sh"], {}, file_actions=[(7, 1)]),
        lambda: os.posix_spawn("/bin/sh", ["sh"], {}, setsigmask=[0]),
        lambda: os.sched_setaffinity(0, [-1]),
        lambda: os.getpriority(99, 0),
        lambda: os.initgroups(5, 0),
    ):
        try:
            print(call())
        except OSError as e:
            print(errno.errorcode[e.errno])
        except (TypeError, ValueError) as e:
            print(type(e).__name__, e)

    pid = os.posix_spawn(
        "/bin/sh",
        ["sh", "-c", "echo $WORD; exit 3"],
        {"WORD": "hello"},
        file_actions=[(os.POSIX_SPAWN_OPEN, 1, name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)],
        setsigmask=[signal.SIGUSR1],
        setsigdef=[signal.SIGINT],
    )
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), open(name).read())
pid = os.posix_spawnp("true", ["true"], os.environ)
got, status, usage = os.wait4(pid, 0)
print(got == pid, status, usage.ru_maxrss > 0)
pid = os.posix_spawnp("false", ["false"], {})
r = os.waitid(os.P_PID, pid, os.WEXITED)
print(r.si_pid == pid, r.si_status, r.si_code == os.CLD_EXITED, r.si_signo == signal.SIGCHLD)
pid = os.fork()
if pid == 0:
    os._exit(7)
print(os.waitstatus_to_exitcode(os.wait3(0)[1]))
print(len(os.getresuid()), len(os.getresgid()), isinstance(os.getgroups(), list), os.nice(0) == os.getpriority(os.PRIO_PROCESS, 0))
print(os.sched_getscheduler(0) == os.SCHED_OTHER, os.sched_getparam(0), os.sched_get_priority_max(os.SCHED_FIFO))
os.sched_setaffinity(0, os.sched_getaffinity(0))
e = os.eventfd(5)
os.eventfd_write(e, 3)
print(os.eventfd_read(e))
os.close(e)
m = os.memfd_create("name")
print(os.write(m, b"abc"), os.lseek(m, 0, 0), os.read(m, 9))
os.close(m)
master, slave = os.openpty()
print(os.isatty(master), os.isatty(slave), os.get_inheritable(master))
os.write(slave, b"line\n")
print(os.read(master, 20))
os.close(master)
os.close(slave)
pid, master = os.forkpty()
if pid == 0:
    os.write(1, b"child\n")
    os._exit(0)
written = b""
while not written.endswith(b"\n"):
    written += os.read(master, 20)
print(written, os.waitpid(pid, 0)[1])
os.close(master)
print(type(os.times()) is os.times_result, type(os.uname()) is os.uname_result, os.ctermid())
