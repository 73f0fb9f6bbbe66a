//! The lines of a Markdown text that a reader takes for text: those in fenced blocks, in indented code and in comments
//! are left out.

use super::markdown::{BEGIN, END};

/// A line, without its line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line<'t> {
    /// Its number, from 1.
    pub(super) number: usize,
    /// Where it begins. The mark of byte order is no part of it.
    pub(super) at: usize,
    pub(super) text: &'t str,
}

/// The lines of a text.
#[derive(Debug, Default)]
pub(super) struct Lines<'t> {
    pub(super) lines: Vec<Line<'t>>,
    /// What begins at a line and never ends, so that what is added at the end would be a part of it.
    pub(super) unclosed: Option<String>,
}

/// What the line that is being read stands in.
enum Within {
    Text,
    /// A fenced block, by the characters that end it.
    Fence(char, usize),
    Comment,
    /// The managed block, whose lines are all Quarry's.
    Block,
}

/// Reads a text.
pub(super) fn read(text: &str) -> Lines<'_> {
    let all: Vec<Line<'_>> = all(text).collect();
    let ends = comment_ends(&all);
    let mut found = Lines::default();
    let mut within = Within::Text;
    let mut opened = 0;
    for (index, line) in all.iter().enumerate() {
        let is_text = matches!(within, Within::Text | Within::Block);
        let next = match within {
            Within::Block if mark(line.text) != Some(END) => Within::Block,
            Within::Block => Within::Text,
            Within::Fence(mark, length) if !closes(line.text, mark, length) => {
                Within::Fence(mark, length)
            }
            Within::Fence(..) => Within::Text,
            Within::Comment => match line.text.split_once("-->") {
                Some((_, rest)) if !leaves_comment_open(rest) => Within::Text,
                _ => Within::Comment,
            },
            Within::Text => begins(line.text, ends.get(index + 1).copied().unwrap_or(false)),
        };
        let is_fence = matches!(next, Within::Fence(..));
        if is_text && !is_fence && !is_indented(line.text) {
            found.lines.push(*line);
        }
        if is_text {
            opened = line.number;
        }
        within = next;
    }
    found.unclosed = match within {
        Within::Fence(..) => Some(format!("a fenced block begins at line {opened}")),
        Within::Comment => Some(format!("a comment begins at line {opened}")),
        Within::Text | Within::Block => None,
    };
    found
}

/// The line that begins or ends the managed block.
pub(super) fn mark(line: &str) -> Option<&'static str> {
    let line = line.trim_matches([' ', '\t']);
    [BEGIN, END].into_iter().find(|mark| *mark == line)
}

fn all(text: &str) -> impl Iterator<Item = Line<'_>> {
    let start = text.len() - text.trim_start_matches('\u{feff}').len();
    let lines = text[start..].split_inclusive('\n').enumerate();
    lines.scan(start, |from, (index, line)| {
        let at = *from;
        *from += line.len();
        let line = line.strip_suffix('\n').unwrap_or(line);
        Some(Line {
            number: index + 1,
            at,
            text: line.strip_suffix('\r').unwrap_or(line),
        })
    })
}

/// For each line whether a comment that is open before it ends in its paragraph.
fn comment_ends(lines: &[Line<'_>]) -> Vec<bool> {
    let mut ends = vec![false; lines.len() + 1];
    for (index, line) in lines.iter().enumerate().rev() {
        let is_blank = line.text.trim().is_empty();
        ends[index] = !is_blank && (line.text.contains("-->") || ends[index + 1]);
    }
    ends
}

/// What a line of text begins. Within a sentence, a comment is one only if it ends in the same paragraph.
fn begins(line: &str, ends: bool) -> Within {
    match mark(line) {
        Some(BEGIN) => return Within::Block,
        Some(_) => return Within::Text,
        None => {}
    }
    if let Some((mark, length)) = fence(line) {
        return Within::Fence(mark, length);
    }
    let is_block = line.trim_start().starts_with("<!--") && !is_indented(line);
    match leaves_comment_open(line) && (is_block || ends) {
        true => Within::Comment,
        false => Within::Text,
    }
}

/// The characters of a line that begins a fenced block: in a list it may be indented by any number of blanks.
fn fence(line: &str) -> Option<(char, usize)> {
    let line = line.trim_start();
    let mark = line
        .chars()
        .next()
        .filter(|mark| matches!(mark, '`' | '~'))?;
    let rest = line.trim_start_matches(mark);
    let length = line.len() - rest.len();
    (length >= 3 && !(mark == '`' && rest.contains('`'))).then_some((mark, length))
}

fn closes(line: &str, mark: char, length: usize) -> bool {
    let line = line.trim();
    line.len() >= length && line.chars().all(|character| character == mark)
}

/// Code, unless it is part of a list; to take that for code too loses nothing.
fn is_indented(line: &str) -> bool {
    line.starts_with("    ") || line.trim_start_matches(' ').starts_with('\t')
}

/// Whether a comment begins in a line, outside of code spans, and does not end in it.
fn leaves_comment_open(line: &str) -> bool {
    let mut rest = line;
    while let Some(at) = rest.find(['`', '<']) {
        rest = &rest[at..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            match comment.split_once("-->") {
                Some((_, behind)) => rest = behind,
                None => return true,
            }
        } else if rest.starts_with('<') {
            rest = &rest[1..];
        } else {
            let behind = rest.trim_start_matches('`');
            let ticks = &rest[..rest.len() - behind.len()];
            // A span that does not end is no span.
            rest = behind
                .split_once(ticks)
                .map_or(behind, |(_, behind)| behind);
        }
    }
    false
}
