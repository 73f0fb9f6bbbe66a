//! The table uses extractor: which element of a project reads or writes which table.
#![deny(missing_docs)]

#[cfg(target_family = "wasm")]
mod component;

use quarry_sdk::Source;
use quarry_sdk::extractor::{ExtractError, Extraction, Manifest, Request};
use quarry_sdk::facts::{Diagnostic, FactSet, TableUse};
use quarry_windev::code_items::{all_code_items, data_bindings};
use quarry_windev::layout::{
    ANALYSIS_GLOBS, CLASS_GLOBS, INTERFACE_GLOBS, PROCEDURE_SET_GLOBS, PROJECT_GLOBS,
};
use quarry_windev::text::parse;
use quarry_windev::wlanguage::tables::{ElementUses, TableNames};
use quarry_windev_source::{analyses, diagnostic, elements, manifest, origin, read_text, select};

/// Says what the extractor is.
pub fn describe() -> Manifest {
    manifest(
        "table-uses",
        env!("CARGO_PKG_VERSION"),
        "Which element of a project reads or writes which table.",
        &[
            PROJECT_GLOBS,
            ANALYSIS_GLOBS,
            PROCEDURE_SET_GLOBS,
            CLASS_GLOBS,
            INTERFACE_GLOBS,
        ],
    )
}

/// Extracts the uses: one for each table and element, by element in the order of the project, then by place.
///
/// # Errors
///
/// When the options are wrong.
pub fn extract(source: &Source, request: &Request) -> Result<Extraction, ExtractError> {
    let selected = select(source, request)?;
    let mut facts = FactSet::empty();
    let mut diagnostics = Vec::new();
    // What there is to say about analyses, the schema extractor says.
    let tables: Vec<_> = analyses(source, &selected, &request.inputs, &mut Vec::new())
        .into_iter()
        .flat_map(|(_, analysis)| analysis.tables)
        .collect();
    let mut names = TableNames::default();
    for table in &tables {
        let columns = table.columns.iter().map(|column| column.name.as_str());
        names.add(&table.name, &table.physical_name, columns);
    }
    if names.is_empty() {
        return Ok(Extraction { facts, diagnostics });
    }
    let project = selected.path.map(|path| (path, selected.name()));
    let elements = elements(&selected, &request.inputs).into_iter();
    let elements = elements.filter_map(|element| Some((element.input?, element.name)));
    for (path, element) in project.into_iter().chain(elements) {
        let uses = uses(source, path, &names, &mut diagnostics).into_iter();
        facts.table_uses.extend(uses.filter_map(|found| {
            Some(TableUse {
                table: tables.get(found.table)?.name.clone(),
                element: element.clone(),
                operation: found.access.as_str().to_owned(),
                origin: origin(found.span, path),
            })
        }));
    }
    Ok(Extraction { facts, diagnostics })
}

fn uses(
    source: &Source,
    path: &str,
    names: &TableNames,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<quarry_windev::wlanguage::tables::TableUse> {
    let Some(bytes) = read_text(source, path, diagnostics) else {
        return Vec::new();
    };
    let document = parse(&bytes);
    let said = document.diagnostics().iter();
    diagnostics.extend(said.map(|said| diagnostic(said, path)));
    let mut uses = ElementUses::new(names);
    for item in all_code_items(&document) {
        if item.is_wlanguage() {
            uses.read_code(&item.code);
        }
    }
    for binding in data_bindings(&document) {
        if let Some(text) = binding.text() {
            uses.read_binding(&text, binding.value_span());
        }
    }
    uses.finish()
}
