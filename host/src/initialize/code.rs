//! Why the main job ended without a document, in a word that stays the same: the one place that turns an error into it.
//! The command line makes its exit code of it, the server the code of a run's last message.

use super::InitializeError;
use quarry_sandbox::CallError;

/// A stable word for why the main job ended without a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Code {
    /// The source tree cannot be used.
    SourceUnusable,
    /// There is no such target stack, or it is wrong.
    UnknownStack,
    /// A component was not accepted.
    ComponentRejected,
    /// What was asked for is not in the source tree.
    NotFound,
    /// As many components run as may.
    Busy,
    /// A component failed.
    ComponentFailed,
    /// Settings are wrong.
    SettingsInvalid,
    /// The shortest document is longer than the budget.
    OverBudget,
    /// A secret would have been published.
    SecretLeak,
    /// The documents were not wanted any more.
    Withdrawn,
    /// The workspace cannot be written.
    WorkspaceUnusable,
}

impl Code {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Code::SourceUnusable => "source-unusable",
            Code::UnknownStack => "unknown-stack",
            Code::ComponentRejected => "component-rejected",
            Code::NotFound => "configuration-not-found",
            Code::Busy => "busy",
            Code::ComponentFailed => "component-failed",
            Code::SettingsInvalid => "settings-invalid",
            Code::OverBudget => "over-budget",
            Code::SecretLeak => "secret-leak",
            Code::Withdrawn => "withdrawn",
            Code::WorkspaceUnusable => "workspace-unusable",
        }
    }
}

impl InitializeError {
    /// The word for it.
    pub fn code(&self) -> Code {
        match self {
            InitializeError::Source(_) => Code::SourceUnusable,
            InitializeError::Stack(_) => Code::UnknownStack,
            InitializeError::Catalog(_) => Code::ComponentRejected,
            InitializeError::NotFound(_) => Code::NotFound,
            InitializeError::Component {
                error: CallError::Busy,
                ..
            } => Code::Busy,
            InitializeError::Component { .. } => Code::ComponentFailed,
            InitializeError::Settings(_) => Code::SettingsInvalid,
            InitializeError::OverBudget { .. } => Code::OverBudget,
            InitializeError::Leak(_) => Code::SecretLeak,
            InitializeError::Withdrawn(_) => Code::Withdrawn,
            InitializeError::Publish(_) => Code::WorkspaceUnusable,
        }
    }
}
