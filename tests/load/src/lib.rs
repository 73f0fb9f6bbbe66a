//! Load on a real server, and its violent end: the parts that the program and the tests of the server share.
#![deny(missing_docs)]

pub mod client;
pub mod kill;
pub mod process;
pub mod sources;

/// Why a measurement could not be made. What was measured and is not as it should be is no error but a result.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;
