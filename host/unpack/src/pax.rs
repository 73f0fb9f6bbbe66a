//! PAX extended headers, as far as they say where and what an entry is.

use crate::error::{EntryKind, UnpackError};
use crate::name::EntryName;

/// What the header before an entry says of it. Times, owners and attributes are nothing to us.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Pax {
    pub(crate) path: Option<Vec<u8>>,
    pub(crate) size: Option<u64>,
    pub(crate) link: bool,
}

impl Pax {
    /// Reads `length key=value\n` records. A value may hold anything, line breaks too.
    pub(crate) fn read(entry: &EntryName, mut bytes: &[u8]) -> Result<Self, UnpackError> {
        let mut pax = Pax::default();
        while !bytes.is_empty() {
            let (key, value, rest) = record(bytes)
                .ok_or_else(|| UnpackError::corrupt(Some(entry), "a PAX header is not one"))?;
            let twice = || UnpackError::contradiction(entry, "a PAX header says a thing twice");
            match key {
                b"path" if pax.path.replace(value.to_vec()).is_some() => return Err(twice()),
                b"size" => {
                    let size = number(value).ok_or_else(|| {
                        UnpackError::corrupt(Some(entry), "a size in a PAX header is none")
                    })?;
                    if pax.size.replace(size).is_some() {
                        return Err(twice());
                    }
                }
                b"linkpath" => pax.link = true,
                _ if key.starts_with(b"GNU.sparse.") => {
                    let kind = EntryKind::Sparse;
                    let entry = entry.clone();
                    return Err(UnpackError::Kind { entry, kind });
                }
                _ => {}
            }
            bytes = rest;
        }
        Ok(pax)
    }
}

/// The first record's key and value, and what follows it.
fn record(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    // A length has at most 20 digits: what is no record is not searched to its end.
    let digits = bytes.iter().take(21).position(|byte| *byte == b' ')?;
    let length = usize::try_from(number(&bytes[..digits])?).ok()?;
    let (record, rest) = bytes.split_at_checked(length)?;
    let text = record.get(digits + 1..)?.strip_suffix(b"\n")?;
    let equals = text.iter().position(|byte| *byte == b'=')?;
    Some((&text[..equals], &text[equals + 1..], rest))
}

fn number(digits: &[u8]) -> Option<u64> {
    if !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(digits).ok()?.parse().ok()
}
