//! Functions that have no effect worth telling, in both languages.

/// Beginnings of names of functions that only compute or that work on what is on the screen.
const FAMILIES: &[&str] = &[
    "array",
    "tableau",
    "table",
    "tree",
    "arbre",
    "looper",
    "zonerepetee",
    "string",
    "chaine",
    "datetime",
    "dateheure",
    "datevers",
    "dateto",
    "timeto",
    "heurevers",
    "duration",
    "duree",
    "toast",
    "xls",
    "xml",
    "json",
    "sysdir",
    "sysrep",
    "sysxres",
    "syswindows",
    "exception",
    "enmode",
    "inajax",
    "inawp",
    "intest",
    "inios",
    "inandroid",
];

/// Functions of WLanguage that only compute, beyond the families.
const PURE: &[&str] = &[
    "abs",
    "add",
    "ajoute",
    "ansitounicode",
    "ansiversunicode",
    "arrondi",
    "asc",
    "associated",
    "ascii",
    "bip",
    "bitmapinfo",
    "bool",
    "caract",
    "charact",
    "clone",
    "complete",
    "completedir",
    "completerep",
    "contains",
    "contient",
    "crypt",
    "crypte",
    "cryptstandard",
    "cryptestandard",
    "currentpage",
    "dbgassert",
    "dbgassertion",
    "dbgerror",
    "dbginfo",
    "dbgtrace",
    "decimalpart",
    "decode",
    "decrypte",
    "defaultvalue",
    "dimension",
    "donneguid",
    "getguid",
    "droite",
    "delete",
    "deleteall",
    "supprime",
    "supprimetout",
    "encode",
    "endtimer",
    "endtimersys",
    "fintimer",
    "fintimersys",
    "errorinfo",
    "erreurinfo",
    "erroroccurred",
    "erreurdetectee",
    "entierversjour",
    "eval",
    "evaluateexpression",
    "executetrace",
    "exeinfo",
    "extractstring",
    "extraitchaine",
    "fclose",
    "fferme",
    "fcurrentdir",
    "frepencours",
    "fdatadir",
    "frepdonnees",
    "fdatadiruser",
    "frepdonneesutilisateur",
    "fdatadircommon",
    "fdir",
    "fdirectoryexist",
    "frepertoireexiste",
    "fdirexist",
    "frepexiste",
    "fexedir",
    "frepexe",
    "fextractpath",
    "fextraitchemin",
    "ffileexist",
    "ffichierexiste",
    "fsep",
    "fsize",
    "ftaille",
    "ftemppath",
    "freptemp",
    "fwebdir",
    "frepweb",
    "folderweb",
    "gauche",
    "getidentifier",
    "hashstring",
    "herrorinfo",
    "herreurinfo",
    "herror",
    "herreur",
    "hfound",
    "htrouve",
    "hout",
    "hendehors",
    "hreset",
    "hraz",
    "hourglass",
    "sablier",
    "integerpart",
    "isnumeric",
    "left",
    "length",
    "taille",
    "lower",
    "minuscule",
    "max",
    "min",
    "middle",
    "milieu",
    "multitask",
    "multitache",
    "noaccent",
    "now",
    "maintenant",
    "nospace",
    "sansespace",
    "oui",
    "position",
    "projectinfo",
    "projetinfo",
    "replace",
    "remplace",
    "right",
    "round",
    "sanscar",
    "tailleoctets",
    "today",
    "trace",
    "upper",
    "majuscule",
    "val",
];

/// Whether the function with this folded name is known to have no effect worth telling.
pub(in super::super) fn is_pure(folded: &str) -> bool {
    PURE.contains(&folded)
        || FAMILIES
            .iter()
            .any(|family| folded.len() > family.len() && folded.starts_with(family))
        || matches!(
            folded,
            "repete"
                | "repeatstring"
                | "variablereset"
                | "variableraz"
                | "valeur"
                | "date"
                | "settitle"
                | "changetitre"
                | "uncrypt"
                | "decryptestandard"
                | "urlencode"
                | "urldecode"
                | "random"
                | "hasard"
                | "inithasard"
                | "initrandom"
                | "serialize"
                | "serialise"
                | "deserialize"
                | "deserialise"
                | "varianttojson"
                | "variantversjson"
                | "getversion"
                | "wdversion"
                | "windevversion"
                | "close"
                | "ferme"
                | "hnbrec"
                | "hnbenr"
                | "hrecnum"
                | "hnumenr"
                | "hversion"
                | "occurrence"
                | "utf8toansi"
                | "utf8versansi"
                | "hfilexist"
                | "hfileexist"
                | "hfichierexiste"
                | "hlistfile"
                | "hlistefichier"
        )
}
