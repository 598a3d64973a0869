//! A bzip2 stream: owns the library's state.

use libbz2_rs_sys as b;
use std::mem::MaybeUninit;

/// How far a run came.
pub(super) struct Progress {
    /// bytes of input that were used
    pub used: usize,
    /// the end of the stream was reached
    pub end: bool,
}
/// A compressing or decompressing stream. The library's state points to the struct, which therefore stays where it is.
pub(super) struct Stream {
    raw: Box<b::bz_stream>,
    compress: bool,
    /// what went wrong: the library's state is not to be used any more
    failed: Option<i32>,
}
// SAFETY: the library's state belongs to the struct alone.
unsafe impl Send for Stream {}

impl Stream {
    fn blank() -> Box<b::bz_stream> {
        // SAFETY: pointers, numbers and optional functions; zero asks for the default allocator.
        Box::new(unsafe { MaybeUninit::zeroed().assume_init() })
    }
    /// A compressing stream; the library's code otherwise.
    pub fn compress(level: i32) -> Result<Stream, i32> {
        let mut raw = Stream::blank();
        // SAFETY: a zeroed stream is what initialization takes.
        match unsafe { b::BZ2_bzCompressInit(&mut *raw, level, 0, 0) } {
            b::BZ_OK => Ok(Stream {
                raw,
                compress: true,
                failed: None,
            }),
            code => Err(code),
        }
    }
    /// A decompressing stream.
    pub fn decompress() -> Result<Stream, i32> {
        let mut raw = Stream::blank();
        // SAFETY: as above.
        match unsafe { b::BZ2_bzDecompressInit(&mut *raw, 0, 0) } {
            b::BZ_OK => Ok(Stream {
                raw,
                compress: false,
                failed: None,
            }),
            code => Err(code),
        }
    }
    /// Feeds `data` and appends what comes out, until the input is used, the stream ends, or `out` has grown by `max`.
    pub fn run(&mut self, data: &[u8], finish: bool, out: &mut Vec<u8>, max: usize) -> Result<Progress, i32> {
        if let Some(code) = self.failed {
            return Err(code);
        }
        let limit = out.len().saturating_add(max);
        let mut used = 0;
        let mut room = data.len().clamp(1 << 10, 1 << 18);
        loop {
            let chunk = &data[used..data.len().min(used + (1 << 30))];
            let last = used + chunk.len() == data.len();
            let space = room.min(limit - out.len());
            out.reserve(space);
            let spare = out.spare_capacity_mut();
            self.raw.next_in = chunk.as_ptr().cast();
            self.raw.avail_in = chunk.len() as u32;
            self.raw.next_out = spare.as_mut_ptr().cast();
            self.raw.avail_out = space as u32;
            // SAFETY: an initialized stream; input and output ranges are valid for their lengths.
            let code = unsafe {
                match self.compress {
                    true => b::BZ2_bzCompress(&mut *self.raw, if finish && last { b::BZ_FINISH } else { b::BZ_RUN }),
                    false => b::BZ2_bzDecompress(&mut *self.raw),
                }
            };
            used += chunk.len() - self.raw.avail_in as usize;
            let made = space - self.raw.avail_out as usize;
            // SAFETY: the library wrote so many bytes.
            unsafe { out.set_len(out.len() + made) };
            self.raw.next_in = std::ptr::null();
            self.raw.next_out = std::ptr::null_mut();
            let full = self.raw.avail_out == 0;
            match code {
                b::BZ_STREAM_END => return Ok(Progress { used, end: true }),
                b::BZ_OK | b::BZ_RUN_OK | b::BZ_FINISH_OK => {}
                // There was nothing to be done.
                b::BZ_PARAM_ERROR if self.compress && data.is_empty() && !finish => {}
                code => {
                    self.failed = Some(code);
                    return Err(code);
                }
            }
            if out.len() >= limit || !full && used == data.len() && !(finish && self.compress) {
                return Ok(Progress { used, end: false });
            }
            room = (room * 2).min(1 << 24);
        }
    }
}
impl Drop for Stream {
    fn drop(&mut self) {
        // SAFETY: initialized, ended once.
        unsafe {
            if self.compress {
                b::BZ2_bzCompressEnd(&mut *self.raw);
            } else {
                b::BZ2_bzDecompressEnd(&mut *self.raw);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn round_trip_in_pieces() {
        let data: Vec<u8> = (0..300_000u32).flat_map(|n| (n / 7).to_le_bytes()).collect();
        let mut s = Stream::compress(9).unwrap();
        let mut packed = Vec::new();
        for part in data.chunks(77_777) {
            s.run(part, false, &mut packed, usize::MAX).unwrap();
        }
        assert!(s.run(&[], true, &mut packed, usize::MAX).unwrap().end);
        let mut d = Stream::decompress().unwrap();
        let (mut out, mut at) = (Vec::new(), 0);
        loop {
            let p = d.run(&packed[at..], false, &mut out, 1000).unwrap();
            at += p.used;
            if p.end {
                break;
            }
        }
        assert!(out == data && at == packed.len());
        let mut wrong = Stream::decompress().unwrap();
        assert!(wrong.run(b"no bzip2 at all", false, &mut out, 10).is_err());
        assert!(wrong.run(&packed, false, &mut out, 10).is_err());
    }
}
