//! A managed block in a Markdown file. Everything outside of it is the user's.

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
/// When the block's first and last line do not stand exactly once each, in this order.
pub(super) fn merge(text: &str, body: &str, instead: &[&str]) -> Result<String, String> {
    let newline = newline(text);
    let mut block = format!("{BEGIN}\n{}\n{END}", body.trim_end());
    if newline != "\n" {
        block = block.replace('\n', newline);
    }
    match find(text) {
        Block::Broken(reason) => Err(reason),
        Block::At(from, to) => Ok(format!("{}{block}{}", &text[..from], &text[to..])),
        Block::None if lines(text).any(|(_, line)| instead.contains(&line.trim())) => {
            Ok(text.to_owned())
        }
        Block::None => Ok(format!("{text}{}{block}{newline}", gap(text, newline))),
    }
}

/// Whether a text has exactly one managed block.
pub(super) fn is_managed(text: &str) -> bool {
    matches!(find(text), Block::At(..))
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

/// The lines of a text with where they begin, without their line breaks.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |from, line| {
        let at = *from;
        *from += line.len();
        let line = line.strip_suffix('\n').unwrap_or(line);
        Some((at, line.strip_suffix('\r').unwrap_or(line)))
    })
}

fn find(text: &str) -> Block {
    let marks: Vec<(usize, usize, &str)> = lines(text)
        .enumerate()
        .filter_map(|(number, (at, line))| {
            let mark = line
                .trim_start_matches('\u{feff}')
                .trim_matches([' ', '\t']);
            // The mark of byte order stays before the block.
            let at = at + (line.len() - line.trim_start_matches('\u{feff}').len());
            [BEGIN, END]
                .contains(&mark)
                .then_some((number + 1, at, mark))
        })
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
            let merged = merge(&text, "one\ntwo", &[]).unwrap();
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
