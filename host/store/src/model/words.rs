//! Enumerations that are stored as words.

/// An enumeration whose cases are words in the database and in JSON.
macro_rules! words {
    (
        $(#[$documentation:meta])*
        $name:ident, $column:literal { $($(#[$of_case:meta])* $case:ident = $word:literal,)* }
    ) => {
        $(#[$documentation])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            $($(#[$of_case])* $case,)*
        }

        impl $name {
            /// All of them, in order.
            pub const ALL: &[Self] = &[$(Self::$case),*];

            /// The word for it.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$case => $word,)*
                }
            }

            /// Reads the word of a column.
            pub(crate) fn stored(word: &str) -> Result<Self, $crate::error::StoreError> {
                match word {
                    $($word => Ok(Self::$case),)*
                    _ => Err($crate::error::StoreError::Unreadable { column: $column, found: word.into() }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    };
}
