//! WLanguage, the language of WinDev, as far as it says what a project declares and how it starts.
//!
//! French and English keywords, in any case, with or without accents. Nothing here fails: what is not
//! understood is code. What a string literal says never leaves this module but for a few classes that cannot be secrets,
//! and neither does a comment ([`mask_code`] tells the rules).

mod blocks;
mod closed;
mod conditions;
pub mod connections;
mod credentials;
mod declarations;
mod effects;
mod functions;
mod initialization;
mod keywords;
mod lexer;
mod listing;
mod mask;
mod modifiers;
mod parts;
mod scan;
mod secrets;
mod statements;
pub mod tables;
mod types;
mod usage;

#[cfg(test)]
mod tests;

pub use blocks::{Block, Role, TypeKind};
pub use credentials::is_credential_name;
pub use declarations::{Constant, Declarations, TypeDefinition, Variable, declarations};
pub use effects::{Effect, EffectKind};
pub use initialization::{InitializationBlock, initialization_blocks};
pub(crate) use keywords::fold;
pub use lexer::{Token, TokenKind, tokens};
pub use mask::{REDACTED, Shown, literals, mask_code};
pub use modifiers::Visibility;
pub use statements::{Program, Statement};
pub use usage::Globals;
