//! How right the extractors are: recall and precision against facts that people labelled.
#![deny(missing_docs)]

pub mod event;
pub mod labels;
pub mod literals;
pub mod report;
pub mod repository;
pub mod requirements;
pub mod score;
pub mod tally;
