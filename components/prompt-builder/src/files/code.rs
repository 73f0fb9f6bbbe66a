//! Each block of initialization code as a file: what it does, and its lines as they stand in the source.

use super::DIRECTORY;
use super::names::Names;
use crate::facts::{Effect, InitializationBlock};
use crate::sections::effect_words;
use crate::text;
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The language whose comments the head of a file is written in.
const WLANGUAGE: &str = "wlanguage";

/// The files of initialization blocks.
pub(crate) fn names(blocks: &[InitializationBlock]) -> Vec<String> {
    let mut names = Names::default();
    let paths = blocks.iter().map(|block| {
        let extension = if block.language == WLANGUAGE {
            "wl"
        } else {
            "txt"
        };
        let name = names.unique(&format!("{}-{}", block.element, block.order));
        format!("{DIRECTORY}/initialization/{name}.{extension}")
    });
    paths.collect()
}

/// The beginning of the sha256 of a block's code. It tells whether a block is another one than before, and which blocks
/// are the same.
pub(crate) fn digest(code: &str) -> String {
    const BYTES: usize = 4;
    let digest = Sha256::digest(code);
    let bytes = digest.iter().take(BYTES);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

/// The file of a block. Of a language whose comments nobody knows, it is the code alone.
pub(super) fn file(block: &InitializationBlock) -> String {
    let code = block.listing.as_ref().unwrap_or(&block.code);
    if block.language != WLANGUAGE {
        return format!("{}\n", text::lines(code));
    }
    let lines = text::lines(&format!("{}\n{code}", head(block)));
    format!("{lines}\n")
}

fn head(block: &InitializationBlock) -> String {
    let name = |name: &str| text::line(name, text::LONGEST_NAME);
    let (element, path) = (name(&block.element), name(&block.origin.path));
    let mut head = format!(
        "// {element}, block {}: {path}:{}, digest {}\n",
        block.order,
        block.origin.line,
        digest(&block.code)
    );
    if let Some(condition) = &block.condition {
        push(&mut head, "only if ", &name(condition));
    }
    for effect in &block.effects {
        push(
            &mut head,
            &format!("line {}: ", effect.line),
            &words(effect),
        );
    }
    for (label, names) in [("writes ", &block.writes), ("reads ", &block.reads)] {
        for some in names.chunks(LISTED) {
            let some: Vec<String> = some.iter().map(|one| name(one)).collect();
            push(&mut head, label, &some.join(", "));
        }
    }
    let below = match block.listing {
        Some(_) => "below: its lines as they stand there, without what comments and texts say",
        None => "below: its code without declarations and comments, and without what texts say",
    };
    push(&mut head, below, "");
    head
}

/// So many names stand in one line.
const LISTED: usize = 12;

fn push(head: &mut String, label: &str, text: &str) {
    // Writing to a string does not fail.
    let _ = writeln!(head, "// {label}{text}");
}

fn words(effect: &Effect) -> String {
    let words = effect_words(effect.kind);
    let mut text = match &effect.target {
        Some(target) => format!("{}{}", words.with, text::line(target, text::LONGEST_NAME)),
        None => words.alone.to_owned(),
    };
    if effect.count > 1 {
        let _ = write!(text, " ×{}", effect.count);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_the_beginning_of_sha256() {
        assert_eq!(digest("abc"), "ba7816bf");
        assert_ne!(digest("abc "), digest("abc"));
    }
}
