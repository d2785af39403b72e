//! Characters that make a text another one than it looks like. Definitions are looked at more strictly, see `lint/prose.rs`.

/// Whether a character breaks the line, changes the order in which others are shown, or is text that nobody sees: none of these
/// belong into what a vendor's words become part of. Joiners, which some languages and emoji need, are no such characters.
///
/// Source: Unicode Standard Annex #9, "Directional Formatting Characters"; Unicode, "Tags" (U+E0000 to U+E007F).
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0000}'..='\u{e007f}')
}
