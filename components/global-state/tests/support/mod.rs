//! Source trees for tests.
#![allow(
    dead_code,
    reason = "every test file is a crate of its own and uses a part of this"
)]

use quarry_component_global_state::extract;
use quarry_sdk::Source;
use quarry_sdk::extractor::{Extraction, Request};
use quarry_sdk::facts::{FactSet, Origin};
use std::fs;
use std::path::{Path, PathBuf};

/// A source tree in a directory of its own.
pub struct Tree {
    directory: tempfile::TempDir,
    files: Vec<String>,
}

impl Tree {
    /// A tree of these files.
    pub fn new<B: AsRef<[u8]>>(files: &[(&str, B)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        for (path, bytes) in files {
            let file = directory.path().join(path);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(file, bytes).unwrap();
        }
        let files = files.iter().map(|(path, _)| (*path).to_owned()).collect();
        Tree { directory, files }
    }

    /// A project `P.wdp` with that initialization, which lists all other files.
    pub fn with_project(initialization: &str, others: &[(&str, String)]) -> Self {
        let listed: Vec<&str> = others.iter().map(|(path, _)| *path).collect();
        let project = project(initialization, &listed);
        let mut files = vec![("P.wdp", project)];
        files.extend(others.iter().cloned());
        Tree::new(&files)
    }

    /// What the extractor finds.
    pub fn extract(&self) -> Extraction {
        extract_from(self.directory.path(), &self.files)
    }

    /// What the extractor finds, without what it has to say.
    pub fn facts(&self) -> FactSet {
        self.extract().facts
    }

    /// The text at an origin.
    pub fn text(&self, origin: &Origin) -> String {
        let bytes = fs::read(self.directory.path().join(&origin.path)).unwrap();
        let start = origin.offset as usize;
        let text = bytes[start..start + origin.length as usize].to_vec();
        String::from_utf8(text).unwrap()
    }
}

/// What the extractor finds in a directory.
pub fn extract_from(directory: &Path, files: &[String]) -> Extraction {
    let mut inputs = files.to_vec();
    inputs.sort();
    let request = Request {
        inputs,
        options: None,
    };
    extract(&Source::directory(directory), &request).unwrap()
}

/// The fixtures of the repository.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

/// All files of a fixture that the host would hand over: no backups, nothing that was built.
pub fn fixture_files(fixture: &Path) -> Vec<String> {
    let mut files = Source::directory(fixture).paths().unwrap();
    files.retain(|path| !quarry_windev::layout::is_ignored(path));
    files
}

const HEADER: &str =
    "#To edit and compare internal_properties, use WINDEV integrated tools.\ninfo :\n name : ";

/// A file of a kind, with its events: number, further keys such as `role : N`, code.
pub fn element(name: &str, kind: &str, events: &[(u32, &str, &str)]) -> String {
    format!(
        "{HEADER}{name}\n{kind} :\n code_elements :\n  type_code : 0\n{}  procedures : []\n",
        events_at(2, events)
    )
}

/// A window.
pub fn window(name: &str, code: &str) -> String {
    element(name, "window", &[(0, "", code)])
}

/// A set of procedures.
pub fn set(name: &str, code: &str) -> String {
    element(name, "procedure_set", &[(11 << 16, "", code)])
}

/// A page that uses a template.
pub fn page_with_template(name: &str, own: &str, template: &str) -> String {
    let own = events_at(2, &[(13 << 16, "", own)]);
    let template = events_at(6, &[(13 << 16, "", template)]);
    format!(
        "{HEADER}{name}\npage :\n code_elements :\n  type_code : 38\n{own}  templates :\n   -\n     name : {name}\n     code_elements :\n      type_code : 38\n{template}"
    )
}

/// A project that lists these files.
pub fn project(initialization: &str, listed: &[&str]) -> String {
    let mut text = format!("{HEADER}P\nproject :\n elements :\n  elements :\n");
    for path in listed {
        let file = path.rsplit('/').next().unwrap();
        let name = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        text.push_str(&format!(
            "   -\n     name : {name}\n     physical_name : .\\{}\n",
            path.replace('/', "\\")
        ));
    }
    text.push_str(" code_elements :\n  type_code : 0\n");
    text.push_str(&events_at(2, &[(3 << 16, "", initialization)]));
    text
}

fn events_at(indent: usize, events: &[(u32, &str, &str)]) -> String {
    let blank = " ".repeat(indent);
    let mut text = format!("{blank}p_codes :\n");
    for (event, keys, code) in events {
        text.push_str(&format!("{blank} -\n{blank}   code : |1+\n"));
        for line in code.split('\n') {
            text.push_str(&format!("{blank}    {line}\n"));
        }
        if *event != 0 {
            text.push_str(&format!("{blank}   type : {event}\n"));
        }
        for key in keys.lines() {
            text.push_str(&format!("{blank}   {key}\n"));
        }
    }
    text
}
