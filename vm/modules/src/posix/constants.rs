//! Constants of `os`.

use super::put;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::value::Value;

macro_rules! constants {
    ($($n:ident)*) => { &[$((stringify!($n), libc::$n as i64)),*] };
}
static CONSTANTS: &[(&str, i64)] = constants! {
    F_OK R_OK W_OK X_OK
    O_RDONLY O_WRONLY O_RDWR O_APPEND O_CREAT O_EXCL O_TRUNC O_CLOEXEC O_NONBLOCK O_NOCTTY O_SYNC O_DSYNC O_DIRECTORY O_NOFOLLOW O_ACCMODE
    SEEK_SET SEEK_CUR SEEK_END
    WNOHANG WUNTRACED WCONTINUED WEXITED WSTOPPED WNOWAIT P_ALL P_PID P_PGID
    PRIO_PROCESS PRIO_PGRP PRIO_USER SCHED_OTHER SCHED_FIFO SCHED_RR
    RTLD_LAZY RTLD_NOW RTLD_GLOBAL RTLD_LOCAL F_LOCK F_TLOCK F_ULOCK F_TEST
};
#[cfg(target_os = "linux")]
static LINUX: &[(&str, i64)] = constants! {
    O_TMPFILE O_PATH O_DIRECT O_NOATIME SEEK_DATA SEEK_HOLE SCHED_BATCH SCHED_IDLE GRND_NONBLOCK GRND_RANDOM
};
/// From sysexits.h: the same everywhere.
static EXITS: &[(&str, i64)] = &[
    ("EX_OK", 0),
    ("EX_USAGE", 64),
    ("EX_DATAERR", 65),
    ("EX_NOINPUT", 66),
    ("EX_NOUSER", 67),
    ("EX_NOHOST", 68),
    ("EX_UNAVAILABLE", 69),
    ("EX_SOFTWARE", 70),
    ("EX_OSERR", 71),
    ("EX_OSFILE", 72),
    ("EX_CANTCREAT", 73),
    ("EX_IOERR", 74),
    ("EX_TEMPFAIL", 75),
    ("EX_PROTOCOL", 76),
    ("EX_NOPERM", 77),
    ("EX_CONFIG", 78),
];
#[cfg(not(target_os = "linux"))]
static LINUX: &[(&str, i64)] = &[];

/// Adds them.
pub fn add(th: &mut Thread, m: Value) -> R<()> {
    for (k, v) in CONSTANTS.iter().chain(LINUX).chain(EXITS) {
        put(th, m, k, Value::small(*v))?;
    }
    put(th, m, "TMP_MAX", Value::small(238328))?;
    put(th, m, "NGROUPS_MAX", Value::small(65536))
}
