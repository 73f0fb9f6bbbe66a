//! From effects to facts.

use quarry_sdk::facts::{Effect, EffectKind};
use quarry_windev::wlanguage::{self, EffectKind as Found};

/// An effect as a fact.
pub(crate) fn effect(effect: wlanguage::Effect) -> Effect {
    Effect {
        kind: kind(effect.kind),
        target: effect.target,
        count: effect.count,
        line: effect.line,
    }
}

fn kind(kind: Found) -> EffectKind {
    match kind {
        Found::OpensConnection => EffectKind::OpensConnection,
        Found::DescribesConnection => EffectKind::DescribesConnection,
        Found::ChangesConnection => EffectKind::ChangesConnection,
        Found::ClosesConnection => EffectKind::ClosesConnection,
        Found::AdministersDatabase => EffectKind::AdministersDatabase,
        Found::CreatesDataFiles => EffectKind::CreatesDataFiles,
        Found::OpensDataFiles => EffectKind::OpensDataFiles,
        Found::UnlocksDataFiles => EffectKind::UnlocksDataFiles,
        Found::RegistersTrigger => EffectKind::RegistersTrigger,
        Found::ReadsData => EffectKind::ReadsData,
        Found::ChangesData => EffectKind::ChangesData,
        Found::ReadsIniFile => EffectKind::ReadsIniFile,
        Found::ReadsRegistry => EffectKind::ReadsRegistry,
        Found::ReadsParameter => EffectKind::ReadsParameter,
        Found::ReadsEnvironment => EffectKind::ReadsEnvironment,
        Found::ReadsCommandLine => EffectKind::ReadsCommandLine,
        Found::WritesSetting => EffectKind::WritesSetting,
        Found::ReadsFile => EffectKind::ReadsFile,
        Found::ChangesFile => EffectKind::ChangesFile,
        Found::SetsErrorHandler => EffectKind::SetsErrorHandler,
        Found::OpensWindow => EffectKind::OpensWindow,
        Found::OpensPage => EffectKind::OpensPage,
        Found::ShowsMessage => EffectKind::ShowsMessage,
        Found::CallsProcedure => EffectKind::CallsProcedure,
        Found::CallsUnknown => EffectKind::CallsUnknown,
        Found::RunsProgram => EffectKind::RunsProgram,
        Found::CallsLibrary => EffectKind::CallsLibrary,
        Found::UsesNetwork => EffectKind::UsesNetwork,
        Found::SetsLocale => EffectKind::SetsLocale,
        Found::ChangesSetting => EffectKind::ChangesSetting,
        Found::KeepsSessionState => EffectKind::KeepsSessionState,
        Found::StartsTimer => EffectKind::StartsTimer,
        Found::StartsThread => EffectKind::StartsThread,
        Found::EndsProgram => EffectKind::EndsProgram,
    }
}
