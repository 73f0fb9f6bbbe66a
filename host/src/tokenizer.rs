//! Whose tokens a budget is counted in.
//!
//! Vendors do not publish the tokenizers of their newest models. What is known is how many more tokens than `o200k`
//! they make of texts like ours, so [`Name::Claude`] is that exact count times a factor. Measured on Claude 4.8 and 5:
//! 1.97 for WLanguage, 1.91 for a schema in capitals, 1.72 for one in small letters, 1.54 for English prose; but 2.44
//! and 2.59 for bare lists of names in capitals and in small letters. So lines that are such lists count more.

use quarry_sandbox::Tokenizer;
use std::fmt;
use std::str::FromStr;
use tiktoken_rs::o200k_base_singleton;

/// Tokens of Claude for ten of `o200k`, at most, in text like that of `CONTEXT.md`.
const CLAUDE: u32 = 20;

/// The same in a bare list of names.
const CLAUDE_NAMES: u32 = 26;

/// So many names in a line are a list.
const FEWEST_NAMES: usize = 4;

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
    match name {
        Name::Claude => Tokenizer::new(name.as_str(), claude),
        Name::O200k => Tokenizer::new(name.as_str(), exact),
        Name::Bytes => Tokenizer::new(name.as_str(), |text| {
            u32::try_from(text.len()).unwrap_or(u32::MAX)
        }),
    }
}

fn exact(text: &str) -> u32 {
    let tokens = o200k_base_singleton().encode_ordinary(text).len();
    u32::try_from(tokens).unwrap_or(u32::MAX)
}

fn claude(text: &str) -> u32 {
    let lists = text.lines().filter(|line| is_list_of_names(line));
    let names: u32 = lists.map(exact).fold(0, u32::saturating_add);
    let tenths = u64::from(exact(text)) * u64::from(CLAUDE)
        + u64::from(names) * u64::from(CLAUDE_NAMES - CLAUDE);
    u32::try_from(tenths.div_ceil(10)).unwrap_or(u32::MAX)
}

/// Whether a line is a list of names: words without the punctuation of code and of sentences, behind at most a word and
/// a colon that say what they are.
fn is_list_of_names(line: &str) -> bool {
    let names = line.split_once(": ").map_or(line, |(_, names)| names);
    let is_part =
        |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '$' | '+');
    let mut words = names.split(' ').filter(|word| !word.is_empty());
    words.clone().count() >= FEWEST_NAMES && words.all(|word| word.chars().all(is_part))
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
    fn bare_names_count_as_much_as_was_measured() {
        let names = [
            "CLIENTLOG",
            "SALENOTE",
            "ORDER",
            "PAYMENTLINE",
            "COMPANYIMAGE",
            "INVOICEENTRY",
        ];
        for list in [
            names.join(" "),
            names.join(" ").to_lowercase(),
            format!("page: {} +12", names.join(" ")),
        ] {
            let exact = tokenizer(Name::O200k).count(&list);
            let claude = tokenizer(Name::Claude).count(&list);
            assert!(claude * 100 >= exact * 259, "{claude} of {exact}");
            let among_others =
                format!("## Schema\n{list}\n\nOne line a table, in each group by use.\n");
            let exact = tokenizer(Name::O200k).count(&among_others);
            assert!(tokenizer(Name::Claude).count(&among_others) > exact * 2);
        }
        for other in [
            "A sentence of ours, with a comma.",
            "IF x = 3 THEN y = 4 END",
            "CLIENT 12 >VILLE >PAYS",
        ] {
            let exact = tokenizer(Name::O200k).count(other);
            assert_eq!(tokenizer(Name::Claude).count(other), exact * 2, "{other}");
        }
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
