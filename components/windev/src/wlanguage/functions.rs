//! The functions of WLanguage that say what a program does when it starts, in both languages.

use super::effects::Effect;

/// What the function with this folded name does to the world; `None` for what only computes or is not known.
pub(super) fn effect_of(folded: &str) -> Option<Effect> {
    connection_effect(folded)
        .or_else(|| data_effect(folded))
        .or_else(|| environment_effect(folded))
        .or_else(|| prefix_effect(folded))
}

fn connection_effect(folded: &str) -> Option<Effect> {
    Some(match folded {
        "hopenconnection"
        | "houvreconnexion"
        | "sqlconnect"
        | "sqlconnecte"
        | "hconnectremoteaccess"
        | "hconnecteaccesdistant" => Effect::OpensConnection,
        "hdescribeconnection" | "hdecritconnexion" => Effect::DescribesConnection,
        "hchangeconnection" | "hchangeconnexion" | "hchangedir" | "hchangerep" | "hsubstdir"
        | "hsubstrep" | "hchangename" | "hchangenom" | "hpass" | "hpasse" => {
            Effect::ChangesConnection
        }
        "hcloseconnection" | "hfermeconnexion" | "sqldisconnect" | "sqldeconnecte" => {
            Effect::ClosesConnection
        }
        _ => return None,
    })
}

fn data_effect(folded: &str) -> Option<Effect> {
    Some(match folded {
        "hcreation"
        | "hcreationifnotfound"
        | "hcreationsiinexistant"
        | "hmodifystructure"
        | "hmodifiestructure" => Effect::CreatesDataFiles,
        "hopen" | "houvre" | "hopenanalysis" | "houvreanalyse" | "hdeclareexternal"
        | "hdeclareexterne" | "hdeclare" => Effect::OpensDataFiles,
        "hadd" | "hajoute" | "hmodify" | "hmodifie" | "hdelete" | "hsupprime" | "hsave"
        | "henregistre" | "hwrite" | "hecrit" | "hcross" | "hraye" | "hdeleteall"
        | "hsupprimetout" | "hcopyfile" | "hcopiefichier" | "hreindex" | "hreindexe" => {
            Effect::ChangesData
        }
        "hexecutequery" | "hexecuterequete" | "hexecutesqlquery" | "hexecuterequetesql"
        | "sqlexec" | "hread" | "hlit" | "hfilter" | "hfiltre" | "hseek" | "hrecherche" => {
            Effect::ReadsData
        }
        _ if folded.starts_with("hread") || folded.starts_with("hlit") => Effect::ReadsData,
        _ => return None,
    })
}

fn environment_effect(folded: &str) -> Option<Effect> {
    Some(match folded {
        "iniread" | "inilit" | "loadparameter" | "chargeparametre" | "commandline"
        | "lignecommande" | "sysenvironment" | "sysenvironnement" | "pageparameter"
        | "pageparametre" | "cookieread" | "cookielit" => Effect::ReadsConfiguration,
        "iniwrite" | "iniecrit" | "saveparameter" | "sauveparametre" | "deleteparameter"
        | "supprimeparametre" => Effect::WritesConfiguration,
        "honerror"
        | "hsurerreur"
        | "exceptionenable"
        | "exceptionactive"
        | "exceptionchangeparam"
        | "errorchangeparameter"
        | "erreurchangeparametre" => Effect::SetsErrorHandler,
        "open" | "ouvre" | "openchild" | "ouvrefille" | "opensister" | "ouvresoeur" | "use"
        | "utilise" | "openmobilewindow" | "ouvrefenetremobile" | "openpopup" | "ouvrepopup"
        | "pagedisplay" | "pageaffiche" | "pageuse" | "pageutilise" => Effect::OpensWindow,
        "exerun" | "exelance" | "lanceappli" | "lanceappliassociee" | "shellexecute" | "runapp"
        | "runassociatedapp" | "commandedos" | "startapp" | "appstart" => Effect::ExecutesProgram,
        "nation" | "changealphabet" | "changecharset" | "changejeucaractere" | "chainedefaut"
        | "changelangue" => Effect::SetsLocale,
        "fdelete" | "fsupprime" | "fcopyfile" | "fcopiefichier" | "fmakedir" | "frepcree"
        | "fsavetext" | "fsauvetexte" | "fwrite" | "fecrit" | "fwriteline" | "fecritligne"
        | "fcreate" | "fcree" | "fsavebuffer" | "fsauvebuffer" | "fremovedir" | "frepsupprime"
        | "fmovefile" | "fdeplacefichier" | "frename" | "frenomme" => Effect::ChangesFiles,
        "timer"
        | "timersys"
        | "threadexecute"
        | "threadstart"
        | "paralleltaskexecute"
        | "tacheparalleleexecute"
        | "scheduleraddtask"
        | "planificateurajoutetache" => Effect::StartsBackgroundWork,
        "loaddll" | "chargedll" | "calldll32" | "appeldll32" | "api" | "loadwdl" | "chargewdl" => {
            Effect::CallsLibrary
        }
        "endprogram" | "finprogramme" => Effect::EndsProgram,
        _ => return None,
    })
}

/// Families of functions that share the beginning of their names.
fn prefix_effect(folded: &str) -> Option<Effect> {
    const NETWORK: [&str; 12] = [
        "http",
        "ftp",
        "emailstart",
        "emailouvre",
        "emailsend",
        "emailenvoie",
        "socket",
        "soap",
        "ssh",
        "mqtt",
        "rest",
        "ldap",
    ];
    const WRITES: [&str; 7] = [
        "set", "create", "cree", "ecri", "modif", "delete", "supprime",
    ];
    if let Some(rest) = folded.strip_prefix("registr") {
        return Some(if WRITES.iter().any(|write| rest.contains(write)) {
            Effect::WritesConfiguration
        } else {
            Effect::ReadsConfiguration
        });
    }
    NETWORK
        .iter()
        .any(|prefix| folded.starts_with(prefix))
        .then_some(Effect::Network)
}

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
    "xls",
    "xml",
    "json",
    "toast",
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
    "cartelicenceggl",
    "maplicenseggl",
    "configureawpcontext",
    "configurecontexteawp",
    "declareawpcontext",
    "declarecontexteawp",
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
    "error",
    "erreur",
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
    "floadtext",
    "fchargetexte",
    "floadbuffer",
    "fchargebuffer",
    "fopen",
    "fouvre",
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
    "info",
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
    "ouinon",
    "yesno",
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
pub(super) fn is_pure(folded: &str) -> bool {
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
                | "warning"
                | "avertissement"
                | "confirm"
                | "confirmer"
                | "dialog"
                | "dialogue"
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
                | "message"
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
