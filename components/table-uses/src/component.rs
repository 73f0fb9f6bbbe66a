//! The component's export.

use quarry_sdk::Source;
use quarry_sdk::extractor::{ExtractError, Extraction, Guest, Manifest, Request};

struct Component;

impl Guest for Component {
    fn describe() -> Manifest {
        crate::describe()
    }

    fn extract(request: Request) -> Result<Extraction, ExtractError> {
        crate::extract(&Source::sandbox(), &request)
    }
}

quarry_sdk::export_extractor!(Component);
