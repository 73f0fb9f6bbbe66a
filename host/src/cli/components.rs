//! `quarry components`

use super::failure::Failure;
use super::{Global, setup};
use crate::catalog::{EXTRACTORS, describe, load_extractors};
use crate::facts::write_json;
use crate::initialize::InitializeError;
use crate::text::Printable;
use clap::Args;
use std::io::{Write, stdout};

/// What the command is given.
#[derive(Debug, Args)]
pub(super) struct Components {
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Components {
    pub(super) fn run(&self, global: &Global) -> Result<(), Failure> {
        let sandbox = setup::sandbox(global.quiet)?;
        let extractors = load_extractors(&sandbox, &EXTRACTORS)?;
        let components = describe(&extractors).map_err(|error| InitializeError::Component {
            component: error.component,
            error: error.error,
        })?;
        let mut output = stdout().lock();
        if self.json {
            return Ok(write_json(output, &components)?);
        }
        for component in components {
            writeln!(
                output,
                "{:<15} {:<15} {:<7} {:>7} bytes  sha256:{:.12}  {}",
                Printable(&component.name).to_string(),
                component.kind,
                Printable(&component.version).to_string(),
                component.bytes,
                component.sha256,
                Printable(&component.summary),
            )?;
        }
        Ok(())
    }
}
