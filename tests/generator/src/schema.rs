//! A schema like those of real projects: capital names made of business words, a key called after its table, a few
//! tables that many others refer to, most columns of a few common names, from five columns to many.

use crate::random::Random;
use std::collections::BTreeSet;

const SUBJECTS: [&str; 32] = [
    "ADDRESS", "AGENCY", "ARTICLE", "BANK", "BATCH", "BUDGET", "CARRIER", "CASH", "CATEGORY",
    "CITY", "CLIENT", "COMPANY", "CONTRACT", "COUNTRY", "DELIVERY", "DOCUMENT", "EMPLOYEE",
    "INVOICE", "ITEM", "MACHINE", "ORDER", "PAYMENT", "PLANT", "PRICE", "PRODUCT", "PROJECT",
    "SALE", "STOCK", "SUPPLIER", "TAX", "USER", "VEHICLE",
];

const PARTS: [&str; 20] = [
    "", "LINE", "TYPE", "HISTORY", "GROUP", "STATUS", "NOTE", "LINK", "DETAIL", "RULE", "LOG",
    "IMAGE", "RATE", "PLAN", "CHECK", "LEVEL", "BALANCE", "ENTRY", "TOTAL", "MODEL",
];

/// Columns: name, type of the file format, size. A name has one type everywhere.
const COLUMNS: [(&str, u32, u32); 48] = [
    ("Number", 5, 4),
    ("Kind", 2, 60),
    ("Label", 2, 120),
    ("Code", 2, 20),
    ("Name", 2, 80),
    ("Status", 3, 2),
    ("Active", 37, 1),
    ("Remarks", 29, 8),
    ("Quantity", 7, 8),
    ("UnitPrice", 17, 10),
    ("Discount", 17, 10),
    ("Total", 17, 10),
    ("Tax", 17, 10),
    ("StartDate", 14, 8),
    ("EndDate", 14, 8),
    ("DueDate", 14, 8),
    ("CreatedAt", 34, 8),
    ("ChangedAt", 34, 8),
    ("CreatedBy", 2, 30),
    ("ChangedBy", 2, 30),
    ("Street", 2, 120),
    ("PostCode", 2, 12),
    ("Town", 2, 60),
    ("Region", 2, 40),
    ("Phone", 2, 20),
    ("Mobile", 2, 20),
    ("Mail", 2, 120),
    ("Web", 2, 200),
    ("TaxNumber", 2, 20),
    ("Account", 2, 34),
    ("Currency", 2, 3),
    ("Rate", 7, 8),
    ("Weight", 7, 8),
    ("Width", 7, 8),
    ("Height", 7, 8),
    ("Depth", 7, 8),
    ("Color", 2, 30),
    ("Image", 30, 8),
    ("Position", 5, 4),
    ("Priority", 3, 2),
    ("Percent", 7, 8),
    ("Opening", 11, 4),
    ("Closing", 11, 4),
    ("Reference", 2, 40),
    ("Serial", 2, 40),
    ("Version", 5, 4),
    ("Description", 29, 8),
    ("Locked", 37, 1),
];

/// Columns for 100 tables, and references.
const COLUMNS_A_HUNDRED: usize = 1_638;
const REFERENCES_A_HUNDRED: f64 = 139.5;

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as the file format numbers it.
    pub kind: u32,
    /// Its size: characters of a text, bytes of anything else.
    pub size: u32,
    /// Whether it may be null.
    pub nullable: bool,
    /// Whether it is an index.
    pub indexed: bool,
}

/// A table. Its key is the column `ID` + its name, which is not among its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// The tables it refers to, each by a column called like their key.
    pub references: Vec<usize>,
    /// Its other columns.
    pub columns: Vec<Column>,
}

/// A schema of so many tables: 200 have 3,276 columns and 279 references. The same numbers give the same schema.
pub fn schema(tables: usize, seed: u64) -> Vec<Table> {
    let mut random = Random::new(seed, 0x5c4e_3a00);
    let mut schema: Vec<Table> = (0..tables)
        .map(|number| Table {
            name: name(number),
            references: Vec::new(),
            columns: Vec::new(),
        })
        .collect();
    refer(&mut schema, &mut random);
    fill(&mut schema, &mut random);
    schema
}

/// How many columns a schema has, keys and references included.
pub fn columns(schema: &[Table]) -> usize {
    schema
        .iter()
        .map(|table| 1 + table.references.len() + table.columns.len())
        .sum()
}

fn name(number: usize) -> String {
    let round = number / (SUBJECTS.len() * PARTS.len());
    // Coprime steps: neighbours differ in both words.
    let subject = SUBJECTS[number % SUBJECTS.len()];
    let part = PARTS[(number / SUBJECTS.len() + number) % PARTS.len()];
    match round {
        0 => format!("{subject}{part}"),
        round => format!("{subject}{part}{round}"),
    }
}

/// Lets tables refer to others, most of them to a few.
fn refer(schema: &mut [Table], random: &mut Random) {
    let tables = schema.len();
    let wanted = (tables as f64 * REFERENCES_A_HUNDRED / 100.0).round() as usize;
    let mut made = 0;
    let mut tries = 0;
    while made < wanted && tries < wanted * 50 {
        tries += 1;
        let from = random.below(tables);
        // The least of three: tables with a low number are referred to more often.
        let to = (0..3).map(|_| random.below(tables)).min().unwrap_or(0);
        if from != to && !schema[from].references.contains(&to) {
            schema[from].references.push(to);
            made += 1;
        }
    }
}

fn fill(schema: &mut [Table], random: &mut Random) {
    /// The fewest columns besides key and references.
    const FEWEST: usize = 4;
    let wanted = schema.len() * COLUMNS_A_HUNDRED / 100;
    for table in schema.iter_mut() {
        for _ in 0..FEWEST {
            add(table, random);
        }
    }
    let mut made = columns(schema);
    while made < wanted {
        // The least of two: a few tables are large.
        let table = random.below(schema.len()).min(random.below(schema.len()));
        if add(&mut schema[table], random) {
            made += 1;
        }
    }
}

fn add(table: &mut Table, random: &mut Random) -> bool {
    let names: BTreeSet<String> = table
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    let (stem, kind, size) = random.pick(&COLUMNS);
    let number = (1..).find(|number| !names.contains(&numbered(stem, *number)));
    let name = numbered(stem, number.unwrap_or(1));
    let indexed = !matches!(kind, 29 | 30) && random.below(8) == 0;
    table.columns.push(Column {
        name,
        kind,
        size,
        nullable: random.below(3) == 0,
        indexed,
    });
    true
}

fn numbered(stem: &str, number: usize) -> String {
    match number {
        1 => stem.to_owned(),
        number => format!("{stem}{number}"),
    }
}

/// The analysis of a schema as an `.xdd`, in ASCII.
pub(crate) fn xdd(schema: &[Table]) -> String {
    let mut xdd = String::from(
        "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>\n<ANALYSE GenNum=\"1\" VersionStructure=\"2\" \
         RepertoireDefaut=\"\"><CONNEXION Nom=\"CNX_Business\" Type=\"11\"><SOURCE>db.example.test:4900</SOURCE>\
         <USER/><MDP/><DB>BUSINESS</DB><INFOS_ETENDUES/></CONNEXION>",
    );
    for table in schema {
        let name = &table.name;
        xdd.push_str(&format!(
            "<FICHIER Nom=\"{name}\" Abreviation=\"\" NomPhysique=\"{name}\" NomLogiqueDataBase=\"{name}\" \
             FicNullSupporte=\"1\" Connexion=\"CNX_Business\"><INFOS_ETENDUES/>"
        ));
        crate::analysis::column(&mut xdd, &format!("ID{name}"), 24, 1, 8, "", 0);
        for target in &table.references {
            let key = format!("ID{}", schema[*target].name);
            crate::analysis::column(&mut xdd, &key, 25, 2, 8, "", 0);
        }
        for column in &table.columns {
            let key = u32::from(column.indexed) * 2;
            let null = usize::from(column.nullable);
            crate::analysis::column(
                &mut xdd,
                &column.name,
                column.kind,
                key,
                column.size,
                "",
                null,
            );
        }
        xdd.push_str("</FICHIER>");
    }
    xdd.push_str("</ANALYSE>\n");
    xdd
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_hundred_tables_are_as_large_as_those_that_formats_were_compared_with() {
        let schema = schema(200, 1);
        let names: BTreeSet<&str> = schema.iter().map(|table| &*table.name).collect();
        let references: usize = schema.iter().map(|table| table.references.len()).sum();
        assert_eq!(
            (names.len(), columns(&schema), references),
            (200, 3_276, 279)
        );
        let shortest = schema.iter().map(|table| table.columns.len()).min();
        assert_eq!(shortest, Some(4));
        assert_eq!(super::schema(200, 1), schema);
        assert_ne!(super::schema(200, 2), schema);
    }

    #[test]
    fn names_stay_different_however_many_there_are() {
        let schema = schema(2_000, 1);
        let names: BTreeSet<&str> = schema.iter().map(|table| &*table.name).collect();
        assert_eq!(names.len(), 2_000);
    }
}
