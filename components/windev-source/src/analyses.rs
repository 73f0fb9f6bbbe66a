//! The analyses of the selected project.

use crate::{SelectedProject, file};
use quarry_sdk::facts::{Diagnostic, Severity};
use quarry_windev::layout::{FoundBy, analysis_files};

/// The `.xdd` files that describe the selected project's database, of all inputs. What the project names and is not
/// there, and what was guessed, are diagnostics.
pub fn analyses<'r>(
    selected: &SelectedProject<'_>,
    inputs: &'r [String],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<&'r str> {
    let references: Option<Vec<&str>> = selected.project.as_ref().map(|project| {
        project
            .analyses
            .iter()
            .map(|reference| reference.path.as_str())
            .collect()
    });
    let found = analysis_files(selected.path, references.as_deref(), inputs);
    for reference in &found.unresolved {
        diagnostics.push(Diagnostic {
            severity: Severity::Warning,
            code: "analysis-not-found".to_owned(),
            message: format!(
                "the project names the analysis {reference}, whose export (.xdd) is not in the tree; copy it there, or export the analysis as XML from WinDev's analysis editor"
            ),
            origin: selected.path.map(file),
        });
    }
    for guessed in found.files.iter().filter(|file| file.how == FoundBy::Guess) {
        diagnostics.push(Diagnostic {
            severity: Severity::Info,
            code: "analysis-guessed".to_owned(),
            message: "no project that can be read names this analysis; it was taken for its place and its name"
                .to_owned(),
            origin: Some(file(guessed.path)),
        });
    }
    found.files.iter().map(|file| file.path).collect()
}
