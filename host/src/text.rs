//! Showing untrusted text.

use std::fmt::{self, Write};

/// Text of a guest or a source tree, made fit for a terminal or a log: control characters, which would move the cursor
/// or change colours, and characters that change the direction or hide are written as `\u{202e}`. Line breaks become
/// spaces.
#[derive(Debug, Clone, Copy)]
pub struct Printable<'a>(pub &'a str);

impl fmt::Display for Printable<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '\n' | '\t' => formatter.write_char(' ')?,
                '\r' => {}
                hidden if is_hidden(hidden) => write!(formatter, "{}", hidden.escape_unicode())?,
                visible => formatter.write_char(visible)?,
            }
        }
        Ok(())
    }
}

/// Whether a character is not to be shown as it is: controls, and formats that turn, hide or tag text.
pub fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{00ad}' | '\u{034f}' | '\u{061c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_cursor_or_turns_text_is_spelled_out() {
        let text = "a\u{1b}[31mb\u{202e}c\nd\u{9b}é\u{e0041}";
        assert_eq!(
            Printable(text).to_string(),
            "a\\u{1b}[31mb\\u{202e}c d\\u{9b}é\\u{e0041}"
        );
    }
}
