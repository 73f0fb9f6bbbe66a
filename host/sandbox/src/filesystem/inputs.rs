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

    /// The names in a directory (empty, or ending in `/`), sorted, and whether each is a directory itself.
    pub(crate) fn entries(&self, prefix: &str) -> Vec<(String, bool)> {
        let mut entries: Vec<(String, bool)> = self
            .below(prefix)
            .iter()
            .map(|input| match input[prefix.len()..].split_once('/') {
                Some((directory, _)) => (directory.to_owned(), true),
                None => (input[prefix.len()..].to_owned(), false),
            })
            .collect();
        entries.sort_unstable();
        entries.dedup();
        entries
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

    #[test]
    fn a_directory_shows_nothing_but_inputs() {
        let root = [("a".to_owned(), false), ("b".to_owned(), true)];
        assert_eq!(inputs().entries(""), root);
        let below = [
            ("a".to_owned(), false),
            ("c".to_owned(), true),
            ("c.x".to_owned(), false),
        ];
        assert_eq!(inputs().entries("b/"), below);
        assert!(inputs().entries("z/").is_empty());
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
