//! Variables, constants and types.

use super::{declared, names};
use crate::position::Code;
use crate::wlanguage::{TypeKind, Visibility, declarations};

#[test]
fn several_names_share_a_type() {
    assert_eq!(names("a, b est une date"), ["a", "b"]);
    assert_eq!(
        names("HOST,BASE, OWNER are strings"),
        ["HOST", "BASE", "OWNER"]
    );
    assert_eq!(names("A,B\tsont des Sources de Données"), ["A", "B"]);
    let shared = declared("a, b are int = 7").variables;
    assert!(
        shared
            .iter()
            .all(|variable| variable.default_value.as_deref() == Some("7"))
    );
    let tuple = declared("a , b is string = (f(\"x\") , g(1, 2))").variables;
    assert_eq!(tuple[0].default_value.as_deref(), Some("f(\"…\")"));
    assert_eq!(tuple[1].default_value.as_deref(), Some("g(1, 2)"));
}

#[test]
fn statements_on_one_line_are_told_apart() {
    assert_eq!(names("a is int; b is int ; f()"), ["a", "b"]);
    assert_eq!(names("a is string = \"x;y is int\""), ["a"]);
}

#[test]
fn types_end_at_their_end_and_their_members_are_no_variables() {
    let code = "STA est une Structure\n\ta est un entier\nFIN\nEB is Enumeration\nX\nY = 2\nEND\n\
        EC est une combinaison\nZ\nFIN\nID is Interface\nPROCEDURE P(a is int)\nEND\n\
        CE is Class\nx is int\nS is Structure\ny is int\nEND\nPROCEDURE Q()\nEND\n\
        CF is Class <mapping=F>\n<MAPPING>\nid is int <mapping=ID>\n<FIN>\nEND\n\
        CG est une classe\nhérite de CE\nFIN\nafter is int";
    let found = declared(code);
    let types: Vec<_> = found
        .types
        .iter()
        .map(|t| (t.name.as_str(), t.kind))
        .collect();
    assert_eq!(
        types,
        [
            ("STA", TypeKind::Structure),
            ("EB", TypeKind::Enumeration),
            ("EC", TypeKind::Combination),
            ("ID", TypeKind::Interface),
            ("CE", TypeKind::Class),
            ("CF", TypeKind::Class),
            ("CG", TypeKind::Class),
        ]
    );
    assert_eq!(names(code), ["after"]);
    assert_eq!(found.variables[0].condition, None);
}

#[test]
fn an_anonymous_record_is_one_variable() {
    for verb in [
        "est composé de",
        "est compose de",
        "EST COMPOSÉE DE",
        "is composed of",
    ] {
        let code = format!("stPos {verb}\nx, y sont des entiers\nFIN\nb is int");
        assert_eq!(names(&code), ["stPos", "b"]);
        assert_eq!(declared(&code).variables[0].normalized_type, "record");
    }
}

#[test]
fn constants_are_read_in_blocks_and_alone() {
    let code = "CONSTANT\n\tA = 1 // one\n\tB=\"x\"\n\tC = A + ...\n2\nEND\nCONSTANT D  =           3\n\
        PUBLIC CONSTANT\nE = 0x10\nFIN\nPRIVATE CONSTANT F = 100 000\nCONSTANTE G = [1,2], H = 5\nx is int";
    let found = declared(code);
    let constants: Vec<_> = found
        .constants
        .iter()
        .map(|c| (c.name.as_str(), c.value.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        constants,
        [
            ("A", "1"),
            ("B", "\"…\""),
            ("C", "A + 2"),
            ("D", "3"),
            ("E", "0x10"),
            ("F", "100 000"),
            ("G", "[1,2]"),
            ("H", "5"),
        ]
    );
    assert_eq!(found.constants[5].visibility, Visibility::Private);
    assert_eq!(names(code), ["x"]);
}

#[test]
fn modifiers_may_stand_before_any_declaration() {
    let code = "GLOBAL PRIVATE a is int\nPROTÉGÉ b est un entier\nPRIVATE stPos is composed of\nx is int\nEND\n\
        PRIVÉE CONSTANTE C = 1\npublic constantes\nD = 2\nPRIVATE E = 3\nFIN\nRESTREINT\nCONSTANT\nF = 4\nEND";
    let found = declared(code);
    let variables: Vec<_> = found
        .variables
        .iter()
        .map(|variable| (variable.name.as_str(), variable.visibility))
        .collect();
    let private = Visibility::Private;
    assert_eq!(
        variables,
        [
            ("a", private),
            ("b", Visibility::Protected),
            ("stPos", private)
        ]
    );
    let constants: Vec<_> = found
        .constants
        .iter()
        .map(|constant| (constant.name.as_str(), constant.visibility))
        .collect();
    assert_eq!(
        constants,
        [
            ("C", private),
            ("D", Visibility::Public),
            ("E", private),
            ("F", Visibility::Restricted),
        ]
    );
}

#[test]
fn a_local_section_hides_records_and_ends_with_the_next_global_line() {
    let code = "a is int\nLOCAL\nst est composé de\nx is int\nFIN\nb is int\nGLOBAL\nc is int";
    assert_eq!(names(code), ["a", "c"]);
}

#[test]
fn sections_decide_on_scope_and_visibility() {
    let code = "a is int\nPRIVÉ\nb is int\nLOCAL\nc is int\nlet d = 1\nGLOBAL\ne is int\nprotege\nf is int\n\
        public g is int\nRESTREINT\nh is int\nglobal prive\ni is int";
    let found: Vec<_> = declared(code)
        .variables
        .into_iter()
        .map(|variable| (variable.name, variable.visibility))
        .collect();
    let expected = [
        ("a", Visibility::Public),
        ("b", Visibility::Private),
        ("e", Visibility::Private),
        ("f", Visibility::Protected),
        ("g", Visibility::Public),
        ("h", Visibility::Restricted),
        ("i", Visibility::Private),
    ];
    assert_eq!(
        found,
        expected.map(|(name, visibility)| (name.to_owned(), visibility))
    );
    assert_eq!(names("GLOBAL x is int\nLOCAL y is int"), ["x"]);
    assert_eq!(
        names("global is int\npublic est un booléen"),
        ["global", "public"]
    );
}

#[test]
fn what_blocks_declare_is_local_to_them() {
    for (open, close) in [
        ("IF a = 1 THEN", "END"),
        ("SI a = 1", "FIN"),
        ("IF a THEN b() ELSE", "END"),
        ("FOR i = 1 TO 3", "END"),
        ("POUR TOUT x DE t", "FIN"),
        ("WHILE a", "END"),
        ("TANTQUE a", "FIN"),
        ("LOOP", "END"),
        ("BOUCLE", "À FAIRE TANTQUE a"),
        ("LOOP", "TO DO WHILE a"),
        ("SWITCH a\nCASE 1 : b()", "END"),
        ("SELON a\nCAS 1", "FIN"),
        ("WHEN EXCEPTION IN\nf()\nDO", "END"),
        ("QUAND EXCEPTION DANS\nf()\nFAIRE", "FIN"),
        ("INTERNAL PROCEDURE P()", "END"),
        ("PROCÉDURE INTERNE P(a est un entier)", "FIN"),
        ("ThreadExecute(\"x\", PROCEDURE()", "END)"),
    ] {
        let code = format!("before is int\n{open}\ninside is int\n{close}\nafter is int");
        assert_eq!(names(&code), ["before", "after"], "{open}");
    }
}

#[test]
fn what_needs_no_end_opens_no_block() {
    for line in [
        "IF a THEN b()",
        "IF a = 1 THEN b() ELSE c()",
        "IF a THEN b() ; c()",
        "SI EnModeTest() Affiche(1)",
        "IF NOT Exists(f) Create(f)",
        "SI a = 2 b = Vrai",
        "SI a RETOUR",
        "f(PROCEDURE(x) => x + 1)",
        "PROCEDURE MaFenêtre(x est un entier, ...\ny est une chaîne)",
        "EXTERN \"WinConst.wl\"",
        "externe Login",
        "FIN = 3",
        "END:",
        "pour = 3",
    ] {
        assert_eq!(names(&format!("{line}\nafter is int")), ["after"], "{line}");
    }
    assert_eq!(
        names("IF a THEN b()\nELSE\nx is int\nEND\nafter is int"),
        ["after"]
    );
}

#[test]
fn false_friends_are_no_variables() {
    for code in [
        "// Le nom est une chaîne",
        "sSQL = [\nname is string\nEND\n]",
        "IF x IS EVEN THEN f()",
        "f(\"x is int\")",
        "x is",
        "PROCEDURE P(a is int, ...\nb is int)",
    ] {
        assert_eq!(names(code), Vec::<String>::new(), "{code}");
    }
}

#[test]
fn compile_directives_are_the_condition_of_what_they_enclose() {
    let code = "a is int\n<COMPILE SI TypeConfiguration<>Android ET TypeConfiguration<>iOS >\nb is int\n\
        <SINON SI Cible=\"x\">\nc is int\n<SINON>\nd is int\n<IF X=1>\ne is int\n<END>\n<FIN>\nf is int";
    let found: Vec<_> = declared(code)
        .variables
        .into_iter()
        .map(|variable| variable.condition.unwrap_or_default())
        .collect();
    let first = "TypeConfiguration<>Android ET TypeConfiguration<>iOS";
    assert_eq!(
        found,
        [
            String::new(),
            first.to_owned(),
            format!("NOT ({first}) AND (Cible=\"…\")"),
            format!("NOT ({first}) AND NOT (Cible=\"…\")"),
            format!("NOT ({first}) AND NOT (Cible=\"…\") AND (X=1)"),
            String::new(),
        ]
    );
    assert_eq!(names("<MAPPING>\nx is int\n<FIN>\ny is int"), ["x", "y"]);
}

#[test]
fn constants_and_records_have_the_condition_that_they_stand_under() {
    let code = "<COMPILE IF Configuration=\"Kiosk\">\nCONSTANT A = 1\nCONSTANT\nB = 2\nEND\nst is composed of\n\
        x is int\nEND\n<else if ExecutionTarget=Linux>\nc is int\n<end>\nCONSTANT D = 3";
    let found = declared(code);
    let constants: Vec<_> = found
        .constants
        .iter()
        .map(|constant| constant.condition.as_deref())
        .collect();
    let kiosk = Some("Configuration=\"…\"");
    assert_eq!(constants, [kiosk, kiosk, None]);
    let variables: Vec<_> = found
        .variables
        .iter()
        .map(|variable| variable.condition.as_deref().unwrap_or_default())
        .collect();
    assert_eq!(
        variables,
        [
            "Configuration=\"…\"",
            "NOT (Configuration=\"…\") AND (ExecutionTarget=Linux)"
        ]
    );
}

#[test]
fn the_header_of_a_window_declares_parameters_and_no_globals() {
    for header in [
        "PROCEDURE MyWindow(nMode is int = cMode, ...\n\tsName is string, LOCAL bNew is boolean)",
        "PROCÉDURE MaFenêtre()",
        "Procedure global MaFenêtre(n est un entier) : (chaîne, entier)",
        "PROCEDURE PAGE_A(gnMode = -1, gsName is string = \"\")",
    ] {
        assert_eq!(
            names(&format!("// note\n{header}\n\ngnOwn is int")),
            ["gnOwn"],
            "{header}"
        );
    }
}

#[test]
fn a_name_is_found_where_it_stands_in_the_file() {
    let mut code = Code::new(10);
    code.push_line("// note", 100, 2);
    code.push_line("\tgéA, gB is int", 120, 2);
    let found = declarations(&code).variables;
    assert_eq!((found[0].span.line, found[0].span.column), (11, 4));
    assert_eq!((found[1].span.offset, found[1].span.length), (127, 2));
}
