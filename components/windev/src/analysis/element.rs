//! The names of an analysis's elements.

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
        match name {
            b"ANALYSE" => Element::Analysis,
            b"CONNEXION" => Element::Connection,
            b"SOURCE" => Element::Source,
            b"USER" => Element::User,
            b"MDP" => Element::Password,
            b"DB" => Element::Database,
            b"INFOS_ETENDUES" => Element::Details,
            b"FICHIER" => Element::Table,
            b"RUBRIQUE" => Element::Item,
            b"TYPE" => Element::Type,
            b"TYPE_CLE" => Element::KeyType,
            b"SENS_PARCOURS" => Element::Direction,
            b"TAILLE" => Element::Size,
            b"INDICERUBRIQUE" => Element::Value,
            b"COMPOSEE" => Element::Composite,
            b"COMPOSANTE" => Element::Part,
            b"TIMESTAMP" => Element::Timestamp,
            b"CALCULEE" => Element::Computed,
            _ => Element::Other,
        }
    }
}
