//! What the parts do together.

mod comparing;
mod killed;
mod publishing;
mod users_files;

use crate::{Documents, PublishError, Published, Workspace};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// The documents of a run: a manifest and `CONTEXT.md` that name its revision, and more, which the manifest lists.
fn run(revision: &str, more: &[(&str, &str)]) -> Documents {
    let mut documents = Documents::new();
    let files: Vec<String> = more
        .iter()
        .map(|(path, _)| format!(r#"{{"file": "{path}"}}"#))
        .collect();
    let files = files.join(", ");
    let manifest =
        format!(r#"{{"generator": "quarry 0.1.0", "revision": "{revision}", "files": [{files}]}}"#);
    let main = format!("# Shop\n\nRevision: {revision}\n");
    let own = [
        ("CONTEXT.md", &*main),
        ("context/manifest.json", &*manifest),
    ];
    for (path, text) in own.iter().chain(more) {
        documents.insert(path, (*text).to_owned()).unwrap();
    }
    documents
}

fn publish(path: &Path, documents: &Documents) -> Result<Published, PublishError> {
    Workspace::open(path)?.publish(documents, None, None)
}

/// Everything in a workspace but Quarry's own directory: files with their text, links with their target.
fn snapshot(root: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut waiting = vec![root.to_owned()];
    while let Some(directory) = waiting.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap();
            let metadata = path.symlink_metadata().unwrap();
            if metadata.is_symlink() {
                let target = fs::read_link(&path).unwrap();
                found.insert(name.to_owned(), format!("-> {}", target.display()));
            } else if metadata.is_file() {
                found.insert(name.to_owned(), fs::read_to_string(&path).unwrap());
            } else if name != ".quarry" {
                waiting.push(path);
            }
        }
    }
    found
}

fn link(target: &Path, name: &Path) {
    symlink(target, name).unwrap();
}
