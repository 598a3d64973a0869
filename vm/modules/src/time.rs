//! The module `time`. Clocks are read without making a transaction irrevocable; `sleep` detaches the thread.

use std::ffi::CString;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use vasuki_vm::context::ctx;
use vasuki_vm::native::{ModuleDef, NativeDef, def};
use vasuki_vm::object::Gc;
use vasuki_vm::structseq;
use vasuki_vm::thread::Thread;
use vasuki_vm::throw::R;
use vasuki_vm::types::class::Class;
use vasuki_vm::types::float;
use vasuki_vm::types::str_::Str;
use vasuki_vm::types::tuple::Tuple;
use vasuki_vm::value::Value;

/// The declaration.
pub static MODULE: ModuleDef = ModuleDef {
    name: "time",
    doc: "This module provides various functions to manipulate time values.",
    functions: FUNCTIONS,
    init,
};

static FUNCTIONS: &[NativeDef] = &[
    def(
        "asctime",
        "tuple=None, /",
        asctime,
        "Convert a time tuple to a string, e.g. 'Sat Jun 06 16:26:11 1998'.",
    ),
    def(
        "clock_getres",
        "clk_id, /",
        clock_getres,
        "Return the resolution (precision) of the specified clock clk_id.",
    ),
    def(
        "clock_gettime",
        "clk_id, /",
        clock_gettime,
        "Return the time of the specified clock clk_id as a float.",
    ),
    def(
        "clock_gettime_ns",
        "clk_id, /",
        clock_gettime_ns,
        "Return the time of the specified clock clk_id as nanoseconds (int).",
    ),
    def(
        "ctime",
        "seconds=None, /",
        ctime,
        "Convert a time in seconds since the Epoch to a string in local time.",
    ),
    def(
        "get_clock_info",
        "name, /",
        get_clock_info,
        "Get information of the specified clock.",
    ),
    def(
        "gmtime",
        "seconds=None, /",
        gmtime,
        "Convert seconds since the Epoch to a time tuple expressing UTC (a.k.a. GMT).",
    ),
    def(
        "localtime",
        "seconds=None, /",
        localtime,
        "Convert seconds since the Epoch to a time tuple expressing local time.",
    ),
    def(
        "mktime",
        "tuple, /",
        mktime,
        "Convert a time tuple in local time to seconds since the Epoch.",
    ),
    def("monotonic", "", monotonic, "Monotonic clock, cannot go backward."),
    def(
        "monotonic_ns",
        "",
        monotonic_ns,
        "Monotonic clock, cannot go backward, as nanoseconds.",
    ),
    def("perf_counter", "", monotonic, "Performance counter for benchmarking."),
    def(
        "perf_counter_ns",
        "",
        monotonic_ns,
        "Performance counter for benchmarking as nanoseconds.",
    ),
    def(
        "process_time",
        "",
        process_time,
        "Process time for profiling: sum of the kernel and user-space CPU time.",
    ),
    def("process_time_ns", "", process_time_ns, "Process time for profiling as nanoseconds."),
    def("sleep", "seconds, /", sleep, "Delay execution for a given number of seconds."),
    def(
        "strftime",
        "format, tuple=None, /",
        strftime,
        "Convert a time tuple to a string according to a format specification.",
    ),
    def(
        "strptime",
        "string, format='%a %b %d %H:%M:%S %Y', /",
        strptime,
        "Parse a string to a time tuple according to a format specification.",
    ),
    def(
        "thread_time",
        "",
        thread_time,
        "Thread time for profiling: sum of the kernel and user-space CPU time.",
    ),
    def("thread_time_ns", "", thread_time_ns, "Thread time for profiling as nanoseconds."),
    def("time", "", time, "Return the current time in seconds since the Epoch."),
    def("time_ns", "", time_ns, "Return the current time in nanoseconds since the Epoch."),
    def(
        "tzset",
        "",
        tzset,
        "Initialize, or reinitialize, the local timezone to the value stored in os.environ['TZ'].",
    ),
];

fn clock(th: &mut Thread, id: libc::clockid_t) -> R<i128> {
    let mut ts = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a valid pointer to a timespec.
    if unsafe { libc::clock_gettime(id, &mut ts) } != 0 {
        return Err(last_error(th));
    }
    Ok(ts.tv_sec as i128 * 1_000_000_000 + ts.tv_nsec as i128)
}
fn last_error(th: &mut Thread) -> vasuki_vm::throw::Throw {
    let code = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
    th.os_error(code, None)
}
fn seconds(ns: i128) -> Value {
    Value::float(ns as f64 / 1e9)
}
fn time(_: &mut Thread, _: &[Value]) -> R {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(Value::float(now.as_secs_f64()))
}
fn time_ns(th: &mut Thread, _: &[Value]) -> R {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(th.new_int(now.as_nanos() as i64))
}
fn monotonic(th: &mut Thread, _: &[Value]) -> R {
    Ok(seconds(clock(th, libc::CLOCK_MONOTONIC)?))
}
fn monotonic_ns(th: &mut Thread, _: &[Value]) -> R {
    let n = clock(th, libc::CLOCK_MONOTONIC)?;
    Ok(th.new_int(n as i64))
}
fn process_time(th: &mut Thread, _: &[Value]) -> R {
    Ok(seconds(clock(th, libc::CLOCK_PROCESS_CPUTIME_ID)?))
}
fn process_time_ns(th: &mut Thread, _: &[Value]) -> R {
    let n = clock(th, libc::CLOCK_PROCESS_CPUTIME_ID)?;
    Ok(th.new_int(n as i64))
}
fn thread_time(th: &mut Thread, _: &[Value]) -> R {
    Ok(seconds(clock(th, libc::CLOCK_THREAD_CPUTIME_ID)?))
}
fn thread_time_ns(th: &mut Thread, _: &[Value]) -> R {
    let n = clock(th, libc::CLOCK_THREAD_CPUTIME_ID)?;
    Ok(th.new_int(n as i64))
}
fn clock_gettime(th: &mut Thread, a: &[Value]) -> R {
    let id = th.to_i32(a[0])?;
    Ok(seconds(clock(th, id)?))
}
fn clock_gettime_ns(th: &mut Thread, a: &[Value]) -> R {
    let id = th.to_i32(a[0])?;
    let n = clock(th, id)?;
    Ok(th.new_int(n as i64))
}
fn clock_getres(th: &mut Thread, a: &[Value]) -> R {
    let id = th.to_i32(a[0])?;
    let mut ts = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: a valid pointer to a timespec.
    if unsafe { libc::clock_getres(id, &mut ts) } != 0 {
        return Err(last_error(th));
    }
    Ok(Value::float(ts.tv_sec as f64 + ts.tv_nsec as f64 / 1e9))
}
fn get_clock_info(th: &mut Thread, a: &[Value]) -> R {
    let name = match a[0].cast::<Str>() {
        Some(s) => s.to_string_lossy(),
        None => return Err(th.type_error("get_clock_info() argument 1 must be str")),
    };
    let (implementation, monotonic, adjustable, id) = match name.as_str() {
        "time" => ("clock_gettime(CLOCK_REALTIME)", false, true, libc::CLOCK_REALTIME),
        "monotonic" | "perf_counter" => ("clock_gettime(CLOCK_MONOTONIC)", true, false, libc::CLOCK_MONOTONIC),
        "process_time" => (
            "clock_gettime(CLOCK_PROCESS_CPUTIME_ID)",
            true,
            false,
            libc::CLOCK_PROCESS_CPUTIME_ID,
        ),
        "thread_time" => ("clock_gettime(CLOCK_THREAD_CPUTIME_ID)", true, false, libc::CLOCK_THREAD_CPUTIME_ID),
        _ => return Err(th.value_error("unknown clock")),
    };
    let resolution = clock_getres(th, &[Value::small(id as i64)])?;
    let ns = th.call(ctx().types.simple_namespace.value(), &[])?;
    let implementation = th.new_str(implementation);
    for (k, v) in [
        ("implementation", implementation),
        ("monotonic", Value::bool(monotonic)),
        ("adjustable", Value::bool(adjustable)),
        ("resolution", resolution),
    ] {
        let k = th.intern(k);
        th.setattr(ns, k, v)?;
    }
    Ok(ns)
}
/// A duration from an int or float of seconds; `negative` says what is wrong with one below zero.
pub fn duration(th: &mut Thread, v: Value, negative: &str) -> R<Duration> {
    let s = match float::to_f64(v) {
        Some(f) => f,
        None => match v.to_small() {
            Some(n) => n as f64,
            None => th.to_i64(v)? as f64,
        },
    };
    if s.is_nan() {
        return Err(th.value_error("Invalid value NaN (not a number)"));
    }
    if s < 0.0 {
        return Err(th.value_error(negative));
    }
    match Duration::try_from_secs_f64(s) {
        Ok(d) if s < 9.2e9 => Ok(d),
        _ => Err(th.overflow_error("timestamp too large to convert to C PyTime_t")),
    }
}
fn sleep(th: &mut Thread, a: &[Value]) -> R {
    let d = duration(th, a[0], "sleep length must be non-negative")?;
    let end = Instant::now() + d;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        th.blocking(|| {
            let ts = libc::timespec {
                tv_sec: left.as_secs() as libc::time_t,
                tv_nsec: left.subsec_nanos() as _,
            };
            // SAFETY: valid pointer; a signal ends the sleep early, which the loop handles.
            unsafe { libc::nanosleep(&ts, std::ptr::null_mut()) };
        })?;
        vasuki_vm::signals::handle(th)?;
        if Instant::now() >= end {
            return Ok(Value::NONE);
        }
    }
}

fn struct_time(th: &mut Thread) -> R<Gc<Class>> {
    static CLASS: OnceLock<Gc<Class>> = OnceLock::new();
    if let Some(c) = CLASS.get() {
        return Ok(*c);
    }
    let fields = [
        "tm_year",
        "tm_mon",
        "tm_mday",
        "tm_hour",
        "tm_min",
        "tm_sec",
        "tm_wday",
        "tm_yday",
        "tm_isdst",
        "tm_zone",
        "tm_gmtoff",
    ];
    let c = structseq::new_class(
        th,
        "time.struct_time",
        "The time value as returned by gmtime(), localtime(), and strptime().",
        &fields,
        9,
    )?;
    Ok(*CLASS.get_or_init(|| c))
}
fn broken_down(th: &mut Thread, v: Value, local: bool) -> R<libc::tm> {
    let t: libc::time_t = match v {
        Value::EMPTY | Value::NONE => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as libc::time_t,
        v => match float::to_f64(v) {
            Some(f) if f.is_nan() => return Err(th.value_error("Invalid value NaN (not a number)")),
            Some(f) if f.abs() > 9.2e18 => {
                return Err(th.overflow_error("timestamp out of range for platform time_t"));
            }
            Some(f) => f.floor() as libc::time_t,
            None => th.to_i64(v)? as libc::time_t,
        },
    };
    // SAFETY: all-zero is a valid tm; the pointers are valid for the calls.
    unsafe {
        let mut tm: libc::tm = std::mem::zeroed();
        let ok = if local {
            libc::localtime_r(&t, &mut tm)
        } else {
            libc::gmtime_r(&t, &mut tm)
        };
        if ok.is_null() {
            return Err(last_error(th));
        }
        Ok(tm)
    }
}
fn to_struct(th: &mut Thread, tm: &libc::tm) -> R {
    let class = struct_time(th)?;
    let zone = if tm.tm_zone.is_null() {
        String::from("UTC")
    } else {
        // SAFETY: tm_zone is null or a C string that lives as long as the process.
        unsafe { std::ffi::CStr::from_ptr(tm.tm_zone) }.to_string_lossy().into_owned()
    };
    let zone = th.new_str(&zone);
    let n = [
        tm.tm_year + 1900,
        tm.tm_mon + 1,
        tm.tm_mday,
        tm.tm_hour,
        tm.tm_min,
        tm.tm_sec,
        (tm.tm_wday + 6) % 7,
        tm.tm_yday + 1,
        tm.tm_isdst,
    ];
    let mut v = n.map(|n| Value::small(n as i64)).to_vec();
    v.extend([zone, Value::small(tm.tm_gmtoff)]);
    structseq::new(th, class, &v)
}
fn gmtime(th: &mut Thread, a: &[Value]) -> R {
    let tm = broken_down(th, a[0], false)?;
    to_struct(th, &tm)
}
fn localtime(th: &mut Thread, a: &[Value]) -> R {
    let tm = broken_down(th, a[0], true)?;
    to_struct(th, &tm)
}
/// A `tm` from a time tuple; the current local time when it is missing.
fn from_tuple(th: &mut Thread, v: Value, checked: bool) -> R<libc::tm> {
    if v.is_empty() || v.is_none() {
        return broken_down(th, Value::EMPTY, true);
    }
    let Some(t) = v.cast::<Tuple>() else {
        return Err(th.type_error("Tuple or struct_time argument required"));
    };
    if t.len() != 9 {
        return Err(th.type_error("function takes exactly 9 arguments"));
    }
    let mut n = [0i32; 9];
    for (n, v) in n.iter_mut().zip(t.items()) {
        *n = th.to_i32(*v)?;
    }
    // SAFETY: all-zero is a valid tm.
    let mut tm: libc::tm = unsafe { std::mem::zeroed() };
    tm.tm_year = n[0].wrapping_sub(1900);
    (tm.tm_mon, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec) = (n[1] - 1, n[2], n[3], n[4], n[5]);
    (tm.tm_wday, tm.tm_yday, tm.tm_isdst) = ((n[6] + 1).rem_euclid(7), n[7] - 1, n[8].clamp(-1, 1));
    if checked {
        if n[1] == 0 {
            tm.tm_mon = 0;
        }
        if n[2] == 0 {
            tm.tm_mday = 1;
        }
        if n[7] == 0 {
            tm.tm_yday = 0;
        }
        let bad = match () {
            _ if !(0..=11).contains(&tm.tm_mon) => "month out of range",
            _ if !(1..=31).contains(&tm.tm_mday) => "day of month out of range",
            _ if !(0..=23).contains(&tm.tm_hour) => "hour out of range",
            _ if !(0..=59).contains(&tm.tm_min) => "minute out of range",
            _ if !(0..=61).contains(&tm.tm_sec) => "seconds out of range",
            _ if n[6] < 0 => "day of week out of range",
            _ if !(0..=365).contains(&tm.tm_yday) => "day of year out of range",
            _ => "",
        };
        if !bad.is_empty() {
            return Err(th.value_error(bad));
        }
    }
    Ok(tm)
}
fn mktime(th: &mut Thread, a: &[Value]) -> R {
    if a[0].is_none() {
        return Err(th.type_error("Tuple or struct_time argument required"));
    }
    let mut tm = from_tuple(th, a[0], false)?;
    tm.tm_wday = -1;
    // SAFETY: a valid tm.
    let t = unsafe { libc::mktime(&mut tm) };
    if t == -1 && tm.tm_wday == -1 {
        return Err(th.overflow_error("mktime argument out of range"));
    }
    Ok(Value::float(t as f64))
}
fn as_text(tm: &libc::tm) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    format!(
        "{} {}{:3} {:02}:{:02}:{:02} {}",
        DAYS[tm.tm_wday.rem_euclid(7) as usize],
        MONTHS[tm.tm_mon.rem_euclid(12) as usize],
        tm.tm_mday,
        tm.tm_hour,
        tm.tm_min,
        tm.tm_sec,
        tm.tm_year as i64 + 1900
    )
}
fn asctime(th: &mut Thread, a: &[Value]) -> R {
    let tm = from_tuple(th, a[0], true)?;
    Ok(th.new_str(&as_text(&tm)))
}
fn ctime(th: &mut Thread, a: &[Value]) -> R {
    let tm = broken_down(th, a[0], true)?;
    Ok(th.new_str(&as_text(&tm)))
}
fn strftime(th: &mut Thread, a: &[Value]) -> R {
    let Some(format) = a[0].cast::<Str>() else {
        return Err(th.type_error("strftime() argument 1 must be str"));
    };
    let tm = from_tuple(th, a[1], true)?;
    // Pieces between NULs, each with a mark in front, so that an empty result is told from a buffer that is too small.
    let mut out = String::new();
    for (i, piece) in format.to_string_lossy().split('\0').enumerate() {
        if i > 0 {
            out.push('\0');
        }
        let Ok(c) = CString::new(format!("x{piece}")) else {
            continue;
        };
        let mut buffer = vec![0u8; 256 + piece.len() * 32];
        // SAFETY: the buffer has the length given; format and tm are valid.
        let n = unsafe { libc::strftime(buffer.as_mut_ptr().cast(), buffer.len(), c.as_ptr(), &tm) };
        out.push_str(String::from_utf8_lossy(&buffer[..n]).get(1..).unwrap_or(""));
    }
    Ok(th.new_str(&out))
}
fn strptime(th: &mut Thread, a: &[Value]) -> R {
    let m = vasuki_vm::import::import_module(th, "_strptime")?;
    let name = th.intern("_strptime_time");
    let f = th.getattr(m, name)?;
    th.call(f, &a[..if a[1].is_empty() { 1 } else { 2 }])
}
fn set_zone(th: &mut Thread, m: Value) -> R<()> {
    unsafe extern "C" {
        fn tzset();
    }
    // SAFETY: no preconditions.
    unsafe { tzset() };
    let year = 365 * 24 * 3600 + 6 * 3600;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as i64;
    let january = broken_down(th, Value::small(now / year * year), true)?;
    let july = broken_down(th, Value::small(now / year * year + year / 2), true)?;
    let (standard, summer) = if january.tm_gmtoff <= july.tm_gmtoff {
        (january, july)
    } else {
        (july, january)
    };
    // SAFETY: zone names are C strings that live as long as the process.
    let names = [standard, summer].map(|t| unsafe { std::ffi::CStr::from_ptr(t.tm_zone) }.to_string_lossy().into_owned());
    let names = names.map(|n| th.new_str(&n));
    let tzname = th.new_tuple(&names);
    for (k, v) in [
        ("timezone", Value::small(-standard.tm_gmtoff)),
        ("altzone", Value::small(-summer.tm_gmtoff)),
        ("daylight", Value::small((january.tm_gmtoff != july.tm_gmtoff) as i64)),
        ("tzname", tzname),
    ] {
        let k = th.intern(k);
        th.setattr(m, k, v)?;
    }
    Ok(())
}
fn tzset(th: &mut Thread, _: &[Value]) -> R {
    let m = vasuki_vm::import::import_module(th, "time")?;
    set_zone(th, m)?;
    Ok(Value::NONE)
}
fn init(th: &mut Thread, m: Value) -> R<()> {
    let class = struct_time(th)?;
    let key = th.intern("struct_time");
    th.setattr(m, key, class.value())?;
    for (name, id) in [
        ("CLOCK_REALTIME", libc::CLOCK_REALTIME),
        ("CLOCK_MONOTONIC", libc::CLOCK_MONOTONIC),
        ("CLOCK_PROCESS_CPUTIME_ID", libc::CLOCK_PROCESS_CPUTIME_ID),
        ("CLOCK_THREAD_CPUTIME_ID", libc::CLOCK_THREAD_CPUTIME_ID),
    ] {
        let key = th.intern(name);
        th.setattr(m, key, Value::small(id as i64))?;
    }
    let key = th.intern("_STRUCT_TM_ITEMS");
    th.setattr(m, key, Value::small(11))?;
    set_zone(th, m)
}
