//! Target stacks.

use super::access::Reader;
use super::error::Error;
use super::views::All;
use crate::catalog::{StackError, stack, stacks};
use crate::data_type;
use axum::Json;
use axum::extract::Path;
use quarry_sandbox::{Need, Stack};
use serde::Serialize;
use utoipa::ToSchema;

/// A target stack.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StackSummary {
    #[schema(example = "fastapi-htmx")]
    id: String,
    /// For people.
    name: String,
    /// `server-rendered`, `spa` or `full-stack`.
    group: String,
    language: String,
    framework: String,
}

/// A target stack, with all that CONTEXT.md says of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StackDetails {
    #[serde(flatten)]
    summary: StackSummary,
    /// The object-relational mapper or data access library.
    orm: String,
    /// What renders pages.
    template_engine: String,
    /// Directories, and what belongs there.
    file_structure: Vec<Advice>,
    /// What is named, and how.
    naming_conventions: Vec<Advice>,
    /// What the stack calls the types of columns.
    types: Vec<TypeMapping>,
    /// Where code that runs at start belongs.
    startup: String,
    /// Where global state of each scope belongs.
    state: Vec<Advice>,
}

/// A line about a stack.
#[derive(Debug, Serialize, ToSchema)]
struct Advice {
    name: String,
    value: String,
    /// What a project must have for the line to be of use to it: `tables` or `startup`.
    #[serde(skip_serializing_if = "Option::is_none")]
    needs: Option<&'static str>,
}

/// What a stack calls a type.
#[derive(Debug, Serialize, ToSchema)]
struct TypeMapping {
    /// The type of a column.
    #[schema(example = "string")]
    data_type: String,
    /// Whether it is meant for columns to which the database gives their values.
    automatic: bool,
    /// The stack's type, in which `n` stands for the column's size.
    #[schema(example = "String(n)")]
    stack_type: String,
}

impl From<&Stack> for StackSummary {
    fn from(stack: &Stack) -> Self {
        Self {
            id: stack.id.clone(),
            name: stack.name.clone(),
            group: stack.group.clone(),
            language: stack.language.clone(),
            framework: stack.framework.clone(),
        }
    }
}

impl From<&Stack> for StackDetails {
    fn from(stack: &Stack) -> Self {
        let advice = |lines: &[quarry_sandbox::Advice]| {
            let lines = lines.iter().map(|line| Advice {
                name: line.name.clone(),
                value: line.value.clone(),
                needs: line.needs.map(|need| match need {
                    Need::Tables => "tables",
                    Need::Startup => "startup",
                }),
            });
            lines.collect()
        };
        let types = stack.types.iter().map(|mapping| TypeMapping {
            data_type: data_type::name(&mapping.data_type).to_owned(),
            automatic: mapping.automatic,
            stack_type: mapping.stack_type.clone(),
        });
        let state = stack.state.iter().map(|place| Advice {
            name: place.name.clone(),
            value: place.value.clone(),
            needs: None,
        });
        Self {
            summary: stack.into(),
            orm: stack.orm.clone(),
            template_engine: stack.template_engine.clone(),
            file_structure: advice(&stack.file_structure),
            naming_conventions: advice(&stack.naming_conventions),
            types: types.collect(),
            startup: stack.startup.clone(),
            state: state.collect(),
        }
    }
}

/// List the target stacks
#[utoipa::path(
    get,
    path = "/api/stacks",
    tag = "Catalog",
    security(("bearer" = ["read"])),
    responses((status = 200, description = "All stacks", body = All<StackSummary>))
)]
pub(super) async fn list_stacks(_: Reader) -> Result<Json<All<StackSummary>>, Error> {
    let items = stacks()?.iter().map(StackSummary::from).collect();
    Ok(Json(All { items }))
}

/// Show a target stack
#[utoipa::path(
    get,
    path = "/api/stacks/{id}",
    tag = "Catalog",
    security(("bearer" = ["read"])),
    params(("id" = String, Path, description = "The stack", example = "fastapi-htmx")),
    responses((status = 200, description = "The stack", body = StackDetails))
)]
pub(super) async fn show_stack(
    _: Reader,
    Path(id): Path<String>,
) -> Result<Json<StackDetails>, Error> {
    match stack(&id) {
        Ok(stack) => Ok(Json(StackDetails::from(&stack))),
        Err(StackError::Unknown { id, .. }) => Err(Error::NoStack(id)),
        Err(error) => Err(error.into()),
    }
}
