//! Replacements in a text, by ranges of the text as it was.

use std::ops::Range;

/// Replacements of parts of a text that do not overlap.
pub(crate) struct Edits<'t> {
    original: &'t str,
    /// In the order of the text.
    replacements: Vec<(Range<usize>, String)>,
}

impl<'t> Edits<'t> {
    pub(crate) fn new(original: &'t str) -> Self {
        Self {
            original,
            replacements: Vec::new(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.replacements.is_empty()
    }

    pub(crate) fn add(&mut self, replacements: Vec<(Range<usize>, String)>) {
        self.replacements.extend(replacements);
        self.replacements.sort_by_key(|(range, _)| range.start);
    }

    /// The text with all replacements.
    pub(crate) fn apply(&self) -> String {
        let mut text = String::with_capacity(self.original.len());
        let mut end = 0;
        for (range, replacement) in &self.replacements {
            text.push_str(&self.original[end..range.start]);
            text.push_str(replacement);
            end = range.end;
        }
        text.push_str(&self.original[end..]);
        text
    }

    /// Where parts of the text with the replacements stand in the original. The parts are in order and touch no
    /// replacement.
    pub(crate) fn to_original(
        &self,
        parts: impl Iterator<Item = Range<usize>>,
    ) -> Vec<Range<usize>> {
        let mut passed = self.replacements.iter().peekable();
        // The original end of the last replacement passed, and the end of what stands for it.
        let (mut original, mut edited) = (0, 0);
        parts
            .map(|part| {
                while let Some((range, replacement)) = passed.peek() {
                    let begin = edited + (range.start - original);
                    if begin >= part.end {
                        break;
                    }
                    edited = begin + replacement.len();
                    original = range.end;
                    passed.next();
                }
                original + (part.start - edited)..original + (part.end - edited)
            })
            .collect()
    }
}
