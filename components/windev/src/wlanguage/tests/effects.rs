//! What initialisation code does, in order.

use crate::position::Code;
use crate::wlanguage::EffectKind::{self, *};
use crate::wlanguage::{Effect, Globals, initialization_blocks};

fn found(code: &str, globals: &Globals<'_>) -> Vec<Effect> {
    let blocks = initialization_blocks(&Code::from_text(code), globals);
    blocks.into_iter().flat_map(|block| block.effects).collect()
}

/// The effects of `code` as `(kind, target, count)`.
fn effects(code: &str, globals: &Globals<'_>) -> Vec<(EffectKind, String, u32)> {
    let found = found(code, globals).into_iter();
    found
        .map(|effect| (effect.kind, effect.target.unwrap_or_default(), effect.count))
        .collect()
}

/// The only effect of `code` in a project of which nothing is known.
fn only(code: &str) -> (EffectKind, String) {
    let mut all = effects(code, &Globals::default());
    assert_eq!(all.len(), 1, "{code}: {all:?}");
    let (kind, target, _) = all.remove(0);
    (kind, target)
}

#[test]
fn effects_are_known_in_both_languages_and_name_what_they_are_done_to() {
    for (code, kind, target) in [
        ("HOpenConnection(c)", OpensConnection, "c"),
        (
            "SI PAS HOuvreConnexion(c) ALORS f = 1",
            OpensConnection,
            "c",
        ),
        ("HDécritConnexion(gcnx, \"x\")", DescribesConnection, "gcnx"),
        ("c..Serveur = \"x\"", DescribesConnection, "c"),
        ("t[1]..Serveur = \"x\"", DescribesConnection, ""),
        ("IF a THEN x.c..Serveur = \"x\"", DescribesConnection, "c"),
        ("HChangeConnexion(\"*\", c)", ChangesConnection, "c"),
        ("HCloseConnection(c)", ClosesConnection, "c"),
        ("HAjouteUtilisateur(c, u)", AdministersDatabase, "c"),
        ("HPasse(Client, gsX)", UnlocksDataFiles, "Client"),
        (
            "HDescribeTrigger(Post, \"HAdd\", TRG, hTriggerAfter)",
            RegistersTrigger,
            "Post",
        ),
        ("HLitPremier(Client, Nom)", ReadsData, "Client"),
        ("HAdd(Client)", ChangesData, "Client"),
        ("s = INILit(a, b, \"\", gsFile)", ReadsIniFile, "gsFile"),
        ("s = LoadParameter(KEY)", ReadsParameter, "KEY"),
        ("s = RegistryQueryValue(x)", ReadsRegistry, "x"),
        ("s = LigneCommande(1)", ReadsCommandLine, ""),
        (
            "SELON LigneCommande\nCAS \"a\" :\nn = 1\nFIN",
            ReadsCommandLine,
            "",
        ),
        ("HMode(hModeMulti)", ChangesSetting, "hModeMulti"),
        ("n = 1\nCASE ERROR:\nn = 2", SetsErrorHandler, ""),
        (
            "n = 1\nCAS EXCEPTION :\nn = FenEtat(\"a\")",
            SetsErrorHandler,
            "",
        ),
        ("HOuvre(Client)", OpensDataFiles, "Client"),
        ("HCréationSiInexistant(Client)", CreatesDataFiles, "Client"),
        ("HCreationIfNotFound", CreatesDataFiles, ""),
        (
            "QUAND EXCEPTION DANS\na = 1\nFAIRE\nFIN",
            SetsErrorHandler,
            "",
        ),
        (
            "HOnError(\"*\", hErrAll, OnHFError)",
            SetsErrorHandler,
            "OnHFError",
        ),
        ("s = fChargeTexte(sPath)", ReadsFile, "sPath"),
        ("fRepCrée(gsDir)", ChangesFile, "gsDir"),
        ("Ouvre(FEN_A, 1)", OpensWindow, "FEN_A"),
        ("PageDisplay(PAGE_Error, s)", OpensPage, "PAGE_Error"),
        ("IF YesNo(\"x\") THEN a = 1", ShowsMessage, ""),
        ("LanceAppli(\"x\")", RunsProgram, ""),
        ("HTTPRequest(gsUrl)", UsesNetwork, "gsUrl"),
        ("Nation(nationFrench)", SetsLocale, "nationFrench"),
        ("HSetREP(False)", ChangesSetting, ""),
        ("DéclareContexteAWP(gnID)", KeepsSessionState, "gnID"),
        ("TimerSys(Refresh, 100)", StartsTimer, "Refresh"),
        (
            "ThreadExécute(\"t\", threadNormal, COL_Jobs.Run)",
            StartsThread,
            "COL_Jobs.Run",
        ),
        ("FinProgramme(gsMessage)", EndsProgram, ""),
    ] {
        assert_eq!(only(code), (kind, target.to_owned()), "{code}");
    }
}

#[test]
fn no_text_number_or_expression_is_a_target() {
    for code in [
        "HOpenConnection(\"PLANTED\", \"u\", \"p\")",
        "HPass(\"PLANTED\", gsX)",
        "HPass(PLANTED + \"x\", gsX)",
        "HOpen([\nPLANTED\n])",
        "fRepCrée(Vrai)",
        "Ouvre(4711)",
        "HAdd()",
    ] {
        assert_eq!(only(code).1, "", "{code}");
    }
}

#[test]
fn effects_stand_in_the_order_of_the_code_with_their_lines() {
    let code = "Nation(n)\n\nIF NOT HOpenConnection(c) THEN\n\tOpen(WIN_A)\n\tEndProgram()\nEND\nHPass(T, gs)";
    let found = found(code, &Globals::default());
    let found: Vec<_> = found
        .iter()
        .map(|effect| (effect.kind, effect.line))
        .collect();
    assert_eq!(
        found,
        [
            (SetsLocale, 1),
            (OpensConnection, 3),
            (OpensWindow, 4),
            (EndsProgram, 5),
            (UnlocksDataFiles, 7),
        ]
    );
}

#[test]
fn what_is_repeated_in_a_row_is_counted() {
    let code = "f()\nf()\nf()\ng()\nf()";
    let globals = Globals::default().with_procedures(["F", "g"]);
    let call = |name: &str, count| (CallsProcedure, name.to_owned(), count);
    assert_eq!(
        effects(code, &globals),
        [call("f", 3), call("g", 1), call("f", 1)]
    );
}

#[test]
fn describing_a_connection_and_reading_settings_do_not_interrupt_one_another() {
    let line =
        |connection: &str| format!("{connection}..Server = INIRead(\"a\", \"b\", \"\", gsIni)\n");
    let code = [
        line("c"),
        line("c"),
        line("d"),
        "Nation(n)\n".to_owned(),
        line("c"),
    ]
    .concat();
    let found = effects(&code, &Globals::default());
    let found: Vec<_> = found
        .iter()
        .map(|(kind, target, count)| (*kind, target.as_str(), *count))
        .collect();
    assert_eq!(
        found,
        [
            (DescribesConnection, "c", 2),
            (ReadsIniFile, "gsIni", 3),
            (DescribesConnection, "d", 1),
            (SetsLocale, "n", 1),
            (DescribesConnection, "c", 1),
            (ReadsIniFile, "gsIni", 1),
        ]
    );
}

#[test]
fn a_procedure_of_the_project_is_told_from_what_nobody_knows() {
    let globals = Globals::default()
        .with_procedures(["Init", "Info"])
        .declared_by(["COL_Tools"]);
    for (code, kind, target) in [
        ("init()", CallsProcedure, "init"),
        ("Info(1)", CallsProcedure, "Info"),
        (
            "SI PAS COL_Tools.Start(1) ALORS a = 1",
            CallsProcedure,
            "COL_Tools.Start",
        ),
        (
            "ExecuteProcess(Refresh, trtProcedure)",
            CallsProcedure,
            "Refresh",
        ),
        ("Start(1)", CallsUnknown, "Start"),
        ("CThing::Start(1)", CallsUnknown, "CThing::Start"),
        ("Thing.Start(1)", CallsUnknown, "Thing.Start"),
    ] {
        let found = effects(code, &globals);
        assert_eq!(found, [(kind, target.to_owned(), 1)], "{code}");
    }
}

#[test]
fn what_only_computes_or_belongs_to_the_code_itself_has_no_effect() {
    for code in [
        "a = Left(b, 3) + Gauche(c)",
        "s = HErrorInfo()",
        "HInfoUser(c, u)",
        "LOCAL\nx is CThing(1, 2)\nx.Start(1)",
        "gaaX.Add(1)",
        "PROCEDURE INTERNE ipTrace(s is string)\n\ta = 1\nEND\nipTrace(s)",
        "FOR i = 1 À (n)\nEND",
        "IF c..Server = \"x\" THEN a = 1",
        "IF t[1]..Server = \"x\" THEN a = 1",
    ] {
        let globals = ["gaaX"];
        assert_eq!(effects(code, &Globals::new(&globals)), [], "{code}");
    }
}

#[test]
fn a_password_of_a_row_is_none_of_a_connection() {
    let code = "User.Password = gs\nUser.Name = gs\nLOCAL\ncnx is Connection\ncnx..Password = gs\ngcnx..Access = 1";
    let globals = Globals::default().with_connections(["gcnx"]);
    let described = |name: &str| (DescribesConnection, name.to_owned(), 1);
    assert_eq!(
        effects(code, &globals),
        [described("cnx"), described("gcnx")]
    );
}

#[test]
fn calls_within_calls_are_all_found() {
    let code = format!("{}x{}", "HChangeConnection(".repeat(500), ")".repeat(500));
    let found = effects(&code, &Globals::default());
    assert_eq!(found, [(ChangesConnection, String::new(), 500)]);
}
