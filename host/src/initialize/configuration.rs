//! Leaving out what a configuration of the project leaves out.

use quarry_sandbox::Extraction;
use quarry_sandbox::facts::{Diagnostic, ElementForm, FactSet, Severity};
use std::collections::HashSet;

/// Leaves out what belongs to no element of the configuration: their declarations, their code, and the tables that they
/// alone use. A table that no readable code uses stays, for nothing tells whose it is.
///
/// Elements stay in their list, which says which configurations leave them out.
pub(super) fn restrict(extraction: &mut Extraction, configuration: &str) {
    let facts = &mut extraction.facts;
    let left_out = left_out(facts, configuration);
    if left_out.is_empty() {
        return;
    }
    facts
        .global_variables
        .retain(|fact| !left_out.contains(&fact.element));
    facts
        .constants
        .retain(|fact| !left_out.contains(&fact.element));
    facts
        .initialization_blocks
        .retain(|fact| !left_out.contains(&fact.element));
    facts.notes.retain(|note| {
        let mut elements = note.attributes.iter().filter(|one| one.name == "element");
        !elements.any(|element| left_out.contains(&element.value))
    });
    extraction
        .diagnostics
        .push(restrict_tables(facts, &left_out, configuration));
}

/// Names of elements that the configuration leaves out. Two elements may have one name.
fn left_out(facts: &FactSet, configuration: &str) -> HashSet<String> {
    let (out, kept): (Vec<_>, Vec<_>) = facts.elements.iter().partition(|element| {
        element
            .excluded_from
            .iter()
            .any(|excluded| excluded == configuration)
    });
    let kept: HashSet<&str> = kept.iter().map(|element| &*element.name).collect();
    out.into_iter()
        .filter(|element| !kept.contains(&*element.name))
        .map(|element| element.name.clone())
        .collect()
}

fn restrict_tables(
    facts: &mut FactSet,
    left_out: &HashSet<String>,
    configuration: &str,
) -> Diagnostic {
    let unreadable = facts
        .elements
        .iter()
        .filter(|element| element.form != ElementForm::Text && !left_out.contains(&element.name))
        .count();
    let (out, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut facts.table_uses)
        .into_iter()
        .partition(|found| left_out.contains(&found.element));
    let kept_tables: HashSet<&str> = kept.iter().map(|found| &*found.table).collect();
    let dropped: HashSet<String> = out
        .into_iter()
        .map(|found| found.table)
        .filter(|table| !kept_tables.contains(&**table))
        .collect();
    facts.table_uses = kept;
    if unreadable > 0 {
        return said(
            Severity::Warning,
            "configuration-all-tables",
            format!(
                "all tables are given: {unreadable} elements of the configuration {configuration} cannot be read, so that nobody can tell which tables they use"
            ),
        );
    }
    facts.tables.retain(|table| !dropped.contains(&table.name));
    facts.relations.retain(|relation| {
        !dropped.contains(&relation.from_table) && !dropped.contains(&relation.to_table)
    });
    said(
        Severity::Info,
        "configuration-tables",
        format!(
            "{} tables are left out: of the elements that can be read, only those use them that the configuration {configuration} leaves out",
            dropped.len()
        ),
    )
}

fn said(severity: Severity, code: &str, message: String) -> Diagnostic {
    Diagnostic {
        severity,
        code: code.to_owned(),
        message,
        origin: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::empty;
    use quarry_sandbox::facts::{Attribute, Element, Note, Origin, Table, TableUse};

    fn origin() -> Origin {
        Origin {
            path: "Shop.wwp".to_owned(),
            line: 1,
            column: 1,
            offset: 0,
            length: 0,
        }
    }

    fn element(name: &str, form: ElementForm, excluded: bool) -> Element {
        Element {
            name: name.to_owned(),
            kind: "page".to_owned(),
            path: format!("{name}.wwh"),
            form,
            excluded_from: excluded.then(|| "Site".to_owned()).into_iter().collect(),
            origin: origin(),
        }
    }

    fn table(name: &str) -> Table {
        Table {
            name: name.to_owned(),
            physical_name: name.to_owned(),
            connection: None,
            columns: Vec::new(),
            keys: Vec::new(),
            indexes: Vec::new(),
            origin: origin(),
        }
    }

    fn extraction(home: ElementForm) -> Extraction {
        let mut all = empty();
        all.facts.elements = vec![
            element("Home", home, false),
            element("Admin", ElementForm::Text, true),
        ];
        all.facts.tables = ["Both", "AdminOnly", "Unused"].map(table).into();
        all.facts.table_uses = [("Both", "Home"), ("Both", "Admin"), ("AdminOnly", "Admin")]
            .map(|(table, element)| TableUse {
                table: table.to_owned(),
                element: element.to_owned(),
                operation: "read".to_owned(),
                origin: origin(),
            })
            .into();
        all
    }

    fn restricted(home: ElementForm) -> (Vec<String>, String) {
        let mut all = extraction(home);
        restrict(&mut all, "Site");
        assert_eq!(all.facts.table_uses.len(), 1);
        let names = all.facts.tables.into_iter().map(|table| table.name);
        (names.collect(), all.diagnostics.remove(0).code)
    }

    #[test]
    fn tables_that_only_left_out_elements_use_are_left_out() {
        let (tables, said) = restricted(ElementForm::Text);
        assert_eq!(tables, ["Both", "Unused"]);
        assert_eq!(said, "configuration-tables");
    }

    #[test]
    fn all_tables_stay_when_an_element_cannot_be_read() {
        let (tables, said) = restricted(ElementForm::Binary);
        assert_eq!(tables, ["Both", "AdminOnly", "Unused"]);
        assert_eq!(said, "configuration-all-tables");
    }

    #[test]
    fn a_note_about_an_element_that_is_left_out_is_left_out() {
        let mut all = extraction(ElementForm::Text);
        all.facts.notes = ["Home", "Admin"]
            .map(|element| Note {
                kind: "remark".to_owned(),
                title: element.to_owned(),
                text: String::new(),
                attributes: vec![Attribute {
                    name: "element".to_owned(),
                    value: element.to_owned(),
                }],
                origin: None,
            })
            .into();
        restrict(&mut all, "Site");
        let titles: Vec<&str> = all.facts.notes.iter().map(|note| &*note.title).collect();
        assert_eq!(titles, ["Home"]);
    }

    #[test]
    fn a_configuration_without_exclusions_changes_nothing() {
        let mut all = extraction(ElementForm::Text);
        restrict(&mut all, "Other");
        assert_eq!(all.facts.table_uses.len(), 3);
        assert!(all.diagnostics.is_empty());
    }
}
