//! Which files declare what, and how far it reaches.

mod support;

use quarry_sdk::facts::{FactSet, Scope};
use support::{Tree, element, page_with_template, set, window};

const PAGE: u32 = 13 << 16;
const PAGE_LOAD: u32 = (13 << 16) + 31;

/// Element, variable and scope of all variables.
fn scopes(facts: &FactSet) -> Vec<(&str, &str, Scope)> {
    let variables = facts.global_variables.iter();
    variables
        .map(|variable| {
            (
                variable.element.as_str(),
                variable.name.as_str(),
                variable.scope,
            )
        })
        .collect()
}

#[test]
fn the_scope_is_that_of_the_element_that_declares() {
    let page = element(
        "PAGE_A",
        "page",
        &[
            (PAGE, "", "gnServer is int\nLOCAL\nnLocal is int"),
            (PAGE + 28, "", "nInit is int"),
            (PAGE_LOAD, "role : N", "GLOBAL\ngnBrowser is int"),
        ],
    );
    let browser_set = element(
        "NAV_A",
        "procedure_set",
        &[(15 << 16, "role : N", "gnShared is int")],
    );
    let tree = Tree::with_project(
        "gnApp is int",
        &[
            ("SET_A.wdg", set("SET_A", "gnSet is int")),
            ("NAV_A.wwn", browser_set),
            (
                "WIN_A.wdw",
                window("WIN_A", "PROCEDURE WIN_A(nMode is int)\ngnWindow is int"),
            ),
            ("IW_A.WDW", window("IW_A", "gnInternal is int")),
            ("WIN_M.wpw", window("WIN_M", "gnMobile is int")),
            ("PAGE_A.wwh", page),
        ],
    );
    let facts = tree.facts();
    assert_eq!(
        scopes(&facts),
        [
            ("P", "gnApp", Scope::App),
            ("SET_A", "gnSet", Scope::Module),
            ("NAV_A", "gnShared", Scope::Module),
            ("WIN_A", "gnWindow", Scope::Request),
            ("IW_A", "gnInternal", Scope::Request),
            ("WIN_M", "gnMobile", Scope::Request),
            ("PAGE_A", "gnServer", Scope::Request),
            ("PAGE_A", "gnBrowser", Scope::Request),
        ]
    );
    let notes: Vec<_> = facts
        .notes
        .iter()
        .map(|note| (note.kind.as_str(), note.text.as_str()))
        .collect();
    assert_eq!(
        notes,
        [
            ("browser-globals", "gnShared"),
            ("browser-globals", "gnBrowser")
        ]
    );
}

#[test]
fn reports_classes_and_what_the_project_does_not_list_declare_nothing_global() {
    let tree = Tree::with_project(
        "a is int",
        &[
            (
                "RPT.wde",
                element("RPT", "report", &[(5 << 16, "", "b is int")]),
            ),
            (
                "C.wdc",
                element("C", "class", &[(2 << 16, "", "c is int\nCONSTANT D = 1")]),
            ),
            // A class in a file that is called like a window.
            ("W.wdw", element("W", "class", &[(0, "", "e is int")])),
        ],
    );
    let facts = tree.facts();
    assert_eq!(scopes(&facts).len(), 1);
    assert!(facts.constants.is_empty());
    let project = support::project("a is int", &[]);
    let unlisted = Tree::new(&[("P.wdp", project), ("W.wdw", window("W", "b is int"))]);
    assert_eq!(scopes(&unlisted.facts()).len(), 1);
}

#[test]
fn all_elements_in_the_directory_of_a_binary_project_are_read() {
    let tree = Tree::new(&[
        ("p/P.wdp", b"PCS\0".to_vec()),
        ("p/sub/W.wdw", window("W", "a is int").into_bytes()),
        ("pp/W.wdw", window("W", "b is int").into_bytes()),
    ]);
    assert_eq!(scopes(&tree.facts()), [("W", "a", Scope::Request)]);
}

#[test]
fn what_a_template_declares_is_given_once_from_the_template() {
    let template = "// Base\ngsTitle is string = <§$0001§>\ngnUser is int";
    let copy = template.replace("<§$0001§>", "<§$0084§>");
    let tree = Tree::with_project(
        "",
        &[
            ("A.wwh", page_with_template("A", "gnA is int", &copy)),
            ("B.wwh", page_with_template("B", "gnB is int", &copy)),
            ("T.wwt", element("T", "page", &[(PAGE, "", template)])),
        ],
    );
    assert_eq!(
        scopes(&tree.facts()),
        [
            ("A", "gnA", Scope::Request),
            ("B", "gnB", Scope::Request),
            ("T", "gsTitle", Scope::Request),
            ("T", "gnUser", Scope::Request),
        ]
    );
}

#[test]
fn what_a_template_declares_that_cannot_be_read_is_given_once_from_its_first_user() {
    let tree = Tree::with_project(
        "",
        &[
            (
                "A.wwh",
                page_with_template("A", "gnA is int", "gnUser is int"),
            ),
            (
                "B.wwh",
                page_with_template("B", "gnUser is int", "gnUser is int"),
            ),
        ],
    );
    // The page B declares one of its own that is called the same.
    assert_eq!(
        scopes(&tree.facts()),
        [
            ("A", "gnA", Scope::Request),
            ("A", "gnUser", Scope::Request),
            ("B", "gnUser", Scope::Request),
        ]
    );
}

#[test]
fn blocks_are_those_of_the_project_and_its_sets_and_know_no_variables_of_windows() {
    let tree = Tree::with_project(
        "gsDir is string\nStart(gsDir, gnWindow)\ngnSet = 1",
        &[
            ("SET_A.wdg", set("SET_A", "gnSet is int\nInit()")),
            ("WIN_A.wdw", window("WIN_A", "gnWindow is int\nRefresh()")),
        ],
    );
    let facts = tree.facts();
    let blocks: Vec<_> = facts
        .initialization_blocks
        .iter()
        .map(|block| {
            let (reads, writes) = (block.reads.join(" "), block.writes.join(" "));
            (block.element.as_str(), block.order, reads, writes)
        })
        .collect();
    let none = String::new();
    assert_eq!(
        blocks,
        [
            ("P", 1, "gsDir".to_owned(), "gnSet".to_owned()),
            ("SET_A", 1, none.clone(), none),
        ]
    );
}

#[test]
fn code_in_other_languages_is_left_out() {
    let page = element(
        "A",
        "page",
        &[(PAGE_LOAD, "role : N\nlanguage : JS", "a is int")],
    );
    assert!(scopes(&Tree::with_project("", &[("A.wwh", page)]).facts()).is_empty());
}
