//! The octets of a file through a window that grows as they arrive.

use core::fmt;
use core::ops::Range;
use std::io::{self, Cursor, Read};

use crate::compression::Compression;
use crate::octets::decode_hex;

/// Octets the window begins with, and by which it is read.
const WINDOW: usize = 256 << 10;

/// A window over a reader. Its octets are borrowed without a copy; it grows only when it
/// is full of octets that have arrived.
pub(crate) struct Input<'r> {
    reader: Box<dyn Read + Send + 'r>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    /// Octets before the window.
    offset: u64,
    /// Octets at the start of the window that are borrowed; they are dropped by the next `release`.
    held: usize,
}

impl<'r> Input<'r> {
    pub(crate) fn new(reader: Box<dyn Read + Send + 'r>) -> Self {
        Self {
            reader,
            buffer: vec![0; WINDOW],
            start: 0,
            end: 0,
            ended: false,
            offset: 0,
            held: 0,
        }
    }

    /// Reads on through a compression that begins at the window.
    pub(crate) fn decompress(&mut self, compression: Compression) -> io::Result<()> {
        let window = self.window().to_vec();
        let reader = core::mem::replace(&mut self.reader, Box::new(io::empty()));
        let compressed = Box::new(Cursor::new(window).chain(reader));
        *self = Self::new(compression.decompress(compressed)?);
        Ok(())
    }

    /// Reads until `wanted` octets are in the window or the input ends, and returns all
    /// that are there.
    pub(crate) fn fill(&mut self, wanted: usize) -> io::Result<&[u8]> {
        while !self.ended && self.window().len() < wanted {
            self.make_room(wanted);
            let room = self.buffer.get_mut(self.end..).unwrap_or_default();
            match self.reader.read(room) {
                Ok(0) => self.ended = true,
                Ok(count) => self.end = self.end.saturating_add(count).min(self.buffer.len()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    return Err(error);
                }
            }
        }
        Ok(self.window())
    }

    /// The same, as if this number of octets had been read before it.
    pub(crate) const fn after(mut self, offset: u64) -> Self {
        self.offset = offset;
        self
    }

    /// Octets from the start of the file to the end of those that are borrowed.
    pub(crate) fn position(&self) -> u64 {
        let held = u64::try_from(self.held).unwrap_or(u64::MAX);
        self.offset.saturating_add(held)
    }

    /// Octets from the start of the file to the window.
    pub(crate) const fn offset(&self) -> u64 {
        self.offset
    }

    /// Marks the first `count` octets of the window as borrowed until the next `release`.
    pub(crate) const fn hold(&mut self, count: usize) {
        self.held = count;
    }

    /// Replaces hex digits in the window by the octets that they stand for; returns where these are. `None` if
    /// it is not hexadecimal.
    pub(crate) fn decode_hex(&mut self, digits: Range<usize>) -> Option<Range<usize>> {
        let window = self.buffer.get_mut(self.start..self.end)?;
        let len = decode_hex(window.get_mut(digits.clone())?)?;
        Some(digits.start..digits.start.saturating_add(len))
    }

    /// Drops the octets that were borrowed.
    pub(crate) fn release(&mut self) {
        let held = core::mem::take(&mut self.held);
        self.consume(held);
    }

    /// Skips `count` octets without holding them, however many they are; returns how many
    /// are missing because the input ended.
    pub(crate) fn skip(&mut self, mut count: usize) -> io::Result<usize> {
        while count > 0 {
            let there = self.fill(count.min(WINDOW))?.len();
            if there == 0 {
                break;
            }
            let step = there.min(count);
            self.consume(step);
            count = count.saturating_sub(step);
        }
        Ok(count)
    }

    /// The octets that are there.
    pub(crate) fn window(&self) -> &[u8] {
        self.buffer.get(self.start..self.end).unwrap_or_default()
    }

    fn consume(&mut self, count: usize) {
        let count = count.min(self.window().len());
        self.start = self.start.saturating_add(count);
        self.offset = self
            .offset
            .saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// Makes room after the window: moves it to the front if `wanted` octets do not fit after
    /// its start, doubles the buffer if it is full.
    fn make_room(&mut self, wanted: usize) {
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        } else if self.buffer.len().saturating_sub(self.start) < wanted {
            self.buffer.copy_within(self.start..self.end, 0);
            self.end = self.end.saturating_sub(self.start);
            self.start = 0;
        }
        if self.end == self.buffer.len() {
            let doubled = self.buffer.len().saturating_mul(2);
            self.buffer.resize(doubled.min(wanted.max(WINDOW)), 0);
        }
    }
}

impl fmt::Debug for Input<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Input")
            .field("offset", &self.offset)
            .field("window", &self.window().len())
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read, repeat};

    use super::{Input, WINDOW};

    #[test]
    fn memory_is_allocated_only_as_octets_arrive() {
        for arriving in [0, 1, WINDOW - 1, WINDOW, WINDOW + 1, 5 * WINDOW] {
            let mut input = Input::new(Box::new(Cursor::new(vec![7; arriving])));
            assert_eq!(input.fill(1 << 40).unwrap().len(), arriving);
            assert!(input.buffer.len() <= 2 * arriving.max(WINDOW));
        }
    }

    #[test]
    fn skipped_octets_are_not_held() {
        let mut input = Input::new(Box::new(repeat(7).take(100 << 20)));
        assert_eq!(input.skip(90 << 20).unwrap(), 0);
        assert_eq!(input.offset(), 90 << 20);
        assert_eq!(input.skip(20 << 20).unwrap(), 10 << 20);
        assert_eq!(input.buffer.len(), WINDOW);
    }
}
