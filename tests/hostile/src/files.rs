//! Files: reading them, and looking for those that are none of its business.

use crate::bindings::exports::quarry::context::extractor::{ExtractError, Extraction};
use crate::bindings::wasi::filesystem::preopens::get_directories;
use crate::bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags, DirectoryEntryStream, ErrorCode, OpenFlags, PathFlags,
};
use crate::extractor::SOURCE;
use crate::process::outcome;
use crate::results::found;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

/// What an honest extractor does, `times` times.
pub(crate) fn read_inputs(inputs: &[String], times: u64) -> Result<Extraction, ExtractError> {
    let mut lengths = Vec::new();
    for _ in 0..times {
        lengths.clear();
        for path in inputs {
            let bytes = fs::read(Path::new(SOURCE).join(path))
                .map_err(|error| ExtractError::UnreadableInput(format!("{path}: {error}")))?;
            lengths.push((path.as_str(), format!("{} bytes", bytes.len())));
        }
    }
    Ok(found(lengths))
}

/// Opens paths, and gives up when one cannot be.
pub(crate) fn open(paths: &[String]) -> Result<Extraction, ExtractError> {
    paths
        .iter()
        .map(|path| match fs::read_to_string(path) {
            Ok(text) => Ok((path.as_str(), text)),
            Err(error) => Err(ExtractError::UnreadableInput(format!("{path}: {error}"))),
        })
        .collect::<Result<Vec<_>, _>>()
        .map(found)
}

/// Tries everything that tells whether a name exists, and goes on.
pub(crate) fn probe(paths: &[String]) -> Extraction {
    let mut pairs = Vec::new();
    for path in paths {
        let entries = fs::read_dir(path).map(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.file_name()))
                .collect::<Result<Vec<_>, _>>()
        });
        let listed = match entries {
            Ok(Ok(names)) => format!("{names:?}"),
            Ok(Err(error)) | Err(error) => format!("{:?}", error.kind()),
        };
        pairs.extend([
            (format!("open {path}"), outcome(File::open(path))),
            (format!("stat {path}"), outcome(fs::metadata(path))),
            (format!("lstat {path}"), outcome(fs::symlink_metadata(path))),
            (format!("list {path}"), listed),
            (format!("readlink {path}"), outcome(fs::read_link(path))),
        ]);
    }
    found(pairs)
}

/// Spends its time in calls of the host.
pub(crate) fn probe_for_ever(paths: &[String]) -> ! {
    loop {
        for path in paths {
            let _ = fs::metadata(path);
        }
    }
}

/// A path that takes the host long to look at.
pub(crate) fn long_path(length: u64) -> Extraction {
    let path = "/a".repeat(length as usize / 2);
    let root = root();
    let result = root.stat_at(PathFlags::empty(), &path[1..]);
    found([("long", named(result))])
}

/// Everything that the contract of WASI tells of the root and of each of its entries.
pub(crate) fn stat() -> Result<Extraction, ExtractError> {
    let root = root();
    let entries = root.read_directory().map_err(failed)?;
    let mut pairs = vec![(".".to_owned(), tell(&root)?)];
    while let Some(entry) = entries.read_directory_entry().map_err(failed)? {
        let stat = root
            .stat_at(PathFlags::empty(), &entry.name)
            .map_err(failed)?;
        let hash = root
            .metadata_hash_at(PathFlags::empty(), &entry.name)
            .map_err(failed)?;
        let opened = root
            .open_at(
                PathFlags::empty(),
                &entry.name,
                OpenFlags::empty(),
                DescriptorFlags::READ,
            )
            .map_err(failed)?;
        pairs.push((format!("{:?}", entry), format!("{stat:?} {hash:?}")));
        pairs.push((entry.name, tell(&opened)?));
    }
    Ok(found(pairs))
}

fn tell(descriptor: &Descriptor) -> Result<String, ExtractError> {
    let stat = descriptor.stat().map_err(failed)?;
    let hash = descriptor.metadata_hash().map_err(failed)?;
    let flags = descriptor.get_flags().map_err(failed)?;
    Ok(format!("{stat:?} {hash:?} {flags:?}"))
}

/// Tries to change what it was given to read.
pub(crate) fn write(paths: &[String]) -> Extraction {
    let mut pairs = Vec::new();
    for path in paths {
        let other = format!("{path}.new");
        pairs.extend([
            (
                format!("write {path}"),
                outcome(OpenOptions::new().write(true).open(path)),
            ),
            (
                format!("append {path}"),
                outcome(OpenOptions::new().append(true).open(path)),
            ),
            (format!("truncate {path}"), outcome(File::create(path))),
            (format!("create {other}"), outcome(File::create_new(&other))),
            (format!("mkdir {other}"), outcome(fs::create_dir(&other))),
            (format!("rename {path}"), outcome(fs::rename(path, &other))),
            (format!("link {path}"), outcome(fs::hard_link(path, &other))),
            (format!("remove {path}"), outcome(fs::remove_file(path))),
            (format!("rmdir {path}"), outcome(fs::remove_dir(path))),
            (
                format!("write through a reading handle {path}"),
                outcome(File::open(path).and_then(|mut file| file.write_all(b"x"))),
            ),
            (
                format!("shorten through a reading handle {path}"),
                outcome(File::open(path).and_then(|file| file.set_len(0))),
            ),
        ]);
    }
    let root = root();
    pairs.push((
        "symlink".to_owned(),
        named(root.symlink_at("/etc/passwd", "link")),
    ));
    found(pairs)
}

/// Opens inputs without closing them.
pub(crate) fn open_many(inputs: &[String], count: u64) -> Extraction {
    let mut files = Vec::new();
    let mut error = None;
    for path in inputs.iter().cycle().take(count as usize) {
        match File::open(Path::new(SOURCE).join(path)) {
            Ok(file) => files.push(file),
            Err(refused) => {
                error = Some(refused.kind());
                break;
            }
        }
    }
    found([
        ("open", files.len().to_string()),
        ("error", format!("{error:?}")),
    ])
}

/// Begins to list the root without finishing.
pub(crate) fn list_many(count: u64) -> Result<Extraction, ExtractError> {
    let root = root();
    let lists = (0..count)
        .map(|_| root.read_directory())
        .collect::<Result<Vec<DirectoryEntryStream>, ErrorCode>>()
        .map_err(failed)?;
    Ok(found([("lists", lists.len().to_string())]))
}

/// Asks for its directories without closing them.
pub(crate) fn preopens(count: u64) -> Extraction {
    let directories: Vec<_> = (0..count).flat_map(|_| get_directories()).collect();
    found([("directories", directories.len().to_string())])
}

/// The directory that the sandbox shows.
pub(crate) fn root() -> Descriptor {
    get_directories().swap_remove(0).0
}

/// `ok`, or the name of the error.
pub(crate) fn named<T>(result: Result<T, ErrorCode>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(code) => code.name().to_owned(),
    }
}

fn failed(code: ErrorCode) -> ExtractError {
    ExtractError::Failed(code.name().to_owned())
}
