//! Clients that do not send, or not to the end.

use crate::support::{Server, data, eventually};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

/// The time that clients have, and by when even a busy machine has noticed.
const PATIENCE: &str = "1";
const BOUND: Duration = Duration::from_secs(30);

fn server(data: &Path) -> Server {
    Server::start(data, &["--request-timeout-seconds", PATIENCE])
}

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(BOUND)).unwrap();
    stream
}

/// What the server says before it closes.
fn rest(mut stream: TcpStream) -> String {
    let mut said = Vec::new();
    let begun = Instant::now();
    match stream.read_to_end(&mut said) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("the connection is still open: {error}"),
    }
    assert!(begun.elapsed() < BOUND);
    String::from_utf8(said).unwrap()
}

fn head(server: &Server, line: &str, more: &str) -> String {
    let token = server.token.as_ref().unwrap();
    let address = &server.address;
    format!("{line} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n{more}")
}

#[test]
fn a_client_that_sends_half_a_head_is_closed_and_others_are_served_meanwhile() {
    let (_directory, data) = data();
    let server = server(&data);
    let silent = connect(&server);
    let mut half = connect(&server);
    half.write_all(b"GET /healthz HTTP/1.1\r\nHost: 127.")
        .unwrap();
    assert_eq!(server.client(None).get("/healthz").status, 200);
    rest(half);
    assert_eq!(rest(silent), "");
}

#[test]
fn a_client_that_drips_a_head_is_closed_too() {
    let (_directory, data) = data();
    let server = server(&data);
    let mut stream = connect(&server);
    let begun = Instant::now();
    for byte in b"GET /healthz HTTP/1.1\r\nX-Drip: "
        .iter()
        .chain([b'x'; 1_000].iter())
    {
        if stream.write_all(&[*byte]).is_err() {
            break;
        }
        assert!(begun.elapsed() < BOUND, "the drip goes on");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!(begun.elapsed() < BOUND);
}

#[test]
fn a_connection_that_is_kept_and_not_used_is_closed() {
    let (_directory, data) = data();
    let server = server(&data);
    let mut stream = connect(&server);
    let request = head(&server, "GET /healthz", "\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let said = rest(stream);
    assert!(said.starts_with("HTTP/1.1 200"), "{said}");
}

#[test]
fn a_client_that_sends_half_a_body_is_told_and_closed() {
    let (_directory, data) = data();
    let server = server(&data);
    let mut stream = connect(&server);
    let more = "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"project_id\":";
    let request = head(&server, "POST /api/tickets", more);
    stream.write_all(request.as_bytes()).unwrap();
    let said = rest(stream);
    assert!(said.starts_with("HTTP/1.1 408"), "{said}");
    assert!(said.contains("\"too-slow\""), "{said}");
}

#[test]
fn a_body_that_drips_is_closed_and_nothing_of_an_upload_is_left() {
    let (_directory, data) = data();
    let server = server(&data);
    let mut stream = connect(&server);
    let more = "Content-Type: application/zip\r\nContent-Length: 1000000\r\n\r\n";
    let request = head(&server, "POST /api/knowledge-bases?name=Slow", more);
    stream.write_all(request.as_bytes()).unwrap();
    let begun = Instant::now();
    // Each byte in time, and all of them would take more than a day.
    while stream.write_all(b"P").is_ok() {
        assert!(begun.elapsed() < BOUND, "the drip goes on");
        std::thread::sleep(Duration::from_millis(100));
    }
    let bases = server.user().get("/api/knowledge-bases").done();
    assert_eq!(bases["items"], serde_json::json!([]));
    let files = data.join("uploads").read_dir().unwrap().count();
    assert_eq!(files, 0);
}

/// What the kernel waits for on the server's side of a connection: the kind of its timer, and in how many ticks of a
/// hundredth of a second it is due.
fn timer(stream: &TcpStream) -> (u8, u64) {
    let port = |address: std::io::Result<SocketAddr>| format!(":{:04X}", address.unwrap().port());
    let (server, client) = (port(stream.peer_addr()), port(stream.local_addr()));
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let mut rows = table.lines().map(|row| row.split_whitespace());
    let mut row = rows
        .find(|row| {
            let ends: Vec<&str> = row.clone().skip(1).take(2).collect();
            ends[0].ends_with(&server) && ends[1].ends_with(&client)
        })
        .unwrap();
    let (kind, due) = row.nth(5).unwrap().split_once(':').unwrap();
    (kind.parse().unwrap(), u64::from_str_radix(due, 16).unwrap())
}

#[test]
fn the_system_asks_whether_a_client_that_says_nothing_is_still_there() {
    let (_directory, data) = data();
    let server = Server::start(&data, &[]);
    let stream = connect(&server);
    // That of keepalive, which is set once the connection is accepted.
    eventually("a timer", || timer(&stream).0 == 2);
    let due = timer(&stream).1;
    assert!((1..=6_000).contains(&due), "{due}");
}
