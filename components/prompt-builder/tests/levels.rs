//! At any budget what is shown of connections, global state and initialization code is a part of the facts, what is cut is
//! counted, and a larger budget shows no less of any of them.

mod support;

use proptest::prelude::*;
use quarry_component_prompt_builder::facts::{
    Connection, EffectKind, FactSet, InitializationBlock, Scope,
};
use quarry_component_prompt_builder::prompt::{BuildError, Input};
use quarry_component_prompt_builder::{Output, build};
use std::collections::BTreeSet;
use support::business::seeded;
use support::state::{self, Block};
use support::{TOKENIZERS, UNLIMITED, block, effect, four_bytes, shop, variable};

/// Statements of several forms.
const STATEMENTS: [&str; 5] = [
    "Call(1)\n",
    "IF a THEN\n\tOther()\nEND\n",
    "g = f(1, ...\n\t2)\n",
    "\n",
    "s = \"…\"\n",
];

fn code() -> impl Strategy<Value = String> {
    let statements = prop::collection::vec(prop::sample::select(&STATEMENTS[..]), 0..40);
    statements.prop_map(|statements| statements.concat())
}

fn some_block() -> impl Strategy<Value = InitializationBlock> {
    (code(), 0..60_usize, 0..50_usize, 0..3_usize).prop_map(|(code, effects, names, element)| {
        let mut block = block(["Shop", "COL_A", "COL_B"][element], 1, &code);
        let kinds = [EffectKind::CallsProcedure, EffectKind::ReadsIniFile];
        block.effects = (0..effects)
            .map(|number| {
                let target = (number % 3 > 0).then(|| format!("Target{number}"));
                effect(kinds[number % 2], target.as_deref(), 1)
            })
            .collect();
        block.writes = (0..names).map(|number| format!("gn{number}")).collect();
        block
    })
}

/// A schema, and so many of everything else.
fn input() -> impl Strategy<Value = Input> {
    let blocks = prop::collection::vec(some_block(), 0..12);
    (0..u64::MAX, blocks, 0..80_usize, 0..9_usize).prop_map(
        |(seed, blocks, variables, connections)| {
            let mut input = seeded(12, seed);
            input.facts.initialization_blocks = blocks;
            let blocks = input.facts.initialization_blocks.iter_mut();
            for (order, block) in (1..).zip(blocks) {
                block.order = order;
            }
            input.facts.global_variables = (0..variables)
                .map(|number| {
                    let scope = [Scope::App, Scope::Module, Scope::Request][number % 3];
                    let element = format!("ELEMENT_{}", number % 5);
                    variable(&format!("gVariable{number}"), scope, &element, 9)
                })
                .collect();
            let known = shop().facts.connections.remove(0);
            let connections = (0..connections).map(|number| Connection {
                name: format!("Server {number}"),
                ..known.clone()
            });
            input.facts.connections = connections.collect();
            input
        },
    )
}

/// What is built within a budget, if that is enough.
fn within(input: &Input, budget: u32, tokenizer: usize) -> Option<Output> {
    let mut input = input.clone();
    input.budget = budget;
    match build(&input, &TOKENIZERS[tokenizer]) {
        Ok(output) => Some(output),
        Err(BuildError::OverBudget(_)) => None,
        Err(other) => panic!("{other:?}"),
    }
}

fn name(block: &InitializationBlock) -> String {
    format!("`{}`, block {}", block.element, block.order)
}

/// The code that is shown of blocks.
fn lines(block: &InitializationBlock) -> Vec<&str> {
    let lines = block.code.lines().map(str::trim_end);
    lines.filter(|line| !line.is_empty()).collect()
}

/// What is shown is a part of the facts, and with what is said to be cut it is all of them.
fn check(facts: &FactSet, output: &Output) {
    let document = &output.files[0].1;
    let shown = state::blocks(document);
    let mut all_lines = 0;
    for fact in &facts.initialization_blocks {
        all_lines += lines(fact).len();
        if let Some(block) = shown.get(&name(fact)) {
            check_block(fact, block, output);
        }
    }
    if !facts.initialization_blocks.is_empty() {
        let title = "Initialization Code";
        let counted = state::counted(document, title, "block");
        assert_eq!(counted, (shown.len(), facts.initialization_blocks.len()));
        let shown = shown.values().map(|block| block.shown.len()).sum();
        assert_eq!(state::counted(document, title, "line"), (shown, all_lines));
    }
    let globals = state::globals(document);
    let known: BTreeSet<&str> = facts
        .global_variables
        .iter()
        .map(|known| &*known.name)
        .collect();
    assert!(globals.iter().all(|(_, name)| known.contains(&**name)));
    if !known.is_empty() {
        let counted = state::counted(document, "Global State", "variable");
        assert_eq!(counted, (globals.len(), known.len()));
    }
    let connections = facts.connections.iter();
    let connections: BTreeSet<String> = connections.map(|known| known.name.clone()).collect();
    assert_eq!(state::connections(document), connections);
}

fn check_block(fact: &InitializationBlock, block: &Block, output: &Output) {
    let lines = lines(fact);
    assert_eq!(block.lines, lines.len());
    let shown: Vec<&str> = block.shown.iter().map(|line| line.trim_end()).collect();
    assert_eq!(shown, lines[..shown.len()]);
    if shown.is_empty() {
        assert_eq!(block.cut, 0, "there is no code that would be cut");
    } else {
        assert_eq!(shown.len() + block.cut, lines.len());
    }
    // Whoever wants the rest is told where it stands.
    assert_eq!(block.file.is_some(), shown.len() < lines.len());
    if let Some(path) = &block.file {
        let file = output.files.iter().find(|(known, _)| known == path);
        let text = &file.expect("a file of the block").1;
        assert!(lines.iter().all(|line| text.contains(line)), "{text}");
        assert!(text.contains(&block.digest), "{text}");
    }
}

/// A larger budget shows no less of anything.
fn check_growth(small: &str, large: &str) {
    let blocks = state::blocks(large);
    for (name, before) in state::blocks(small) {
        let after = blocks.get(&name).expect("a block that was shown");
        assert!(before.has_effects <= after.has_effects, "{name}");
        assert!(before.has_globals <= after.has_globals, "{name}");
        assert!(before.shown.len() <= after.shown.len(), "{name}");
        assert_eq!(before.digest, after.digest, "{name}");
    }
    assert!(state::globals(large).is_superset(&state::globals(small)));
    assert_eq!(state::connections(large), state::connections(small));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn at_every_budget_what_is_shown_and_what_is_cut_are_all_facts(
        input in input(), budget in 700..9_000_u32, tokenizer in 0..TOKENIZERS.len(),
    ) {
        if let Some(output) = within(&input, budget, tokenizer) {
            check(&input.facts, &output);
        }
    }

    #[test]
    fn a_larger_budget_shows_no_less_of_any_block_variable_or_connection(
        input in input(), budget in 700..6_000_u32, more in 1..600_u32, tokenizer in 0..TOKENIZERS.len(),
    ) {
        let small = within(&input, budget, tokenizer);
        let large = within(&input, budget + more, tokenizer);
        if let (Some(small), Some(large)) = (small, large) {
            check_growth(&small.files[0].1, &large.files[0].1);
        }
    }
}

#[test]
fn blocks_are_seen_at_every_level() {
    let mut input = seeded(20, 3);
    let call = |number| effect(EffectKind::CallsProcedure, Some("Load"), number);
    for order in 1..6 {
        let mut block = block(
            "Shop",
            order,
            &"Call(1)\nIF a THEN\n\tOther()\nEND\n".repeat(12),
        );
        block.effects = (1..4).map(call).collect();
        input.facts.initialization_blocks.push(block);
    }
    let mut seen = BTreeSet::new();
    let mut before: Option<String> = None;
    for budget in (900..9_000).step_by(60) {
        input.budget = budget;
        let Ok(output) = build(&input, &four_bytes) else {
            continue;
        };
        check(&input.facts, &output);
        let document = output.files[0].1.clone();
        for block in state::blocks(&document).values() {
            seen.insert((block.has_effects, !block.shown.is_empty(), block.cut > 0));
        }
        if let Some(before) = &before {
            check_growth(before, &document);
        }
        before = Some(document);
    }
    let levels = [
        (false, false, false),
        (true, false, false),
        (true, true, true),
        (true, true, false),
    ];
    assert!(levels.iter().all(|level| seen.contains(level)), "{seen:?}");
}

#[test]
fn blocks_of_the_same_code_have_the_same_digest_and_no_others() {
    let mut input = shop();
    input.budget = UNLIMITED;
    let codes = ["Call(1)\n", "Call(1)\n", "Call(2)\n"];
    let blocks = (1..)
        .zip(codes)
        .map(|(order, code)| block("Shop", order, code));
    input.facts.initialization_blocks = blocks.collect();
    let output = build(&input, &four_bytes).unwrap();
    let blocks = state::blocks(&output.files[0].1);
    let digests: Vec<&str> = blocks.values().map(|block| &*block.digest).collect();
    assert!(
        digests[0] == digests[1] && digests[1] != digests[2],
        "{digests:?}"
    );
}

#[test]
fn effects_are_told_in_order_with_names_and_counts_and_the_rest_is_counted() {
    let mut input = shop();
    input.budget = UNLIMITED;
    let document = build(&input, &four_bytes).unwrap().files.swap_remove(0).1;
    let told = "; in order: opens connection `MainServer` · calls `COL_Cart.Fill`, `Greet` ×3 · shows a page; \
                writes `gsPage`; reads `gsMode`\n";
    assert!(document.contains(told), "{document}");
    block_of_many(&mut input.facts.initialization_blocks[0]);
    let document = build(&input, &four_bytes).unwrap().files.swap_remove(0).1;
    assert!(
        document.contains(", `P15` · and 29 more; writes "),
        "{document}"
    );
    assert!(document.contains(", `g39`, and 1 more\n"), "{document}");
}

/// More effects and more names than are told.
fn block_of_many(block: &mut InitializationBlock) {
    let call = |number| effect(EffectKind::CallsProcedure, Some(&format!("P{number}")), 1);
    block.effects = (0..45).map(call).collect();
    block.reads = (0..41).map(|number| format!("g{number}")).collect();
}
