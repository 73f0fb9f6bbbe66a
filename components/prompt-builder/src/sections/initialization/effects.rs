//! What a block does, in words.

use crate::facts::{Effect, EffectKind, InitializationBlock};
use crate::markdown::Inline;

/// The most effects that are told of a block. Its file tells all.
pub(super) const MOST: usize = 16;

/// The most names of a list.
const MOST_NAMES: usize = 40;

/// `; in order: opens connection cnx · calls Load ×3, Init · opens window WIN_Main`
pub(super) fn summary(block: &InitializationBlock) -> Inline {
    let mut summary = Inline::new();
    let told = block.effects.get(..MOST).unwrap_or(&block.effects);
    for (index, effect) in told.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|before| told.get(before));
        let goes_on = before.is_some_and(|before| goes_on(before, effect));
        summary = summary.and(match index {
            0 => "; in order: ",
            _ if goes_on => ", ",
            _ => " · ",
        });
        let words = words(effect.kind);
        summary = match &effect.target {
            Some(target) if goes_on => summary.name(target),
            Some(target) => summary.and(words.with).name(target),
            None => summary.and(words.alone),
        };
        if effect.count > 1 {
            summary = summary.and(" ×").number(effect.count);
        }
    }
    more(summary, " · and ", block.effects.len(), MOST)
}

/// `; writes gsMode; reads gsPath`
pub(super) fn globals(block: &InitializationBlock) -> Inline {
    let lists: [(&'static str, &[String]); 2] =
        [("; writes ", &block.writes), ("; reads ", &block.reads)];
    let lists = lists.into_iter().filter(|(_, names)| !names.is_empty());
    lists.fold(Inline::new(), |globals, (label, names)| {
        let told = names.iter().take(MOST_NAMES).map(String::as_str);
        more(
            globals.and(label).names(told),
            ", and ",
            names.len(),
            MOST_NAMES,
        )
    })
}

fn more(inline: Inline, and: &'static str, count: usize, told: usize) -> Inline {
    match count.checked_sub(told) {
        None | Some(0) => inline,
        Some(more) => inline.and(and).number(more as u64).and(" more"),
    }
}

/// Whether an effect says the same of something else.
fn goes_on(before: &Effect, effect: &Effect) -> bool {
    before.kind == effect.kind && before.target.is_some() && effect.target.is_some()
}

/// What an effect is called.
pub(crate) struct Words {
    /// In front of what it is done to.
    pub(crate) with: &'static str,
    /// Where that has no name.
    pub(crate) alone: &'static str,
}

/// The words for a kind of effect.
pub(crate) fn words(kind: EffectKind) -> Words {
    let (with, alone) = match kind {
        EffectKind::OpensConnection => ("opens connection ", "opens a connection"),
        EffectKind::DescribesConnection => ("describes connection ", "describes a connection"),
        EffectKind::ChangesConnection => ("has tables use ", "has tables use another connection"),
        EffectKind::ClosesConnection => ("closes connection ", "closes a connection"),
        EffectKind::AdministersDatabase => (
            "changes users or rights of ",
            "changes users or rights of a database",
        ),
        EffectKind::CreatesDataFiles => ("creates data files of ", "creates data files"),
        EffectKind::OpensDataFiles => ("opens data files of ", "opens data files"),
        EffectKind::UnlocksDataFiles => ("unlocks data files of ", "unlocks data files"),
        EffectKind::RegistersTrigger => ("registers a trigger of ", "registers a trigger"),
        EffectKind::ReadsData => ("reads data of ", "reads data"),
        EffectKind::ChangesData => ("changes data of ", "changes data"),
        EffectKind::ReadsIniFile => ("reads ini file ", "reads an ini file"),
        EffectKind::ReadsRegistry => ("reads registry ", "reads the registry"),
        EffectKind::ReadsParameter => ("reads parameter ", "reads a parameter"),
        EffectKind::ReadsEnvironment => ("reads environment ", "reads the environment"),
        EffectKind::ReadsCommandLine => ("reads command line ", "reads the command line"),
        EffectKind::WritesSetting => ("writes setting ", "writes a setting"),
        EffectKind::ReadsFile => ("reads file ", "reads a file"),
        EffectKind::ChangesFile => ("changes file ", "changes a file"),
        EffectKind::SetsErrorHandler => ("handles errors with ", "handles errors"),
        EffectKind::OpensWindow => ("opens window ", "opens a window"),
        EffectKind::OpensPage => ("shows page ", "shows a page"),
        EffectKind::ShowsMessage => ("shows message ", "shows a message"),
        EffectKind::CallsProcedure => ("calls ", "calls a procedure by its name"),
        EffectKind::CallsUnknown => ("calls unknown ", "calls something unknown"),
        EffectKind::RunsProgram => ("runs program ", "runs a program"),
        EffectKind::CallsLibrary => ("calls library ", "calls a library"),
        EffectKind::UsesNetwork => ("uses the network with ", "uses the network"),
        EffectKind::SetsLocale => ("sets the language to ", "sets the language"),
        EffectKind::ChangesSetting => ("changes runtime setting ", "changes a runtime setting"),
        EffectKind::KeepsSessionState => ("keeps in the session ", "keeps session state"),
        EffectKind::StartsTimer => ("starts timer ", "starts a timer"),
        EffectKind::StartsThread => ("starts thread ", "starts a thread"),
        EffectKind::EndsProgram => ("ends program ", "ends the program"),
    };
    Words { with, alone }
}
