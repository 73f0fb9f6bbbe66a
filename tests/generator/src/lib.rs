//! Writes WebDev projects of any size in the text format of version 30: a project file, an analysis,
//! procedure sets and pages. Everything in them is invented.
//!
//! The same [`Size`] always gives the same bytes, and the bytes grow linearly with the numbers in it,
//! so that a benchmark can compare 1, 10 and 100 times the work.
#![deny(missing_docs)]

mod analysis;
mod code;
mod random;
pub mod schema;
mod text;

use std::fs;
use std::io;
use std::path::Path;

use random::Random;

/// How big a project to write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Tables of the analysis, about 14 columns each.
    pub tables: usize,
    /// Elements: procedure sets and pages in turn.
    pub elements: usize,
    /// Global variables that each element declares.
    pub globals_per_element: usize,
    /// Lines of code in the procedures of each element, about.
    pub lines_per_element: usize,
    /// What the invented content depends on.
    pub seed: u64,
}

impl Default for Size {
    /// A small real project: 20 tables, 20 elements.
    fn default() -> Self {
        Size {
            tables: 20,
            elements: 20,
            globals_per_element: 10,
            lines_per_element: 250,
            seed: 1,
        }
    }
}

impl Size {
    /// `factor` times as many tables and elements, each as big as before.
    #[must_use]
    pub fn times(self, factor: usize) -> Self {
        Size {
            tables: self.tables.saturating_mul(factor),
            elements: self.elements.saturating_mul(factor),
            ..self
        }
    }
}

/// What was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Number of files.
    pub files: usize,
    /// Their bytes together.
    pub bytes: u64,
    /// Columns of all tables, composite keys not counted.
    pub columns: usize,
    /// Global variables of the project and its elements.
    pub globals: usize,
}

/// The kind of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Set,
    Page,
}

impl Kind {
    fn of(element: usize) -> Self {
        if element.is_multiple_of(2) {
            Kind::Set
        } else {
            Kind::Page
        }
    }

    fn number(self) -> u32 {
        match self {
            Kind::Set => 7,
            Kind::Page => 65538,
        }
    }

    fn name(self, element: usize) -> String {
        match self {
            Kind::Set => format!("SET_Module{element:06}"),
            Kind::Page => format!("PAGE_Module{element:06}"),
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Kind::Set => "wdg",
            Kind::Page => "wwh",
        }
    }
}

/// Writes the project `Generated.wwp`, its analysis and its elements into `directory`, which is made
/// if it does not exist. Files of the same names are replaced, others are left alone.
///
/// # Errors
///
/// What the file system answers when the directory or a file cannot be written.
pub fn generate(directory: &Path, size: &Size) -> io::Result<Written> {
    let analysis_directory = directory.join("Generated.ana");
    fs::create_dir_all(&analysis_directory)?;
    let mut written = Written::default();

    let (xdd, columns) = analysis::analysis(size);
    written.columns = columns;
    written.put(&analysis_directory.join("Generated.xdd"), &xdd)?;

    let project = text::project(size);
    written.globals = code::PROJECT_GLOBALS + size.elements * size.globals_per_element;
    written.put(&directory.join("Generated.wwp"), project.as_bytes())?;

    for element in 0..size.elements {
        let kind = Kind::of(element);
        let mut random = Random::new(size.seed, 0x1000_0000 + element as u64);
        let text = text::element(kind, element, size, &mut random);
        let file = format!("{}.{}", kind.name(element), kind.extension());
        written.put(&directory.join(file), text.as_bytes())?;
    }
    Ok(written)
}

/// Writes a project without code, whose analysis is a [`schema`] of so many tables.
///
/// # Errors
///
/// What the file system answers when the directory or a file cannot be written.
pub fn generate_schema(directory: &Path, tables: usize, seed: u64) -> io::Result<Written> {
    let analysis_directory = directory.join("Generated.ana");
    fs::create_dir_all(&analysis_directory)?;
    let schema = schema::schema(tables, seed);
    let mut written = Written {
        columns: schema::columns(&schema),
        ..Written::default()
    };
    let xdd = schema::xdd(&schema);
    written.put(&analysis_directory.join("Generated.xdd"), xdd.as_bytes())?;
    let without_code = Size {
        tables,
        elements: 0,
        seed,
        ..Size::default()
    };
    written.globals = code::PROJECT_GLOBALS;
    let project = text::project(&without_code);
    written.put(&directory.join("Generated.wwp"), project.as_bytes())?;
    Ok(written)
}

impl Written {
    fn put(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        fs::write(path, bytes)?;
        self.files += 1;
        self.bytes += bytes.len() as u64;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::path::PathBuf;
    use std::sync::atomic::{AtomicU32, Ordering};

    /// A directory of its own for one test, removed at its end.
    struct Scratch(PathBuf);

    impl Scratch {
        fn new() -> Self {
            static NEXT: AtomicU32 = AtomicU32::new(0);
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("quarry-generator-{}-{number}", std::process::id());
            Scratch(std::env::temp_dir().join(name))
        }
    }

    impl Drop for Scratch {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    fn small() -> Size {
        Size {
            tables: 6,
            elements: 6,
            ..Size::default()
        }
    }

    fn files(directory: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        let mut open = vec![directory.to_path_buf()];
        while let Some(next) = open.pop() {
            for entry in fs::read_dir(&next).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    let bytes = fs::read(&path).unwrap();
                    found.insert(path.strip_prefix(directory).unwrap().to_path_buf(), bytes);
                }
            }
        }
        found
    }

    fn generated(size: &Size) -> (Written, BTreeMap<PathBuf, Vec<u8>>) {
        let scratch = Scratch::new();
        let written = generate(&scratch.0, size).unwrap();
        (written, files(&scratch.0))
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes() {
        assert_eq!(generated(&small()), generated(&small()));
    }

    #[test]
    fn another_seed_gives_other_bytes_of_about_the_same_size() {
        let (one, first) = generated(&small());
        let (two, second) = generated(&Size { seed: 2, ..small() });
        assert_ne!(first, second);
        assert!(first.keys().eq(second.keys()));
        assert!(one.bytes.abs_diff(two.bytes) * 10 < one.bytes);
    }

    #[test]
    fn what_is_reported_is_what_was_written() {
        let (written, files) = generated(&small());
        assert_eq!(written.files, files.len());
        assert_eq!(
            written.bytes,
            files.values().map(|bytes| bytes.len() as u64).sum::<u64>()
        );
        let xdd = &files[Path::new("Generated.ana/Generated.xdd")];
        let xdd: String = xdd.iter().map(|byte| char::from(*byte)).collect();
        assert_eq!(xdd.matches("<FICHIER ").count(), 6);
        assert_eq!(xdd.matches("<TYPE>").count(), written.columns);
    }

    #[test]
    fn ten_times_the_size_is_ten_times_the_bytes() {
        let (one, _) = generated(&Size::default());
        let (ten, _) = generated(&Size::default().times(10));
        let ratio = ten.bytes as f64 / one.bytes as f64;
        assert!((9.5..10.5).contains(&ratio), "{ratio}");
    }

    #[test]
    fn lines_and_globals_grow_as_asked() {
        let (one, _) = generated(&small());
        let (more, _) = generated(&Size {
            globals_per_element: 20,
            ..small()
        });
        assert_eq!(more.globals - one.globals, 6 * 10);
        let (long, files) = generated(&Size {
            lines_per_element: 2_500,
            ..small()
        });
        assert!(long.bytes > one.bytes * 4);
        let set = &files[Path::new("SET_Module000000.wdg")];
        let lines = set.iter().filter(|byte| **byte == b'\n').count();
        assert!((2_500..3_800).contains(&lines), "{lines}");
    }

    #[test]
    fn nothing_at_all_is_a_project_too() {
        let (written, files) = generated(&Size {
            tables: 0,
            elements: 0,
            ..Size::default()
        });
        assert_eq!(written.files, 2);
        let project = String::from_utf8(files[Path::new("Generated.wwp")].clone()).unwrap();
        assert!(project.contains("  elements : []\n"));
    }

    #[test]
    fn text_files_keep_to_the_lexical_grammar() {
        let (_, files) = generated(&small());
        for (path, bytes) in files {
            if path.extension().is_some_and(|extension| extension == "xdd") {
                continue;
            }
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.starts_with(text::HEADER), "{path:?}");
            let mut block = None;
            for line in text.lines().skip(2) {
                let indent = line.len() - line.trim_start_matches(' ').len();
                if let Some(column) = block {
                    if indent > column {
                        continue;
                    }
                    block = None;
                }
                assert!(!line.is_empty(), "{path:?}");
                if line.trim() == "-" || line.trim_start().starts_with("- ") {
                    continue;
                }
                let (key, value) = line.trim().split_once(" :").unwrap();
                assert!(
                    key.bytes()
                        .all(|byte| byte == b'_' || byte == b'-' || byte.is_ascii_alphanumeric())
                );
                if key == "code" {
                    assert!(matches!(value, " |1+" | " |1-"));
                    block = Some(indent);
                }
            }
        }
    }
}
