//! `quarry stacks`

use super::failure::Failure;
use crate::catalog::stacks;
use crate::facts::write_json;
use clap::Args;
use serde_json::json;
use std::io::{Write, stdout};

/// What the command is given.
#[derive(Debug, Args)]
pub(super) struct Stacks {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Stacks {
    pub(super) fn run(&self) -> Result<(), Failure> {
        let stacks = stacks()?;
        let mut output = stdout().lock();
        if self.json {
            let stacks: Vec<_> = stacks
                .iter()
                .map(|stack| {
                    json!({
                        "id": stack.id,
                        "name": stack.name,
                        "group": stack.group,
                        "language": stack.language,
                        "framework": stack.framework,
                        "orm": stack.orm,
                        "template_engine": stack.template_engine,
                    })
                })
                .collect();
            return Ok(write_json(output, &stacks)?);
        }
        for stack in stacks {
            writeln!(
                output,
                "{:<18} {:<16} {}",
                stack.id, stack.group, stack.name
            )?;
        }
        Ok(())
    }
}
