//! Sixteen bytes in one step.

use super::is_name_byte;
use memchr::memchr;
#[cfg(not(target_feature = "simd128"))]
use plain::Block;
#[cfg(target_feature = "simd128")]
use simd::Block;

const WIDTH: usize = 16;

pub(super) fn soon(wanted: u8, bytes: &[u8]) -> Option<usize> {
    match bytes.first_chunk() {
        Some(block) => {
            let near = first(Block::new(block).equal(wanted));
            near.or_else(|| memchr(wanted, bytes))
        }
        None => bytes.iter().position(|byte| *byte == wanted),
    }
}

pub(super) fn name_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(block) = bytes[at..].first_chunk() {
        if let Some(end) = first(!Block::new(block).names() & ALL) {
            return at + end;
        }
        at += WIDTH;
    }
    let rest = bytes[at..].iter();
    at + rest.take_while(|byte| is_name_byte(**byte)).count()
}

pub(super) fn key_length(bytes: &[u8]) -> usize {
    length(bytes, Block::keys)
}

pub(super) fn spaces(bytes: &[u8]) -> usize {
    length(bytes, |block| block.equal(b' '))
}

/// How many bytes of a kind stand at the beginning. Zero is of none.
fn length(bytes: &[u8], of_kind: impl Fn(Block) -> Bits) -> usize {
    let mut at = 0;
    loop {
        // Behind the end there are zeros, which end it.
        if let Some(end) = first(!of_kind(Block::of(&bytes[at..])) & ALL) {
            return at + end;
        }
        at += WIDTH;
    }
}

pub(super) fn is_ascii(bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        if Block::of(&bytes[at..]).beyond_ascii() != 0 {
            return false;
        }
        at += WIDTH;
    }
    true
}

pub(super) fn tag_end(bytes: &[u8]) -> Option<(usize, bool)> {
    let (mut at, mut quotes, mut is_plain) = (0, 0, true);
    while at < bytes.len() {
        let block = Block::of(&bytes[at..]);
        let ends = block.equal(b'>');
        // The bits below the first one, all when there is none.
        let before = (ends & ends.wrapping_neg()).wrapping_sub(1) & ALL;
        quotes += (block.equal(b'"') & before).count_ones();
        is_plain &= block.equal(b'\'') & before == 0;
        if let Some(end) = first(ends) {
            return Some((at + end, is_plain && quotes.is_multiple_of(2)));
        }
        at += WIDTH;
    }
    None
}

/// Where one of the pairs of bytes comes next, which are in small letters; letters in the text are of any case. What it
/// says may be wrong for bytes that are no letters, and is for whoever asks to check.
pub(crate) fn pair<const N: usize>(bytes: &[u8], pairs: &[[u8; 2]; N]) -> Option<usize> {
    let mut at = 0;
    while at + 1 < bytes.len() {
        let (block, next) = (Block::of(&bytes[at..]), Block::of(&bytes[at + 1..]));
        if let Some(found) = first(block.pairs(next, pairs)) {
            return Some(at + found);
        }
        at += WIDTH;
    }
    None
}

/// A bit for each byte of a block, that of the first byte lowest.
type Bits = u32;

const ALL: Bits = (1 << WIDTH) - 1;

fn first(bits: Bits) -> Option<usize> {
    (bits != 0).then(|| bits.trailing_zeros() as usize)
}

impl Block {
    /// The first sixteen bytes, with zeros behind the end.
    fn of(bytes: &[u8]) -> Self {
        match bytes.first_chunk() {
            Some(block) => Block::new(block),
            None => Block::of_few(bytes),
        }
    }

    /// Not a part of every loop: few loops come to the end of a text. What it gives is in a register and not, as two words
    /// would be, in memory, from where a processor that has just written the halves is slow to read the whole.
    #[inline(never)]
    fn of_few(bytes: &[u8]) -> Self {
        let (low, high) = words_of_few(bytes);
        Block::of_words(low, high)
    }
}

/// Fewer than sixteen bytes as two words, with zeros behind the end.
fn words_of_few(bytes: &[u8]) -> (u64, u64) {
    // Words that overlap say the same where they do.
    let missing = |width: usize| 8 * (width - bytes.len()) as u32;
    match bytes.len() {
        0 => (0, 0),
        1 => (u64::from(bytes[0]), 0),
        2..4 => {
            let (low, high) = ends(bytes, u16::from_le_bytes);
            (u64::from(low) | u64::from(high) << 16 >> missing(4), 0)
        }
        4..8 => {
            let (low, high) = ends(bytes, u32::from_le_bytes);
            (u64::from(low) | u64::from(high) << 32 >> missing(8), 0)
        }
        8 => (ends(bytes, u64::from_le_bytes).0, 0),
        _ => {
            let (low, high) = ends(bytes, u64::from_le_bytes);
            (low, high >> missing(WIDTH))
        }
    }
}

/// The first and the last word.
fn ends<const N: usize, W>(bytes: &[u8], word: impl Fn([u8; N]) -> W) -> (W, W) {
    let first = bytes.first_chunk().copied().unwrap_or([0; N]);
    let last = bytes.last_chunk().copied().unwrap_or([0; N]);
    (word(first), word(last))
}

#[cfg(target_feature = "simd128")]
mod simd {
    use super::{Bits, WIDTH, ends};
    use std::arch::wasm32::{
        u8x16_bitmask, u8x16_eq, u8x16_le, u8x16_splat, u8x16_sub, u64x2, v128, v128_and, v128_or,
    };

    #[derive(Clone, Copy)]
    pub(super) struct Block(v128);

    impl Block {
        pub(super) fn new(bytes: &[u8; WIDTH]) -> Self {
            let (low, high) = ends(bytes, u64::from_le_bytes);
            Block::of_words(low, high)
        }

        pub(super) fn of_words(low: u64, high: u64) -> Self {
            Block(u64x2(low, high))
        }

        pub(super) fn equal(self, byte: u8) -> Bits {
            Bits::from(u8x16_bitmask(u8x16_eq(self.0, u8x16_splat(byte))))
        }

        pub(super) fn beyond_ascii(self) -> Bits {
            // The highest bit of each byte is what the mask is made of.
            Bits::from(u8x16_bitmask(self.0))
        }

        pub(super) fn keys(self) -> Bits {
            Bits::from(u8x16_bitmask(self.of_keys()))
        }

        pub(super) fn names(self) -> Bits {
            let colons = u8x16_eq(self.0, u8x16_splat(b':'));
            // The highest bit of each byte is what the mask is made of.
            let all = v128_or(v128_or(self.of_keys(), colons), self.0);
            Bits::from(u8x16_bitmask(all))
        }

        /// Where one of the pairs begins; `next` is the block one byte further.
        pub(super) fn pairs<const N: usize>(self, next: Self, pairs: &[[u8; 2]; N]) -> Bits {
            // Capital letters become small ones.
            let small = |bytes: v128| v128_or(bytes, u8x16_splat(0x20));
            let (here, next) = (small(self.0), small(next.0));
            let found = pairs.iter().fold(u8x16_splat(0), |found, [one, other]| {
                let begins = u8x16_eq(here, u8x16_splat(*one));
                let ends = u8x16_eq(next, u8x16_splat(*other));
                v128_or(found, v128_and(begins, ends))
            });
            Bits::from(u8x16_bitmask(found))
        }

        fn of_keys(self) -> v128 {
            let between = |bytes: v128, first: u8, last: u8| {
                let above = u8x16_sub(bytes, u8x16_splat(first));
                u8x16_le(above, u8x16_splat(last - first))
            };
            // Capital letters become small ones; what becomes a letter thereby was one.
            let letters = between(v128_or(self.0, u8x16_splat(0x20)), b'a', b'z');
            let digits = between(self.0, b'0', b'9');
            let signs = between(self.0, b'-', b'.');
            let underscores = u8x16_eq(self.0, u8x16_splat(b'_'));
            v128_or(v128_or(letters, digits), v128_or(signs, underscores))
        }
    }
}

/// What the tests run natively: all but the instructions.
#[cfg(not(target_feature = "simd128"))]
mod plain {
    use super::super::{each, is_name_byte};
    use super::{Bits, WIDTH};

    #[derive(Clone, Copy)]
    pub(super) struct Block([u8; WIDTH]);

    impl Block {
        pub(super) fn new(bytes: &[u8; WIDTH]) -> Self {
            Block(*bytes)
        }

        pub(super) fn of_words(low: u64, high: u64) -> Self {
            let both = u128::from(low) | u128::from(high) << 64;
            Block(both.to_le_bytes())
        }

        pub(super) fn equal(self, byte: u8) -> Bits {
            self.bits(|found| found == byte)
        }

        pub(super) fn beyond_ascii(self) -> Bits {
            self.bits(|found| !found.is_ascii())
        }

        pub(super) fn keys(self) -> Bits {
            self.bits(each::is_key_byte)
        }

        pub(super) fn names(self) -> Bits {
            self.bits(is_name_byte)
        }

        pub(super) fn pairs<const N: usize>(self, next: Self, pairs: &[[u8; 2]; N]) -> Bits {
            pairs.iter().fold(0, |bits, [one, other]| {
                let begins = self.bits(|byte| byte | 0x20 == *one);
                bits | begins & next.bits(|byte| byte | 0x20 == *other)
            })
        }

        fn bits(self, is_wanted: impl Fn(u8) -> bool) -> Bits {
            let bytes = self.0.into_iter().enumerate();
            bytes.fold(0, |bits, (at, byte)| {
                bits | Bits::from(is_wanted(byte)) << at
            })
        }
    }
}
