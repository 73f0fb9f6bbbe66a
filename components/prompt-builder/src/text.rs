//! Untrusted text without what nobody sees.
//!
//! Legacy sources may hold characters that a person who reviews the document does not see and an agent does read, or
//! that show something else than there is: control characters, bidirectional overrides, invisible letters, the tag
//! characters that spell ASCII. They are dropped; all that is visible stays as it is.

/// The longest identifier that is shown, in characters.
pub(crate) const LONGEST_NAME: usize = 200;

/// The longest sentence that is shown, in characters.
pub(crate) const LONGEST_SENTENCE: usize = 600;

/// Text as one line of at most `longest` characters, `…` behind what was cut.
pub(crate) fn line(text: &str, longest: usize) -> String {
    let visible = text.chars().map(|character| match character {
        '\t' => ' ',
        other if is_line_break(other) => ' ',
        other => other,
    });
    let visible = visible.filter(|character| !is_hidden(*character));
    let mut visible = visible.skip_while(|character| character.is_whitespace());
    let mut line: String = visible.by_ref().take(longest).collect();
    let is_cut = visible.any(|character| !character.is_whitespace());
    line.truncate(line.trim_end().len());
    if is_cut {
        line.push('…');
    }
    line
}

/// Text of several lines, each ended by `\n` alone, without blank lines at its end.
pub(crate) fn lines(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\t' => lines.push('\t'),
            other if is_line_break(other) => lines.push('\n'),
            other if is_hidden(other) => {}
            other => lines.push(other),
        }
    }
    lines.truncate(lines.trim_end().len());
    lines
}

/// What ends a line for some reader: a fence or a variable must not end where ours does not see it.
fn is_line_break(character: char) -> bool {
    matches!(
        character,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// What is read, and not seen or not seen where it stands.
fn is_hidden(character: char) -> bool {
    // C0 and C1.
    character.is_control()
        || matches!(
            character,
            // Soft hyphen, combining grapheme joiner, Arabic letter mark.
            '\u{ad}' | '\u{34f}' | '\u{61c}'
            // Letters without a shape: Hangul fillers, Khmer inherent vowels.
            | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{17b4}' | '\u{17b5}'
            // Variation selectors, which can carry any bytes, and Mongolian ones.
            | '\u{180b}'..='\u{180f}' | '\u{fe00}'..='\u{fe0f}'
            // Zero width, directional marks, embeddings, overrides, isolates, invisible operators.
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            // Byte order mark, interlinear annotation, the object that is not there.
            | '\u{feff}' | '\u{fff9}'..='\u{fffc}'
            // Shorthand and musical format controls.
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            // Tag characters and the supplement of variation selectors.
            | '\u{e0000}'..='\u{e0fff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_dropped_and_visible_letters_kept() {
        assert_eq!(
            line("Có\u{200b}di\u{202e}go\u{e0041}\u{fe0f}\u{0}_été 名前", 99),
            "Código_été 名前"
        );
        assert_eq!(lines("a\u{1b}[31m\u{2066}b\tc"), "a[31mb\tc");
    }

    #[test]
    fn every_line_break_ends_a_line_of_code_and_becomes_a_blank_in_a_name() {
        assert_eq!(
            lines("a\r\nb\rc\u{2028}d\u{85}e\u{c}f\n\n"),
            "a\nb\nc\nd\ne\nf"
        );
        assert_eq!(line(" a\r\nb\u{2029}c\n", 99), "a  b c");
    }

    #[test]
    fn a_long_line_is_cut_where_characters_end() {
        assert_eq!(line(&"é".repeat(5), 4), "éééé…");
        assert_eq!(line("éééé ", 4), "éééé");
    }
}
