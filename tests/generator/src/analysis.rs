//! The analysis: an `.xdd` in its real form, one line of ISO-8859-1.

use crate::Size;
use crate::random::Random;

const STEMS: [&str; 12] = [
    "Client",
    "Commande",
    "Article",
    "Facture",
    "Règlement",
    "Stock",
    "Entrepôt",
    "Livraison",
    "Contrat",
    "Employé",
    "Projet",
    "Ticket",
];

/// Columns after the identifier and the foreign keys: name, type, size, default value.
const COLUMNS: [(&str, u32, u32, &str); 18] = [
    ("Libellé", 39, 120, ""),
    ("Code", 2, 20, ""),
    ("Quantité", 5, 4, "0"),
    ("Montant", 17, 10, "0.000000"),
    ("DateCréation", 34, 8, ""),
    ("DateÉchéance", 14, 8, ""),
    ("Heure", 11, 4, ""),
    ("Actif", 37, 1, "1"),
    ("Remarques", 29, 8, ""),
    ("Image", 30, 8, ""),
    ("Taux", 41, 3, "0"),
    ("Latitude", 7, 8, ""),
    ("Rang", 3, 2, "0"),
    ("Seuil", 9, 2, ""),
    ("Poids", 6, 4, ""),
    ("État", 36, 1, "0"),
    ("Description", 40, 8, ""),
    ("Compteur", 26, 4, "0"),
];

/// Ordinary columns of a table, besides its identifier and its two foreign keys.
const ORDINARY: usize = 11;

/// The name of table number `table`.
pub(crate) fn table_name(table: usize) -> String {
    format!("{}{table:06}", STEMS[table % STEMS.len()])
}

/// The bytes of the analysis and its number of columns.
pub(crate) fn analysis(size: &Size) -> (Vec<u8>, usize) {
    let mut xdd = String::with_capacity(size.tables * 4_000 + 1_000);
    xdd.push_str("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n");
    xdd.push_str("<ANALYSE GenNum=\"31\" VersionStructure=\"2\" RepertoireDefaut=\"\">");
    xdd.push_str(
        "<CONNEXION Nom=\"CNX_Generated\" Type=\"11\"><SOURCE>db.example.test:4900</SOURCE>\
         <USER>FAKE_generated_user</USER><MDP/><DB>GENERATED</DB>\
         <INFOS_ETENDUES>;Cryptage = aucun;Initial Catalog=GENERATED;Compression=aucun\
         </INFOS_ETENDUES></CONNEXION>",
    );
    let mut columns = 0;
    for number in 0..size.tables {
        let mut random = Random::new(size.seed, number as u64);
        columns += table(&mut xdd, number, size.tables, &mut random);
    }
    xdd.push_str("</ANALYSE>\n");
    (latin1(&xdd), columns)
}

/// Writes one table; says how many columns it has.
fn table(xdd: &mut String, number: usize, tables: usize, random: &mut Random) -> usize {
    let name = table_name(number);
    let connection = if number % 8 == 7 {
        ""
    } else {
        " Connexion=\"CNX_Generated\""
    };
    xdd.push_str(&format!(
        "<FICHIER Nom=\"{name}\" Abreviation=\"\" NomPhysique=\"{name}\" \
         NomLogiqueDataBase=\"{name}\" FicNullSupporte=\"{}\"{connection}><INFOS_ETENDUES/>",
        number % 2,
    ));
    column(xdd, &format!("ID{name}"), 24, 1, 8, "", 1);
    let mut columns = 1;
    let mut foreign = Vec::new();
    for step in 1..=2 {
        let other = random.below(tables);
        if other != number && !foreign.contains(&other) {
            column(
                xdd,
                &format!("ID{}", table_name(other)),
                25,
                2,
                8,
                "",
                step - 1,
            );
            foreign.push(other);
            columns += 1;
        }
    }
    let first = random.below(COLUMNS.len());
    let mut ordinary = Vec::with_capacity(ORDINARY);
    for step in 0..ORDINARY {
        // 5 and 18 have no common divisor: no column comes twice.
        let (stem, kind, size, default) = COLUMNS[(first + step * 5) % COLUMNS.len()];
        let key = match kind {
            29 | 30 | 40 => 0,
            _ => u32::from(random.below(5) == 0) * 2,
        };
        column(xdd, stem, kind, key, size, default, random.below(2));
        ordinary.push((stem, kind));
    }
    columns += ORDINARY;
    let parts = ordinary
        .iter()
        .filter(|(_, kind)| !matches!(kind, 29 | 30 | 40));
    let parts: Vec<_> = parts.map(|(stem, _)| *stem).take(2).collect();
    xdd.push_str(&format!(
        "<RUBRIQUE Nom=\"{}\"><TYPE_CLE>2</TYPE_CLE><COMPOSEE>0",
        parts.concat()
    ));
    for (step, part) in parts.iter().enumerate() {
        xdd.push_str(&format!(
            "<COMPOSANTE Nom=\"{part}\">0<SENS_PARCOURS>{}</SENS_PARCOURS></COMPOSANTE>",
            usize::from(step == 1 && number.is_multiple_of(4)),
        ));
    }
    xdd.push_str("</COMPOSEE><INFOS_ETENDUES/></RUBRIQUE></FICHIER>");
    columns
}

/// Writes one column: its type, key and size as the file format numbers them, and whether it may be null.
pub(crate) fn column(
    xdd: &mut String,
    name: &str,
    kind: u32,
    key: u32,
    size: u32,
    default: &str,
    null: usize,
) {
    xdd.push_str(&format!(
        "<RUBRIQUE Nom=\"{name}\"><TYPE>{kind}</TYPE><TYPE_CLE>{key}</TYPE_CLE>\
         <SENS_PARCOURS>0</SENS_PARCOURS><TAILLE>{size}</TAILLE>\
         <INDICERUBRIQUE Indice=\"0\" Null=\"0\" Valeur=\"{default}\" RubNullSupporte=\"{null}\" \
         ValeurCalculee=\"0\"/><INFOS_ETENDUES/></RUBRIQUE>"
    ));
}

/// Every character that we write is in ISO-8859-1, where its byte is its number.
fn latin1(text: &str) -> Vec<u8> {
    text.chars()
        .map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?'))
        .collect()
}
