//! What has to be reached.

use crate::tally::Scores;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The least recall and precision of a kind, from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The least recall.
    pub recall: Option<f64>,
    /// The least precision.
    pub precision: Option<f64>,
}

/// Requirements by name of the kind: `{"columns": {"recall": 1, "precision": 1}}`.
pub type Requirements = BTreeMap<String, Requirement>;

/// What falls short, in sentences. A kind that is required and was not scored falls short, too.
pub fn shortfalls(scores: &Scores, every: Requirement, requirements: &Requirements) -> Vec<String> {
    let mut short = Vec::new();
    for (name, tally) in &scores.kinds {
        let own = requirements.get(name).copied().unwrap_or_default();
        let limits = [
            ("recall", tally.recall(), own.recall.or(every.recall)),
            (
                "precision",
                tally.precision(),
                own.precision.or(every.precision),
            ),
        ];
        for (measure, reached, least) in limits {
            if let (Some(reached), Some(least)) = (reached, least)
                && reached < least
            {
                short.push(format!(
                    "{name}: the {measure} is {:.2} %, {:.2} % are required",
                    reached * 100.0,
                    least * 100.0
                ));
            }
        }
    }
    let unscored = requirements
        .keys()
        .filter(|name| !scores.kinds.contains_key(*name));
    short.extend(unscored.map(|name| format!("{name}: required, and there are no labels of it")));
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores() -> Scores {
        let mut scores = Scores::default();
        scores.kind("columns").right();
        scores.kind("columns").missed("a b".to_owned());
        scores
    }

    #[test]
    fn a_kind_falls_short_of_its_own_requirement_or_of_every_kinds() {
        let every = Requirement {
            recall: Some(0.9),
            precision: Some(1.0),
        };
        assert_eq!(shortfalls(&scores(), every, &Requirements::new()).len(), 1);
        let own: Requirements = serde_json::from_str(r#"{"columns": {"recall": 0.5}}"#).unwrap();
        assert!(shortfalls(&scores(), every, &own).is_empty());
    }

    #[test]
    fn a_required_kind_that_is_not_scored_falls_short() {
        let own: Requirements = serde_json::from_str(r#"{"constants": {"recall": 0}}"#).unwrap();
        let short = shortfalls(&scores(), Requirement::default(), &own);
        assert_eq!(short.len(), 1);
    }
}
