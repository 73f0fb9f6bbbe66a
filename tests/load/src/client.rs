//! Somebody who uses the server.

use crate::Failure;
use serde::Deserialize;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::io::Read;
use std::net::TcpStream;
use std::time::Duration;
use tungstenite::WebSocket;
use tungstenite::client::IntoClientRequest;
use tungstenite::handshake::client::Request;

/// How long an answer may take on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(120);

/// The types of messages that there are.
pub const TYPES: [&str; 6] = ["info", "progress", "warning", "output", "error", "complete"];

/// The stack that projects are made for.
pub const STACK: &str = "fastapi-htmx";

/// What every message has.
#[derive(Debug, Deserialize)]
pub struct Message<'text> {
    /// Its number in the run.
    pub seq: u64,
    /// One of [`TYPES`].
    #[serde(rename = "type", borrow)]
    pub kind: Cow<'text, str>,
    /// A stable word.
    #[serde(borrow)]
    pub code: Cow<'text, str>,
    /// The stage that the run was in.
    #[serde(borrow)]
    pub stage: Option<Cow<'text, str>>,
    /// What an agent said, and what else is for people.
    #[serde(borrow)]
    pub message: Cow<'text, str>,
}

/// A user with a token.
#[derive(Debug, Clone)]
pub struct Client {
    /// Where the server listens.
    pub address: String,
    /// The user's token.
    pub token: String,
}

impl Client {
    /// What is at a path.
    ///
    /// # Errors
    ///
    /// When the server does not answer, or with an error.
    pub fn get(&self, path: &str) -> Result<String, Failure> {
        let request = agent().get(self.url(path));
        let answer = request.header("authorization", self.authorization()).call();
        read(path, answer)
    }

    /// Posts JSON.
    ///
    /// # Errors
    ///
    /// When the server does not answer, or with an error.
    pub fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let request = agent()
            .post(self.url(path))
            .header("authorization", self.authorization());
        let answer = read(path, request.send_json(body))?;
        Ok(serde_json::from_str(&answer)?)
    }

    /// Uploads an archive, as it is read, and returns the knowledge base's identifier.
    ///
    /// # Errors
    ///
    /// When the server does not answer, or with an error.
    pub fn upload(&self, name: &str, archive: &mut dyn Read) -> Result<String, Failure> {
        let path = format!("/api/knowledge-bases?name={name}");
        let request = agent()
            .post(self.url(&path))
            .header("authorization", self.authorization())
            .header("content-type", "application/octet-stream");
        let answer = request.send(ureq::SendBody::from_reader(archive));
        id(&serde_json::from_str(&read(&path, answer)?)?)
    }

    /// Makes an output project of a knowledge base, and returns its identifier.
    ///
    /// # Errors
    ///
    /// When the server does not answer, or with an error.
    pub fn project(&self, base: &str) -> Result<String, Failure> {
        let new = json!({ "kb_id": base, "name": "Load", "stack_id": STACK });
        id(&self.post("/api/output-projects", &new)?)
    }

    /// The request that opens the WebSocket of a project.
    ///
    /// # Errors
    ///
    /// When the token cannot be sent in a header.
    pub fn initialize(&self, project: &str) -> Result<Request, Failure> {
        let url = format!(
            "ws://{}/api/output-projects/{project}/initialize",
            self.address
        );
        let mut request = url.into_client_request()?;
        let value = self.authorization().parse()?;
        request.headers_mut().insert("authorization", value);
        Ok(request)
    }

    /// Opens the WebSocket of a project.
    ///
    /// # Errors
    ///
    /// When the server does not answer, or with an error.
    pub fn connect(&self, project: &str) -> Result<WebSocket<TcpStream>, Failure> {
        let stream = TcpStream::connect(&self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let opened = tungstenite::client(self.initialize(project)?, stream);
        Ok(opened.map_err(|error| error.to_string())?.0)
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn authorization(&self) -> String {
        format!("Bearer {}", self.token)
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE));
    config.build().into()
}

fn read(
    path: &str,
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<String, Failure> {
    let answer = answer?;
    let status = answer.status();
    let mut text = String::new();
    answer.into_body().into_reader().read_to_string(&mut text)?;
    match status.is_success() {
        true => Ok(text),
        false => Err(format!("{path}: {status}: {text}").into()),
    }
}

fn id(made: &Value) -> Result<String, Failure> {
    let id = made["id"].as_str();
    Ok(id
        .ok_or_else(|| format!("no identifier: {made}"))?
        .to_owned())
}
