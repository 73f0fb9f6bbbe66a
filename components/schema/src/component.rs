//! The component's export.

quarry_sdk::export_functions!(crate::describe, crate::extract);
