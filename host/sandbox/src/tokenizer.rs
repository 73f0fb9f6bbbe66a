//! Counting tokens for prompt builders.

use crate::bindings::tokenizer::Host;
use crate::call::Clock;
use std::fmt;
use std::sync::Arc;

/// Counts the tokens of a text.
#[derive(Clone)]
pub struct Tokenizer {
    name: String,
    count: Arc<dyn Fn(&str) -> u32 + Send + Sync>,
}

impl Tokenizer {
    /// A tokenizer of a name. It is called on the thread of a call, with at most [`PIECE`] bytes or one longer line.
    pub fn new(name: &str, count: impl Fn(&str) -> u32 + Send + Sync + 'static) -> Self {
        Tokenizer {
            name: name.to_owned(),
            count: Arc::new(count),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many tokens a text is.
    pub fn count(&self, text: &str) -> u32 {
        pieces(text).map(|piece| (self.count)(piece)).sum()
    }
}

impl fmt::Debug for Tokenizer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("Tokenizer")
            .field(&self.name)
            .finish()
    }
}

/// A longer text is counted in pieces of about this length, in bytes, each of whole lines. Between two of them a call
/// can end; and no tokenizer of today makes one token of the end of a line and the beginning of the next.
pub const PIECE: usize = 64 << 10;

fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut end = rest.len().min(PIECE);
        while !rest.is_char_boundary(end) {
            end -= 1;
        }
        if end < rest.len()
            && let Some(line) = rest[..end].rfind('\n')
        {
            end = line + 1;
        }
        let (piece, others) = rest.split_at(end);
        rest = others;
        Some(piece)
    })
}

/// What a guest counts with. The host computes here, where no epoch interrupts it.
pub(crate) struct Counter {
    pub(crate) tokenizer: Option<Tokenizer>,
    pub(crate) clock: Clock,
}

impl Host for Counter {
    fn count(&mut self, text: String) -> wasmtime::Result<u32> {
        let Some(tokenizer) = &self.tokenizer else {
            return Ok(0);
        };
        let mut count = 0_u32;
        for piece in pieces(&text) {
            self.clock.check()?;
            count = count.saturating_add((tokenizer.count)(piece));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counting_ends_with_the_call() {
        let mut counter = Counter {
            tokenizer: Some(Tokenizer::new("bytes", |text| text.len() as u32)),
            clock: Clock::ending_in(std::time::Duration::from_secs(60)),
        };
        assert_eq!(counter.count("abc".to_owned()).unwrap(), 3);
        counter.clock = Clock::ending_in(std::time::Duration::ZERO);
        assert!(counter.count("abc".to_owned()).is_err());
    }

    #[test]
    fn a_long_text_is_counted_in_pieces_of_whole_lines() {
        let text = "0123456789abcde\n".repeat(10_000);
        let lengths: Vec<usize> = pieces(&text).map(str::len).collect();
        assert_eq!(lengths, [PIECE, PIECE, 160_000 - 2 * PIECE]);
        let line = "é".repeat(PIECE);
        assert_eq!(pieces(&line).map(str::len).sum::<usize>(), line.len());
        assert_eq!(pieces("").count(), 0);
    }
}
