//! The analyses of the selected project.

use crate::{SelectedProject, diagnostic, file, read};
use quarry_sdk::Source;
use quarry_sdk::facts::{Diagnostic, Severity};
use quarry_windev::analysis::Analysis;
use quarry_windev::layout::{AnalysisFile, FoundBy, analysis_files};
use std::collections::HashSet;

/// Reads the analyses that describe the selected project's database, with their paths. What the project names and is
/// not there, what was guessed and what is wrong with a file are diagnostics.
pub fn analyses<'r>(
    source: &Source,
    selected: &SelectedProject<'_>,
    inputs: &'r [String],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<(&'r str, Analysis)> {
    let mut guessed = Vec::new();
    let mut analyses = Vec::new();
    for AnalysisFile { path, how } in files(selected, inputs, diagnostics) {
        let Some(bytes) = read(source, path, diagnostics) else {
            continue;
        };
        let analysis = Analysis::read(&bytes);
        let said = analysis.diagnostics.iter();
        diagnostics.extend(said.map(|said| diagnostic(said, path)));
        match how {
            FoundBy::Guess => guessed.push((path, analysis)),
            FoundBy::Reference | FoundBy::ReferencedName => analyses.push((path, analysis)),
        }
    }
    keep_newest(&mut guessed, diagnostics);
    analyses.extend(guessed);
    analyses
}

/// Of guessed analyses with a table in common, one is what the other was: each time it is saved, an analysis counts its
/// generation up. An older one keeps the tables that no newer one has.
fn keep_newest(guessed: &mut [(&str, Analysis)], diagnostics: &mut Vec<Diagnostic>) {
    guessed.sort_by_key(|(_, analysis)| std::cmp::Reverse(analysis.generation));
    let mut known = HashSet::new();
    for (path, analysis) in guessed {
        let all = analysis.tables.len();
        analysis
            .tables
            .retain(|table| known.insert(table.name.to_lowercase()));
        let dropped = all - analysis.tables.len();
        if dropped > 0 {
            diagnostics.push(Diagnostic {
                severity: Severity::Warning,
                code: "older-analysis".to_owned(),
                message: format!(
                    "{dropped} of {all} tables are left out: a newer analysis of the tree has tables of the same names"
                ),
                origin: Some(file(path)),
            });
        }
    }
}

fn files<'r>(
    selected: &SelectedProject<'_>,
    inputs: &'r [String],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<AnalysisFile<'r>> {
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
    found.files
}
