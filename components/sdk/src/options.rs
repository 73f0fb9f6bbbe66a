//! The options that every extractor understands.

use crate::extractor::ExtractError;
use serde::Deserialize;

/// Options of an extraction. Members that an extractor does not know are left alone, so that one set of options can
/// be handed to all of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Options {
    /// The project file that is meant, or its directory, relative to the source tree.
    pub project: Option<String>,
}

impl Options {
    /// Reads the `options` of a request; none are the defaults.
    ///
    /// # Errors
    ///
    /// [`ExtractError::InvalidOptions`] when they are not a JSON object of the right shape.
    pub fn parse(options: Option<&str>) -> Result<Self, ExtractError> {
        let Some(options) = options else {
            return Ok(Options::default());
        };
        serde_json::from_str(options).map_err(|error| {
            ExtractError::InvalidOptions(format!(
                "the options must be a JSON object such as {{\"project\": \"Shop/Shop.wwp\"}}: {error}"
            ))
        })
    }

    /// The JSON Schema of these options.
    pub const SCHEMA: &str = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","properties":{"project":{"type":"string","description":"The project file that is meant, or its directory, relative to the source tree"}}}"#;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_options_are_left_to_others() {
        let options = Options::parse(Some(r#"{"project":"a/b.wdp","more":1}"#)).unwrap();
        assert_eq!(options.project.as_deref(), Some("a/b.wdp"));
        assert_eq!(Options::parse(None).unwrap(), Options::default());
    }

    #[test]
    fn options_that_are_no_object_are_refused_with_an_example() {
        let Err(ExtractError::InvalidOptions(message)) = Options::parse(Some("[1]")) else {
            panic!("accepted");
        };
        assert!(message.contains("Shop.wwp"));
    }
}
