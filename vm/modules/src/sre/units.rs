//! Strings of wide characters as the engine walks through them, where they lie: a character is `W` bytes.

use rustpython_sre_engine::{StrDrive, StringCursor};

/// Characters of `W` bytes each, in the machine's byte order.
#[derive(Clone, Copy)]
pub struct Units<'a, const W: usize>(&'a [u8]);

impl<'a> Units<'a, 2> {
    /// Of 16-bit characters.
    pub fn two(s: &'a [u16]) -> Self {
        // SAFETY: the same memory, as bytes.
        Units(unsafe { std::slice::from_raw_parts(s.as_ptr().cast(), s.len() * 2) })
    }
}
impl<'a> Units<'a, 4> {
    /// Of 32-bit characters.
    pub fn four(s: &'a [u32]) -> Self {
        // SAFETY: the same memory, as bytes.
        Units(unsafe { std::slice::from_raw_parts(s.as_ptr().cast(), s.len() * 4) })
    }
}

// The pointer of a cursor is the engine's own: it is moved by the bytes' cursor, whose position is put right afterwards.
impl<const W: usize> StrDrive for Units<'_, W> {
    #[inline]
    fn count(&self) -> usize {
        self.0.len() / W
    }
    #[inline]
    fn create_cursor(&self, n: usize) -> StringCursor {
        let mut c = self.0.create_cursor(n * W);
        c.position = n;
        c
    }
    #[inline]
    fn adjust_cursor(&self, cursor: &mut StringCursor, n: usize) {
        *cursor = self.create_cursor(n);
    }
    #[inline]
    fn advance(cursor: &mut StringCursor) -> u32 {
        let ch = Self::peek(cursor);
        Self::skip(cursor, 1);
        ch
    }
    #[inline]
    fn peek(cursor: &StringCursor) -> u32 {
        let mut bytes = [0; 4];
        for (i, b) in bytes.iter_mut().enumerate().take(W) {
            let mut at = *cursor;
            <&[u8]>::skip(&mut at, i);
            *b = <&[u8]>::peek(&at) as u8;
        }
        // The bytes of a narrower character come first in little-endian order, last in big-endian order.
        if cfg!(target_endian = "big") {
            bytes.rotate_right(4 - W);
        }
        u32::from_ne_bytes(bytes)
    }
    #[inline]
    fn skip(cursor: &mut StringCursor, n: usize) {
        let position = cursor.position + n;
        <&[u8]>::skip(cursor, n * W);
        cursor.position = position;
    }
    #[inline]
    fn back_advance(cursor: &mut StringCursor) -> u32 {
        Self::back_skip(cursor, 1);
        Self::peek(cursor)
    }
    #[inline]
    fn back_peek(cursor: &StringCursor) -> u32 {
        let mut at = *cursor;
        Self::back_advance(&mut at)
    }
    #[inline]
    fn back_skip(cursor: &mut StringCursor, n: usize) {
        let position = cursor.position - n;
        // The bytes' position must not fall below zero on the way.
        cursor.position = n * W;
        <&[u8]>::back_skip(cursor, n * W);
        cursor.position = position;
    }
}
