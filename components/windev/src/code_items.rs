//! The code of an element: which events and procedures it has, and where each stands.
//!
//! An event's number is `family << 16 | event`; where the file says nothing it is 0. What the numbers mean beyond
//! the declaration blocks is deduced from the code under them (measured on 707 text files).

use crate::position::{Code, Span};
use crate::text::{Document, Kind, Node};
use std::collections::VecDeque;

/// A project's initialization: its globals and what runs first.
pub const PROJECT_INITIALIZATION: u32 = 3 << 16;
/// What a project runs when it ends.
pub const PROJECT_CLOSING: u32 = (3 << 16) + 2;
/// What a web project runs for each connection of a user.
pub const PROJECT_WEB_CONNECTION: u32 = (3 << 16) + 18;
/// The declarations of a set of procedures.
pub const PROCEDURE_SET_DECLARATION: u32 = 11 << 16;
/// What a set of procedures runs when the project ends.
pub const PROCEDURE_SET_CLOSING: u32 = (11 << 16) + 2;
/// The declarations of a set of browser procedures.
pub const BROWSER_PROCEDURE_SET_DECLARATION: u32 = 15 << 16;
/// The declaration of a class: its members, and types and constants beside it.
pub const CLASS_DECLARATION: u32 = 2 << 16;
/// The global declarations of a window: the number that files leave out.
pub const WINDOW_DECLARATION: u32 = 0;
/// The global declarations of a page, on the server.
pub const PAGE_DECLARATION: u32 = 13 << 16;
/// The initialization of a page, on the server.
pub const PAGE_INITIALIZATION: u32 = (13 << 16) + 28;
/// What the browser runs when it has loaded a page: the page's browser globals.
pub const PAGE_BROWSER_LOAD: u32 = (13 << 16) + 31;
/// The opening of a report: its globals.
pub const REPORT_OPENING: u32 = 5 << 16;
/// A procedure.
pub const PROCEDURE: u32 = 7 << 16;
/// The constructor of a class.
pub const CONSTRUCTOR: u32 = 9 << 16;
/// The destructor of a class.
pub const DESTRUCTOR: u32 = 10 << 16;
/// Reading a property.
pub const PROPERTY_GET: u32 = 30 << 16;
/// Writing a property.
pub const PROPERTY_SET: u32 = 31 << 16;

/// Owner numbers ([`CodeItem::owner_type_code`]).
pub mod owner {
    /// The project.
    pub const PROJECT: u32 = 0;
    /// A window, also of a mobile application.
    pub const WINDOW: u32 = 1;
    /// An internal window.
    pub const INTERNAL_WINDOW: u32 = 71;
    /// A class.
    pub const CLASS: u32 = 10;
    /// A report.
    pub const REPORT: u32 = 13;
    /// A set of procedures.
    pub const PROCEDURE_SET: u32 = 31;
    /// A set of browser procedures.
    pub const BROWSER_PROCEDURE_SET: u32 = 41;
    /// A page.
    pub const PAGE: u32 = 38;
    /// An internal page.
    pub const INTERNAL_PAGE: u32 = 76;
    /// A procedure of a class.
    pub const METHOD: u32 = 12;
    /// A procedure of a window or page.
    pub const LOCAL_PROCEDURE: u32 = 14;
    /// A procedure of a set.
    pub const GLOBAL_PROCEDURE: u32 = 15;
}

/// The code of one event, or of one procedure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeItem {
    /// What the code belongs to: see [`owner`].
    pub owner_type_code: u32,
    /// The name of the procedure or property; none for events.
    pub name: Option<String>,
    /// The file's number for the procedure, property or template, to find copies of one by.
    pub identifier: Option<String>,
    /// Which event: a constant of this module, or another number.
    pub event: u32,
    /// `N` is code for the browser; none is code for the server, or for a program.
    pub role: Option<String>,
    /// `JS`, `Java`, …; none is WLanguage.
    pub language: Option<String>,
    /// Whether the editor shows the event. Events that it does not show have no code.
    pub enabled: bool,
    /// The code. References such as `<§@…§>` to texts of the file's resources stay as they are.
    pub code: Code,
    /// Whether it is the copy of a template's code: every element that uses the template repeats it.
    pub from_template: bool,
    /// The name's place, or that of the line `code :`, or that of the item's dash.
    pub span: Span,
}

impl CodeItem {
    /// Whether the code is WLanguage.
    pub fn is_wlanguage(&self) -> bool {
        self.language.is_none()
    }

    /// Whether the code runs in the browser.
    pub fn is_browser(&self) -> bool {
        self.role.as_deref() == Some("N")
    }
}

/// The code of the file's element itself, without that of its controls.
pub fn code_items(document: &Document<'_>) -> Vec<CodeItem> {
    let mut items = Items::default();
    let elements = document.root().children();
    for elements in elements.filter_map(|element| element.get(CODE_ELEMENTS)) {
        collect(elements, &mut items);
    }
    items.found
}

/// The names of the procedures of a project or a set, which all code may call.
pub fn procedure_names(document: &Document<'_>) -> Vec<String> {
    let elements = document.root().children();
    let owners = elements.filter(|node| matches!(node.key(), Some("project" | "procedure_set")));
    let lists = owners.filter_map(|owner| owner.get(CODE_ELEMENTS)?.get("procedures"));
    let procedures = lists.flat_map(Node::children);
    procedures
        .filter_map(|procedure| text(procedure, "name"))
        .collect()
}

/// The events in which the file's element declares what is global in it or beyond it: those of a project, of a set of
/// procedures, of a window and of a page. A class declares members and a report belongs to nobody else: they have
/// none. Most of an element is procedures, which are not read for this.
pub fn declaration_code_items(document: &Document<'_>) -> Vec<CodeItem> {
    let mut items = Items::default();
    for element in document.root().children() {
        let events = declaration_events(element.key().unwrap_or_default());
        if let (false, Some(elements)) = (events.is_empty(), element.get(CODE_ELEMENTS)) {
            items.only = Some(events);
            collect(elements, &mut items);
        }
    }
    items.found
}

/// The events that declare, by the file's word for the kind of element.
fn declaration_events(element: &str) -> &'static [u32] {
    match element {
        "project" => &[PROJECT_INITIALIZATION],
        "procedure_set" => &[PROCEDURE_SET_DECLARATION, BROWSER_PROCEDURE_SET_DECLARATION],
        "window" => &[WINDOW_DECLARATION],
        "page" => &[PAGE_DECLARATION, PAGE_BROWSER_LOAD],
        _ => &[],
    }
}

/// All code of the file: the element's and that of its controls, blocks, columns, ….
pub fn all_code_items(document: &Document<'_>) -> Vec<CodeItem> {
    let mut items = Items::default();
    let mut path = vec![document.root().children()];
    while let Some(level) = path.last_mut() {
        match level.next() {
            None => {
                path.pop();
            }
            Some(node) if node.key() == Some(CODE_ELEMENTS) => collect(node, &mut items),
            Some(node) => path.push(node.children()),
        }
    }
    items.found
}

/// What the controls of the file are bound to, such as `Customer.Name`: 293 in one of the projects, of version 30. Older
/// versions keep it among their encrypted properties.
pub fn data_bindings<'d>(document: &'d Document<'_>) -> Vec<Node<'d>> {
    let mut bindings = Vec::new();
    let mut path = vec![document.root().children()];
    while let Some(level) = path.last_mut() {
        match level.next() {
            None => {
                path.pop();
            }
            Some(node) if node.key() == Some("data_binding") => bindings.push(node),
            Some(node) if node.key() == Some(CODE_ELEMENTS) => {}
            Some(node) => path.push(node.children()),
        }
    }
    bindings
}

/// Items while they are gathered.
#[derive(Default)]
struct Items {
    /// The only events that are wanted, no procedures among them.
    only: Option<&'static [u32]>,
    found: Vec<CodeItem>,
}

impl Items {
    fn wants(&self, event: Node<'_>) -> bool {
        self.only
            .is_none_or(|events| events.contains(&number(event, EVENT)))
    }
}

const CODE_ELEMENTS: &str = "code_elements";
const EVENT: &str = "type";

/// Adds the code of one `code_elements`, templates included. `orphans` (code of configurations that were removed)
/// is left out.
fn collect(elements: Node<'_>, items: &mut Items) {
    let mut pending = VecDeque::from([(elements, None, false)]);
    while let Some((elements, template, from_template)) = pending.pop_front() {
        let owner = Owner {
            type_code: number(elements, "type_code"),
            name: None,
            identifier: template,
            from_template,
            place: None,
        };
        for list in elements.children() {
            match list.key() {
                Some("p_codes") => add_events(list, &owner, items),
                Some(key) if items.only.is_some() && key != "templates" => {}
                Some("procedures") => add_procedures(list, from_template, items),
                Some("procedure_templates") => add_procedures(list, true, items),
                Some("properties") => add_properties(list, from_template, items),
                Some("property_templates") => add_properties(list, true, items),
                Some("templates") => {
                    let nested = list.children().filter_map(|template| {
                        Some((
                            template.get(CODE_ELEMENTS)?,
                            text(template, "identifier"),
                            true,
                        ))
                    });
                    pending.extend(nested);
                }
                _ => {}
            }
        }
    }
}

/// What the events of a list belong to.
struct Owner {
    type_code: u32,
    name: Option<String>,
    identifier: Option<String>,
    from_template: bool,
    place: Option<Span>,
}

fn add_events(list: Node<'_>, owner: &Owner, items: &mut Items) {
    for event in list.children() {
        if !items.wants(event) {
            continue;
        }
        let code = event.get("code");
        let place = owner.place.or_else(|| code.map(Node::key_span));
        items.found.push(CodeItem {
            owner_type_code: owner.type_code,
            name: owner.name.clone(),
            identifier: owner.identifier.clone(),
            from_template: owner.from_template,
            span: place.unwrap_or_else(|| event.key_span()),
            ..item(event, code)
        });
    }
}

fn add_procedures(list: Node<'_>, from_template: bool, items: &mut Items) {
    for procedure in list.children() {
        let code = procedure.get("code");
        items.found.push(CodeItem {
            from_template,
            ..item(procedure, code)
        });
    }
}

fn add_properties(list: Node<'_>, from_template: bool, items: &mut Items) {
    for property in list.children() {
        let Some(events) = property.get("p_codes") else {
            continue;
        };
        let owner = Owner {
            type_code: number(property, "type_code"),
            name: text(property, "name"),
            identifier: text(property, "identifier"),
            from_template,
            place: property.get("name").map(Node::value_span),
        };
        add_events(events, &owner, items);
    }
}

/// What an item says about itself.
fn item(node: Node<'_>, code: Option<Node<'_>>) -> CodeItem {
    let name = node.get("name");
    let place = name
        .map(Node::value_span)
        .or_else(|| code.map(Node::key_span));
    CodeItem {
        owner_type_code: number(node, "type_code"),
        name: name.and_then(Node::text).map(Into::into),
        identifier: text(node, "procedure_id"),
        event: number(node, EVENT),
        role: text(node, "role"),
        language: text(node, "language"),
        enabled: node.get("enabled").and_then(Node::boolean).unwrap_or(true),
        code: code
            .filter(|code| code.kind() == Kind::Code)
            .and_then(Node::code)
            .unwrap_or_default(),
        from_template: false,
        span: place.unwrap_or_else(|| node.key_span()),
    }
}

fn number(node: Node<'_>, key: &str) -> u32 {
    let number = node.get(key).and_then(Node::number);
    number
        .and_then(|number| number.try_into().ok())
        .unwrap_or_default()
}

fn text(node: Node<'_>, key: &str) -> Option<String> {
    node.get(key)?.text().map(Into::into)
}

#[cfg(test)]
mod tests;
