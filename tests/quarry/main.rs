//! Behaviour of the whole program, run as a user runs it.

mod budgets;
mod document;
mod extract;
mod init;
mod large;
mod natively;
mod publish;
mod redaction;
mod secrets;
mod support;
mod trees;
