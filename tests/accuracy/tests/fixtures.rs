//! The fixtures, whose labels are complete: all that is labelled has to be found, and nothing else.

use accuracy::labels::Labels;
use accuracy::report::Report;
use accuracy::score::score;
use accuracy::tally::{Scores, Tally};
use std::fs;
use std::path::{Path, PathBuf};

/// What the labels have and no extractor need look for. One that does has to find all of it.
const MAY_BE_LEFT_OUT: &[&str] = &["constants: class", "globals: class", "globals: report"];

/// The files of labels of the fixtures.
const LABELS: [&str; 4] = [
    "../fixtures/EXPECTED.json",
    "labels/fixtures/columns.json",
    "labels/fixtures/connections.json",
    "labels/fixtures/initialization.json",
];

fn here() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

fn labels() -> Labels {
    let mut labels = Labels::default();
    for path in LABELS {
        labels.add(&fs::read(here().join(path)).unwrap()).unwrap();
    }
    labels
}

fn scores(labels: &Labels) -> Scores {
    score(labels, &here().join("../fixtures")).unwrap()
}

#[test]
fn all_that_is_labelled_in_the_fixtures_is_found_and_nothing_else() {
    let scores = scores(&labels());
    let is_left_out =
        |kind: &str, tally: &Tally| tally.found == 0 && MAY_BE_LEFT_OUT.contains(&kind);
    let imperfect: Vec<&String> = scores
        .kinds
        .iter()
        .filter(|(kind, tally)| !tally.is_perfect() && !is_left_out(kind, tally))
        .map(|(kind, _)| kind)
        .collect();
    assert!(imperfect.is_empty(), "{imperfect:?}\n{}", Report(&scores));
    assert!(scores.absent.is_empty(), "{:?}", scores.absent);
}

#[test]
fn every_kind_of_fact_is_scored_on_the_fixtures() {
    let scores = scores(&labels());
    let kinds = [
        ("columns", 200),
        ("columns, key", 200),
        ("composite keys", 10),
        ("connections: analysis", 10),
        ("constants: project", 10),
        ("globals: procedure-set", 40),
        ("globals: project", 60),
        ("globals, declared type", 100),
        ("initialization: effects", 25),
        ("initialization: effects of a run in order", 4),
        ("initialization: reads", 5),
        ("initialization: writes", 5),
    ];
    for (kind, least) in kinds {
        let labelled = scores.kinds.get(kind).map_or(0, |tally| tally.labelled);
        assert!(labelled >= least, "{kind}: {labelled}");
    }
}

#[test]
fn a_label_that_is_wrong_counts_as_missed_and_what_it_hid_as_false() {
    let mut labels = labels();
    let block = labels
        .declarations
        .iter_mut()
        .find(|block| block.file == "two-projects/SET_Billing.wdg")
        .unwrap();
    block.globals.as_mut().unwrap()[0].name = "gsOther".to_owned();
    let scores = scores(&labels);
    let tally = &scores.kinds["globals: procedure-set"];
    assert_eq!(tally.missed, ["two-projects/SET_Billing.wdg:18 gsOther"]);
    assert_eq!(
        tally.wrong,
        ["two-projects/SET_Billing.wdg:18 gsBillingRoot"]
    );
}

#[test]
fn a_file_that_the_corpus_does_not_have_is_named_and_not_scored() {
    let mut labels = Labels::default();
    let json = br#"[{"file": "nowhere/a.wdg", "context": "procedure-set", "globals": [], "constants": ["A"]}]"#;
    labels.add(json).unwrap();
    let scores = scores(&labels);
    assert!(scores.kinds.is_empty());
    assert_eq!(
        scores.absent.into_iter().collect::<Vec<_>>(),
        ["nowhere/a.wdg"]
    );
}

#[test]
fn a_project_that_is_not_the_selected_one_is_scored_too() {
    let scores = scores(&labels());
    let elsewhere: Vec<&str> = scores.elsewhere.iter().map(String::as_str).collect();
    assert!(
        elsewhere.contains(&"two-projects/apps/portal/SET_Portal.wdg (apps/portal/Portal.wwp)")
    );
}
