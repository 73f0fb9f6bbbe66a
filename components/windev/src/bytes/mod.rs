//! Looking through short stretches of bytes: names, values, lines, tags.
//!
//! In the sandbox a loop over bytes costs three to five times what it costs outside: each round looks at the runtime's
//! epoch, and a comparison of slices is a call. There sixteen bytes are looked at in one step instead (`block`). Natively
//! that is no quicker for the few bytes that most names and values have.

#[cfg(any(target_feature = "simd128", test))]
mod block;
#[cfg(not(target_feature = "simd128"))]
mod each;
#[cfg(test)]
mod tests;

#[cfg(target_feature = "simd128")]
use block as way;
#[cfg(any(target_feature = "simd128", test))]
pub(crate) use block::pair;
#[cfg(not(target_feature = "simd128"))]
use each as way;

/// Whether a byte can stand in a name of XML: those may hold any letter, in any encoding.
pub(crate) fn is_name_byte(byte: u8) -> bool {
    // Half of an analysis is names: a look into a table is quicker than the comparisons.
    static IS_NAME: [bool; 256] = {
        let mut is_name = [false; 256];
        let mut byte = 0_u8;
        loop {
            is_name[byte as usize] =
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b':' | b'-' | b'.' | 0x80..);
            if byte == u8::MAX {
                break is_name;
            }
            byte += 1;
        }
    };
    IS_NAME[usize::from(byte)]
}

/// Where a byte comes next, in a text where that is soon: most texts and values have a byte or two, and it
/// is found before a search would have begun.
pub(crate) fn soon(wanted: u8, bytes: &[u8]) -> Option<usize> {
    way::soon(wanted, bytes)
}

/// How many bytes a name of XML has that begins here.
pub(crate) fn name_length(bytes: &[u8]) -> usize {
    way::name_length(bytes)
}

/// How many ASCII letters, digits, `_`, `.` and `-` stand at the beginning.
pub(crate) fn key_length(bytes: &[u8]) -> usize {
    way::key_length(bytes)
}

/// How many spaces stand at the beginning.
pub(crate) fn spaces(bytes: &[u8]) -> usize {
    way::spaces(bytes)
}

/// Whether all is ASCII.
pub(crate) fn is_ascii(bytes: &[u8]) -> bool {
    way::is_ascii(bytes)
}

/// Where the first `>` is, and whether it is surely not in quotes: those before it are closed, and all of one kind.
pub(crate) fn tag_end(bytes: &[u8]) -> Option<(usize, bool)> {
    way::tag_end(bytes)
}

/// Whether two slices are the same. Of short ones a few words are compared, without a loop.
pub(crate) fn same(one: &[u8], other: &[u8]) -> bool {
    fn ends<const N: usize>(bytes: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
        Some((bytes.first_chunk()?, bytes.last_chunk()?))
    }
    one.len() == other.len()
        && match one.len() {
            0 => true,
            1 => one[0] == other[0],
            2..4 => ends::<2>(one) == ends(other),
            4..8 => ends::<4>(one) == ends(other),
            8..=16 => ends::<8>(one) == ends(other),
            _ => one == other,
        }
}

/// What follows a prefix, when the bytes begin with it.
pub(crate) fn after<'b>(prefix: &[u8], bytes: &'b [u8]) -> Option<&'b [u8]> {
    let (beginning, rest) = bytes.split_at_checked(prefix.len())?;
    same(beginning, prefix).then_some(rest)
}
