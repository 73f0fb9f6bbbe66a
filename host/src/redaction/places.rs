//! Where a value stands in the file that a fact comes from.
//!
//! A fact has one place, its texts have others: further down, without the comments or the escapes between. So the value
//! is looked for in the file, from the fact's place on. Findings are few, and so are the files that are read for them.

use crate::workspace::Walked;
use quarry_sandbox::facts::Origin;
use std::cell::{Cell, RefCell};

/// How many bytes are read and searched for all findings of a run. Whoever plants thousands of secrets in large files
/// gets the places of their facts for the rest.
const BYTES: usize = 512 << 20;

/// The files of a source tree, of which the one that was read last is kept.
#[derive(Debug)]
pub(super) struct Files<'w> {
    walked: Option<&'w Walked>,
    last: RefCell<(String, Option<Vec<u8>>)>,
    /// What is left of [`BYTES`].
    left: Cell<usize>,
}

impl<'w> Files<'w> {
    pub(super) fn new(walked: Option<&'w Walked>) -> Self {
        Files {
            walked,
            last: RefCell::default(),
            left: Cell::new(BYTES),
        }
    }

    /// The line and the column, in characters, of a value; those of the fact if it does not stand there literally.
    pub(super) fn locate(&self, origin: &Origin, value: &str) -> (u32, u32) {
        let of_fact = (origin.line, origin.column);
        let Some(walked) = self.walked.filter(|_| self.left.get() > 0) else {
            return of_fact;
        };
        let mut last = self.last.borrow_mut();
        if last.0 != origin.path {
            *last = (origin.path.clone(), walked.read(&origin.path));
        }
        let length = last.1.as_ref().map_or(0, Vec::len);
        self.left.set(self.left.get().saturating_sub(length));
        let Some(file) = &last.1 else {
            return of_fact;
        };
        let start = usize::try_from(origin.offset).unwrap_or(usize::MAX);
        let Some(rest) = file.get(start..) else {
            return of_fact;
        };
        let line = value.lines().map(str::trim).find(|line| !line.is_empty());
        let found = line.and_then(|line| memchr::memmem::find(rest, line.as_bytes()));
        position(file, start + found.unwrap_or(0))
    }
}

/// The line and the column, in characters, of a byte.
fn position(file: &[u8], at: usize) -> (u32, u32) {
    let before = &file[..at];
    let line = memchr::memchr_iter(b'\n', before).count();
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count();
    let from_one = |count: usize| u32::try_from(count + 1).unwrap_or(u32::MAX);
    (from_one(line), from_one(column))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    fn origin(path: &str, line: u32, offset: u64) -> Origin {
        Origin {
            path: path.to_owned(),
            line,
            column: 9,
            offset,
            length: 1,
        }
    }

    #[test]
    fn a_value_is_found_behind_its_fact_with_its_column_in_characters() {
        let tree = tempfile::tempdir().unwrap();
        let text = "x1y2z3\nfact\n// \u{e9}\u{e9} x1y2z3\nx1y2z3";
        fs::write(tree.path().join("a.wdg"), text).unwrap();
        let walked = Walked::open(tree.path()).unwrap();
        let files = Files::new(Some(&walked));
        assert_eq!(files.locate(&origin("a.wdg", 2, 7), "x1y2z3"), (3, 7));
        assert_eq!(
            files.locate(&origin("a.wdg", 2, 7), "\n x1y2z3\r\nmore"),
            (3, 7)
        );
        assert_eq!(files.locate(&origin("a.wdg", 1, 0), "x1y2z3"), (1, 1));
    }

    #[test]
    fn a_value_that_is_not_there_has_the_place_of_its_fact() {
        let tree = tempfile::tempdir().unwrap();
        fs::write(tree.path().join("a.wdg"), "\u{e9}\u{e9}fact").unwrap();
        let walked = Walked::open(tree.path()).unwrap();
        let files = Files::new(Some(&walked));
        assert_eq!(files.locate(&origin("a.wdg", 1, 4), "other"), (1, 3));
        assert_eq!(files.locate(&origin("a.wdg", 1, 400), "fact"), (1, 9));
        assert_eq!(files.locate(&origin("../a.wdg", 5, 0), "fact"), (5, 9));
        let outside = Path::new("/etc/passwd");
        assert_eq!(
            files.locate(&origin(outside.to_str().unwrap(), 5, 0), "root"),
            (5, 9)
        );
        assert_eq!(
            Files::new(None).locate(&origin("a.wdg", 5, 0), "fact"),
            (5, 9)
        );
    }
}
