//! Messages of which not all fragments have come.

use super::chunk::{Data, MessageId};
use crate::summary::{CaptureSummary, add};

/// Incomplete messages of one association. Each fragment is looked for among them.
const MAX_PARTIALS: usize = 256;
/// What a waiting chunk costs beside its octets.
pub(super) const CHUNK_OVERHEAD: usize = 64;

/// The starts of messages whose other fragments have not come: one of DATA chunks, any number of
/// I-DATA chunks.
#[derive(Debug, Default)]
pub(super) struct Partials {
    list: Vec<PartialMessage>,
}

/// The first fragments of a message.
#[derive(Debug)]
pub(super) struct PartialMessage {
    message: MessageId,
    /// The number of the next fragment, in I-DATA chunks.
    next: u32,
    pub(super) octets: Vec<u8>,
}

impl Partials {
    /// The fragments before this one; `None` if they are not there.
    pub(super) fn take(
        &mut self,
        data: &Data<'_>,
        summary: &mut CaptureSummary,
    ) -> Option<PartialMessage> {
        let is_same = |partial: &PartialMessage| partial.message == data.message;
        let known = self.list.iter().position(is_same);
        let known = known.map(|known| self.list.swap_remove(known));
        let is_interleaved = matches!(data.message, MessageId::Interleaved { .. });
        match known {
            Some(mut partial) if !data.begins && partial.next == data.fragment => {
                partial.next = partial.next.wrapping_add(u32::from(is_interleaved));
                Some(partial)
            }
            other => {
                let lost = other.map_or(0, |partial| partial.octets.len());
                add(&mut summary.stream_octets_lost, lost);
                if !is_interleaved {
                    self.lose(summary);
                }
                data.begins.then(|| PartialMessage {
                    message: data.message,
                    next: u32::from(is_interleaved),
                    octets: Vec::new(),
                })
            }
        }
    }

    /// Keeps one until its next fragment.
    pub(super) fn push(&mut self, partial: PartialMessage) {
        self.list.push(partial);
    }

    /// Gives all of them up.
    pub(super) fn lose(&mut self, summary: &mut CaptureSummary) {
        for partial in self.list.drain(..) {
            add(&mut summary.stream_octets_lost, partial.octets.len());
        }
    }

    /// Fragments without an end may not grow for ever.
    pub(super) fn bound(&mut self, limit: usize, summary: &mut CaptureSummary) {
        if self.list.len() > MAX_PARTIALS || self.octets() > limit {
            self.lose(summary);
        }
    }

    /// Octets of messages that are not complete, with overhead.
    pub(super) fn octets(&self) -> usize {
        let costs = self.list.iter();
        let costs = costs.map(|partial| partial.octets.len().saturating_add(CHUNK_OVERHEAD));
        costs.fold(0, usize::saturating_add)
    }
}
