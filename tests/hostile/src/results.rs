//! Results: what was found out, and some that break the contract.

use crate::bindings::exports::quarry::context::extractor::Extraction;
use crate::bindings::exports::quarry::context::facts::{FactSet, Note};

/// A result that says what was tried and what came of it.
pub(crate) fn found<T: Into<String>>(pairs: impl IntoIterator<Item = (T, String)>) -> Extraction {
    with_notes(
        pairs
            .into_iter()
            .map(|(title, text)| note(title.into(), text))
            .collect(),
    )
}

/// More facts than anybody wants.
pub(crate) fn many_notes(count: u64) -> Extraction {
    with_notes(
        (0..count)
            .map(|_| note(String::new(), String::new()))
            .collect(),
    )
}

/// A string that is none.
pub(crate) fn invalid_utf8() -> Extraction {
    // SAFETY: none; that is the point. Only the host looks at it.
    let text = unsafe { String::from_utf8_unchecked(vec![b'a', 0xff, 0xfe]) };
    found([("invalid", text)])
}

/// A string that lies behind the end of memory.
pub(crate) fn dangling() -> Extraction {
    // SAFETY: none; that is the point. It is leaked below the host's reading of it, which traps.
    let text = unsafe { String::from_raw_parts(0xffff_0000 as *mut u8, 0x8000, 0x8000) };
    found([("dangling", text)])
}

fn with_notes(notes: Vec<Note>) -> Extraction {
    Extraction {
        facts: FactSet {
            projects: Vec::new(),
            configurations: Vec::new(),
            elements: Vec::new(),
            connections: Vec::new(),
            tables: Vec::new(),
            relations: Vec::new(),
            table_uses: Vec::new(),
            global_variables: Vec::new(),
            constants: Vec::new(),
            initialization_blocks: Vec::new(),
            notes,
        },
        diagnostics: Vec::new(),
    }
}

fn note(title: String, text: String) -> Note {
    Note {
        kind: "found".to_owned(),
        title,
        text,
        attributes: Vec::new(),
        origin: None,
    }
}
