//! The module `termios`: terminal settings.

use crate::fcntl::{fd_arg, retry};
use crate::support::{self, ClassCell, errno, put, put_ints};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::{R, Throw};
use vasuki_vm::types::bytes::Bytes;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::list::List;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "termios",
    doc: "This module provides an interface to the Posix calls for tty I/O control.\n\nFor a complete description of these calls, see the Posix or Unix manual\npages. It is only available for those Unix versions that support Posix\ntermios style tty I/O control (and then only if configured at installation\ntime).\n\nAll functions in this module take a file descriptor fd as their first\nargument. This can be an integer file descriptor, such as returned by\nsys.stdin.fileno(), or a file object, such as sys.stdin itself.",
    functions: FUNCTIONS,
    init,
};
static FUNCTIONS: &[NativeDef] = &[
    def(
        "tcdrain",
        "fd, /",
        |th, a| {
            let fd = fd_arg(th, a[0])?;
            call(th, || tcdrain(fd))
        },
        "Wait until all output written to file descriptor fd has been transmitted.",
    ),
    def(
        "tcflow",
        "fd, action, /",
        |th, a| {
            let fd = fd_arg(th, a[0])?;
            let n = th.to_i32(a[1])?;
            call(th, || tcflow(fd, n))
        },
        "Suspend or resume input or output on file descriptor fd.",
    ),
    def(
        "tcflush",
        "fd, queue, /",
        |th, a| {
            let fd = fd_arg(th, a[0])?;
            let n = th.to_i32(a[1])?;
            call(th, || tcflush(fd, n))
        },
        "Discard queued data on file descriptor fd.",
    ),
    def("tcgetattr", "fd, /", tcgetattr, "Get the tty attributes for file descriptor fd."),
    def("tcgetwinsize", "fd, /", tcgetwinsize, "Get the tty winsize for file descriptor fd."),
    def(
        "tcsendbreak",
        "fd, duration, /",
        |th, a| {
            let fd = fd_arg(th, a[0])?;
            let n = th.to_i32(a[1])?;
            call(th, || tcsendbreak(fd, n))
        },
        "Send a break on file descriptor fd.",
    ),
    def(
        "tcsetattr",
        "fd, when, attributes, /",
        tcsetattr,
        "Set the tty attributes for file descriptor fd.",
    ),
    def(
        "tcsetwinsize",
        "fd, winsize, /",
        tcsetwinsize,
        "Set the tty winsize for file descriptor fd.",
    ),
];
macro_rules! constants {
    ($($n:ident)*) => { &[$((stringify!($n), libc::$n as i64)),*] };
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    put_ints(
        th,
        m,
        constants!(B0 B50 B75 B110 B134 B150 B200 B300 B600 B1200 B1800 B2400 B4800 B9600 B19200 B38400 B57600 B115200 B230400
            CSIZE TCSANOW TCSADRAIN TCSAFLUSH TCIFLUSH TCOFLUSH TCIOFLUSH TCOOFF TCOON TCIOFF TCION
            IGNBRK BRKINT IGNPAR PARMRK INPCK ISTRIP INLCR IGNCR ICRNL IXON IXANY IXOFF IMAXBEL
            OPOST ONLCR OCRNL ONOCR ONLRET OFILL OFDEL
            CS5 CS6 CS7 CS8 CSTOPB CREAD PARENB PARODD HUPCL CLOCAL CRTSCTS
            ISIG ICANON ECHO ECHOE ECHOK ECHONL ECHOCTL ECHOPRT ECHOKE FLUSHO NOFLSH TOSTOP PENDIN IEXTEN
            VINTR VQUIT VERASE VKILL VEOF VTIME VMIN VSTART VSTOP VSUSP VEOL VREPRINT VDISCARD VWERASE VLNEXT VEOL2
            TIOCGWINSZ TIOCSWINSZ FIONREAD FIONBIO FIOASYNC FIOCLEX FIONCLEX TIOCEXCL TIOCNXCL TIOCSCTTY TIOCGPGRP TIOCSPGRP TIOCOUTQ
            TIOCSTI TIOCMGET TIOCMBIS TIOCMBIC TIOCMSET TIOCCONS),
    )?;
    #[cfg(target_os = "linux")]
    put_ints(
        th,
        m,
        constants!(B460800 B500000 B576000 B921600 B1000000 B1152000 B1500000 B2000000 B2500000 B3000000 B3500000 B4000000
            IUCLC OLCUC NLDLY NL0 NL1 CRDLY CR0 CR1 CR2 CR3 TABDLY TAB0 TAB1 TAB2 TAB3 BSDLY BS0 BS1 VTDLY VT0 VT1 FFDLY FF0 FF1
            CBAUD CBAUDEX CIBAUD XCASE VSWTC TCGETA TCSETA TCSETAW TCSETAF TCGETS TCSETS TCSETSW TCSETSF TCSBRK TCXONC TCFLSH TIOCINQ
            TIOCLINUX TIOCGSOFTCAR TIOCSSOFTCAR TIOCGSERIAL TIOCSSERIAL TIOCPKT TIOCNOTTY TIOCSETD TIOCGETD TCSBRKP
            TIOCM_LE TIOCM_DTR TIOCM_RTS TIOCM_ST TIOCM_SR TIOCM_CTS TIOCM_CAR TIOCM_RNG TIOCM_DSR TIOCM_CD TIOCM_RI),
    )?;
    put_ints(
        th,
        m,
        &[
            ("NCCS", libc::NCCS as i64),
            ("EXTA", libc::B19200 as i64),
            ("EXTB", libc::B38400 as i64),
        ],
    )?;
    let e = error_class(th)?;
    put(th, m, "error", e.value())
}
fn error_class(th: &mut Thread) -> R<Gc<Class>> {
    static C: ClassCell = ClassCell::new();
    support::exception(th, &C, "termios.error", ctx().types.Exception, "")
}
fn error(th: &mut Thread, e: i32) -> Throw {
    let r = (|| {
        let c = error_class(th)?;
        let os = th.os_error(e, None);
        let text = match os.value() {
            Some(v) => support::attr(th, v, "strerror")?,
            None => return Err(os),
        };
        let v = th.new_exception(c, &[Value::small(e as i64), text])?;
        Ok(th.raise(v))
    })();
    match r {
        Ok(t) | Err(t) => t,
    }
}
fn tcdrain(fd: i32) -> i32 {
    // SAFETY: numbers only.
    unsafe { libc::tcdrain(fd) }
}
fn tcflow(fd: i32, n: i32) -> i32 {
    // SAFETY: numbers only.
    unsafe { libc::tcflow(fd, n) }
}
fn tcflush(fd: i32, n: i32) -> i32 {
    // SAFETY: numbers only.
    unsafe { libc::tcflush(fd, n) }
}
fn tcsendbreak(fd: i32, n: i32) -> i32 {
    // SAFETY: numbers only.
    unsafe { libc::tcsendbreak(fd, n) }
}
/// Runs a call that may block; its failure is a `termios.error`.
fn call(th: &mut Thread, mut f: impl FnMut() -> i32) -> R {
    th.irrevocable()?;
    let r = th.catch(ctx().types.OSError, |th| retry(th, &mut f))?;
    match r {
        Ok(_) => Ok(Value::NONE),
        Err(e) => {
            let n = support::attr(th, e, "errno")?;
            let n = th.to_i32(n)?;
            Err(error(th, n))
        }
    }
}
fn attributes(th: &mut Thread, fd: i32) -> R<libc::termios> {
    // SAFETY: numbers only; a valid place.
    let (r, t) = unsafe {
        let mut t: libc::termios = std::mem::zeroed();
        (libc::tcgetattr(fd, &mut t), t)
    };
    if r == -1 { Err(error(th, errno())) } else { Ok(t) }
}
fn tcgetattr(th: &mut Thread, a: &[Value]) -> R {
    let fd = fd_arg(th, a[0])?;
    let t = attributes(th, fd)?;
    // SAFETY: a filled structure.
    let (ispeed, ospeed) = unsafe { (libc::cfgetispeed(&t), libc::cfgetospeed(&t)) };
    let cc = th.new_list(&[])?;
    for (i, &c) in t.c_cc.iter().enumerate() {
        let v = if t.c_lflag & libc::ICANON == 0 && (i == libc::VMIN || i == libc::VTIME) {
            Value::small(c as i64)
        } else {
            th.new_bytes(&[c])
        };
        cc.as_gc::<List>().append(th, v)?;
    }
    let numbers = [t.c_iflag, t.c_oflag, t.c_cflag, t.c_lflag, ispeed, ospeed];
    let mut v: Vec<Value> = numbers.iter().map(|&n| Value::small(n as i64)).collect();
    v.push(cc);
    th.new_list(&v)
}
fn tcsetattr(th: &mut Thread, a: &[Value]) -> R {
    let fd = fd_arg(th, a[0])?;
    let when = th.to_i32(a[1])?;
    let wrong = "tcsetattr, arg 3: must be 7 element list";
    let Some(l) = a[2].cast::<List>() else {
        return Err(th.type_error(wrong));
    };
    let items = l.snapshot(th)?;
    let &[i, o, c, lf, is, os, cc] = items.as_slice() else {
        return Err(th.type_error(wrong));
    };
    let mut t = attributes(th, fd)?;
    t.c_iflag = th.to_i64(i)? as _;
    t.c_oflag = th.to_i64(o)? as _;
    t.c_cflag = th.to_i64(c)? as _;
    t.c_lflag = th.to_i64(lf)? as _;
    let (ispeed, ospeed) = (th.to_i64(is)? as libc::speed_t, th.to_i64(os)? as libc::speed_t);
    let wrong = format!("tcsetattr: attributes[6] must be {} element list", libc::NCCS);
    let Some(cc) = cc.cast::<List>() else {
        return Err(th.type_error(&wrong));
    };
    let cc = cc.snapshot(th)?;
    if cc.len() != libc::NCCS {
        return Err(th.type_error(&wrong));
    }
    for (place, &v) in t.c_cc.iter_mut().zip(cc.as_slice()) {
        *place = match v.cast::<Bytes>() {
            Some(b) if b.len() == 1 => b.as_slice()[0],
            None if vasuki_vm::types::int::is_int(v) => th.to_i64(v)? as u8,
            _ => return Err(th.type_error("tcsetattr: elements of attributes must be characters or integers")),
        };
    }
    // SAFETY: a filled structure.
    unsafe {
        if libc::cfsetispeed(&mut t, ispeed) == -1 || libc::cfsetospeed(&mut t, ospeed) == -1 {
            return Err(error(th, errno()));
        }
    }
    // SAFETY: a filled structure.
    call(th, || unsafe { libc::tcsetattr(fd, when, &t) })
}
fn tcgetwinsize(th: &mut Thread, a: &[Value]) -> R {
    let fd = fd_arg(th, a[0])?;
    let mut w = libc::winsize {
        ws_row: 0,
        ws_col: 0,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: a valid place.
    if unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &mut w) } == -1 {
        return Err(error(th, errno()));
    }
    Ok(th.new_tuple(&[Value::small(w.ws_row as i64), Value::small(w.ws_col as i64)]))
}
fn tcsetwinsize(th: &mut Thread, a: &[Value]) -> R {
    let fd = fd_arg(th, a[0])?;
    let items = th.collect(a[1])?;
    let &[row, col] = items.as_slice() else {
        return Err(th.type_error("tcsetwinsize, arg 2: must be a two-item sequence"));
    };
    let (row, col) = (th.to_i64(row)?, th.to_i64(col)?);
    let (Ok(ws_row), Ok(ws_col)) = (u16::try_from(row), u16::try_from(col)) else {
        return Err(th.overflow_error("winsize value(s) out of range."));
    };
    let mut w = libc::winsize {
        ws_row: 0,
        ws_col: 0,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: a valid place.
    if unsafe { libc::ioctl(fd, libc::TIOCGWINSZ, &mut w) } == -1 {
        return Err(error(th, errno()));
    }
    w.ws_row = ws_row;
    w.ws_col = ws_col;
    // SAFETY: a valid structure.
    call(th, || unsafe { libc::ioctl(fd, libc::TIOCSWINSZ, &w) })
}
