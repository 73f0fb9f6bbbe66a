//! A managed block in a Markdown file. Everything outside of it is the user's.

use super::lines::{self, Lines};

/// The line that begins the block.
pub(super) const BEGIN: &str = "<!-- quarry:begin -->";

/// The line that ends the block.
pub(super) const END: &str = "<!-- quarry:end -->";

/// Where the managed block is in a text.
enum Block {
    None,
    /// From the beginning of its first line to the end of its last, without the line break.
    At(usize, usize),
    Broken(String),
}

/// Gives a text the managed block with a body, replacing the one that is there or adding it at the end. A text without a
/// block stays as it is when it has one of the lines `instead`.
///
/// # Errors
///
/// When the block's first and last line do not stand exactly once each, in this order; when there is none and the text
/// ends inside of a fenced block or a comment, of which an added one would be a part.
pub(super) fn merge(text: &str, body: &str, instead: &[&str]) -> Result<String, String> {
    let newline = newline(text);
    let mut block = format!("{BEGIN}\n{}\n{END}", body.trim_end());
    if newline != "\n" {
        block = block.replace('\n', newline);
    }
    let read = lines::read(text);
    match find(text, &read) {
        Block::Broken(reason) => return Err(reason),
        Block::At(from, to) => return Ok(format!("{}{block}{}", &text[..from], &text[to..])),
        Block::None => {}
    }
    if read
        .lines
        .iter()
        .any(|line| instead.contains(&line.text.trim()))
    {
        return Ok(text.to_owned());
    }
    match read.unclosed {
        Some(unclosed) => Err(format!("{unclosed} and never ends")),
        None => Ok(format!("{text}{}{block}{newline}", gap(text, newline))),
    }
}

/// Whether a text has exactly one managed block.
pub(super) fn is_managed(text: &str) -> bool {
    matches!(find(text, &lines::read(text)), Block::At(..))
}

/// The line break of a text: the first that it has.
fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        // With a line feed after it, it is one of those.
        None if text.ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// What separates a text from a block at its end: it begins on its own line, after an empty one.
fn gap(text: &str, newline: &str) -> String {
    let content = text.strip_prefix('\u{feff}').unwrap_or(text);
    match content {
        "" | "\n" | "\r\n" => String::new(),
        _ if content.ends_with("\n\n") || content.ends_with("\n\r\n") => String::new(),
        _ if content.ends_with('\n') => newline.to_owned(),
        _ => newline.repeat(2),
    }
}

fn find(text: &str, read: &Lines<'_>) -> Block {
    let marks: Vec<(usize, usize, &str)> = read
        .lines
        .iter()
        .filter_map(|line| Some((line.number, line.at, lines::mark(line.text)?)))
        .collect();
    match &marks[..] {
        [] => Block::None,
        [(_, from, BEGIN), (_, last, END)] => {
            let length = text[*last..].find(END).unwrap_or_default() + END.len();
            let rest = &text[last + length..];
            let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
            Block::At(*from, last + length + blank)
        }
        marks => {
            let lines: Vec<String> = marks.iter().map(|(line, ..)| line.to_string()).collect();
            Block::Broken(format!(
                "the lines {BEGIN} and {END} must stand in it once each, in this order, or not at all; there are such lines at {}",
                lines.join(", ")
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_block_is_added_at_the_end_after_an_empty_line() {
        let block = format!("{BEGIN}\nbody\n{END}");
        let cases = [
            ("", format!("{block}\n")),
            ("\u{feff}", format!("\u{feff}{block}\n")),
            ("a", format!("a\n\n{block}\n")),
            ("a\n", format!("a\n\n{block}\n")),
            ("a\n\n", format!("a\n\n{block}\n")),
            ("\n\r", format!("\n\r\n\n{block}\n")),
            (
                "a\r\n",
                format!("a\r\n\r\n{}\r\n", block.replace('\n', "\r\n")),
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(merge(text, "body\n", &[]), Ok(expected), "{text:?}");
        }
    }

    #[test]
    fn a_block_that_is_there_is_replaced_alone() {
        let text = format!("\u{feff}  {BEGIN} \nold\n{END}  \nafter");
        let merged = merge(&text, "new", &[]).unwrap();
        assert_eq!(merged, format!("\u{feff}{BEGIN}\nnew\n{END}\nafter"));
        assert_eq!(merge(&merged, "new", &[]), Ok(merged));
    }

    #[test]
    fn a_broken_or_doubled_block_is_left_alone_and_its_lines_named() {
        let cases = [
            (format!("a\n{BEGIN}\n"), "at 2"),
            (format!("{END}\n{BEGIN}\n"), "at 1, 2"),
            (format!("{BEGIN}\n{BEGIN}\n{END}\n"), "at 1, 2, 3"),
            (format!("{BEGIN}\n{END}\n\n{BEGIN}\n{END}"), "at 1, 2, 4, 5"),
        ];
        for (text, lines) in cases {
            let reason = merge(&text, "body", &[]).unwrap_err();
            assert!(reason.ends_with(lines), "{reason}");
        }
    }

    #[test]
    fn a_marker_within_a_line_is_text() {
        let text = format!("Do not touch `{BEGIN}` and `{END}`.\n");
        let merged = merge(&text, "body", &[]).unwrap();
        assert!(merged.starts_with(&text));
        assert!(is_managed(&merged));
    }

    #[test]
    fn a_text_that_has_the_line_already_is_left_alone() {
        let text = "# Ours\r\n  @AGENTS.md\r\n";
        let merged = merge(text, "@AGENTS.md", &["@AGENTS.md"]);
        assert_eq!(merged.as_deref(), Ok(text));
        let other = "see @AGENTS.md\n";
        assert_ne!(
            merge(other, "@AGENTS.md", &["@AGENTS.md"]).as_deref(),
            Ok(other)
        );
    }

    /// Texts in which the lines are no text to their readers.
    const SAMPLES: [&str; 9] = [
        "```\n{}\n```\n",
        "~~~~ markdown\n```\n{}\n~~~\n~~~~\n",
        "1. So:\n    ```\n    {}\n    ```\n",
        "<!--\n{}\n-->\n",
        "<!-- one --> <!-- two\n{}\n\n-->\n",
        "Not <!-- that\n{}\n--> though\n",
        "So:\n\n    {}\n",
        "```\na ``` b\n{}\n`````\n",
        "``` \n{}\n```  \r\n",
    ];

    #[test]
    fn a_line_in_code_or_in_a_comment_does_not_lead_an_agent_anywhere() {
        for sample in SAMPLES {
            let text = sample.replace("{}", "@AGENTS.md");
            let merged = merge(&text, "@AGENTS.md", &["@AGENTS.md"]).unwrap();
            assert!(merged.starts_with(&text) && is_managed(&merged), "{text}");
        }
    }

    #[test]
    fn markers_in_a_sample_of_the_users_are_no_block() {
        for sample in SAMPLES.iter().filter(|sample| !sample.contains("<!--")) {
            let text = sample.replace("{}", &format!("{BEGIN}\nmine\n{END}"));
            // In the indented ones, the lines have to be indented each.
            let text = text.replace(
                "    <!-- quarry:begin -->\nmine\n",
                "    <!-- quarry:begin -->\n    mine\n    ",
            );
            let merged = merge(&text, "body", &[]).unwrap();
            assert!(merged.starts_with(&text), "{merged}");
            assert_eq!(merge(&merged, "other", &[]), merge(&text, "other", &[]));
        }
    }

    #[test]
    fn nothing_is_added_inside_of_code_or_a_comment_that_never_ends() {
        let cases = [
            (
                "a\n```\nb\n",
                "a fenced block begins at line 2 and never ends",
            ),
            (
                "~~~\n```\n",
                "a fenced block begins at line 1 and never ends",
            ),
            (
                "a\n\n<!-- b\n@AGENTS.md\n",
                "a comment begins at line 3 and never ends",
            ),
        ];
        for (text, reason) in cases {
            let merged = merge(text, "body", &["@AGENTS.md"]);
            assert_eq!(merged, Err(reason.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_the_beginning_of_code_or_a_comment_is_text() {
        for text in [
            "a <!-- b\n\nc\n",
            "`<!--` begins one\n",
            "a ``` b ``` c\n",
            "``` a ` b\n",
            "<!-- a -->\n",
        ] {
            let merged = merge(text, "body", &[]).unwrap();
            assert!(merged.starts_with(text) && is_managed(&merged), "{text}");
        }
    }

    /// Lines as users write them, with their line breaks.
    fn lines_of_text() -> impl Strategy<Value = String> {
        let line = prop_oneof![
            8 => "[ -~\u{e0}-\u{ff}]{0,20}",
            2 => Just("```".to_owned()),
            2 => "\\PC{0,8}",
        ];
        let end = prop_oneof![4 => Just("\n"), 1 => Just("\r\n")];
        prop::collection::vec((line, end), 0..8)
            .prop_map(|lines| {
                let lines = lines.iter().map(|(line, end)| format!("{line}{end}"));
                lines.collect()
            })
            .prop_filter("markers are put in by the tests", |text: &String| {
                !text.contains("<!-- quarry:")
            })
    }

    proptest! {
        #[test]
        fn all_of_a_text_without_a_block_is_kept(
            text in lines_of_text(),
            last in "[a-z]{0,4}",
            mark in prop::bool::ANY,
        ) {
            let text = format!("{}{text}{last}", if mark { "\u{feff}" } else { "" });
            let merged = merge(&text, "one\ntwo", &[]);
            if lines::read(&text).unclosed.is_some() {
                prop_assert!(merged.is_err());
                return Ok(());
            }
            let merged = merged.unwrap();
            prop_assert!(merged.starts_with(&text));
            prop_assert_eq!(merge(&merged, "one\ntwo", &[]), Ok(merged.clone()));
            // Another version's block takes the place of this one.
            let other = merge(&merged, "three", &[]).unwrap();
            prop_assert_eq!(&other, &merge(&text, "three", &[]).unwrap());
            let is_windows = |text: &str| text.matches('\n').count() == text.matches("\r\n").count();
            prop_assert!(!text.contains('\n') || is_windows(&merged) == is_windows(&text));
        }

        #[test]
        fn all_around_a_block_is_kept(
            before in lines_of_text(),
            inside in lines_of_text(),
            after in lines_of_text(),
        ) {
            prop_assume!(lines::read(&before).unclosed.is_none());
            let text = format!("{before}{BEGIN}\n{inside}{END}\n{after}");
            let merged = merge(&text, "body", &[]).unwrap();
            let (head, tail) = (format!("{before}{BEGIN}"), format!("{END}\n{after}"));
            prop_assert!(merged.starts_with(&head) && merged.ends_with(&tail));
            prop_assert_eq!(merge(&merged, "body", &[]), Ok(merged.clone()));
        }

        #[test]
        fn no_text_is_merged_in_part(text in "(<!-- quarry:begin -->|<!-- quarry:end -->|\r|\n|\u{feff}| |a){0,12}") {
            if let Ok(merged) = merge(&text, "body", &["a"]) {
                prop_assert_eq!(merge(&merged, "body", &["a"]), Ok(merged));
            }
        }
    }
}
