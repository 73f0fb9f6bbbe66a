//! TLS, with a certificate that is made here.

use crate::support::{PATIENCE, Server, data, eventually, log, quarry};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tungstenite::Message;
use tungstenite::client::IntoClientRequest;

/// A certificate for 127.0.0.1, and its key.
struct Made {
    certificate: PathBuf,
    key: PathBuf,
    der: CertificateDer<'static>,
}

impl Made {
    fn new(directory: &Path) -> Self {
        let names = ["127.0.0.1", "localhost"].map(str::to_owned);
        let made = rcgen::generate_simple_self_signed(names).unwrap();
        let (certificate, key) = (directory.join("cert.pem"), directory.join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        Self {
            certificate,
            key,
            der: made.cert.der().clone(),
        }
    }

    fn server(&self, data: &Path, more: &[&str]) -> Server {
        let files = [&self.certificate, &self.key].map(|path| path.to_str().unwrap());
        let arguments = ["--tls-cert", files[0], "--tls-key", files[1]];
        Server::start(data, &[&arguments, more].concat())
    }

    /// A connection of somebody who trusts this certificate alone.
    fn connect(&self, server: &Server) -> StreamOwned<ClientConnection, TcpStream> {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let stream = TcpStream::connect(&server.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        StreamOwned::new(connection, stream)
    }

    /// What is answered to a GET.
    fn get(&self, server: &Server, path: &str) -> std::io::Result<String> {
        let mut stream = self.connect(server);
        let token = server.token.clone().unwrap();
        let address = &server.address;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Ok(String::from_utf8(answer).unwrap())
    }
}

#[test]
fn requests_and_web_sockets_work_over_tls_and_nothing_without() {
    let (directory, data) = data();
    let made = Made::new(directory.path());
    let server = made.server(&data, &[]);
    let about = made.get(&server, "/api").unwrap();
    assert!(about.starts_with("HTTP/1.1 200"), "{about}");
    let token = server.token.clone().unwrap();
    let unknown = format!("op_{}", "0".repeat(32));
    let url = format!(
        "wss://{}/api/output-projects/{unknown}/initialize",
        server.address
    );
    let mut request = url.into_client_request().unwrap();
    let bearer = format!("Bearer {token}").parse().unwrap();
    request.headers_mut().insert("authorization", bearer);
    let (mut socket, _) = tungstenite::client(request, made.connect(&server)).unwrap();
    let Message::Text(message) = socket.read().unwrap() else {
        panic!("no message");
    };
    assert!(message.contains("not-found"), "{message}");
    let mut plain = TcpStream::connect(&server.address).unwrap();
    plain
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        .unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP/"), "{answer:?}");
}

#[test]
fn a_handshake_that_hangs_holds_nobody_up_and_ends() {
    let (directory, data) = data();
    let made = Made::new(directory.path());
    let server = made.server(&data, &["--request-timeout-seconds", "2"]);
    let mut hanging: Vec<TcpStream> = (0..20)
        .map(|_| TcpStream::connect(&server.address).unwrap())
        .collect();
    hanging[0].write_all(&[0x16, 0x03, 0x01]).unwrap();
    let about = made.get(&server, "/api").unwrap();
    assert!(about.starts_with("HTTP/1.1 200"), "{about}");
    let begun = Instant::now();
    for mut stream in hanging {
        stream
            .set_read_timeout(Some(Duration::from_secs(30)))
            .unwrap();
        let mut said = Vec::new();
        // However it is closed, it is closed.
        let ended = stream.read_to_end(&mut said);
        let open = ended.is_err_and(|error| error.kind() == std::io::ErrorKind::WouldBlock);
        assert!(!open, "the connection is still open");
    }
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_renewed_certificate_is_shown_without_a_restart_and_a_broken_one_is_told() {
    let (directory, data) = data();
    let before = Made::new(directory.path());
    let server = before.server(&data, &[]);
    before.get(&server, "/api").unwrap();
    std::fs::write(&before.certificate, "broken").unwrap();
    server.signal(libc::SIGHUP);
    eventually("the complaint", || {
        log(&data).contains("the one before stays")
    });
    before.get(&server, "/api").unwrap();
    let after = Made::new(directory.path());
    server.signal(libc::SIGHUP);
    eventually("the new certificate", || after.get(&server, "/api").is_ok());
    assert!(before.get(&server, "/api").is_err());
}

#[test]
fn a_certificate_that_cannot_be_used_is_refused_at_the_start() {
    let (directory, data) = data();
    let made = Made::new(directory.path());
    let key = std::fs::read(&made.key).unwrap();
    Made::new(directory.path());
    std::fs::write(&made.key, key).unwrap();
    let output = quarry(&data, "serve")
        .args(["--listen", "127.0.0.1:0", "--tls-cert"])
        .arg(&made.certificate)
        .arg("--tls-key")
        .arg(&made.key)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("is not the key of the certificate"), "{said}");
}

#[test]
fn tls_does_not_make_a_server_for_one_user_one_that_others_may_reach() {
    let (directory, data) = data();
    let made = Made::new(directory.path());
    let output = quarry(&data, "serve")
        .args(["--listen", "0.0.0.0:0", "--tls-cert"])
        .arg(&made.certificate)
        .arg("--tls-key")
        .arg(&made.key)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--multi-tenant"));
}
