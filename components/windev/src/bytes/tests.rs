use super::{after, block, each, same};
use proptest::collection::vec;
use proptest::prelude::*;

/// Bytes that tags and lines are made of, and others.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![
        4 => prop::sample::select(b"aZ0_:-. =\"'<>/\t\n\x80\xe9".to_vec()),
        1 => any::<u8>(),
        8 => Just(b'n'),
    ];
    let spaces = vec(Just(b' '), 0..40);
    (spaces, vec(byte, 0..80)).prop_map(|(spaces, bytes)| [spaces, bytes].concat())
}

proptest! {
    #[test]
    fn a_step_of_sixteen_bytes_finds_what_one_after_the_other_finds(
        bytes in bytes(),
        start in any::<prop::sample::Index>(),
        wanted in 1..=u8::MAX,
    ) {
        let bytes = &bytes[start.index(bytes.len() + 1)..];
        prop_assert_eq!(block::name_length(bytes), each::name_length(bytes));
        prop_assert_eq!(block::key_length(bytes), each::key_length(bytes));
        prop_assert_eq!(block::spaces(bytes), each::spaces(bytes));
        prop_assert_eq!(block::is_ascii(bytes), each::is_ascii(bytes));
        prop_assert_eq!(block::tag_end(bytes), each::tag_end(bytes));
        for wanted in [wanted, b'<', b'"', b'n'] {
            let all = bytes.iter().position(|byte| *byte == wanted);
            prop_assert_eq!(block::soon(wanted, bytes), all);
            prop_assert_eq!(each::soon(wanted, bytes), all);
        }
    }

    #[test]
    fn slices_are_the_same_when_every_byte_is(
        one in vec(any::<u8>(), 0..40),
        at in any::<prop::sample::Index>(),
        bit in 0..8_u32,
    ) {
        prop_assert!(same(&one, &one.clone()));
        let longer = [&*one, b"x"].concat();
        prop_assert!(!same(&one, &longer));
        prop_assert_eq!(after(&one, &longer), Some(&b"x"[..]));
        prop_assert_eq!(after(&longer, &one), None);
        if !one.is_empty() {
            let mut other = one.clone();
            other[at.index(one.len())] ^= 1 << bit;
            prop_assert!(!same(&one, &other));
            prop_assert_eq!(after(&other, &longer), None);
        }
    }
}
