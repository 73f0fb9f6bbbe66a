//! What the types of columns are called, in the files of stacks and in the JSON of facts.

use quarry_sandbox::facts::DataType;

/// All types but those that are a source's own.
pub(crate) const NAMED: [(&str, DataType); 25] = [
    ("string", DataType::String),
    ("unicode string", DataType::UnicodeString),
    ("int8", DataType::Int8),
    ("int16", DataType::Int16),
    ("int32", DataType::Int32),
    ("int64", DataType::Int64),
    ("uint8", DataType::Uint8),
    ("uint16", DataType::Uint16),
    ("uint32", DataType::Uint32),
    ("uint64", DataType::Uint64),
    ("float32", DataType::Float32),
    ("float64", DataType::Float64),
    ("decimal", DataType::Decimal),
    ("currency", DataType::Currency),
    ("boolean", DataType::Boolean),
    ("date", DataType::Date),
    ("time", DataType::Time),
    ("datetime", DataType::Datetime),
    ("duration", DataType::Duration),
    ("uuid", DataType::Uuid),
    ("text memo", DataType::TextMemo),
    ("unicode text memo", DataType::UnicodeTextMemo),
    ("binary", DataType::Binary),
    ("binary memo", DataType::BinaryMemo),
    ("password hash", DataType::PasswordHash),
];

/// The type of a name.
pub(crate) fn named(name: &str) -> Option<DataType> {
    let mut all = NAMED.into_iter();
    all.find(|(known, _)| *known == name)
        .map(|(_, data_type)| data_type)
}

/// A type's name.
pub(crate) fn name(data_type: &DataType) -> &str {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_that_of_its_type_and_of_no_other() {
        for (known, data_type) in NAMED {
            assert_eq!(name(&data_type), known);
            assert_eq!(named(known), Some(data_type));
        }
        assert_eq!(named("geometry"), None);
        assert_eq!(name(&DataType::Other("geometry".to_owned())), "geometry");
    }
}
