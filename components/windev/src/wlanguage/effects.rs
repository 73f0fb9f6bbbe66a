//! What initialisation code does beyond computing.

use super::functions::{effect_of, is_pure};
use super::keywords::is_reserved;
use super::lexer::TokenKind;
use super::statements::{Program, Statement};
use super::usage::{Globals, begins_part, is_member};
use std::collections::BTreeSet;

/// Something that code does to the world around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// It opens a database connection.
    OpensConnection,
    /// It says where a database is, and who connects to it.
    DescribesConnection,
    /// It makes tables use another connection, directory or password.
    ChangesConnection,
    /// It closes a database connection.
    ClosesConnection,
    /// It reads an ini file, the registry, parameters, the environment or the command line.
    ReadsConfiguration,
    /// It writes an ini file, the registry or parameters.
    WritesConfiguration,
    /// It creates data files.
    CreatesDataFiles,
    /// It opens or declares data files.
    OpensDataFiles,
    /// It reads data or executes queries.
    ReadsData,
    /// It adds, changes or deletes data.
    ChangesData,
    /// It says what happens after an error.
    SetsErrorHandler,
    /// It opens a window or a page.
    OpensWindow,
    /// It calls a procedure of the project, or one that is not known.
    CallsProcedure,
    /// It starts another program.
    ExecutesProgram,
    /// It calls a library that is not WLanguage.
    CallsLibrary,
    /// It uses the network beyond the database.
    Network,
    /// It writes, copies or deletes files.
    ChangesFiles,
    /// It sets the language or the character set.
    SetsLocale,
    /// It starts a timer, a thread or a task.
    StartsBackgroundWork,
    /// It ends the program.
    EndsProgram,
}

impl Effect {
    /// The effect as facts name it: `opens-connection`.
    pub fn as_str(self) -> &'static str {
        match self {
            Effect::OpensConnection => "opens-connection",
            Effect::DescribesConnection => "describes-connection",
            Effect::ChangesConnection => "changes-connection",
            Effect::ClosesConnection => "closes-connection",
            Effect::ReadsConfiguration => "reads-configuration",
            Effect::WritesConfiguration => "writes-configuration",
            Effect::CreatesDataFiles => "creates-data-files",
            Effect::OpensDataFiles => "opens-data-files",
            Effect::ReadsData => "reads-data",
            Effect::ChangesData => "changes-data",
            Effect::SetsErrorHandler => "sets-error-handler",
            Effect::OpensWindow => "opens-window",
            Effect::CallsProcedure => "calls-procedure",
            Effect::ExecutesProgram => "executes-program",
            Effect::CallsLibrary => "calls-library",
            Effect::Network => "network",
            Effect::ChangesFiles => "changes-files",
            Effect::SetsLocale => "sets-locale",
            Effect::StartsBackgroundWork => "starts-background-work",
            Effect::EndsProgram => "ends-program",
        }
    }
}

/// The effects of some statements, each once, in the order of [`Effect`].
pub(super) fn effects(
    program: &Program<'_>,
    statements: &[&Statement],
    globals: &Globals<'_>,
) -> Vec<Effect> {
    let mut effects = BTreeSet::new();
    for statement in statements {
        let range = statement.tokens.clone();
        for index in range.clone() {
            if program.is_kind(index, TokenKind::Word) {
                effects.extend(word_effect(program, range.start, index, globals));
            }
        }
    }
    effects.into_iter().collect()
}

fn word_effect(
    program: &Program<'_>,
    start: usize,
    index: usize,
    globals: &Globals<'_>,
) -> Option<Effect> {
    let word = program.folded(index);
    let begins = begins_part(program, start, index);
    let is_call = program.text(index + 1) == "(";
    if is_member(program, start, index) {
        return member_effect(program, word, index);
    }
    if matches!(word, "when" | "quand") && program.folded(index + 1) == "exception" {
        return Some(Effect::SetsErrorHandler);
    }
    // `FOR i = 1 À (n)`.
    if is_reserved(word) || word == "a" {
        return None;
    }
    if begins && program.text(index + 1) == "." && calls_member(program, index) {
        return globals
            .find(program.text(index))
            .is_none()
            .then_some(Effect::CallsProcedure);
    }
    let alone =
        begins && (program.tokens.get(index + 1).is_none() || ends_part(program, index + 1));
    if !is_call && !alone {
        return None;
    }
    match effect_of(word) {
        None if is_call && !is_pure(word) && !is_of_hfsql(program.text(index)) => {
            Some(Effect::CallsProcedure)
        }
        effect => effect,
    }
}

/// `HAddUser`, `hDécritTrigger`: the functions of the database are all called like this, and there are hundreds.
fn is_of_hfsql(name: &str) -> bool {
    let mut characters = name.chars();
    matches!(characters.next(), Some('h' | 'H'))
        && characters.next().is_some_and(char::is_uppercase)
}

/// `Name.Name(`: a procedure of a set, or a method.
fn calls_member(program: &Program<'_>, index: usize) -> bool {
    program.is_kind(index + 2, TokenKind::Word) && program.text(index + 3) == "("
}

/// The token at `index` begins another line.
fn ends_part(program: &Program<'_>, index: usize) -> bool {
    let (Some(before), Some(token)) = (program.tokens.get(index - 1), program.tokens.get(index))
    else {
        return true;
    };
    let between = program
        .code
        .get(before.end..token.start)
        .unwrap_or_default();
    between.contains('\n')
}

/// `connection..Server = …`: the properties that say where a database is.
fn member_effect(program: &Program<'_>, folded: &str, index: usize) -> Option<Effect> {
    let is_property = matches!(
        folded,
        "server"
            | "serveur"
            | "user"
            | "utilisateur"
            | "password"
            | "motdepasse"
            | "database"
            | "basededonnees"
            | "provider"
            | "extendedinfo"
            | "infosetendues"
    );
    (is_property && matches!(program.text(index + 1), "=" | "<-"))
        .then_some(Effect::DescribesConnection)
}
