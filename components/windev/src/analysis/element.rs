//! The names of an analysis's elements.

use crate::bytes::same;

/// The elements of an analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    Analysis,
    Connection,
    Source,
    User,
    Password,
    Database,
    Details,
    Table,
    Item,
    Type,
    KeyType,
    Direction,
    Size,
    Value,
    Part,
    Timestamp,
    Computed,
    Composite,
    Other,
}

impl Element {
    /// The element that a tag's name means.
    pub(super) fn of(name: &[u8]) -> Self {
        // By length first: few are left to be compared.
        let is = |wanted: &str| same(name, wanted.as_bytes());
        let known: &[(&str, Element)] = match name.len() {
            2 => &[("DB", Element::Database)],
            3 => &[("MDP", Element::Password)],
            4 => &[("TYPE", Element::Type), ("USER", Element::User)],
            6 => &[("TAILLE", Element::Size), ("SOURCE", Element::Source)],
            7 => &[("FICHIER", Element::Table), ("ANALYSE", Element::Analysis)],
            8 => &[
                ("RUBRIQUE", Element::Item),
                ("TYPE_CLE", Element::KeyType),
                ("COMPOSEE", Element::Composite),
                ("CALCULEE", Element::Computed),
            ],
            9 => &[
                ("CONNEXION", Element::Connection),
                ("TIMESTAMP", Element::Timestamp),
            ],
            10 => &[("COMPOSANTE", Element::Part)],
            13 => &[("SENS_PARCOURS", Element::Direction)],
            14 => &[
                ("INDICERUBRIQUE", Element::Value),
                ("INFOS_ETENDUES", Element::Details),
            ],
            _ => &[],
        };
        let found = known.iter().find(|(known, _)| is(known));
        found.map_or(Element::Other, |(_, element)| *element)
    }
}
