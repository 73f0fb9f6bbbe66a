//! Names of columns that say nothing about the table: `Name` is unique in one table and repeats in others that have
//! nothing to do with it. Of 29 relations by such names that were read by eye in 8 projects, one may be right.

use crate::bytes::same;
use crate::wlanguage::fold;

/// In the languages of the projects that were read: English, French, Spanish, Portuguese. Without accents.
const NAMES: [&str; 71] = [
    "id",
    "uuid",
    "guid",
    "key",
    "cle",
    "clave",
    "chave",
    "code",
    "codigo",
    "cod",
    "ref",
    "reference",
    "referencia",
    "name",
    "nom",
    "nombre",
    "nome",
    "fullname",
    "nomcomplet",
    "title",
    "titre",
    "titulo",
    "label",
    "libelle",
    "caption",
    "intitule",
    "description",
    "descripcion",
    "descricao",
    "designation",
    "designacion",
    "design",
    "text",
    "texte",
    "texto",
    "type",
    "tipo",
    "kind",
    "category",
    "categorie",
    "categoria",
    "state",
    "status",
    "etat",
    "statut",
    "estado",
    "order",
    "ordre",
    "orden",
    "ordem",
    "rank",
    "rang",
    "position",
    "number",
    "numero",
    "num",
    "no",
    "date",
    "time",
    "heure",
    "hora",
    "year",
    "annee",
    "value",
    "valeur",
    "valor",
    "comment",
    "commentaire",
    "user",
    "usuario",
    "email",
];

/// Whether a column's name is such a one.
pub(super) fn is_generic(name: &str) -> bool {
    let folded = fold(name);
    let is = |name: &&str| same(name.as_bytes(), folded.as_bytes());
    NAMES.iter().any(is)
}

#[cfg(test)]
mod tests {
    use super::is_generic;

    #[test]
    fn names_are_compared_without_case_and_accents() {
        for name in ["Name", "LIBELLÉ", "Désignation", "id", "Código"] {
            assert!(is_generic(name), "{name}");
        }
        for name in ["CustomerID", "IDClient", "NumFacture", "Names", ""] {
            assert!(!is_generic(name), "{name}");
        }
    }
}
