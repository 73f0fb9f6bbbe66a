//! Finding out whether an isolation works, before an agent is started in it.

use crate::error::StartError;
use crate::group::Group;
use crate::isolation::Isolation;
use crate::launch::{Launch, NOT_FOUND};
use crate::runner::AgentRunner;
use crate::spawn::spawn;
use crate::text::Cleaner;
use std::io;
use std::process::ExitStatus;
use std::time::Duration;
use tokio::io::AsyncReadExt;
use tokio::process::Command;
use tokio::time::timeout;

/// How long an isolation may take for a trivial command.
const TIME: Duration = Duration::from_secs(30);

/// How much of what it says is told, in bytes.
const SAID: usize = 2_048;

impl AgentRunner {
    /// Starts a trivial command in the isolation that looks for the agent's program. Without isolation, only looks for
    /// it.
    pub(crate) async fn probe(&self, launch: &Launch<'_>) -> Result<(), StartError> {
        let Some(isolation) = &self.settings().isolation else {
            return launch.agent("").map(drop);
        };
        let fails = |reason| StartError::IsolationFails {
            program: isolation.program().to_owned(),
            reason,
        };
        let (status, said) = match timeout(TIME, status(launch.probe()?)).await {
            Ok(Ok(result)) => result,
            Ok(Err(error)) => return Err(fails(error.to_string())),
            Err(_) => {
                return Err(fails(format!(
                    "it took longer than {} s for a trivial command",
                    TIME.as_secs()
                )));
            }
        };
        match status.code() {
            Some(0) => Ok(()),
            Some(NOT_FOUND) => Err(StartError::ProgramNotFound {
                program: self.settings().program().unwrap_or_default().to_owned(),
                place: format!(
                    "an executable file that can be seen within {}",
                    isolation.program()
                ),
                hint: "; the isolation has to show the directories where it is (`read-only` of [agent.isolation]), and \
                       the agent's PATH (`path`) to name them",
            }),
            _ => {
                let said = Cleaner::new([], SAID).text(said.trim());
                Err(fails(format!("{status}: {said}{}", hint(isolation, &said))))
            }
        }
    }
}

/// Runs a command and returns how it ended and the beginning of what it said.
async fn status(command: Command) -> io::Result<(ExitStatus, String)> {
    let mut child = spawn(command).await?;
    let mut group = Group::of(&child);
    let ended = group.ended()?;
    let mut said = Vec::new();
    if let Some(stderr) = child.stderr.take() {
        stderr.take(SAID as u64).read_to_end(&mut said).await?;
    }
    let _ = ended.await;
    group.kill();
    Ok((
        child.wait().await?,
        String::from_utf8_lossy(&said).into_owned(),
    ))
}

/// What to do about it.
fn hint(isolation: &Isolation, said: &str) -> &'static str {
    let Isolation::Bubblewrap(_) = isolation else {
        return "";
    };
    let about_namespaces = [
        "namespace",
        "uid map",
        "Operation not permitted",
        "Permission denied",
    ];
    if said.contains("Unknown option") {
        "; bubblewrap 0.8 or newer is needed"
    } else if about_namespaces.iter().any(|words| said.contains(words)) {
        "; the system has to permit user namespaces: look at the settings user.max_user_namespaces, \
         kernel.unprivileged_userns_clone and kernel.apparmor_restrict_unprivileged_userns of sysctl, and, in a \
         container, at its seccomp profile"
    } else {
        ""
    }
}
