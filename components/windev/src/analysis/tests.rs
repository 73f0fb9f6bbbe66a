use super::*;
use crate::encoding::Encoding;
use crate::position::Span;
use proptest::prelude::*;

mod connections;
mod format;
mod keys;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n";

/// An analysis with this content, as WinDev writes it: ISO-8859-1, the content on one line.
fn file(content: &str) -> Vec<u8> {
    let text = format!(
        "{DECLARATION}<ANALYSE GenNum=\"12\" VersionStructure=\"2\" RepertoireDefaut=\"\">{content}</ANALYSE>"
    );
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).unwrap())
        .collect()
}

fn table_of(items: &str) -> Table {
    let bytes = file(&format!(
        "<FICHIER Nom=\"T\" NomPhysique=\"T\" FicNullSupporte=\"1\">{items}</FICHIER>"
    ));
    let mut analysis = Analysis::read(&bytes);
    analysis.tables.remove(0)
}

fn item(name: &str, type_code: u32, key: u32) -> String {
    format!(
        "<RUBRIQUE Nom=\"{name}\"><TYPE>{type_code}</TYPE><TYPE_CLE>{key}</TYPE_CLE><SENS_PARCOURS>0</SENS_PARCOURS>\
         <TAILLE>8</TAILLE><INDICERUBRIQUE Indice=\"0\" Null=\"0\" Valeur=\"\" RubNullSupporte=\"0\"/>\
         <INFOS_ETENDUES/></RUBRIQUE>"
    )
}

fn slice(bytes: &[u8], span: Span) -> String {
    let start = span.offset as usize;
    Encoding::declared(bytes)
        .decode(&bytes[start..start + span.length as usize])
        .into_owned()
}

fn codes(bytes: &[u8]) -> Vec<&'static str> {
    Analysis::read(bytes)
        .diagnostics
        .iter()
        .map(|said| said.code)
        .collect()
}

#[test]
fn tables_and_columns_are_read_with_what_they_say() {
    let bytes = file(
        "<CONNEXION Nom=\"C\" Type=\"11\"><SOURCE/><USER/><MDP/><DB/><INFOS_ETENDUES/></CONNEXION>\
         <FICHIER Nom=\"Durée\" NomPhysique=\"DUREE\" FicNullSupporte=\"1\" Connexion=\"C\"><INFOS_ETENDUES/>\
         <RUBRIQUE Nom=\"Libellé &amp; co\"><TYPE>2</TYPE><TYPE_CLE>0</TYPE_CLE><TAILLE>50</TAILLE>\
         <INDICERUBRIQUE Indice=\"0\" Null=\"1\" Valeur=\"\" RubNullSupporte=\"0\" ValeurCalculee=\"0\"/></RUBRIQUE>\
         <RUBRIQUE Nom=\"Total\"><TYPE>17</TYPE><TYPE_CLE>0</TYPE_CLE><TAILLE>10</TAILLE>\
         <INDICERUBRIQUE Indice=\"0\" Valeur=\"0.000000\"/><INDICERUBRIQUE Indice=\"1\" Valeur=\"\"/>\
         <CALCULEE Persistant=\"1\" Unicode=\"0\">A + B</CALCULEE></RUBRIQUE>\
         <RUBRIQUE Nom=\"Modified\"><TYPE>34</TYPE><TAILLE>8</TAILLE><TIMESTAMP Modification=\"1\" UTC=\"0\"/>\
         <INDICERUBRIQUE Valeur=\"some text\"/></RUBRIQUE></FICHIER>",
    );
    let analysis = Analysis::read(&bytes);
    assert!(
        analysis.diagnostics.is_empty(),
        "{:?}",
        analysis.diagnostics
    );
    assert_eq!(
        (analysis.generation, analysis.structure_version),
        (Some(12), Some(2))
    );
    let table = &analysis.tables[0];
    assert_eq!(
        (table.name.as_str(), table.physical_name.as_str()),
        ("Durée", "DUREE")
    );
    assert_eq!(table.connection.as_deref(), Some("C"));
    let [label, total, modified] = table.columns.as_slice() else {
        panic!("three columns")
    };
    assert_eq!(
        (label.name.as_str(), label.size, label.nullable),
        ("Libellé & co", Some(50), false)
    );
    assert_eq!(
        (label.default_value.as_deref(), label.array_length),
        (None, None)
    );
    assert_eq!(
        (total.computed, total.array_length, total.nullable),
        (true, Some(2), true)
    );
    assert_eq!(total.default_value.as_deref(), Some("0.000000"));
    assert_eq!(
        (total.declared_type.as_ref(), total.normalized_type.as_ref()),
        ("17", "currency")
    );
    assert!(modified.timestamp && !modified.computed);
    assert_eq!(modified.default_value.as_deref(), Some("\"…\""));
}

#[test]
fn every_name_is_found_again_in_the_file() {
    let content = format!(
        "\n <FICHIER Nom=\"Qté\">\r\n{}{}</FICHIER><CONNEXION Type=\"6\" Nom='Bäse'></CONNEXION>",
        item("Été", 24, 1),
        item("b", 2, 2)
    );
    let latin = file(&content);
    let utf_8 = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><ANALYSE>{content}</ANALYSE>")
        .into_bytes();
    for bytes in [latin, utf_8] {
        let analysis = Analysis::read(&bytes);
        let table = &analysis.tables[0];
        assert_eq!(slice(&bytes, table.span), "Qté");
        assert_eq!(slice(&bytes, analysis.connections[0].span), "Bäse");
        assert_eq!(analysis.connections[0].name, "Bäse");
        for column in &table.columns {
            assert_eq!(slice(&bytes, column.span), column.name);
            let before = &bytes[..column.span.offset as usize];
            let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
            let line_start = before
                .iter()
                .rposition(|byte| *byte == b'\n')
                .map_or(0, |at| at + 1);
            assert_eq!(column.span.line as usize, line);
            assert_eq!(column.span.column as usize, before.len() - line_start + 1);
        }
        for key in &table.keys {
            assert_eq!(slice(&bytes, key.span), key.name);
        }
    }
}

#[test]
fn a_physical_name_loses_its_directories() {
    let bytes = file("<FICHIER Nom=\"T\" NomPhysique=\"C:\\Users\\somebody\\t.fic\"/>");
    assert_eq!(Analysis::read(&bytes).tables[0].physical_name, "t.fic");
}

#[test]
fn types_have_words_and_unknown_ones_their_number() {
    let words: Vec<_> = [2, 39, 3, 4, 5, 24, 25, 36, 46, 49, 42]
        .map(|code| normalized_type(&code.to_string()))
        .into();
    assert_eq!(
        words,
        [
            "string",
            "unicode string",
            "int16",
            "int8",
            "int32",
            "int64",
            "int64",
            "uint8",
            "uuid",
            "password hash",
            "unknown-42"
        ]
    );
    assert_eq!(normalized_type(""), "unknown");
    assert_eq!(normalized_type("not a number"), "unknown-?");
    for (code, automatic) in [(24, true), (38, true), (46, true), (5, false), (44, false)] {
        assert_eq!(
            table_of(&item("a", code, 0)).columns[0].automatic,
            automatic
        );
    }
}

#[test]
fn what_the_item_says_about_null_is_stronger_than_what_the_table_says() {
    let column = |table: u8, value: &str| {
        let bytes = file(&format!(
            "<FICHIER Nom=\"T\" FicNullSupporte=\"{table}\"><RUBRIQUE Nom=\"a\"><TYPE>5</TYPE>{value}</RUBRIQUE></FICHIER>"
        ));
        Analysis::read(&bytes).tables[0].columns[0].nullable
    };
    assert!(!column(
        1,
        "<INDICERUBRIQUE Null=\"1\" RubNullSupporte=\"0\"/>"
    ));
    assert!(column(
        0,
        "<INDICERUBRIQUE Null=\"0\" RubNullSupporte=\"1\"/>"
    ));
    assert!(column(1, "<INDICERUBRIQUE/>") && column(1, ""));
    assert!(!column(0, "<INDICERUBRIQUE/>"));
}

#[test]
fn an_old_file_without_physical_names_and_with_line_ends_is_read() {
    let bytes = b"<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\r\n<!-- c > --><ANALYSE GenNum=\"1\"\r\n \
        VersionStructure=\"1\">\r\n  <FICHIER Nom=\"T\">\r\n <RUBRIQUE Nom=\"a\">\r\n <TYPE> 5 </TYPE>\r\n <TYPE_CLE>\n1\n\
        </TYPE_CLE><TAILLE><![CDATA[4]]></TAILLE></RUBRIQUE>\r\n</FICHIER></ANALYSE>\r\n";
    let analysis = Analysis::read(bytes);
    assert!(analysis.diagnostics.is_empty());
    let table = &analysis.tables[0];
    assert_eq!(
        (table.physical_name.as_str(), &table.connection),
        ("T", &None)
    );
    assert_eq!(
        (
            table.columns[0].size,
            table.columns[0].normalized_type.as_ref()
        ),
        (Some(4), "int32")
    );
    assert_eq!(table.keys[0].kind, KeyKind::Primary);
}

#[test]
fn files_that_are_no_analysis_are_said_to_be_none() {
    assert_eq!(codes(b""), ["empty-file"]);
    assert_eq!(codes(b"PCS\0...."), ["binary-file"]);
    assert_eq!(codes(b"\xff\xfe<\0"), ["unknown-encoding"]);
    assert_eq!(codes(b"<html/>"), ["not-an-analysis"]);
    assert_eq!(codes(b"<ANALYSE/>"), ["empty-analysis"]);
}

#[test]
fn a_damaged_file_is_read_as_far_as_it_goes() {
    let whole = file(&format!(
        "<FICHIER Nom=\"T\">{}{}</FICHIER>",
        item("a", 5, 1),
        item("b", 5, 0)
    ));
    for length in 0..whole.len() {
        Analysis::read(&whole[..length]);
    }
    let cut = &whole[..whole.len() - 60];
    let analysis = Analysis::read(cut);
    assert_eq!(analysis.tables[0].columns.len(), 2);
    assert_eq!(codes(cut), ["malformed-xml", "truncated-file"]);
    assert_eq!(codes(b"<ANALYSE><FICHIER Nom=\"T\">"), ["truncated-file"]);
    let unclosed = file(&format!(
        "<FICHIER Nom=\"T\">{}<FICHIER Nom=\"U\"></FICHIER>",
        item("a", 5, 1)
    ));
    let names: Vec<_> = Analysis::read(&unclosed)
        .tables
        .into_iter()
        .map(|table| table.name)
        .collect();
    assert_eq!(names, ["T", "U"]);
    assert_eq!(codes(&file("</X><FICHIER Nom=\"T\"/>")), ["malformed-xml"]);
    assert_eq!(
        codes(&file("<FICHIER Nom=\"T")),
        ["malformed-xml", "truncated-file"]
    );
    assert_eq!(
        codes(&file("<FICHIER Nom=\"T\"/><!-- ")),
        ["malformed-xml", "truncated-file"]
    );
}

#[test]
fn document_types_are_passed_over_and_their_entities_stay_names() {
    let mut bytes =
        b"<!DOCTYPE A [<!ENTITY x SYSTEM \"file:///etc/passwd\"><!-- ' --> <!ENTITY y '>'>]>"
            .to_vec();
    bytes.extend(file("<FICHIER Nom=\"&x;&y;\"/>"));
    let analysis = Analysis::read(&bytes);
    assert_eq!(analysis.tables[0].name, "&x;&y;");
    assert_eq!(codes(&bytes), ["document-type"]);
    for cut in [
        &b"<!DOCTYPE"[..],
        b"<!DOCTYPE a [",
        b"<!DOCTYPE '",
        b"<!DOCTYPE <!--",
        b"<!",
    ] {
        assert!(codes(cut).contains(&"malformed-xml"));
    }
}

#[test]
fn large_and_deep_files_are_read_in_linear_time_and_without_recursion() {
    let started = std::time::Instant::now();
    let columns: String = (0..100_000)
        .map(|number| item(&format!("c{number}"), 5, 1))
        .collect();
    let table = table_of(&columns);
    assert_eq!((table.columns.len(), table.keys.len()), (100_000, 100_000));
    let deep = file(&format!(
        "{}{}",
        "<a>".repeat(100_000),
        "</a>".repeat(100_000)
    ));
    assert_eq!(codes(&deep), ["nested-too-deeply", "empty-analysis"]);
    for filler in [
        "<",
        "<a ",
        "<a \"",
        "&",
        "<!--",
        "<![CDATA[",
        "</a>",
        "<a/>",
        "<a b='",
        "]]>",
        "<!DOCTYPE [",
        "<!>",
    ] {
        Analysis::read(&file(&filler.repeat(1_000_000 / filler.len())));
    }
    let attributes = format!("<FICHIER {}/>", "a=\"\" ".repeat(200_000));
    Analysis::read(&file(&attributes));
    let long = file(&format!(
        "<FICHIER Nom=\"T\"><INFOS_ETENDUES>{}</INFOS_ETENDUES></FICHIER>",
        "x;=".repeat(7_000_000)
    ));
    assert_eq!(Analysis::read(&long).tables.len(), 1);
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}

#[test]
fn fifty_megabytes_on_one_line_take_a_few_seconds() {
    let item = item("Column", 2, 0);
    let bytes = file(&format!(
        "<FICHIER Nom=\"T\">{}</FICHIER>",
        item.repeat(50_000_000 / item.len())
    ));
    let started = std::time::Instant::now();
    assert!(Analysis::read(&bytes).tables[0].columns.len() > 200_000);
    assert!(started.elapsed().as_secs() < 10, "{:?}", started.elapsed());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        Analysis::read(&bytes);
    }

    #[test]
    fn nothing_that_resembles_an_analysis_makes_it_panic(
        pieces in prop::collection::vec(
            prop::sample::select(vec![
                "<ANALYSE>", "<FICHIER Nom=\"é\">", "</FICHIER>", "<RUBRIQUE Nom='a'", ">", "/>", "</RUBRIQUE>", "<TYPE>",
                "</TYPE>", "24", "<TYPE_CLE>", "1", "</TYPE_CLE>", "<COMPOSEE>", "</COMPOSEE>", "<COMPOSANTE Nom=\"a\"/>",
                "<CONNEXION>", "</CONNEXION>", "<SOURCE>", "</SOURCE>", "a:1", "Server=", ";", "\"", "'", "=", "&#x", "&amp;",
                "<!--", "-->", "<![CDATA[", "]]>", "<!DOCTYPE", "[", "]", "<?xml", "?>", "<INDICERUBRIQUE Valeur=", "\u{feff}",
            ]),
            0..80,
        ),
    ) {
        let analysis = Analysis::read(pieces.concat().as_bytes());
        let tables: Vec<_> = analysis.tables.iter().collect();
        infer_relations(&tables);
    }
}
