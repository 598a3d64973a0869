//! Characters and names of XML.

/// White space.
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}
/// May it be in a document?
pub(super) fn is_char(c: char) -> bool {
    c >= ' ' && !matches!(c, '\u{FFFE}' | '\u{FFFF}') || matches!(c, '\t' | '\n' | '\r')
}
fn begins_name(c: char) -> bool {
    c.is_ascii_alphabetic()
        || matches!(c, ':' | '_' | '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
            | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}' | '\u{2C00}'..='\u{2FEF}'
            | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}' | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}
fn goes_on_name(c: char) -> bool {
    begins_name(c) || c.is_ascii_digit() || matches!(c, '-' | '.' | '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}
/// The length of the name at the beginning of a text; 0: there is none.
pub(super) fn name_len(s: &str) -> usize {
    let mut chars = s.char_indices();
    match chars.next() {
        Some((_, c)) if begins_name(c) => {}
        _ => return 0,
    }
    chars.find(|(_, c)| !goes_on_name(*c)).map_or(s.len(), |(i, _)| i)
}
/// The length of a name token, which may begin with any character of names.
pub(super) fn token_len(s: &str) -> usize {
    s.char_indices().find(|(_, c)| !goes_on_name(*c)).map_or(s.len(), |(i, _)| i)
}
/// The length of the white space at the beginning of a text.
pub(super) fn space_len(s: &str) -> usize {
    s.find(|c| !is_space(c)).unwrap_or(s.len())
}
