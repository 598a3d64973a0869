//! The module `errno`: names and numbers of the system's errors.

use vasuki_vm::native::ModuleDef;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::dict::Dict;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "errno",
    doc: "This module makes available standard errno system symbols.",
    functions: &[],
    init,
};

macro_rules! codes {
    ($($n:ident)*) => { &[$((stringify!($n), libc::$n)),*] };
}
/// Names and numbers; where two names share a number the later one is what `errorcode` tells.
static CODES: &[(&str, i32)] = codes! {
    EPERM ENOENT ESRCH EINTR EIO ENXIO E2BIG ENOEXEC EBADF ECHILD EAGAIN ENOMEM EACCES EFAULT ENOTBLK EBUSY EEXIST EXDEV
    ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE ENOTTY ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE EDOM ERANGE EDEADLK
    ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP ENOMSG EIDRM ENOSTR ENODATA ETIME ENOSR EREMOTE ENOLINK EPROTO EMULTIHOP
    EBADMSG EOVERFLOW EILSEQ EUSERS ENOTSOCK EDESTADDRREQ EMSGSIZE EPROTOTYPE ENOPROTOOPT EPROTONOSUPPORT ESOCKTNOSUPPORT
    EOPNOTSUPP EPFNOSUPPORT EAFNOSUPPORT EADDRINUSE EADDRNOTAVAIL ENETDOWN ENETUNREACH ENETRESET ECONNABORTED ECONNRESET
    ENOBUFS EISCONN ENOTCONN ESHUTDOWN ETOOMANYREFS ETIMEDOUT ECONNREFUSED EHOSTDOWN EHOSTUNREACH EALREADY EINPROGRESS
    ESTALE EDQUOT ECANCELED EOWNERDEAD ENOTRECOVERABLE
};
#[cfg(target_os = "linux")]
static LINUX: &[(&str, i32)] = codes! {
    ECHRNG EL2NSYNC EL3HLT EL3RST ELNRNG EUNATCH ENOCSI EL2HLT EBADE EBADR EXFULL ENOANO EBADRQC EBADSLT EBFONT ENONET ENOPKG
    EADV ESRMNT ECOMM EDOTDOT ENOTUNIQ EBADFD EREMCHG ELIBACC ELIBBAD ELIBSCN ELIBMAX ELIBEXEC ERESTART ESTRPIPE EUCLEAN
    ENOTNAM ENAVAIL EISNAM EREMOTEIO ENOMEDIUM EMEDIUMTYPE ENOKEY EKEYEXPIRED EKEYREVOKED EKEYREJECTED ERFKILL EHWPOISON
};
#[cfg(not(target_os = "linux"))]
static LINUX: &[(&str, i32)] = &[];

fn init(th: &mut Thread, m: Value) -> R<()> {
    let table = th.new_dict();
    let aliases = [
        ("EWOULDBLOCK", libc::EWOULDBLOCK),
        ("EDEADLOCK", libc::EDEADLK),
        ("ENOTSUP", libc::ENOTSUP),
    ];
    for (name, code) in aliases.iter().chain(CODES).chain(LINUX) {
        let key = th.intern(name);
        let code = Value::small(*code as i64);
        th.setattr(m, key, code)?;
        table.as_gc::<Dict>().set(th, code, key.value())?;
    }
    let key = th.intern("errorcode");
    th.setattr(m, key, table)
}
