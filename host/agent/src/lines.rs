//! Lines out of chunks of bytes, in bounded memory.

/// A line of output, or that there was one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A line without its end.
    Whole(Vec<u8>),
    /// A line longer than the limit, with its length so far as it was seen.
    TooLong(u64),
}

/// Collects lines. It holds at most one line of the greatest length.
#[derive(Debug)]
pub(crate) struct Lines {
    line: Vec<u8>,
    limit: usize,
    /// The bytes of a line that is being left out.
    left_out: u64,
}

impl Lines {
    pub(crate) fn new(limit: usize) -> Self {
        Self {
            line: Vec::new(),
            limit,
            left_out: 0,
        }
    }

    /// Takes from the front of the bytes up to the end of a line; none if they hold no end of a line, and then they are
    /// all taken.
    pub(crate) fn next(&mut self, bytes: &mut &[u8]) -> Option<Line> {
        let end = memchr::memchr(b'\n', bytes);
        let (piece, rest) = match end {
            Some(end) => (&bytes[..end], &bytes[end + 1..]),
            None => (*bytes, &bytes[bytes.len()..]),
        };
        *bytes = rest;
        if self.left_out > 0 || self.line.len() + piece.len() > self.limit {
            self.left_out += (self.line.len() + piece.len()) as u64;
            // The memory is given back, not kept for the next line.
            self.line = Vec::new();
        } else {
            self.line.extend_from_slice(piece);
        }
        end.map(|_| self.take())
    }

    /// The last line, if it has no end.
    pub(crate) fn end(&mut self) -> Option<Line> {
        (self.left_out > 0 || !self.line.is_empty()).then(|| self.take())
    }

    fn take(&mut self) -> Line {
        match std::mem::take(&mut self.left_out) {
            0 => Line::Whole(std::mem::take(&mut self.line)),
            left_out => Line::TooLong(left_out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(limit: usize, chunks: &[&[u8]]) -> Vec<Line> {
        let mut lines = Lines::new(limit);
        let mut found = Vec::new();
        for &chunk in chunks {
            let mut rest = chunk;
            while !rest.is_empty() {
                found.extend(lines.next(&mut rest));
            }
        }
        found.extend(lines.end());
        found
    }

    fn whole(text: &str) -> Line {
        Line::Whole(text.into())
    }

    #[test]
    fn lines_go_across_chunks_and_the_last_needs_no_end() {
        let found = lines(10, &[b"a\nb", b"c\n\n", b"d"]);
        assert_eq!(found, [whole("a"), whole("bc"), whole(""), whole("d")]);
    }

    #[test]
    fn a_line_that_is_too_long_is_left_out_and_the_next_is_read() {
        let found = lines(4, &[b"abc", b"de", b"fgh\nijkl\n", b"mnopq"]);
        assert_eq!(found, [Line::TooLong(8), whole("ijkl"), Line::TooLong(5)]);
    }

    #[test]
    fn a_line_without_end_does_not_grow() {
        let mut lines = Lines::new(1_000);
        let chunk = vec![b'a'; 64 << 10];
        for _ in 0..16_384 {
            assert_eq!(lines.next(&mut chunk.as_slice()), None);
            assert!(lines.line.capacity() <= 2_000);
        }
        assert_eq!(lines.end(), Some(Line::TooLong(1 << 30)));
    }
}
