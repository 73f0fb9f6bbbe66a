//! WLanguage: declarations and procedures.

use crate::analysis::table_name;
use crate::random::Random;

/// Global variables that the project's initialization declares.
pub(crate) const PROJECT_GLOBALS: usize = 6;

/// The project's initialization.
pub(crate) const PROJECT_INITIALIZATION: &str = r#"
// Initialization of the site
EXTERN "WinConst.wl"
CONSTANT
	VERSION_SITE = "1.0.0"		// shown at the bottom
	NB_MAX = 100 000
FIN
gsCheminDonnées		est une chaîne
gnUserID			is 8-byte int = 0
gsServeur, gsBase	sont des chaînes
gbDebug				est un booléen = faux
gcnxMain			is connection

gsCheminDonnées = fRepExe() + ["\"]
gsServeur = INILit("HFSQL", "SERVEUR", "localhost:4900", gsCheminDonnées + "site.ini")
gcnxMain..Server = gsServeur
QUAND EXCEPTION DANS
	SI PAS HOuvreConnexion(gcnxMain) ALORS
		Erreur(HErreurInfo())
	FIN
	HChangeConnexion("*", gcnxMain)
	HCréationSiInexistant("*")
FAIRE
	Erreur(ExceptionInfo())
FIN
Nation(nationFrançais)"#;

/// Types of global variables, in the forms that real projects use.
const TYPES: [&str; 12] = [
    "is string",
    "est une chaîne",
    "is int = 0",
    "est un entier sur 8 octets",
    "is boolean = True",
    "est un tableau de chaînes",
    "is array of 8-byte int",
    "est un tableau associatif (ccSansCasse) de entiers",
    "is currency",
    "est une Date",
    "is Buffer",
    "est un booléen=faux		// réglé plus tard",
];

/// A declaration block with `globals` global variables.
pub(crate) fn declarations(element: usize, globals: usize, random: &mut Random) -> Vec<String> {
    let mut lines = vec![
        String::new(),
        format!("// Declarations of module {element}"),
        "CONSTANT".to_owned(),
        format!("\tMODULE_NUMBER_{element} = {element}"),
        format!("\tMODULE_LIMIT_{element} = {} // rows", random.below(1_000)),
        "FIN".to_owned(),
        format!("STModule{element} is Structure"),
        "\tsNom is string".to_owned(),
        "\tnRang est un entier".to_owned(),
        "END".to_owned(),
    ];
    for number in 0..globals {
        lines.push(format!(
            "gValeur{element}_{number}\t\t{}",
            random.pick(&TYPES)
        ));
    }
    lines
}

/// One procedure of about 20 lines.
pub(crate) fn procedure(name: &str, tables: usize, random: &mut Random) -> Vec<String> {
    let table = if tables == 0 {
        "Rien".to_owned()
    } else {
        table_name(random.below(tables))
    };
    let mut lines = vec![
        format!("// Summary: works on {table}"),
        "// Syntax:".to_owned(),
        format!("//[ <Result> = ] {name} (<nID> is 8-byte int)"),
        "//".to_owned(),
        format!("PROCEDURE {name}(nID is 8-byte int, sMotif est une chaîne = \"\") : boolean"),
        String::new(),
        "nTrouvés is int = 0".to_owned(),
    ];
    for _ in 0..3 {
        match random.below(4) {
            0 => lines.extend([
                format!("HReadSeekFirst({table}, ID{table}, nID)"),
                format!("IF HFound({table}) THEN"),
                "\tnTrouvés += 1".to_owned(),
                "END".to_owned(),
            ]),
            1 => lines.extend([
                format!("POUR TOUT {table}"),
                format!("\t{table}.Libellé = sMotif + \" is string\""),
                format!("\tHModifie({table})"),
                "FIN".to_owned(),
            ]),
            2 => lines.extend([
                "SI sMotif <> \"\" ALORS".to_owned(),
                format!("\tTrace(\"{table} : \" + sMotif) // sortie"),
                format!("\tHAjoute({table})"),
                "FIN".to_owned(),
            ]),
            _ => lines.extend([
                "reqSélection est une requête SQL =".to_owned(),
                "[".to_owned(),
                format!("\tSELECT * FROM {table} WHERE ID{table} is not null<§cs:3§>"),
                "]".to_owned(),
            ]),
        }
    }
    lines.push("RESULT nTrouvés > 0".to_owned());
    lines
}
