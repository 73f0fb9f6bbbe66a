//! Which names a request may call the server by, and which pages may use it.
//!
//! A page of anywhere can make a browser send requests to 127.0.0.1, under a name of its own that it lets point there.
//! Such a request names another host; and a request of another page names another origin.

use super::Shared;
use super::error::Error;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{HOST, ORIGIN};
use axum::middleware::Next;
use axum::response::Response;
use std::collections::BTreeSet;
use std::net::SocketAddr;

/// The names of the server, without ports, in lower case.
#[derive(Debug, Clone)]
pub(super) struct Hosts(BTreeSet<String>);

impl Hosts {
    /// The names that the operator gave, the address, and on loopback also `localhost`.
    pub(super) fn new(address: SocketAddr, given: &[String]) -> Self {
        let mut names: BTreeSet<String> = given.iter().map(|name| name.to_lowercase()).collect();
        names.insert(name_of(&address.to_string()));
        if address.ip().is_loopback() {
            names.extend(["localhost", "127.0.0.1", "[::1]"].map(str::to_owned));
        }
        Self(names)
    }

    /// Checks what a request says of itself.
    fn check(&self, host: Option<&str>, origin: Option<&str>) -> Result<(), Error> {
        let host = host.unwrap_or_default();
        if !self.0.contains(&name_of(host)) {
            return Err(Error::Host(host.to_owned()));
        }
        match origin {
            None => Ok(()),
            Some(origin) => match origin.split_once("://") {
                Some((_, authority)) if authority.eq_ignore_ascii_case(host) => Ok(()),
                _ => Err(Error::Origin(origin.to_owned())),
            },
        }
    }
}

/// A host without its port.
fn name_of(authority: &str) -> String {
    let name = match authority.rsplit_once(':') {
        // The colons of an IPv6 address without a port are inside of brackets.
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => authority,
    };
    name.to_lowercase()
}

/// Lets requests through that name this server, from no page but its own.
pub(super) async fn check(
    State(app): State<Shared>,
    request: Request,
    next: Next,
) -> Result<Response, Error> {
    let headers = request.headers();
    let (host, origin) = (text(headers.get(HOST)), text(headers.get(ORIGIN)));
    app.hosts.check(host.as_deref(), origin.as_deref())?;
    Ok(next.run(request).await)
}

fn text(value: Option<&HeaderValue>) -> Option<String> {
    value.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_loopback_answers_to_its_names_on_any_port_and_to_no_other() {
        let hosts = Hosts::new("127.0.0.1:7070".parse().unwrap(), &[]);
        for host in ["127.0.0.1:7070", "LOCALHOST:7070", "[::1]:7070", "[::1]"] {
            assert!(hosts.check(Some(host), None).is_ok(), "{host}");
        }
        for host in [
            "evil.example",
            "evil.example:7070",
            "127.0.0.1.evil.example",
            "",
        ] {
            assert!(hosts.check(Some(host), None).is_err(), "{host}");
        }
    }

    #[test]
    fn a_page_of_another_origin_is_refused_also_one_of_another_port() {
        let hosts = Hosts::new("127.0.0.1:7070".parse().unwrap(), &[]);
        let check = |origin| hosts.check(Some("127.0.0.1:7070"), Some(origin));
        assert!(check("http://127.0.0.1:7070").is_ok());
        for origin in ["http://127.0.0.1:9999", "https://evil.example", "null"] {
            assert!(check(origin).is_err(), "{origin}");
        }
    }

    #[test]
    fn a_name_that_the_operator_gave_is_accepted() {
        let hosts = Hosts::new(
            "10.0.0.1:80".parse().unwrap(),
            &["Quarry.example".to_owned()],
        );
        assert!(hosts.check(Some("quarry.example"), None).is_ok());
        assert!(hosts.check(Some("localhost"), None).is_err());
    }
}
