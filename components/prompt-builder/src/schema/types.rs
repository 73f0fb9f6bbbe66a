//! The types of columns.

use crate::data;
use crate::facts::{Column, DataType};
use crate::prompt::TypeMapping;

/// A type in words.
pub(crate) fn words(data_type: &DataType) -> &str {
    match data_type {
        DataType::String => "string",
        DataType::UnicodeString => "unicode string",
        DataType::Int8 => "int8",
        DataType::Int16 => "int16",
        DataType::Int32 => "int32",
        DataType::Int64 => "int64",
        DataType::Uint8 => "uint8",
        DataType::Uint16 => "uint16",
        DataType::Uint32 => "uint32",
        DataType::Uint64 => "uint64",
        DataType::Float32 => "float32",
        DataType::Float64 => "float64",
        DataType::Decimal => "decimal",
        DataType::Currency => "currency",
        DataType::Boolean => "boolean",
        DataType::Date => "date",
        DataType::Time => "time",
        DataType::Datetime => "datetime",
        DataType::Duration => "duration",
        DataType::Uuid => "uuid",
        DataType::TextMemo => "text memo",
        DataType::UnicodeTextMemo => "unicode text memo",
        DataType::Binary => "binary",
        DataType::BinaryMemo => "binary memo",
        DataType::PasswordHash => "password hash",
        DataType::Other(words) => words,
    }
}

/// The type that a stack maps, as its file calls it: `auto int64` for values that the database gives.
pub(crate) fn words_of_mapping(mapping: &TypeMapping) -> String {
    let automatic = if mapping.automatic { "auto " } else { "" };
    format!("{automatic}{}", words(&mapping.data_type))
}

/// Whether columns of a type have sizes of their own.
fn has_size(data_type: &DataType) -> bool {
    use DataType::{Binary, Decimal, Other, PasswordHash, String, UnicodeString};
    matches!(
        data_type,
        String | UnicodeString | Decimal | Binary | PasswordHash | Other(_)
    )
}

/// A column's type in words of no product, with its size when the words do not say it: `string(50)`.
pub(super) fn of_source(column: &Column) -> String {
    /// No type has a longer name.
    const LONGEST: usize = 64;
    let name = data::code(words(&column.data_type), LONGEST);
    match column.size {
        Some(size) if size > 0 && has_size(&column.data_type) => format!("{name}({size})"),
        _ => name,
    }
}
