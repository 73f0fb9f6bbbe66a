//! What the tests start in place of an agent. It does what its arguments say, one after the other.
//!
//! `say TEXT`, `print FILE`, `complain TEXT`, `sleep SECONDS`, `hang`, `ignore-term`, `child IGNORING FILE`,
//! `flood BYTES`, `flood-forever`, `lines NUMBER`, `environment`, `arguments`, `stdin`, `read PATH`, `read-home PATH`, `write PATH TEXT`,
//! `list PATH`, `processes`, `connect ADDRESS`, `exit CODE`, `kill-self`; `prompt TEXT` is ignored.

use std::env;
use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio, exit};
use std::thread::sleep;
use std::time::Duration;

fn main() {
    let mut arguments = env::args().skip(1);
    while let Some(action) = arguments.next() {
        let mut next = || arguments.next().unwrap_or_default();
        match action.as_str() {
            "say" => say(&next()),
            "complain" => eprintln!("{}", next()),
            "print" => say_all(&fs::read(next()).unwrap()),
            "sleep" => sleep(Duration::from_secs_f64(next().parse().unwrap())),
            "hang" => hang(),
            "ignore-term" => ignore_term(),
            "child" => start_child(&next(), &next()),
            "flood" => flood(next().parse().unwrap()),
            "flood-forever" => flood(u64::MAX),
            "lines" => (0..next().parse::<u64>().unwrap()).for_each(|line| say(&line.to_string())),
            "environment" => env::vars().for_each(|(name, value)| say(&format!("{name}={value}"))),
            "arguments" => env::args().for_each(|argument| say(&argument)),
            "stdin" => read_stdin(),
            "read" => read(&next()),
            "read-home" => read(&format!("{}/{}", env::var("HOME").unwrap(), next())),
            "write" => say(&describe(
                fs::write(next(), next()).map(|()| "written".to_owned()),
            )),
            "list" => list(&next()),
            "connect" => say(&describe(
                TcpStream::connect(next()).map(|_| "connected".to_owned()),
            )),
            "exit" => exit(next().parse().unwrap()),
            "kill-self" => kill_self(),
            "prompt" => drop(next()),
            unknown => panic!("{unknown}"),
        }
    }
}

fn say(text: &str) {
    say_all(format!("{text}\n").as_bytes());
}

fn say_all(bytes: &[u8]) {
    let mut output = io::stdout();
    // Whoever read may have gone.
    if output
        .write_all(bytes)
        .and_then(|()| output.flush())
        .is_err()
    {
        exit(1);
    }
}

fn describe(result: io::Result<String>) -> String {
    result.unwrap_or_else(|error| format!("error: {error}"))
}

fn hang() -> ! {
    loop {
        sleep(Duration::from_secs(3_600));
    }
}

/// A shell ignores the signal for good, and so does what it becomes.
fn ignore_term() {
    if env::var_os("TERM_IGNORED").is_some() {
        return;
    }
    let own = env::current_exe().unwrap();
    let error = std::os::unix::process::CommandExt::exec(
        Command::new("/bin/sh")
            .args(["-c", "trap '' TERM; exec \"$0\" \"$@\""])
            .arg(own)
            .args(env::args().skip(1))
            .env("TERM_IGNORED", "1"),
    );
    panic!("{error}");
}

/// Starts a grandchild that writes its process number into a file and hangs: `ignoring` SIGTERM, or `plain`, or in a
/// session of its own, as `detached`.
// It outlives the agent: whether it is found then is the question.
#[allow(clippy::zombie_processes)]
fn start_child(how: &str, file: &str) {
    let script = match how {
        "ignoring" => "trap '' TERM; echo $$ > \"$0\"; while :; do sleep 1; done",
        _ => "echo $$ > \"$0\"; while :; do sleep 1; done",
    };
    let mut command = match how {
        "detached" => {
            let mut command = Command::new("setsid");
            command.arg("/bin/sh");
            command
        }
        _ => Command::new("/bin/sh"),
    };
    command
        .args(["-c", script, file])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    while fs::read_to_string(file).unwrap_or_default().is_empty() {
        sleep(Duration::from_millis(5));
    }
}

fn flood(mut bytes: u64) {
    let chunk = vec![b'a'; 1 << 20];
    while bytes > 0 {
        let now = bytes.min(chunk.len() as u64);
        say_all(&chunk[..now as usize]);
        bytes -= now;
    }
    say("");
}

fn read_stdin() {
    let mut text = String::new();
    let read = io::stdin().read_to_string(&mut text);
    say(&describe(
        read.map(|read| format!("stdin has {read} bytes")),
    ));
}

fn read(path: &str) {
    say(&describe(
        fs::read_to_string(path).map(|text| format!("read: {text}")),
    ));
}

fn list(path: &str) {
    let entries = fs::read_dir(path).and_then(|entries| {
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        let mut names = names.collect::<io::Result<Vec<_>>>()?;
        names.sort();
        Ok(format!("list: {}", names.join(" ")))
    });
    say(&describe(entries));
}

fn kill_self() {
    let number = std::process::id().to_string();
    let _ = Command::new("kill").args(["-ABRT", &number]).status();
    hang();
}
