//! What is redacted in the fixtures is listed without its text.

use accuracy::literals::{Judged, Literals, count};
use std::path::Path;

fn fixtures() -> Literals {
    count(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")).unwrap()
}

#[test]
fn redacted_literals_are_listed_by_their_place_and_never_by_their_text() {
    let literals = fixtures();
    assert!(literals.total() > 100, "{literals:?}");
    let printed = Judged::new(&literals, "").to_string();
    // The default value of a password that is read from a file of settings.
    let line = "harmless webdev-shop/Boutique.wwp:282: gsMotDePasseAdmin = INIRead(\"…\",\"…\", [REDACTED:password], gsFichierIni)";
    assert!(printed.lines().any(|found| found == line), "{printed}");
    assert!(!printed.contains("S3cr3t"), "{printed}");
}

#[test]
fn what_a_person_takes_for_a_secret_is_not_harmless() {
    let literals = fixtures();
    let places: Vec<&str> = literals
        .redacted
        .iter()
        .map(|(place, _)| place.as_str())
        .collect();
    let all = places.join("\n");
    assert_eq!(Judged::new(&literals, &all).harmless(), 0);
    assert_eq!(
        Judged::new(&literals, "# none\n\n").harmless(),
        places.len()
    );
    let first = places[0];
    let on_first = places.iter().filter(|place| **place == first).count();
    assert_eq!(
        Judged::new(&literals, first).harmless(),
        places.len() - on_first
    );
}
