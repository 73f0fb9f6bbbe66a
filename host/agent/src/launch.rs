//! The command line and the environment with which an agent is started.

use crate::bubblewrap;
use crate::error::StartError;
use crate::home::Home;
use crate::isolation::Isolation;
use crate::runner::Job;
use crate::settings::{AgentSettings, variable_problem};
use std::collections::BTreeMap;
use std::env;
use std::ffi::{OsStr, OsString};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::process::Command;

/// The `PATH` where none is set.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// How an agent is started in one workspace.
#[derive(Debug)]
pub(crate) struct Launch<'a> {
    settings: &'a AgentSettings,
    hidden: &'a [PathBuf],
    /// The workspace, without symbolic links.
    pub(crate) workspace: PathBuf,
    home: &'a Home,
    /// All of the agent's environment.
    environment: BTreeMap<String, OsString>,
    /// The names of the variables that came from the server or the job, whose values are not to be shown.
    given: Vec<String>,
}

impl<'a> Launch<'a> {
    pub(crate) fn new(
        settings: &'a AgentSettings,
        hidden: &'a [PathBuf],
        job: &Job,
        home: &'a Home,
    ) -> Result<Self, StartError> {
        let unusable = |error| StartError::Workspace {
            path: job.workspace.clone(),
            error,
        };
        let workspace = job.workspace.canonicalize().map_err(unusable)?;
        if !workspace.is_dir() {
            return Err(unusable(std::io::ErrorKind::NotADirectory.into()));
        }
        let mut launch = Self {
            settings,
            hidden,
            workspace,
            home,
            environment: BTreeMap::new(),
            given: Vec::new(),
        };
        launch.set_environment(job)?;
        Ok(launch)
    }

    fn set_environment(&mut self, job: &Job) -> Result<(), StartError> {
        let passed = self.settings.environment.iter();
        let passed = passed.filter_map(|name| Some((name.clone(), env::var_os(name)?)));
        let set = self.settings.variables.iter().chain(&job.variables);
        let set = set.map(|(name, value)| (name.clone(), value.into()));
        for (name, value) in passed.chain(set) {
            let has_nul = value.as_encoded_bytes().contains(&0);
            let problem =
                variable_problem(&name).or(has_nul.then_some("has a NUL character in its value"));
            if let Some(problem) = problem {
                return Err(StartError::Variable { name, problem });
            }
            self.given.push(name.clone());
            self.environment.insert(name, value);
        }
        let (home, temporary) = match &self.settings.isolation {
            Some(Isolation::Bubblewrap(_)) => (bubblewrap::HOME.into(), "/tmp".into()),
            _ => (self.home.path().into(), self.home.temporary().into()),
        };
        self.environment.insert("HOME".to_owned(), home);
        self.environment.insert("TMPDIR".to_owned(), temporary);
        self.environment.insert("PATH".to_owned(), self.path());
        self.environment
            .entry("LANG".to_owned())
            .or_insert_with(|| "C.UTF-8".into());
        Ok(())
    }

    /// What is not to be shown: values of variables and words of files, each with where it comes from.
    pub(crate) fn secrets(&self) -> Vec<(String, String)> {
        let given = self.given.iter();
        let given = given.filter_map(|name| {
            let value = self.environment.get(name)?.to_string_lossy().into_owned();
            Some((format!("environment:{name}"), value))
        });
        let files = self.home.secrets();
        let files = files.map(|(path, word)| (format!("home-file:{path}"), word.to_owned()));
        given.chain(files).collect()
    }

    /// Where the agent sees its workspace.
    pub(crate) fn workspace_inside(&self) -> String {
        match &self.settings.isolation {
            Some(Isolation::Bubblewrap(_)) => bubblewrap::WORKSPACE.to_owned(),
            Some(Isolation::Command(wrapper)) if wrapper.workspace.is_some() => {
                wrapper.workspace.clone().unwrap_or_default()
            }
            _ => self.workspace.to_string_lossy().into_owned(),
        }
    }

    /// The command that starts the agent.
    pub(crate) fn agent(&self, session: &str) -> Result<Command, StartError> {
        let program = self.settings.program().unwrap_or_default();
        let inside = self.workspace_inside();
        let values = [
            ("{prompt}", self.settings.prompt()),
            ("{session}", session),
            ("{workspace}", inside.as_str()),
        ];
        let arguments = self.settings.argument_templates();
        let arguments: Vec<String> = arguments
            .iter()
            .map(|argument| fill(argument, &values))
            .collect();
        self.isolated(program, &arguments)
    }

    /// A command that does no more than to look for the agent's program in the isolation; its exit code is
    /// [`NOT_FOUND`] if it is not there.
    pub(crate) fn probe(&self) -> Result<Command, StartError> {
        let program = self.settings.program().unwrap_or_default();
        let script = format!("command -v \"$0\" >/dev/null || exit {NOT_FOUND}");
        self.isolated("/bin/sh", &["-c".to_owned(), script, program.to_owned()])
    }

    /// A command in the isolation, if there is one.
    fn isolated(&self, program: &str, arguments: &[String]) -> Result<Command, StartError> {
        let (program, own): (PathBuf, Vec<OsString>) = match &self.settings.isolation {
            None => (self.find(program)?, Vec::new()),
            Some(Isolation::Bubblewrap(settings)) => {
                let mut own = bubblewrap::arguments(
                    settings,
                    self.settings.preset,
                    &self.workspace,
                    self.home,
                    self.hidden,
                );
                own.extend([OsString::from("--"), program.into()]);
                (find_isolation(&settings.program)?, own)
            }
            Some(Isolation::Command(wrapper)) => {
                let (workspace, home) = (
                    self.workspace.to_string_lossy(),
                    self.home.path().to_string_lossy(),
                );
                let values = [("{workspace}", &*workspace), ("{home}", &*home)];
                let mut own: Vec<OsString> = wrapper
                    .command
                    .iter()
                    .skip(1)
                    .map(|argument| fill(argument, &values).into())
                    .collect();
                own.push(program.into());
                (
                    find_isolation(wrapper.command.first().map_or("", String::as_str))?,
                    own,
                )
            }
        };
        let mut command = Command::new(program);
        command
            .args(own)
            .args(arguments)
            .current_dir(&self.workspace);
        command.env_clear().envs(&self.environment);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command.process_group(0);
        Ok(command)
    }

    fn path(&self) -> OsString {
        let own = self.settings.path.as_ref().map(OsString::from);
        own.or_else(|| env::var_os("PATH"))
            .unwrap_or_else(|| PATH.into())
    }

    fn find(&self, program: &str) -> Result<PathBuf, StartError> {
        find_in(program, &self.path()).ok_or_else(|| StartError::ProgramNotFound {
            program: program.to_owned(),
            place: "an executable file on its PATH".to_owned(),
            hint: ", or `path` to the directories where it is",
        })
    }
}

/// The exit code of [`Launch::probe`] when the agent's program is not there.
pub(crate) const NOT_FOUND: i32 = 44;

fn find_isolation(program: &str) -> Result<PathBuf, StartError> {
    let path = env::var_os("PATH").unwrap_or_else(|| PATH.into());
    find_in(program, &path).ok_or_else(|| {
        let install = match program {
            "bwrap" => "; install it (Debian's package is `bubblewrap`)",
            _ => "; install it, or write its absolute path into [agent.isolation]",
        };
        let reason = format!("it is not an executable file on the server's PATH{install}");
        StartError::IsolationFails {
            program: program.to_owned(),
            reason,
        }
    })
}

/// The executable file of that name. Directories that are not absolute do not count: they would be the workspace's.
fn find_in(program: &str, path: &OsStr) -> Option<PathBuf> {
    let is_executable = |file: &Path| {
        file.metadata()
            .is_ok_and(|data| data.is_file() && data.permissions().mode() & 0o111 != 0)
    };
    if program.starts_with('/') {
        return Some(PathBuf::from(program)).filter(|file| is_executable(file));
    }
    let directories = env::split_paths(path).filter(|directory| directory.is_absolute());
    directories
        .map(|directory| directory.join(program))
        .find(|file| is_executable(file))
}

/// Puts values in the place of their names, all in one pass: a value may hold the name of another.
fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        match values.iter().find(|(name, _)| rest.starts_with(name)) {
            Some((name, value)) => {
                filled.push_str(value);
                rest = &rest[name.len()..];
            }
            None => {
                filled.push('{');
                rest = &rest[1..];
            }
        }
    }
    filled + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_holds_a_placeholder_is_not_filled_again() {
        let values = [("{prompt}", "use {session} {"), ("{session}", "1")];
        assert_eq!(
            fill("a {prompt}, {session} {other} {", &values),
            "a use {session} {, 1 {other} {"
        );
    }

    #[test]
    fn a_program_is_not_looked_for_in_the_workspace() {
        assert_eq!(find_in("Cargo.toml", OsStr::new(".:")), None);
        assert_eq!(
            find_in("sh", OsStr::new(".:/bin")),
            Some(PathBuf::from("/bin/sh"))
        );
        assert_eq!(find_in("/bin", OsStr::new("/")), None);
    }
}
