//! Files of SQL: statements that begin as ours do, and names and texts that end where they should.

/// What a statement may begin with.
const BEGINNINGS: [&str; 6] = [
    "CREATE TABLE",
    "ALTER TABLE",
    "CREATE INDEX",
    "CREATE UNIQUE INDEX",
    "COMMENT ON",
    "COMMENT",
];

/// What is left of a file when identifiers in quotation marks are `q`, texts are `t`, and comments are gone.
///
/// # Errors
///
/// What the scanner does not understand, or some server understands differently.
fn bare(text: &str) -> Result<String, String> {
    let mut bare = String::new();
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        rest = match character {
            '"' => {
                bare.push('q');
                quoted(rest, '"')?
            }
            '\'' => {
                bare.push('t');
                quoted(rest, '\'')?
            }
            '-' if rest.starts_with("--") => rest.find('\n').map_or("", |end| &rest[end..]),
            '/' if rest.starts_with("/*") => comment(rest)?,
            // MySQL's and SQL Server's quotation marks, dollar quotation, commands of psql.
            '`' | '[' | ']' | '$' | '\\' | '#' | '@' => {
                return Err(format!("{character:?} outside of quotation marks"));
            }
            other => {
                bare.push(other);
                &rest[other.len_utf8()..]
            }
        };
    }
    Ok(bare)
}

/// What follows a quoted name or text, in which a quotation mark is doubled. In front of one, a backslash is an
/// escape to some servers and none to others.
fn quoted(text: &str, mark: char) -> Result<&str, String> {
    let mut rest = &text[1..];
    loop {
        let end = rest
            .find(mark)
            .ok_or_else(|| format!("{mark} is never closed"))?;
        if rest[..end].ends_with('\\') {
            return Err(format!("a backslash in front of {mark}"));
        }
        if rest[..end].contains('\n') {
            return Err(format!("a line ends inside of {mark}"));
        }
        rest = &rest[end + 1..];
        match rest.strip_prefix(mark) {
            Some(after) => rest = after,
            None => return Ok(rest),
        }
    }
}

/// What follows a block comment: one without another in it, which some servers nest, and without `!` or `+`, by
/// which some run it.
fn comment(text: &str) -> Result<&str, String> {
    let inner = &text[2..];
    let end = inner
        .find("*/")
        .ok_or_else(|| "a comment is never closed".to_owned())?;
    if inner.starts_with(['!', '+', 'M']) || inner[..end].contains("/*") {
        return Err("a comment that some servers read as something else".to_owned());
    }
    Ok(&inner[end + 2..])
}

/// The statements of a file as their first words.
///
/// # Errors
///
/// When a statement is none of ours, or parentheses do not match.
pub fn statements(text: &str) -> Result<Vec<&'static str>, String> {
    let bare = bare(text)?;
    let mut statements = Vec::new();
    let pieces = bare.split(';').map(str::trim);
    for statement in pieces.filter(|piece| !piece.is_empty()) {
        let words: Vec<&str> = statement.split_whitespace().collect();
        let words = words.join(" ").to_uppercase();
        let known = BEGINNINGS
            .into_iter()
            .find(|beginning| words.starts_with(&format!("{beginning} ")));
        statements.push(known.ok_or_else(|| format!("a statement begins with {words:.40}"))?);
        let mut depth = 0_i64;
        for character in statement.chars() {
            depth += i64::from(character == '(') - i64::from(character == ')');
            if depth < 0 {
                return Err("a parenthesis that nothing opened".to_owned());
            }
        }
        if depth != 0 {
            return Err("a parenthesis that nothing closes".to_owned());
        }
    }
    Ok(statements)
}

#[test]
fn statements_of_ours_pass() {
    let text = "-- Shop.xdd:1, it's\nCREATE TABLE \"a\"\"b; DROP\" (\n  id bigint, -- x;\n  t text DEFAULT 'a''b;'\n);\n\
                /* c; */ CREATE UNIQUE INDEX i ON a (id);\nCOMMENT ON TABLE a IS 'x';\n";
    let expected = ["CREATE TABLE", "CREATE UNIQUE INDEX", "COMMENT ON"];
    assert_eq!(statements(text).unwrap(), expected);
}

#[test]
fn whatever_leaves_its_quotation_marks_is_found() {
    for broken in [
        "DROP TABLE x;",
        "CREATE TABLE \"x\"; DROP TABLE CLIENT; --\" (y int);",
        "-- x\nDROP TABLE CLIENT;\n",
        "/* x */ DROP TABLE CLIENT; /* */",
        "CREATE TABLE x (y int); DELETE FROM x;",
        "CREATE TABLE x (y int)); CREATE TABLE z (a int;",
        "CREATE TABLE x (y text DEFAULT 'a\\'; DROP TABLE x; --');",
        "CREATE TABLE \"x (y int);",
        "CREATE TABLE x (y int);\n\\! id\n",
        "/*!50000 DROP TABLE x */",
        "CREATE TABLE `x` (y int);",
        "CREATE TABLE x (y int);\nGO\nCREATE TABLE z (y int);",
    ] {
        assert!(statements(broken).is_err(), "{broken}");
    }
}
