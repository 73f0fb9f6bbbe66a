//! Files of variables: every line is a variable with a plain value, or a comment.

use regex::Regex;
use std::sync::LazyLock;

/// The variables of a file, in order.
///
/// # Errors
///
/// A line that is no variable and no comment, or that readers of such files read in different ways: they differ in
/// what double quotes, backslashes and dollar signs mean, and some run what stands in backticks.
pub fn variables(text: &str) -> Result<Vec<&str>, String> {
    static VARIABLE: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"^([A-Z][A-Z0-9_]*)=(?:[^\s'"`$#\\]*|'[^'"`$]*[^'"`$\\]')$"#).unwrap()
    });
    let mut variables = Vec::new();
    for line in text.split('\n') {
        if line.is_empty() || line.starts_with("# ") {
            continue;
        }
        let found = VARIABLE.captures(line);
        let found = found.ok_or_else(|| format!("no variable: {line:.80}"))?;
        let name = found.get(1).map_or("", |name| name.as_str());
        if variables.contains(&name) {
            return Err(format!("{name} twice"));
        }
        variables.push(name);
    }
    Ok(variables)
}

#[test]
fn a_line_that_readers_disagree_about_is_no_variable() {
    let text = "# a b\nA_HOST='x y'\nA_PORT=1\n\nA_USER=\n";
    assert_eq!(variables(text), Ok(vec!["A_HOST", "A_PORT", "A_USER"]));
    for broken in [
        "path=x",
        "A=a b",
        "A=$(id)",
        "A='x'y'",
        "A='x\\'",
        "A=\"x\"",
        "A=`id`",
        "A=x#y",
        "export A=1",
        "A=1\nA=2",
        "id",
    ] {
        assert!(variables(broken).is_err(), "{broken}");
    }
}
