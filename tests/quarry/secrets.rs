//! Secrets planted in every position in which real projects had some: none may come out of any command.

use crate::support::{facts, list, quarry, text, workspace_text};
use std::fs;
use std::path::Path;

/// Lines of code with secrets: each `{}` becomes a word and each `{#}` a number that stands nowhere else.
const CODE: &[&str] = &[
    // Variables and constants that are called like a credential.
    "gsPassword is string = \"{}\"",
    "gsMDP, gsPwd sont des chaînes = (\"{}\", \"{}\")",
    "gnSenha is int = {#}",
    "LET gsClave = \"{}\"",
    "CONSTANT PIN_CODE = {#}",
    "CONSTANT",
    "\tAPI_KEY = \"{}\"",
    "\tCLIENT_SECRET = '{}'",
    "\tACTIVATION_CODE = {#}",
    "END",
    "gsEncryptionPwd is string = \"{}\"",
    "gsAccessToken est une chaîne = [",
    "{}",
    "]",
    // Literals in names that promise nothing: addresses, mail addresses, paths.
    "gsMail is string = \"{}@example.test\"",
    "gsFolder is string = \"\\\\{}\\share\"",
    "gtabHosts is array of strings = [\"{}\", \"{}\"]",
    // Properties, connections, file passwords, headers, defaults.
    "gcnx is Connection",
    "gcnx..User = \"{}\"",
    "gcnx..Password = \"{}\"",
    "gcnx.MotDePasse = \"{}\"",
    "gcnx..ExtendedInfo = \"Server Port=5432;UID={};Password={}\"",
    "HOpenConnection(\"CNX\", \"{}\", \"{}\", \"srv.example.test\", \"BASE\", hNativeAccessMySQL)",
    "HDécritConnexion(\"CNX2\", \"{}\", \"{}\", \"srv.example.test\", \"BASE\", hAccèsHFClientServeur)",
    "SQLConnecte(\"srv.example.test\", \"{}\", \"{}\", \"BASE\", \"MySQL\")",
    "HPass(Client, \"{}\")",
    "HPasse(Client, {#})",
    "gsX = INIRead(\"DB\", \"PASSWORD\", \"{}\", gsFolder)",
    "gsX = ChargeParamètre(\"mdp\", \"{}\")",
    "gReq is httpRequest",
    "gReq.Header[\"Authorization\"] = \"Basic {}\"",
    "gReq.Header[\"Authorization\"] = \"Bearer {}\"",
    "HTTPRequest(\"https://{}:{}@example.test\")",
    "HExecuteSQLQuery(gq, \"SELECT Code FROM Client WHERE Code='{}'\")",
    "IF gsPassword = \"{}\" THEN Info(\"{}\")",
    // Comments hold live code.
    "// gsPassword is string = \"{}\"",
    "gnTries is int = 3 // {}",
    "/* gcnx..Password = \"{}\"",
    "{} */",
    "HAdd(Client) // {}",
    "Info(\"The password is {}.\") /* {} */",
    "HCreationIfNotFound(\"*\", ... // {}",
    "\t\"{}\")",
    "ExecuteProcess(\"PAGE_Home\", \"{}\")",
    "Trace(\"PAGE_Home{}\", \"DD/MM/YYYY {}\", \"  {}\")",
];

/// An analysis: connections and default values.
const ANALYSIS: &str = concat!(
    r#"<?xml version="1.0" encoding="ISO-8859-1"?><ANALYSE GenNum="1" VersionStructure="2" RepertoireDefaut="">"#,
    r#"<CONNEXION Nom="CNX" Type="6"><SOURCE>{}:{}@srv.example.test:3306</SOURCE><USER>{}</USER><MDP>{}</MDP>"#,
    r#"<DB>BASE</DB><INFOS_ETENDUES>;User Id={};Pwd={};Passphrase={}</INFOS_ETENDUES></CONNEXION>"#,
    r#"<FICHIER Nom="Client" NomPhysique="C:\Users\{}\Client" Connexion="CNX"><RUBRIQUE Nom="Code"><TYPE>2</TYPE>"#,
    r#"<TYPE_CLE>1</TYPE_CLE><TAILLE>50</TAILLE><INDICERUBRIQUE Indice="0" Null="0" Valeur="{}"/></RUBRIQUE>"#,
    r#"<RUBRIQUE Nom="PinCode"><TYPE>5</TYPE><TYPE_CLE>0</TYPE_CLE><INDICERUBRIQUE Indice="0" Valeur="{#}"/></RUBRIQUE>"#,
    r#"<RUBRIQUE Nom="MotDePasse"><TYPE>2</TYPE><TYPE_CLE>0</TYPE_CLE><INDICERUBRIQUE Indice="0" Valeur="{}"/></RUBRIQUE>"#,
    "</FICHIER></ANALYSE>",
);

const HEADER: &str = "#To edit and compare internal_properties, use WINDEV integrated tools.\n\
    #Internal properties refer to the properties of controls in windows, reports, etc.\n";

/// Elements: name, extension, the number of their kind, their key, owner and declaring event.
const ELEMENTS: [(&str, &str, &str, &str, &str, &str); 4] = [
    ("COL_Set", "wdg", "7", "procedure_set", "31", "720896"),
    ("NAV_Set", "wwn", "23", "procedure_set", "41", "983040"),
    ("PAGE_Home", "wwh", "65538", "page", "38", "851968"),
    ("CThing", "wdc", "4", "class", "10", "131072"),
];

#[derive(Default)]
struct Planter {
    planted: Vec<String>,
}

impl Planter {
    fn fill(&mut self, template: &str) -> String {
        let mut filled = String::new();
        let mut rest = template;
        while let Some(at) = rest.find("{}").into_iter().chain(rest.find("{#}")).min() {
            let number = self.planted.len();
            let is_number = rest[at..].starts_with("{#}");
            let secret = if is_number {
                format!("{}", 7_310_001 + number)
            } else {
                format!("Zq{number:04}vHx9")
            };
            filled.push_str(&rest[..at]);
            filled.push_str(&secret);
            rest = &rest[at + if is_number { 3 } else { 2 }..];
            self.planted.push(secret);
        }
        filled + rest
    }

    /// A code block whose key stands at `indent`.
    fn code(&mut self, indent: usize) -> String {
        let pad = " ".repeat(indent);
        let mut block = format!("{pad}code : |1-\n");
        for line in CODE {
            block += &format!("{pad} {}\n", self.fill(line));
        }
        block
    }

    fn element(
        &mut self,
        (name, _, kind, key, owner, event): (&str, &str, &str, &str, &str, &str),
    ) -> String {
        let declaration = self.code(5);
        let procedure = self.code(5);
        let resource = self.fill("{}");
        format!(
            "{HEADER}info :\n name : {name}\n major_version : 30\n type : {kind}\n description : \"\"\n{key} :\n \
             name : {name}\n identifier : 0x1\n code_elements :\n  type_code : {owner}\n  p_codes :\n   -\n\
             {declaration}     type : {event}\n  procedures :\n   -\n     name : Do{name}\n     procedure_id : 1\n     \
             type_code : 15\n{procedure}     type : 458752\nresources :\n string_res :\n  identifier : 0x2\n  \
             strings :\n   -\n     text :\n      fr-FR : {resource}\n     index : 0\n"
        )
    }

    fn project(&mut self) -> String {
        let elements: String = ELEMENTS
            .iter()
            .map(|(name, extension, kind, ..)| {
                format!(
                    "   -\n     name : {name}\n     identifier : 0x3\n     physical_name : .\\{name}.{extension}\n     \
                     type : {kind}\n"
                )
            })
            .collect();
        let password = self.fill("{}");
        let code = self.code(4);
        format!(
            "{HEADER}info :\n name : Secrets\n major_version : 30\n type : 4097\n description : \"\"\nproject :\n \
             identifier : 0x0\n elements :\n  elements :\n{elements}  analysis_password : {password}\n  \
             array_of_analysis :\n   -\n     analysis : .\\Secrets.ana\\Secrets.wda\n code_elements :\n  \
             type_code : 0\n  p_codes :\n   -\n{code}    type : 196608\n"
        )
    }

    fn plant(&mut self, tree: &Path) {
        fs::create_dir(tree.join("Secrets.ana")).unwrap();
        fs::write(tree.join("Secrets.wwp"), self.project()).unwrap();
        fs::write(tree.join("Secrets.ana/Secrets.xdd"), self.fill(ANALYSIS)).unwrap();
        for element in ELEMENTS {
            let path = tree.join(format!("{}.{}", element.0, element.1));
            fs::write(path, self.element(element)).unwrap();
        }
    }
}

#[test]
fn none_of_hundreds_of_secrets_comes_out_of_any_command() {
    let scratch = tempfile::tempdir().unwrap();
    let (tree, workspace) = (
        scratch.path().join("tree"),
        scratch.path().join("workspace"),
    );
    fs::create_dir(&tree).unwrap();
    let mut planter = Planter::default();
    planter.plant(&tree);
    assert!(planter.planted.len() >= 200, "{}", planter.planted.len());

    // All of it was read: what is not found cannot leak.
    let found = facts(&tree, &[]);
    let counts = [
        "elements",
        "tables",
        "connections",
        "global_variables",
        "constants",
        "table_uses",
        "initialization_blocks",
    ]
    .map(|kind| list(&found, kind).len());
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
    assert!(list(&found, "global_variables").len() > 20, "{counts:?}");
    let blocks = list(&found, "initialization_blocks").iter();
    let listings: String = blocks.map(|block| text(block, "listing")).collect();
    for place in [
        "HAdd(Client) // …\n",
        "Info(\"…\") /* … */",
        "\"*\"",
        "\"PAGE_Home\"",
    ] {
        assert!(listings.contains(place), "{listings}");
    }

    let commands: [&[&str]; 4] = [
        &["init", "--stack", "fastapi-htmx", "--workspace"],
        &[
            "init",
            "--json",
            "--stack",
            "nuxt3",
            "--format",
            "json,html",
            "--workspace",
        ],
        &["extract"],
        &["extract", "--extractor", "global-state"],
    ];
    for command in commands {
        let mut process = quarry();
        process.args(command);
        if command[0] == "init" {
            process.arg(&workspace);
        }
        let output = process.arg(&tree).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let all = [output.stdout, output.stderr].concat();
        let all = workspace_text(&workspace) + &String::from_utf8_lossy(&all);
        for secret in &planter.planted {
            assert!(!all.contains(secret), "{command:?} shows {secret}");
        }
    }
}
