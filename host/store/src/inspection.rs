//! Looking at a store without changing it.

use crate::database::Location;
use crate::error::OpenError;
use crate::store::Store;
use crate::{connections, migrations};

/// What is found where a store is to be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inspection {
    /// Nothing yet: opening it makes it.
    New,
    /// A store whose schema is at a step that is known. Opening it brings it up to the last one.
    Found {
        /// The last step that was applied to it.
        applied: i64,
        /// The last step that there is.
        known: i64,
    },
}

impl Store {
    /// Looks at a store as [`Store::open`] would, without making or changing anything.
    ///
    /// # Errors
    ///
    /// See [`OpenError`].
    pub async fn inspect(location: &Location) -> Result<Inspection, OpenError> {
        let applied = connections::applied(location).await?;
        Ok(
            applied.map_or(Inspection::New, |applied| Inspection::Found {
                applied,
                known: migrations::KNOWN,
            }),
        )
    }
}
