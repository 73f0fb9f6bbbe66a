//! Which elements the selected project has.

use quarry_sdk::Source;
use quarry_sdk::extractor::Request;
use quarry_windev_source::{elements, select};
use std::fs;

const HEADER: &str =
    "#To edit and compare internal_properties, use WINDEV integrated tools.\ninfo :\n name : P\n";

/// A project that lists `Main.wdw` and is built with components in these files.
fn project(components: &[&str]) -> String {
    let components: String = components
        .iter()
        .map(|path| format!("   -\n    physical_name : {path}\n"))
        .collect();
    format!(
        "{HEADER}project :\n elements :\n  elements :\n   -\n    name : Main\n    type : 2\n    \
         physical_name : .\\Main.wdw\n  internal_components :\n{components}"
    )
}

/// `kind name path` of each element of the first project of a tree.
fn found(project: (&str, &str), files: &[&str]) -> Vec<String> {
    let root = tempfile::tempdir().unwrap();
    let mut inputs: Vec<String> = files.iter().map(|path| (*path).to_owned()).collect();
    inputs.push(project.0.to_owned());
    inputs.sort();
    for path in &inputs {
        let file = root.path().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(
            file,
            if path == project.0 {
                project.1
            } else {
                "PCS\0"
            },
        )
        .unwrap();
    }
    let request = Request {
        inputs,
        options: None,
    };
    let selected = select(&Source::directory(root.path()), &request).unwrap();
    elements(&selected, &request.inputs)
        .into_iter()
        .map(|element| format!("{} {} {}", element.kind, element.name, element.path))
        .collect()
}

#[test]
fn the_elements_of_a_component_that_is_built_in_are_the_projects() {
    let project = project(&[".\\sales\\Sales.wci", "..\\outside\\X.wci"]);
    let files = [
        "app/Main.wdw",
        "app/Old.wdw",
        "app/Sales/SET_Sales.wdg",
        "app/Sales/deep/COrder.wdc",
        "app/Sales/logo.png",
        "outside/Other.wdg",
        "outside2/No.wdg",
    ];
    assert_eq!(
        found(("app/P.wdp", &project), &files),
        [
            "window Main app/Main.wdw",
            "procedure-set SET_Sales app/Sales/SET_Sales.wdg",
            "class COrder app/Sales/deep/COrder.wdc",
            "procedure-set Other outside/Other.wdg",
        ]
    );
}

#[test]
fn a_component_beside_the_project_brings_in_nothing_that_is_not_listed() {
    let project = project(&[".\\P.wci"]);
    assert_eq!(
        found(("P.wdp", &project), &["Main.wdw", "Old.wdw"]),
        ["window Main Main.wdw"]
    );
}

#[test]
fn an_element_that_is_not_in_the_tree_is_one_all_the_same() {
    let project = project(&[]);
    assert_eq!(found(("P.wdp", &project), &[]), ["window Main Main.wdw"]);
}

#[test]
fn a_project_that_cannot_be_read_has_what_lies_nearer_to_no_other_project() {
    let files = [
        "Main.wdw",
        "lib/SET_Lib.wdg",
        "other/O.wdp",
        "other/SET_O.wdg",
        "other/sub/SET_Sub.wdg",
    ];
    assert_eq!(
        found(("P.wdp", "PCS\0"), &files),
        [
            "window Main Main.wdw",
            "procedure-set SET_Lib lib/SET_Lib.wdg"
        ]
    );
}
