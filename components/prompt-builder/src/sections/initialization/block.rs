//! A block of code, and where it may be cut.

use crate::facts::InitializationBlock;
use crate::{files, text};

/// The most lines that one step shows.
const MOST_LINES: usize = 8;

/// The most lines that a statement has for it to be shown whole, so that it keeps nothing behind it out.
const LONGEST_STATEMENT: usize = 40;

/// A block, its code without blank lines.
pub(super) struct Block<'i> {
    pub(super) fact: &'i InitializationBlock,
    pub(super) lines: Vec<String>,
    /// Where each of its steps ends.
    pub(super) ends: Vec<End>,
    pub(super) file: String,
    pub(super) digest: String,
}

/// Where code may be cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct End {
    /// Behind so many lines.
    pub(super) lines: usize,
    /// Whether that is inside of a statement.
    pub(super) is_inside: bool,
}

impl<'i> Block<'i> {
    /// A block whose code stands in a file.
    pub(super) fn new(fact: &'i InitializationBlock, file: String) -> Self {
        let code = text::lines(&fact.code);
        let lines = code
            .lines()
            .map(str::trim_end)
            .filter(|line| !line.is_empty());
        let lines: Vec<String> = lines.map(|line| format!("{line}\n")).collect();
        Block {
            ends: ends(&lines),
            digest: files::digest(&fact.code),
            fact,
            lines,
            file,
        }
    }

    /// Where its code ends after some steps.
    pub(super) fn end(&self, steps: usize) -> End {
        let none = End {
            lines: 0,
            is_inside: false,
        };
        let last = steps.checked_sub(1).and_then(|last| self.ends.get(last));
        last.copied().unwrap_or(none)
    }
}

/// Where code may be cut: at the least indented of the next lines that do not go on with a statement.
fn ends(lines: &[String]) -> Vec<End> {
    let indentation = |line: &str| line.len() - line.trim_start().len();
    let mut ends = Vec::new();
    let mut start = 0;
    while start < lines.len() {
        let is_end = |end: &usize| {
            lines
                .get(*end)
                .is_none_or(|next| !goes_on(&lines[*end - 1], next))
        };
        let up_to = |most: usize| start + 1..=(start + most).min(lines.len());
        let best = up_to(MOST_LINES).filter(is_end).min_by_key(|end| {
            let depth = lines.get(*end).map_or(0, |next| indentation(next));
            (depth, std::cmp::Reverse(*end))
        });
        let end = best.or_else(|| up_to(LONGEST_STATEMENT).find(|end| is_end(end)));
        start = end.unwrap_or(start + MOST_LINES);
        ends.push(End {
            lines: start,
            is_inside: end.is_none(),
        });
    }
    ends
}

/// Whether a statement goes on from one line to the next, in most languages.
fn goes_on(line: &str, next: &str) -> bool {
    const OPEN: [&str; 11] = ["...", "\\", ",", "+", "(", "[", "{", "=", "|", "&", "_"];
    const CLOSE: [char; 8] = [')', ']', '}', '.', '+', ',', '|', '&'];
    let line = line.trim_end();
    OPEN.iter().any(|open| line.ends_with(open)) || next.trim_start().starts_with(CLOSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(code: &str) -> Vec<String> {
        code.lines().map(|line| format!("{line}\n")).collect()
    }

    #[test]
    fn code_is_cut_between_statements_where_it_is_least_indented() {
        let code = "A()\nIF x THEN\n\tB(1, ...\n\t\t2)\n\tC()\nEND\nD()\nE()\nF()\nG()";
        let ends_at = |code: &str| -> Vec<usize> {
            let ends = ends(&lines(code)).into_iter();
            ends.inspect(|end| assert!(!end.is_inside))
                .map(|end| end.lines)
                .collect()
        };
        assert_eq!(ends_at(code), [8, 10]);
        let long = format!("IF x THEN\n{}END\nA()", "\tB()\n".repeat(9));
        assert_eq!(ends_at(&long), [8, 12]);
        assert_eq!(ends_at(&"f(1,\n".repeat(20)), [20]);
        assert_eq!(ends_at(""), [0; 0]);
    }

    #[test]
    fn a_statement_that_keeps_everything_else_out_is_cut_inside() {
        let code = format!("f({}\t2)\nA()", "1, ...\n".repeat(100));
        let ends = ends(&lines(&code));
        let inside: Vec<usize> = ends
            .iter()
            .filter(|end| end.is_inside)
            .map(|end| end.lines)
            .collect();
        assert_eq!(inside, [8, 16, 24, 32, 40, 48, 56, 64]);
        let rest: Vec<usize> = ends[8..].iter().map(|end| end.lines).collect();
        assert_eq!(rest, [101, 102]);
    }
}
