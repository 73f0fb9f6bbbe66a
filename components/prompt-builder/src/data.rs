//! Strings of the input inside of fenced blocks of data, where nothing is Markdown.
//!
//! A name is written as it is when it is one word. Any other is a JSON string, in which whatever means something to a
//! reader of Markdown, HTML or imports is an escape: a reader that does not know fences finds nothing there either.

use crate::text;
use std::fmt::Write;

/// The longest name, in characters.
const LONGEST_NAME: usize = 128;

/// A name as one word.
pub(crate) fn name(name: &str) -> String {
    if is_word(name) {
        return name.to_owned();
    }
    quoted(&text::line(name, LONGEST_NAME))
}

/// A type or a path: words with the punctuation of code, else a JSON string.
pub(crate) fn code(code: &str, longest: usize) -> String {
    /// What stands behind types and names means something of its own.
    const MARKS: [&str; 11] = [
        "PK",
        "as",
        "auto",
        "computed",
        "if",
        "index",
        "no",
        "on",
        "private",
        "protected",
        "unique",
    ];
    let line = text::line(code, longest);
    let is_plain = |character: char| {
        character.is_alphanumeric() || matches!(character, '_' | '.' | '-' | '+' | '/' | ' ')
    };
    let has_mark = line.split(' ').skip(1).any(|word| MARKS.contains(&word));
    if !line.is_empty() && !has_mark && line.chars().all(is_plain) {
        line
    } else {
        quoted(&line)
    }
}

/// A value behind a name, ` = 3`; nothing where a text was left out, of which there is nothing to say.
pub(crate) fn value(value: &str, longest: usize) -> String {
    /// What extractors put in the place of a text.
    const LEFT_OUT: &str = "\"…\"";
    if value.contains(LEFT_OUT) {
        return String::new();
    }
    format!(" = {}", expression(value, longest))
}

/// A value or a condition: one word, a call of one argument, an empty text; else a JSON string, so that it takes nothing
/// of what stands behind it.
pub(crate) fn expression(expression: &str, longest: usize) -> String {
    /// What an empty text is written as.
    const EMPTY: &str = "\"\"";
    let line = text::line(expression, longest);
    if line == EMPTY || is_call(&line) {
        line
    } else if line.contains(' ') {
        quoted(&line)
    } else {
        code(&line, longest)
    }
}

/// Whether it is `Function(argument)`: in quotes it would look like a text.
fn is_call(line: &str) -> bool {
    let is_part = |part: &str| {
        let is_plain =
            |character: char| character.is_alphanumeric() || matches!(character, '_' | '.' | '-');
        part.chars().all(is_plain)
    };
    let call = line.strip_suffix(')').and_then(|rest| rest.split_once('('));
    call.is_some_and(|(name, argument)| is_word(name) && is_part(argument))
}

fn is_word(name: &str) -> bool {
    let is_part =
        |character: char| character.is_alphanumeric() || matches!(character, '_' | '$' | '-');
    name.chars()
        .next()
        .is_some_and(|first| first.is_alphabetic() || first == '_')
        && name.chars().all(is_part)
        && text::line(name, LONGEST_NAME) == name
}

/// A JSON string.
fn quoted(line: &str) -> String {
    let mut quoted = String::with_capacity(line.len() + 2);
    quoted.push('"');
    for character in line.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            other if matches!(other, '`' | '<' | '>' | '&' | '~') || text::is_at_sign(other) => {
                // Writing to a string does not fail.
                let _ = write!(quoted, "\\u{:04x}", u32::from(other));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_as_it_is_and_anything_else_is_a_json_string() {
        assert_eq!(name("ID_Código"), "ID_Código");
        assert_eq!(name("a b"), "\"a b\"");
        assert_eq!(name("+12"), "\"+12\"");
        assert_eq!(name("6"), "\"6\"");
        assert_eq!(name("a.b"), "\"a.b\"");
        assert_eq!(name(""), "\"\"");
        assert_eq!(
            name("a`@<x>\"\\"),
            "\"a\\u0060\\u0040\\u003cx\\u003e\\\"\\\\\""
        );
        assert_eq!(name("a\u{200b}b\n```"), "\"ab \\u0060\\u0060\\u0060\"");
    }

    #[test]
    fn code_keeps_blanks_and_quotes_what_could_end_a_list() {
        assert_eq!(code("array of string", 40), "array of string");
        assert_eq!(code("f(a, b)", 40), "\"f(a, b)\"");
        assert_eq!(
            code("[REDACTED:password#1]", 40),
            "\"[REDACTED:password#1]\""
        );
        assert_eq!(code("-1.5", 40), "-1.5");
        assert_eq!(code("int64 PK unique", 40), "\"int64 PK unique\"");
        assert_eq!(value("-1.5", 40), " = -1.5");
        assert_eq!(value("1 private if x", 40), " = \"1 private if x\"");
        assert_eq!(value("Info(piName)", 40), " = Info(piName)");
        assert_eq!(value("Info(a, b)", 40), " = \"Info(a, b)\"");
        assert_eq!(value("Info(a) if b(c)", 40), " = \"Info(a) if b(c)\"");
        assert_eq!(value("f(a(b))", 40), " = \"f(a(b))\"");
        assert_eq!(value("(a)", 40), " = \"(a)\"");
        assert_eq!(value("\"\"", 40), " = \"\"");
        assert_eq!(value("\"…\"", 40), "");
        assert_eq!(value("\"…\" + CS_VERSION", 40), "");
    }
}
