//! Keys and the relations that follow from them.

use super::*;

fn composite(name: &str, key: u32, parts: &[(&str, u8)]) -> String {
    let parts: String = parts
        .iter()
        .map(|(part, direction)| {
            format!(
                "<COMPOSANTE Nom=\"{part}\"><SENS_PARCOURS>{direction}</SENS_PARCOURS></COMPOSANTE>"
            )
        })
        .collect();
    format!(
        "<RUBRIQUE Nom=\"{name}\"><TYPE_CLE>{key}</TYPE_CLE><COMPOSEE>{parts}</COMPOSEE></RUBRIQUE>"
    )
}

fn kinds(table: &Table) -> Vec<(&str, KeyKind, bool)> {
    table
        .keys
        .iter()
        .map(|key| (key.name.as_str(), key.kind, key.inferred_primary))
        .collect()
}

#[test]
fn the_key_that_the_file_calls_primary_is() {
    let table = table_of(&[item("a", 24, 1), item("b", 24, 4), item("c", 5, 4)].concat());
    assert_eq!(
        kinds(&table),
        [
            ("a", KeyKind::Unique, false),
            ("b", KeyKind::Primary, false),
            ("c", KeyKind::Unique, false)
        ]
    );
}

#[test]
fn else_it_is_the_automatic_identifier() {
    let table = table_of(&[item("code", 2, 1), item("id", 38, 1), item("x", 5, 2)].concat());
    assert_eq!(
        kinds(&table),
        [
            ("code", KeyKind::Unique, false),
            ("id", KeyKind::Primary, true),
            ("x", KeyKind::Duplicates, false)
        ]
    );
}

#[test]
fn else_it_is_the_only_unique_key_or_none() {
    let one = table_of(&[item("code", 2, 1), item("x", 24, 2)].concat());
    assert_eq!(kinds(&one)[0], ("code", KeyKind::Primary, true));
    let two = table_of(&[item("code", 2, 1), item("name", 2, 1)].concat());
    assert!(
        kinds(&two)
            .iter()
            .all(|(_, kind, _)| *kind == KeyKind::Unique)
    );
    assert!(table_of(&item("x", 24, 0)).keys.is_empty());
}

#[test]
fn a_key_of_type_3_is_unique_with_a_warning() {
    let bytes = file(&format!(
        "<FICHIER Nom=\"T\">{}{}</FICHIER>",
        item("a", 5, 3),
        item("b", 5, 77)
    ));
    let analysis = Analysis::read(&bytes);
    assert_eq!(analysis.tables[0].keys[0].kind, KeyKind::Primary);
    assert_eq!(analysis.tables[0].keys[1].kind, KeyKind::Duplicates);
    let said = &analysis.diagnostics[0];
    assert_eq!(
        (said.code, slice(&bytes, said.span.unwrap()).as_str()),
        ("unknown-key-type", "a")
    );
}

#[test]
fn composite_keys_are_keys_and_not_columns() {
    let parts = [("a", 0), ("b", 1)];
    let table = table_of(
        &[
            item("a", 5, 0),
            item("b", 5, 0),
            composite("a_b", 1, &parts),
        ]
        .concat(),
    );
    assert_eq!(table.columns.len(), 2);
    let key = &table.keys[0];
    assert_eq!(
        (key.name.as_str(), key.kind, key.inferred_primary),
        ("a_b", KeyKind::Primary, true)
    );
    let columns: Vec<_> = key
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.descending))
        .collect();
    assert_eq!(columns, [("a", false), ("b", true)]);
}

fn tables(content: &[(&str, Vec<String>)]) -> Vec<Table> {
    let tables: String = content
        .iter()
        .map(|(name, items)| format!("<FICHIER Nom=\"{name}\">{}</FICHIER>", items.concat()))
        .collect();
    Analysis::read(&file(&tables)).tables
}

fn relations(tables: &[Table]) -> Vec<(String, &'static str, u8)> {
    let tables: Vec<_> = tables.iter().collect();
    infer_relations(&tables)
        .into_iter()
        .map(|found| {
            let place = format!(
                "{}.{} {}.{}",
                found.from_table, found.from_columns[0], found.to_table, found.to_columns[0]
            );
            (place, found.rule, found.confidence)
        })
        .collect()
}

#[test]
fn a_column_refers_to_the_table_whose_primary_key_has_its_name() {
    let tables = tables(&[
        ("Client", vec![item("IDClient", 24, 1)]),
        (
            "Order",
            vec![item("IDOrder", 24, 1), item("idclient", 25, 2)],
        ),
    ]);
    let expected = "Order.idclient Client.IDClient".to_owned();
    assert_eq!(
        relations(&tables),
        [(expected, "same-name-as-primary-key", PRIMARY_OWNER)]
    );
}

#[test]
fn types_have_to_be_alike_and_the_table_another() {
    let tables = tables(&[
        ("Client", vec![item("NumBL", 2, 1)]),
        ("Order", vec![item("NumBL", 5, 2)]),
        ("Self", vec![item("Own", 5, 1), item("Own", 5, 2)]),
    ]);
    assert!(relations(&tables).is_empty());
}

#[test]
fn the_more_tables_may_be_meant_the_less_sure_it_is() {
    let unique = |name: &'static str| (name, vec![item("id", 24, 1), item("NumBL", 2, 1)]);
    let primary = |name: &'static str| (name, vec![item("NumBL", 2, 1)]);
    let refers = ("R", vec![item("NumBL", 39, 2)]);
    let of = |content: &[(&str, Vec<String>)]| relations(&tables(content));
    assert_eq!(of(&[unique("A"), refers.clone()])[0].2, UNIQUE_TEXT_OWNER);
    let number = ("A", vec![item("id", 24, 1), item("NumBL", 5, 1)]);
    let of_number = of(&[number, ("R", vec![item("NumBL", 25, 2)])]);
    assert_eq!(of_number[0].2, UNIQUE_OWNER);
    let one_primary = of(&[unique("A"), primary("B"), refers.clone()]);
    assert_eq!(one_primary.len(), 1);
    assert_eq!(
        (one_primary[0].0.as_str(), one_primary[0].2),
        ("R.NumBL B.NumBL", ONE_PRIMARY_AMONG_OWNERS)
    );
    let several = of(&[primary("A"), primary("B"), refers.clone()]);
    assert_eq!(several.len(), 2);
    assert!(several.iter().all(|found| found.2 == MULTIPLE_OWNERS));
    assert!(
        of(&[
            primary("A"),
            primary("B"),
            primary("C"),
            primary("D"),
            refers
        ])
        .is_empty()
    );
}

#[test]
fn of_several_tables_the_one_that_makes_the_values_is_meant() {
    let tables = tables(&[
        ("User", vec![item("UserID", 24, 1)]),
        ("UserPassword", vec![item("UserID", 25, 1)]),
        ("Visit", vec![item("UserID", 25, 2)]),
    ]);
    let rule = "same-name-as-one-automatic-key";
    let expected = [
        "UserPassword.UserID User.UserID",
        "Visit.UserID User.UserID",
    ];
    assert_eq!(
        relations(&tables),
        expected.map(|place| (place.to_owned(), rule, AUTOMATIC_OWNER))
    );
}

#[test]
fn of_several_tables_the_one_of_the_same_name_is_meant() {
    for column in ["IDOrder", "OrderID", "order_id", "ID_ORDER"] {
        let tables = tables(&[
            ("OldOrder", vec![item(column, 25, 1)]),
            ("Order", vec![item(column, 25, 1)]),
            ("Line", vec![item(column, 25, 2)]),
        ]);
        let expected = format!("Line.{column} Order.{column}");
        assert_eq!(
            relations(&tables),
            [(expected, "same-name-as-table-and-key", NAMED_OWNER)]
        );
    }
}

#[test]
fn a_key_may_have_a_role_in_its_name() {
    for (key, column, table) in [
        ("ForumID", "ParentForumID", "Forum"),
        ("IDClient", "IDClientPayeur", "Client"),
        ("client_id", "payer_client_id", "Client"),
        ("AddressID", "InvoicingAddressID", "Address"),
    ] {
        let tables = tables(
            &[
                ("Forum", vec![item("ForumID", 24, 1)]),
                (table, vec![item(key, 24, 1)]),
                ("ArchiveAddress", vec![item("AddressID", 24, 1)]),
                ("Other", vec![item("OtherID", 24, 1), item(column, 25, 2)]),
            ][usize::from(table == "Forum")..],
        );
        let expected = format!("Other.{column} {table}.{key}");
        assert_eq!(
            relations(&tables),
            [(expected, "name-of-key-with-role", ROLE_OWNER)]
        );
    }
}

#[test]
fn a_table_may_refer_to_itself_by_a_role() {
    let tables = tables(&[(
        "Forum",
        vec![item("ForumID", 24, 1), item("ParentForumID", 25, 2)],
    )]);
    let expected = "Forum.ParentForumID Forum.ForumID".to_owned();
    assert_eq!(
        relations(&tables),
        [(expected, "name-of-key-with-role", ROLE_OWNER)]
    );
}

#[test]
fn a_part_of_a_word_is_no_role_and_a_short_key_has_none() {
    for (key, column) in [
        ("CleID", "PoncleID"),
        ("AID", "ParentAID"),
        ("IDClient", "IDClientele"),
    ] {
        let tables = tables(&[
            ("A", vec![item(key, 24, 1)]),
            ("B", vec![item("BID", 24, 1), item(column, 25, 2)]),
        ]);
        assert!(relations(&tables).is_empty(), "{column}");
    }
}

#[test]
fn dates_and_amounts_refer_to_nothing() {
    for code in [14, 11, 17, 37] {
        let tables = tables(&[
            ("A", vec![item("OrderDay", code, 1)]),
            ("B", vec![item("BID", 24, 1), item("OrderDay", code, 2)]),
        ]);
        assert!(relations(&tables).is_empty(), "{code}");
    }
}

#[test]
fn a_column_with_several_keys_refers_once() {
    let again = item("IDClient", 25, 2);
    let composite = "<RUBRIQUE Nom=\"IDClientRien\"><TYPE_CLE>2</TYPE_CLE><COMPOSEE><COMPOSANTE Nom=\"IDClient\"/></COMPOSEE></RUBRIQUE>";
    let tables = tables(&[
        ("Client", vec![item("IDClient", 24, 1)]),
        (
            "Order",
            vec![item("IDOrder", 24, 1), again, composite.to_owned()],
        ),
    ]);
    assert_eq!(tables[1].keys.len(), 3);
    assert_eq!(relations(&tables).len(), 1);
}

#[test]
fn names_that_many_tables_have_say_nothing() {
    for name in ["Name", "Libellé", "ID", "Type", "Désignation"] {
        let tables = tables(&[
            ("A", vec![item("AID", 24, 1), item(name, 2, 1)]),
            ("B", vec![item(name, 2, 2)]),
        ]);
        assert!(relations(&tables).is_empty(), "{name}");
    }
}

#[test]
fn many_tables_with_the_same_key_take_linear_time() {
    let names: Vec<String> = (0..20_000).map(|number| format!("T{number}")).collect();
    let content: Vec<(&str, Vec<String>)> = names
        .iter()
        .map(|name| {
            (
                name.as_str(),
                vec![item("Number1", 5, 1), item("Other", 5, 2)],
            )
        })
        .collect();
    let tables = tables(&content);
    let started = std::time::Instant::now();
    assert!(relations(&tables).is_empty());
    assert!(started.elapsed().as_secs() < 5);
}
