//! Source trees.

use crate::Failure;
use quarry_generator::{Size, generate};
use std::fs;
use std::path::{Path, PathBuf};

/// What stands for a project of a customer: 40 tables and some 200 files.
pub const USUAL: Size = Size {
    tables: 40,
    elements: 200,
    globals_per_element: 4,
    lines_per_element: 80,
    seed: 1,
};

/// Writes so many trees into a directory, each with a content of its own.
///
/// # Errors
///
/// When they cannot be written.
pub fn generated(directory: &Path, count: usize, size: Size) -> Result<Vec<PathBuf>, Failure> {
    let tree = |number: usize| {
        let tree = directory.join(format!("tree-{number}"));
        let seed = size.seed + number as u64;
        generate(&tree, &Size { seed, ..size })?;
        Ok(tree)
    };
    (0..count).map(tree).collect()
}

/// The trees that are in a directory: its subdirectories, by name.
///
/// # Errors
///
/// When it cannot be read, or has none.
pub fn within(directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let entries =
        fs::read_dir(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    let mut trees = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            trees.push(path);
        }
    }
    trees.sort();
    match trees.is_empty() {
        true => Err(format!("{} has no subdirectory", directory.display()).into()),
        false => Ok(trees),
    }
}

/// A tree as a tar archive.
///
/// # Errors
///
/// When it cannot be read.
pub fn archive(tree: &Path) -> Result<Vec<u8>, Failure> {
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_dir_all(".", tree)?;
    Ok(tar.into_inner()?)
}
