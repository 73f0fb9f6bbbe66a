//! Types as they are written, in English words that do not depend on the language of the code.

use super::blocks::is_article;
use super::lexer::TokenKind;
use super::statements::Program;
use std::ops::Range;

/// The type that the tokens `range` of a declaration name, in English: `dynamic array of 2 by * of string`,
/// `8-byte int`, `dynamic COneDriveElement`. Names of classes are kept as they are written.
pub(super) fn normalized_type(program: &Program<'_>, range: Range<usize>) -> String {
    let mut reader = TypeReader {
        program,
        at: range.start,
        end: range.end,
        parts: Vec::new(),
    };
    while reader.container() {}
    let base = reader.base();
    reader.parts.push(base);
    reader.parts.join(" of ")
}

struct TypeReader<'p, 'a> {
    program: &'p Program<'a>,
    at: usize,
    end: usize,
    /// What contains what is still to be read: `array`, `queue`, dimensions.
    parts: Vec<String>,
}

impl<'p, 'a> TypeReader<'p, 'a> {
    fn word(&self, ahead: usize) -> &'p str {
        let index = self.at + ahead;
        if index < self.end {
            self.program.folded(index)
        } else {
            ""
        }
    }

    fn text(&self, ahead: usize) -> &'a str {
        let index = self.at + ahead;
        if index < self.end {
            self.program.text(index)
        } else {
            ""
        }
    }

    /// Reads one container up to and with its `of`; false where the type itself begins.
    fn container(&mut self) -> bool {
        self.skip_article();
        let mut ahead = 0;
        let mut modifiers = ContainerModifiers::default();
        while modifiers.take(self.word(ahead)) {
            ahead += 1;
        }
        let Some((name, length)) = container_name(self.word(ahead), self.word(ahead + 3)) else {
            return false;
        };
        self.at += ahead + length;
        loop {
            if modifiers.take(self.word(0)) {
                self.at += 1;
            } else if self.text(0) == "(" {
                self.skip_parentheses();
            } else {
                break;
            }
        }
        self.parts.push(modifiers.describe(name));
        self.skip_of();
        self.dimensions();
        true
    }

    fn skip_article(&mut self) {
        while is_article(self.word(0)) {
            self.at += 1;
        }
    }

    /// `of`, `de`, `d'`.
    fn skip_of(&mut self) {
        if matches!(self.word(0), "of" | "de" | "des") {
            self.at += 1;
        } else if self.word(0) == "d" && matches!(self.text(1), "'" | "’") {
            self.at += 2;
        }
    }

    fn skip_parentheses(&mut self) {
        let mut depth = 0_usize;
        while self.at < self.end {
            match self.text(0) {
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ => {}
            }
            self.at += 1;
            if depth == 0 {
                break;
            }
        }
    }

    /// `2 by *`, `0`, `nMax par 3`.
    fn dimensions(&mut self) {
        let mut dimensions = Vec::new();
        while self.is_dimension() {
            dimensions.push(self.text(0));
            self.at += 1;
            if !matches!(self.word(0), "by" | "par" | "x") && self.text(0) != "," {
                break;
            }
            self.at += 1;
        }
        if !dimensions.is_empty() {
            self.parts.push(dimensions.join(" by "));
            self.skip_of();
        }
    }

    fn is_dimension(&self) -> bool {
        // `8-byte int` begins with a number too.
        let is_size = matches!(self.text(1), "-") || is_byte(self.word(1));
        let is_number = self.at < self.end && self.program.is_kind(self.at, TokenKind::Number);
        let is_name = !self.word(0).is_empty()
            && (matches!(self.word(1), "by" | "par")
                || (scalar(self.word(0)).is_none()
                    && !is_string_kind(self.word(0))
                    && scalar(self.word(1)).is_some()));
        (is_number && !is_size) || self.text(0) == "*" || is_name
    }

    /// The type itself, behind all containers.
    fn base(&mut self) -> String {
        self.skip_article();
        let mut facts = BaseFacts::default();
        let mut kept = Vec::new();
        while self.at < self.end {
            if self.text(0) == "(" {
                self.skip_parentheses();
            } else if let Some(length) = self.size(&mut facts) {
                self.at += length;
            } else {
                if !facts.take(self.word(0)) {
                    kept.push(self.at);
                }
                self.at += 1;
            }
        }
        // `object cMachine` is a `cMachine`.
        let is_object = |index: &usize| matches!(self.program.folded(*index), "object" | "objet");
        if kept.len() > 1 && kept.first().is_some_and(is_object) {
            kept.remove(0);
        }
        let known = self.known(&kept);
        if matches!(known, Some("int" | "real")) && facts.bytes.is_none() {
            // `entier sur 8` is short for `entier sur 8 octets`; the length of a string counts characters.
            facts.bytes = facts.length.take();
        }
        facts.describe(known, self.written(&kept))
    }

    /// The type of WLanguage that some words name.
    fn known(&self, words: &[usize]) -> Option<&'static str> {
        let folded = words.iter().map(|index| self.program.folded(*index));
        let phrase: Vec<&str> = folded.filter(|word| !word.is_empty()).take(4).collect();
        let first = words.first().map(|index| self.program.folded(*index));
        known_phrase(&phrase.join(" ")).or_else(|| scalar(first?))
    }

    /// `8 bytes`, `4-byte`, `sur 8 octets`, `on 20`: how many tokens it is.
    fn size(&self, facts: &mut BaseFacts) -> Option<usize> {
        let prefix = usize::from(matches!(self.word(0), "on" | "sur"));
        let number = self.at + prefix;
        if number >= self.end || !self.program.is_kind(number, TokenKind::Number) {
            return None;
        }
        let hyphen = usize::from(self.text(prefix + 1) == "-");
        let in_bytes = is_byte(self.word(prefix + 1 + hyphen));
        let size = self.text(prefix).chars().take(4).collect();
        if in_bytes {
            facts.bytes = Some(size);
            return Some(prefix + 1 + hyphen + 1);
        }
        if prefix == 1 {
            facts.length = Some(size);
            return Some(2);
        }
        None
    }

    /// The tokens as they are written, with blanks where there were some.
    fn written(&self, indices: &[usize]) -> String {
        let mut text = String::new();
        let mut before = None;
        for index in indices {
            let Some(token) = self.program.tokens.get(*index) else {
                continue;
            };
            // A literal is no part of the name of a type.
            if token.kind == TokenKind::Text {
                continue;
            }
            if before.is_some_and(|end| end < token.start) {
                text.push(' ');
            }
            text.push_str(token.text(self.program.code));
            before = Some(token.end);
        }
        text
    }
}

/// `array`, `tableau`, `queue`, `file d'attente`, …, with the number of tokens.
fn container_name(first: &str, fourth: &str) -> Option<(&'static str, usize)> {
    Some(match first {
        "array" | "tableau" | "arrays" | "tableaux" => ("array", 1),
        "queue" | "queues" => ("queue", 1),
        "file" if fourth == "attente" => ("queue", 4),
        "stack" | "pile" => ("stack", 1),
        "list" | "liste" => ("list", 1),
        _ => return None,
    })
}

/// What stands before or behind `array`.
#[derive(Default)]
struct ContainerModifiers {
    dynamic: bool,
    associative: bool,
    fixed: bool,
}

impl ContainerModifiers {
    fn take(&mut self, word: &str) -> bool {
        match word {
            "dynamic" | "dynamique" | "dynamiques" => self.dynamic = true,
            "associative" | "associatif" | "associatifs" => self.associative = true,
            "fixed" | "fixe" => self.fixed = true,
            _ => return false,
        }
        true
    }

    fn describe(&self, name: &str) -> String {
        let dynamic = if self.dynamic { "dynamic " } else { "" };
        let fixed = if self.fixed { "fixed " } else { "" };
        let associative = if self.associative { "associative " } else { "" };
        format!("{dynamic}{fixed}{associative}{name}")
    }
}

/// What is said of a type besides its name.
#[derive(Default)]
struct BaseFacts {
    bytes: Option<String>,
    length: Option<String>,
    unsigned: bool,
    system: bool,
    dynamic: bool,
    fixed: bool,
    string_kind: Option<&'static str>,
    /// `sans`, of which `signe` makes `unsigned`.
    without: bool,
}

impl BaseFacts {
    fn take(&mut self, word: &str) -> bool {
        match word {
            "unsigned" => self.unsigned = true,
            "sans" => self.without = true,
            "signe" if self.without => self.unsigned = true,
            "system" | "systeme" => self.system = true,
            "dynamic" | "dynamique" | "dynamiques" => self.dynamic = true,
            "fixed" | "fixe" => self.fixed = true,
            "ansi" => self.string_kind = Some("ansi"),
            "unicode" => self.string_kind = Some("unicode"),
            "asciiz" => self.string_kind = Some("asciiz"),
            _ => return false,
        }
        true
    }

    fn describe(self, known: Option<&str>, written: String) -> String {
        let mut words: Vec<String> = Vec::new();
        if self.dynamic {
            words.push("dynamic".to_owned());
        }
        if self.fixed {
            words.push("fixed".to_owned());
        }
        words.extend(self.bytes.map(|bytes| format!("{bytes}-byte")));
        if self.unsigned {
            words.push("unsigned".to_owned());
        }
        if self.system {
            words.push("system".to_owned());
        }
        words.extend(self.string_kind.map(str::to_owned));
        match known {
            Some(name) => words.push(name.to_owned()),
            None if self.string_kind.is_some() && written.is_empty() => words.push("string".into()),
            None if !written.is_empty() => words.push(written),
            None => {}
        }
        words.extend(self.length.map(|length| format!("of length {length}")));
        words.join(" ")
    }
}

fn is_byte(folded: &str) -> bool {
    matches!(folded, "byte" | "bytes" | "octet" | "octets")
}

fn is_string_kind(folded: &str) -> bool {
    matches!(
        folded,
        "ansi"
            | "unicode"
            | "asciiz"
            | "fixed"
            | "fixe"
            | "unsigned"
            | "dynamic"
            | "dynamique"
            | "system"
    )
}

/// The types that one word names, in the singular or the plural.
fn scalar(folded: &str) -> Option<&'static str> {
    Some(match folded {
        "string" | "strings" | "chaine" | "chaines" => "string",
        "boolean" | "booleans" | "booleen" | "booleens" | "bool" => "boolean",
        "int" | "ints" | "integer" | "integers" | "entier" | "entiers" => "int",
        "real" | "reals" | "reel" | "reels" | "double" | "float" => "real",
        "currency" | "currencies" | "monetaire" | "monetaires" => "currency",
        "numeric" | "numerics" | "numerique" | "numeriques" => "numeric",
        "date" | "dates" => "date",
        "time" | "times" | "heure" | "heures" => "time",
        "datetime" | "datetimes" | "dateheure" | "dateheures" => "datetime",
        "duration" | "durations" | "duree" | "durees" => "duration",
        "buffer" | "buffers" => "buffer",
        "variant" | "variants" | "variante" | "variantes" => "variant",
        "character" | "characters" | "caractere" | "caracteres" => "character",
        "byte" | "bytes" | "octet" | "octets" => "byte",
        "connection" | "connections" | "connexion" | "connexions" => "connection",
        "datasource" | "datasources" => "data source",
        "record" | "records" | "enregistrement" | "enregistrements" => "record",
        "procedure" | "procedures" => "procedure",
        "object" | "objects" | "objet" | "objets" => "object",
        "image" | "images" => "image",
        "font" | "fonts" | "police" | "polices" => "font",
        "color" | "couleur" | "couleurs" => "color",
        _ => return None,
    })
}

/// The types that take several words.
fn known_phrase(folded: &str) -> Option<&'static str> {
    Some(match folded {
        "source de donnees" | "sources de donnees" | "data source" | "data sources" => {
            "data source"
        }
        "requete sql" | "requetes sql" | "sql query" | "sql queries" => "sql query",
        "date time" | "date heure" => "datetime",
        "description de fichier" | "description of file" | "file description" => "file description",
        "description de rubrique" | "description of item" | "item description" => {
            "item description"
        }
        "description de lien" | "link description" => "link description",
        "objet" | "object" => "object",
        phrase if !phrase.is_empty() && !phrase.contains(' ') => return scalar(phrase),
        _ => return None,
    })
}

/// The type of a variable for which `LET` does not name one, as far as its value shows it.
pub(super) fn inferred_type(program: &Program<'_>, value: Range<usize>) -> &'static str {
    let word = program.folded(value.start);
    match program.tokens.get(value.start).map(|token| token.kind) {
        _ if value.len() != 1 => "inferred",
        Some(TokenKind::Text) => "string",
        Some(TokenKind::Number) if program.text(value.start).contains('.') => "real",
        Some(TokenKind::Number) => "int",
        Some(TokenKind::Word) if matches!(word, "true" | "false" | "vrai" | "faux") => "boolean",
        _ => "inferred",
    }
}
