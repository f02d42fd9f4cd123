//! IPFIX over SCTP (RFC 7011, section 10.2): DATA chunks reassembled to messages.
//!
//! An endpoint numbers the chunks of all its streams in one sequence, the TSN, and sends the
//! messages of a stream, and the fragments of a message, in their order (RFC 9260, sections 6.5
//! and 6.9). Chunks are therefore read in the order of their TSN, which is that of every stream;
//! messages that are marked as unordered keep it too. Chunks that come early wait, within bounds;
//! duplicated ones are dropped. I-DATA chunks (RFC 8260) number the fragments of each message, so
//! that those of several messages may alternate.

mod association;
mod chunk;
mod partial;

use self::association::Association;
use self::chunk::{Chunk, Chunks, chunk_type};
use crate::connection::{Captured, Connections, Endpoints, Messages};
use crate::limits::CaptureLimits;
use crate::select::begins_ipfix;
use crate::summary::CaptureSummary;

/// The associations that are followed, each in one direction.
#[derive(Debug)]
pub(crate) struct Associations {
    associations: Connections<Association>,
    octet_limit: usize,
}

/// An SCTP packet of a capture (RFC 9260, section 3).
#[derive(Debug)]
pub(crate) struct SctpPacket<'a> {
    pub(crate) ends: Endpoints,
    /// The verification tag.
    pub(crate) tag: u32,
    /// Its chunks, as far as they were captured.
    pub(crate) chunks: &'a [u8],
    pub(crate) captured: Captured,
}

impl Associations {
    pub(crate) fn new(limits: &CaptureLimits) -> Self {
        Self {
            associations: Connections::new(limits.associations, limits.all_association_octets),
            octet_limit: limits.association_octets,
        }
    }

    /// Whether no association was followed so far.
    pub(crate) const fn is_unused(&self) -> bool {
        self.associations.is_unused()
    }

    /// Takes a packet; `expected` if its port is one of IPFIX. Returns whether it belongs to an
    /// association that is followed.
    pub(crate) fn insert(
        &mut self,
        packet: &SctpPacket<'_>,
        expected: bool,
        messages: &mut Messages,
        summary: &mut CaptureSummary,
    ) -> bool {
        let mut association = self.associations.remove(&packet.ends);
        for chunk in Chunks::new(packet.chunks) {
            if association.is_none() && begins_association(&chunk, expected) {
                association = Some(Association::new(packet));
            }
            let Some(association) = &mut association else {
                continue;
            };
            association.captured = packet.captured;
            association.chunk(&chunk, packet, messages, summary);
            while association.early_octets > self.octet_limit {
                association.skip_gap(packet.ends, messages, summary);
            }
            association.bound_partials(self.octet_limit, summary);
        }
        let Some(association) = association else {
            return false;
        };
        self.associations.insert(packet.ends, association);
        while let Some((ends, mut association)) = self.associations.evict() {
            association.finish(ends, messages, summary);
        }
        true
    }

    /// Returns what can be read of what still waits.
    pub(crate) fn finish(&mut self, messages: &mut Messages, summary: &mut CaptureSummary) {
        while let Some((ends, mut association)) = self.associations.remove_idle() {
            association.finish(ends, messages, summary);
        }
    }
}

/// Whether an association is followed from this chunk on.
fn begins_association(chunk: &Chunk<'_>, expected: bool) -> bool {
    match chunk.chunk_type {
        chunk_type::INIT | chunk_type::INIT_ACK => expected,
        chunk_type::DATA | chunk_type::I_DATA => chunk
            .data()
            .is_some_and(|data| expected || data.begins && begins_ipfix(data.octets)),
        _ => false,
    }
}
