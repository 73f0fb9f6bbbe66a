//! The file formats of WinDev, WebDev and WinDev Mobile, as far as Quarry reads them.
//!
//! Pure: bytes in, facts out. No I/O, no WIT, no panic on any input.
#![deny(missing_docs)]

pub mod analysis;
mod bytes;
pub mod code_items;
pub mod diagnostic;
pub mod encoding;
pub mod layout;
pub mod position;
pub mod project;
pub mod text;
pub mod wlanguage;
