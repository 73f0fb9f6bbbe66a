//! The prompt builder: `project` says what it does, `configuration` to what.

use crate::Component;
use crate::bindings::exports::quarry::prompt::prompt_builder::{
    BuildError, Guest, Input, Report, Section,
};
use crate::bindings::wasi::filesystem::types::{DescriptorFlags, OpenFlags, PathFlags};
use crate::files::{named, root};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};

impl Guest for Component {
    fn build(input: Input) -> Result<Report, BuildError> {
        let path = input.configuration.unwrap_or_default();
        match &*input.project {
            "normal" => normal(),
            "fill" => fill(),
            "fill-and-carry-on" => {
                let _ = fill();
                Ok(Vec::new())
            }
            "rewrite" => rewrite(),
            "gap" => gap(),
            "lengthen" => File::create("/workspace/a").and_then(|file| {
                file.set_len(1 << 40)?;
                Ok(Vec::new())
            }),
            "files" => files(),
            "directories" => directories(),
            "deep" => deep(),
            "deeper-by-renaming" => deeper_by_renaming(),
            "open-many" => open_many(),
            "links" => Ok(links()),
            "handles" => Ok(handles()),
            "write" => fs::write(&path, "x").map(|()| vec![path]),
            "rename" => fs::write("/workspace/a", "x")
                .and_then(|()| fs::rename("/workspace/a", &path))
                .map(|()| vec![path]),
            other => Err(io::Error::other(format!("there is no behaviour {other:?}"))),
        }
        .map(|files| Report {
            files,
            sections: vec![Section {
                id: "all".to_owned(),
                title: "All".to_owned(),
                tokens: 1,
                bytes: 1,
                shown: 0,
                total: 0,
                details: Vec::new(),
            }],
            tokens: 1,
            hidden_characters: 0,
        })
        .map_err(|error| BuildError::UnwritableOutput(error.to_string()))
    }
}

/// What an honest builder does.
fn normal() -> io::Result<Vec<String>> {
    fs::create_dir("/workspace/context")?;
    fs::write("/workspace/context/a.md", "aa")?;
    let mut file = File::create("/workspace/CONTEXT.tmp")?;
    file.write_all(b"wrong")?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(b"right")?;
    drop(file);
    OpenOptions::new()
        .append(true)
        .open("/workspace/CONTEXT.tmp")?
        .write_all(b"!")?;
    fs::rename("/workspace/CONTEXT.tmp", "/workspace/CONTEXT.md")?;
    fs::write("/workspace/scratch", "x")?;
    fs::remove_file("/workspace/scratch")?;
    let mut names = Vec::new();
    for entry in fs::read_dir("/workspace")? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.push(fs::read_to_string("/workspace/CONTEXT.md")?);
    Ok(names)
}

/// Writes until it is stopped.
fn fill() -> io::Result<Vec<String>> {
    let mut file = File::create("/workspace/a")?;
    loop {
        file.write_all(&[b'x'; 1 << 16])?;
    }
}

/// Writes and removes until it is stopped.
fn rewrite() -> io::Result<Vec<String>> {
    loop {
        fs::write("/workspace/a", [b'x'; 1 << 16])?;
        fs::remove_file("/workspace/a")?;
    }
}

/// Writes one byte far behind the end.
fn gap() -> io::Result<Vec<String>> {
    let mut file = File::create("/workspace/a")?;
    file.seek(SeekFrom::Start(1 << 40))?;
    file.write_all(b"x")?;
    Ok(Vec::new())
}

fn files() -> io::Result<Vec<String>> {
    for count in 0.. {
        File::create(format!("/workspace/{count}"))?;
    }
    Ok(Vec::new())
}

fn directories() -> io::Result<Vec<String>> {
    for count in 0.. {
        fs::create_dir(format!("/workspace/{count}"))?;
    }
    Ok(Vec::new())
}

/// Makes directories in directories, further down than any path could say.
fn deep() -> io::Result<Vec<String>> {
    let mut directory = root();
    loop {
        directory
            .create_directory_at("d")
            .map_err(|code| io::Error::other(code.message()))?;
        directory = directory
            .open_at(
                PathFlags::empty(),
                "d",
                OpenFlags::DIRECTORY,
                DescriptorFlags::READ | DescriptorFlags::MUTATE_DIRECTORY,
            )
            .map_err(|code| io::Error::other(code.message()))?;
    }
}

/// Makes them deep from below: whatever is there goes into a new directory.
fn deeper_by_renaming() -> io::Result<Vec<String>> {
    fs::create_dir("/workspace/d")?;
    loop {
        fs::create_dir("/workspace/e")?;
        fs::rename("/workspace/d", "/workspace/e/d")?;
        fs::rename("/workspace/e", "/workspace/d")?;
    }
}

fn open_many() -> io::Result<Vec<String>> {
    File::create("/workspace/a")?;
    let mut files = Vec::new();
    loop {
        files.push(File::open("/workspace/a")?);
    }
}

/// Uses handles for what they were not opened for, and says what came of it.
fn handles() -> Vec<String> {
    let open = |open_flags, flags| root().open_at(PathFlags::empty(), "a", open_flags, flags);
    let writing = open(OpenFlags::CREATE, DescriptorFlags::WRITE).expect("a file to write");
    let reading = open(OpenFlags::empty(), DescriptorFlags::READ).expect("a file to read");
    vec![
        format!("write: {}", named(writing.write(b"x", 0))),
        format!("read: {}", named(reading.read(1, 0))),
        format!("read while writing: {}", named(writing.read(1, 0))),
        format!("write while reading: {}", named(reading.write(b"y", 0))),
        format!("shorten while reading: {}", named(reading.set_size(0))),
    ]
}

/// Makes every kind of link and says what came of it.
fn links() -> Vec<String> {
    let root = root();
    let file = root.open_at(
        PathFlags::empty(),
        "a",
        OpenFlags::CREATE,
        DescriptorFlags::WRITE,
    );
    vec![
        format!("create: {}", named(file)),
        format!(
            "link outside: {}",
            named(root.symlink_at("/etc/passwd", "b"))
        ),
        format!("link inside: {}", named(root.symlink_at("a", "b"))),
        format!(
            "hard link: {}",
            named(root.link_at(PathFlags::empty(), "a", &root, "b"))
        ),
        format!("readlink: {}", named(root.readlink_at("a"))),
    ]
}
