use super::*;
use crate::text::parse;

const PROJECT: &str = "\
info :
 name : My \u{e9}tude
 major_version : 30
 minor_version : 0
 type : 4097
 description : \"\"
project :
 configurations :
  -
    name : Site
    configuration_id : 13704713773506965659
    type : 2
    language : 2
  -
    name : Phone
    configuration_id : 7
    type : 15
  -
    name : Odd
    configuration_id : 8
    type : 99
 elements :
  identifier : 0x4c
  elements :
   -
     name : PAGE_Index
     identifier : 0x46
     physical_name : .\\PAGE_Index.wwh
     type : 65538
   -
     name : Tools
     identifier : 0x47
     physical_name : ..\\shared\\Tools.wdg
     type : 7
     configurations :
      -
        configuration_id : 7
        excluded : true
      -
        configuration_id : 8
        excluded : false
      -
        configuration_id : 9
        excluded : true
   -
     name : New
     type : 123
  array_of_analysis :
   -
     analysis : .\\A.ana\\A.wda
     analysis_password : sesame
   -
     analysis : ..\\B.ana\\B.wda
  analysis_password : sesame
  other_elements :
   -
     name : a.png
  internal_components :
   -
     physical_name : .\\Sales\\Sales.wci
   -
     identifier : 0x48
  external_components :
   -
     name : Payment
     wdi_physical_name : C:\\Users\\FAKE_user\\Payment.wdi
 languages :
  - fr-FR
  - en-GB
";

fn slice(span: Span) -> &'static str {
    &PROJECT[span.offset as usize..(span.offset + span.length) as usize]
}

#[test]
fn a_project_tells_what_it_is() {
    let project = Project::read(&parse(PROJECT.as_bytes()), "x/a.WWP");
    assert_eq!(
        (project.name.as_str(), project.kind),
        ("My étude", ProjectKind::Web)
    );
    assert_eq!(
        (project.major_version, project.minor_version),
        (Some(30), Some(0))
    );
    assert_eq!(project.description, "");
    assert_eq!(project.languages, ["fr-FR", "en-GB"]);
    assert_eq!(project.editor_language.as_deref(), Some("en"));
    assert_eq!(slice(project.span), "My étude");
    assert!(project.diagnostics.is_empty());
}

#[test]
fn components_have_a_name_and_a_file_and_no_path_of_a_machine() {
    let project = Project::read(&parse(PROJECT.as_bytes()), "a.wwp");
    let told = |components: &[ComponentReference]| -> Vec<(String, String)> {
        let pairs = components
            .iter()
            .map(|component| (component.name.clone(), component.path.clone()));
        pairs.collect()
    };
    let pair = |name: &str, path: &str| (name.to_owned(), path.to_owned());
    assert_eq!(
        told(&project.internal_components),
        [pair("Sales", "Sales/Sales.wci")]
    );
    assert_eq!(
        told(&project.external_components),
        [pair("Payment", "Payment.wdi")]
    );
    let span = project.internal_components[0].span;
    assert_eq!(slice(span), ".\\Sales\\Sales.wci");
}

#[test]
fn a_project_without_a_name_stands_at_the_beginning_of_its_file() {
    let project = Project::read(&parse(b"project :"), "a.wwp");
    assert_eq!(project.span, Span::BEGINNING);
}

#[test]
fn a_project_of_windev_that_builds_for_telephones_only_is_mobile() {
    let kind = |path, builds: &[u32]| {
        let configurations: String = builds
            .iter()
            .map(|number| format!("  -\n    name : a\n    type : {number}\n"))
            .collect();
        let text = format!("project :\n configurations :\n{configurations}");
        Project::read(&parse(text.as_bytes()), path).kind
    };
    assert_eq!(kind("a.wdp", &[15, 18]), ProjectKind::Mobile);
    assert_eq!(kind("a.wdp", &[1, 15]), ProjectKind::Desktop);
    assert_eq!(kind("a.wdp", &[]), ProjectKind::Desktop);
    assert_eq!(kind("a.wwp", &[15]), ProjectKind::Web);
}

#[test]
fn configurations_say_what_they_build() {
    let project = Project::read(&parse(PROJECT.as_bytes()), "a.wwp");
    let kinds: Vec<_> = project
        .configurations
        .iter()
        .map(|one| one.kind.as_str())
        .collect();
    assert_eq!(kinds, ["web-site", "android-application", "unknown-99"]);
    assert_eq!(project.configurations[0].id, "13704713773506965659");
    assert_eq!(slice(project.configurations[1].span), "Phone");
}

#[test]
fn every_number_of_a_configuration_and_of_an_element_that_was_seen_has_a_word() {
    for (number, kind) in [
        (1, "windows-executable"),
        (2, "web-site"),
        (3, "library"),
        (6, "dotnet-assembly"),
        (8, "java-application"),
        (9, "linux-executable"),
        (15, "android-application"),
        (18, "ios-application"),
        (23, "web-service"),
    ] {
        assert_eq!(configuration_kind(Some(number)), kind);
    }
    for (number, kind) in [
        (2, "window"),
        (3, "report"),
        (4, "class"),
        (5, "query"),
        (7, "procedure-set"),
        (8, "internal-window"),
        (17, "automated-test"),
        (18, "window-template"),
        (20, "window-template"),
        (21, "report-template"),
        (22, "web-service-description"),
        (28, "rest-service"),
        (4097, "project"),
        (65538, "page"),
        (65539, "browser-procedure-set"),
        (65541, "page-template"),
        (65542, "internal-page"),
        (65543, "page-template"),
    ] {
        assert_eq!(element_kind(Some(number)), kind);
    }
    assert_eq!(configuration_kind(None), "unknown");
}

#[test]
fn the_editors_languages_have_tags() {
    for (number, tag) in [
        ("1", "fr"),
        ("2", "en"),
        ("3", "de"),
        ("8", "es"),
        ("77", "77"),
    ] {
        let text =
            format!("project :\n configurations :\n  -\n    name : a\n    language : {number}\n");
        let project = Project::read(&parse(text.as_bytes()), "a.wdp");
        assert_eq!(project.editor_language.as_deref(), Some(tag));
    }
}

#[test]
fn elements_know_their_files_and_who_leaves_them_out() {
    let project = Project::read(&parse(PROJECT.as_bytes()), "a.wwp");
    let [page, tools, new] = project.elements.as_slice() else {
        panic!("three elements")
    };
    assert_eq!(
        (page.kind.as_str(), page.physical_path.as_str()),
        ("page", "PAGE_Index.wwh")
    );
    assert_eq!(
        (page.identifier.as_str(), slice(page.span)),
        ("0x46", "PAGE_Index")
    );
    assert_eq!(
        (tools.kind.as_str(), tools.physical_path.as_str()),
        ("procedure-set", "../shared/Tools.wdg")
    );
    // A configuration that the project does not list any more is called by its number.
    assert_eq!(tools.excluded_from, ["Phone", "9"]);
    assert_eq!(
        (new.kind.as_str(), new.physical_path.as_str()),
        ("unknown-123", "")
    );
}

#[test]
fn analyses_of_old_and_new_versions_are_found_and_their_passwords_are_not() {
    let project = Project::read(&parse(PROJECT.as_bytes()), "a.wwp");
    let paths: Vec<_> = project
        .analyses
        .iter()
        .map(|one| one.path.as_str())
        .collect();
    assert_eq!(paths, ["A.ana/A.wda", "../B.ana/B.wda"]);
    assert_eq!(slice(project.analyses[0].span), ".\\A.ana\\A.wda");
    assert!(!format!("{project:?}").contains("sesame"));
    let old = "info :\n name : A\n major_version : 27\nproject :\n elements :\n  analysis : .\\X.ana\\X.wda\n";
    let project = Project::read(&parse(old.as_bytes()), "a.wdp");
    assert_eq!(project.analyses[0].path, "X.ana/X.wda");
}

#[test]
fn what_is_no_project_or_of_an_unknown_version_is_said() {
    let other = Project::read(&parse(b"info :\n major_version : 24\n"), "dir/some.wdp");
    let codes: Vec<_> = other.diagnostics.iter().map(|said| said.code).collect();
    assert_eq!(codes, ["not-a-project", "unknown-version"]);
    assert_eq!(other.name, "some");
    assert_eq!(ProjectKind::of("a"), ProjectKind::Other);
}
