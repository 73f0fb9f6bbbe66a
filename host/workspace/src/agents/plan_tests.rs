use super::*;
use std::collections::BTreeMap;

type All = BTreeMap<&'static str, Existing>;

fn with_server() -> Agents {
    Agents {
        mcp_url: Some("http://127.0.0.1:8765/mcp".parse().unwrap()),
    }
}

fn text(text: &str) -> Existing {
    Existing::Text(text.to_owned())
}

fn planned(existing: &[(&'static str, Existing)], agents: &Agents) -> BTreeMap<String, AgentFile> {
    let existing: All = existing.iter().cloned().collect();
    let files = plan(&existing, agents).into_iter();
    files.map(|file| (file.path.clone(), file)).collect()
}

/// What there is once a plan is done.
fn done(existing: &All, agents: &Agents) -> All {
    let mut all = existing.clone();
    for file in plan(existing, agents).iter().filter(|file| file.changes()) {
        let path = PATHS.into_iter().find(|path| *path == file.path).unwrap();
        all.insert(path, text(&file.after));
    }
    all
}

fn reason(file: &AgentFile) -> &str {
    match &file.outcome {
        Outcome::Skipped(reason) => reason,
        other => panic!("{}: {other:?}", file.path),
    }
}

#[test]
fn a_new_workspace_gets_files_that_all_agents_load() {
    let files = plan(&BTreeMap::new(), &with_server());
    let all: Vec<String> = files
        .iter()
        .map(|file| {
            assert_eq!(file.outcome, Outcome::Created);
            format!("==== {}\n{}", file.path, file.after)
        })
        .collect();
    insta::assert_snapshot!(all.join("\n"));
    assert_eq!(
        files.iter().map(|file| &*file.path).collect::<Vec<_>>(),
        PATHS
    );
}

#[test]
fn agents_md_says_the_way_in_two_kilobytes() {
    let files = planned(&[], &with_server());
    let main = &files["AGENTS.md"].after;
    assert!(main.len() <= 2048, "{} bytes", main.len());
    assert!(main.lines().any(|line| line == "@CONTEXT.md"));
    assert!(
        main.contains("Read `CONTEXT.md` first"),
        "for agents that do not import"
    );
    for place in [
        "schema/<TABLE>.sql",
        "globals.csv",
        "initialization/",
        "manifest.json",
    ] {
        assert!(main.contains(&format!("`context/{place}`")), "{place}");
    }
}

#[test]
fn without_a_server_none_is_entered() {
    let files = planned(&[], &Agents::default());
    assert_eq!(files.len(), 5);
    assert!(!files.values().any(|file| file.after.contains("mcpServers")));
    assert!(!files["AGENTS.md"].after.contains("MCP"));
}

#[test]
fn no_token_stands_in_a_file() {
    for file in planned(&[], &with_server()).values() {
        for line in file.after.lines().filter(|line| line.contains("Bearer")) {
            assert!(line.contains("\"Bearer ${QUARRY_TOKEN}\""), "{line}");
        }
    }
}

#[test]
fn planning_over_the_result_changes_nothing() {
    let starts: [&[(&'static str, Existing)]; 4] = [
        &[],
        &[
            ("AGENTS.md", text("Use tabs.")),
            ("CLAUDE.md", text("@AGENTS.md\n")),
        ],
        &[
            ("AGENTS.md", Existing::Link("CLAUDE.md".to_owned())),
            ("CLAUDE.md", text("mine\r\n")),
            (".mcp.json", text("{\"mcpServers\": {\"a\": {}}}")),
        ],
        &[
            (".gemini/settings.json", text("{ /* mine */ }")),
            (".codex/config.toml", text("a = 1")),
        ],
    ];
    for start in starts {
        let start: All = start.iter().cloned().collect();
        for agents in [Agents::default(), with_server()] {
            let once = done(&start, &agents);
            for file in plan(&once, &agents) {
                assert!(!file.changes(), "{}: {:?}", file.path, file.outcome);
            }
            assert_eq!(done(&once, &agents), once);
        }
    }
}

#[test]
fn a_claude_md_that_imports_agents_md_is_left_alone() {
    let files = planned(
        &[("CLAUDE.md", text("# Us\n\n@AGENTS.md\n"))],
        &with_server(),
    );
    assert_eq!(files["CLAUDE.md"].outcome, Outcome::Unchanged);
    let files = planned(&[("CLAUDE.md", text("# Us\n"))], &with_server());
    assert!(
        files["CLAUDE.md"]
            .after
            .starts_with("# Us\n\n<!-- quarry:begin -->\n@AGENTS.md\n")
    );
}

#[test]
fn a_claude_md_that_is_a_link_is_left_alone_with_a_note() {
    let files = planned(
        &[("CLAUDE.md", Existing::Link("AGENTS.md".to_owned()))],
        &with_server(),
    );
    let note = reason(&files["CLAUDE.md"]);
    assert_eq!(
        note,
        "it is a symbolic link to AGENTS.md, which says it all"
    );
    assert_eq!(files["AGENTS.md"].outcome, Outcome::Created);
}

#[test]
fn where_agents_md_cannot_be_written_the_others_say_it_themselves() {
    let link = Existing::Link("CLAUDE.md".to_owned());
    let files = planned(
        &[("AGENTS.md", link), ("CLAUDE.md", text("mine\n"))],
        &with_server(),
    );
    assert!(reason(&files["AGENTS.md"]).contains("add by hand"));
    // `@AGENTS.md` would lead from the file to itself.
    let after = &files["CLAUDE.md"].after;
    assert!(after.starts_with("mine\n") && after.contains("\n@CONTEXT.md\n"));
    assert!(!after.contains("@AGENTS.md"));
}

#[test]
fn a_skill_of_the_users_is_left_alone() {
    let path = ".claude/skills/quarry-context/SKILL.md";
    let files = planned(
        &[(path, text("---\nname: quarry-context\n---\nmine"))],
        &with_server(),
    );
    assert!(reason(&files[path]).contains("<!-- quarry:begin -->"));
    let other = &files[".agents/skills/quarry-context/SKILL.md"].after;
    assert!(other.starts_with("---\nname: quarry-context\ndescription: "));
    let edited = other
        .replace("description: ", "description: Mine. ")
        .replace("# Legacy", "# Old");
    let files = planned(&[(path, text(&edited))], &with_server());
    assert!(
        files[path].after.contains("description: Mine. ") && files[path].after.contains("# Legacy")
    );
}

#[test]
fn what_is_left_alone_says_what_to_add_by_hand() {
    let files = planned(
        &[
            (".mcp.json", text("{\n  \"mcpServers\": []\n}")),
            (".codex/config.toml", text("mcp_servers = 1")),
            (
                ".gemini/settings.json",
                Existing::Unusable("it is a directory".to_owned()),
            ),
        ],
        &with_server(),
    );
    let reasons: Vec<&str> = [".mcp.json", ".codex/config.toml", ".gemini/settings.json"]
        .iter()
        .map(|path| reason(&files[*path]))
        .collect();
    insta::assert_snapshot!(reasons.join("\n"));
    assert_eq!(files[".mcp.json"].after, "{\n  \"mcpServers\": []\n}");
}
