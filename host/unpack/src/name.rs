//! Names of entries: what may be shown, what may be written.

use crate::error::{NameProblem, UnpackError};
use crate::limits::{Limit, Limits};
use crate::outcome::{RenameReason, SkipReason};
use std::fmt;
use unicode_normalization::UnicodeNormalization;

/// The name of an entry in a form fit for a terminal, a log or a page: control characters, bidirectional and other
/// invisible ones are escaped as Rust does (`\u{202e}`), bytes that are not UTF-8 as `\xff`, and a long name is cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryName(String);

/// So many characters of a name are shown.
const SHOWN: usize = 200;

impl EntryName {
    pub(crate) fn of(raw: &[u8]) -> Self {
        let mut shown = String::new();
        for chunk in raw.utf8_chunks() {
            for character in chunk.valid().chars() {
                if shown.len() >= SHOWN {
                    return EntryName(shown + "…");
                }
                match character {
                    // Backslashes separate directories in many an archive, and quotes are harmless.
                    '\\' | '\'' | '"' => shown.push(character),
                    _ => shown.extend(character.escape_debug()),
                }
            }
            shown.extend(chunk.invalid().iter().map(|byte| format!("\\x{byte:02x}")));
        }
        EntryName(shown)
    }

    /// The name as it may be shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EntryName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.0.is_empty() {
            "(no name)"
        } else {
            &self.0
        })
    }
}

/// What is to be done with an entry, by its name.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// It stands at this path below the directory.
    At(EntryPath),
    /// It is the directory itself.
    Root,
    /// It is left out.
    Skipped(SkipReason),
}

/// A checked path: no component is empty, `.` or `..`, none holds a separator or a control character.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct EntryPath {
    pub(crate) components: Vec<String>,
    /// The name ended like a directory's.
    pub(crate) directory: bool,
    pub(crate) renamed: Option<RenameReason>,
}

impl EntryPath {
    pub(crate) fn shown(&self) -> EntryName {
        EntryName::of(self.components.join("/").as_bytes())
    }
}

/// Where an entry of this name is to stand.
pub(crate) fn place(
    entry: &EntryName,
    name: &str,
    decoded: Option<RenameReason>,
    limits: &Limits,
) -> Result<Place, UnpackError> {
    let refused = |problem| UnpackError::Name {
        entry: entry.clone(),
        problem,
    };
    let composed: String = name.nfc().collect();
    let slashed = composed.replace('\\', "/");
    check(&slashed).map_err(refused)?;
    let components: Vec<String> = slashed
        .split('/')
        .filter(|component| !matches!(*component, "" | "."))
        .map(str::to_owned)
        .collect();
    if components.is_empty() {
        return Ok(Place::Root);
    }
    for (limit, value) in [
        (Limit::PathBytes, slashed.len()),
        (Limit::Depth, components.len()),
        (
            Limit::NameBytes,
            components.iter().map(String::len).max().unwrap_or(0),
        ),
    ] {
        if value as u64 > limit.of(limits) {
            return Err(UnpackError::limit(limit, limits).at(Some(entry)));
        }
    }
    if components.iter().any(|component| is_litter(component)) {
        return Ok(Place::Skipped(SkipReason::Litter));
    }
    if !components.iter().all(|component| is_portable(component)) {
        return Ok(Place::Skipped(SkipReason::NotPortable));
    }
    let separators = (slashed != composed).then_some(RenameReason::Separators);
    let recomposed = (composed != name).then_some(RenameReason::Composed);
    Ok(Place::At(EntryPath {
        directory: slashed.ends_with('/'),
        components,
        renamed: decoded.or(separators).or(recomposed),
    }))
}

/// Whether a name, with `/` alone between directories, may be looked at further.
fn check(name: &str) -> Result<(), NameProblem> {
    if name.is_empty() {
        return Err(NameProblem::Empty);
    }
    if name.contains('\0') {
        return Err(NameProblem::Nul);
    }
    if name.chars().any(char::is_control) {
        return Err(NameProblem::Control);
    }
    if name.starts_with("//") {
        return Err(NameProblem::Unc);
    }
    if name.starts_with('/') {
        return Err(NameProblem::Absolute);
    }
    if matches!(name.as_bytes(), [letter, b':', ..] if letter.is_ascii_alphabetic()) {
        return Err(NameProblem::Drive);
    }
    if name.split('/').any(|component| component == "..") {
        return Err(NameProblem::Parent);
    }
    Ok(())
}

/// What macOS and Windows leave in folders. AppleDouble files are how macOS packs attributes in a tar.
fn is_litter(component: &str) -> bool {
    component.eq_ignore_ascii_case("__MACOSX")
        || component.eq_ignore_ascii_case(".DS_Store")
        || component.eq_ignore_ascii_case("Thumbs.db")
        || component.starts_with("._")
}

/// Whether Windows holds a file of this name under this name.
fn is_portable(component: &str) -> bool {
    let stem = component.split('.').next().unwrap_or(component);
    !component.contains(['<', '>', ':', '"', '|', '?', '*'])
        && !component.ends_with(['.', ' '])
        && !is_device(stem.trim_end())
}

fn is_device(stem: &str) -> bool {
    let upper = stem.to_ascii_uppercase();
    if ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"].contains(&upper.as_str()) {
        return true;
    }
    let port = upper.strip_prefix("COM").or(upper.strip_prefix("LPT"));
    let mut number = port.unwrap_or_default().chars();
    // Windows takes the three superscript digits of Latin-1 for digits here.
    matches!(number.next(), Some('0'..='9' | '¹' | '²' | '³')) && number.next().is_none()
}

/// What is equal of two names that a file system without regard to case takes for one. Names are composed already.
pub(crate) fn folded(component: &str) -> String {
    let fold = |character: char| {
        // By way of upper case, as NTFS has it: `ſ` and `s` are one. Mappings to several letters (`ß`) are none there.
        let upper = single(character, character.to_uppercase());
        single(upper, upper.to_lowercase())
    };
    component.chars().map(fold).nfc().collect()
}

fn single(otherwise: char, mut mapped: impl Iterator<Item = char>) -> char {
    match (mapped.next(), mapped.next()) {
        (Some(only), None) => only,
        _ => otherwise,
    }
}
