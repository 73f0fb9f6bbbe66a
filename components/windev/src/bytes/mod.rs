//! Looking through short stretches of bytes: names, values, tags.
//!
//! In the sandbox a loop over bytes costs three to five times what it costs outside: each round looks at the runtime's
//! epoch, and a comparison of slices is a call. There sixteen bytes are looked at in one step instead ([`block`]). Natively
//! that is no quicker for the few bytes that most names and values have.

#[cfg(any(target_feature = "simd128", test))]
mod block;
mod each;
#[cfg(test)]
mod tests;

#[cfg(target_feature = "simd128")]
use block as way;
#[cfg(not(target_feature = "simd128"))]
use each as way;

pub(crate) use each::is_name_byte;

/// Where a byte comes next, in a text where that is soon: most texts and values have a byte or two, and it is found before
/// a search would have begun.
pub(crate) fn soon(wanted: u8, bytes: &[u8]) -> Option<usize> {
    way::near(wanted, bytes).or_else(|| memchr::memchr(wanted, bytes))
}

/// How many bytes a name of XML has that begins here.
pub(crate) fn name_length(bytes: &[u8]) -> usize {
    way::name_length(bytes)
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
