//! Secrets planted wherever real projects had some (`PLANTED` in texts, `987654` as a number): none may come out.

mod support;

use support::{Tree, element, page_with_template, set, window};

/// Lines of code, each with a secret.
const LINES: &[&str] = &[
    // Variables and constants that are called like a credential.
    "gsPassword is string = \"PLANTED\"",
    "sMDP, sPwd sont des chaînes = (\"PLANTED\", \"PLANTED\")",
    "SENHA is int = 987654",
    "LET sClave = \"PLANTED\"",
    "soit sMotDePasse = [\nPLANTED\n]",
    "CONSTANT PIN = 987654",
    "PRIVATE CONSTANT\nAPI_KEY = \"PLANTED\"\nCLIENT_SECRET = 'PLANTED'\nACTIVATION_CODE = 987654\nEND",
    "SENHAENCRIPTACAO is string = \"PLANTED\"",
    "csEncryptionPwd is string = <§R1¤fr-FR¤PLANTED¤0§>",
    // Names that promise nothing.
    "gsX is string = \"PLANTED\"",
    "gsX is ANSI string = “PLANTED”",
    "tab is array of string = [\"PLANTED\", ...\n\"PLANTED\"]",
    "gsHost is string = \"\\\\PLANTED\\share\" + [\"\\\"] + \"PLANTED@example.test\"",
    "q is SQL query =\n[\nSELECT * FROM t WHERE pwd='PLANTED'<§cs:3§>\n]",
    "x is Secret(\"PLANTED\", 987654)",
    "x is int <Serialize=\"PLANTED\">",
    "st is composed of\nsPassword is string = \"PLANTED\"\nEND",
    "ST is Structure\nsPassword is string = \"PLANTED\"\nEND",
    "E is Enumeration\nPIN = 987654\nEND",
    "<COMPILE IF Configuration=\"PLANTED\">\ng is int\nf()\n<END>",
    "LOCAL\nsPassword is string = \"PLANTED\"\nGLOBAL",
    // Calls and properties.
    "conn..Password = \"PLANTED\"",
    "LaConnexion.MotDePasse = \"PLANTED\"",
    "conn.User = \"PLANTED\"",
    "HOpenConnection(\"C\", \"PLANTED\", \"PLANTED\", \"PLANTED\", 987654)",
    "HDécritConnexion(\"C\", \"PLANTED\", 987654)",
    "HPass(Customer, 987654)",
    "HPasse(Client, \"PLANTED\")",
    "s = INIRead(\"DB\", \"ADMIN_PASSWORD\", \"PLANTED\", sFile)",
    "s = ChargeParamètre(\"mdp\", \"PLANTED\")",
    "req.Header[\"Authorization\"] = \"Basic PLANTED\"",
    "HTTPRequest(\"https://PLANTED:PLANTED@example.test\")",
    "IF sPassword = \"PLANTED\" _OR_ nPin = 987654 THEN f(1)",
    "SWITCH sPin\nCASE 987654: f()\nEND",
    "s = \"PLANTED",
    "s = 'PLANTED",
    // Comments.
    "// gsPassword is string = \"PLANTED\"",
    "f() // PLANTED",
    "/* PLANTED\nPLANTED */",
    "gn is int = 1 // PLANTED 987654",
];

fn all_lines() -> String {
    LINES.join("\n")
}

fn assert_kept(tree: &Tree, what: &str) {
    let found = tree.extract();
    let said = format!("{found:?}");
    for secret in ["PLANTED", "987654"] {
        assert!(!said.contains(secret), "{what}");
    }
}

#[test]
fn no_line_gives_its_secret_away_in_any_element() {
    for code in LINES {
        let page = element(
            "PAGE",
            "page",
            &[
                (13 << 16, "", code),
                ((13 << 16) + 31, "role : N", code),
                ((13 << 16) + 31, "role : N\nlanguage : JS", code),
            ],
        );
        let tree = Tree::with_project(
            code,
            &[
                ("SET.wdg", set("SET", code)),
                ("WIN.wdw", window("WIN", code)),
                ("PAGE.wwh", page),
                ("COPY.wwh", page_with_template("COPY", code, code)),
            ],
        );
        assert_kept(&tree, code);
    }
}

#[test]
fn no_line_gives_the_secret_of_another_away() {
    let tree = Tree::with_project(&all_lines(), &[("SET.wdg", set("SET", &all_lines()))]);
    assert_kept(&tree, "all lines");
    let variables = tree.facts().global_variables.len();
    assert!(variables > 20, "{variables}");
}

#[test]
fn what_is_not_code_stays_in_the_file() {
    let project = support::project("gn is int", &["WIN.wdw"]).replace(
        " elements :\n  elements :",
        " elements :\n  analysis_password : PLANTED\n  elements :",
    );
    let resources = "resources :\n string_res :\n  identifier : 0x1\n  strings :\n   -\n     text :\n      en-GB : PLANTED\n     index : 7\n";
    let orphan = "  orphans :\n   -\n     code : |1-\n      PLANTED is string = \"PLANTED\"\n     type : 0\n";
    let broken = " PLANTED without a colon\n";
    let window = window("WIN", "gsText is string = <§$0007§>");
    let window = format!("{window}{orphan}{broken}{resources}");
    let tree = Tree::new(&[("P.wdp", project), ("WIN.wdw", window)]);
    assert_kept(&tree, "resources, orphans, broken lines");
    let facts = tree.facts();
    assert_eq!(
        facts.global_variables[1].default_value.as_deref(),
        Some("\"…\"")
    );
}
