//! What every extractor of WinDev projects begins with: which project is meant, what it says, and where the facts that
//! `quarry_windev` finds in a file stand in the source tree.
#![deny(missing_docs)]

mod analyses;
mod elements;

pub use analyses::analyses;
pub use elements::{SourceElement, elements};

use quarry_sdk::extractor::{ExtractError, Manifest, Request};
use quarry_sdk::facts::{Diagnostic, Origin, Place, Severity};
use quarry_sdk::{Options, Source};
use quarry_windev::diagnostic;
use quarry_windev::layout::{IGNORE_GLOBS, select_project};
use quarry_windev::position::Span;
use quarry_windev::project::Project;
use quarry_windev::text::{Format, detect, parse};

/// The project that an extraction is about.
#[derive(Debug, Clone)]
pub struct SelectedProject<'r> {
    /// Its file; none when the tree has no project.
    pub path: Option<&'r str>,
    /// What the file says; none when it is binary or cannot be read.
    pub project: Option<Project>,
    /// The other projects of the tree.
    pub others: Vec<&'r str>,
    /// What there is to say about the file. The project extractor reports it, the others need not repeat it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Selects the project of a request and reads its file.
///
/// # Errors
///
/// [`ExtractError::InvalidOptions`] when the options are wrong or name a project that is not there.
pub fn select<'r>(
    source: &Source,
    request: &'r Request,
) -> Result<SelectedProject<'r>, ExtractError> {
    let options = Options::parse(request.options.as_deref())?;
    let selection = select_project(&request.inputs, options.project.as_deref())
        .map_err(|error| ExtractError::InvalidOptions(error.to_string()))?;
    let mut selected = SelectedProject {
        path: selection.chosen,
        project: None,
        others: selection.others,
        diagnostics: Vec::new(),
    };
    if let Some(path) = selection.chosen {
        selected.read(source, path);
    }
    Ok(selected)
}

impl SelectedProject<'_> {
    fn read(&mut self, source: &Source, path: &str) {
        let Some(bytes) = read(source, path, &mut self.diagnostics) else {
            return;
        };
        match detect(&bytes) {
            Format::Text => {
                let document = parse(&bytes);
                let project = Project::read(&document, path);
                let said = document.diagnostics().iter().chain(&project.diagnostics);
                self.diagnostics
                    .extend(said.map(|said| diagnostic(said, path)));
                self.project = Some(project);
            }
            Format::Binary => self
                .diagnostics
                .push(diagnostic(&diagnostic::Diagnostic::binary_file(), path)),
            Format::Other | Format::Empty => self.diagnostics.push(not_a_source(path)),
        }
    }

    /// The directory that the project is in, empty for the root of the tree.
    pub fn directory(&self) -> &str {
        self.path.map_or("", quarry_windev::layout::directory)
    }

    /// The project's name: what its file says, else the file's own name.
    pub fn name(&self) -> String {
        match (&self.project, self.path) {
            (Some(project), _) => project.name.clone(),
            (None, Some(path)) => stem(path).to_owned(),
            (None, None) => String::new(),
        }
    }
}

/// Reads an input; one that cannot be read is a diagnostic.
pub fn read(source: &Source, path: &str, diagnostics: &mut Vec<Diagnostic>) -> Option<Vec<u8>> {
    match source.read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            diagnostics.push(Diagnostic {
                severity: Severity::Warning,
                code: "unreadable".to_owned(),
                message: format!("{error}; the file is left out"),
                origin: Some(file(path)),
            });
            None
        }
    }
}

/// Reads an input that is text. One that is not is no diagnostic: the project extractor tells of every binary element.
pub fn read_text(
    source: &Source,
    path: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<u8>> {
    read(source, path, diagnostics).filter(|bytes| detect(bytes) == Format::Text)
}

/// The manifest of an extractor of WinDev projects: `accepts` is a list of lists of globs.
pub fn manifest(name: &str, version: &str, summary: &str, accepts: &[&[&str]]) -> Manifest {
    let owned = |globs: &[&str]| globs.iter().map(|glob| (*glob).to_owned()).collect();
    Manifest {
        name: name.to_owned(),
        version: version.to_owned(),
        summary: summary.to_owned(),
        accepts: owned(&accepts.concat()),
        ignores: owned(IGNORE_GLOBS),
        options_schema: Some(Options::SCHEMA.to_owned()),
    }
}

/// The origin of a stretch of a file.
pub fn origin(span: Span, path: &str) -> Origin {
    Origin {
        path: path.to_owned(),
        line: span.line.max(1),
        column: span.column.max(1),
        offset: span.offset,
        length: span.length,
    }
}

/// The place of a part of a fact, in the file of the fact's origin.
pub fn place(span: Span) -> Place {
    Place {
        line: span.line.max(1),
        column: span.column.max(1),
        offset: span.offset,
        length: span.length,
    }
}

/// The origin of a whole file.
pub fn file(path: &str) -> Origin {
    origin(Span::BEGINNING, path)
}

/// The contract's form of a diagnostic about a file.
pub fn diagnostic(said: &diagnostic::Diagnostic, path: &str) -> Diagnostic {
    Diagnostic {
        severity: match said.severity {
            diagnostic::Severity::Info => Severity::Info,
            diagnostic::Severity::Warning => Severity::Warning,
            diagnostic::Severity::Error => Severity::Error,
        },
        code: said.code.to_owned(),
        message: said.message.clone(),
        origin: Some(
            said.span
                .map_or_else(|| file(path), |span| origin(span, path)),
        ),
    }
}

/// A file that is called like a source of WinDev and is none.
pub fn not_a_source(path: &str) -> Diagnostic {
    Diagnostic {
        severity: Severity::Warning,
        code: "not-a-source".to_owned(),
        message: "the file is neither WinDev's text format nor its binary format and is left out; check that it was copied whole"
            .to_owned(),
        origin: Some(file(path)),
    }
}

/// A file's name without directory and extension.
pub fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}
