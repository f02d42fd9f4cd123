//! A document as a line of JSON (RFC 8259).

use core::ops::Range;

use super::{DocumentMembers, Parsed};

/// Reads the document at the start of these octets, which ends with a line feed or, after the last, with the
/// input. Empty lines before it are passed over.
pub(super) fn parse(octets: &[u8], has_ended: bool) -> Parsed {
    let start = octets.iter().position(|octet| !is_space(*octet));
    let Some(start) = start else {
        return Parsed::Cut;
    };
    let rest = octets.get(start..).unwrap_or_default();
    let end = rest.iter().position(|octet| *octet == b'\n');
    let line = match end {
        Some(end) => rest.get(..end).unwrap_or_default(),
        None if has_ended => rest,
        None => return Parsed::Cut,
    };
    let mut cursor = JsonCursor {
        octets: line,
        at: 0,
    };
    match cursor.document() {
        Some(members) => {
            let len = line.len().saturating_add(start);
            let feed = usize::from(end.is_some());
            Parsed::Whole(members.moved(start), len.saturating_add(feed))
        }
        None => Parsed::Malformed("is not an object of JSON"),
    }
}

const fn is_space(octet: u8) -> bool {
    matches!(octet, b' ' | b'\t' | b'\r' | b'\n')
}

impl DocumentMembers {
    /// The same, counted from a start `by` octets earlier.
    fn moved(mut self, by: usize) -> Self {
        let ranges = [&mut self.exporter, &mut self.received, &mut self.payload];
        for range in ranges.into_iter().flatten() {
            range.start = range.start.saturating_add(by);
            range.end = range.end.saturating_add(by);
        }
        self
    }
}

/// A place in a line. Each method returns `None` where the line is not JSON.
struct JsonCursor<'l> {
    octets: &'l [u8],
    at: usize,
}

impl JsonCursor<'_> {
    fn document(&mut self) -> Option<DocumentMembers> {
        let mut members = DocumentMembers::default();
        self.take(b'{')?;
        if self.peek()? == b'}' {
            self.take(b'}')?;
        } else {
            loop {
                self.member(&mut members)?;
                match self.next()? {
                    b',' => {}
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        self.peek().is_none().then_some(members)
    }

    fn member(&mut self, members: &mut DocumentMembers) -> Option<()> {
        let key = self.string()?;
        self.take(b':')?;
        match self.octets.get(key)? {
            b"exporter" => members.exporter = Some(self.string()?),
            b"received" => members.received = Some(self.string()?),
            b"payload" => members.payload = Some(self.string()?),
            b"port" => members.port = Some(self.number()?),
            _ => self.skip()?,
        }
        Some(())
    }

    /// The octets of a string between its quotes, with its escapes.
    fn string(&mut self) -> Option<Range<usize>> {
        self.take(b'"')?;
        let start = self.at;
        loop {
            match self.octets.get(self.at)? {
                b'"' => break,
                b'\\' => self.at = self.at.saturating_add(2),
                _ => self.at = self.at.saturating_add(1),
            }
        }
        let string = start..self.at;
        self.at = self.at.saturating_add(1);
        Some(string)
    }

    /// A whole number that is not negative.
    fn number(&mut self) -> Option<u64> {
        self.peek()?;
        let rest = self.octets.get(self.at..)?;
        let digits = rest
            .iter()
            .take_while(|octet| octet.is_ascii_digit())
            .count();
        let number = core::str::from_utf8(rest.get(..digits)?).ok()?.parse().ok();
        self.at = self.at.saturating_add(digits);
        number
    }

    /// Passes over a value, whatever is nested in it.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            match self.peek()? {
                b'"' => {
                    self.string()?;
                }
                b'{' | b'[' => {
                    depth = depth.saturating_add(1);
                    self.at = self.at.saturating_add(1);
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at = self.at.saturating_add(1);
                }
                // A word or number, or what separates values.
                _ => {
                    let rest = self.octets.get(self.at..)?;
                    let is_end = |octet: &u8| {
                        matches!(octet, b',' | b':' | b'"' | b'{' | b'}' | b'[' | b']')
                    };
                    let len = rest.iter().position(is_end).unwrap_or(rest.len());
                    // At least the comma or colon between values inside of this one.
                    self.at = self.at.saturating_add(len.max(1));
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// The next octet that is not a space; it is not consumed.
    fn peek(&mut self) -> Option<u8> {
        while self
            .octets
            .get(self.at)
            .is_some_and(|octet| is_space(*octet))
        {
            self.at = self.at.saturating_add(1);
        }
        self.octets.get(self.at).copied()
    }

    fn next(&mut self) -> Option<u8> {
        let octet = self.peek()?;
        self.at = self.at.saturating_add(1);
        Some(octet)
    }

    fn take(&mut self, octet: u8) -> Option<()> {
        (self.next()? == octet).then_some(())
    }
}
