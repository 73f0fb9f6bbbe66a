//! Whatever the files hold, what is found stands where it is said to stand, and in linear time.

mod support;

use proptest::prelude::*;
use std::fmt::Write;
use std::time::{Duration, Instant};
use support::{Tree, set, window};

const LINES: &[&str] = &[
    "gnQté is int",
    "\tgsA, gsÉ are strings = \"x\"",
    "a is array of 3 by 4 int",
    "LET n = 1",
    "CONSTANT C = 1, D = 2",
    "CONSTANT\n\tE = 1\nEND",
    "LOCAL",
    "GLOBAL PRIVATE",
    "st est composé de\nx is int\nFIN",
    "ST is Structure\ny is int\nEND",
    "IF a THEN",
    "END",
    "<COMPILE IF X=1>",
    "<END>",
    "// é is int",
    "",
    "f(gnQté) ; gsA = gsÉ",
    "[",
    "]",
    "x is string = [",
    "z is int = ... // why\n1",
    "PROCEDURE P(a is int)",
    "\u{feff}h is int",
    "<§rad:1§>",
];

/// The facts stand where they say.
fn check_origins(tree: &Tree) {
    let facts = tree.facts();
    for variable in &facts.global_variables {
        assert_eq!(tree.text(&variable.origin), variable.name);
    }
    for constant in &facts.constants {
        assert_eq!(tree.text(&constant.origin), constant.name);
    }
    for block in &facts.initialization_blocks {
        let first = block.code.split_whitespace().next().unwrap_or_default();
        let text = tree.text(&block.origin);
        let begins = first.chars().take_while(|c| c.is_ascii_alphanumeric());
        assert!(text.starts_with(&begins.collect::<String>()), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_bytes_make_facts_or_diagnostics(
        project in prop::collection::vec(any::<u8>(), 0..300),
        window in prop::collection::vec(any::<u8>(), 0..300),
        cut in 0..300_usize,
    ) {
        let whole = support::window("W", "gnA is int\nf()").into_bytes();
        let cut = whole[..cut.min(whole.len())].to_vec();
        let mixed = [cut.clone(), window.clone()].concat();
        let listed = support::project("a is int", &["W.wdw", "S.wdg", "M.wwh"]).into_bytes();
        for project in [project, listed] {
            Tree::new(&[
                ("P.wdp", project),
                ("W.wdw", window.clone()),
                ("S.wdg", cut.clone()),
                ("M.wwh", mixed.clone()),
            ])
            .extract();
        }
    }

    #[test]
    fn what_is_found_stands_where_it_says(
        lines in prop::collection::vec(prop::sample::select(LINES), 0..30),
        is_windows in any::<bool>(),
    ) {
        let code = lines.join("\n");
        let end = if is_windows { "\r\n" } else { "\n" };
        let others = [
            ("S.wdg", set("S", &code).replace('\n', end)),
            ("W.wdw", window("W", &code).replace('\n', end)),
        ];
        check_origins(&Tree::with_project(&code, &others));
    }
}

/// Eight times the size may take eight times as long, and four times that beside other work.
fn grows_linearly(tree: impl Fn(usize) -> Tree, size: usize) {
    let time = |size: usize| {
        let tree = tree(size);
        let started = Instant::now();
        tree.extract();
        started.elapsed()
    };
    let small = time(size / 8).max(Duration::from_millis(5));
    // Whoever else is busy now may not be the next time.
    let mut large = time(size);
    for _ in 0..6 {
        if large >= small * 32 {
            large = time(size);
        }
    }
    assert!(large < small * 32, "{small:?}, then {large:?}");
}

#[test]
fn a_hundred_thousand_globals_and_a_thousand_nested_blocks_are_read() {
    let globals = |count: usize| {
        let mut code = String::new();
        for index in 0..count {
            writeln!(code, "gn{index} is int = {index}").unwrap();
        }
        code
    };
    let tree = Tree::with_project(
        &globals(100_000),
        &[(
            "W.wdw",
            window(
                "W",
                &format!(
                    "{}{}gn is int",
                    "IF a THEN\n".repeat(1_000),
                    "END\n".repeat(1_000)
                ),
            ),
        )],
    );
    assert_eq!(tree.facts().global_variables.len(), 100_001);
    grows_linearly(|size| Tree::with_project(&globals(size), &[]), 20_000);
}

#[test]
fn many_windows_and_copies_of_templates_take_linear_time() {
    let pages = |count: usize| {
        let template = "gn is int = f(<§$0001§>)\n".repeat(20);
        let pages: Vec<(String, String)> = (0..count)
            .map(|number| {
                let name = format!("PAGE_{number}");
                let page = support::page_with_template(&name, "gnOwn is int", &template);
                (format!("{name}.wwh"), page)
            })
            .collect();
        let listed: Vec<(&str, String)> = pages
            .iter()
            .map(|(path, page)| (path.as_str(), page.clone()))
            .collect();
        Tree::with_project("gnApp is int", &listed)
    };
    assert_eq!(pages(100).facts().global_variables.len(), 1 + 100 + 20);
    grows_linearly(pages, 800);
}

#[test]
fn blocks_that_read_many_globals_take_linear_time() {
    let code = |count: usize| {
        let mut code = String::new();
        for index in 0..count {
            writeln!(code, "gn{index} is int\nf(gn{index})").unwrap();
        }
        code
    };
    grows_linearly(|size| Tree::with_project(&code(size), &[]), 8_000);
}
