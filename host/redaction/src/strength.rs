//! Which values are so distinctive that they may be replaced wherever they stand.

/// A value of fewer bytes is never replaced by value: its text would match too much.
pub(crate) const LEAST_BYTES: usize = 8;

/// From this length on a value is distinctive whatever its characters are, unless it is words or digits alone.
const LONG: usize = 20;

/// Bits that a shorter value must hold (entropy × length).
const LEAST_BITS: f64 = 20.0;

/// Digits alone (a telephone number, a date) are distinctive only from this length on.
const LEAST_DIGITS: usize = 12;

/// The Shannon entropy of `value` in bits a character.
pub(crate) fn entropy(value: &str) -> f64 {
    let mut characters: Vec<char> = value.chars().collect();
    characters.sort_unstable();
    let length = characters.len() as f64;
    characters
        .chunk_by(|left, right| left == right)
        .map(|same| same.len() as f64 / length)
        .map(|share| -share * share.log2())
        .sum()
}

/// Whether `value` cannot well stand anywhere by chance: it is long or mixed, and neither a word, nor a name, nor a
/// number.
pub(crate) fn is_strong(value: &str) -> bool {
    if value.len() < LEAST_BYTES || is_wordlike(value) {
        return false;
    }
    // Numbers, versions, dates, addresses.
    if value
        .chars()
        .all(|character| character.is_ascii_digit() || ".,:/- ".contains(character))
    {
        return value.len() >= LEAST_DIGITS
            && entropy(value) >= 2.0
            && !value.contains(['.', ':', '/']);
    }
    let length = value.chars().count();
    let bits = entropy(value) * length as f64;
    bits >= LEAST_BITS && (length >= LONG || changes(value) >= 2)
}

/// Words, names and paths, of which each part is letters and then at most a few digits or marks (`admin`,
/// `Welcome2024!`, `user_name`, `WIN32_ERROR`).
fn is_wordlike(value: &str) -> bool {
    value
        .split(|character: char| " _-./\\'’,:".contains(character))
        .all(is_one_word)
}

/// Letters, not many of them capitals among small ones, then at most four digits and marks.
fn is_one_word(part: &str) -> bool {
    let word = part.trim_end_matches(|character: char| !character.is_alphabetic());
    let letters = word.chars().count();
    let capitals = word.chars().filter(|letter| letter.is_uppercase()).count();
    word.chars().all(char::is_alphabetic)
        && letters <= LONG
        && part.chars().count() - letters <= 5
        && (capitals == letters || capitals * 5 <= letters * 2)
}

/// How often the class of characters changes: lower case, upper case, digits, others.
fn changes(value: &str) -> usize {
    let class = |character: char| match character {
        _ if character.is_lowercase() => 0,
        _ if character.is_uppercase() => 1,
        _ if character.is_numeric() => 2,
        _ => 3,
    };
    let classes: Vec<u8> = value.chars().map(class).collect();
    classes.windows(2).filter(|pair| pair[0] != pair[1]).count()
}

#[cfg(test)]
mod tests {
    use super::{entropy, is_strong};

    #[test]
    fn entropy_counts_bits_a_character() {
        assert_eq!(entropy(""), 0.0);
        assert_eq!(entropy("aaaa"), 0.0);
        assert_eq!(entropy("abab"), 1.0);
        assert_eq!(entropy("äöüß"), 2.0);
    }

    #[test]
    fn words_names_and_numbers_are_weak() {
        for weak in [
            "1234",
            "admin",
            "monkey",
            "Welcome2024!",
            "passphrase",
            "user_name",
            "WIN32_ERROR",
            "1.302103",
            "192.168.100.200",
            "01/02/2026",
            "20260131",
            "GetUserName",
            "Customer.Name",
            "aaaaaaaaaaaaaaaaaaaaaaaa",
            "a1b2c3",
            "C:\\Projects\\Shop1",
            "motdepasse",
            "l'été est là",
            "C0_1",
        ] {
            assert!(!is_strong(weak), "{weak}");
        }
    }

    #[test]
    fn long_and_mixed_values_are_strong() {
        for strong in [
            "tr0ub4dor&3",
            "x7#Kp2!qL9",
            "9f86d081884c7d65",
            "Zq8-Lm3-Vb6",
            "kQ3zT9wPb",
            "correcthorsebatterystaplexyz",
            "482910573648",
            "é7#Kp2!qL9",
        ] {
            assert!(is_strong(strong), "{strong}");
        }
    }
}
