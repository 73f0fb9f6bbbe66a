//! The list of inputs, and what a directory looks like that holds nothing else.

use std::sync::Arc;

/// The inputs of a call: paths relative to the source tree, separated by `/`, sorted, each once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inputs(Arc<[String]>);

impl FromIterator<String> for Inputs {
    fn from_iter<I: IntoIterator<Item = String>>(paths: I) -> Self {
        let mut paths: Vec<String> = paths.into_iter().collect();
        paths.sort_unstable();
        paths.dedup();
        Inputs(paths.into())
    }
}

impl Inputs {
    /// The paths, sorted.
    pub fn paths(&self) -> &[String] {
        &self.0
    }

    /// The place of a path in [`Inputs::paths`].
    pub(crate) fn position(&self, path: &str) -> Option<usize> {
        self.0
            .binary_search_by(|input| input.as_str().cmp(path))
            .ok()
    }

    /// Whether there are inputs below the directory `path` (empty for the root, which always is there).
    pub(crate) fn has_directory(&self, path: &str) -> bool {
        path.is_empty() || !self.below(&format!("{path}/")).is_empty()
    }

    /// The next name in the directory `prefix` (empty, or ending in `/`) from an input's place on, whether it is a
    /// directory itself, and the place to go on from. `place` 0 begins.
    ///
    /// A guest can hold very many listings of a very large directory, so that one is no more than this place.
    pub(crate) fn entry(&self, prefix: &str, place: usize) -> Option<(&str, bool, usize)> {
        let place = place.max(self.0.partition_point(|input| input.as_str() < prefix));
        let name = self.0.get(place)?.strip_prefix(prefix)?;
        match name.split_once('/') {
            Some((directory, _)) => {
                let below = &self.0[place][..prefix.len() + directory.len() + 1];
                Some((directory, true, place + self.below(below).len()))
            }
            None => Some((name, false, place + 1)),
        }
    }

    /// All inputs that begin with `prefix`, which stand together since the list is sorted.
    fn below(&self, prefix: &str) -> &[String] {
        let start = self.0.partition_point(|input| input.as_str() < prefix);
        let rest = &self.0[start..];
        &rest[..rest.partition_point(|input| input.starts_with(prefix))]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs() -> Inputs {
        ["b/c/d", "a", "b/c.x", "b/a", "a"]
            .map(str::to_owned)
            .into_iter()
            .collect()
    }

    fn entries(prefix: &str) -> Vec<(String, bool)> {
        let (inputs, mut entries, mut place) = (inputs(), Vec::new(), 0);
        while let Some((name, directory, next)) = inputs.entry(prefix, place) {
            entries.push((name.to_owned(), directory));
            place = next;
        }
        entries
    }

    #[test]
    fn a_directory_shows_nothing_but_inputs() {
        let root = [("a".to_owned(), false), ("b".to_owned(), true)];
        assert_eq!(entries(""), root);
        let below = [
            ("a".to_owned(), false),
            ("c.x".to_owned(), false),
            ("c".to_owned(), true),
        ];
        assert_eq!(entries("b/"), below);
        assert!(entries("z/").is_empty());
        assert!(entries("0/").is_empty());
    }

    #[test]
    fn a_directory_that_holds_many_inputs_is_listed_once() {
        let inputs: Inputs = (0..1_000).map(|count| format!("a/{count}")).collect();
        assert_eq!(inputs.entry("", 0), Some(("a", true, 1_000)));
        assert_eq!(inputs.entry("", 1_000), None);
    }

    #[test]
    fn only_what_leads_to_an_input_is_a_directory() {
        assert!(inputs().has_directory(""));
        assert!(inputs().has_directory("b/c"));
        assert!(!inputs().has_directory("b/c.x"));
        assert!(!inputs().has_directory("a"));
    }

    #[test]
    fn inputs_are_sorted_and_found() {
        assert_eq!(inputs().paths(), ["a", "b/a", "b/c.x", "b/c/d"]);
        assert_eq!(inputs().position("b/c.x"), Some(2));
        assert_eq!(inputs().position("b"), None);
    }
}
