//! A look at the bytes of a file that tells most files without connections.

/// One of these is in all code that describes a connection, in any case: functions and types (`Connection`,
/// `HOuvreConnexion`, `SQLConnect`) and properties that have a place or a kind for value.
const WORDS: [&[u8; LENGTH]; 8] = [
    b"connec", b"connex", b".serve", b".datab", b".based", b".provi", b".exten", b".infos",
];

const LENGTH: usize = 6;

/// How far a window may move whose last byte is this one (Horspool's search, for all words at once).
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

/// Whether code may describe a connection. False is certain.
pub fn may_describe_connections(bytes: &[u8]) -> bool {
    let mut last = LENGTH - 1;
    while let Some(byte) = bytes.get(last) {
        let shift = usize::from(SHIFTS[usize::from(*byte)]);
        if shift > 0 {
            last += shift;
            continue;
        }
        let window = &bytes[last + 1 - LENGTH..=last];
        if WORDS
            .iter()
            .any(|word| window.eq_ignore_ascii_case(word.as_slice()))
        {
            return true;
        }
        last += 1;
    }
    false
}
