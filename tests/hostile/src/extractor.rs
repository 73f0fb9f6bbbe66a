//! The extractor: which behaviour is asked for.

use crate::bindings::exports::quarry::context::extractor::{
    ExtractError, Extraction, Guest, Manifest, Request,
};
use crate::results::found;
use crate::{Component, files, process, results};
use serde::Deserialize;

/// Where inputs are.
pub(crate) const SOURCE: &str = "/source";

/// What to do.
#[derive(Debug, Deserialize)]
pub(crate) struct Options {
    behaviour: String,
    /// What to do it to.
    #[serde(default)]
    pub(crate) paths: Vec<String>,
    /// How often, or how many, or how much.
    #[serde(default)]
    pub(crate) count: u64,
}

impl Guest for Component {
    fn describe() -> Manifest {
        Manifest {
            name: "hostile".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            summary: "Misbehaves on request".to_owned(),
            accepts: vec!["**/*".to_owned()],
            ignores: Vec::new(),
            options_schema: None,
        }
    }

    fn extract(request: Request) -> Result<Extraction, ExtractError> {
        let options: Options = serde_json::from_str(request.options.as_deref().unwrap_or("{}"))
            .map_err(|error| ExtractError::InvalidOptions(error.to_string()))?;
        match &*options.behaviour {
            "normal" => files::read_inputs(&request.inputs, 1),
            "read-again" => files::read_inputs(&request.inputs, options.count),
            "open" => files::open(&options.paths),
            "probe" => Ok(files::probe(&options.paths)),
            "probe-for-ever" => files::probe_for_ever(&options.paths),
            "long-path" => Ok(files::long_path(options.count)),
            "stat" => files::stat(),
            "write" => Ok(files::write(&options.paths)),
            "open-many" => Ok(files::open_many(&request.inputs, options.count)),
            "list-many" => files::list_many(options.count),
            "preopens" => Ok(files::preopens(options.count)),
            "poll" => Ok(process::poll(options.count)),
            "loop" => process::endless_loop(),
            "sleep" => process::sleep(),
            "memory" => process::take_memory(),
            "memory-at-once" => process::take_memory_at_once(options.count),
            "stack" => Ok(found([(
                "depth",
                process::recurse(options.count).to_string(),
            )])),
            "flood" => Ok(process::flood(options.count)),
            "panic" => panic!("a hostile panic"),
            "exit" => std::process::exit(i32::try_from(options.count).unwrap_or(1)),
            "sockets" => Ok(process::sockets()),
            "surroundings" => Ok(process::surroundings()),
            "stdin" => Ok(process::stdin()),
            "many-notes" => Ok(results::many_notes(options.count)),
            "invalid-utf8" => Ok(results::invalid_utf8()),
            "dangling" => Ok(results::dangling()),
            "probe-read-and-fail" => {
                files::probe(&options.paths);
                files::read_inputs(&request.inputs, 1)?;
                Err(ExtractError::Failed("it does not feel like it".to_owned()))
            }
            "long-error" => Err(ExtractError::Failed("é".repeat(options.count as usize))),
            "fail" => Err(ExtractError::Failed("it does not feel like it".to_owned())),
            other => Err(ExtractError::InvalidOptions(format!(
                "there is no behaviour {other:?}"
            ))),
        }
    }
}
