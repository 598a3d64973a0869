//! Parsing of `struct` format strings.

/// A run of values of one kind.
#[derive(Debug, PartialEq)]
pub(crate) struct Item {
    /// format character
    pub code: u8,
    /// offset of the first
    pub offset: usize,
    /// bytes of one; of `s` and `p` 1
    pub size: usize,
    /// how many follow; of `s` and `p` the bytes of the one value
    pub count: usize,
    /// most significant byte first?
    pub big: bool,
}
/// A parsed format.
#[derive(Debug, PartialEq)]
pub(crate) struct Layout {
    /// runs in order; padding is left out
    pub items: Vec<Item>,
    /// bytes of all
    pub size: usize,
    /// number of values
    pub values: usize,
}

/// Size and alignment of a format character.
fn size_of(code: u8, native: bool) -> Option<(usize, usize)> {
    let s = match code {
        b'x' | b'b' | b'B' | b'c' | b's' | b'p' | b'?' => return Some((1, 1)),
        b'h' | b'H' | b'e' => 2,
        b'i' | b'I' | b'f' => 4,
        b'l' | b'L' => {
            if native {
                std::mem::size_of::<std::ffi::c_long>()
            } else {
                4
            }
        }
        b'q' | b'Q' | b'd' => 8,
        b'F' => return Some((8, if native { 4 } else { 1 })),
        b'D' => return Some((16, if native { 8 } else { 1 })),
        b'n' | b'N' | b'P' if native => std::mem::size_of::<usize>(),
        _ => return None,
    };
    Some((s, if native { s } else { 1 }))
}
/// The layout of a format; the text of `struct.error` otherwise.
pub(crate) fn parse(format: &[u8]) -> Result<Layout, String> {
    let too_long = || "total struct size too long".to_string();
    let (native, big, rest) = match format.split_first() {
        Some((b'@', r)) => (true, cfg!(target_endian = "big"), r),
        Some((b'=', r)) => (false, cfg!(target_endian = "big"), r),
        Some((b'<', r)) => (false, false, r),
        Some((b'>' | b'!', r)) => (false, true, r),
        _ => (true, cfg!(target_endian = "big"), format),
    };
    let mut l = Layout {
        items: Vec::new(),
        size: 0,
        values: 0,
    };
    let mut i = 0;
    while i < rest.len() {
        let c = rest[i];
        i += 1;
        if c.is_ascii_whitespace() || c == 0x0B {
            continue;
        }
        let (mut count, mut code) = (1usize, c);
        if c.is_ascii_digit() {
            count = (c - b'0') as usize;
            while i < rest.len() && rest[i].is_ascii_digit() {
                count = count
                    .checked_mul(10)
                    .and_then(|n| n.checked_add((rest[i] - b'0') as usize))
                    .ok_or_else(too_long)?;
                if count > isize::MAX as usize {
                    return Err(too_long());
                }
                i += 1;
            }
            match rest.get(i) {
                Some(&c) => code = c,
                None => return Err("repeat count given without format specifier".into()),
            }
            i += 1;
        }
        let Some((size, align)) = size_of(code, native) else {
            return Err("bad char in struct format".into());
        };
        let offset = l.size.checked_next_multiple_of(align).ok_or_else(too_long)?;
        let end = size.checked_mul(count).and_then(|n| n.checked_add(offset)).ok_or_else(too_long)?;
        if end > isize::MAX as usize {
            return Err(too_long());
        }
        l.size = end;
        match code {
            b'x' => {}
            b's' | b'p' => {
                l.values += 1;
                l.items.push(Item {
                    code,
                    offset,
                    size: 1,
                    count,
                    big,
                });
            }
            _ => {
                l.values = l.values.checked_add(count).ok_or_else(too_long)?;
                if count > 0 {
                    l.items.push(Item {
                        code,
                        offset,
                        size,
                        count,
                        big,
                    });
                }
            }
        }
    }
    Ok(l)
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn sizes_and_alignment() {
        for (f, n) in [
            ("", 0),
            ("bi", 8),
            ("<bi", 5),
            ("ci0l", 8),
            ("3s2xh", 8),
            ("bD", 24),
            ("2c0q", 8),
            ("=lq", 12),
            ("lq", 16),
        ] {
            assert_eq!(parse(f.as_bytes()).map(|l| l.size), Ok(n), "{f}");
        }
        assert_eq!(parse(b"12"), Err("repeat count given without format specifier".into()));
        assert_eq!(parse(b"<n"), Err("bad char in struct format".into()));
    }
}
