//! Descriptions of one connection brought together.

use crate::analysis::{Connection, kinds};
use crate::position::Span;
use std::collections::{HashMap, HashSet};

/// A database connection that code describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeConnection {
    /// Which file it is described in, by the order in which the files were added.
    pub file: usize,
    /// What that says. The name is that of the variable, or the one that the code gives; the function's where that
    /// name may be something else. The kind is `unknown` when no provider is named.
    pub connection: Connection,
}

/// What a description says of one property.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) enum Part<T> {
    /// Nothing.
    #[default]
    Unset,
    /// Only the running program knows.
    Computed,
    /// This.
    Known(T),
}

impl<T: Clone + PartialEq> Part<T> {
    fn agrees(&self, other: &Self) -> bool {
        matches!(self, Part::Unset) || matches!(other, Part::Unset) || self == other
    }

    fn fill(&mut self, other: &Self) {
        if matches!(self, Part::Unset) {
            self.clone_from(other);
        }
    }

    fn known(self) -> Option<T> {
        match self {
            Part::Known(known) => Some(known),
            Part::Unset | Part::Computed => None,
        }
    }
}

/// Host and port.
pub(super) type Place = (Option<String>, Option<u16>);

/// What one stretch of code says about a connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Description {
    pub(super) name: String,
    pub(super) kind: Part<&'static str>,
    pub(super) place: Part<Place>,
    pub(super) database: Part<String>,
    /// What a connection string says; less than what the properties say.
    pub(super) details: (Place, Option<String>),
    pub(super) has_user: bool,
    pub(super) has_password: bool,
    /// It is a call with arguments, which says that it is about a connection.
    pub(super) is_call: bool,
    pub(super) file: usize,
    pub(super) item: usize,
    pub(super) span: Span,
}

/// Where variables of the type Connection are declared, names folded.
#[derive(Debug, Default)]
pub(super) struct Declared {
    /// In an event or a procedure, for itself.
    pub(super) items: HashSet<(usize, usize, String)>,
    /// In a window, a page, a class, ….
    pub(super) files: HashSet<(usize, String)>,
    /// In the project or in a set of procedures.
    pub(super) project: HashSet<String>,
}

/// Which variable a name means: that of an item, of a file, or of the project.
type Scope = (Option<usize>, Option<usize>, String);

impl Declared {
    fn scope(&self, description: &Description) -> (Scope, bool) {
        let (file, item) = (description.file, description.item);
        let name = description.name.to_lowercase();
        if self.items.contains(&(file, item, name.clone())) {
            ((Some(file), Some(item), name), true)
        } else if self.files.contains(&(file, name.clone())) {
            ((Some(file), None, name), true)
        } else {
            let is_declared = self.project.contains(&name);
            ((None, None, name), is_declared)
        }
    }
}

/// Descriptions of one variable that contradict one another; more of them are a hostile file.
const MOST: usize = 32;

#[derive(Default)]
struct Group {
    is_connection: bool,
    descriptions: Vec<Description>,
}

pub(super) fn connections(
    descriptions: Vec<Description>,
    declared: &Declared,
    known: &HashSet<String>,
    credentials: &HashSet<String>,
) -> Vec<CodeConnection> {
    let mut order = HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for mut description in descriptions {
        let (scope, is_declared) = declared.scope(&description);
        let is_connection = is_declared
            || description.is_call
            || matches!(description.kind, Part::Known(_))
            || known.contains(&scope.2);
        hide(&mut description, credentials);
        let index = *order.entry(scope).or_insert_with(|| {
            groups.push(Group::default());
            groups.len() - 1
        });
        groups[index].is_connection |= is_connection;
        groups[index].descriptions.push(description);
    }
    let groups = groups.into_iter().filter(|group| group.is_connection);
    groups
        .flat_map(|group| merged(group.descriptions))
        .map(connection)
        .collect()
}

/// Drops what stands for a user or a password elsewhere.
fn hide(description: &mut Description, credentials: &HashSet<String>) {
    let is_credential = |text: &String| credentials.contains(&text.to_lowercase());
    if let Part::Known((Some(host), _)) = &description.place
        && is_credential(host)
    {
        description.place = Part::Computed;
    }
    if let Part::Known(database) = &description.database
        && is_credential(database)
    {
        description.database = Part::Computed;
    }
    if description.details.0.0.as_ref().is_some_and(is_credential) {
        description.details.0 = (None, None);
    }
    description.details.1 = description
        .details
        .1
        .take()
        .filter(|name| !is_credential(name));
}

/// One description each for what does not contradict itself.
fn merged(mut all: Vec<Description>) -> Vec<Description> {
    for description in &mut all {
        use_details(description);
    }
    let kind = common(all.iter().map(|one| &one.kind));
    let place = common(all.iter().map(|one| &one.place));
    let database = common(all.iter().map(|one| &one.database));
    let mut kept: Vec<Description> = Vec::new();
    for mut one in all {
        if kept.len() == MOST {
            break;
        }
        one.kind.fill(&kind);
        one.place.fill(&place);
        one.database.fill(&database);
        let alike = kept.iter().position(|other| {
            other.kind.agrees(&one.kind)
                && other.place.agrees(&one.place)
                && other.database.agrees(&one.database)
        });
        match alike.map(|index| &mut kept[index]) {
            Some(other) => {
                other.kind.fill(&one.kind);
                other.place.fill(&one.place);
                other.database.fill(&one.database);
                other.has_user |= one.has_user;
                other.has_password |= one.has_password;
            }
            None => kept.push(one),
        }
    }
    kept
}

fn use_details(description: &mut Description) {
    let (place, database) = std::mem::take(&mut description.details);
    if place != (None, None) {
        description.place.fill(&Part::Known(place));
    }
    if let Some(database) = database {
        description.database.fill(&Part::Known(database));
    }
}

/// What all say that say anything.
fn common<'p, T: Clone + PartialEq + 'p>(parts: impl Iterator<Item = &'p Part<T>>) -> Part<T> {
    let mut said = parts.filter(|part| !matches!(part, Part::Unset));
    match said.next() {
        Some(first) if said.all(|other| other == first) => first.clone(),
        _ => Part::Unset,
    }
}

fn connection(description: Description) -> CodeConnection {
    let kind = description.kind.known().unwrap_or(kinds::UNKNOWN);
    let place = description.place.known().filter(|_| !kinds::is_file(kind));
    let (host, port) = place.unwrap_or_default();
    CodeConnection {
        file: description.file,
        connection: Connection {
            name: description.name,
            kind: kind.to_owned(),
            host,
            port,
            database: description.database.known(),
            has_user: description.has_user,
            has_password: description.has_password,
            span: description.span,
        },
    }
}
