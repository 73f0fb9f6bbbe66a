//! The proof that the sandbox holds: a component that misbehaves in every way we know, and what comes of it.

mod capabilities;
mod determinism;
mod files;
mod limits;
mod loading;
mod results;
mod support;
mod workspace;
