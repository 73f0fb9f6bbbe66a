//! Why a run failed, in a stable word. Those of the main job are its own: see [`Code`].

use crate::catalog::StackError;
use crate::initialize::{Code, InitializeError};
use crate::settings::SettingsError;
use crate::tokenizer::UnknownTokenizer;
use quarry_store::{KnowledgeBaseId, StoreError};

/// Why a run failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the knowledge base {0} has no files; upload it again")]
    NotReady(KnowledgeBaseId),
    #[error(
        "the knowledge base is a directory of this machine, which is only read in single-user mode"
    )]
    DirectoryForbidden,
    #[error(transparent)]
    Initialize(#[from] InitializeError),
    #[error(transparent)]
    Tokenizer(#[from] UnknownTokenizer),
    #[error("the workspace cannot be made: {0}")]
    Workspace(std::io::Error),
    #[error("{message}")]
    Agent {
        /// The agent runner's word for it.
        code: &'static str,
        message: String,
    },
    #[error("the run was stopped before it began")]
    Stopped,
    #[error("the initialization ended unexpectedly; this is a fault of Quarry's: please report it")]
    Panicked,
}

impl From<StackError> for Failure {
    fn from(error: StackError) -> Self {
        Failure::Initialize(error.into())
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        Failure::Initialize(error.into())
    }
}

impl Failure {
    /// A stable word for programs.
    pub(super) fn code(&self) -> String {
        let word = match self {
            Failure::Store(_) => "store-failed",
            Failure::NotReady(_) => "knowledge-base-not-ready",
            Failure::DirectoryForbidden => "directory-forbidden",
            Failure::Tokenizer(_) => Code::SettingsInvalid.as_str(),
            Failure::Workspace(_) => Code::WorkspaceUnusable.as_str(),
            Failure::Agent { code, .. } => return format!("agent-{code}"),
            Failure::Stopped => "stopped",
            Failure::Panicked => "internal",
            Failure::Initialize(error) => error.code().as_str(),
        };
        word.to_owned()
    }
}
