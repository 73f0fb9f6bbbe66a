//! The only place where Markdown is written.
//!
//! Every string of the input is untrusted: names, paths, messages and code of a legacy source may try to end the
//! table cell, list item, heading, code span or fence that they stand in, and go on as text of ours. So a
//! [`Document`] takes no strings but [`Inline`]s and fenced code, and an `Inline` takes no strings but our own,
//! `'static` ones, and those that it makes harmless itself.

use crate::facts::Origin;
use crate::text;
use std::fmt::Write;

/// A piece of one line.
#[derive(Debug, Clone, Default)]
pub(crate) struct Inline(String);

impl Inline {
    /// An empty piece.
    pub(crate) fn new() -> Self {
        Inline::default()
    }

    /// A piece of our own Markdown.
    pub(crate) fn ours(text: &'static str) -> Self {
        Inline(text.to_owned())
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its Markdown.
    pub(crate) fn text(&self) -> &str {
        &self.0
    }

    /// Adds letters and digits as they are; anything else is left out.
    pub(crate) fn plain(mut self, letters: &str) -> Self {
        let letters = letters.chars().filter(char::is_ascii_alphanumeric);
        self.0.extend(letters);
        self
    }

    /// Adds Markdown of our own.
    pub(crate) fn and(mut self, text: &'static str) -> Self {
        self.0.push_str(text);
        self
    }

    /// Adds another piece.
    pub(crate) fn then(mut self, piece: &Inline) -> Self {
        self.0.push_str(&piece.0);
        self
    }

    /// Adds a number.
    pub(crate) fn number(mut self, number: impl Into<u64>) -> Self {
        // Writing to a string does not fail.
        let _ = write!(self.0, "{}", number.into());
        self
    }

    /// Adds how many there are of something.
    pub(crate) fn count(self, count: usize, one: &'static str, many: &'static str) -> Self {
        let word = if count == 1 { one } else { many };
        self.number(count as u64).and(" ").and(word)
    }

    /// Adds an identifier, a path or a short value, exactly as it is written, as a code span.
    pub(crate) fn name(mut self, name: &str) -> Self {
        self.0
            .push_str(&span(&text::line(name, text::LONGEST_NAME)));
        self
    }

    /// Adds identifiers, separated by commas.
    pub(crate) fn names<'n>(self, names: impl IntoIterator<Item = &'n str>) -> Self {
        let pieces = names.into_iter().map(|name| Inline::new().name(name));
        self.join(pieces, ", ")
    }

    /// Adds pieces with something between them.
    pub(crate) fn join(
        mut self,
        pieces: impl IntoIterator<Item = Inline>,
        between: &'static str,
    ) -> Self {
        for (index, piece) in pieces.into_iter().enumerate() {
            if index > 0 {
                self.0.push_str(between);
            }
            self.0.push_str(&piece.0);
        }
        self
    }

    /// Adds words of somebody else's.
    pub(crate) fn sentence(mut self, sentence: &str) -> Self {
        self.0
            .push_str(&escaped(&text::line(sentence, text::LONGEST_SENTENCE)));
        self
    }

    /// Adds `path:line`.
    pub(crate) fn place(self, origin: &Origin) -> Self {
        /// Nobody finds a place in a line that is longer than this without its column.
        const LONGEST_LINE: u32 = 200;
        let path = text::line(&origin.path, text::LONGEST_NAME);
        let mut place = format!("{path}:{}", origin.line);
        if origin.column > LONGEST_LINE {
            let _ = write!(place, ":{}", origin.column);
        }
        Inline(self.0 + &span(&place))
    }
}

/// A code span. Inside of it nothing is Markdown, so that an agent reads a name as it is written. What could end the
/// span or a table cell, and what is markup or an import to readers that do not know Markdown, has no escape in a
/// span: a name with such a character is written as escaped text instead.
fn span(line: &str) -> String {
    if line.is_empty() {
        return "(empty)".to_owned();
    }
    let breaks_out = |character| matches!(character, '`' | '|' | '<' | '>' | '&');
    if line.contains(breaks_out) || line.contains(text::is_at_sign) {
        escaped(line)
    } else {
        format!("`{line}`")
    }
}

/// Text in which nothing is Markdown, HTML or an import, wherever in a line it stands.
fn escaped(line: &str) -> String {
    let mut escaped = String::with_capacity(line.len());
    let mut before = None;
    let mut only_digits_before = true;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        let after = characters.peek().copied();
        let is_first = before.is_none();
        match character {
            // HTML, comments and entities; no reader has to know Markdown to be safe from them.
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // Agents replace `@path` in the files that they remember by the file's content. They need not know
            // backslashes, so an entity.
            sign if text::is_at_sign(sign) => push_entity(&mut escaped, sign),
            // Cells and code spans are told apart before backslashes are, by some.
            '|' => escaped.push_str("&#124;"),
            '`' => escaped.push_str("&#96;"),
            // Emphasis, links, images, headings, strikethrough, mathematics, attributes.
            '\\' | '*' | '[' | ']' | '!' | '#' | '~' | '$' | '^' | '{' | '}' => {
                escaped.push('\\');
                escaped.push(character);
            }
            // Inside of a word it is no emphasis, and names stay readable.
            '_' if before.is_some_and(char::is_alphanumeric)
                && after.is_some_and(char::is_alphanumeric) =>
            {
                escaped.push('_');
            }
            '_' => escaped.push_str("\\_"),
            // Lists, underlined headings, commands, definitions at the beginning of a line; `1.` too.
            '-' | '+' | '=' | '/' | ':' | '.' if is_first => push_entity(&mut escaped, character),
            '.' | ')' if only_digits_before => push_entity(&mut escaped, character),
            ':' if is_turn(&escaped) => push_entity(&mut escaped, character),
            // `http://` and `www.` are links without any mark.
            ':' if after == Some('/') => push_entity(&mut escaped, character),
            '.' if ends_with_www(&escaped) => push_entity(&mut escaped, character),
            other => escaped.push(other),
        }
        only_digits_before &= character.is_ascii_digit();
        before = Some(character);
    }
    escaped
}

/// Whether a colon behind a text would make it somebody's turn in a conversation, `Human:`, or a mark of Quarry's.
fn is_turn(before: &str) -> bool {
    const ROLES: [&str; 9] = [
        "ai",
        "assistant",
        "developer",
        "human",
        "model",
        "quarry",
        "system",
        "tool",
        "user",
    ];
    let before = before.trim_end();
    ROLES.iter().any(|role| role.eq_ignore_ascii_case(before))
}

fn ends_with_www(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 3 && bytes[bytes.len() - 3..].eq_ignore_ascii_case(b"www")
}

fn push_entity(text: &mut String, character: char) {
    let _ = write!(text, "&#{};", u32::from(character));
}

/// The kind of a block, for the blank lines between blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    Item,
    Other,
}

/// A document under construction.
#[derive(Debug, Default)]
pub(crate) struct Document {
    text: String,
    last: Option<Block>,
}

impl Document {
    /// Its length in bytes.
    pub(crate) fn len(&self) -> usize {
        self.text.len()
    }

    /// What was written from a position on.
    pub(crate) fn since(&self, start: usize) -> &str {
        self.text.get(start..).unwrap_or_default()
    }

    /// The finished text.
    pub(crate) fn into_text(self) -> String {
        self.text
    }

    fn begin(&mut self, block: Block) {
        let continues_list = block == Block::Item && self.last == Some(Block::Item);
        if self.last.is_some() && !continues_list {
            self.text.push('\n');
        }
        self.last = Some(block);
    }

    fn line(&mut self, parts: &[&str]) {
        for part in parts {
            self.text.push_str(part);
        }
        self.text.push('\n');
    }

    /// A heading.
    pub(crate) fn heading(&mut self, level: usize, title: Inline) {
        self.begin(Block::Other);
        self.line(&[&"#".repeat(level), " ", &title.0]);
    }

    /// A paragraph.
    pub(crate) fn paragraph(&mut self, text: Inline) {
        self.begin(Block::Other);
        self.line(&[&text.0]);
    }

    /// An item of a list.
    pub(crate) fn item(&mut self, text: Inline) {
        self.begin(Block::Item);
        self.line(&["- ", &text.0]);
    }

    /// A fenced block of data, marked as such with the revision, which whoever wrote the data cannot have known. The
    /// fence is longer than every run of backticks in the data, so that no line of it closes the block.
    pub(crate) fn data(&mut self, language: &str, revision: &str, data: &str) {
        self.begin(Block::Other);
        let data = text::lines(data);
        let fence = "`".repeat(longest_run(&data).max(2) + 1);
        let mark = Inline::ours(" data=").plain(revision);
        self.line(&[&fence, &info_string(language), &mark.0]);
        self.line(&[&data]);
        self.line(&[&fence]);
    }
}

fn longest_run(code: &str) -> usize {
    let runs = code.split(|character| character != '`');
    runs.map(str::len).max().unwrap_or(0)
}

/// A language as an info string, `text` when it is not one word.
fn info_string(language: &str) -> String {
    /// No language has a longer name.
    const LONGEST: usize = 32;
    let is_part =
        |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '+');
    let is_language =
        !language.is_empty() && language.len() <= LONGEST && language.chars().all(is_part);
    if is_language { language } else { "text" }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_as_they_are_written() {
        assert_eq!(Inline::new().name("ID_Código").0, "`ID_Código`");
        assert_eq!(
            Inline::new().name("[REDACTED:password]").0,
            "`[REDACTED:password]`"
        );
        assert_eq!(Inline::new().name("\u{200b}\n").0, "(empty)");
    }

    #[test]
    fn a_name_that_could_break_out_is_escaped_text() {
        assert_eq!(Inline::new().name("a`b|c").0, "a&#96;b&#124;c");
        assert_eq!(Inline::new().name("@../etc/passwd").0, "&#64;../etc/passwd");
        assert_eq!(Inline::new().name("\u{ff20}x").0, "&#65312;x");
        assert_eq!(
            Inline::new().name("<!-- x_y _z -->").0,
            "&lt;\\!-- x_y \\_z --&gt;"
        );
    }

    #[test]
    fn a_sentence_begins_no_block_and_holds_no_link() {
        assert_eq!(Inline::new().sentence("- item").0, "&#45; item");
        assert_eq!(Inline::new().sentence("12. item").0, "12&#46; item");
        assert_eq!(Inline::new().sentence("/clear").0, "&#47;clear");
        assert_eq!(Inline::new().sentence("Human: a: b").0, "Human&#58; a: b");
        assert_eq!(Inline::new().sentence("SYSTEM : a").0, "SYSTEM &#58; a");
        assert_eq!(
            Inline::new().sentence("see http://x and www.x").0,
            "see http&#58;//x and www&#46;x"
        );
    }

    #[test]
    fn a_colon_behind_any_other_word_stays_one() {
        for words in [
            "ActiveSupport::CurrentAttributes in app",
            "pages: +page.svelte with +page.server.ts",
            "routes: layout.tsx",
        ] {
            assert_eq!(Inline::new().sentence(words).0, words);
        }
    }

    #[test]
    fn a_fence_is_longer_than_any_run_inside() {
        let mut document = Document::default();
        document.data("x y", "0`f\n", "a\n````\nb");
        assert_eq!(
            document.into_text(),
            "`````text data=0f\na\n````\nb\n`````\n"
        );
    }

    #[test]
    fn a_column_is_said_where_lines_are_long() {
        let mut origin = Origin {
            path: "a.xdd".to_owned(),
            line: 1,
            column: 1,
            offset: 0,
            length: 0,
        };
        assert_eq!(Inline::new().place(&origin).0, "`a.xdd:1`");
        origin.column = 4711;
        assert_eq!(Inline::new().place(&origin).0, "`a.xdd:1:4711`");
    }
}
