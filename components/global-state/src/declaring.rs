//! The code that declares what is global, file by file.

use quarry_sdk::Source;
use quarry_sdk::facts::{Diagnostic, Scope};
use quarry_windev::code_items::{declaration_code_items, procedure_names};
use quarry_windev::layout::extension;
use quarry_windev::position::Code;
use quarry_windev::text::parse;
use quarry_windev::wlanguage::mask_code;
use quarry_windev_source::{diagnostic, read_text};
use std::collections::HashSet;

/// What declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// The project.
    Project,
    /// A set of procedures, for the server or the browser.
    ProcedureSet,
    /// A window or a page.
    Screen,
    /// A template, which windows and pages repeat.
    Template,
}

impl Role {
    /// What a file's extension says that it is.
    pub(crate) fn of(path: &str) -> Option<Self> {
        match extension(path).as_str() {
            "wdg" | "wwn" => Some(Role::ProcedureSet),
            "wdw" | "wpw" | "wwh" => Some(Role::Screen),
            "wdt" | "wwt" => Some(Role::Template),
            _ => None,
        }
    }

    /// How far a variable reaches that it declares.
    pub(crate) fn scope(self) -> Scope {
        match self {
            Role::Project => Scope::App,
            Role::ProcedureSet => Scope::Module,
            Role::Screen | Role::Template => Scope::Request,
        }
    }

    /// Whether its declaration runs when the application or a module starts.
    pub(crate) fn is_startup(self) -> bool {
        matches!(self, Role::Project | Role::ProcedureSet)
    }
}

/// One event that declares.
#[derive(Debug)]
pub(crate) struct Declaring {
    /// The file.
    pub(crate) path: String,
    /// The name of the element that the file is.
    pub(crate) element: String,
    /// What the element is.
    pub(crate) role: Role,
    /// Whether the browser runs the code.
    pub(crate) in_browser: bool,
    /// The code.
    pub(crate) code: Code,
    /// Which event it is.
    event: u32,
    /// Whether it is an element's copy of its template's code.
    is_copy: bool,
}

/// What the files of a project declare.
#[derive(Debug, Default)]
pub(crate) struct Declared {
    /// The events that declare.
    pub(crate) events: Vec<Declaring>,
    /// The names of the procedures that all code may call.
    pub(crate) procedures: Vec<String>,
    /// The names of the project and of its sets of procedures.
    pub(crate) modules: Vec<String>,
    /// The names of all its elements, whether they can be read or not.
    pub(crate) elements: Vec<String>,
}

impl Declared {
    /// Adds what a file declares.
    pub(crate) fn read(
        &mut self,
        source: &Source,
        path: &str,
        element: String,
        role: Role,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        let Some(bytes) = read_text(source, path, diagnostics) else {
            return;
        };
        let document = parse(&bytes);
        let said = document.diagnostics().iter();
        diagnostics.extend(said.map(|said| diagnostic(said, path)));
        let items = declaration_code_items(&document).into_iter();
        let items = items.filter(|item| item.is_wlanguage() && !item.code.is_blank());
        self.events.extend(items.map(|item| Declaring {
            path: path.to_owned(),
            element: element.clone(),
            role,
            in_browser: item.is_browser(),
            event: item.event,
            is_copy: item.from_template,
            code: item.code,
        }));
        if role.is_startup() {
            self.procedures.extend(procedure_names(&document));
            self.modules.push(element);
        }
    }
}

/// Every window and page that uses a template repeats its code, with other numbers for its texts and under a name of
/// its own. What a template declares is kept once: where the template does, or else where the first copy stands.
pub(crate) fn without_repeated_templates(found: Vec<Declaring>) -> Vec<Declaring> {
    let key = |part: &Declaring| (part.event, mask_code(&part.code));
    let templates = found
        .iter()
        .filter(|part| part.role == Role::Template && !part.is_copy);
    let mut known: HashSet<(u32, String)> = templates.map(key).collect();
    let mut kept = found;
    kept.retain(|part| !part.is_copy || known.insert(key(part)));
    kept
}
