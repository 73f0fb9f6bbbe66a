//! Reads back what a document says of connections, of global state and of initialization code.

use std::collections::{BTreeMap, BTreeSet};

/// How far a block of initialization code is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Block {
    /// How many lines it has.
    pub lines: usize,
    /// Whether it is said what it does.
    pub has_effects: bool,
    /// Whether it is said what it writes and reads.
    pub has_globals: bool,
    /// Its lines that are shown.
    pub shown: Vec<String>,
    /// How many are said to be cut.
    pub cut: usize,
    pub digest: String,
    /// Its file, which is named unless all is shown.
    pub file: Option<String>,
}

/// The blocks of a document, by the beginning of their items: `Shop, block 1`.
pub fn blocks(document: &str) -> BTreeMap<String, Block> {
    let mut blocks = BTreeMap::new();
    let mut last = String::new();
    let mut fence: Option<String> = None;
    for line in section(document, "Initialization Code").lines() {
        if let Some(end) = &fence {
            if line == end {
                fence = None;
            } else {
                let block: &mut Block = blocks.get_mut(&last).expect("an item above its code");
                block.shown.push(line.to_owned());
            }
        } else if line.starts_with("```") {
            let ticks = line.chars().take_while(|tick| *tick == '`').count();
            fence = Some("`".repeat(ticks));
        } else if let Some(item) = line.strip_prefix("- ") {
            let (name, block) = block(item);
            last = name;
            assert!(blocks.insert(last.clone(), block).is_none(), "{last} twice");
        } else if line.starts_with("Cut") {
            let (_, cut) = line.split_once(": the last ").unwrap();
            let (cut, of) = cut.split_once(" of ").unwrap();
            let block = blocks.get_mut(&last).unwrap();
            block.cut = cut.parse().unwrap();
            assert_eq!(leading(of), block.lines, "{line}");
        }
    }
    blocks
}

fn block(item: &str) -> (String, Block) {
    let (element, rest) = item.split_once(", block ").unwrap();
    let (order, rest) = rest.split_once(": ").unwrap();
    let (head, effects) = match rest.find("; ") {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    let between = |before: &str, after: &str| {
        let (_, behind) = head.split_once(before)?;
        Some(behind.split(after).next().unwrap_or_default().to_owned())
    };
    let block = Block {
        lines: leading(rest),
        has_effects: effects.contains("; in order: "),
        has_globals: effects.contains("; writes ") || effects.contains("; reads "),
        digest: between(", digest `", "`").expect("a digest"),
        file: between(", in `", "`"),
        ..Block::default()
    };
    (format!("{element}, block {order}"), block)
}

/// The number that a text begins with.
fn leading(text: &str) -> usize {
    let digits: String = text.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

/// `N of M WHAT` as the section of that title says it.
pub fn counted(document: &str, title: &str, what: &str) -> (usize, usize) {
    let section = section(document, title);
    let mut places = section.match_indices(what).map(|(at, _)| &section[..at]);
    let found = places.find_map(|before| {
        let (before, total) = before.trim_end().rsplit_once(" of ")?;
        let shown = before
            .rsplit(|letter: char| !letter.is_ascii_digit())
            .next()?;
        Some((shown.parse().ok()?, total.parse().ok()?))
    });
    found.unwrap_or_else(|| panic!("no count of {what} in {section}"))
}

/// The variables and constants of a document, each behind the heading that it stands under.
pub fn globals(document: &str) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    let Some((_, block)) = document.split_once("```globals data=") else {
        return found;
    };
    let mut heading = String::new();
    for line in block.split("\n```").next().unwrap().lines().skip(1) {
        if let Some(of) = line.strip_prefix("# ") {
            of.split(" line ").next().unwrap().clone_into(&mut heading);
            continue;
        }
        for one in split(&line[type_length(line)..]) {
            let name = one.split(' ').next().unwrap();
            let is_new = found.insert((heading.clone(), name.to_owned()));
            assert!(is_new, "{name} twice in {heading}");
        }
    }
    found
}

/// The length of the type at the beginning of a line, which is a JSON string unless it is a few words.
fn type_length(line: &str) -> usize {
    let mut quoted = 0;
    if let Some(inside) = line.strip_prefix('"') {
        let mut is_escaped = false;
        let end = inside.find(|letter| {
            let ends = letter == '"' && !is_escaped;
            is_escaped = letter == '\\' && !is_escaped;
            ends
        });
        quoted = end.unwrap() + 2;
    }
    quoted + line[quoted..].find(": ").unwrap() + 2
}

/// The parts between commas outside of JSON strings.
fn split(list: &str) -> Vec<&str> {
    let (mut parts, mut start) = (Vec::new(), 0);
    let (mut is_quoted, mut is_escaped) = (false, false);
    for (at, letter) in list.char_indices() {
        match letter {
            '"' if !is_escaped => is_quoted = !is_quoted,
            ',' if !is_quoted => {
                parts.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
        is_escaped = letter == '\\' && !is_escaped;
    }
    parts.push(list[start..].trim());
    parts
}

/// The names of connections that a document lists.
pub fn connections(document: &str) -> BTreeSet<String> {
    let section = section(document, "Database Connections");
    let items = section.lines().filter_map(|line| line.strip_prefix("- "));
    let mut names = BTreeSet::new();
    for item in items {
        let (head, rest) = item.split_once(": ").unwrap();
        // Connections of which nothing is said share the item of their kind.
        let spans = match head.contains(", without host") {
            true => rest.split(", all in ").next().unwrap(),
            false => head,
        };
        names.extend(spans.split('`').skip(1).step_by(2).map(str::to_owned));
    }
    names
}

/// A section of a document, without its heading.
fn section<'d>(document: &'d str, title: &str) -> &'d str {
    let Some((_, behind)) = document.split_once(&format!("\n## {title}\n")) else {
        return "";
    };
    behind.split("\n## ").next().unwrap_or_default()
}
