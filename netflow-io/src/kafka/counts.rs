//! What was read from a topic, and what went wrong.

use core::ops::AddAssign;

use crate::raw::DocumentFault;

/// What was read from a topic so far, and what went wrong.
///
/// ```
/// use netflow_io::kafka::KafkaCounts;
///
/// let (mut total, mut one) = (KafkaCounts::default(), KafkaCounts::default());
/// one.messages = 2;
/// total += one;
/// assert_eq!((total.messages, total.refused.total()), (2, 0));
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct KafkaCounts {
    /// Messages read.
    pub messages: u64,
    /// Octets of these messages.
    pub octets: u64,
    /// Messages that are no datagram.
    pub refused: RefusedMessages,
    /// Messages that the brokers have removed before they were read.
    pub removed: u64,
    /// Times that partitions were assigned.
    pub rebalances: u64,
    /// States of partitions saved.
    pub saved_states: u64,
    /// States of partitions that could not be saved; the one before them stays in force.
    pub unsaved_states: u64,
    /// States that are damaged, or of another topic of the same name; decoding began without them.
    pub unusable_states: u64,
    /// Offsets that the brokers did not take. The state has the offset too, so nothing depends on them.
    pub uncommitted_offsets: u64,
    /// Errors that the client reported.
    pub errors: u64,
}

/// Messages that are no datagram, by reason.
///
/// ```
/// assert_eq!(netflow_io::kafka::RefusedMessages::default().total(), 0);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefusedMessages([u64; DocumentFault::ALL.len()]);

/// Adds what another source has counted.
impl AddAssign for KafkaCounts {
    fn add_assign(&mut self, other: Self) {
        let Self {
            messages,
            octets,
            refused,
            removed,
            rebalances,
            saved_states,
            unsaved_states,
            unusable_states,
            uncommitted_offsets,
            errors,
        } = self;
        for (counter, more) in [
            (messages, other.messages),
            (octets, other.octets),
            (removed, other.removed),
            (rebalances, other.rebalances),
            (saved_states, other.saved_states),
            (unsaved_states, other.unsaved_states),
            (unusable_states, other.unusable_states),
            (uncommitted_offsets, other.uncommitted_offsets),
            (errors, other.errors),
        ] {
            *counter = counter.saturating_add(more);
        }
        for (counter, more) in refused.0.iter_mut().zip(other.refused.0) {
            *counter = counter.saturating_add(more);
        }
    }
}

impl RefusedMessages {
    pub(super) fn add(&mut self, fault: DocumentFault) {
        let index = DocumentFault::ALL.iter().position(|one| *one == fault);
        if let Some(count) = index.and_then(|index| self.0.get_mut(index)) {
            *count = count.saturating_add(1);
        }
    }

    /// Each reason with its number of messages, including zeros.
    ///
    /// ```
    /// let refused = netflow_io::kafka::RefusedMessages::default();
    /// let reasons: Vec<&str> = refused.iter().map(|(reason, _)| reason).collect();
    /// assert_eq!(reasons, ["too_long", "no_document", "no_exporter", "no_time", "no_payload"]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, u64)> {
        let names = DocumentFault::ALL.iter().map(|fault| fault.name());
        names.zip(self.0)
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0
            .iter()
            .fold(0, |sum, count| sum.saturating_add(*count))
    }
}
