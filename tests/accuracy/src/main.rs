//! `accuracy --gold FILE... --corpus DIR` and `accuracy --literals --corpus DIR`

use accuracy::labels::Labels;
use accuracy::literals::{self, Judged};
use accuracy::report::Report;
use accuracy::requirements::{Requirement, Requirements, shortfalls};
use accuracy::score::score;
use clap::Parser;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Scores Quarry's extractors against labelled facts.
#[derive(Debug, Parser)]
struct Arguments {
    /// Files of labels.
    #[arg(long, required_unless_present = "literals", num_args = 1..)]
    gold: Vec<PathBuf>,
    /// Count the literals of shown code that are redacted, and list them by file and line.
    #[arg(long, conflicts_with = "gold")]
    literals: bool,
    /// With `--literals`: a file of the places of secrets, one FILE:LINE on a line. What is redacted elsewhere is harmless.
    #[arg(long, requires = "literals")]
    secrets: Option<PathBuf>,
    /// With `--literals`: the greatest share of harmless literals that may be redacted, from 0 to 1.
    #[arg(long, requires = "literals")]
    max_harmless: Option<f64>,
    /// The directory that the repositories are in.
    #[arg(long)]
    corpus: PathBuf,
    /// A JSON file with the least recall and precision of single kinds.
    #[arg(long)]
    require: Option<PathBuf>,
    /// The least recall of every other kind, from 0 to 1.
    #[arg(long)]
    min_recall: Option<f64>,
    /// The least precision of every other kind, from 0 to 1.
    #[arg(long)]
    min_precision: Option<f64>,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(short) if short.is_empty() => ExitCode::SUCCESS,
        Ok(short) => {
            for sentence in short {
                eprintln!("{sentence}");
            }
            ExitCode::FAILURE
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &Arguments) -> Result<Vec<String>, String> {
    if arguments.literals {
        return count_literals(arguments);
    }
    let mut labels = Labels::default();
    for path in &arguments.gold {
        let added = labels.add(&read(path)?);
        added.map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let requirements: Requirements = match &arguments.require {
        Some(path) => serde_json::from_slice(&read(path)?)
            .map_err(|error| format!("{}: {error}", path.display()))?,
        None => Requirements::new(),
    };
    let scores = score(&labels, &arguments.corpus).map_err(|error| error.to_string())?;
    print!("{}", Report(&scores));
    let every = Requirement {
        recall: arguments.min_recall,
        precision: arguments.min_precision,
    };
    Ok(shortfalls(&scores, every, &requirements))
}

fn count_literals(arguments: &Arguments) -> Result<Vec<String>, String> {
    let literals = literals::count(&arguments.corpus).map_err(|error| error.to_string())?;
    let secrets = match &arguments.secrets {
        Some(path) => String::from_utf8_lossy(&read(path)?).into_owned(),
        None => String::new(),
    };
    let judged = Judged::new(&literals, &secrets);
    print!("{judged}");
    let most = arguments.max_harmless.unwrap_or(1.0);
    Ok(match judged.share() > most {
        true => vec![format!(
            "more than {most} of the harmless literals are redacted"
        )],
        false => Vec::new(),
    })
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: cannot be read: {error}", path.display()))
}
