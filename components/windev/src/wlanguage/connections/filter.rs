//! A look at the bytes of a file that tells most files without connections.

/// One of these is in all code that describes a connection, in any case: functions and types (`Connection`,
/// `HOuvreConnexion`, `SQLConnect`) and properties that have a place or a kind for value.
const WORDS: [&[u8; LENGTH]; 8] = [
    b"connec", b"connex", b".serve", b".datab", b".based", b".provi", b".exten", b".infos",
];

const LENGTH: usize = 6;

/// Whether code may describe a connection. False is certain.
pub fn may_describe_connections(bytes: &[u8]) -> bool {
    #[cfg(target_feature = "simd128")]
    return pairs::has_word(bytes);
    #[cfg(not(target_feature = "simd128"))]
    shifts::has_word(bytes)
}

fn is_word(window: &[u8]) -> bool {
    let mut words = WORDS.iter();
    words.any(|word| window.eq_ignore_ascii_case(*word))
}

/// Sixteen bytes in one step, as the sandbox has them.
#[cfg(any(target_feature = "simd128", test))]
mod pairs {
    use super::{LENGTH, is_word};
    use crate::bytes::pair;

    /// Of each word two bytes that seldom stand side by side elsewhere: its first two, or those behind `co`.
    const PAIRS: [[u8; 2]; 7] = [*b"nn", *b".s", *b".d", *b".b", *b".p", *b".e", *b".i"];

    pub(super) fn has_word(bytes: &[u8]) -> bool {
        let mut at = 0;
        while let Some(found) = pair(&bytes[at..], &PAIRS) {
            at += found;
            if is_in_word(bytes, at) {
                return true;
            }
            at += 1;
        }
        false
    }

    fn is_in_word(bytes: &[u8], at: usize) -> bool {
        let begin = match bytes[at] {
            b'.' => at,
            _ => at.saturating_sub(b"co".len()),
        };
        let window = bytes.get(begin..begin + LENGTH);
        window.is_some_and(is_word)
    }
}

/// Horspool's search, for all words at once.
#[cfg(not(target_feature = "simd128"))]
mod shifts {
    use super::{LENGTH, WORDS, is_word};

    /// How far a window may move whose last byte is this one.
    const SHIFTS: [u8; 256] = {
        let mut shifts = [LENGTH as u8; 256];
        let mut word = 0;
        while word < WORDS.len() {
            let mut at = 0;
            while at < LENGTH {
                let shift = (LENGTH - 1 - at) as u8;
                let byte = WORDS[word][at];
                let upper = byte.to_ascii_uppercase();
                if shift < shifts[byte as usize] {
                    shifts[byte as usize] = shift;
                    shifts[upper as usize] = shift;
                }
                at += 1;
            }
            word += 1;
        }
        shifts
    };

    pub(super) fn has_word(bytes: &[u8]) -> bool {
        let mut last = LENGTH - 1;
        while let Some(byte) = bytes.get(last) {
            let shift = usize::from(SHIFTS[usize::from(*byte)]);
            if shift > 0 {
                last += shift;
                continue;
            }
            if is_word(&bytes[last + 1 - LENGTH..=last]) {
                return true;
            }
            last += 1;
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{WORDS, pairs, shifts};
    use proptest::collection::vec;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_ways_find_a_word_wherever_it_stands(
            before in "[a-eno.N \\n]{0,40}",
            word in prop::sample::select(WORDS.to_vec()),
            capitals in any::<u8>(),
            after in "[a-eno.N \\n]{0,40}",
        ) {
            let word: Vec<u8> = word.iter().enumerate().map(|(at, byte)| match capitals >> at & 1 {
                0 => *byte,
                _ => byte.to_ascii_uppercase(),
            }).collect();
            let text = [before.as_bytes(), &word, after.as_bytes()].concat();
            prop_assert!(pairs::has_word(&text) && shifts::has_word(&text));
        }

        #[test]
        fn both_ways_agree(bytes in vec(prop_oneof![
            8 => prop::sample::select(b".connecxsrvdatbipf CONNEC".to_vec()),
            1 => any::<u8>(),
        ], 0..120)) {
            prop_assert_eq!(pairs::has_word(&bytes), shifts::has_word(&bytes));
        }
    }
}
