//! The processes of an agent.

use rustix::io::retry_on_intr;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, getpgid, kill_process_group, waitid};
use std::fs;
use std::io;
use std::thread;
use tokio::process::Child;
use tokio::sync::oneshot;

/// A process group, named by its first process. It is killed when this is dropped.
///
/// That process must not have been waited for before the group is killed: while it has not, no other group can have its
/// number.
#[derive(Debug)]
pub(crate) struct Group {
    leader: Option<Pid>,
}

impl Group {
    /// The group of a process that was started with a group of its own.
    pub(crate) fn of(child: &Child) -> Self {
        let number = child.id().and_then(|id| i32::try_from(id).ok());
        Self {
            leader: number.and_then(Pid::from_raw),
        }
    }

    /// Becomes ready when the first process has ended, without waiting for it as its parent does: until that has
    /// happened its number belongs to the group.
    ///
    /// A thread waits meanwhile. What Tokio has for it waits as the parent.
    pub(crate) fn ended(&self) -> io::Result<oneshot::Receiver<()>> {
        let leader = self.leader.ok_or(io::ErrorKind::NotFound)?;
        let (ended, receiver) = oneshot::channel();
        let builder = thread::Builder::new()
            .name("agent-end".to_owned())
            .stack_size(64 << 10);
        builder.spawn(move || {
            let options = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            // An error means that it is not there any more.
            let _ = retry_on_intr(|| waitid(WaitId::Pid(leader), options));
            let _ = ended.send(());
        })?;
        Ok(receiver)
    }

    /// Asks the processes to end.
    ///
    /// Below an isolation that gives its program a session of its own, these are the groups of the first process's
    /// children: bubblewrap itself would kill all of them at once when asked. The kernel keeps such a request from the
    /// first process of a PID namespace, and gives it to the others.
    pub(crate) fn terminate(&self) {
        let Some(leader) = self.leader else { return };
        let nested = nested_groups(leader);
        if nested.is_empty() {
            send(leader, Signal::TERM);
        }
        for group in nested {
            send(group, Signal::TERM);
        }
    }

    /// Ends the processes. What bubblewrap started ends with it.
    pub(crate) fn kill(&mut self) {
        if let Some(leader) = self.leader.take() {
            send(leader, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

fn send(group: Pid, signal: Signal) {
    // That it is gone is no error.
    let _ = kill_process_group(group, signal);
}

/// The groups of a process's children that are not its own group.
fn nested_groups(leader: Pid) -> Vec<Pid> {
    let number = leader.as_raw_nonzero();
    let children = fs::read_to_string(format!("/proc/{number}/task/{number}/children"));
    let children = children.unwrap_or_default();
    let children = children
        .split_whitespace()
        .filter_map(|child| Pid::from_raw(child.parse().ok()?));
    let groups = children.filter_map(|child| getpgid(Some(child)).ok());
    groups.filter(|&group| group != leader).collect()
}
