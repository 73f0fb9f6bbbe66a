//! `quarry-generator DIR [--tables N] [--elements N] [--globals N] [--lines N] [--seed N] [--times N] [--schema]`

use std::path::PathBuf;
use std::process::ExitCode;

use quarry_generator::{Size, generate, generate_schema};

const USAGE: &str = "\
usage: quarry-generator DIR [options]
  --tables N     tables of the analysis (20)
  --elements N   procedure sets and pages (20)
  --globals N    global variables of each element (10)
  --lines N      lines of code of each element, about (250)
  --seed N       what the invented content depends on (1)
  --times N      N times as many tables and elements (1)
  --schema       no elements, and an analysis as business projects have them: 200 tables with 3,276 columns";

fn main() -> ExitCode {
    let (directory, size, is_schema) = match arguments(std::env::args_os().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let written = if is_schema {
        generate_schema(&directory, size.tables, size.seed)
    } else {
        generate(&directory, &size)
    };
    match written {
        Ok(written) => {
            println!(
                "{} files, {} bytes, {} tables, {} columns, {} globals in {}",
                written.files,
                written.bytes,
                size.tables,
                written.columns,
                written.globals,
                directory.display()
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("cannot write {}: {error}", directory.display());
            ExitCode::FAILURE
        }
    }
}

fn arguments(
    mut given: impl Iterator<Item = std::ffi::OsString>,
) -> Result<(PathBuf, Size, bool), String> {
    let mut directory = None;
    let mut size = Size::default();
    let mut times = 1;
    let mut is_schema = false;
    while let Some(argument) = given.next() {
        let option = argument.to_string_lossy().into_owned();
        if !option.starts_with("--") {
            if directory.replace(PathBuf::from(argument)).is_some() {
                return Err(format!("one directory only, not also {option}"));
            }
            continue;
        }
        if option == "--schema" {
            is_schema = true;
            continue;
        }
        let mut number = || {
            let value = given.next().ok_or(format!("{option} needs a number"))?;
            let value = value.to_string_lossy();
            value
                .parse::<u64>()
                .map_err(|_| format!("{option} {value}: not a number"))
        };
        match option.as_str() {
            "--tables" => size.tables = count(number()?)?,
            "--elements" => size.elements = count(number()?)?,
            "--globals" => size.globals_per_element = count(number()?)?,
            "--lines" => size.lines_per_element = count(number()?)?,
            "--times" => times = count(number()?)?,
            "--seed" => size.seed = number()?,
            _ => return Err(format!("{option}: no such option")),
        }
    }
    let directory = directory.ok_or("no directory given")?;
    Ok((directory, size.times(times), is_schema))
}

/// At most a million of anything: more is a slip of the finger that fills a disk.
fn count(number: u64) -> Result<usize, String> {
    if number > 1_000_000 {
        return Err(format!("{number}: at most 1000000"));
    }
    usize::try_from(number).map_err(|error| error.to_string())
}
