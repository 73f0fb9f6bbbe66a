//! Inputs for tests.
#![allow(dead_code, reason = "each test file uses a part of it")]

pub mod business;
pub mod compact;
pub mod hostile;
mod stack;
pub mod state;
mod types;
pub mod varied;

pub use quarry_component_prompt_builder::facts;
pub use stack::{advice, attribute, stack};
pub use types::{data_type, words};

use facts::*;
use quarry_component_prompt_builder::prompt::Input;
use quarry_component_prompt_builder::{CONTEXT, Output, build};
use tiktoken_rs::o200k_base_singleton;

/// More tokens than any document of a test has.
pub const UNLIMITED: u32 = 1_000_000;

/// Four bytes a token, rounded up: coarse, and as additive as a real tokenizer is.
pub fn four_bytes(text: &str) -> u32 {
    u32::try_from(text.len().div_ceil(4)).unwrap()
}

pub fn o200k(text: &str) -> u32 {
    u32::try_from(o200k_base_singleton().encode_ordinary(text).len()).unwrap()
}

/// As the host counts: exactly, by an upper estimate, and by bytes.
pub const TOKENIZERS: [fn(&str) -> u32; 3] = [
    o200k,
    |text| 2 * o200k(text),
    |text| u32::try_from(text.len()).unwrap(),
];

/// What an input becomes.
pub fn built(input: &Input) -> Output {
    build(input, &four_bytes).unwrap()
}

/// The document that an input becomes.
pub fn context(input: &Input) -> String {
    let (path, text) = built(input).files.swap_remove(0);
    assert_eq!(path, CONTEXT);
    text
}

pub fn origin(path: &str, line: u32, column: u32) -> Origin {
    Origin {
        path: path.to_owned(),
        line,
        column,
        offset: u64::from(line) * 40,
        length: 120,
    }
}

/// The place of a part of a table.
pub fn part(column: u32) -> Place {
    Place {
        line: 1,
        column,
        offset: 40,
        length: 120,
    }
}

/// An input without any fact.
pub fn empty() -> Input {
    Input {
        project: "empty".to_owned(),
        configuration: None,
        stack: stack(),
        facts: FactSet {
            projects: Vec::new(),
            configurations: Vec::new(),
            elements: Vec::new(),
            connections: Vec::new(),
            tables: Vec::new(),
            relations: Vec::new(),
            table_uses: Vec::new(),
            global_variables: Vec::new(),
            constants: Vec::new(),
            initialization_blocks: Vec::new(),
            notes: Vec::new(),
        },
        diagnostics: Vec::new(),
        budget: UNLIMITED,
        tokenizer: "four-bytes".to_owned(),
        revision: "0f1e2d3c4b5a".to_owned(),
        pinned_tables: Vec::new(),
        excluded_tables: Vec::new(),
        mcp_url: None,
    }
}

pub fn column(name: &str, words: &str, place: u32) -> Column {
    Column {
        name: name.to_owned(),
        data_type: data_type(words),
        size: Some(if words == "string" { 50 } else { 8 }),
        automatic: false,
        nullable: false,
        default_value: None,
        computed: false,
        array_length: None,
        origin: part(place),
    }
}

pub fn key_columns(names: &[&str]) -> Vec<KeyColumn> {
    let column = |name: &&str| KeyColumn {
        name: (*name).to_owned(),
        descending: false,
    };
    names.iter().map(column).collect()
}

pub fn key(name: &str, kind: KeyKind, columns: &[&str]) -> Key {
    Key {
        name: name.to_owned(),
        kind,
        columns: key_columns(columns),
        inferred: false,
        origin: part(900),
    }
}

pub fn index(name: &str, columns: &[&str]) -> Index {
    Index {
        name: name.to_owned(),
        columns: key_columns(columns),
        origin: part(950),
    }
}

pub fn table(name: &str, columns: Vec<Column>, place: u32) -> Table {
    Table {
        name: name.to_owned(),
        physical_name: name.to_owned(),
        connection: Some("MainServer".to_owned()),
        columns,
        keys: Vec::new(),
        indexes: Vec::new(),
        origin: origin("Shop.ana/Shop.xdd", 1, place),
    }
}

pub fn relation(from: (&str, &str), to: (&str, &str)) -> Relation {
    Relation {
        from_table: from.0.to_owned(),
        from_columns: vec![from.1.to_owned()],
        to_table: to.0.to_owned(),
        to_columns: vec![to.1.to_owned()],
        rule: "same-name-as-primary-key".to_owned(),
        confidence: 90,
        origin: origin("Shop.ana/Shop.xdd", 1, 1200),
    }
}

pub fn element(name: &str, kind: &str, form: ElementForm) -> Element {
    Element {
        name: name.to_owned(),
        kind: kind.to_owned(),
        path: format!("{name}.wwh"),
        form,
        excluded_from: Vec::new(),
        origin: origin("Shop.wwp", 30, 3),
    }
}

pub fn variable(name: &str, scope: Scope, element: &str, line: u32) -> GlobalVariable {
    GlobalVariable {
        name: name.to_owned(),
        declared_type: "une chaîne".to_owned(),
        normalized_type: "string".to_owned(),
        default_value: None,
        scope,
        visibility: Visibility::Public,
        condition: None,
        element: element.to_owned(),
        origin: origin(&format!("{element}.wdg"), line, 2),
    }
}

pub fn block(element: &str, order: u32, code: &str) -> InitializationBlock {
    InitializationBlock {
        element: element.to_owned(),
        order,
        language: "wlanguage".to_owned(),
        code: code.to_owned(),
        listing: None,
        reads: Vec::new(),
        writes: Vec::new(),
        effects: Vec::new(),
        condition: None,
        origin: origin("Shop.wwp", 218, 1),
    }
}

pub fn effect(kind: EffectKind, target: Option<&str>, line: u32) -> Effect {
    Effect {
        kind,
        target: target.map(str::to_owned),
        count: 1,
        line,
    }
}

pub fn diagnostic(severity: Severity, code: &str, path: &str) -> Diagnostic {
    Diagnostic {
        severity,
        code: code.to_owned(),
        message: "the file is binary: only WinDev can read it".to_owned(),
        origin: Some(origin(path, 1, 1)),
    }
}

/// A small shop with something of everything.
pub fn shop() -> Input {
    let mut input = empty();
    input.project = "shop-rewrite".to_owned();
    input.configuration = Some("Site".to_owned());
    shop_project(&mut input.facts);
    shop_schema(&mut input.facts);
    shop_state(&mut input.facts);
    input.diagnostics = vec![
        diagnostic(Severity::Info, "other-project", "b.wwp"),
        diagnostic(Severity::Warning, "binary-file", "a.wwh"),
        diagnostic(Severity::Error, "unreadable-input", "x.xdd"),
    ];
    let more = ["b.wwh", "c.wwh", "d.wwh", "e.wwh"];
    let more = more.map(|path| diagnostic(Severity::Warning, "binary-file", path));
    input.diagnostics.extend(more);
    input
}

fn shop_project(facts: &mut FactSet) {
    let project = |name: &str, selected: bool| Project {
        name: name.to_owned(),
        kind: ProjectKind::Web,
        product: "WebDev".to_owned(),
        version: selected.then(|| "28".to_owned()),
        description: if selected {
            "Sells *things* in_two languages".to_owned()
        } else {
            String::new()
        },
        languages: vec!["fr".to_owned(), "en".to_owned()],
        selected,
        origin: origin(&format!("{name}.wwp"), 1, 1),
    };
    facts.projects = vec![project("Shop", true), project("Admin", false)];
    let configuration = |name: &str, target: &str, line| Configuration {
        name: name.to_owned(),
        target: target.to_owned(),
        origin: origin("Shop.wwp", line, 5),
    };
    facts.configurations = vec![
        configuration("Site", "web-site", 12),
        configuration("Bibliothèque", "library", 20),
    ];
    facts.elements = vec![
        element("PAGE_Home", "page", ElementForm::Text),
        element("PAGE_Old", "page", ElementForm::Binary),
        element("COL_Cart", "procedure-set", ElementForm::Text),
        element("PAGE_Gone", "page", ElementForm::Missing),
    ];
    facts.elements[2].excluded_from = vec!["Site".to_owned()];
    facts.notes = vec![Note {
        kind: "report-layout".to_owned(),
        title: "Invoice".to_owned(),
        text: "A4, three columns".to_owned(),
        attributes: vec![attribute("pages", "2")],
        origin: None,
    }];
}

fn shop_schema(facts: &mut FactSet) {
    let connection = |name: &str, kind: &str, host: Option<&str>, line| Connection {
        name: name.to_owned(),
        kind: kind.to_owned(),
        host: host.map(str::to_owned),
        port: host.map(|_| 4900),
        database: Some("Boutique été".to_owned()),
        has_user: true,
        has_password: host.is_some(),
        origin: origin("Shop.ana/Shop.xdd", 1, line),
    };
    facts.connections = vec![
        connection("MainServer", "hfsql-client-server", Some(r"SRV01\HF"), 300),
        connection("Archives", "hfsql-classic", None, 500),
    ];
    let mut client = table(
        "CLIENT",
        vec![column("IDCLIENT", "int64", 1), column("Nom", "string", 2)],
        1000,
    );
    client.columns[0].automatic = true;
    client.columns[1].nullable = true;
    client.keys = vec![key("IDCLIENT", KeyKind::Primary, &["IDCLIENT"])];
    let columns = vec![
        column("IDCLIENT", "int64", 1),
        column("Numéro", "int64", 2),
        column("Total", "currency", 3),
        column("Photo", "unknown-77", 4),
    ];
    let mut order = table("COMMANDE", columns, 3000);
    order.physical_name = "orders".to_owned();
    order.columns[2].default_value = Some("0".to_owned());
    order.columns[2].computed = true;
    order.columns[3].array_length = Some(4);
    order.keys = vec![key("CLE_UNIQUE", KeyKind::Unique, &["IDCLIENT", "Numéro"])];
    order.indexes = vec![index("IDCLIENT", &["IDCLIENT"])];
    let mut log = table("LOG", Vec::new(), 5000);
    log.connection = None;
    facts.tables = vec![client, order, log];
    facts.relations = vec![
        relation(("COMMANDE", "IDCLIENT"), ("CLIENT", "IDCLIENT")),
        relation(("FANTOME", "IDCLIENT"), ("CLIENT", "IDCLIENT")),
    ];
    facts.table_uses = vec![TableUse {
        table: "CLIENT".to_owned(),
        element: "PAGE_Home".to_owned(),
        operation: "read".to_owned(),
        origin: origin("PAGE_Home.wwh", 77, 3),
    }];
}

fn shop_state(facts: &mut FactSet) {
    facts.global_variables = vec![
        variable("gsPage", Scope::App, "Shop", 20),
        variable("gCart", Scope::Module, "COL_Cart", 4),
        variable("gsMode", Scope::App, "Shop", 22),
    ];
    facts.global_variables[1].visibility = Visibility::Private;
    facts.global_variables[1].normalized_type = "array of CLine".to_owned();
    facts.global_variables[2].default_value = Some("[REDACTED:password]".to_owned());
    facts.global_variables[2].condition = Some("Configuration=\"Site\"".to_owned());
    facts.constants = vec![Constant {
        name: "MAX_LIGNES".to_owned(),
        value: Some("50".to_owned()),
        visibility: Visibility::Public,
        condition: None,
        element: "Shop".to_owned(),
        origin: origin("Shop.wwp", 219, 1),
    }];
    let mut start = block(
        "Shop",
        1,
        "HOpenConnection(MainServer)\r\ngsPage = \"…\" // ```\r\n",
    );
    start.reads = vec!["gsMode".to_owned()];
    start.writes = vec!["gsPage".to_owned()];
    let line = "HOpenConnection(MainServer)\n\n// …\ngsPage = \"…\" // …";
    start.listing = Some(line.to_owned());
    start.effects = vec![
        effect(EffectKind::OpensConnection, Some("MainServer"), 218),
        effect(EffectKind::CallsProcedure, Some("COL_Cart.Fill"), 221),
        effect(EffectKind::CallsProcedure, Some("Greet"), 222),
        effect(EffectKind::OpensPage, None, 223),
    ];
    start.effects[2].count = 3;
    facts.initialization_blocks = vec![start, block("COL_Cart", 1, "Delete(gCart)")];
}
