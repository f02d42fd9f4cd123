//! The content of one datagram.

use super::Decoder;
use super::message::Messages;
use super::problem::Problem;
use super::scratch::{ProblemSlot, SetSlot};
use super::set::{Records, Samples, Set};
use crate::flow::{Flow, Origin, SampleFlow};
use crate::header::MessageHeader;
use crate::record::DataRecord;
use crate::wire::sflow;

/// The content of one datagram: small, and iterable any number of times.
///
/// A datagram may hold several messages, and data that waited for a template in it is
/// delivered with it: [`messages`](Self::messages) iterates over them, each with its header,
/// sets and problems. The other iterators go through all of them.
///
/// ```
/// use netflow_core::{Datagram, Decoder, Limits, Timestamp, Transport};
///
/// // Two IPFIX messages without a set, of the domains 7 and 8, in one datagram.
/// let mut payload = [0; 32];
/// payload[..4].copy_from_slice(&[0, 10, 0, 16]);
/// payload[15] = 7;
/// payload[16..20].copy_from_slice(&[0, 10, 0, 16]);
/// payload[31] = 8;
/// let exporter = "198.51.100.1:50000".parse().unwrap();
/// let received = Timestamp::from_secs(1_700_000_000);
/// let mut decoder = Decoder::new(Limits::new(0x5eed));
/// let decoded = decoder.decode(Datagram::new(exporter, Transport::Udp, received, &payload))?;
/// let domains = decoded.messages().map(|message| message.header().observation_domain);
/// assert_eq!(domains.collect::<Vec<_>>(), [7, 8]);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Decoded<'m> {
    decoder: &'m Decoder,
    payload: &'m [u8],
}

impl<'m> Decoded<'m> {
    pub(super) const fn new(decoder: &'m Decoder, payload: &'m [u8]) -> Self {
        Self { decoder, payload }
    }

    /// The payload of the datagram.
    #[must_use]
    pub const fn payload(&self) -> &'m [u8] {
        self.payload
    }

    /// Its messages, at least one, in the order of the wire. Each is followed by the data
    /// that its templates released, as a message of its own that
    /// [is late](super::Message::is_late).
    #[must_use]
    pub fn messages(&self) -> Messages<'m> {
        Messages::new(*self, &self.decoder.scratch)
    }

    /// The headers of [`messages`](Self::messages).
    #[must_use]
    pub fn headers(&self) -> impl ExactSizeIterator<Item = &'m MessageHeader> + use<'m> {
        let origins = self.decoder.scratch.origins.iter();
        origins.map(|origin| &origin.header)
    }

    /// The sets of all messages. The records of a fixed version and the samples of sFlow are
    /// one set.
    #[must_use]
    pub fn sets(&self) -> Sets<'m> {
        Sets::new(*self, &self.decoder.scratch.slots)
    }

    /// The sets of all messages, with common properties (RFC 5473): a set whose records refer to
    /// properties that options announced is replaced by sets of records that end with these
    /// properties. Flows are made of them.
    #[must_use]
    pub fn joined_sets(&self) -> JoinedSets<'m> {
        JoinedSets::new(self.sets())
    }

    /// The data records of all sets, options among them, as they were sent.
    #[must_use]
    pub fn records(&self) -> MessageRecords<'m> {
        MessageRecords::new(self.sets())
    }

    /// The flows: data records other than options, and sFlow flow samples.
    #[must_use]
    pub fn flows(&self) -> Flows<'m> {
        Flows::new(self.sets())
    }

    /// The samples of sFlow.
    #[must_use]
    pub fn samples(&self) -> MessageSamples<'m> {
        MessageSamples::new(self.sets())
    }

    /// The problems, message by message: octets that were skipped, and why.
    #[must_use]
    pub fn problems(&self) -> Problems<'m> {
        Problems::new(*self, &self.decoder.scratch.problems)
    }

    pub(super) fn origin(&self, index: usize) -> Option<&'m Origin> {
        self.decoder.scratch.origins.get(index)
    }

    pub(super) fn late(&self) -> &'m [u8] {
        &self.decoder.scratch.late
    }

    /// Octets of joined records.
    pub(super) fn joined(&self) -> &'m [u8] {
        &self.decoder.scratch.joined
    }

    /// Sets of joined records in the place of this one.
    pub(super) fn joined_slots(&self, slot: &SetSlot) -> &'m [SetSlot] {
        let slots = &self.decoder.scratch.joined_slots;
        slots.get(slot.joined.clone()).unwrap_or_default()
    }

    pub(super) fn lists(
        &self,
        slot: &SetSlot,
    ) -> &'m [alloc::sync::Arc<crate::template::Template>] {
        self.decoder
            .scratch
            .lists
            .get(slot.lists.clone())
            .unwrap_or_default()
    }
}

/// The sets of a message or of a whole datagram.
#[derive(Debug, Clone)]
pub struct Sets<'m> {
    decoded: Decoded<'m>,
    slots: core::slice::Iter<'m, SetSlot>,
}

impl<'m> Sets<'m> {
    pub(super) fn new(decoded: Decoded<'m>, slots: &'m [SetSlot]) -> Self {
        Self {
            decoded,
            slots: slots.iter(),
        }
    }
}

impl<'m> Iterator for Sets<'m> {
    type Item = Set<'m>;

    #[inline]
    fn next(&mut self) -> Option<Set<'m>> {
        let slot = self.slots.next()?;
        let origin = self.decoded.origin(slot.origin)?;
        Some(Set::new(self.decoded, slot, origin))
    }
}

/// The sets of a message or of a whole datagram, with the common properties of their records
/// ([`Decoded::joined_sets`]).
#[derive(Debug, Clone)]
pub struct JoinedSets<'m> {
    sets: Sets<'m>,
    /// What is left of the sets in the place of one.
    joined: Sets<'m>,
}

impl<'m> JoinedSets<'m> {
    pub(super) fn new(sets: Sets<'m>) -> Self {
        let joined = Sets::new(sets.decoded, &[]);
        Self { sets, joined }
    }

    /// The joined sets that replace one set; none if no record of it is joined.
    fn of(set: &Set<'m>) -> Self {
        let decoded = set.decoded();
        Self {
            sets: Sets::new(decoded, &[]),
            joined: Sets::new(decoded, decoded.joined_slots(set.slot())),
        }
    }
}

impl<'m> Iterator for JoinedSets<'m> {
    type Item = Set<'m>;

    #[inline]
    fn next(&mut self) -> Option<Set<'m>> {
        if let Some(set) = self.joined.next() {
            return Some(set);
        }
        let set = self.sets.next()?;
        let joined = set.slot().joined.clone();
        if joined.is_empty() {
            return Some(set);
        }
        *self = Self {
            sets: self.sets.clone(),
            ..Self::of(&set)
        };
        self.joined.next()
    }
}

/// The data records of a message or of a whole datagram.
#[derive(Debug, Clone)]
pub struct MessageRecords<'m> {
    sets: Sets<'m>,
    records: Records<'m>,
}

impl<'m> MessageRecords<'m> {
    pub(super) const fn new(sets: Sets<'m>) -> Self {
        Self {
            sets,
            records: Records::EMPTY,
        }
    }
}

impl<'m> Iterator for MessageRecords<'m> {
    type Item = DataRecord<'m, 'm>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(record) = self.records.next() {
                return Some(record);
            }
            self.records = self.sets.next()?.records();
        }
    }
}

/// The flows of a message or of a whole datagram.
#[derive(Debug, Clone)]
pub struct Flows<'m> {
    sets: JoinedSets<'m>,
    origin: Option<&'m Origin>,
    records: Records<'m>,
    samples: Samples<'m>,
    sample: Option<SampleFlow<'m>>,
    discarded: bool,
}

impl<'m> Flows<'m> {
    /// The flows of these sets.
    pub(super) fn new(sets: Sets<'m>) -> Self {
        Self {
            sets: JoinedSets::new(sets),
            origin: None,
            records: Records::EMPTY,
            samples: Samples::EMPTY,
            sample: None,
            discarded: false,
        }
    }

    /// The flows of one set.
    pub(super) fn of(set: &Set<'m>) -> Self {
        Self {
            sets: JoinedSets::of(set),
            origin: Some(set.origin()),
            records: if set.is_options() || set.is_joined_apart() {
                Records::EMPTY
            } else {
                set.records()
            },
            samples: set.samples(),
            sample: None,
            discarded: false,
        }
    }
}

impl Flows<'_> {
    /// Also returns discarded packets of sFlow, with their
    /// [`drop_reason`](Flow::drop_reason).
    #[must_use]
    pub const fn with_discarded(mut self) -> Self {
        self.discarded = true;
        self
    }
}

impl<'m> Flows<'m> {
    /// Splits biflows: each flow with a reverse direction is followed by that
    /// one ([`Flow::reverse`]).
    pub fn split_biflows(self) -> impl Iterator<Item = Flow<'m>> {
        self.flat_map(|flow| {
            let reverse = flow.reverse();
            core::iter::once(flow).chain(reverse)
        })
    }
}

impl<'m> Iterator for Flows<'m> {
    type Item = Flow<'m>;

    #[inline]
    fn next(&mut self) -> Option<Flow<'m>> {
        loop {
            if let Some(record) = self.records.next() {
                return Some(Flow::from_record(record, self.origin?));
            }
            // Kept here and copied: a flow that a function returns is written to
            // memory, and those of records would have to be too.
            if let Some(sample) = self.sample.take() {
                return Some(Flow::from_sample(sample, self.origin?));
            }
            self.advance()?;
        }
    }

    /// Records of one length are passed over at once.
    fn nth(&mut self, n: usize) -> Option<Flow<'m>> {
        let records = n.min(self.records.len());
        if let Some(last) = records.checked_sub(1) {
            self.records.nth(last)?;
        }
        for _ in records..n {
            self.next()?;
        }
        self.next()
    }
}

impl Flows<'_> {
    /// Advances to the next sample, or to the records of the next set.
    #[inline(never)]
    fn advance(&mut self) -> Option<()> {
        let discarded = self.discarded;
        self.sample = self
            .samples
            .by_ref()
            .find_map(|sample| SampleFlow::new(sample, discarded));
        if self.sample.is_some() {
            return Some(());
        }
        let set = self.sets.next()?;
        self.origin = Some(set.origin());
        self.samples = set.samples();
        if !set.is_options() {
            self.records = set.records();
        }
        Some(())
    }
}

/// The sFlow samples of a message or of a whole datagram.
#[derive(Debug, Clone)]
pub struct MessageSamples<'m> {
    sets: Sets<'m>,
    samples: Samples<'m>,
}

impl<'m> MessageSamples<'m> {
    pub(super) const fn new(sets: Sets<'m>) -> Self {
        Self {
            sets,
            samples: Samples::EMPTY,
        }
    }
}

impl<'m> Iterator for MessageSamples<'m> {
    type Item = sflow::Sample<'m>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(sample) = self.samples.next() {
                return Some(sample);
            }
            self.samples = self.sets.next()?.samples();
        }
    }
}

/// The problems of a message or of a whole datagram.
#[derive(Debug, Clone)]
pub struct Problems<'m> {
    decoded: Decoded<'m>,
    slots: core::slice::Iter<'m, ProblemSlot>,
}

impl<'m> Problems<'m> {
    pub(super) fn new(decoded: Decoded<'m>, slots: &'m [ProblemSlot]) -> Self {
        Self {
            decoded,
            slots: slots.iter(),
        }
    }
}

impl<'m> Iterator for Problems<'m> {
    type Item = Problem<'m>;

    fn next(&mut self) -> Option<Problem<'m>> {
        let slot = self.slots.next()?;
        Some(Problem {
            error: slot.error,
            set: slot.set,
            octets: slot.octets,
            header: &self.decoded.origin(slot.origin)?.header,
        })
    }
}
