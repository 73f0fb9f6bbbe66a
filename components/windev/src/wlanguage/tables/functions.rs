//! The functions of WLanguage that are given a data file, in both languages, as its documentation describes them.
//!
//! What changes records or the file itself is a write. What finds, locks, counts, describes or opens is a read, and so
//! is what only moves values between the file's record buffer and memory (`HReset`, `HLinkMemo`, `ScreenToFile`): the
//! record is written by the `HAdd` or `HModify` that follows.

use super::Access;

/// Which arguments of a function are data files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arguments {
    /// The first.
    First,
    /// The second.
    Second,
    /// The first two.
    FirstTwo,
}

impl Arguments {
    /// Whether the argument at `index`, from 0, is a data file.
    pub(super) fn include(self, index: usize) -> bool {
        match self {
            Arguments::First => index == 0,
            Arguments::Second => index == 1,
            Arguments::FirstTwo => index < 2,
        }
    }
}

/// What the function with this folded name does with a data file, and where it is given.
pub(super) fn function(folded: &str) -> Option<(Arguments, Access)> {
    if let Some(name) = folded.strip_prefix('h') {
        return file_function(name);
    }
    let known = match folded {
        // The window or page comes first and may be left out.
        "filetoscreen" | "fichierversecran" | "filetopage" | "fichierverspage" | "screentofile"
        | "ecranversfichier" | "pagetofile" | "pageversfichier" => {
            (Arguments::FirstTwo, Access::Read)
        }
        "filetomemory"
        | "fichierversmemoire"
        | "memorytofile"
        | "memoireversfichier"
        | "filetoarray"
        | "fichierverstableau"
        | "buildbrowsingtable"
        | "construittableparcours" => (Arguments::Second, Access::Read),
        "arraytofile" | "tableauversfichier" => (Arguments::Second, Access::Write),
        _ => return None,
    };
    Some(known)
}

/// What a function of the `H` family does, by its name without that letter. The same names without the letter follow
/// a data file and a dot: `Customer.ReadFirst(Name)`.
pub(super) fn file_function(name: &str) -> Option<(Arguments, Access)> {
    let arguments = match name {
        "copyrecord" | "copieenreg" => Arguments::FirstTwo,
        "createview" | "creevue" => Arguments::Second,
        _ => Arguments::First,
    };
    let access = if writes(name) {
        Access::Write
    } else if reads_records(name) || describes(name) {
        Access::Read
    } else {
        return None;
    };
    Some((arguments, access))
}

fn writes(name: &str) -> bool {
    matches!(
        name,
        "add"
            | "ajoute"
            | "modify"
            | "modifie"
            | "delete"
            | "supprime"
            | "deleteall"
            | "supprimetout"
            | "save"
            | "enregistre"
            | "write"
            | "ecrit"
            | "cross"
            | "raye"
            | "creation"
            | "creationifnotfound"
            | "creationsiinexistant"
            | "modifystructure"
            | "modifiestructure"
            | "index"
            | "reindex"
            | "reindexe"
            | "importtext"
            | "importetexte"
            | "importxml"
            | "importexml"
            | "importjson"
            | "importejson"
            | "importxls"
            | "importexls"
            | "importhf"
            | "importehf"
            | "restoresav"
            | "removeduplicates"
            | "deletefile"
            | "supprimefichier"
    )
}

fn reads_records(name: &str) -> bool {
    let is_move = |rest: &str| {
        matches!(
            rest,
            "" | "first"
                | "last"
                | "next"
                | "previous"
                | "seek"
                | "seekfirst"
                | "seeklast"
                | "premier"
                | "dernier"
                | "suivant"
                | "precedent"
                | "recherche"
                | "recherchepremier"
                | "recherchedernier"
        )
    };
    let moves = ["read", "lit"]
        .iter()
        .find_map(|verb| name.strip_prefix(verb));
    moves.is_some_and(is_move)
        || (!name.is_empty() && is_move(name))
        || ["filter", "filtre"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        || matches!(
            name,
            "forward"
                | "avance"
                | "backward"
                | "recule"
                | "found"
                | "trouve"
                | "out"
                | "endehors"
                | "nbrec"
                | "nbenr"
                | "recnum"
                | "numenr"
                | "state"
                | "etat"
                | "activatefilter"
                | "activefiltre"
                | "deactivatefilter"
                | "desactivefiltre"
                | "buildkeyvalue"
                | "construitvalcle"
                | "buildkeyvalueansi"
                | "construitvalcleansi"
                | "saveposition"
                | "sauveposition"
                | "restoreposition"
                | "retourposition"
                | "getcurrentposition"
                | "poscourante"
                | "setposition"
                | "positionne"
                | "reset"
                | "raz"
                | "resetclient"
                | "razclient"
                | "linkmemo"
                | "attachememo"
                | "extractmemo"
                | "extraitmemo"
                | "infomemo"
                | "retrieveitem"
                | "recupererubrique"
                | "retrieverecord"
                | "recupereenregistrement"
                | "assign"
                | "affecte"
                | "copyrecord"
                | "copieenreg"
                | "createview"
                | "creevue"
                | "exporttext"
                | "exportetexte"
                | "exportxml"
                | "exportexml"
                | "exportjson"
                | "exportejson"
                | "exportxls"
                | "exportexls"
                | "executequery"
                | "executerequete"
                | "min"
                | "max"
                | "recordtostring"
                | "enregverschaine"
                | "conflict"
                | "conflit"
                | "version"
        )
}

/// What opens, locks or sets up a data file, or asks what it is like.
fn describes(name: &str) -> bool {
    matches!(
        name,
        "open"
            | "ouvre"
            | "close"
            | "ferme"
            | "alias"
            | "lockfile"
            | "bloquefichier"
            | "unlockfile"
            | "debloquefichier"
            | "lockrecnum"
            | "bloquenumenr"
            | "unlockrecnum"
            | "debloquenumenr"
            | "copyfile"
            | "copiefichier"
            | "fileexist"
            | "fichierexiste"
            | "infofile"
            | "infofichier"
            | "size"
            | "taille"
            | "changeconnection"
            | "changeconnexion"
            | "changedir"
            | "changerep"
            | "changename"
            | "changenom"
            | "changelocation"
            | "changelocalisation"
            | "pass"
            | "passe"
            | "mode"
            | "describetrigger"
            | "decrittrigger"
            | "setduplicates"
            | "geredoublon"
            | "setintegrity"
            | "gereintegrite"
            | "setmemo"
            | "gerememo"
            | "checkindex"
            | "verifieindex"
            | "checkstructure"
            | "verifiestructure"
            | "listitem"
            | "listerubrique"
            | "listkey"
            | "listecle"
            | "listlink"
            | "listeliaison"
            | "link"
            | "lie"
            | "onerror"
            | "surerreur"
            | "statcalculate"
            | "statcalcule"
    )
}
