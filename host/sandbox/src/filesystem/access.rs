//! The access log: every input that a call opened, and everything that it was refused.

use super::Root;
use crate::OnOpen;
use std::fmt;

/// How many refusals are kept. A guest that probes for names makes as many as it has time for.
const REFUSALS_KEPT: usize = 100;

/// How many characters of a refused path are kept.
const PATH_KEPT: usize = 1_000;

/// Something that a component tried and was not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// The path as the component asked for it.
    pub path: String,
    /// Why not, as the end of a sentence.
    pub reason: &'static str,
}

impl fmt::Display for Denied {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}: {}", self.path, self.reason)
    }
}

/// What a call did with files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// The inputs that it opened, in the order in which it first opened them.
    pub opened: Vec<String>,
    /// The input that it opened last (again, perhaps), none if it opened none.
    pub last_opened: Option<String>,
    /// How many bytes it read of them, those that it read again included.
    pub bytes_read: u64,
    /// The first of what it was refused.
    pub denied: Vec<Denied>,
    /// How many times it was refused something.
    pub denials: u64,
}

/// The log while the call runs: inputs by their place in the list.
pub(super) struct AccessLog {
    order: Vec<usize>,
    seen: Vec<bool>,
    last: Option<usize>,
    denied: Vec<Denied>,
    denials: u64,
    /// The last refusal, until another file is opened: who goes on was not stopped by it.
    stopped_by: Option<Denied>,
    on_open: Option<OnOpen>,
}

impl AccessLog {
    pub(super) fn new(on_open: Option<OnOpen>) -> Self {
        AccessLog {
            order: Vec::new(),
            seen: Vec::new(),
            last: None,
            denied: Vec::new(),
            denials: 0,
            stopped_by: None,
            on_open,
        }
    }

    /// Records that a file was opened which is not an input.
    pub(super) fn went_on(&mut self) {
        self.stopped_by = None;
    }

    pub(super) fn opened(&mut self, position: usize) {
        self.went_on();
        self.last = Some(position);
        if self.seen.len() <= position {
            self.seen.resize(position + 1, false);
        }
        if !std::mem::replace(&mut self.seen[position], true) {
            self.order.push(position);
            if let Some(on_open) = &self.on_open {
                on_open(self.order.len());
            }
        }
    }

    pub(super) fn denied(&mut self, path: &str, reason: &'static str) {
        self.denials += 1;
        let denied = Denied {
            path: path.chars().take(PATH_KEPT).collect(),
            reason,
        };
        if self.denied.len() < REFUSALS_KEPT {
            self.denied.push(denied.clone());
        }
        self.stopped_by = Some(denied);
    }

    /// What the call did, and the refusal that stopped it if one did.
    pub(super) fn finish(self, root: &Root, bytes_read: u64) -> (Access, Option<Denied>) {
        let paths = match root {
            Root::Source { inputs, .. } => inputs.paths(),
            Root::Nothing | Root::Workspace { .. } => &[],
        };
        let path = |position: &usize| paths.get(*position).cloned();
        let access = Access {
            opened: self.order.iter().filter_map(path).collect(),
            last_opened: self.last.as_ref().and_then(path),
            bytes_read,
            denied: self.denied,
            denials: self.denials,
        };
        (access, self.stopped_by)
    }
}

impl fmt::Debug for AccessLog {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccessLog")
            .field("order", &self.order)
            .field("denials", &self.denials)
            .finish_non_exhaustive()
    }
}
