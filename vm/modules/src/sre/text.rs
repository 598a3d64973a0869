//! Texts whose characters have one, two or four bytes.

/// A character as texts keep it.
pub trait Unit: Copy + 'static {
    /// its number
    fn code(self) -> u32;
    /// Where the character comes first.
    fn find(text: &[Self], c: u32) -> Option<usize> {
        text.iter().position(|u| u.code() == c)
    }
    /// Where it comes last.
    fn rfind(text: &[Self], c: u32) -> Option<usize> {
        text.iter().rposition(|u| u.code() == c)
    }
    /// Where one of two comes first.
    fn find_either(text: &[Self], c: u32, d: u32) -> Option<usize> {
        text.iter().position(|u| u.code() == c || u.code() == d)
    }
    /// The text as bytes, when a character is one.
    fn bytes(_: &[Self]) -> Option<&[u8]> {
        None
    }
}
impl Unit for u8 {
    #[inline(always)]
    fn code(self) -> u32 {
        self as u32
    }
    #[inline]
    fn find(text: &[u8], c: u32) -> Option<usize> {
        memchr::memchr(u8::try_from(c).ok()?, text)
    }
    #[inline]
    fn rfind(text: &[u8], c: u32) -> Option<usize> {
        memchr::memrchr(u8::try_from(c).ok()?, text)
    }
    #[inline]
    fn find_either(text: &[u8], c: u32, d: u32) -> Option<usize> {
        match (u8::try_from(c), u8::try_from(d)) {
            (Ok(c), Ok(d)) => memchr::memchr2(c, d, text),
            (Ok(c), _) | (_, Ok(c)) => memchr::memchr(c, text),
            _ => None,
        }
    }
    #[inline]
    fn bytes(text: &[u8]) -> Option<&[u8]> {
        Some(text)
    }
}
impl Unit for u16 {
    #[inline(always)]
    fn code(self) -> u32 {
        self as u32
    }
}
impl Unit for u32 {
    #[inline(always)]
    fn code(self) -> u32 {
        self
    }
}
