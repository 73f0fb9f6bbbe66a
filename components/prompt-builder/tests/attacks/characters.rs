//! Characters that no file may hold. The classes are those of the `regex` crate: the builder's own tables are what is
//! tested.

use regex::Regex;
use std::sync::LazyLock;

fn pattern(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

/// Characters that are not seen, or are seen elsewhere or as something else. The format characters that are taken
/// out are seen: signs around Arabic and Kaithi numbers.
static HIDDEN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"[[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\u{2800}]--[\n\t\u{600}-\u{605}\u{6DD}\u{890}-\u{891}\u{8E2}\u{110BD}\u{110CD}]]",
    )
});

/// No language stacks as many marks.
static FLOOD: LazyLock<Regex> = LazyLock::new(|| pattern(r"\p{M}{9}"));

/// What a file holds and nobody should have to read.
pub fn complaints(text: &str) -> Vec<String> {
    let hidden = HIDDEN
        .find(text)
        .map(|found| format!("hidden {:?}", found.as_str()));
    let flood = FLOOD
        .find(text)
        .map(|found| format!("a flood of marks at byte {}", found.start()));
    hidden.into_iter().chain(flood).collect()
}

/// Whether nothing of a text is seen.
pub fn is_blank(text: &str) -> bool {
    HIDDEN.replace_all(text, "").trim().is_empty()
}

#[test]
fn hidden_characters_and_floods_are_found_and_honest_ones_are_not() {
    for honest in [
        "Numéro\n\tЗаказ 名前 ẹ́ שָׁלוֹם",
        "\u{600} ½ \u{fffd}",
        "a\u{a0}b",
    ] {
        assert_eq!(complaints(honest), Vec::<String>::new(), "{honest:?}");
    }
    for hidden in [
        "\r",
        "\u{85}",
        "\u{2028}",
        "\u{200b}",
        "\u{202e}",
        "\u{e0041}",
        "\u{fe0f}",
        "\u{3164}",
        "\u{fff0}",
        "\u{fdd0}",
        "\u{e000}",
        "\u{2800}",
        "\0",
    ] {
        assert_eq!(complaints(hidden).len(), 1, "{hidden:?}");
        assert!(is_blank(hidden), "{hidden:?}");
    }
    assert_eq!(complaints(&"\u{301}".repeat(9)).len(), 1);
}
