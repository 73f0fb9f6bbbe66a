//! The command line: data on standard output, progress and errors on standard error.

mod admin;
mod components;
mod extract;
mod failure;
mod init;
mod progress;
mod report;
mod serve;
mod setup;
mod stacks;
mod tenant;

use clap::{Args, Parser, Subcommand};
use failure::Failure;
use std::io;
use std::process::ExitCode;

/// Turn a legacy WinDev, WebDev or WinDev Mobile project into the CONTEXT.md that a coding agent needs before it
/// rewrites the project in a modern stack.
#[derive(Debug, Parser)]
#[command(name = "quarry", version, after_help = failure::EXIT_CODES, max_term_width = 100)]
struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command understands.
#[derive(Debug, Args)]
struct Global {
    /// Write nothing to standard error but errors
    #[arg(short, long, global = true)]
    quiet: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write CONTEXT.md for a source tree and a target stack into a workspace
    Init(init::Init),
    /// Print the facts of a source tree as JSON
    Extract(extract::Extract),
    /// List the target stacks
    Stacks(stacks::Stacks),
    /// List the components, with what they are and what they were built from
    Components(components::Components),
    /// Serve initializations over HTTP and WebSocket, to one user or to many tenants
    Serve(serve::Serve),
    /// Make and list the tenants of a server
    Tenant(tenant::Tenants),
    /// Make, list and revoke tokens of administrators, who manage a server's tenants over HTTP
    Admin(admin::Administrators),
}

/// Runs the program and says how it ended.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help and version go to standard output and are no failure.
            let _ = error.print();
            return if error.use_stderr() {
                ExitCode::from(failure::USAGE)
            } else {
                ExitCode::SUCCESS
            };
        }
    };
    let result = match &arguments.command {
        Command::Init(command) => command.run(&arguments.global),
        Command::Extract(command) => command.run(&arguments.global),
        Command::Stacks(command) => command.run(),
        Command::Components(command) => command.run(&arguments.global),
        Command::Serve(command) => command.run(&arguments.global),
        Command::Tenant(command) => command.run(),
        Command::Admin(command) => command.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads the output has enough of it, as `head` does.
        Err(Failure::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("quarry: {}", failure.message());
            failure.exit_code()
        }
    }
}
