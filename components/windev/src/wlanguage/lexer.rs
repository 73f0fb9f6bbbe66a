//! WLanguage text cut into tokens.
//!
//! What is uncertain is read as a string literal rather than as code: a literal never leaves the parser, so
//! a wrong guess costs a fact and not a secret.

use super::keywords::begins_word;
use super::scan::{after_blanks, is_rest_blank, marker_length, number_length, word_length};
use memchr::{memchr, memchr2, memmem, memrchr};

/// What a [`Token`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// A name or a keyword.
    Word,
    /// A number, with its digit groups.
    Number,
    /// A string literal of any form: quoted, over several lines, or a reference to a string resource.
    Text,
    /// `// …` or `/* … */`.
    Comment,
    /// One operator or one sign of punctuation.
    Operator,
    /// `...` at the end of a line: the statement goes on.
    Continuation,
    /// The end of a line that is not continued.
    NewLine,
    /// A line between angle brackets: `<COMPILE IF …>`, `<ELSE>`, `<END>`, `<MAPPING>`.
    Directive,
}

/// A stretch of code that means one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Token {
    /// The token's own text.
    pub fn text<'a>(&self, code: &'a str) -> &'a str {
        code.get(self.start..self.end).unwrap_or_default()
    }
}

/// Cuts `code` into tokens. White space and line-end markers (`<§rad:1§>`) are left out; nothing else is.
pub fn tokens(code: &str) -> Vec<Token> {
    Lexer::new(code).read()
}

/// Cuts a part of a line into tokens, none of which is a directive.
pub(super) fn line_tokens(line: &str) -> Vec<Token> {
    let mut lexer = Lexer::new(line);
    lexer.line.begun = true;
    lexer.read()
}

/// What has to be remembered of the line that is being read.
#[derive(Debug, Default)]
struct LineState {
    /// Index of the first string literal of the line.
    first_text: Option<usize>,
    /// The tokens of the square brackets that are open in the statement.
    brackets: Vec<usize>,
    /// Something other than white space was read.
    begun: bool,
    /// The statement goes on over the line end.
    continued: bool,
}

/// Operators of more than one character, the longer ones first.
const OPERATORS: [&str; 24] = [
    "<=>", "[=]", "[~]", "...", "<-", "<=", ">=", "<>", ":=", "+=", "-=", "*=", "/=", "++", "--",
    "::", "=>", "==", "~=", "~~", "..", "[=", "[~", "->",
];

/// Typed or pasted quotes, and what closes them.
const OTHER_QUOTES: [(&str, &str); 2] = [("'", "'"), ("“", "”")];

struct Lexer<'a> {
    code: &'a str,
    at: usize,
    tokens: Vec<Token>,
    line: LineState,
    /// Where the line ends that was asked for last.
    line_end: Option<usize>,
    /// A search for `*/` has reached the end of the code: there is none further on.
    no_comment_end: bool,
    /// A search for the bracket that balances a multi-line string has failed once.
    no_balanced_bracket: bool,
    /// No later line begins with `]`.
    no_bracket_line: bool,
}

impl<'a> Lexer<'a> {
    fn new(code: &'a str) -> Self {
        Lexer {
            code,
            at: 0,
            tokens: Vec::new(),
            line: LineState::default(),
            line_end: None,
            no_comment_end: false,
            no_balanced_bracket: false,
            no_bracket_line: false,
        }
    }

    fn read(mut self) -> Vec<Token> {
        while self.step() {}
        self.tokens
    }

    /// Reads one token, or what separates tokens; false at the end.
    fn step(&mut self) -> bool {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            return false;
        };
        match first {
            '\n' => self.new_line(),
            _ if first.is_whitespace() || first == '\u{feff}' => self.at += first.len_utf8(),
            '"' => self.quoted(),
            _ if rest.starts_with("<§") => self.marker(),
            '/' if rest.starts_with("//") => {
                let end = self.line_end();
                self.push(TokenKind::Comment, end);
            }
            '/' if rest.starts_with("/*") => self.block_comment(),
            '<' if !self.line.begun && self.directive() => {}
            '[' if self.multi_line_text() => {}
            '.' if self.continuation() => {}
            _ if first.is_ascii_digit() => {
                let end = self.at + number_length(rest);
                self.push(TokenKind::Number, end);
            }
            _ if begins_word(first) => {
                let end = self.at + word_length(rest);
                self.push(TokenKind::Word, end);
            }
            _ if self.other_quotes() => {}
            _ => self.operator(first),
        }
        true
    }

    fn rest(&self) -> &'a str {
        self.code.get(self.at..).unwrap_or_default()
    }

    /// Where the current line ends, without its line end.
    fn line_end(&mut self) -> usize {
        match self.line_end {
            Some(end) if self.at <= end => end,
            _ => {
                let length = memchr(b'\n', self.rest().as_bytes());
                let end = length.map_or(self.code.len(), |length| self.at + length);
                self.line_end = Some(end);
                end
            }
        }
    }

    /// What is left of the current line.
    fn line_rest(&mut self) -> &'a str {
        let end = self.line_end();
        self.code.get(self.at..end).unwrap_or_default()
    }

    fn push(&mut self, kind: TokenKind, end: usize) {
        self.tokens.push(Token {
            kind,
            start: self.at,
            end,
        });
        self.at = end;
        self.line.begun = true;
    }

    fn push_text(&mut self, end: usize) {
        self.line.first_text.get_or_insert(self.tokens.len());
        self.push(TokenKind::Text, end);
    }

    fn new_line(&mut self) {
        if self.line.continued {
            self.at += 1;
            self.line.continued = false;
            self.line.first_text = None;
        } else if !self.unclosed_bracket() {
            self.push(TokenKind::NewLine, self.at + 1);
            self.line = LineState::default();
        }
    }

    /// A bracket that the line leaves open may open a multi-line string that begins beside it. It is taken for
    /// one where a later line closes it.
    fn unclosed_bracket(&mut self) -> bool {
        let Some(first) = self.line.brackets.first().copied() else {
            return false;
        };
        let Some(start) = self.tokens.get(first).map(|token| token.start) else {
            return false;
        };
        if self.no_bracket_line {
            return false;
        }
        let Some(end) = self.bracket_line(self.at + 1).0 else {
            return false;
        };
        self.tokens.truncate(first);
        self.line.brackets.clear();
        self.line.first_text = self.line.first_text.filter(|text| *text < first);
        self.at = start;
        self.push_text(end);
        true
    }

    fn quoted(&mut self) {
        let bytes = self.code.as_bytes();
        let mut at = self.at + 1;
        while let Some(found) = bytes
            .get(at..)
            .and_then(|rest| memchr2(b'"', b'\n', rest))
            .map(|length| at + length)
        {
            match (bytes[found], bytes.get(found + 1)) {
                (b'"', Some(b'"')) => at = found + 2,
                (b'"', _) => return self.push_text(found + 1),
                _ => break,
            }
        }
        self.unclosed_text();
    }

    /// A quote is not closed on its line, so no one can say which parts of the line are literals: all of it
    /// from the first quote on is.
    fn unclosed_text(&mut self) {
        let end = self.line_end();
        if let Some(first) = self.line.first_text {
            self.at = self.tokens.get(first).map_or(self.at, |token| token.start);
            self.tokens.truncate(first);
        }
        self.push_text(end);
    }

    /// `'` and `“` are not quotes in WLanguage; what they enclose is kept out of sight all the same. An
    /// apostrophe as in `tableau d'entiers` follows a letter.
    fn other_quotes(&mut self) -> bool {
        let rest = self.rest();
        let Some((open, close)) = OTHER_QUOTES.iter().find(|(open, _)| rest.starts_with(open))
        else {
            return false;
        };
        let before = self
            .code
            .get(..self.at)
            .and_then(|text| text.chars().next_back());
        if before.is_some_and(char::is_alphanumeric) {
            return false;
        }
        let line = self.line_rest().get(open.len()..);
        match line.and_then(|line| line.find(close)) {
            Some(length) => self.push_text(self.at + open.len() + length + close.len()),
            None => self.unclosed_text(),
        }
        true
    }

    /// `<§rad:1§>` is left out; every other form stands for a string in the resources, or holds its text.
    fn marker(&mut self) {
        let line = self.line_rest();
        if let Some(length) = marker_length(line) {
            self.at += length;
            return;
        }
        let end = match memmem::find(line.as_bytes(), "§>".as_bytes()) {
            Some(length) => self.at + length + "§>".len(),
            None => self.line_end(),
        };
        self.push_text(end);
    }

    fn block_comment(&mut self) {
        let found = if self.no_comment_end {
            None
        } else {
            self.code
                .get(self.at + 2..)
                .and_then(|rest| memmem::find(rest.as_bytes(), b"*/"))
        };
        self.no_comment_end |= found.is_none();
        let end = match found {
            Some(length) => self.at + 2 + length + 2,
            None => self.line_end(),
        };
        self.push(TokenKind::Comment, end);
    }

    /// A line `<word …>`. Nothing else in WLanguage begins with `<`.
    fn directive(&mut self) -> bool {
        let line = self.line_rest();
        let Some(inside) = line.strip_prefix('<') else {
            return false;
        };
        if !inside.trim_start().starts_with(begins_word) {
            return false;
        }
        let code = match memmem::find(line.as_bytes(), b"//") {
            Some(comment) if line[..comment].contains('>') => &line[..comment],
            _ => line,
        };
        let code = match memmem::find(code.as_bytes(), "<§".as_bytes()) {
            Some(marker) => &code[..marker],
            None => code,
        };
        let Some(length) = memrchr(b'>', code.as_bytes()) else {
            return false;
        };
        self.push(TokenKind::Directive, self.at + length + 1);
        true
    }

    /// `...` with nothing but a comment after it on the line.
    fn continuation(&mut self) -> bool {
        let Some(after) = self.line_rest().strip_prefix("...") else {
            return false;
        };
        let after = after_blanks(after);
        if after.is_empty() || after.starts_with("//") {
            self.push(TokenKind::Continuation, self.at + 3);
            self.line.continued = true;
            return true;
        }
        false
    }

    fn operator(&mut self, first: char) {
        let rest = self.rest();
        let closes_nothing = first == ']' && self.line.brackets.is_empty();
        let second = rest.as_bytes().get(1).copied().unwrap_or_default();
        // The second character of all operators that have one.
        let is_longer = matches!(second, b'=' | b'>' | b'~' | b'.' | b'-' | b'+' | b':');
        let mut operators = OPERATORS.iter().filter(|_| is_longer);
        let operator = operators.find(|operator| rest.starts_with(**operator));
        let length = match operator {
            _ if closes_nothing && (rest.starts_with("]=") || rest.starts_with("]~")) => 2,
            Some(operator) => operator.len(),
            None => first.len_utf8(),
        };
        match first {
            '[' if length == 1 => self.line.brackets.push(self.tokens.len()),
            ']' if length == 1 => {
                self.line.brackets.pop();
            }
            _ => {}
        }
        self.push(TokenKind::Operator, self.at + length);
    }

    /// `[` (or `[%`) at the end of a line opens a string that goes on over the next lines: an index or a list
    /// that went on there would need `...`.
    fn multi_line_text(&mut self) -> bool {
        let line = self.line_rest();
        let line = line.strip_prefix('[').unwrap_or(line);
        let line = line.strip_prefix('%').unwrap_or(line);
        let line_end = self.line_end();
        if line_end == self.code.len() || !is_rest_blank(line) {
            return false;
        }
        let (at_line_begin, anywhere) = self.bracket_line(line_end + 1);
        self.push_text(at_line_begin.or(anywhere).unwrap_or(self.code.len()));
        true
    }

    /// Where a multi-line string whose second line begins at `start` ends: behind a `]` at the beginning of a
    /// line, or else behind one that closes no bracket of the string. Brackets may stand in pairs inside.
    fn bracket_line(&mut self, start: usize) -> (Option<usize>, Option<usize>) {
        let bytes = self.code.as_bytes();
        let (mut first_begin, mut anywhere) = (None, None);
        let (mut depth, mut line_begun) = (0_usize, false);
        for (index, byte) in bytes.iter().enumerate().skip(start) {
            let begins_line = !line_begun;
            line_begun = *byte != b'\n' && (line_begun || !byte.is_ascii_whitespace());
            match byte {
                b']' if begins_line && (depth == 0 || self.no_balanced_bracket) => {
                    return (Some(index + 1), None);
                }
                b']' if depth == 0 && self.no_bracket_line => return (None, Some(index + 1)),
                b']' if begins_line => {
                    first_begin.get_or_insert(index + 1);
                }
                b']' if depth == 0 => {
                    anywhere.get_or_insert(index + 1);
                }
                _ => {}
            }
            match byte {
                b'[' => depth += 1,
                b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        self.no_balanced_bracket = true;
        self.no_bracket_line |= first_begin.is_none();
        (first_begin, anywhere)
    }
}
