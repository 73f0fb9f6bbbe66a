//! Sixteen bytes in one step.

use super::each;

#[cfg(not(target_feature = "simd128"))]
use plain::Block;
#[cfg(target_feature = "simd128")]
use simd::Block;

const WIDTH: usize = 16;

pub(super) fn near(wanted: u8, bytes: &[u8]) -> Option<usize> {
    match Block::first(bytes) {
        Some(block) => first(block.equal(wanted)),
        None => bytes.iter().position(|byte| *byte == wanted),
    }
}

pub(super) fn name_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(block) = Block::first(&bytes[at..]) {
        if let Some(end) = first(!block.names() & ALL) {
            return at + end;
        }
        at += WIDTH;
    }
    at + each::name_length(&bytes[at..])
}

pub(super) fn tag_end(bytes: &[u8]) -> Option<(usize, bool)> {
    let (mut at, mut quotes, mut is_plain) = (0, 0, true);
    while let Some(block) = Block::first(&bytes[at..]) {
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
    let (end, is_outside) = each::tag_end(&bytes[at..])?;
    let is_outside = is_outside && is_plain && quotes.is_multiple_of(2);
    Some((at + end, is_outside))
}

/// A bit for each byte of a block, that of the first byte lowest.
type Bits = u32;

const ALL: Bits = (1 << WIDTH) - 1;

fn first(bits: Bits) -> Option<usize> {
    (bits != 0).then(|| bits.trailing_zeros() as usize)
}

#[cfg(target_feature = "simd128")]
mod simd {
    use super::{Bits, WIDTH};
    use std::arch::wasm32::{
        i8x16_lt, i8x16_splat, u8x16_bitmask, u8x16_eq, u8x16_le, u8x16_splat, u8x16_sub, u64x2,
        v128, v128_or,
    };

    #[derive(Clone, Copy)]
    pub(super) struct Block(v128);

    impl Block {
        pub(super) fn first(bytes: &[u8]) -> Option<Self> {
            let bytes = u128::from_le_bytes(*bytes.first_chunk::<WIDTH>()?);
            Some(Block(u64x2(bytes as u64, (bytes >> 64) as u64)))
        }

        pub(super) fn equal(self, byte: u8) -> Bits {
            Bits::from(u8x16_bitmask(u8x16_eq(self.0, u8x16_splat(byte))))
        }

        /// The bytes of names, as [`super::each::is_name_byte`] has them.
        pub(super) fn names(self) -> Bits {
            let between = |bytes: v128, first: u8, last: u8| {
                u8x16_le(
                    u8x16_sub(bytes, u8x16_splat(first)),
                    u8x16_splat(last - first),
                )
            };
            let small = v128_or(self.0, u8x16_splat(0x20));
            let letters = v128_or(between(small, b'a', b'z'), i8x16_lt(self.0, i8x16_splat(0)));
            let digits = v128_or(between(self.0, b'0', b':'), between(self.0, b'-', b'.'));
            let underscores = u8x16_eq(self.0, u8x16_splat(b'_'));
            Bits::from(u8x16_bitmask(v128_or(
                v128_or(letters, digits),
                underscores,
            )))
        }
    }
}

/// What the tests run natively, so that they reach all but the instructions.
#[cfg(not(target_feature = "simd128"))]
mod plain {
    use super::{Bits, WIDTH, each};

    #[derive(Clone, Copy)]
    pub(super) struct Block([u8; WIDTH]);

    impl Block {
        pub(super) fn first(bytes: &[u8]) -> Option<Self> {
            bytes.first_chunk().copied().map(Block)
        }

        pub(super) fn equal(self, byte: u8) -> Bits {
            self.bits(|found| found == byte)
        }

        pub(super) fn names(self) -> Bits {
            self.bits(each::is_name_byte)
        }

        fn bits(self, is_wanted: impl Fn(u8) -> bool) -> Bits {
            let bytes = self.0.into_iter().enumerate();
            bytes.fold(0, |bits, (at, byte)| {
                bits | Bits::from(is_wanted(byte)) << at
            })
        }
    }
}
