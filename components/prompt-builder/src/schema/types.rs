//! The types of columns in the target stack.

use crate::facts::Column;
use crate::markdown::Inline;
use crate::prompt::Stack;
use std::collections::BTreeMap;

/// What the stack calls the types of the source.
pub(super) struct Types<'i>(BTreeMap<&'i str, &'i str>);

impl<'i> Types<'i> {
    pub(super) fn new(stack: &'i Stack) -> Self {
        let mappings = stack.types.iter();
        Types(
            mappings
                .map(|mapping| {
                    (
                        mapping.normalized_type.as_str(),
                        mapping.stack_type.as_str(),
                    )
                })
                .collect(),
        )
    }

    /// A column's type in the stack.
    pub(super) fn of_stack(&self, column: &Column) -> Inline {
        match self.0.get(column.normalized_type.as_str()) {
            Some(stack_type) => Inline::new().name(&with_size(stack_type, column.size)),
            None => Inline::ours("?"),
        }
    }
}

/// A stack's type with the size of a column in the place of the word `n`: `String(n)`, `varchar({ length: n })`.
fn with_size(stack_type: &str, size: Option<u32>) -> String {
    let Some(size) = size.filter(|size| *size > 0) else {
        return stack_type.to_owned();
    };
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let mut sized = String::with_capacity(stack_type.len());
    let mut before = None;
    let mut characters = stack_type.chars().peekable();
    while let Some(character) = characters.next() {
        let is_word =
            !before.is_some_and(is_part) && !characters.peek().copied().is_some_and(is_part);
        if character == 'n' && is_word {
            sized.push_str(&size.to_string());
        } else {
            sized.push(character);
        }
        before = Some(character);
    }
    sized
}

/// Types whose name says their size, or that have none.
const SIZED: [&str; 20] = [
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float32",
    "float64",
    "currency",
    "boolean",
    "date",
    "time",
    "datetime",
    "duration",
    "uuid",
    "text memo",
    "unicode text memo",
    "binary memo",
];

/// A column's type in the source.
pub(super) fn of_source(column: &Column) -> Inline {
    let size = column
        .size
        .filter(|_| !SIZED.contains(&column.normalized_type.as_str()));
    let size = size.map(|size| format!("({size})")).unwrap_or_default();
    let mut source = Inline::new().name(&format!("{}{size}", column.normalized_type));
    // A code of a file format says nothing to anybody; a word does.
    let is_word = column.declared_type.contains(char::is_alphabetic);
    if is_word && column.declared_type != column.normalized_type {
        source = source.and(", written ").name(&column.declared_type);
    }
    if let Some(length) = column.array_length.filter(|length| *length > 1) {
        source = source.and(", array of ").number(length);
    }
    if column.computed {
        source = source.and(", computed");
    }
    source
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_stands_where_the_stack_says_n() {
        assert_eq!(with_size("String(n)", Some(50)), "String(50)");
        assert_eq!(with_size("string, limit: n", Some(50)), "string, limit: 50");
        assert_eq!(with_size("unsigned int", Some(4)), "unsigned int");
        assert_eq!(with_size("String(n)", None), "String(n)");
    }
}
