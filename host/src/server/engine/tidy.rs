//! Workspaces in which a run was killed.

use crate::server::layout::Layout;
use crate::workspace::Workspace;

/// Finishes or removes what the process before this one left half done. A run that begins again would do so itself; one
/// that was cancelled meanwhile, or failed too often, does not.
pub(super) fn tidy(layout: &Layout) {
    let workspaces = match layout.workspaces() {
        Ok(workspaces) => workspaces,
        Err(error) => return tracing::error!(%error, "the workspaces cannot be listed"),
    };
    for workspace in workspaces {
        let path = workspace.display();
        match Workspace::tidy(&workspace) {
            Ok(false) => {}
            Ok(true) => tracing::warn!(workspace = %path, "what a killed run left was tidied up"),
            Err(error) => tracing::error!(workspace = %path, %error, "a workspace stays untidy"),
        }
    }
}
