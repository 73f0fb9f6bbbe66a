//! Making what an agent says fit to be shown.

use aho_corasick::{AhoCorasick, MatchKind};
use std::fmt::Write;

/// The shortest value of a variable that is replaced. Shorter ones, such as `1` or `true`, are in every text.
const SECRET_BYTES: usize = 8;

/// The longest name of a tool, a file, a model, … in bytes.
const NAME_BYTES: usize = 1_024;

/// Makes texts fit to be shown, see [`AgentEvent`](crate::AgentEvent).
#[derive(Debug)]
pub(crate) struct Cleaner {
    secrets: Option<AhoCorasick>,
    replacements: Vec<String>,
    longest_secret: usize,
    limit: usize,
}

impl Cleaner {
    /// A cleaner that replaces these values by the words before them, and cuts texts at so many bytes.
    pub(crate) fn new<'a>(
        secrets: impl IntoIterator<Item = (&'a str, &'a str)>,
        limit: usize,
    ) -> Self {
        let (mut values, mut replacements) = (Vec::new(), Vec::new());
        for (origin, value) in secrets {
            if value.len() >= SECRET_BYTES {
                values.push(value);
                replacements.push(format!("[{origin}]"));
            }
        }
        let longest_secret = values.iter().map(|value| value.len()).max().unwrap_or(0);
        let search = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(&values);
        Self {
            // It fails for more patterns than fit into memory, which neither the environment of a process nor the files
            // in a home hold.
            secrets: search.ok().filter(|_| !values.is_empty()),
            replacements,
            longest_secret,
            limit,
        }
    }

    /// The longest text in bytes.
    pub(crate) fn limit(&self) -> usize {
        self.limit
    }

    /// A text.
    pub(crate) fn text(&self, text: &str) -> String {
        self.clean(text, self.limit)
    }

    /// A short text: a name, a path.
    pub(crate) fn name(&self, text: &str) -> String {
        self.clean(text, self.limit.min(NAME_BYTES))
    }

    fn clean(&self, text: &str, limit: usize) -> String {
        // A value that begins before the limit is looked at whole, so that its beginning is not shown.
        let head = &text[..text.floor_char_boundary(limit.saturating_add(self.longest_secret))];
        match &self.secrets {
            Some(search) if search.is_match(head) => {
                let replaced = search.replace_all(head, &self.replacements);
                escape(&replaced, text.len() - head.len(), limit)
            }
            _ => escape(head, text.len() - head.len(), limit),
        }
    }
}

/// Spells out what is hidden, and cuts where the result would be longer than the limit.
fn escape(text: &str, beyond: usize, limit: usize) -> String {
    let mut shown = String::with_capacity(text.len().min(limit));
    let mut characters = text.char_indices().peekable();
    while let Some((start, character)) = characters.next() {
        let before = shown.len();
        let next = characters.peek().map(|&(_, next)| next);
        match character {
            '\r' if next == Some('\n') => {}
            '\n' | '\t' => shown.push(character),
            hidden if is_hidden(hidden) => shown.extend(hidden.escape_unicode()),
            visible => shown.push(visible),
        }
        if shown.len() > limit {
            shown.truncate(before);
            let missing = text.len() - start + beyond;
            // Writing into a String does not fail.
            let _ = write!(shown, "… ({missing} bytes more)");
            return shown;
        }
    }
    if beyond > 0 {
        let _ = write!(shown, "… ({beyond} bytes more)");
    }
    shown
}

/// Whether a character is not to be shown as it is: controls, and formats that turn, hide or tag text.
fn is_hidden(character: char) -> bool {
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

    fn cleaner(limit: usize) -> Cleaner {
        Cleaner::new([("environment:KEY", "sk-0123456789"), ("flag", "1")], limit)
    }

    #[test]
    fn what_moves_a_cursor_or_turns_text_is_spelled_out_and_lines_stay_lines() {
        let shown = cleaner(1_000).text("a\u{1b}[31m\u{202e}b\r\nc\td\re\u{9b}é");
        assert_eq!(shown, "a\\u{1b}[31m\\u{202e}b\nc\td\\u{d}e\\u{9b}é");
    }

    #[test]
    fn a_secret_is_replaced_and_a_flag_is_not() {
        let shown = cleaner(1_000).text("1: sk-0123456789sk-0123456789");
        assert_eq!(shown, "1: [environment:KEY][environment:KEY]");
    }

    #[test]
    fn a_long_text_is_cut_and_says_how_much_is_missing() {
        assert_eq!(
            cleaner(300).text(&"é".repeat(200)),
            format!("{}… (100 bytes more)", "é".repeat(150))
        );
        let shown = cleaner(300).text(&"\u{1b}".repeat(100_000));
        assert!(
            shown.len() < 330 && shown.ends_with("… (99950 bytes more)"),
            "{shown}"
        );
        assert_eq!(cleaner(300).text(&"a".repeat(300)), "a".repeat(300));
    }

    #[test]
    fn a_value_across_the_cut_is_replaced_whole() {
        let text = format!("{}sk-0123456789{}", "a".repeat(295), "b".repeat(900));
        let shown = cleaner(300).text(&text);
        assert!(!shown.contains("sk-0"), "{shown}");
    }

    #[test]
    fn a_name_is_short() {
        assert!(cleaner(100_000).name(&"a".repeat(5_000)).len() < 1_100);
    }
}
