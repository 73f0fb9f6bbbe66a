//! The database connections that code describes.
//!
//! Read are `HDescribeConnection`, `HOpenConnection` and `SQLConnect` with their arguments, and the properties of
//! variables of the type Connection, in French and in English. `HConnectRemoteAccess`, `HChangeConnection` and the
//! opening of a connection that is described elsewhere say nothing of where a database is.
//!
//! **Several descriptions of one connection.** What one event or procedure assigns to a variable is one description,
//! until it assigns something else to the same property: then the next begins (a test server beside that of
//! production). What a description leaves out is taken from the others where they agree, descriptions that do not
//! contradict one another are one, and all that are left are given: whoever rewrites the application has to know
//! every server. A server that is computed is a description of its own beside one that is written down.
//!
//! **What is told.** Server, port and database are told where a property of that name is assigned a literal, or a
//! constant that is one. An argument is told by its place alone, so a call has to prove that its arguments are in
//! order: see `calls`. Of users and passwords it is told whether the source holds one: a literal, a constant
//! or a variable that begins as one, also as a part of a sum. One that the program reads or is asked for is none. A
//! literal that is assigned or handed over as a user or a password anywhere in the code is told nowhere as a server or
//! a database. (Those within connection strings are dropped, but not looked for elsewhere.)
//!
//! A variable to which nothing is assigned is no description, and neither is an object whose type is not known to be
//! a connection, unless it is given a provider of databases.

mod calls;
mod filter;
mod kinds;
mod literals;
mod merge;
mod read;
#[cfg(test)]
mod tests;

pub use filter::may_describe_connections;
pub use merge::CodeConnection;

use crate::text::Document;
use literals::Literals;
use merge::{Declared, Description};
use std::collections::HashSet;

/// The code of a project, as far as it describes connections. Files are added one by one, that of the project first:
/// its constants are known in the others.
#[derive(Debug, Default)]
pub struct ConnectionCode {
    literals: Literals,
    descriptions: Vec<Description>,
    declared: Declared,
    /// Texts that stand for a user or a password, in lower case.
    credentials: HashSet<String>,
    files: usize,
}

impl ConnectionCode {
    /// Reads a file. Files are numbered in the order in which they are added, from 0.
    pub fn add(&mut self, document: &Document<'_>) {
        read::file(self, document);
        self.files += 1;
    }

    /// The connections, in the order of the code. `known` are names of connections that are described elsewhere.
    pub fn connections<'n>(self, known: impl Iterator<Item = &'n str>) -> Vec<CodeConnection> {
        let known = known.map(str::to_lowercase).collect();
        merge::connections(self.descriptions, &self.declared, &known, &self.credentials)
    }
}
