//! Time, memory, and what surrounds a process.

use crate::bindings::exports::quarry::context::extractor::Extraction;
use crate::bindings::wasi::cli::stderr::get_stderr;
use crate::bindings::wasi::io::poll;
use crate::results::found;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use std::{env, io};

pub(crate) fn endless_loop() -> ! {
    let mut count = 0_u64;
    loop {
        count = black_box(count.wrapping_add(1));
    }
}

pub(crate) fn sleep() -> ! {
    loop {
        std::thread::sleep(Duration::from_secs(60));
    }
}

/// Takes memory in pieces of a mebibyte, and writes to it.
pub(crate) fn take_memory() -> ! {
    let mut taken = Vec::new();
    loop {
        taken.push(black_box(vec![1_u8; 1 << 20]));
    }
}

/// Asks for much memory at once, does not get it and dies, as Rust does.
pub(crate) fn take_memory_at_once(bytes: u64) -> ! {
    black_box(vec![0_u8; bytes as usize]);
    endless_loop()
}

/// Calls itself `depth` times with a frame that cannot be optimised away.
#[allow(unconditional_recursion)]
pub(crate) fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 16]);
    if depth == 0 {
        return 0;
    }
    recurse(depth - 1) + black_box(frame)[0].min(1)
}

/// Writes as many bytes to its standard error.
pub(crate) fn flood(bytes: u64) -> Extraction {
    let block = [b'x'; 64 << 10];
    let stderr = get_stderr();
    let mut left = bytes;
    while left > 0 {
        let size = left.min(block.len() as u64) as usize;
        let room = stderr.check_write().expect("room") as usize;
        let size = size.min(room);
        stderr.write(&block[..size]).expect("written");
        left -= size as u64;
    }
    io::stderr().write_all(b"the end\n").expect("written");
    found([("written", bytes.to_string())])
}

/// Waits for the same thing very many times at once.
pub(crate) fn poll(count: u64) -> Extraction {
    let stderr = get_stderr();
    let pollable = stderr.subscribe();
    let pollables = vec![&pollable; count as usize];
    found([("ready", poll::poll(&pollables).len().to_string())])
}

pub(crate) fn sockets() -> Extraction {
    found([
        ("connect", outcome(TcpStream::connect("127.0.0.1:80"))),
        ("listen", outcome(TcpListener::bind("0.0.0.0:0"))),
        ("datagram", outcome(UdpSocket::bind("0.0.0.0:0"))),
        ("name", outcome("example.com:80".to_socket_addrs())),
    ])
}

/// What a process knows of its surroundings.
pub(crate) fn surroundings() -> Extraction {
    let start = Instant::now();
    for count in 0..1_000_000 {
        black_box(count);
    }
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH);
    let random: Vec<u64> = (0..4)
        .map(|_| RandomState::new().build_hasher().finish())
        .collect();
    found([
        (
            "environment",
            format!("{:?}", env::vars_os().collect::<Vec<_>>()),
        ),
        (
            "arguments",
            format!("{:?}", env::args_os().collect::<Vec<_>>()),
        ),
        ("directory", format!("{:?}", env::current_dir())),
        ("clock", format!("{since_1970:?}")),
        ("elapsed", format!("{:?}", start.elapsed())),
        ("random", format!("{random:?}")),
    ])
}

pub(crate) fn stdin() -> Extraction {
    let mut text = Vec::new();
    let read = io::stdin().read_to_end(&mut text);
    found([("stdin", format!("{:?}", read.map_err(|error| error.kind())))])
}

/// `ok`, or the kind of the error.
pub(crate) fn outcome<T>(result: io::Result<T>) -> String {
    match result {
        Ok(_) => "ok".to_owned(),
        Err(error) => format!("{:?}", error.kind()),
    }
}
