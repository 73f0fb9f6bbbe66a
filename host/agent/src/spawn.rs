//! Starting processes from a thread that stays.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

static SPAWNER: Mutex<Option<Sender<Job>>> = Mutex::new(None);

/// Starts a process.
///
/// Bubblewrap's `--die-with-parent` means the thread that started it, not the process. A thread of Tokio may end long
/// before the server does (one that had become a thread for blocking work does after 10 s), and the agent with it. So
/// one thread, which never ends, starts them all.
pub(crate) async fn spawn(mut command: Command) -> io::Result<Child> {
    // If nobody waits for the answer any more, the child in it is dropped.
    command.kill_on_drop(true);
    let runtime = Handle::current();
    let (answer, child) = oneshot::channel();
    submit(Box::new(move || {
        let _inside = runtime.enter();
        let _ = answer.send(command.spawn());
    }))?;
    child.await.map_err(io::Error::other)?
}

fn submit(job: Job) -> io::Result<()> {
    let mut spawner = SPAWNER.lock().unwrap_or_else(PoisonError::into_inner);
    let sender = match spawner.take() {
        Some(sender) => sender,
        None => start()?,
    };
    let sent = sender
        .send(job)
        .map_err(|_| io::Error::other("the thread that starts agents has ended"));
    if sent.is_ok() {
        *spawner = Some(sender);
    }
    sent
}

fn start() -> io::Result<Sender<Job>> {
    let (sender, jobs) = channel::<Job>();
    let builder = thread::Builder::new().name("agent-spawner".to_owned());
    builder.spawn(move || jobs.into_iter().for_each(|job| job()))?;
    Ok(sender)
}
