//! What initialization code does, by what the whole project is known to have.

mod support;

use quarry_sdk::facts::{EffectKind, InitializationBlock};
use support::{Tree, set, window};

/// The blocks of a project with a set `COL_Tools` that has a procedure `Load`, and a window `WIN_Main`.
fn blocks(initialization: &str) -> Vec<InitializationBlock> {
    let procedures = "  procedures :\n   -\n     name : Load\n     procedure_id : 1\n     code : |1+\n      PROCEDURE Load()\n     type : 458752\n";
    let tools = set("COL_Tools", "gcnx is Connection");
    let tools = tools.replace("  procedures : []\n", procedures);
    let tree = Tree::with_project(
        initialization,
        &[
            ("COL_Tools.wdg", tools),
            ("WIN_Main.wdw", window("WIN_Main", "gnX is int")),
            ("Shop.wdg", set("Shop", "")),
        ],
    );
    tree.facts().initialization_blocks
}

#[test]
fn procedures_sets_and_connections_of_the_whole_project_are_known() {
    let blocks =
        blocks("load()\nCOL_Tools.Load()\nShop.Anything()\nThing()\ngcnx.User = s\nrow.User = s");
    let found: Vec<_> = blocks[0]
        .effects
        .iter()
        .map(|effect| (effect.kind, effect.target.as_deref().unwrap()))
        .collect();
    assert_eq!(
        found,
        [
            (EffectKind::CallsProcedure, "load"),
            (EffectKind::CallsProcedure, "COL_Tools.Load"),
            (EffectKind::CallsProcedure, "Shop.Anything"),
            (EffectKind::CallsUnknown, "Thing"),
            (EffectKind::DescribesConnection, "gcnx"),
        ]
    );
}

#[test]
fn the_lines_of_effects_and_of_the_listing_are_those_of_the_file() {
    let blocks = blocks("gnA is int\n\nLoad() // why\n\n\tLoad()\nThing()");
    let block = &blocks[0];
    let lines: Vec<_> = block.effects.iter().map(|effect| effect.line).collect();
    assert_eq!(lines, [block.origin.line, block.origin.line + 3]);
    let listing = block.listing.as_deref().unwrap();
    assert_eq!(listing, "Load() // …\n\n\tLoad()\nThing()");
}

#[test]
fn a_text_is_shown_that_names_an_element_of_the_project_unless_it_could_be_a_word_of_somebody() {
    let blocks =
        blocks("Use(\"WIN_Main\")\nf(\"COL_Tools\", \"Shop\", \"WIN_Other\")\ns = \"WIN_Main\"");
    assert_eq!(
        blocks[0].code,
        "Use(\"WIN_Main\")\nf(\"COL_Tools\", \"…\", \"…\")\ns = \"…\""
    );
}
