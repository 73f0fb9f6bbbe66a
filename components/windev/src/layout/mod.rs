//! Where the files of a project lie (measured on 49 public projects).
//!
//! Pure functions over the paths of a source tree: relative, separated by `/`, sorted, in any case. Nothing is
//! ever found that is not among them.

mod analyses;
mod paths;
mod select;
#[cfg(test)]
mod tests;

pub use analyses::{AnalysisFile, AnalysisFiles, FoundBy, analysis_files};
pub use paths::{PathIndex, directory, extension, file_path, join};
pub use select::{ProjectSelection, UnknownProject, select_project};

/// Project files.
pub const PROJECT_GLOBS: &[&str] = &["**/*.{wdp,wwp,wpp}"];

/// Sets of procedures, for the server or desktop and for the browser.
pub const PROCEDURE_SET_GLOBS: &[&str] = &["**/*.{wdg,wwn}"];

/// Classes.
pub const CLASS_GLOBS: &[&str] = &["**/*.wdc"];

/// Windows, pages, reports and their templates. (`.www` was never seen, pages are `.wwh`.)
pub const INTERFACE_GLOBS: &[&str] = &["**/*.{wdw,wpw,wwh,wde,wdt,wwt,wte}"];

/// Those of them that keep variables for their procedures and controls: windows, pages and their templates.
pub const SCREEN_GLOBS: &[&str] = &["**/*.{wdw,wpw,wwh,wdt,wwt}"];

/// Analyses as XML. The `.wda` and `.wdd` files beside them are always binary.
pub const ANALYSIS_GLOBS: &[&str] = &["**/*.xdd"];

/// What a project's directory holds besides its sources: backups, old generations, what was built. Every pattern
/// names a directory by what is in it, so that no file is left out for its own name.
pub const IGNORE_GLOBS: &[&str] = &[
    "**/Svg_*/**",
    "**/Sauvegarde*/**",
    "**/Bkp_*/**",
    "**/*.ana/ANA[0-9][0-9][0-9][0-9][0-9]/**",
    "**/*.cpl/**",
    "**/cache.gestion de sources/**",
    "**/Exe/**",
    "**/Android/Generation/**",
];

/// Whether [`IGNORE_GLOBS`] match a path, without regard to case.
pub fn is_ignored(path: &str) -> bool {
    let mut parent = String::new();
    let directories = path
        .rsplit_once('/')
        .map_or("", |(directories, _)| directories);
    for directory in directories.split('/').map(str::to_lowercase) {
        if is_ignored_directory(&parent, &directory) {
            return true;
        }
        parent = directory;
    }
    false
}

fn is_ignored_directory(parent: &str, name: &str) -> bool {
    let is_generation = || {
        name.strip_prefix("ana").is_some_and(|digits| {
            digits.len() == 5 && digits.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    ["svg_", "sauvegarde", "bkp_"]
        .iter()
        .any(|prefix| name.starts_with(prefix))
        || name.ends_with(".cpl")
        || matches!(name, "exe" | "cache.gestion de sources")
        || (parent.ends_with(".ana") && is_generation())
        || (parent == "android" && name == "generation")
}
