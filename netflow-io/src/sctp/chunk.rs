//! The chunks of a packet (RFC 9260, section 3).

use crate::octets::{u8_at, u16_at, u32_at};

/// Types of chunks (RFC 9260, section 3.2; RFC 3758, section 3.2; RFC 8260, sections 2.1 and
/// 2.3.1).
pub(super) mod chunk_type {
    pub(in super::super) const DATA: u8 = 0;
    pub(in super::super) const INIT: u8 = 1;
    pub(in super::super) const INIT_ACK: u8 = 2;
    pub(in super::super) const ABORT: u8 = 6;
    pub(in super::super) const SHUTDOWN: u8 = 7;
    pub(in super::super) const SHUTDOWN_ACK: u8 = 8;
    pub(in super::super) const SHUTDOWN_COMPLETE: u8 = 14;
    pub(in super::super) const I_DATA: u8 = 64;
    pub(in super::super) const FORWARD_TSN: u8 = 192;
    pub(in super::super) const I_FORWARD_TSN: u8 = 194;
}

/// What an INIT or INIT ACK says of its sender (RFC 9260, sections 3.3.2 and 3.3.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Init {
    pub(super) tag: u32,
    pub(super) first_tsn: u32,
}

/// To which message of an association a fragment belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MessageId {
    /// A message in DATA chunks: the fragments of one message follow each other.
    Data { stream: u16 },
    /// A message in I-DATA chunks: ordered and unordered messages are numbered separately (RFC
    /// 8260, section 2.1).
    Interleaved {
        stream: u16,
        is_unordered: bool,
        number: u32,
    },
}

/// A DATA chunk (RFC 9260, section 3.3.1) or I-DATA chunk (RFC 8260, section 2.1).
#[derive(Debug, Clone, Copy)]
pub(super) struct Data<'a> {
    pub(super) begins: bool,
    pub(super) ends: bool,
    pub(super) tsn: u32,
    pub(super) message: MessageId,
    /// Fragments of the message before it; 0 in DATA chunks.
    pub(super) fragment: u32,
    pub(super) octets: &'a [u8],
    /// Octets that were not captured.
    pub(super) missing: usize,
}

/// The chunks of a packet (RFC 9260, section 3.2); ends after one that is cut.
pub(super) struct Chunks<'a> {
    rest: &'a [u8],
}

/// One chunk.
pub(super) struct Chunk<'a> {
    pub(super) chunk_type: u8,
    flags: u8,
    /// What follows its header, as far as it was captured.
    value: &'a [u8],
    /// Octets that were not captured.
    pub(super) missing: usize,
}

impl<'a> Chunks<'a> {
    pub(super) const fn new(octets: &'a [u8]) -> Self {
        Self { rest: octets }
    }
}

impl<'a> Iterator for Chunks<'a> {
    type Item = Chunk<'a>;

    fn next(&mut self) -> Option<Chunk<'a>> {
        const HEADER: usize = 4;
        let length = usize::from(u16_at(self.rest, 2)?);
        if length < HEADER {
            return None;
        }
        let (chunk, rest) = self.rest.split_at(length.min(self.rest.len()));
        let padding = length.next_multiple_of(4).saturating_sub(length);
        self.rest = rest.get(padding..).unwrap_or_default();
        Some(Chunk {
            chunk_type: u8_at(chunk, 0)?,
            flags: u8_at(chunk, 1)?,
            value: chunk.get(HEADER..)?,
            missing: length.saturating_sub(chunk.len()),
        })
    }
}

impl<'a> Chunk<'a> {
    pub(super) fn init(&self) -> Option<Init> {
        Some(Init {
            tag: self.u32_at(0)?,
            first_tsn: self.u32_at(12)?,
        })
    }

    pub(super) fn u32_at(&self, at: usize) -> Option<u32> {
        u32_at(self.value, at)
    }

    /// Its fields, if it is a DATA or I-DATA chunk whose header was captured.
    pub(super) fn data(&self) -> Option<Data<'a>> {
        const UNORDERED: u8 = 4;
        const BEGINS: u8 = 2;
        const ENDS: u8 = 1;
        let stream = u16_at(self.value, 4)?;
        let begins = self.flags & BEGINS != 0;
        let (message, fragment, header) = if self.chunk_type == chunk_type::I_DATA {
            let message = MessageId::Interleaved {
                stream,
                is_unordered: self.flags & UNORDERED != 0,
                number: u32_at(self.value, 8)?,
            };
            // The first fragment has the protocol identifier in place of its number, which is 0.
            let fragment = u32_at(self.value, 12)?;
            (message, if begins { 0 } else { fragment }, 16)
        } else {
            (MessageId::Data { stream }, 0, 12)
        };
        Some(Data {
            begins,
            ends: self.flags & ENDS != 0,
            tsn: u32_at(self.value, 0)?,
            message,
            fragment,
            octets: self.value.get(header..)?,
            missing: self.missing,
        })
    }
}
