//! Lists of facts as CSV (RFC 4180, UTF-8, lines ended by `\n`).

use super::DIRECTORY;
use crate::facts::{Origin, Scope, Severity, Visibility};
use crate::{Source, text};

/// A table under construction.
struct Csv(String);

impl Csv {
    fn new(headings: &[&str]) -> Self {
        let mut csv = Csv(String::new());
        csv.row(headings);
        csv
    }

    fn row(&mut self, cells: &[&str]) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.0.push(',');
            }
            self.0.push_str(&escaped(cell));
        }
        self.0.push('\n');
    }
}

/// The longest cell, in characters.
const LONGEST: usize = 2_000;

/// What formulas begin with, in full width too: some spreadsheets fold that.
const FORMULA: [char; 9] = [
    '=', '+', '-', '@', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}', '\u{fe6b}',
];

/// A cell. What a spreadsheet would take for a formula gets an apostrophe in front, which spreadsheets do not show.
fn escaped(cell: &str) -> String {
    let mut cell = text::line(cell, LONGEST);
    let is_formula = cell.starts_with(FORMULA) && cell.parse::<f64>().is_err();
    if is_formula {
        cell.insert(0, '\'');
    }
    if cell.contains([',', '"']) || cell.starts_with(' ') {
        cell = format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell
}

/// `path:line:column`
fn place(origin: &Origin) -> String {
    format!("{}:{}:{}", origin.path, origin.line, origin.column)
}

/// All lists that are not empty.
pub(super) fn write(source: &Source<'_>) -> Vec<(String, String)> {
    let facts = &source.input.facts;
    let lists = [
        ("elements", facts.elements.len(), elements(source)),
        ("connections", facts.connections.len(), connections(source)),
        ("relations", facts.relations.len(), relations(source)),
        ("table-uses", facts.table_uses.len(), table_uses(source)),
        ("globals", facts.global_variables.len(), variables(source)),
        ("constants", facts.constants.len(), constants(source)),
        (
            "diagnostics",
            source.input.diagnostics.len(),
            diagnostics(source),
        ),
    ];
    let lists = lists.into_iter().filter(|(_, count, _)| *count > 0);
    lists
        .map(|(name, _, csv)| (format!("{DIRECTORY}/{name}.csv"), csv.0))
        .collect()
}

fn elements(source: &Source<'_>) -> Csv {
    let mut csv = Csv::new(&["name", "kind", "form", "file", "excluded_from", "origin"]);
    for element in &source.input.facts.elements {
        csv.row(&[
            &element.name,
            &element.kind,
            match element.form {
                crate::facts::ElementForm::Text => "text",
                crate::facts::ElementForm::Binary => "binary",
                crate::facts::ElementForm::Missing => "missing",
            },
            &element.path,
            &element.excluded_from.join("; "),
            &place(&element.origin),
        ]);
    }
    csv
}

fn connections(source: &Source<'_>) -> Csv {
    let mut csv = Csv::new(&[
        "name",
        "kind",
        "host",
        "port",
        "database",
        "has_user",
        "has_password",
        "origin",
    ]);
    let truth = |truth| if truth { "yes" } else { "no" };
    for connection in &source.input.facts.connections {
        csv.row(&[
            &connection.name,
            &connection.kind,
            connection.host.as_deref().unwrap_or_default(),
            &connection
                .port
                .map(|port| port.to_string())
                .unwrap_or_default(),
            connection.database.as_deref().unwrap_or_default(),
            truth(connection.has_user),
            truth(connection.has_password),
            &place(&connection.origin),
        ]);
    }
    csv
}

fn relations(source: &Source<'_>) -> Csv {
    let mut csv = Csv::new(&[
        "from_table",
        "from_columns",
        "to_table",
        "to_columns",
        "rule",
        "confidence",
        "origin",
    ]);
    for relation in &source.input.facts.relations {
        csv.row(&[
            &relation.from_table,
            &relation.from_columns.join("; "),
            &relation.to_table,
            &relation.to_columns.join("; "),
            &relation.rule,
            &relation.confidence.to_string(),
            &place(&relation.origin),
        ]);
    }
    csv
}

fn table_uses(source: &Source<'_>) -> Csv {
    let mut csv = Csv::new(&["table", "element", "operation", "origin"]);
    for found in &source.input.facts.table_uses {
        csv.row(&[
            &found.table,
            &found.element,
            &found.operation,
            &place(&found.origin),
        ]);
    }
    csv
}

fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Public => "public",
        Visibility::Protected => "protected",
        Visibility::Private => "private",
    }
}

fn variables(source: &Source<'_>) -> Csv {
    let mut csv = Csv::new(&[
        "scope",
        "element",
        "name",
        "type",
        "declared_type",
        "default",
        "visibility",
        "condition",
        "origin",
    ]);
    for variable in &source.input.facts.global_variables {
        csv.row(&[
            match variable.scope {
                Scope::App => "app",
                Scope::Module => "module",
                Scope::Request => "request",
            },
            &variable.element,
            &variable.name,
            &variable.normalized_type,
            &variable.declared_type,
            variable.default_value.as_deref().unwrap_or_default(),
            visibility(variable.visibility),
            variable.condition.as_deref().unwrap_or_default(),
            &place(&variable.origin),
        ]);
    }
    csv
}

fn constants(source: &Source<'_>) -> Csv {
    let mut csv = Csv::new(&[
        "element",
        "name",
        "value",
        "visibility",
        "condition",
        "origin",
    ]);
    for constant in &source.input.facts.constants {
        csv.row(&[
            &constant.element,
            &constant.name,
            constant.value.as_deref().unwrap_or_default(),
            visibility(constant.visibility),
            constant.condition.as_deref().unwrap_or_default(),
            &place(&constant.origin),
        ]);
    }
    csv
}

fn diagnostics(source: &Source<'_>) -> Csv {
    let mut csv = Csv::new(&["severity", "code", "message", "origin"]);
    for diagnostic in &source.input.diagnostics {
        csv.row(&[
            match diagnostic.severity {
                Severity::Info => "info",
                Severity::Warning => "warning",
                Severity::Error => "error",
            },
            &diagnostic.code,
            &diagnostic.message,
            &diagnostic.origin.as_ref().map(place).unwrap_or_default(),
        ]);
    }
    csv
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_ends_no_row_and_is_no_formula() {
        assert_eq!(escaped("a,\"b\"\nc"), "\"a,\"\"b\"\" c\"");
        assert_eq!(escaped("=cmd|x"), "'=cmd|x");
        assert_eq!(escaped("-1.5"), "-1.5");
        assert_eq!(escaped("@import"), "'@import");
        assert_eq!(escaped("-1+2"), "'-1+2");
        assert_eq!(escaped("\u{ff1d}1"), "'\u{ff1d}1");
    }
}
