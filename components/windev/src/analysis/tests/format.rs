//! What the measured analyses hold, case by case: every type, key, direction, and default value.

use super::*;

/// Number, words, and whether the database makes the values.
const TYPES: [(u32, &str, bool); 29] = [
    (2, "string", false),
    (3, "int16", false),
    (4, "int8", false),
    (5, "int32", false),
    (6, "float32", false),
    (7, "float64", false),
    (9, "uint16", false),
    (11, "time", false),
    (14, "date", false),
    (17, "currency", false),
    (24, "int64", true),
    (25, "int64", false),
    (26, "uint32", false),
    (27, "uint64", false),
    (28, "binary", false),
    (29, "text memo", false),
    (30, "binary memo", false),
    (34, "datetime", false),
    (35, "duration", false),
    (36, "uint8", false),
    (37, "boolean", false),
    (38, "int32", true),
    (39, "unicode string", false),
    (40, "unicode text memo", false),
    (41, "decimal", false),
    (42, "unknown-42", false),
    (44, "uuid", false),
    (46, "uuid", true),
    (49, "password hash", false),
];

#[test]
fn every_type_that_was_seen_has_its_words_and_its_size() {
    for (code, words, automatic) in TYPES {
        let table = table_of(&item("a", code, 0));
        let column = &table.columns[0];
        assert_eq!(column.declared_type, code.to_string());
        assert_eq!(
            (
                column.normalized_type.as_ref(),
                column.automatic,
                column.size
            ),
            (words, automatic, Some(8)),
            "{code}"
        );
    }
    let unknown = table_of(&item("a", 77, 0)).columns.remove(0);
    assert_eq!(
        (
            unknown.declared_type.as_ref(),
            unknown.normalized_type.as_ref()
        ),
        ("77", "unknown-77")
    );
}

#[test]
fn every_key_type_promises_what_was_measured() {
    let kind = |code| {
        let table = table_of(&[item("other", 5, 4), item("a", 5, code)].concat());
        table.keys.get(1).map(|key| key.kind)
    };
    assert_eq!(kind(0), None);
    assert_eq!(kind(1), Some(KeyKind::Unique));
    assert_eq!(kind(2), Some(KeyKind::Duplicates));
    assert_eq!(kind(3), Some(KeyKind::Unique));
    assert!(
        table_of("<RUBRIQUE Nom=\"a\"><TYPE>5</TYPE></RUBRIQUE>")
            .keys
            .is_empty()
    );
}

#[test]
fn each_part_of_a_composite_key_has_its_own_direction() {
    let parts: String = (0..7)
        .map(|part| {
            format!(
                "<COMPOSANTE Nom=\"c{part}\"><SENS_PARCOURS>{}</SENS_PARCOURS></COMPOSANTE>",
                part % 2
            )
        })
        .collect();
    let table = table_of(&format!(
        "<RUBRIQUE Nom=\"k\"><TYPE_CLE>2</TYPE_CLE><SENS_PARCOURS>0</SENS_PARCOURS><COMPOSEE>{parts}</COMPOSEE></RUBRIQUE>"
    ));
    let directions: Vec<bool> = table.keys[0]
        .columns
        .iter()
        .map(|part| part.descending)
        .collect();
    assert_eq!(directions, [false, true, false, true, false, true, false]);
    assert!(table.columns.is_empty());
    let single = "<RUBRIQUE Nom=\"a\"><TYPE>5</TYPE><TYPE_CLE>2</TYPE_CLE><SENS_PARCOURS>1</SENS_PARCOURS></RUBRIQUE>";
    assert!(table_of(single).keys[0].columns[0].descending);
}

#[test]
fn default_values_are_those_of_the_first_place_of_an_array() {
    let column = |values: &str| {
        let item = format!("<RUBRIQUE Nom=\"a\"><TYPE>5</TYPE>{values}</RUBRIQUE>");
        let column = table_of(&item).columns.remove(0);
        (column.default_value, column.array_length, column.nullable)
    };
    let one = "<INDICERUBRIQUE Indice=\"0\" Null=\"0\" Valeur=\"1\" RubNullSupporte=\"0\" ValeurCalculee=\"0\"/>";
    let other = "<INDICERUBRIQUE Indice=\"1\" Null=\"0\" Valeur=\"2\" RubNullSupporte=\"1\"/>";
    assert_eq!(column(one), (Some("1".to_owned()), None, false));
    assert_eq!(
        column(&[one, other].concat()),
        (Some("1".to_owned()), Some(2), false)
    );
    assert_eq!(column(""), (None, None, true));
    let empty = "<INDICERUBRIQUE Null=\"1\" Valeur=\"\" RubNullSupporte=\"0\"/>";
    assert_eq!(column(empty), (None, None, false));
    let twice = "<INDICERUBRIQUE Valeur=\" 7 \" Valeur=\"8\"/>";
    assert_eq!(column(twice), (Some("7".to_owned()), None, true));
}

#[test]
fn the_name_that_sql_engines_know_is_passed_over_since_it_is_that_of_the_table_it_was_copied_from()
{
    let bytes = file(
        "<FICHIER Nom=\"Label\" Abreviation=\"\" NomPhysique=\"LABEL\" NomLogiqueDataBase=\"Product1\" \
         FicNullSupporte=\"0\" Connexion=\"C\"/>",
    );
    assert_eq!(Analysis::read(&bytes).tables[0].physical_name, "LABEL");
}

#[test]
fn the_rest_of_the_file_does_not_depend_on_the_version_of_its_structure() {
    let items = [item("id", 24, 1), item("name", 2, 2)].concat();
    let new =
        format!("<FICHIER Nom=\"T\" NomPhysique=\"T\" FicNullSupporte=\"1\">{items}</FICHIER>");
    let old = new
        .replace(" NomPhysique=\"T\"", "")
        .replace("><", ">\r\n\t<");
    let whole = |version: u32, content: &str| {
        let text =
            format!("{DECLARATION}<ANALYSE VersionStructure=\"{version}\">{content}</ANALYSE>");
        let mut analysis = Analysis::read(text.as_bytes());
        assert_eq!(analysis.structure_version, Some(version));
        assert!(analysis.diagnostics.is_empty());
        let mut table = analysis.tables.remove(0);
        table.span = Span::default();
        table
            .columns
            .iter_mut()
            .for_each(|column| column.span = Span::default());
        table
            .keys
            .iter_mut()
            .for_each(|key| key.span = Span::default());
        table
    };
    assert_eq!(whole(2, &new), whole(1, &old));
}

#[test]
fn a_quote_of_the_other_kind_and_an_angle_bracket_may_stand_in_a_name() {
    for (tag, name) in [
        ("<FICHIER Nom=\"a'b\"/>", "a'b"),
        ("<FICHIER Nom='a\"b'/>", "a\"b"),
        ("<FICHIER Nom=\"a>b\" NomPhysique='x'/>", "a>b"),
        ("<FICHIER Nom='a>\"b'/>", "a>\"b"),
        ("<FICHIER A='\"' Nom=\">'\"/>", ">'"),
    ] {
        assert_eq!(Analysis::read(&file(tag)).tables[0].name, name, "{tag}");
    }
}
