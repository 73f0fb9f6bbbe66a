//! The functions of WLanguage that say what a program does when it starts, in both languages.

mod pure;

pub(super) use pure::is_pure;

use super::effects::EffectKind;

/// What the function with this folded name does to the world, and which of its arguments it does that to; `None` for what
/// only computes or is not known.
pub(super) fn effect_of(folded: &str) -> Option<(EffectKind, Option<usize>)> {
    let kind = connection_effect(folded)
        .or_else(|| data_effect(folded))
        .or_else(|| settings_effect(folded))
        .or_else(|| screen_effect(folded))
        .or_else(|| environment_effect(folded))
        .or_else(|| prefix_effect(folded))?;
    Some((kind, target(folded, kind)))
}

/// Which argument names what an effect is done to, from 0.
fn target(folded: &str, kind: EffectKind) -> Option<usize> {
    match (folded, kind) {
        // Files, which errors, a procedure.
        ("honerror" | "hsurerreur", _) => Some(2),
        // Messages.
        (_, EffectKind::SetsErrorHandler | EffectKind::ShowsMessage | EffectKind::EndsProgram) => {
            None
        }
        // Section, key, default, file.
        ("iniread" | "inilit" | "iniwrite" | "iniecrit", _) => Some(3),
        // Files, a connection.
        ("hchangeconnection" | "hchangeconnexion", _) => Some(1),
        // A name, a mode, a procedure.
        ("threadexecute", _) => Some(2),
        _ => Some(0),
    }
}

fn connection_effect(folded: &str) -> Option<EffectKind> {
    Some(match folded {
        "hopenconnection"
        | "houvreconnexion"
        | "sqlconnect"
        | "sqlconnecte"
        | "hconnectremoteaccess"
        | "hconnecteaccesdistant" => EffectKind::OpensConnection,
        "hdescribeconnection" | "hdecritconnexion" => EffectKind::DescribesConnection,
        "hchangeconnection" | "hchangeconnexion" | "hchangedir" | "hchangerep" | "hsubstdir"
        | "hsubstrep" | "hchangename" | "hchangenom" => EffectKind::ChangesConnection,
        "hcloseconnection" | "hfermeconnexion" | "sqldisconnect" | "sqldeconnecte" => {
            EffectKind::ClosesConnection
        }
        "hadduser"
        | "hajouteutilisateur"
        | "hmodifyuser"
        | "hmodifieutilisateur"
        | "hdeleteuser"
        | "hsupprimeutilisateur"
        | "haddgroup"
        | "hajoutegroupe"
        | "hmodifygroup"
        | "hmodifiegroupe"
        | "hdeletegroup"
        | "hsupprimegroupe"
        | "hmodifydatabaserights"
        | "hmodifiedroitbasededonnees"
        | "hmodifyfilerights"
        | "hmodifiedroitfichier"
        | "hmodifyserverrights"
        | "hmodifiedroitserveur" => EffectKind::AdministersDatabase,
        _ => return None,
    })
}

fn data_effect(folded: &str) -> Option<EffectKind> {
    Some(match folded {
        "hcreation"
        | "hcreationifnotfound"
        | "hcreationsiinexistant"
        | "hmodifystructure"
        | "hmodifiestructure" => EffectKind::CreatesDataFiles,
        "hopen" | "houvre" | "hopenanalysis" | "houvreanalyse" | "hdeclareexternal"
        | "hdeclareexterne" | "hdeclare" => EffectKind::OpensDataFiles,
        "hpass" | "hpasse" => EffectKind::UnlocksDataFiles,
        "hdescribetrigger" | "hdecrittrigger" => EffectKind::RegistersTrigger,
        "hadd" | "hajoute" | "hmodify" | "hmodifie" | "hdelete" | "hsupprime" | "hsave"
        | "henregistre" | "hwrite" | "hecrit" | "hcross" | "hraye" | "hdeleteall"
        | "hsupprimetout" | "hcopyfile" | "hcopiefichier" | "hreindex" | "hreindexe" => {
            EffectKind::ChangesData
        }
        "hexecutequery" | "hexecuterequete" | "hexecutesqlquery" | "hexecuterequetesql"
        | "sqlexec" | "hread" | "hlit" | "hfilter" | "hfiltre" | "hseek" | "hrecherche" => {
            EffectKind::ReadsData
        }
        _ if folded.starts_with("hread") || folded.starts_with("hlit") => EffectKind::ReadsData,
        "hcheckstructure" | "hverifiestructure" | "hmode" => EffectKind::ChangesSetting,
        // Integrity, duplicates, triggers, the log, replication, ….
        _ if folded.starts_with("hset") || folded.starts_with("hgere") => {
            EffectKind::ChangesSetting
        }
        _ => return None,
    })
}

fn settings_effect(folded: &str) -> Option<EffectKind> {
    Some(match folded {
        "iniread" | "inilit" => EffectKind::ReadsIniFile,
        "loadparameter" | "chargeparametre" | "pageparameter" | "pageparametre" | "cookieread"
        | "cookielit" => EffectKind::ReadsParameter,
        "sysenvironment" | "sysenvironnement" => EffectKind::ReadsEnvironment,
        "commandline" | "lignecommande" => EffectKind::ReadsCommandLine,
        "iniwrite" | "iniecrit" | "saveparameter" | "sauveparametre" | "deleteparameter"
        | "supprimeparametre" => EffectKind::WritesSetting,
        "nation" | "changealphabet" | "changecharset" | "changejeucaractere" | "chainedefaut"
        | "changelangue" => EffectKind::SetsLocale,
        "maplicenseggl" | "cartelicenceggl" | "changeskin" | "changegabarit" => {
            EffectKind::ChangesSetting
        }
        "configureawpcontext"
        | "configurecontexteawp"
        | "declareawpcontext"
        | "declarecontexteawp"
        | "cookiewrite"
        | "cookieecrit" => EffectKind::KeepsSessionState,
        _ => return None,
    })
}

fn screen_effect(folded: &str) -> Option<EffectKind> {
    Some(match folded {
        "open" | "ouvre" | "openchild" | "ouvrefille" | "opensister" | "ouvresoeur" | "use"
        | "utilise" | "openmobilewindow" | "ouvrefenetremobile" | "openpopup" | "ouvrepopup" => {
            EffectKind::OpensWindow
        }
        "pagedisplay" | "pageaffiche" | "pageuse" | "pageutilise" => EffectKind::OpensPage,
        "info"
        | "error"
        | "erreur"
        | "warning"
        | "avertissement"
        | "confirm"
        | "confirmer"
        | "dialog"
        | "dialogue"
        | "yesno"
        | "ouinon"
        | "okcancel"
        | "okannuler"
        | "input"
        | "saisie"
        | "message"
        | "infobuild"
        | "infoconstruit"
        | "errorbuild"
        | "erreurconstruit"
        | "warningbuild"
        | "avertissementconstruit"
        | "toastdisplay"
        | "toastaffiche" => EffectKind::ShowsMessage,
        _ => return None,
    })
}

fn environment_effect(folded: &str) -> Option<EffectKind> {
    Some(match folded {
        "honerror"
        | "hsurerreur"
        | "exceptionenable"
        | "exceptionactive"
        | "exceptionchangeparam"
        | "errorchangeparameter"
        | "erreurchangeparametre" => EffectKind::SetsErrorHandler,
        // The name of a procedure is a value to them.
        "execute" | "executeprocess" | "executetraitement" => EffectKind::CallsProcedure,
        "exerun" | "exelance" | "lanceappli" | "lanceappliassociee" | "shellexecute" | "runapp"
        | "runassociatedapp" | "commandedos" | "startapp" | "appstart" => EffectKind::RunsProgram,
        "floadtext" | "fchargetexte" | "floadbuffer" | "fchargebuffer" | "fopen" | "fouvre"
        | "fread" | "flit" | "freadline" | "flitligne" => EffectKind::ReadsFile,
        "fdelete" | "fsupprime" | "fcopyfile" | "fcopiefichier" | "fmakedir" | "frepcree"
        | "fsavetext" | "fsauvetexte" | "fwrite" | "fecrit" | "fwriteline" | "fecritligne"
        | "fcreate" | "fcree" | "fsavebuffer" | "fsauvebuffer" | "fremovedir" | "frepsupprime"
        | "fmovefile" | "fdeplacefichier" | "frename" | "frenomme" => EffectKind::ChangesFile,
        "timer" | "timersys" | "scheduleraddtask" | "planificateurajoutetache" => {
            EffectKind::StartsTimer
        }
        "threadexecute" | "threadstart" | "paralleltaskexecute" | "tacheparalleleexecute" => {
            EffectKind::StartsThread
        }
        "loaddll" | "chargedll" | "calldll32" | "appeldll32" | "api" | "loadwdl" | "chargewdl" => {
            EffectKind::CallsLibrary
        }
        "endprogram" | "finprogramme" => EffectKind::EndsProgram,
        _ => return None,
    })
}

/// Families of functions that share the beginning of their names.
fn prefix_effect(folded: &str) -> Option<EffectKind> {
    const NETWORK: [&str; 13] = [
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
        "restsend",
        "restenvoie",
        "ldap",
    ];
    const WRITES: [&str; 7] = [
        "set", "create", "cree", "ecri", "modif", "delete", "supprime",
    ];
    if let Some(rest) = folded.strip_prefix("registr") {
        return Some(if WRITES.iter().any(|write| rest.contains(write)) {
            EffectKind::WritesSetting
        } else {
            EffectKind::ReadsRegistry
        });
    }
    NETWORK
        .iter()
        .any(|prefix| folded.starts_with(prefix))
        .then_some(EffectKind::UsesNetwork)
}
