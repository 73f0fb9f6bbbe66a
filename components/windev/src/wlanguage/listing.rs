//! Code line by line as it stands in its file, without what its comments and its texts say.
//!
//! What comments say is left out although it would explain much: people comment out live code, and a password in a
//! sentence looks like any other word.

use super::lexer::{Token, TokenKind};
use super::mask::{indentation, masked_token};
use super::statements::Program;
use super::usage::Globals;
use std::ops::Range;

/// What stands for what a comment says.
const COMMENT: &str = "…";

/// A range of tokens with all that stands between them: as many lines as in the file.
pub(super) fn listing(program: &Program<'_>, range: Range<usize>, globals: &Globals<'_>) -> String {
    let Some(first) = program.tokens.get(range.start) else {
        return String::new();
    };
    let mut listing = Listing {
        program,
        text: indentation(program, first.start).to_owned(),
        end: first.start,
    };
    let begun = program
        .layout
        .partition_point(|token| token.start < first.start);
    let mut layout = program.layout.iter().skip(begun).peekable();
    for index in range {
        let Some(token) = program.tokens.get(index) else {
            break;
        };
        while let Some(between) = layout.next_if(|between| between.start < token.start) {
            listing.layout(between);
        }
        listing.gap(token.start);
        listing.push(token, &masked_token(program, index, Some(globals)));
    }
    listing.text
}

struct Listing<'p, 'a> {
    program: &'p Program<'a>,
    text: String,
    /// Where in the code it has come to.
    end: usize,
}

impl Listing<'_, '_> {
    /// The white space before `start`. Whatever else stands there, marks of the editor, shows nothing.
    fn gap(&mut self, start: usize) {
        let between = self.program.code.get(self.end..start).unwrap_or_default();
        for byte in between.bytes() {
            match byte {
                b'\n' => self.new_line(),
                b' ' | b'\t' => self.text.push(char::from(byte)),
                _ => {}
            }
        }
    }

    /// Ends a line, without white space at its end.
    fn new_line(&mut self) {
        let length = self.text.trim_end_matches([' ', '\t']).len();
        self.text.truncate(length);
        self.text.push('\n');
    }

    /// A comment or `...`.
    fn layout(&mut self, token: &Token) {
        self.gap(token.start);
        let written = token.text(self.program.code);
        let shown = match (token.kind, written) {
            (TokenKind::Continuation, _) => "...".to_owned(),
            (_, "//") => "//".to_owned(),
            _ if written.starts_with("//") => format!("// {COMMENT}"),
            _ => {
                let lines = written.bytes().filter(|byte| *byte == b'\n').count();
                let break_or_blank = if lines == 0 { " " } else { "" };
                let breaks = "\n".repeat(lines);
                self.text
                    .push_str(&format!("/* {COMMENT}{break_or_blank}{breaks}*/"));
                self.end = token.end;
                return;
            }
        };
        self.push(token, &shown);
    }

    /// A token as it is shown, and the lines that it takes.
    fn push(&mut self, token: &Token, shown: &str) {
        self.text.push_str(shown);
        let written = token.text(self.program.code).bytes();
        let lines = written.filter(|byte| *byte == b'\n').count();
        self.text.extend(std::iter::repeat_n('\n', lines));
        self.end = token.end;
    }
}
