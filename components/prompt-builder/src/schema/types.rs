//! The types of columns.

use crate::data;
use crate::facts::Column;

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

/// A column's type in words of no product, with its size when the words do not say it: `string(50)`.
pub(super) fn of_source(column: &Column) -> String {
    /// No type has a longer name.
    const LONGEST: usize = 64;
    let name = data::code(&column.normalized_type, LONGEST);
    match column.size {
        Some(size) if size > 0 && !SIZED.contains(&column.normalized_type.as_str()) => {
            format!("{name}({size})")
        }
        _ => name,
    }
}
