//! A zlib stream: owns the library's state, can be cloned at any point.

use libz_rs_sys as z;
use std::ffi::CStr;
use std::mem::MaybeUninit;

/// What the library reports: its code, and its own text if it has one.
pub(crate) struct Failure {
    pub code: i32,
    pub text: Option<String>,
}
/// How far a run came.
pub(crate) struct Progress {
    /// bytes of input that were used
    pub used: usize,
    /// the end of the stream was reached
    pub end: bool,
}
/// A compressing or decompressing stream. The library's state lives behind a pointer, so the struct may move only boxed.
pub(crate) struct Stream {
    raw: Box<z::z_stream>,
    compress: bool,
    /// bytes of input that the last run used, also when it failed
    used: usize,
}
const VERSION: *const std::ffi::c_char = c"1.3.1".as_ptr();
/// Where a stream writes between two runs: a stream that writes to null is not copied.
const NOWHERE: *mut u8 = std::ptr::NonNull::dangling().as_ptr();
const SIZE: i32 = std::mem::size_of::<z::z_stream>() as i32;

impl Stream {
    fn blank() -> Box<z::z_stream> {
        // SAFETY: all fields are pointers, numbers and optional functions; zero asks for the default allocator.
        let mut raw: Box<z::z_stream> = Box::new(unsafe { MaybeUninit::zeroed().assume_init() });
        raw.next_out = NOWHERE;
        raw
    }
    fn text(raw: &z::z_stream) -> Option<String> {
        if raw.msg.is_null() {
            return None;
        }
        // SAFETY: the library's messages are static C strings.
        Some(unsafe { CStr::from_ptr(raw.msg) }.to_string_lossy().into_owned())
    }
    /// A compressing stream.
    pub fn deflate(level: i32, wbits: i32, mem_level: i32, strategy: i32) -> Result<Stream, Failure> {
        let mut raw = Stream::blank();
        // SAFETY: a zeroed stream is what initialization takes.
        let code = unsafe { z::deflateInit2_(&mut *raw, level, z::Z_DEFLATED, wbits, mem_level, strategy, VERSION, SIZE) };
        if code != z::Z_OK {
            return Err(Failure {
                code,
                text: Stream::text(&raw),
            });
        }
        Ok(Stream {
            raw,
            compress: true,
            used: 0,
        })
    }
    /// A decompressing stream.
    pub fn inflate(wbits: i32) -> Result<Stream, Failure> {
        let mut raw = Stream::blank();
        // SAFETY: as above.
        let code = unsafe { z::inflateInit2_(&mut *raw, wbits, VERSION, SIZE) };
        if code != z::Z_OK {
            return Err(Failure {
                code,
                text: Stream::text(&raw),
            });
        }
        Ok(Stream {
            raw,
            compress: false,
            used: 0,
        })
    }
    /// Sets the dictionary.
    pub fn set_dictionary(&mut self, d: &[u8]) -> Result<(), Failure> {
        // SAFETY: an initialized stream and a slice.
        let code = unsafe {
            if self.compress {
                z::deflateSetDictionary(&mut *self.raw, d.as_ptr(), d.len() as u32)
            } else {
                z::inflateSetDictionary(&mut *self.raw, d.as_ptr(), d.len() as u32)
            }
        };
        if code == z::Z_OK {
            Ok(())
        } else {
            Err(Failure {
                code,
                text: Stream::text(&self.raw),
            })
        }
    }
    /// Feeds `data` and appends what comes out, until the input is used, the stream ends, or `out` has grown by `max`.
    pub fn run(&mut self, data: &[u8], flush: i32, out: &mut Vec<u8>, max: usize) -> Result<Progress, Failure> {
        let limit = out.len().saturating_add(max);
        let mut used = 0;
        let mut room = (data.len() / if self.compress { 2 } else { 1 }).clamp(1 << 10, 1 << 18);
        loop {
            let chunk = &data[used..data.len().min(used + (1 << 30))];
            let last = used + chunk.len() == data.len();
            let now = if last { flush } else { z::Z_NO_FLUSH };
            let space = room.min(limit - out.len());
            out.reserve(space);
            let spare = out.spare_capacity_mut();
            let space = space.min(spare.len());
            self.raw.next_in = chunk.as_ptr().cast_mut();
            self.raw.avail_in = chunk.len() as u32;
            self.raw.next_out = spare.as_mut_ptr().cast();
            self.raw.avail_out = space as u32;
            // SAFETY: input and output ranges are valid for their lengths.
            let code = unsafe {
                if self.compress {
                    z::deflate(&mut *self.raw, now)
                } else {
                    z::inflate(&mut *self.raw, now)
                }
            };
            used += chunk.len() - self.raw.avail_in as usize;
            self.used = used;
            let made = space - self.raw.avail_out as usize;
            // SAFETY: the library wrote so many bytes.
            unsafe { out.set_len(out.len() + made) };
            let full = self.raw.avail_out == 0;
            self.raw.next_in = std::ptr::null_mut();
            self.raw.avail_in = 0;
            self.raw.next_out = NOWHERE;
            match code {
                z::Z_STREAM_END => return Ok(Progress { used, end: true }),
                z::Z_OK | z::Z_BUF_ERROR => {}
                code => {
                    return Err(Failure {
                        code,
                        text: Stream::text(&self.raw),
                    });
                }
            }
            if out.len() >= limit || !full && (used == data.len() || code == z::Z_BUF_ERROR) {
                return Ok(Progress { used, end: false });
            }
            room = (room * 2).min(1 << 24);
        }
    }
    /// Bytes of input that the last run used, also when it failed.
    pub fn used(&self) -> usize {
        self.used
    }
    /// A stream in the same state; None when the library cannot.
    pub fn try_clone(&self) -> Option<Stream> {
        let mut raw = Stream::blank();
        let source = std::ptr::from_ref(&*self.raw).cast_mut();
        // SAFETY: an initialized source, which is only read; a blank destination.
        let code = unsafe {
            if self.compress {
                z::deflateCopy(&mut *raw, source)
            } else {
                z::inflateCopy(&mut *raw, source)
            }
        };
        if code == z::Z_OK {
            Some(Stream {
                raw,
                compress: self.compress,
                used: 0,
            })
        } else {
            None
        }
    }
}
impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: initialized, ended once.
        unsafe {
            if self.compress {
                z::deflateEnd(&mut *self.raw);
            } else {
                z::inflateEnd(&mut *self.raw);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn round_trip_in_pieces() {
        let data: Vec<u8> = (0..200_000u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        let mut s = Stream::deflate(-1, 31, 8, 0).ok().unwrap();
        let mut packed = Vec::new();
        for part in data.chunks(77_777) {
            s.run(part, z::Z_NO_FLUSH, &mut packed, usize::MAX).ok().unwrap();
        }
        let mut other = s.try_clone().unwrap();
        let mut rest = Vec::new();
        assert!(s.run(&[], z::Z_FINISH, &mut packed, usize::MAX).ok().unwrap().end);
        other.run(&[], z::Z_FINISH, &mut rest, usize::MAX).ok().unwrap();
        assert!(packed.ends_with(&rest) && !rest.is_empty());
        let mut d = Stream::inflate(47).ok().unwrap();
        let (mut out, mut at) = (Vec::new(), 0);
        loop {
            let p = d.run(&packed[at..], z::Z_SYNC_FLUSH, &mut out, 1000).ok().unwrap();
            at += p.used;
            if p.end {
                break;
            }
        }
        assert!(out == data && at == packed.len());
        // A copy goes on where the stream was: from the beginning, and in the middle.
        let mut d = Stream::inflate(47).ok().unwrap();
        assert!(d.try_clone().is_some());
        let mut first = Vec::new();
        let used = d.run(&packed, z::Z_SYNC_FLUSH, &mut first, 1000).ok().unwrap().used;
        let (mut one, mut two) = (Vec::new(), Vec::new());
        let mut copy = d.try_clone().unwrap();
        d.run(&packed[used..], z::Z_SYNC_FLUSH, &mut one, usize::MAX).ok().unwrap();
        copy.run(&packed[used..], z::Z_SYNC_FLUSH, &mut two, usize::MAX).ok().unwrap();
        assert!(one == data[1000..] && one == two);
    }
}
