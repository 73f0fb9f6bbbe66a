//! The `.d` files that cargo writes beside what it builds: a makefile rule from sources to output.

use crate::BuildError;
use std::path::{Path, PathBuf};

pub(crate) fn parse(text: &str) -> Vec<PathBuf> {
    // The output stands before the first `: `. A space in a path is escaped, a drive's colon has no space after it.
    let Some((_, sources)) = text.lines().next().and_then(|rule| rule.split_once(": ")) else {
        return Vec::new();
    };
    let mut paths = vec![String::new()];
    let mut characters = sources.chars().peekable();
    while let Some(character) = characters.next() {
        let Some(path) = paths.last_mut() else { break };
        match character {
            '\\' if characters.peek() == Some(&' ') => {
                path.push(' ');
                characters.next();
            }
            ' ' => paths.push(String::new()),
            other => path.push(other),
        }
    }
    paths.retain(|path| !path.is_empty());
    paths.into_iter().map(PathBuf::from).collect()
}

pub(crate) fn read(path: &Path) -> Result<Vec<PathBuf>, BuildError> {
    Ok(parse(&crate::read(path)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_read_with_escaped_spaces() {
        assert_eq!(
            parse("/t/a.wasm: /my\\ work/lib.rs /b.rs\n\n/b.rs:\n"),
            [PathBuf::from("/my work/lib.rs"), PathBuf::from("/b.rs")]
        );
        assert!(parse("").is_empty());
    }
}
