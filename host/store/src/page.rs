//! Lists in parts: newest first, stable while something is added.

use crate::scope::AnyQuery;
use crate::time::Timestamp;
use std::fmt;
use std::str::FromStr;

/// Which part of a list is wanted.
#[derive(Debug, Clone, Default)]
pub struct Page {
    after: Option<Cursor>,
    limit: Option<u32>,
}

impl Page {
    /// So many entries at most, and so many if nothing else is asked for.
    pub const LIMIT: u32 = 100;

    /// The first part.
    pub fn first() -> Self {
        Self::default()
    }

    /// The part after a cursor, see [`Listed::next`].
    pub fn after(cursor: Cursor) -> Self {
        Self {
            after: Some(cursor),
            limit: None,
        }
    }

    /// With so many entries, at least one and at most [`Page::LIMIT`].
    pub fn limit(self, limit: u32) -> Self {
        Self {
            limit: Some(limit.clamp(1, Self::LIMIT)),
            ..self
        }
    }

    fn size(&self) -> i64 {
        self.limit.unwrap_or(Self::LIMIT).into()
    }

    /// Binds the entry before the part, and one entry more than are wanted. All entries are before the end of time.
    pub(crate) fn bind(&self, query: AnyQuery) -> AnyQuery {
        let (created_at, id) = match &self.after {
            Some(cursor) => (cursor.created_at.milliseconds(), &*cursor.id),
            None => (i64::MAX, ""),
        };
        query.bind(created_at).bind(id).bind(self.size() + 1)
    }
}

/// A part of a list.
#[derive(Debug, Clone)]
pub struct Listed<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Where the next part begins, if there is one.
    pub next: Option<Cursor>,
}

impl<T> Listed<T> {
    /// Cuts what was asked for with one entry more, which only tells whether there are more.
    pub(crate) fn cut(
        mut items: Vec<T>,
        page: &Page,
        place: impl Fn(&T) -> (Timestamp, &str),
    ) -> Self {
        let size = usize::try_from(page.size()).unwrap_or(usize::MAX);
        let more = items.len() > size;
        items.truncate(size);
        let next = items.last().filter(|_| more).map(|last| {
            let (created_at, id) = place(last);
            Cursor {
                created_at,
                id: id.into(),
            }
        });
        Self { items, next }
    }
}

/// A place in a list. Its text is opaque to whoever passes it on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    created_at: Timestamp,
    id: Box<str>,
}

/// A text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is no cursor; take `next` of the part before as it is, or none for the first part")]
pub struct InvalidCursor;

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (created_at, id) = text.split_once('.').ok_or(InvalidCursor)?;
        let created_at = created_at.parse().map_err(|_| InvalidCursor)?;
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        match id.len() <= 64 && id.bytes().all(plain) {
            true => Ok(Self {
                created_at: Timestamp::from_milliseconds(created_at),
                id: id.into(),
            }),
            false => Err(InvalidCursor),
        }
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.created_at.milliseconds(), self.id)
    }
}
