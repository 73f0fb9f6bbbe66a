//! The files that a builder writes: their paths, their formats, and the form that is left without the words.

use super::fields::Kind;
use super::markdown;
use super::{characters, dotenv, sql};
use serde_json::Value;
use std::collections::BTreeSet;
use unicode_normalization::UnicodeNormalization;

/// Path and content.
pub type File = (String, String);

/// What a file is made of, without its words.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    Markdown(markdown::Form),
    /// Rows and cells.
    Csv(usize, usize),
    Sql(Vec<&'static str>),
    Json(String),
    /// Variables.
    Dotenv(usize),
    /// Any other text, as the number of its lines, or none where a text is as long as it likes.
    Lines(usize),
    Broken(String),
}

/// Directory, extension and form of every file, sorted: data name files, and neither directories nor formats.
pub fn forms(files: &[File], kind: Kind) -> Vec<(String, String, Form)> {
    let mut forms: Vec<_> = files
        .iter()
        .map(|(path, text)| {
            let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
            let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
            let form = form(extension, text, kind).unwrap_or_else(Form::Broken);
            (directory.to_owned(), extension.to_owned(), form)
        })
        .collect();
    forms.sort();
    forms
}

/// Where forms first differ.
pub fn difference(expected: &[(String, String, Form)], found: &[(String, String, Form)]) -> String {
    if expected.len() != found.len() {
        return format!("{} files, not {}", found.len(), expected.len());
    }
    let mut pairs = expected.iter().zip(found);
    match pairs.find(|(expected, found)| expected != found) {
        Some(((directory, extension, Form::Markdown(expected)), (_, _, Form::Markdown(found)))) => {
            format!("{directory}/*.{extension}: {}", expected.difference(found))
        }
        Some(pair) => markdown::start(&format!("expected and found {pair:?}"), 2_000),
        None => "none".to_owned(),
    }
}

fn form(extension: &str, text: &str, kind: Kind) -> Result<Form, String> {
    Ok(match extension {
        "md" => Form::Markdown(markdown::Form::new(text, kind)),
        "csv" => table(text).map(|(rows, cells)| Form::Csv(rows, cells))?,
        "sql" => Form::Sql(sql::statements(text)?),
        "json" => Form::Json(json(text)?),
        "example" => Form::Dotenv(dotenv::variables(text)?.len()),
        _ if kind == Kind::Lines => Form::Lines(0),
        _ => Form::Lines(text.lines().count()),
    })
}

/// What is wrong with files, whatever they hold.
pub fn complaints(files: &[File]) -> Vec<String> {
    let mut complaints: Vec<String> = files
        .iter()
        .filter_map(|(path, _)| unportable(path).map(|why| format!("{path:?}: {why}")))
        .collect();
    let folded = files.iter().map(|(path, _)| folded(path));
    if folded.collect::<BTreeSet<_>>().len() != files.len() {
        complaints.push("two files have one name on some systems".to_owned());
    }
    for (path, text) in files {
        let mut of_file = characters::complaints(text);
        match path.rsplit_once('.') {
            Some((_, "md")) => of_file.extend(markdown::complaints(text)),
            Some((_, extension)) => of_file.extend(form(extension, text, Kind::Name).err()),
            None => {}
        }
        complaints.extend(of_file.into_iter().map(|why| format!("{path}: {why}")));
    }
    complaints
}

/// A path as a system sees it that knows neither case nor normal forms.
fn folded(path: &str) -> String {
    let composed: String = path.nfkc().collect();
    composed.to_uppercase().to_lowercase().nfkc().collect()
}

/// Why a path is not one of a file inside, on every system.
fn unportable(path: &str) -> Option<&'static str> {
    /// Shorter than any file system's limit, so that a suffix has room.
    const LONGEST: usize = 120;
    if !characters::complaints(path).is_empty() || path.contains(['\n', '\t']) {
        return Some("characters that nobody sees");
    }
    for component in path.split('/') {
        let reserved = |letter| matches!(letter, '<' | '>' | ':' | '"' | '\\' | '|' | '?' | '*');
        // `context/.x` would be hidden, and files of tools begin with a dot.
        if component.is_empty() || component.starts_with('.') {
            return Some("an empty or a dotted component");
        }
        if component.contains(reserved) {
            return Some("a reserved character");
        }
        if component.ends_with(['.', ' '])
            || component.starts_with(' ')
            || component.starts_with('-')
        {
            return Some("an end that some system drops, or a beginning that is an option");
        }
        if component.len() > LONGEST {
            return Some("too long");
        }
        if is_device(component) {
            return Some("a device");
        }
    }
    None
}

/// Whether Windows takes a name for a device, whatever its extension.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end();
    let stem: String = stem.to_uppercase().nfkc().collect();
    let numbered = ["COM", "LPT"].map(|device| stem.strip_prefix(device));
    let is_numbered = numbered.into_iter().flatten().any(|number| {
        number.len() == 1 && number.starts_with(|digit: char| digit.is_ascii_digit())
    });
    is_numbered
        || matches!(
            stem.as_str(),
            "CON" | "PRN" | "AUX" | "NUL" | "CLOCK$" | "CONIN$" | "CONOUT$"
        )
}

/// The rows and cells of a table in which nothing is a formula.
fn table(text: &str) -> Result<(usize, usize), String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text.as_bytes());
    let (mut rows, mut cells) = (0, 0);
    for record in reader.records() {
        // A row of another length is an error of the reader's.
        let record = record.map_err(|error| error.to_string())?;
        if let Some(cell) = record.iter().find(|cell| is_formula(cell)) {
            return Err(format!("a formula: {}", markdown::start(cell, 120)));
        }
        rows += 1;
        cells = record.len();
    }
    if rows != text.lines().count() {
        return Err("a cell of several lines".to_owned());
    }
    Ok((rows, cells))
}

fn is_formula(cell: &str) -> bool {
    let folded: String = cell.trim_start().nfkc().collect();
    folded.starts_with(['=', '+', '-', '@']) && folded.parse::<f64>().is_err()
        || cell.starts_with('\t')
}

/// A document of JSON as its types.
fn json(text: &str) -> Result<String, String> {
    fn shape(value: &Value) -> Result<String, String> {
        Ok(match value {
            Value::Null => "null".to_owned(),
            Value::Bool(_) => "bool".to_owned(),
            Value::Number(_) => "number".to_owned(),
            // What JSON escapes is there again when it is read.
            Value::String(text) => match characters::complaints(text).pop() {
                Some(complaint) => return Err(complaint),
                None => "string".to_owned(),
            },
            Value::Array(values) => {
                let values: Result<Vec<String>, String> = values.iter().map(shape).collect();
                format!("[{}]", values?.join(","))
            }
            // Keys may be names, and stand in their order.
            Value::Object(values) => {
                let values: Result<Vec<String>, String> = values.values().map(shape).collect();
                let mut values = values?;
                values.sort();
                format!("{{{}}}", values.join(","))
            }
        })
    }
    let value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    shape(&value)
}

#[test]
fn paths_that_are_files_elsewhere_are_found() {
    for honest in [
        "CONTEXT.md",
        "context/schema/CLIENT.sql",
        "context/schema/Été.sql",
        "context/schema/COM10.sql",
    ] {
        assert_eq!(unportable(honest), None, "{honest}");
    }
    for broken in [
        "../x",
        "/etc/x",
        "a//b",
        "a/./b",
        "C:x",
        "a\\b",
        "CON",
        "context/nul.sql",
        "LPT\u{b9}.sql",
        "PRN .sql",
        "x.",
        "x ",
        "a\u{200b}b",
        "a\nb",
        ".env",
        "-rf",
        "context/.sql",
        "",
    ] {
        assert!(unportable(broken).is_some(), "{broken:?}");
    }
    assert!(unportable(&"名".repeat(41)).is_some());
    let files = |paths: [&str; 2]| paths.map(|path| (path.to_owned(), String::new()));
    for same in [["A.wl", "a.wl"], ["É.wl", "e\u{301}.wl"], ["ſ.wl", "s.wl"]] {
        assert_eq!(complaints(&files(same)).len(), 1, "{same:?}");
    }
    assert_eq!(complaints(&files(["A.wl", "B.wl"])), Vec::<String>::new());
}

#[test]
fn tables_and_json_that_are_not_what_they_seem_are_found() {
    assert_eq!(table("a,b\n-1.5,\"x, y\"\n"), Ok((2, 2)));
    for broken in [
        "a,b\nc\n",
        "a\n=1+1\n",
        "a\n\"  @x\"\n",
        "a\n\u{ff1d}1\n",
        "a\n\"x\ny\"\n",
        "a\n\"\t1\"\n",
    ] {
        assert!(table(broken).is_err(), "{broken:?}");
    }
    assert_eq!(json("{\"a\":1}"), json("{\"b\":2}"));
    assert_ne!(json("{\"a\":1}"), json("{\"a\":1,\"b\":2}"));
    for broken in ["{", "\"\\u001b\""] {
        assert!(json(broken).is_err(), "{broken}");
    }
}
