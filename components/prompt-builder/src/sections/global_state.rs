//! Global variables and constants, by scope, element and type.

use super::beginning::FENCE;
use crate::budget::{About, Costs, Section, Shown};
use crate::data;
use crate::facts::{Origin, Scope, Visibility};
use crate::markdown::{Document, Inline};
use crate::{Source, Tokenizer};
use std::collections::BTreeMap;

const ABOUT: About = About {
    id: "global-state",
    title: "Global State",
    weight: 18,
};

/// What a declaration is, from the widest reach to the narrowest. Constants stand before what lives for one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    App,
    Module,
    Constant,
    Request,
}

/// A variable or constant.
struct Declaration<'i> {
    class: Class,
    element: &'i str,
    origin: &'i Origin,
    /// The word for its type: `constant` for constants.
    type_name: String,
    text: String,
}

/// The section.
pub(crate) struct GlobalState<'i> {
    source: &'i Source<'i>,
    /// In the order in which they are shown.
    declarations: Vec<Declaration<'i>>,
    costs: Costs,
}

impl<'i> GlobalState<'i> {
    pub(crate) fn new(source: &'i Source<'i>, tokenizer: &dyn Tokenizer) -> Self {
        let facts = &source.input.facts;
        let variables = facts.global_variables.iter().map(|variable| {
            let is_told = !variable.normalized_type.is_empty();
            let type_name = if is_told {
                &variable.normalized_type
            } else {
                &variable.declared_type
            };
            Declaration {
                class: match variable.scope {
                    Scope::App => Class::App,
                    Scope::Module => Class::Module,
                    Scope::Request => Class::Request,
                },
                element: &variable.element,
                origin: &variable.origin,
                type_name: data::code(type_name, LONGEST),
                text: text(
                    &variable.name,
                    variable.default_value.as_deref(),
                    variable.visibility,
                    variable.condition.as_deref(),
                ),
            }
        });
        let constants = facts.constants.iter().map(|constant| Declaration {
            class: Class::Constant,
            element: &constant.element,
            origin: &constant.origin,
            type_name: "constant".to_owned(),
            text: text(
                &constant.name,
                constant.value.as_deref(),
                constant.visibility,
                constant.condition.as_deref(),
            ),
        });
        let mut declarations: Vec<Declaration> = variables.chain(constants).collect();
        declarations.sort_by_key(|declaration| declaration.class);
        let mut state = GlobalState {
            source,
            declarations,
            costs: Costs::default(),
        };
        state.costs = state.cost(tokenizer);
        state
    }

    /// What each declaration adds. The first of a group pays its heading, the first of a type the type.
    fn cost(&self, tokenizer: &dyn Tokenizer) -> Costs {
        let mut groups = BTreeMap::new();
        let mut types = BTreeMap::new();
        let mut costs = Costs::new(self.source.input.budget);
        for declaration in &self.declarations {
            if !costs.has_room() {
                break;
            }
            let group = group(declaration);
            let mut cost = tokenizer.count(&format!(", {}", declaration.text));
            if groups.is_empty() {
                cost += FENCE;
            }
            if groups.insert(group, ()).is_none() {
                cost += tokenizer.count(&heading(declaration));
            }
            if types.insert((group, &declaration.type_name), ()).is_none() {
                cost += tokenizer.count(&format!("{}: \n", declaration.type_name));
            }
            costs.push(cost);
        }
        costs
    }

    fn lines(&self, taken: usize) -> String {
        type Types<'d> = Vec<(&'d str, Vec<&'d str>)>;
        let mut groups: Vec<(&Declaration, Types)> = Vec::new();
        let mut known = BTreeMap::new();
        let mut known_types = BTreeMap::new();
        for declaration in self.declarations.iter().take(taken) {
            let index = *known.entry(group(declaration)).or_insert_with(|| {
                groups.push((declaration, Vec::new()));
                groups.len() - 1
            });
            let types = &mut groups[index].1;
            let of_type = *known_types
                .entry((index, &declaration.type_name))
                .or_insert_with(|| {
                    types.push((&declaration.type_name, Vec::new()));
                    types.len() - 1
                });
            types[of_type].1.push(&declaration.text);
        }
        let mut lines = String::new();
        for (first, types) in groups {
            lines.push_str(&heading(first));
            for (name, texts) in types {
                lines.push_str(&format!("{name}: {}\n", texts.join(", ")));
            }
        }
        lines
    }
}

/// The longest type, value or condition that is shown, in characters.
const LONGEST: usize = 60;

/// `gsMode = 3 private if "…"`
fn text(
    name: &str,
    value: Option<&str>,
    visibility: Visibility,
    condition: Option<&str>,
) -> String {
    let mut text = data::name(name);
    if let Some(value) = value {
        text.push_str(&data::value(value, LONGEST));
    }
    text.push_str(match visibility {
        Visibility::Public => "",
        Visibility::Protected => " protected",
        Visibility::Private => " private",
    });
    if let Some(condition) = condition {
        text = format!("{text} if {}", data::expression(condition, LONGEST));
    }
    text
}

fn group<'d>(declaration: &Declaration<'d>) -> (Class, &'d str, &'d str) {
    (
        declaration.class,
        declaration.element,
        &declaration.origin.path,
    )
}

/// `# app: Shop, Shop.wwp:20`
fn heading(first: &Declaration<'_>) -> String {
    let scope = match first.class {
        Class::App => "app",
        Class::Module => "module",
        Class::Constant => "constants",
        Class::Request => "request",
    };
    let place = data::code(&first.origin.path, crate::text::LONGEST_NAME);
    let element = data::name(first.element);
    format!("# {scope}: {element}, {place} line {}\n", first.origin.line)
}

impl Section for GlobalState<'_> {
    fn about(&self) -> About {
        ABOUT
    }

    fn steps(&self) -> &[u32] {
        self.costs.as_slice()
    }

    fn write(&self, taken: usize, document: &mut Document) -> Shown {
        document.heading(2, Inline::ours(ABOUT.title));
        let total = self.declarations.len();
        if total == 0 {
            document.paragraph(
                self.source
                    .not_found("No global variables and no constants were found"),
            );
            return Shown::default();
        }
        let facts = &self.source.input.facts;
        let (variables, constants) = (facts.global_variables.len(), facts.constants.len());
        let is_constant = |one: &&Declaration| one.class == Class::Constant;
        let shown_constants = self
            .declarations
            .iter()
            .take(taken)
            .filter(is_constant)
            .count();
        document.paragraph(
            Inline::new()
                .number((taken - shown_constants) as u64)
                .and(" of ")
                .count(variables, "variable and ", "variables and ")
                .number(shown_constants as u64)
                .and(" of ")
                .count(constants, "constant shown", "constants shown")
                .and(
                    ", as `# scope: element`, then `type: name = default`. `app` lives as long as the application, \
                     `module` too but in its element, `request` as long as a window or page. All: \
                     `context/globals.csv`, `context/constants.csv`.",
                ),
        );
        if taken > 0 {
            document.data("globals", &self.source.input.revision, &self.lines(taken));
        }
        Shown::of(taken, total)
            .with("variables", taken - shown_constants, variables)
            .with("constants", shown_constants, constants)
    }
}
