//! Behaviour of the module as a whole.

mod declared;
mod effects;
mod forms;
mod hostile;
mod initialized;
mod lexed;
mod masked;

use super::{Declarations, declarations};
use crate::position::Code;

/// What `text` declares.
fn declared(text: &str) -> Declarations {
    declarations(&Code::from_text(text))
}

/// The names of the variables that `text` declares.
fn names(text: &str) -> Vec<String> {
    let variables = declared(text).variables;
    variables
        .into_iter()
        .map(|variable| variable.name)
        .collect()
}

/// Type as written, type in English and initial value of the only variable that `text` declares.
fn only(text: &str) -> (String, String, Option<String>) {
    let mut variables = declared(text).variables;
    assert_eq!(variables.len(), 1, "{text}: {variables:?}");
    let variable = variables.remove(0);
    (
        variable.declared_type,
        variable.normalized_type,
        variable.default_value,
    )
}
