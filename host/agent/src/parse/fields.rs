//! Fields of a line of JSON, read without trust in their types and numbers.

use serde::de::{Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;
use std::fmt;
use std::marker::PhantomData;

/// How many elements of a list are read. What is beyond is not told.
const ELEMENTS: usize = 256;

/// What kind of line it is.
#[derive(Debug, Deserialize)]
pub(super) struct Head {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default, deserialize_with = "lenient")]
    pub(super) subtype: Option<String>,
}

impl Head {
    /// `type`, or `type/subtype`.
    pub(super) fn name(&self) -> String {
        match &self.subtype {
            Some(subtype) => format!("{}/{subtype}", self.kind),
            None => self.kind.clone(),
        }
    }
}

/// A field that counts as missing when its value is of another type.
pub(super) fn lenient<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: DeserializeOwned,
{
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok(serde_json::from_str(raw.get()).ok())
}

/// The first elements of a list, as JSON; none of what is no list.
#[derive(Debug, Default)]
pub(super) struct Few<'a>(pub(super) Vec<&'a str>);

impl<'a> Few<'a> {
    /// The elements that are of a type.
    pub(super) fn of<T: Deserialize<'a>>(&self) -> impl Iterator<Item = T> {
        self.0
            .iter()
            .filter_map(|&element| serde_json::from_str(element).ok())
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Few<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'a RawValue>::deserialize(deserializer)?;
        let mut json = serde_json::Deserializer::from_str(raw.get());
        Ok(json
            .deserialize_seq(Elements(PhantomData))
            .unwrap_or_default())
    }
}

struct Elements<'a>(PhantomData<&'a ()>);

impl<'de: 'a, 'a> Visitor<'de> for Elements<'a> {
    type Value = Few<'a>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Few<'a>, A::Error> {
        let mut few = Few::default();
        while few.0.len() < ELEMENTS {
            let Some(element) = list.next_element::<&'a RawValue>()? else {
                return Ok(few);
            };
            few.0.push(element.get());
        }
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(few)
    }
}

/// The text of what a tool answered: a string, the texts of a list of content blocks, or the JSON itself.
pub(super) fn text_of(json: &str) -> String {
    #[derive(Deserialize)]
    struct Block {
        text: String,
    }
    if let Ok(text) = serde_json::from_str::<String>(json) {
        return text;
    }
    let texts: Vec<String> = match serde_json::from_str::<Few<'_>>(json) {
        Ok(blocks) => blocks.of::<Block>().map(|block| block.text).collect(),
        Err(_) => Vec::new(),
    };
    if texts.is_empty() {
        json.to_owned()
    } else {
        texts.join("\n")
    }
}

/// The JSON of a value that may be missing.
pub(super) fn json_of(value: Option<&RawValue>) -> &str {
    value.map_or("", RawValue::get)
}
