//! `[agent]` of `quarry.toml`, and what it is told when it is wrong.

use quarry_agent::{AgentRunner, AgentSettings, Isolation, OutputFormat, Preset};
use std::time::Duration;

fn read(text: &str) -> Result<AgentSettings, String> {
    let settings: AgentSettings = toml::from_str(text).map_err(|error| error.to_string())?;
    settings.validate().map_err(|error| error.to_string())?;
    Ok(settings)
}

#[test]
fn a_preset_is_enough() {
    for preset in Preset::ALL {
        let settings = read(&format!("preset = \"{}\"", preset.name())).unwrap();
        assert_eq!(settings, AgentSettings::of_preset(preset));
        assert_eq!(settings.idle_timeout(), Duration::from_secs(300));
        AgentRunner::new(settings).unwrap();
    }
}

#[test]
fn everything_can_be_set() {
    let settings = read(
        r#"
        command = "/opt/agent/run"
        arguments = ["--task", "{prompt}", "--in", "{workspace}"]
        extra-arguments = ["-v"]
        output = "lines"
        prompt = "Begin."
        environment = ["KEY"]
        variables = { MODE = "fast" }
        home-files = { ".agent/credentials.json" = "/etc/quarry/agent.json" }
        path = "/opt/agent:/usr/bin"
        idle-timeout-seconds = 60
        total-timeout-seconds = 600
        grace-seconds = 0
        [limits]
        line-bytes = 100000
        output-bytes = 1000000
        events = 1000
        text-bytes = 1000
        error-bytes = 1000
        [isolation]
        kind = "bubblewrap"
        network = false
        read-only = ["/opt/agent"]
        nested-namespaces = true
        scratch-bytes = 100000000
        "#,
    )
    .unwrap();
    assert_eq!(settings.output, Some(OutputFormat::Lines));
    assert!(
        matches!(settings.isolation, Some(Isolation::Bubblewrap(bubblewrap)) if !bubblewrap.network)
    );
    let wrapped =
        read("preset = \"gemini\"\nisolation = { kind = \"command\", command = [\"firejail\"] }")
            .unwrap();
    assert!(matches!(wrapped.isolation, Some(Isolation::Command(_))));
}

#[test]
fn what_is_wrong_is_told_with_the_setting() {
    let long = format!("preset = \"claude\"\nprompt = \"{}\"", "a".repeat(70_000));
    for (text, expected) in [
        ("", "set `preset`"),
        ("command = \"x\"", "set `output`"),
        ("preset = \"cursor\"", "unknown variant `cursor`"),
        (
            "preset = \"claude\"\ncomand = \"x\"",
            "unknown field `comand`",
        ),
        (
            "preset = \"claude\"\ncommand = \"bin/x\"",
            "`command` in [agent]",
        ),
        (
            "preset = \"claude\"\ncommand = \"-x\"",
            "`command` in [agent]",
        ),
        (
            "preset = \"claude\"\nprompt = \" \"",
            "`prompt` in [agent] is empty",
        ),
        (
            "preset = \"claude\"\nprompt = \"--yolo\"",
            "`prompt` in [agent] begins with `-`",
        ),
        (&long, "`prompt` in [agent] is longer"),
        (
            "command = \"x\"\noutput = \"lines\"\nprompt = \"a\"",
            "reaches nobody",
        ),
        (
            "preset = \"claude\"\nenvironment = [\"PATH\"]",
            "`environment` in [agent] has \"PATH\"",
        ),
        (
            "preset = \"claude\"\nenvironment = [\"A=B\"]",
            "no name of a variable",
        ),
        (
            "preset = \"claude\"\nvariables = { HOME = \"/\" }",
            "a directory of its own",
        ),
        (
            "preset = \"claude\"\npath = \"bin:/usr/bin\"",
            "`path` in [agent]",
        ),
        (
            "preset = \"claude\"\nhome-files = { \"../x\" = \"/etc/x\" }",
            "`home-files` in [agent] has \"../x\"",
        ),
        (
            "preset = \"claude\"\nhome-files = { x = \"y\" }",
            "the absolute path of a file",
        ),
        (
            "preset = \"claude\"\nidle-timeout-seconds = 0",
            "`idle-timeout-seconds` in [agent]",
        ),
        (
            "preset = \"claude\"\ntotal-timeout-seconds = 9999999",
            "`total-timeout-seconds` in [agent]",
        ),
        (
            "preset = \"claude\"\ngrace-seconds = 100",
            "`grace-seconds` in [agent]",
        ),
        (
            "preset = \"claude\"\nlimits = { line-bytes = 1 }",
            "`limits.line-bytes` in [agent]",
        ),
        (
            "preset = \"claude\"\nisolation = { kind = \"bubblewrap\", read-only = [\"/\"] }",
            "single directories",
        ),
        (
            "preset = \"claude\"\nisolation = { kind = \"bubblewrap\", read-only = [\"x\"] }",
            "not absolute",
        ),
        (
            "preset = \"claude\"\nisolation = { kind = \"bubblewrap\", netwrok = true }",
            "unknown field `netwrok`",
        ),
        (
            "preset = \"claude\"\nisolation = { kind = \"command\", command = [] }",
            "`isolation.command`",
        ),
        (
            "preset = \"claude\"\nisolation = { kind = \"chroot\" }",
            "unknown variant `chroot`",
        ),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.contains(expected), "{text}: {error}");
    }
}
