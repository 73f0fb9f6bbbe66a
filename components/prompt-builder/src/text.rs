//! Untrusted text without what nobody sees.
//!
//! Legacy sources may hold characters that a person who reviews the document does not see and an agent does read, or
//! that show something else than there is: control characters, bidirectional overrides, invisible letters, the tag
//! characters that spell ASCII, marks stacked over the lines around them. They are dropped; all that is visible stays
//! as it is.
//!
//! Text is not brought into a normal form. A name has to be found in the sources as it is written there, and two names
//! that differ in their form alone are two names to the compiler; canonical form would also make a backtick of U+1FEF.

/// The longest identifier that is shown, in characters.
pub(crate) const LONGEST_NAME: usize = 200;

/// The longest sentence that is shown, in characters.
pub(crate) const LONGEST_SENTENCE: usize = 600;

/// Text as one line of at most `longest` characters, `…` behind what was cut.
pub(crate) fn line(text: &str, longest: usize) -> String {
    let visible = visible(text).map(|character| match character {
        '\t' => ' ',
        other if is_line_break(other) => ' ',
        other => other,
    });
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
    let mut characters = visible(text).peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' if characters.peek() == Some(&'\n') => {}
            other if is_line_break(other) => lines.push('\n'),
            other => lines.push(other),
        }
    }
    lines.truncate(lines.trim_end().len());
    without_tags(lines)
}

/// Tags that agents or their models act on wherever they stand: not even a fence stops them, since agents put the
/// document between such tags as it is, and chat templates have some for the turns of a conversation.
const TAGS: [&str; 28] = [
    "assistant",
    "bos",
    "command-args",
    "command-message",
    "command-name",
    "end_of_turn",
    "environment_context",
    "eos",
    "extension_context",
    "function_calls",
    "function_results",
    "global_context",
    "human",
    "instructions",
    "loaded_context",
    "local-command-stdout",
    "project_context",
    "s",
    "start_of_turn",
    "system",
    "system-reminder",
    "think",
    "thinking",
    "tool_result",
    "tool_use",
    "user",
    "user-prompt-submit-hook",
    "user_instructions",
];

/// Text in which `<` in front of such a tag, or of a chat template's `|`, is `&lt;`: nothing ends or begins there.
fn without_tags(text: String) -> String {
    if !text.contains('<') {
        return text;
    }
    let mut pieces = text.split('<');
    let mut broken = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let is_special = piece.starts_with(['|', '\u{ff5c}']);
        broken.push_str(if is_special || is_tag(piece) {
            "&lt;"
        } else {
            "<"
        });
        broken.push_str(piece);
    }
    broken
}

/// Whether what stands behind `<` is one of the tags, opened or closed, however it is spelt.
fn is_tag(piece: &str) -> bool {
    let tag =
        piece.trim_start_matches(|character: char| character == '/' || character.is_whitespace());
    let is_part =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | ':');
    let name = tag
        .split(|character| !is_part(character))
        .next()
        .unwrap_or_default();
    let behind = tag.get(name.len()..).unwrap_or_default();
    // `a < user AND b` is code.
    let is_closed = behind.trim_start_matches(['/', ' ', '\t']).starts_with('>');
    let is_certain = is_closed || name.contains(['-', '_']);
    name.starts_with("antml:")
        || is_certain && TAGS.iter().any(|known| known.eq_ignore_ascii_case(name))
}

/// How many characters [`line`] and [`lines`] drop because nobody sees them.
pub(crate) fn hidden(text: &str) -> usize {
    // Nearly all text is visible ASCII, of which nothing has to be decoded.
    let is_plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t');
    if text.as_bytes().iter().all(is_plain) {
        return 0;
    }
    text.chars().count() - visible(text).count()
}

/// The most marks that are shown on one letter: no language stacks as many.
const MOST_MARKS: usize = 8;

/// A text without what nobody sees. Its line breaks and tabs are still there.
fn visible(text: &str) -> impl Iterator<Item = char> {
    let mut marks = 0;
    text.chars().filter(move |&character| {
        if is_line_break(character) || character == '\t' {
            marks = 0;
            return true;
        }
        // Marks stay stacked when what stood between them is gone.
        if is_hidden(character) {
            return false;
        }
        marks = if is_mark(character) { marks + 1 } else { 0 };
        marks <= MOST_MARKS
    })
}

/// A capital letter of a western language without its accent.
pub(crate) fn ascii(upper: char) -> Option<&'static str> {
    Some(match upper {
        'À' | 'Á' | 'Â' | 'Ã' | 'Ä' | 'Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'Æ' => "AE",
        'Ç' | 'Ć' | 'Č' => "C",
        'Ď' | 'Đ' | 'Ð' => "D",
        'È' | 'É' | 'Ê' | 'Ë' | 'Ē' | 'Ę' | 'Ě' => "E",
        'Ğ' => "G",
        'Ì' | 'Í' | 'Î' | 'Ï' | 'Ī' | 'İ' => "I",
        'Ł' | 'Ľ' => "L",
        'Ñ' | 'Ń' | 'Ň' => "N",
        'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ö' | 'Ø' | 'Ō' | 'Ő' => "O",
        'Œ' => "OE",
        'Ř' => "R",
        'Ś' | 'Š' | 'Ş' | 'Ș' => "S",
        'Ť' | 'Ţ' | 'Ț' => "T",
        'Ù' | 'Ú' | 'Û' | 'Ü' | 'Ū' | 'Ů' | 'Ű' => "U",
        'Ý' | 'Ÿ' => "Y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        _ => return None,
    })
}

/// At signs of all widths: the wide and the small one are plain ones to readers that fold compatibility characters.
pub(crate) fn is_at_sign(character: char) -> bool {
    matches!(character, '@' | '\u{ff20}' | '\u{fe6b}')
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
            // Byte order mark, interlinear annotation, the object that is not there, and what is shown as nothing
            // before it is assigned.
            | '\u{feff}' | '\u{fff0}'..='\u{fffc}'
            // Format controls of Syriac, hieroglyphs, shorthand and music.
            | '\u{70f}' | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            // The braille pattern without dots: no blank to any program, and nothing to the eye.
            | '\u{2800}'
            // Tag characters and the supplement of variation selectors.
            | '\u{e0000}'..='\u{e0fff}'
            // Private use: a box, a logo or nothing, and whatever two sides agree on.
            | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}'
            // Noncharacters, here and at the end of every plane.
            | '\u{fdd0}'..='\u{fdef}'
        )
        || u32::from(character) & 0xfffe == 0xfffe
}

/// Marks that stack on a letter, by the blocks of those scripts that have any; a mark that is missing here is shown.
fn is_mark(character: char) -> bool {
    matches!(
        character,
        // Of all scripts, Cyrillic, and the supplements.
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
            | '\u{20d0}'..='\u{20ff}' | '\u{2de0}'..='\u{2dff}' | '\u{302a}'..='\u{302f}' | '\u{3099}' | '\u{309a}'
            | '\u{a66f}'..='\u{a672}' | '\u{a674}'..='\u{a67d}' | '\u{fe20}'..='\u{fe2f}'
            // Hebrew, Arabic, Syriac.
            | '\u{591}'..='\u{5bd}' | '\u{5bf}' | '\u{5c1}' | '\u{5c2}' | '\u{5c4}' | '\u{5c5}' | '\u{5c7}'
            | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
            | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{730}'..='\u{74a}'
            | '\u{898}'..='\u{89f}' | '\u{8ca}'..='\u{8e1}' | '\u{8e3}'..='\u{8ff}' | '\u{fb1e}'
            // Devanagari.
            | '\u{900}'..='\u{903}' | '\u{93a}'..='\u{93c}' | '\u{93e}'..='\u{94f}' | '\u{951}'..='\u{957}'
            | '\u{962}' | '\u{963}' | '\u{1cd0}'..='\u{1ce8}' | '\u{a8e0}'..='\u{a8f1}'
            // Thai, Lao, Tibetan, Myanmar.
            | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{eb1}' | '\u{eb4}'..='\u{ebc}'
            | '\u{ec8}'..='\u{ece}' | '\u{f71}'..='\u{f84}' | '\u{f86}' | '\u{f87}' | '\u{f8d}'..='\u{fbc}'
            | '\u{102b}'..='\u{103e}'
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
        assert_eq!(
            line(
                "a\u{e000}\u{f0041}\u{fdd0}\u{1ffff}\u{fff0}\u{2800}b\u{fffd}",
                99
            ),
            "ab\u{fffd}"
        );
    }

    #[test]
    fn marks_are_kept_as_long_as_a_language_could_have_them() {
        let honest = "Vie\u{302}\u{323}t e\u{301}te\u{301} ש\u{5c1}\u{5b8}";
        assert_eq!(line(honest, 99), honest);
        let flood = format!("a{}b\u{301}", "\u{301}\u{200b}".repeat(20));
        let shown = format!("a{}b\u{301}", "\u{301}".repeat(MOST_MARKS));
        assert_eq!((line(&flood, 99), lines(&flood)), (shown.clone(), shown));
        assert_eq!(hidden(&flood), 20 + 20 - MOST_MARKS);
    }

    #[test]
    fn tags_of_agents_are_none_however_they_are_spelt() {
        for tag in [
            "<system-reminder>",
            "</System-Reminder >",
            "< / system>",
            "<system-reminder/>",
            "<user_instructions x=1",
            "<system-reminder",
            "</s>",
            "<|im_start|>",
            "<\u{ff5c}User\u{ff5c}>",
            "<\u{200b}system>",
            "<antml:invoke name=x>",
        ] {
            assert!(lines(&format!("a{tag}")).starts_with("a&lt;"), "{tag}");
        }
        let code = "a <user AND b < s OR x <> y <b>";
        assert_eq!(lines(code), code);
    }

    #[test]
    fn what_is_dropped_is_counted_and_what_is_replaced_is_not() {
        assert_eq!(hidden("a\tb\r\nc d"), 0);
        assert_eq!(hidden("Código\u{2028}名前\u{85}\u{b}"), 0);
        assert_eq!(hidden("\u{200b}a\u{e0041}\u{0}é\u{1b}[0m"), 4);
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
