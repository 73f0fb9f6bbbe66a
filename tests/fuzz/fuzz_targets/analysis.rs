//! The exported analysis: tables, keys, connections and relations of any bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use quarry_fuzz::check_place;
use quarry_windev::analysis::{Analysis, Table, infer_relations};

fuzz_target!(|bytes: &[u8]| {
    let analysis = Analysis::read(bytes);
    for connection in &analysis.connections {
        check_place(bytes, connection.span);
    }
    for table in &analysis.tables {
        check_place(bytes, table.span);
        for column in &table.columns {
            check_place(bytes, column.span);
        }
        for key in &table.keys {
            check_place(bytes, key.span);
        }
    }
    for diagnostic in &analysis.diagnostics {
        if let Some(span) = diagnostic.span {
            check_place(bytes, span);
        }
    }
    let tables: Vec<&Table> = analysis.tables.iter().collect();
    for relation in infer_relations(&tables) {
        let known = |name: &str| tables.iter().any(|table| table.name == name);
        assert!(known(&relation.from_table) && known(&relation.to_table));
        assert!(relation.confidence <= 100);
    }
    assert_eq!(Analysis::read(bytes), analysis);
});
