//! The types of columns.

use super::facts::DataType;

/// The types that tests have columns of, and how the document calls them.
const DATA_TYPES: [(&str, DataType); 13] = [
    ("string", DataType::String),
    ("int16", DataType::Int16),
    ("int32", DataType::Int32),
    ("int64", DataType::Int64),
    ("float64", DataType::Float64),
    ("currency", DataType::Currency),
    ("boolean", DataType::Boolean),
    ("date", DataType::Date),
    ("time", DataType::Time),
    ("datetime", DataType::Datetime),
    ("uuid", DataType::Uuid),
    ("text memo", DataType::TextMemo),
    ("binary memo", DataType::BinaryMemo),
];

/// A type by its words. What is not among the types is the source's own.
pub fn data_type(words: &str) -> DataType {
    let known = DATA_TYPES.into_iter().find(|(known, _)| *known == words);
    known.map_or_else(
        || DataType::Other(words.to_owned()),
        |(_, data_type)| data_type,
    )
}

/// A type's words.
pub fn words(data_type: &DataType) -> String {
    if let DataType::Other(words) = data_type {
        return words.clone();
    }
    let same = |(_, known): &(&str, DataType)| {
        std::mem::discriminant(known) == std::mem::discriminant(data_type)
    };
    DATA_TYPES
        .iter()
        .find(|known| same(known))
        .unwrap()
        .0
        .to_owned()
}
