use super::*;
use proptest::prelude::*;

fn found<'p>(
    project: Option<&str>,
    references: Option<&[&str]>,
    paths: &[&'p str],
) -> Vec<(&'p str, FoundBy)> {
    // Paths live longer than the list of them.
    let files = analysis_files(project, references, paths).files;
    let place = |path: &str| paths.iter().position(|known| *known == path).unwrap();
    files
        .iter()
        .map(|file| (paths[place(file.path)], file.how))
        .collect()
}

#[test]
fn backups_generations_and_what_was_built_are_ignored_at_any_depth() {
    for path in [
        "Svg_20240101_1200/a.wdp",
        "x/svg_a/y/a.wdp",
        "Sauvegarde du 3/a.wdp",
        "Bkp_V26/a.xdd",
        "A.ana/ANA00012/A.xdd",
        "x/a.ANA/ana99999/y/a.xdd",
        "A.cpl/x.wdw",
        "cache.gestion de sources/a.wdg",
        "Exe/a.wdw",
        "x/EXE/b/a.wdw",
        "Android/Generation/build/qr.xdd",
    ] {
        assert!(is_ignored(path), "{path}");
    }
    for path in [
        "Svg_icons.wdw",
        "Exe.wdg",
        "A.ana/A.xdd",
        "A.ana/ANA1/A.xdd",
        "A.ana/ANA0001x/a.xdd",
        "ANA00001/a.xdd",
        "Android/a.wdw",
        "Sauvegarde.wdg",
        "My Exe/a.wdw",
    ] {
        assert!(!is_ignored(path), "{path}");
    }
}

#[test]
fn paths_of_a_project_lose_dots_backslashes_and_other_peoples_machines() {
    for (written, path) in [
        (r".\PAGE_A.wwh", "PAGE_A.wwh"),
        (r".\.\sub\\x.wdg", "sub/x.wdg"),
        (r"..\shared\x.wdg", "../shared/x.wdg"),
        (r"C:\Users\somebody\x.wdg", "x.wdg"),
        (r"\\server\share\x.wdg", "x.wdg"),
        ("C:x.wdg", "x.wdg"),
        ("", ""),
    ] {
        assert_eq!(file_path(written), path);
    }
}

#[test]
fn the_shallowest_project_is_taken_and_the_first_of_several() {
    let paths = ["a/b/z.wdp", "a/c.WWP", "b/a.wpp", "b/a.wdg"];
    let selection = select_project(&paths, None).unwrap();
    assert_eq!(selection.chosen, Some("a/c.WWP"));
    assert_eq!(selection.others, ["a/b/z.wdp", "b/a.wpp"]);
    assert_eq!(select_project::<&str>(&[], None).unwrap().chosen, None);
}

#[test]
fn a_project_is_asked_for_by_its_file_or_directory() {
    let paths = ["a/b/z.wdp", "a/c.wwp", "b/a.wpp"];
    let chosen = |requested| {
        select_project(&paths, Some(requested))
            .unwrap()
            .chosen
            .unwrap()
    };
    assert_eq!(chosen("B/A.WPP"), "b/a.wpp");
    assert_eq!(chosen(r".\a\b\z.wdp"), "a/b/z.wdp");
    assert_eq!(chosen("a/b/"), "a/b/z.wdp");
    assert_eq!(chosen("a"), "a/c.wwp");
    assert_eq!(chosen("."), "a/c.wwp");
    let same = ["A.wdp", "a.wdp"];
    assert_eq!(
        select_project(&same, Some("a.wdp")).unwrap().chosen,
        Some("a.wdp")
    );
}

#[test]
fn a_project_that_is_not_there_is_an_error_that_names_those_that_are() {
    let error = select_project(&["a/c.wwp"], Some("x.wdp")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "there is no project `x.wdp`; there is `a/c.wwp`"
    );
    let many: Vec<String> = (0..12).map(|number| format!("{number}.wdp")).collect();
    assert!(
        select_project(&many, Some("x"))
            .unwrap_err()
            .to_string()
            .ends_with("and 2 more")
    );
    let none = select_project::<&str>(&[], Some("x")).unwrap_err();
    assert!(none.to_string().ends_with("no project file at all"));
}

#[test]
fn files_are_found_without_regard_to_case_and_never_outside_the_tree() {
    let paths = ["Sub/A.WDG", "sub/a.wdg", "x.wdg"];
    let index = PathIndex::new(&paths);
    assert_eq!(index.resolve("sub", "a.wdg"), Some("sub/a.wdg"));
    assert_eq!(index.resolve("", "SUB/a.WDG"), Some("Sub/A.WDG"));
    assert_eq!(index.resolve("sub", r"..\X.wdg"), Some("x.wdg"));
    assert_eq!(index.resolve("sub", r"..\..\x.wdg"), None);
    assert_eq!(index.resolve("", "y.wdg"), None);
}

#[test]
fn an_analysis_is_found_beside_the_file_that_the_project_names() {
    let paths = ["P/A.ana/a.XDD", "P/A.xdd", "P/P.wdp"];
    let files = found(Some("P/P.wdp"), Some(&["A.ana/A.wda"]), &paths);
    assert_eq!(files, [("P/A.ana/a.XDD", FoundBy::Reference)]);
}

#[test]
fn an_analysis_outside_the_tree_is_looked_for_beside_the_project() {
    let paths = ["P/B.ana/B.xdd", "P/POO.xdd", "P/P.wdp"];
    let files = found(
        Some("P/P.wdp"),
        Some(&[r"..\..\Old\POO.ana\POO.wda"]),
        &paths,
    );
    assert_eq!(files, [("P/POO.xdd", FoundBy::ReferencedName)]);
}

#[test]
fn references_are_resolved_once_each_and_those_without_a_file_are_named() {
    let paths = ["A.ana/A.xdd", "C.ana/C.xdd", "P.wdp"];
    let references = ["A.ana/A.wda", r".\A.ana\A.wda", "B.ana/B.wda", "x.txt"];
    let found = analysis_files(Some("P.wdp"), Some(&references), &paths);
    assert_eq!(found.files.len(), 1);
    assert_eq!(found.unresolved, ["B.ana/B.wda", "x.txt"]);
}

#[test]
fn a_project_that_names_no_analysis_has_none() {
    assert!(found(Some("P.wdp"), Some(&[]), &["A.ana/A.xdd", "P.wdp"]).is_empty());
}

#[test]
fn the_analyses_of_a_binary_project_are_looked_for_in_the_usual_places() {
    let guessed = |paths: &[&'static str]| -> Vec<&str> {
        found(Some("p/P.wdp"), None::<&[&str]>, paths)
            .into_iter()
            .map(|(path, _)| path)
            .collect()
    };
    let paths = [
        "p/A.ana/A.xdd",
        "p/A.xdd",
        "p/P.ana/ANA00001/P.xdd",
        "p/P.ana/P.xdd",
        "p/P.xdd",
        "q/P.ana/P.xdd",
    ];
    assert_eq!(guessed(&paths), ["p/P.ana/P.xdd", "p/A.ana/A.xdd"]);
    let paths = ["p/A.ana/A.xdd", "p/A.ana/Copy.xdd", "p/x/B.ana/B.xdd"];
    assert_eq!(guessed(&paths), ["p/A.ana/A.xdd"]);
    assert_eq!(
        guessed(&["p/A.ana/Renamed.xdd", "p/A.xdd"]),
        ["p/A.ana/Renamed.xdd"]
    );
    assert_eq!(
        guessed(&["p/A.xdd", "p/B.XDD", "p/x/C.xdd"]),
        ["p/A.xdd", "p/B.XDD"]
    );
    assert!(guessed(&["p/Svg_1/A.xdd", "pp/A.xdd"]).is_empty());
}

#[test]
fn analyses_are_guessed_where_no_reference_has_a_file_or_there_is_no_project() {
    let files = found(Some("P.wdp"), Some(&["X.ana/X.wda"]), &["A.ana/A.xdd"]);
    assert_eq!(files, [("A.ana/A.xdd", FoundBy::Guess)]);
    let files = found(None, None, &["x/A.ana/A.xdd", "y/z/A.ana/A.xdd"]);
    assert_eq!(files, [("x/A.ana/A.xdd", FoundBy::Guess)]);
}

#[test]
fn many_paths_and_references_take_linear_time() {
    let paths: Vec<String> = (0..50_000)
        .map(|number| format!("d{number}/A{number}.ana/A{number}.xdd"))
        .collect();
    let references: Vec<String> = (0..50_000)
        .map(|number| format!("D{number}/A{number}.ana/A{number}.wda"))
        .collect();
    let started = std::time::Instant::now();
    assert_eq!(
        analysis_files(Some("P.wdp"), Some(&references), &paths)
            .files
            .len(),
        50_000
    );
    assert_eq!(
        analysis_files(None, None::<&[String]>, &paths).files.len(),
        50_000
    );
    assert!(started.elapsed().as_secs() < 10);
}

proptest! {
    #[test]
    fn no_paths_make_it_panic(
        paths in prop::collection::vec("[a./\\\\:éÀ-]{0,12}(\\.wdp|\\.xdd|\\.ana)?", 0..12),
        written in ".{0,20}",
    ) {
        let index = PathIndex::new(&paths);
        for path in &paths {
            if let Some(file) = index.resolve(directory(path), &written) {
                assert!(paths.iter().any(|known| known == file));
            }
            is_ignored(path);
            let found = analysis_files(Some(path), Some(&[&written]), &paths);
            assert!(found.files.iter().all(|file| paths.iter().any(|known| known == file.path)));
        }
        let _ = select_project(&paths, Some(&written));
    }
}
