//! Whose tokens a budget is counted in.
//!
//! Vendors do not publish the tokenizers of their newest models. What is known is how many more tokens than `o200k`
//! they make of texts like ours, so [`Name::Claude`] is that exact count times a factor. Measured on Claude 4.8 and 5:
//! 1.97 for WLanguage, 1.91 for a schema in capitals, 1.72 for one in small letters, 1.54 for English prose; only bare
//! lists of names are above 2 (2.44).

use quarry_sandbox::Tokenizer;
use std::fmt;
use std::str::FromStr;
use tiktoken_rs::o200k_base_singleton;

/// Tokens of Claude for one of `o200k`, at most, in text like that of `CONTEXT.md`.
const CLAUDE: u32 = 2;

/// The name of a tokenizer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Name {
    /// An upper estimate for Claude: twice the tokens of `o200k`.
    #[default]
    Claude,
    /// OpenAI's `o200k_base`, exactly: GPT-4o and later, Codex.
    O200k,
    /// Bytes of UTF-8, for whoever has no idea of the model.
    Bytes,
}

impl Name {
    /// All of them.
    pub const ALL: [Name; 3] = [Name::Claude, Name::O200k, Name::Bytes];

    fn as_str(self) -> &'static str {
        match self {
            Name::Claude => "claude",
            Name::O200k => "o200k",
            Name::Bytes => "bytes",
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// There is no such tokenizer.
#[derive(Debug, Clone, thiserror::Error)]
#[error("there is no tokenizer {0:?}; there are claude, o200k and bytes")]
pub struct UnknownTokenizer(String);

impl FromStr for Name {
    type Err = UnknownTokenizer;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let mut names = Name::ALL.into_iter();
        let known = names.find(|known| known.as_str() == name);
        known.ok_or_else(|| UnknownTokenizer(name.to_owned()))
    }
}

/// The tokenizer of a name. Its vocabulary is read when it counts for the first time.
pub fn tokenizer(name: Name) -> Tokenizer {
    let exact = |text: &str| {
        let tokens = o200k_base_singleton().encode_ordinary(text).len();
        u32::try_from(tokens).unwrap_or(u32::MAX)
    };
    match name {
        Name::Claude => Tokenizer::new(name.as_str(), move |text| {
            exact(text).saturating_mul(CLAUDE)
        }),
        Name::O200k => Tokenizer::new(name.as_str(), exact),
        Name::Bytes => Tokenizer::new(name.as_str(), |text| {
            u32::try_from(text.len()).unwrap_or(u32::MAX)
        }),
    }
}

/// Reads the vocabulary of a tokenizer, which takes a quarter of a second, so that it is there when it is needed.
pub fn prepare(name: Name) {
    if name != Name::Bytes {
        let _ = o200k_base_singleton();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_those_of_the_vocabulary() {
        let text = "CREATE TABLE CLIENT (IDCLIENT int64, Nom string(50));\n";
        assert_eq!(tokenizer(Name::O200k).count("hello world"), 2);
        let exact = tokenizer(Name::O200k).count(text);
        assert_eq!(tokenizer(Name::Claude).count(text), 2 * exact);
        assert_eq!(tokenizer(Name::Bytes).count("é"), 2);
    }

    #[test]
    fn lines_are_counted_as_the_whole_is() {
        let lines = [
            "CLIENT 12 >VILLE\n",
            "PEDIDO(>CLIENT!, +12)\n",
            "## Database\n",
            "- `x`\n",
        ];
        let tokenizer = tokenizer(Name::O200k);
        let parts: u32 = lines.iter().map(|line| tokenizer.count(line)).sum();
        assert_eq!(tokenizer.count(&lines.concat()), parts);
    }

    #[test]
    fn an_unknown_name_is_answered_with_those_there_are() {
        let error = "gpt2".parse::<Name>().unwrap_err().to_string();
        assert!(error.contains("o200k") && error.contains("claude"));
    }
}
