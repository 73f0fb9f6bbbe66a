//! The document and what comes with it: budget, files beside it, secrets by value, agents' files, renderings.

use crate::support::{fixture, list, quarry, run, text, workspace_text};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Output;

/// `quarry init` of a tree with more arguments.
fn init(source: &Path, workspace: &Path, arguments: &[&str]) -> Output {
    quarry()
        .args(["init", "--quiet", "--stack", "fastapi-htmx", "--workspace"])
        .arg(workspace)
        .arg(source)
        .args(arguments)
        .output()
        .unwrap()
}

fn report(output: &Output) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

#[test]
fn the_document_keeps_to_its_budget_and_the_report_says_how() {
    let scratch = tempfile::tempdir().unwrap();
    let source = fixture("webdev-shop");
    for (tokenizer, budget) in [("claude", 4_500), ("o200k", 2_500), ("bytes", 12_000)] {
        let budget_text = budget.to_string();
        let arguments = ["--json", "--budget", &budget_text, "--tokenizer", tokenizer];
        let report = report(&init(&source, scratch.path(), &arguments));
        assert_eq!(report["tokenizer"], tokenizer);
        assert_eq!(report["budget"], budget);
        let tokens = report["tokens"].as_u64().unwrap();
        assert!(
            tokens <= budget && tokens * 10 > budget * 8,
            "{tokens} of {budget} {tokenizer}"
        );
        let document = fs::read_to_string(scratch.path().join("CONTEXT.md")).unwrap();
        if tokenizer == "bytes" {
            assert_eq!(document.len() as u64, tokens);
        }
        let sections = list(&report, "sections").iter();
        let sum: u64 = sections
            .map(|section| section["tokens"].as_u64().unwrap())
            .sum();
        assert!(sum >= tokens && sum < tokens + 50);
        let files = list(&report, "files");
        for file in files {
            let path = scratch.path().join(file.as_str().unwrap());
            assert!(path.is_file(), "{file}");
        }
        assert!(files.iter().any(|file| file == "context/manifest.json"));
    }
}

#[test]
fn a_budget_that_is_too_small_is_an_error_that_says_what_to_do() {
    let scratch = tempfile::tempdir().unwrap();
    let output = init(
        &fixture("webdev-shop"),
        scratch.path(),
        &["--budget", "100"],
    );
    assert_eq!(output.status.code(), Some(3));
    let errors = String::from_utf8_lossy(&output.stderr);
    for word in ["budget of 100", "Database Connections", "--budget "] {
        assert!(errors.contains(word), "{errors}");
    }
    assert!(!scratch.path().join("CONTEXT.md").exists());
    let needed = errors
        .trim()
        .trim_end_matches(" or more")
        .rsplit(' ')
        .next()
        .unwrap();
    assert!(
        init(
            &fixture("webdev-shop"),
            scratch.path(),
            &["--budget", needed]
        )
        .status
        .success()
    );
}

#[test]
fn check_tells_a_fresh_document_from_a_stale_one_and_writes_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let source = fixture("windev-desktop");
    let missing = scratch.path().join("missing");
    let stale = init(&source, &missing, &["--check"]);
    assert_eq!(stale.status.code(), Some(7));
    assert!(!missing.exists());

    let workspace = scratch.path().join("workspace");
    assert!(init(&source, &workspace, &[]).status.success());
    assert!(init(&source, &workspace, &["--check"]).status.success());
    let document = workspace.join("CONTEXT.md");
    let before = fs::read_to_string(&document).unwrap();
    fs::write(&document, format!("{before}edited\n")).unwrap();
    let output = init(&source, &workspace, &["--check"]);
    assert_eq!(output.status.code(), Some(7));
    assert!(String::from_utf8_lossy(&output.stderr).contains("CONTEXT.md changed"));
    assert!(fs::read_to_string(&document).unwrap().ends_with("edited\n"));
    assert_eq!(
        init(&source, &workspace, &["--check", "--budget", "3000"])
            .status
            .code(),
        Some(7)
    );
}

#[test]
fn a_dry_run_says_where_the_tokens_go_and_writes_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let workspace = scratch.path().join("workspace");
    let output = init(&fixture("webdev-shop"), &workspace, &["--dry-run"]);
    assert!(output.status.success());
    let tree = String::from_utf8(output.stdout).unwrap();
    assert!(
        tree.starts_with("CONTEXT.md  ") && tree.contains("of 8000 tokens (claude)"),
        "{tree}"
    );
    assert!(
        tree.contains("├─ Database Schema") && tree.contains("tables in full: "),
        "{tree}"
    );
    assert!(tree.contains("added CONTEXT.md"), "{tree}");
    assert!(!workspace.exists());
}

#[test]
fn settings_beside_the_sources_hold_unless_the_command_line_says_otherwise() {
    let scratch = tempfile::tempdir().unwrap();
    let tree = scratch.path().join("tree");
    copy(&fixture("webdev-shop"), &tree);
    let settings = "stack = \"nuxt3\"\nbudget = 6000\n[schema]\npin = [\"Stock\"]\n";
    fs::write(tree.join("quarry.toml"), settings).unwrap();
    let workspace = scratch.path().join("workspace");
    let report = |arguments: &[&str]| {
        let mut command = quarry();
        command
            .args(["init", "-q", "--json", "-w"])
            .arg(&workspace)
            .arg(&tree);
        report(&command.args(arguments).output().unwrap())
    };
    let settled = report(&[]);
    assert_eq!(
        (&settled["stack"], &settled["budget"]),
        (&"nuxt3".into(), &6000.into())
    );
    let given = report(&["--stack", "remix", "--budget", "7000"]);
    assert_eq!(
        (&given["stack"], &given["budget"]),
        (&"remix".into(), &7000.into())
    );
    fs::write(tree.join("quarry.toml"), "budgets = 1\n").unwrap();
    let output = quarry()
        .args(["init", "-q", "-w"])
        .arg(&workspace)
        .arg(&tree)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&output.stderr).contains("quarry.toml:1: unknown field `budgets`")
    );
}

#[test]
fn a_stack_has_to_be_chosen() {
    let scratch = tempfile::tempdir().unwrap();
    let workspace = scratch.path().to_str().unwrap().to_owned();
    let source = fixture("empty");
    let output = run(["init", source.to_str().unwrap(), "--workspace", &workspace]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("quarry stacks"));
}

/// A secret that only its value betrays: it stands where a text belongs. Put together here so that nobody who searches
/// for keys finds one.
fn key() -> String {
    format!("{}{}", "gh", "p_Zk3Vb9Qw7Xn2Lm5Rt8Yc1Hd4Jf6Gs0PaEuT3")
}

/// A project whose description holds the key.
fn betraying(tree: &Path) {
    copy(&fixture("mobile-minimal"), tree);
    let project = fs::read_dir(tree)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|extension| extension == "wpp"))
        .unwrap();
    let text = fs::read_to_string(&project).unwrap();
    let described = text.replacen(
        "description : \"\"",
        &format!("description : \"deploy with {}\"", key()),
        1,
    );
    assert_ne!(text, described);
    fs::write(project, described).unwrap();
}

#[test]
fn a_secret_that_only_its_value_betrays_is_replaced_and_reported() {
    let scratch = tempfile::tempdir().unwrap();
    let (tree, workspace) = (
        scratch.path().join("tree"),
        scratch.path().join("workspace"),
    );
    betraying(&tree);
    let formats = ["--json", "--format", "json,html"];
    let output = init(&tree, &workspace, &formats);
    let found = report(&output);
    let [finding] = list(&found, "findings") else {
        panic!("{found}");
    };
    assert!(text(finding, "placeholder").starts_with("[REDACTED:"));
    assert!(text(finding, "file").ends_with(".wpp") && finding["line"].as_u64().unwrap() > 0);
    let all = workspace_text(&workspace) + &String::from_utf8_lossy(&output.stdout);
    assert!(!all.contains(&key()));
    assert!(all.contains(&format!("deploy with {}", text(finding, "placeholder"))));
    let extracted = run(["extract", "--quiet", tree.to_str().unwrap()]);
    assert!(!String::from_utf8_lossy(&extracted.stdout).contains(&key()));

    let failed = init(&tree, &scratch.path().join("other"), &["--fail-on-secrets"]);
    assert_eq!(failed.status.code(), Some(4));
    assert!(!scratch.path().join("other/CONTEXT.md").exists());
    assert!(!String::from_utf8_lossy(&failed.stderr).contains(&key()));

    let fingerprint = text(finding, "fingerprint");
    let allowed = init(
        &tree,
        &workspace,
        &["--json", "--fail-on-secrets", "--allow-secret", fingerprint],
    );
    assert_eq!(list(&report(&allowed), "findings")[0]["allowed"], true);
    assert!(workspace_text(&workspace).contains(&key()));
}

#[test]
fn the_agents_files_point_to_the_document_and_keep_what_is_the_users() {
    let scratch = tempfile::tempdir().unwrap();
    let workspace = scratch.path().join("workspace");
    fs::create_dir(&workspace).unwrap();
    fs::write(workspace.join("AGENTS.md"), "# Mine\n").unwrap();
    fs::write(
        workspace.join(".mcp.json"),
        "{\"mcpServers\": {\"mine\": {\"command\": \"x\"}}}",
    )
    .unwrap();
    let url = ["--mcp-url", "http://127.0.0.1:8765/mcp"];
    assert!(
        init(&fixture("mobile-minimal"), &workspace, &url)
            .status
            .success()
    );
    let read = |name: &str| fs::read_to_string(workspace.join(name)).unwrap();
    let agents = read("AGENTS.md");
    assert!(
        agents.starts_with("# Mine\n") && agents.contains("@CONTEXT.md"),
        "{agents}"
    );
    assert!(read("CLAUDE.md").contains("@AGENTS.md") && read("GEMINI.md").contains("@./AGENTS.md"));
    let servers: Value = serde_json::from_str(&read(".mcp.json")).unwrap();
    assert_eq!(servers["mcpServers"]["mine"]["command"], "x");
    assert_eq!(
        servers["mcpServers"]["quarry"]["url"],
        "http://127.0.0.1:8765/mcp"
    );
    assert!(read(".codex/config.toml").contains("QUARRY_TOKEN"));
    assert!(read("CONTEXT.md").contains("http://127.0.0.1:8765/mcp"));

    let bare = scratch.path().join("bare");
    assert!(
        init(&fixture("mobile-minimal"), &bare, &["--no-agent-files"])
            .status
            .success()
    );
    let mut names: Vec<String> = fs::read_dir(&bare)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, [".quarry", "CONTEXT.md", "context"]);
}

#[test]
fn other_renderings_say_the_same_and_load_nothing() {
    let scratch = tempfile::tempdir().unwrap();
    let arguments = ["--json", "--format", "json,html"];
    let report = report(&init(&fixture("hostile-text"), scratch.path(), &arguments));
    let json = fs::read_to_string(scratch.path().join("CONTEXT.json")).unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    for key in [
        "revision",
        "tokens",
        "budget",
        "tokenizer",
        "sections",
        "findings",
    ] {
        assert_eq!(json[key], report[key], "{key}");
    }
    assert_eq!(
        list(&json["facts"], "tables").len() as u64,
        report["facts"]["tables"]
    );
    let html = fs::read_to_string(scratch.path().join("CONTEXT.html")).unwrap();
    for loading in [
        "<script", "<link", "<img", "<iframe", "src=", "@import", "url(", "href=",
    ] {
        assert!(!html.contains(loading), "{loading}");
    }
    for section in list(&report, "sections") {
        assert!(html.contains(text(section, "title")));
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
