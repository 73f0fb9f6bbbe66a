//! Starting the program, and talking to it.

use crate::database::{self, Ground};
use quarry_store::{Location, Options, Store};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tungstenite::client::IntoClientRequest;
use tungstenite::{Message, WebSocket};
use ureq::http::{Method, Request};

/// How long anything may take on a machine that is busy.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// A server, which ends with the test.
pub struct Server {
    child: Child,
    pub address: String,
    /// The token of the single-user mode.
    pub token: Option<String>,
}

impl Server {
    /// Starts the program with a data directory.
    pub fn start(data: &Path, arguments: &[&str]) -> Self {
        Self::start_in(data, arguments, &[])
    }

    /// The same with variables of the environment.
    pub fn start_in(data: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let written = std::fs::File::options()
            .create(true)
            .append(true)
            .open(data.with_extension("log"))
            .unwrap();
        let mut child = quarry(data, "serve")
            .args(["--listen", "127.0.0.1:0"])
            .args(arguments)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(written)
            .spawn()
            .unwrap();
        let mut line = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut line).unwrap();
        let (_, url) = line
            .trim()
            .split_once("://")
            .unwrap_or_else(|| panic!("the server did not start: {}", log(data)));
        let (address, rest) = url.split_once('/').unwrap();
        let token = rest.split_once("token=").map(|(_, token)| token.to_owned());
        Self {
            child,
            address: address.to_owned(),
            token,
        }
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// A user of the single-user mode.
    pub fn user(&self) -> Client {
        self.client(self.token.as_deref())
    }

    pub fn client(&self, token: Option<&str>) -> Client {
        Client {
            address: self.address.clone(),
            token: token.map(str::to_owned),
        }
    }

    pub fn signal(&self, signal: i32) {
        // SAFETY: the process is a child that was not waited for.
        unsafe { libc::kill(self.child.id() as i32, signal) };
    }

    /// Waits for the end of the program.
    pub fn wait(&mut self) -> std::process::ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until something is so, and fails if it never is.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = std::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The program with a command that has a data directory.
pub fn quarry(data: &Path, command: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_quarry"));
    program.env("QUARRY_CACHE_DIR", env!("CARGO_TARGET_TMPDIR"));
    match database::url(data) {
        Some(url) => program.env("DATABASE_URL", url),
        None => program.env_remove("DATABASE_URL"),
    };
    program.arg(command).arg("--data-dir").arg(data);
    program
}

/// Makes a tenant, and returns its token.
pub fn tenant(data: &Path, name: &str) -> String {
    let output = quarry(data, "tenant")
        .args(["create", name])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let made: Value = serde_json::from_slice(&output.stdout).unwrap();
    text(&made["token"])
}

/// Makes a token of an administrator.
pub fn administrator(data: &Path, name: &str) -> String {
    text(&admin(data, &["create-token", name])["token"])
}

/// What `quarry admin` prints, if it is one line.
pub fn admin(data: &Path, arguments: &[&str]) -> Value {
    let output = quarry(data, "admin").args(arguments).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A place for a data directory.
pub fn data() -> (Ground, PathBuf) {
    let directory = Ground::new();
    let data = directory.path().join("data");
    (directory, data)
}

/// The store of a server, opened beside it as another host does.
pub async fn store(data: &Path) -> Store {
    let location = match database::url(data) {
        Some(url) => Location::Postgres(url.parse().unwrap()),
        None => Location::Directory(data.to_owned()),
    };
    Store::open(&location, Options::default()).await.unwrap()
}

/// What a server with a data directory has logged.
pub fn log(data: &Path) -> String {
    std::fs::read_to_string(data.with_extension("log")).unwrap()
}

/// The workspace of a project, in a data directory with one tenant that has any.
pub fn workspace(data: &Path, project: &str) -> PathBuf {
    let mut tenants = data.join("workspaces").read_dir().unwrap();
    tenants.next().unwrap().unwrap().path().join(project)
}

/// A file that makes the server start a shell script as the agent.
pub fn script(directory: &Path, script: &str, isolation: &str) -> String {
    let path = directory.join("config.toml");
    let script = serde_json::to_string(script).unwrap();
    let text = format!(
        "[agent]\ncommand = \"/bin/sh\"\narguments = [\"-c\", {script}]\noutput = \"lines\"\ngrace-seconds = 1\n{isolation}\n"
    );
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// A fixture's directory.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/fixtures")
        .join(name)
}

/// A fixture as a tar archive.
pub fn archive(name: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_dir_all(".", fixture(name)).unwrap();
    tar.into_inner().unwrap()
}

pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}

/// Somebody who uses the server.
#[derive(Clone)]
pub struct Client {
    pub address: String,
    pub token: Option<String>,
}

/// What was answered.
pub struct Answer {
    pub status: u16,
    pub media_type: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {:?}", self.body))
    }

    /// What was answered, if it was done.
    pub fn done(&self) -> Value {
        assert!(
            (200..300).contains(&self.status),
            "{}: {}",
            self.status,
            self.body
        );
        match self.body.is_empty() {
            true => Value::Null,
            false => self.json(),
        }
    }

    /// The status and the code of a problem.
    pub fn problem(&self) -> (u16, String) {
        assert_eq!(self.media_type, "application/problem+json", "{}", self.body);
        let problem = self.json();
        assert_eq!(problem["status"], self.status);
        assert!(!text(&problem["detail"]).is_empty());
        (self.status, text(&problem["code"]))
    }
}

impl Client {
    /// The same client at another address.
    pub fn at(&self, address: &str) -> Self {
        Self {
            address: address.to_owned(),
            ..self.clone()
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], Vec::new())
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, &[], Vec::new())
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(Method::POST, path, &headers, body.to_string().into_bytes())
    }

    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        let headers = [("content-type", "application/json")];
        self.send(Method::PATCH, path, &headers, body.to_string().into_bytes())
    }

    pub fn send(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> Answer {
        let (status, media_type, mut reader) = self.open(method, path, headers, body);
        let mut body = String::new();
        reader.read_to_string(&mut body).unwrap();
        Answer {
            status,
            media_type,
            body,
        }
    }

    /// The answer's body as it comes.
    pub fn open(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Vec<u8>,
    ) -> (u16, String, Box<dyn Read>) {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE));
        let agent: ureq::Agent = config.build().into();
        let mut request = Request::builder()
            .method(method.clone())
            .uri(format!("http://{}{path}", self.address));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = match method {
            Method::POST | Method::PATCH => agent.run(request.body(body).unwrap()),
            _ => agent.run(request.body(()).unwrap()),
        };
        let response = response.unwrap();
        let media_type = response.headers().get("content-type");
        let media_type = media_type
            .map_or("", |value| value.to_str().unwrap())
            .to_owned();
        let status = response.status().as_u16();
        (
            status,
            media_type,
            Box::new(response.into_body().into_reader()),
        )
    }

    /// Uploads an archive.
    pub fn upload(&self, name: &str, archive: Vec<u8>) -> Answer {
        let path = format!("/api/knowledge-bases?name={name}");
        let headers = [("content-type", "application/octet-stream")];
        self.send(Method::POST, &path, &headers, archive)
    }

    /// Makes an output project of an uploaded fixture, and returns the identifiers of both.
    pub fn project(&self, source: &str) -> (String, String) {
        let base = text(&self.upload(source, archive(source)).done()["id"]);
        let new = json!({ "kb_id": base, "name": source, "stack_id": "fastapi-htmx" });
        let project = self.post("/api/output-projects", &new).done();
        assert_eq!(project["status"], "created");
        (base, text(&project["id"]))
    }

    pub fn status(&self, project: &str) -> String {
        let project = self.get(&format!("/api/output-projects/{project}")).done();
        text(&project["status"])
    }

    pub fn context(&self, project: &str) -> Answer {
        self.get(&format!("/api/output-projects/{project}/files/CONTEXT.md"))
    }

    /// Opens the WebSocket; an error is the status that was answered instead of the upgrade.
    pub fn connect(&self, project: &str, query: &str) -> Result<Socket, u16> {
        let path = format!("/api/output-projects/{project}/initialize{query}");
        let mut request = format!("ws://{}{path}", self.address)
            .into_client_request()
            .unwrap();
        if let Some(token) = &self.token {
            let value = format!("Bearer {token}").parse().unwrap();
            request.headers_mut().insert("authorization", value);
        }
        let stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Socket(socket)),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(response))) => {
                Err(response.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// Initializes a project up to the last message.
    pub fn initialize(&self, project: &str) -> Vec<Value> {
        self.connect(project, "").unwrap().rest()
    }
}

/// An open WebSocket.
pub struct Socket(WebSocket<TcpStream>);

impl Socket {
    /// The connection below it.
    pub fn stream(&self) -> &TcpStream {
        self.0.get_ref()
    }

    /// The next frame, whatever it is.
    pub fn frame(&mut self) -> Message {
        self.0.read().unwrap()
    }

    /// The next message up to one with a code, with those before it.
    pub fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Vec<Value> {
        let mut seen = Vec::new();
        while let Some(message) = self.next() {
            let found = wanted(&message);
            seen.push(message);
            if found {
                return seen;
            }
        }
        panic!("the socket was closed before: {seen:#?}")
    }

    /// The next message; none when the server closes.
    pub fn next(&mut self) -> Option<Value> {
        loop {
            match self.0.read().unwrap() {
                Message::Text(text) => return Some(serde_json::from_str(&text).unwrap()),
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// All messages that are still to come.
    pub fn rest(mut self) -> Vec<Value> {
        std::iter::from_fn(|| self.next()).collect()
    }
}

/// The first message with a code, and where it is.
pub fn find<'m>(messages: &'m [Value], code: &str) -> (usize, &'m Value) {
    let mut all = messages.iter().enumerate();
    all.find(|(_, message)| message["code"] == code)
        .unwrap_or_else(|| panic!("no message {code} in {messages:#?}"))
}

/// The last message, which must be the only one of its sort, and all numbers in a row.
pub fn last(messages: &[Value]) -> &Value {
    for (index, message) in messages.iter().enumerate() {
        assert_eq!(message["seq"], index + 1, "{messages:#?}");
        assert!(message["message"].is_string());
    }
    let ends = messages
        .iter()
        .filter(|message| message["type"] == "complete");
    assert!(ends.count() <= 1);
    messages.last().unwrap()
}
