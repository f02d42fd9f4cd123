//! Messages of IPFIX in a stream of octets (RFC 7011, section 10.4), as TCP and TLS carry them.

use core::ops::Range;
use std::io::{self, Read};

use thiserror::Error as ThisError;

use crate::octets::u16_at;

/// Octets of the header of a message.
const HEADER: usize = 16;
/// The version of IPFIX.
const VERSION: u16 = 10;
/// Octets of memory that a stream begins with.
const FIRST_SPACE: usize = 2 * 1024;
/// The largest message there can be: its length is a number of 16 bits.
const MAX_MESSAGE: usize = 65_535;

/// Finds the messages in a stream of IPFIX, however it is cut into reads.
///
/// It reads no socket and has no clock: the caller passes octets as they arrive, by
/// [`push`](Self::push) or [`read_from`](Self::read_from), and takes the messages by
/// [`next_message`](Self::next_message). Memory is allocated as octets arrive, and never for more
/// than a message of [maximum length](Self::with_max_message) and one read.
///
/// ```
/// use netflow_io::IpfixFraming;
///
/// // A message of a header alone, which arrives in two reads, and the beginning of another.
/// let message = [0, 10, 0, 16, 0x60, 0x72, 0xcc, 0x40, 0, 0, 0, 1, 0, 0, 0, 7];
/// let mut framing = IpfixFraming::new();
/// framing.push(&message[..5]);
/// assert_eq!(framing.next_message()?, None);
/// framing.push(&message[5..]);
/// framing.push(&message[..1]);
/// assert_eq!(framing.next_message()?, Some(&message[..]));
/// assert_eq!(framing.next_message()?, None);
/// assert_eq!(framing.pending(), 1);
/// # Ok::<(), netflow_io::FramingError>(())
/// ```
#[derive(Debug)]
pub struct IpfixFraming {
    buffer: Vec<u8>,
    /// Where the octets begin that were not returned.
    start: usize,
    /// Where they end.
    end: usize,
    max_message: usize,
}

/// Why a stream cannot be read further: where the next message begins is not known.
///
/// ```
/// use netflow_io::{FramingError, IpfixFraming};
///
/// let mut framing = IpfixFraming::new();
/// framing.push(b"GET / HTTP/1.1\r\n\r\n");
/// let error = framing.next_message().unwrap_err();
/// assert_eq!(error, FramingError::Version { version: 0x4745 });
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
#[non_exhaustive]
pub enum FramingError {
    /// What should be a message begins with another version.
    #[error("a message begins with version {version}, IPFIX has 10")]
    Version {
        /// The first two octets.
        version: u16,
    },
    /// A message is shorter than its header.
    #[error("message length {length} is shorter than its header of 16 octets")]
    Length {
        /// The length in its header.
        length: u16,
    },
    /// A message is longer than the caller allows.
    #[error("message length {length} is above the limit of {limit}")]
    TooLong {
        /// The length in its header.
        length: u16,
        /// The limit.
        limit: usize,
    },
}

impl Default for IpfixFraming {
    fn default() -> Self {
        Self::new()
    }
}

impl IpfixFraming {
    /// Framing at the start of a stream. Messages may have any length up to 65,535 octets.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            end: 0,
            max_message: MAX_MESSAGE,
        }
    }

    /// Sets the maximum length of messages in octets. A longer one is an error.
    #[must_use]
    pub const fn with_max_message(mut self, octets: usize) -> Self {
        self.max_message = octets;
        self
    }

    /// Octets of a message that is not complete.
    #[must_use]
    pub const fn pending(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Octets of memory held.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.buffer.len()
    }

    /// Takes octets that arrived.
    pub fn push(&mut self, mut octets: &[u8]) {
        while !octets.is_empty() {
            let space = self.space();
            let count = space.len().min(octets.len());
            let (now, later) = octets.split_at_checked(count).unwrap_or((octets, &[]));
            if let Some(space) = space.get_mut(..count) {
                space.copy_from_slice(now);
            }
            self.end = self.end.saturating_add(count);
            octets = later;
        }
    }

    /// Reads once from a stream, and returns how many octets arrived; 0 is its end.
    ///
    /// # Errors
    ///
    /// The stream cannot be read, or [`WouldBlock`](io::ErrorKind::WouldBlock) if it has no octets now.
    pub fn read_from(&mut self, stream: &mut (impl Read + ?Sized)) -> io::Result<usize> {
        let space = self.space();
        let room = space.len();
        let count = stream.read(space)?.min(room);
        self.end = self.end.saturating_add(count);
        Ok(count)
    }

    /// The next message that is complete, header included; `None` until more octets arrive.
    ///
    /// # Errors
    ///
    /// The stream is not IPFIX, or not any more. The caller closes it: the same error is returned
    /// from then on.
    pub fn next_message(&mut self) -> Result<Option<&[u8]>, FramingError> {
        let message = self.next_range()?;
        Ok(message.map(|message| self.octets(message)))
    }

    /// Where the next complete message is in the memory held, until octets are added.
    pub(crate) fn next_range(&mut self) -> Result<Option<Range<usize>>, FramingError> {
        let octets = self.buffer.get(self.start..self.end).unwrap_or_default();
        let Some(length) = self.message_len(octets)? else {
            return Ok(None);
        };
        let start = self.start;
        let end = start.saturating_add(length);
        if end > self.end {
            return Ok(None);
        }
        self.start = end;
        Ok(Some(start..end))
    }

    /// The octets of a message that was found.
    pub(crate) fn octets(&self, message: Range<usize>) -> &[u8] {
        self.buffer.get(message).unwrap_or_default()
    }

    /// The length of the message that begins here, once its first four octets are there.
    fn message_len(&self, octets: &[u8]) -> Result<Option<usize>, FramingError> {
        let Some(version) = u16_at(octets, 0) else {
            return Ok(None);
        };
        if version != VERSION {
            return Err(FramingError::Version { version });
        }
        let Some(length) = u16_at(octets, 2) else {
            return Ok(None);
        };
        if usize::from(length) < HEADER {
            return Err(FramingError::Length { length });
        }
        if usize::from(length) > self.max_message {
            let limit = self.max_message;
            return Err(FramingError::TooLong { length, limit });
        }
        Ok(Some(length.into()))
    }

    /// Where octets may be written after those that wait; never empty.
    fn space(&mut self) -> &mut [u8] {
        if self.start == self.end {
            self.start = 0;
            self.end = 0;
        }
        if self.end == self.buffer.len() {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end = self.pending();
                self.start = 0;
            } else {
                // As many octets again as have arrived.
                let more = self.buffer.len().max(FIRST_SPACE);
                self.buffer.resize(self.end.saturating_add(more), 0);
            }
        }
        self.buffer.get_mut(self.end..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::{FramingError, IpfixFraming};

    /// A message of this length, filled with a number.
    fn message(length: u16, fill: u8) -> Vec<u8> {
        let mut message = vec![fill; length.into()];
        message[..2].copy_from_slice(&10_u16.to_be_bytes());
        message[2..4].copy_from_slice(&length.to_be_bytes());
        message
    }

    #[test]
    fn messages_are_found_however_the_stream_is_cut() {
        let messages = [
            message(16, 1),
            message(4_000, 2),
            message(65_535, 3),
            message(20, 4),
        ];
        let stream = messages.concat();
        for read in [1, 2, 3, 17, 1_400, 65_536, stream.len()] {
            let mut framing = IpfixFraming::new();
            let mut found = Vec::new();
            for octets in stream.chunks(read) {
                framing.push(octets);
                while let Some(message) = framing.next_message().unwrap() {
                    found.push(message.to_vec());
                }
            }
            assert!(found == messages, "reads of {read} octets");
            assert_eq!(framing.pending(), 0);
        }
    }

    #[test]
    fn memory_grows_with_the_octets_that_arrive_and_not_with_the_length_announced() {
        let mut framing = IpfixFraming::new();
        framing.push(&message(65_535, 0)[..100]);
        assert_eq!(framing.next_message(), Ok(None));
        assert_eq!(framing.capacity(), 2 * 1024);
    }

    #[test]
    fn memory_stays_bounded_over_many_messages() {
        let mut framing = IpfixFraming::new();
        let stream = message(65_535, 0).repeat(20);
        for octets in stream.chunks(1_000) {
            framing.push(octets);
            while framing.next_message().unwrap().is_some() {}
        }
        assert!(framing.capacity() <= 2 * 65_536, "{}", framing.capacity());
    }

    #[test]
    fn what_is_no_ipfix_is_an_error_that_stays() {
        let mut framing = IpfixFraming::new();
        framing.push(b"GE");
        let error = FramingError::Version { version: 0x4745 };
        assert_eq!(framing.next_message(), Err(error));
        framing.push(&message(16, 0));
        assert_eq!(framing.next_message(), Err(error));
    }

    #[test]
    fn a_message_shorter_than_its_header_is_an_error() {
        for length in 0..16 {
            let mut framing = IpfixFraming::new();
            framing.push(&[0, 10, 0, length]);
            let length = length.into();
            assert_eq!(framing.next_message(), Err(FramingError::Length { length }));
        }
    }

    #[test]
    fn a_message_above_the_limit_is_an_error_before_it_arrives() {
        let mut framing = IpfixFraming::new().with_max_message(1_000);
        framing.push(&message(1_000, 0));
        assert!(framing.next_message().unwrap().is_some());
        framing.push(&message(1_001, 0)[..4]);
        let (length, limit) = (1_001, 1_000);
        assert_eq!(
            framing.next_message(),
            Err(FramingError::TooLong { length, limit })
        );
    }
}
