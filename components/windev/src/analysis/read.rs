//! XML events to the analysis.

use super::element::Element;
use super::endpoint::{self, Endpoint};
use super::entities::decode;
use super::item::Item;
use super::keys::choose_primary;
use super::kinds;
use super::model::{Analysis, Connection, KeyColumn, Table};
use super::positions::Positions;
use super::said::Said;
use super::types::{declared_type, type_of_number};
use super::xml::{Attribute, Event, Reader, Tag, text};
use crate::bytes::same;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::encoding::Encoding;
use crate::position::Span;

struct Builder<'a> {
    encoding: Encoding,
    positions: Positions<'a>,
    open: Vec<Element>,
    analysis: Analysis,
    is_analysis: bool,
    connection: Option<Connection>,
    table: Option<(Table, bool)>,
    item: Option<Item>,
    /// Text of the element that is open, when it is one whose text is kept.
    text: String,
    diagnostics: Diagnostics,
}

impl Analysis {
    /// Reads an analysis. Never fails as a whole: what is damaged is left out and reported.
    pub fn read(bytes: &[u8]) -> Self {
        if let Some(diagnostic) = refused(bytes) {
            return Analysis {
                diagnostics: vec![diagnostic],
                ..Analysis::default()
            };
        }
        let mut reader = Reader::new(bytes);
        let mut builder = Builder {
            encoding: Encoding::declared(bytes),
            positions: Positions::new(bytes),
            open: Vec::new(),
            analysis: Analysis::default(),
            is_analysis: false,
            connection: None,
            table: None,
            item: None,
            text: String::new(),
            diagnostics: Diagnostics::default(),
        };
        while let Some(event) = reader.next() {
            match event {
                Event::Start(tag) => {
                    builder.start(&tag);
                    if builder.may_be_leaf()
                        && let Some(text) = reader.leaf()
                    {
                        builder.leaf(text);
                    }
                }
                Event::Text(piece) => builder.text(piece, false),
                Event::Verbatim(piece) => builder.text(piece, true),
                Event::End => builder.end(),
            }
        }
        let is_truncated = reader.is_truncated();
        builder.finish(is_truncated, reader.diagnostics.finish())
    }
}

/// Why a file is not even tried.
fn refused(bytes: &[u8]) -> Option<Diagnostic> {
    if bytes.is_empty() {
        return Some(Diagnostic::warning(
            "empty-file",
            "the analysis is an empty file",
        ));
    }
    if bytes.starts_with(b"PCS\0") {
        return Some(Diagnostic::binary_file());
    }
    let is_wide = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
    is_wide.then(|| {
        Diagnostic::error(
            "unknown-encoding",
            "the analysis is in UTF-16; only ISO-8859-1, windows-1252 and UTF-8 are read. Convert it",
        )
    })
}

impl Builder<'_> {
    fn start(&mut self, tag: &Tag<'_>) {
        let element = Element::of(tag.name);
        self.text.clear();
        self.open.push(element);
        match element {
            Element::Analysis => {
                self.is_analysis = true;
                self.analysis.generation = self.number(tag, "GenNum");
                self.analysis.structure_version = self.number(tag, "VersionStructure");
            }
            // One that is still open has lost its end tag.
            Element::Connection => {
                self.end_connection();
                self.connection = Some(self.new_connection(tag));
            }
            Element::Table => {
                self.end_table();
                self.table = Some(self.new_table(tag));
            }
            Element::Item => {
                self.end_item();
                let (name, span) = self.name(tag);
                self.item = Some(Item::new(name, span));
            }
            Element::Value => self.value(tag),
            Element::Part => self.part(tag),
            Element::Composite | Element::Timestamp | Element::Computed => {
                if let Some(item) = &mut self.item {
                    item.is_composite |= element == Element::Composite;
                    item.column.timestamp |= element == Element::Timestamp;
                    item.column.computed |= element == Element::Computed;
                }
            }
            _ => {}
        }
    }

    fn new_connection(&self, tag: &Tag<'_>) -> Connection {
        let (name, span) = self.name(tag);
        Connection {
            name,
            kind: kinds::of_number(&self.attribute(tag, "Type")),
            span,
            ..Connection::default()
        }
    }

    /// A table, and whether its items accept null unless they say something else.
    ///
    /// `NomLogiqueDataBase` differs from `NomPhysique` in 26 tables of current analyses, where it is the name of the table
    /// that this one was copied from.
    fn new_table(&self, tag: &Tag<'_>) -> (Table, bool) {
        let (name, span) = self.name(tag);
        let physical_name = self.attribute(tag, "NomPhysique");
        // Never a path seen, but it may be one: directories tell of somebody's machine.
        let physical_name = physical_name
            .rsplit('\\')
            .next()
            .unwrap_or_default()
            .to_owned();
        let table = Table {
            physical_name: if physical_name.is_empty() {
                name.clone()
            } else {
                physical_name
            },
            name,
            connection: Some(self.attribute(tag, "Connexion")).filter(|name| !name.is_empty()),
            span,
            ..Table::default()
        };
        (table, self.attribute(tag, "FicNullSupporte") == "1")
    }

    /// `INDICERUBRIQUE`: the default value of an item, once for each place of an array. `Null` says that the default
    /// is null, not that null is accepted; `ValeurCalculee` was 0 in every item.
    fn value(&mut self, tag: &Tag<'_>) {
        let Some(item) = &mut self.item else {
            return;
        };
        item.values = item.values.saturating_add(1);
        if item.values > 1 {
            return;
        }
        let mut default_value = None;
        for (name, attribute) in tag.attributes() {
            if same(name, b"RubNullSupporte") {
                item.accepts_null.get_or_insert(attribute.value == b"1");
            } else if same(name, b"Valeur") {
                default_value.get_or_insert(attribute.value);
            } else {
                continue;
            }
            if default_value.is_some() && item.accepts_null.is_some() {
                break;
            }
        }
        item.default_value = text(self.encoding, default_value.unwrap_or_default());
    }

    fn part(&mut self, tag: &Tag<'_>) {
        let (name, _) = self.name(tag);
        if let Some(item) = &mut self.item {
            item.parts.push(KeyColumn {
                name,
                descending: false,
            });
        }
    }

    fn text(&mut self, piece: &[u8], is_verbatim: bool) {
        match self.open.last() {
            Some(Element::User | Element::Password) => {
                let is_filled = !piece.trim_ascii().is_empty();
                if let Some(connection) = &mut self.connection {
                    let is_user = self.open.last() == Some(&Element::User);
                    connection.has_user |= is_filled && is_user;
                    connection.has_password |= is_filled && !is_user;
                }
            }
            Some(
                Element::Source
                | Element::Database
                | Element::Details
                | Element::Type
                | Element::KeyType
                | Element::Direction
                | Element::Size,
            ) => {
                let piece = self.encoding.decode(piece);
                if is_verbatim || !piece.contains('&') {
                    self.text.push_str(&piece);
                } else {
                    self.text.push_str(&decode(&piece));
                }
            }
            _ => {}
        }
    }

    /// Whether the element that was just opened says nothing but its text, or nothing that is kept.
    fn may_be_leaf(&self) -> bool {
        matches!(
            self.open.last(),
            Some(
                Element::Type
                    | Element::KeyType
                    | Element::Direction
                    | Element::Size
                    | Element::Value
                    | Element::Other
            )
        )
    }

    /// The whole text of such an element, and its end.
    fn leaf(&mut self, text: &[u8]) {
        match self.open.pop() {
            Some(Element::Value | Element::Other) | None => {}
            Some(element) => match Said::number(text) {
                Some(number) => self.describe(element, &number),
                None => {
                    let text = self.encoding.decode(text);
                    self.describe(element, &Said::Text(text.trim()));
                }
            },
        }
    }

    fn end(&mut self) {
        let Some(element) = self.open.pop() else {
            return;
        };
        let text = std::mem::take(&mut self.text);
        match element {
            Element::Connection => self.end_connection(),
            Element::Table => self.end_table(),
            Element::Item => self.end_item(),
            Element::Source | Element::Database | Element::Details => {
                self.place(element, text.trim())
            }
            Element::Type | Element::KeyType | Element::Direction | Element::Size => {
                self.describe(element, &Said::Text(text.trim()));
            }
            _ => {}
        }
        // Given back for its memory: there are five texts a column.
        self.text = text;
        self.text.clear();
    }

    /// What a connection says about the place of its database.
    fn place(&mut self, element: Element, text: &str) {
        let Some(connection) = self.connection.as_mut() else {
            return;
        };
        if element == Element::Source
            && kinds::is_unknown(&connection.kind)
            && let Some(kind) = kinds::of_file(text)
        {
            connection.kind = kind.to_owned();
        }
        let found = match element {
            Element::Source if kinds::is_file(&connection.kind) => Endpoint::default(),
            Element::Source => endpoint::source(text),
            Element::Database => Endpoint {
                database: endpoint::database(text),
                ..Endpoint::default()
            },
            _ => endpoint::connection_string(text),
        };
        connection.host = connection.host.take().or(found.host);
        connection.port = connection.port.or(found.port);
        // `DB` is the name itself, whatever was found before.
        connection.database = match element {
            Element::Database => found.database.or(connection.database.take()),
            _ => connection.database.take().or(found.database),
        };
        connection.has_user |= found.has_user;
        connection.has_password |= found.has_password;
    }

    fn describe(&mut self, element: Element, said: &Said<'_>) {
        let Some(item) = &mut self.item else {
            return;
        };
        match element {
            Element::Type => match said {
                Said::Number(number) => item.column.declared_type = type_of_number(*number),
                Said::Text("") => {}
                Said::Text(text) => item.column.declared_type = declared_type(text),
            },
            Element::KeyType => item.key_type = said.key_type(),
            Element::Size => item.column.size = said.size(),
            Element::Direction => {
                let descending = matches!(said, Said::Number(1) | Said::Text("1"));
                match (self.open.last(), item.parts.last_mut()) {
                    (Some(Element::Part), Some(part)) => part.descending = descending,
                    _ => item.descending = descending,
                }
            }
            _ => {}
        }
    }

    fn end_item(&mut self) {
        let (Some(item), Some((table, accepts_null))) = (self.item.take(), &mut self.table) else {
            return;
        };
        if let Some(diagnostic) = item.add_to(table, *accepts_null) {
            self.diagnostics.push(diagnostic);
        }
    }

    fn end_table(&mut self) {
        self.end_item();
        if let Some((mut table, _)) = self.table.take() {
            choose_primary(&mut table);
            self.analysis.tables.push(table);
        }
    }

    fn end_connection(&mut self) {
        self.analysis.connections.extend(self.connection.take());
    }

    fn finish(mut self, is_truncated: bool, malformed: Vec<Diagnostic>) -> Analysis {
        self.end_table();
        self.end_connection();
        if !self.is_analysis {
            self.diagnostics.push(Diagnostic::error(
                "not-an-analysis",
                "the file is not an analysis exported as XML. Generate the analysis again in WinDev, which writes the \
                 .xdd file beside the .wda file",
            ));
        } else if is_truncated {
            self.diagnostics.push(Diagnostic::warning(
                "truncated-file",
                "the analysis ends in the middle of an element: what follows is missing. Generate it again in WinDev",
            ));
        } else if self.analysis.tables.is_empty() {
            self.diagnostics.push(Diagnostic::info(
                "empty-analysis",
                "the analysis describes no table",
            ));
        }
        self.analysis.diagnostics = malformed;
        self.analysis.diagnostics.extend(self.diagnostics.finish());
        self.analysis
    }

    fn attribute(&self, tag: &Tag<'_>, name: &str) -> String {
        tag.attribute(name)
            .map(|attribute| text(self.encoding, attribute.value))
            .unwrap_or_default()
    }

    fn number(&self, tag: &Tag<'_>, name: &str) -> Option<u32> {
        self.attribute(tag, name).trim().parse().ok()
    }

    /// An element's name, and where it stands; the tag's name stands for one that is missing.
    fn name(&self, tag: &Tag<'_>) -> (String, Span) {
        let (name, range) = match tag.attribute("Nom") {
            Some(Attribute { value, range }) => (text(self.encoding, value), range),
            None => (String::new(), tag.name_range.clone()),
        };
        (name, self.positions.span(range))
    }
}
