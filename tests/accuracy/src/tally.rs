//! Counting what was found of what was labelled.

use std::collections::{BTreeMap, BTreeSet};

/// What was found of one kind of fact.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many are labelled.
    pub labelled: usize,
    /// How many were found.
    pub found: usize,
    /// How many of those are labelled.
    pub right: usize,
    /// What is labelled and was not found: a place and a name.
    pub missed: Vec<String>,
    /// What was found and is not labelled, or is labelled otherwise.
    pub wrong: Vec<String>,
}

impl Tally {
    /// How much of what is labelled was found, from 0 to 1; none when nothing is labelled.
    pub fn recall(&self) -> Option<f64> {
        ratio(self.right, self.labelled)
    }

    /// How much of what was found is labelled, from 0 to 1; none when nothing was found.
    pub fn precision(&self) -> Option<f64> {
        ratio(self.right, self.found)
    }

    /// Whether all that is labelled was found, and nothing else.
    pub fn is_perfect(&self) -> bool {
        self.right == self.labelled && self.right == self.found
    }

    /// Counts what is labelled and was found.
    pub fn right(&mut self) {
        self.labelled += 1;
        self.found += 1;
        self.right += 1;
    }

    /// Counts what is labelled and was not found.
    pub fn missed(&mut self, what: String) {
        self.labelled += 1;
        self.missed.push(what);
    }

    /// Counts what was found and is not labelled.
    pub fn wrong(&mut self, what: String) {
        self.found += 1;
        self.wrong.push(what);
    }

    /// Counts a property of a fact that was found: right when it is as labelled.
    pub fn property(&mut self, is_right: bool, what: impl FnOnce() -> String) {
        if is_right {
            self.right();
        } else {
            self.labelled += 1;
            self.wrong(what());
        }
    }
}

fn ratio(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The tallies of all kinds, by name.
#[derive(Debug, Clone, Default)]
pub struct Scores {
    /// By name of the kind.
    pub kinds: BTreeMap<String, Tally>,
    /// Labelled files that the corpus does not have.
    pub absent: BTreeSet<String>,
    /// Files that no project lists, which were scored by themselves.
    pub alone: BTreeSet<String>,
    /// Files that were scored with another project than the selected one.
    pub elsewhere: BTreeSet<String>,
}

impl Scores {
    /// The tally of a kind.
    pub fn kind(&mut self, name: impl Into<String>) -> &mut Tally {
        self.kinds.entry(name.into()).or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recall_is_of_the_labels_and_precision_of_the_finds() {
        let mut tally = Tally::default();
        assert_eq!((tally.recall(), tally.precision()), (None, None));
        tally.right();
        tally.missed("a:1 x".to_owned());
        assert_eq!((tally.recall(), tally.precision()), (Some(0.5), Some(1.0)));
        tally.wrong("a:2 y".to_owned());
        assert_eq!(tally.precision(), Some(0.5));
        assert!(!tally.is_perfect());
    }

    #[test]
    fn a_wrong_property_counts_against_both() {
        let mut tally = Tally::default();
        tally.property(true, || unreachable!());
        tally.property(false, || "a:1 x".to_owned());
        assert_eq!((tally.labelled, tally.found, tally.right), (2, 2, 1));
    }
}
