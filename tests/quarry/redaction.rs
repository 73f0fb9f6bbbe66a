//! What becomes of secrets that the host finds, from the source tree to the workspace, the report and the exit code.

use crate::support::{list, quarry, text, workspace_text};
use serde_json::Value;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

const HEADER: &str = "#To edit and compare internal_properties, use WINDEV integrated tools.\n\
    #Internal properties refer to the properties of controls in windows, reports, etc.\n";

/// A secret that only its value betrays. Put together here so that nobody who searches for keys finds one.
fn key() -> String {
    format!("{}{}", "gh", "p_Zk3Vb9Qw7Xn2Lm5Rt8Yc1Hd4Jf6Gs0PaEuT3")
}

/// A project with a description and sets, each with a variable of its own.
fn project(tree: &Path, description: &str, sets: usize) {
    fs::create_dir_all(tree).unwrap();
    let mut elements = String::new();
    for set in 0..sets {
        let name = format!("SET_{set:02}");
        let _ = write!(
            elements,
            "   -\n     name : {name}\n     identifier : 0x3\n     physical_name : .\\{name}.wdg\n     type : 7\n"
        );
        let code = format!(
            "{HEADER}info :\n name : {name}\n major_version : 28\n type : 7\n description : \"\"\nprocedure_set :\n \
             name : {name}\n identifier : 0x1\n code_elements :\n  type_code : 31\n  p_codes :\n   -\n     code : |1+\n\
             \x20     a{set:02}bc1 is Pwd\n      gsNameOfSomething{set:02} is string\n     type : 720896\n  procedures : []\n"
        );
        fs::write(tree.join(format!("{name}.wdg")), code).unwrap();
    }
    let project = format!(
        "{HEADER}info :\n name : P\n major_version : 28\n type : 4097\n description : \"{description}\"\nproject :\n \
         identifier : 0x0\n elements :\n  elements :\n{elements} code_elements :\n  type_code : 0\n  p_codes :\n   -\n\
         \x20    code : |1+\n      gnX is int = 3\n     type : 196608\n"
    );
    fs::write(tree.join("P.wdp"), project).unwrap();
}

struct Scratch {
    directory: tempfile::TempDir,
}

impl Scratch {
    fn new() -> Self {
        Scratch {
            directory: tempfile::tempdir().unwrap(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }
}

fn init(tree: &Path, workspace: &Path, arguments: &[&str]) -> Output {
    let mut command = quarry();
    command.args(["init", "--json", "--workspace"]);
    command.arg(workspace).arg(tree).args(arguments);
    if !arguments.contains(&"--stack-file") {
        command.args(["--stack", "fastapi-htmx"]);
    }
    command.output().unwrap()
}

fn report(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    let last = text.lines().last();
    let last = last.unwrap_or_else(|| panic!("{}", errors(output)));
    serde_json::from_str(last).unwrap()
}

fn errors(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn names_that_look_like_passwords_behind_their_type_stay_the_same_in_all_documents() {
    let scratch = Scratch::new();
    let tree = scratch.path("tree");
    project(&tree, "", 80);
    for budget in ["6900", "7900"] {
        let workspace = scratch.path(budget);
        let output = init(&tree, &workspace, &["--budget", budget]);
        assert!(output.status.success(), "{}", errors(&output));
        let report = report(&output);
        assert!(list(&report, "findings").is_empty(), "{report}");
        let all = workspace_text(&workspace);
        assert!(all.contains("a00bc1") && !all.contains("[REDACTED:password#"));
        assert_eq!(report["tokens"], manifest_tokens(&workspace));
    }
}

fn manifest_tokens(workspace: &Path) -> Value {
    let manifest = fs::read_to_string(workspace.join("context/manifest.json")).unwrap();
    let manifest: Value = serde_json::from_str(&manifest).unwrap();
    manifest["document"]["tokens"].clone()
}

#[test]
fn a_document_from_which_secrets_are_taken_keeps_to_its_budget() {
    let scratch = Scratch::new();
    let (tree, stack) = (scratch.path("tree"), scratch.path("stack.toml"));
    project(&tree, "", 20);
    // No fact holds what the stack says.
    let known = include_str!("../../host/stacks/fastapi-htmx.toml");
    let mut lines = String::new();
    for number in 0..12 {
        let _ = writeln!(lines, "\"file{number}.py\" = \"password: x{number:02}y7z\"");
    }
    let with_secrets = known.replacen(
        "[file_structure]\n",
        &format!("[file_structure]\n{lines}"),
        1,
    );
    assert_ne!(known, with_secrets);
    fs::write(&stack, with_secrets).unwrap();
    let stack = stack.to_str().unwrap();
    let mut has_replaced = false;
    let mut has_fitted = false;
    for budget in [2400, 2500, 2600, 2640, 2680, 2720, 2760, 3600, 4000] {
        let workspace = scratch.path(&budget.to_string());
        let given = budget.to_string();
        let output = init(
            &tree,
            &workspace,
            &["--stack-file", stack, "--budget", &given],
        );
        let code = output.status.code().unwrap();
        // Once the shortest document fits, every larger budget is enough.
        assert!(
            code == 0 || (code == 3 && !has_fitted),
            "{budget}: {}",
            errors(&output)
        );
        has_fitted = code == 0;
        if code == 0 {
            let report = report(&output);
            assert!(report["tokens"].as_u64().unwrap() <= budget);
            let all = workspace_text(&workspace);
            assert!(!all.contains("x07y7z"), "{budget}");
            has_replaced |= all.contains("[REDACTED:password#12]");
        }
    }
    assert!(has_replaced);
}

#[test]
fn the_projects_name_is_redacted_whether_a_rule_or_another_place_betrays_it() {
    let scratch = Scratch::new();
    for (name, analysed) in [("S3cr&t9Kd7Zq".to_owned(), true), (key(), false)] {
        let tree = scratch.path(&name);
        fs::create_dir(&tree).unwrap();
        let table = if analysed {
            "sPassword = &quot;S3cr&amp;t9Kd7Zq&quot;"
        } else {
            "Client"
        };
        let analysis = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><ANALYSE GenNum=\"1\" VersionStructure=\"2\" \
             RepertoireDefaut=\"\"><FICHIER Nom=\"{table}\" NomPhysique=\"T\"><RUBRIQUE Nom=\"ID\">\
             <TYPE>24</TYPE><TYPE_CLE>1</TYPE_CLE></RUBRIQUE></FICHIER></ANALYSE>"
        );
        fs::write(tree.join("P.xdd"), analysis).unwrap();
        let workspace = scratch.path("workspace");
        let output = init(&tree, &workspace, &["--format", "json,html"]);
        assert!(output.status.success(), "{}", errors(&output));
        let report = report(&output);
        assert!(
            text(&report, "project").starts_with("[REDACTED:"),
            "{report}"
        );
        let shown = workspace_text(&workspace) + &report.to_string() + &errors(&output);
        for spelling in [name.clone(), name.replace('&', "&amp;")] {
            assert!(!shown.contains(&spelling), "{spelling}");
        }
    }
}

#[test]
fn a_directory_that_is_called_like_a_key_is_shown_by_no_finding() {
    let scratch = Scratch::new();
    let (tree, workspace) = (scratch.path("tree"), scratch.path("workspace"));
    project(&tree.join(key()), "", 1);
    let output = init(&tree, &workspace, &[]);
    assert!(output.status.success(), "{}", errors(&output));
    let report = report(&output);
    assert!(!list(&report, "findings").is_empty());
    for finding in list(&report, "findings") {
        assert!(text(finding, "file").contains("[REDACTED:"), "{finding}");
    }
    let shown = workspace_text(&workspace) + &report.to_string() + &errors(&output);
    assert!(!shown.contains(&key()));
}

#[test]
fn a_finding_stands_at_the_line_of_its_value() {
    let scratch = Scratch::new();
    let (tree, workspace) = (scratch.path("tree"), scratch.path("workspace"));
    project(&tree, &format!("deploy with {}", key()), 0);
    let source = fs::read_to_string(tree.join("P.wdp")).unwrap();
    let (line, column) = source
        .lines()
        .enumerate()
        .find_map(|(index, line)| Some((index + 1, line.find(&key())? + 1)))
        .unwrap();
    let report = report(&init(&tree, &workspace, &[]));
    let [finding] = list(&report, "findings") else {
        panic!("{report}");
    };
    assert_eq!(
        (&finding["line"], &finding["column"]),
        (&line.into(), &column.into())
    );
}

#[test]
fn a_run_that_fails_on_secrets_reports_all_of_them_and_leaves_nothing_behind() {
    let scratch = Scratch::new();
    let (tree, workspace) = (scratch.path("tree"), scratch.path("workspace"));
    let other = key().replace("Zk3", "Ab7");
    project(&tree, &format!("deploy with {} or {other}", key()), 0);
    let output = init(&tree, &workspace, &["--fail-on-secrets"]);
    assert_eq!(output.status.code(), Some(4));
    let report = report(&output);
    let findings = list(&report, "findings");
    assert_eq!(findings.len(), 2, "{report}");
    let errors = errors(&output);
    assert!(errors.contains("2 secrets were found"), "{errors}");
    for finding in findings {
        let fingerprint = text(finding, "fingerprint");
        assert!(
            errors.contains(&format!("--allow-secret {fingerprint}")),
            "{errors}"
        );
    }
    assert!(!workspace.exists());

    let mut allowing = vec!["--fail-on-secrets"];
    for finding in findings {
        allowing.extend(["--allow-secret", text(finding, "fingerprint")]);
    }
    let output = init(&tree, &workspace, &allowing);
    assert!(output.status.success());
    assert!(workspace.join("CONTEXT.md").is_file());
}

#[test]
fn a_fingerprint_that_is_allowed_for_nothing_is_a_warning() {
    let scratch = Scratch::new();
    let (tree, workspace) = (scratch.path("tree"), scratch.path("workspace"));
    project(&tree, "", 0);
    let output = init(
        &tree,
        &workspace,
        &["--allow-secret", "P.wdp:1:1:github-token"],
    );
    assert!(output.status.success());
    let errors = errors(&output);
    assert!(
        errors.contains("fingerprint P.wdp:1:1:github-token"),
        "{errors}"
    );
}

#[test]
fn extract_names_what_it_replaced_and_takes_the_same_options() {
    let scratch = Scratch::new();
    let tree = scratch.path("tree");
    project(&tree, &format!("deploy with {}", key()), 0);
    let extract = |arguments: &[&str]| {
        let mut command = quarry();
        command.arg("extract").arg(&tree).args(arguments);
        command.output().unwrap()
    };
    let output = extract(&[]);
    assert!(output.status.success());
    let warning = errors(&output);
    let fingerprint = warning
        .lines()
        .find_map(|line| Some(line.split_once("--allow-secret ")?.1))
        .unwrap_or_else(|| panic!("{warning}"));
    let failed = extract(&["--fail-on-secrets"]);
    assert_eq!(failed.status.code(), Some(4));
    assert!(failed.stdout.is_empty());
    for output in [&output, &failed] {
        assert!(!errors(output).contains(&key()));
        assert!(!String::from_utf8_lossy(&output.stdout).contains(&key()));
    }
    let allowed = extract(&["--fail-on-secrets", "--allow-secret", fingerprint]);
    assert!(allowed.status.success());
    assert!(String::from_utf8_lossy(&allowed.stdout).contains(&key()));
}

#[test]
fn a_report_lists_the_documents_whether_they_are_written_or_not() {
    let scratch = Scratch::new();
    let (tree, workspace) = (scratch.path("tree"), scratch.path("workspace"));
    project(&tree, "", 1);
    let dry = report(&init(&tree, &workspace, &["--dry-run"]));
    let stale = report(&init(&tree, &workspace, &["--check"]));
    let written = report(&init(&tree, &workspace, &[]));
    assert!(list(&dry, "files").iter().any(|file| file == "CONTEXT.md"));
    assert_eq!(dry["files"], written["files"]);
    assert_eq!(stale["files"], written["files"]);
}
