//! What one datagram gave.

use super::Decoder;
use super::problem::Problem;
use super::scratch::{ProblemSlot, SetSlot};
use super::set::{Records, Samples, Set};
use crate::flow::{Flow, Origin, SampleFlow};
use crate::header::MessageHeader;
use crate::record::DataRecord;
use crate::wire::sflow;

/// What one datagram gave: small, and any number of times iterable.
///
/// A datagram may hold several messages, and late data brings its own header:
/// each [`Set`] has its [`header`](Set::header).
#[derive(Debug, Clone, Copy)]
pub struct Message<'m> {
    decoder: &'m Decoder,
    payload: &'m [u8],
}

impl<'m> Message<'m> {
    pub(super) const fn new(decoder: &'m Decoder, payload: &'m [u8]) -> Self {
        Self { decoder, payload }
    }

    /// The payload of the datagram.
    #[must_use]
    pub const fn payload(&self) -> &'m [u8] {
        self.payload
    }

    /// The headers of its messages, at least one, and of the late data they freed.
    #[must_use]
    pub fn headers(&self) -> impl ExactSizeIterator<Item = &'m MessageHeader> + use<'m> {
        let origins = self.decoder.scratch.origins.iter();
        origins.map(|origin| &origin.header)
    }

    /// The sets, in the order of the wire; late ones come last. The records of
    /// a fixed version and the samples of sFlow are one set.
    #[must_use]
    pub fn sets(&self) -> Sets<'m> {
        Sets {
            message: *self,
            slots: self.decoder.scratch.slots.iter(),
        }
    }

    /// The data records of all sets, options among them.
    #[must_use]
    pub fn records(&self) -> MessageRecords<'m> {
        MessageRecords {
            sets: self.sets(),
            records: Records::EMPTY,
        }
    }

    /// The flows: data records that are no options, and sFlow flow samples.
    #[must_use]
    pub fn flows(&self) -> Flows<'m> {
        Flows {
            sets: self.sets(),
            origin: None,
            records: Records::EMPTY,
            samples: Samples::EMPTY,
            sample: None,
            discarded: false,
        }
    }

    /// The samples of sFlow.
    #[must_use]
    pub fn samples(&self) -> MessageSamples<'m> {
        MessageSamples {
            sets: self.sets(),
            samples: Samples::EMPTY,
        }
    }

    /// What was passed over, in the order it was met.
    #[must_use]
    pub fn problems(&self) -> Problems<'m> {
        Problems {
            message: *self,
            slots: self.decoder.scratch.problems.iter(),
        }
    }

    pub(super) fn origin(&self, index: usize) -> Option<&'m Origin> {
        self.decoder.scratch.origins.get(index)
    }

    pub(super) fn late(&self) -> &'m [u8] {
        &self.decoder.scratch.late
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

/// The sets of a message.
#[derive(Debug, Clone)]
pub struct Sets<'m> {
    message: Message<'m>,
    slots: core::slice::Iter<'m, SetSlot>,
}

impl<'m> Iterator for Sets<'m> {
    type Item = Set<'m>;

    #[inline]
    fn next(&mut self) -> Option<Set<'m>> {
        let slot = self.slots.next()?;
        let origin = self.message.origin(slot.origin)?;
        Some(Set::new(self.message, slot, origin))
    }
}

/// The data records of a message.
#[derive(Debug, Clone)]
pub struct MessageRecords<'m> {
    sets: Sets<'m>,
    records: Records<'m>,
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

/// The flows of a message.
#[derive(Debug, Clone)]
pub struct Flows<'m> {
    sets: Sets<'m>,
    origin: Option<&'m Origin>,
    records: Records<'m>,
    samples: Samples<'m>,
    sample: Option<SampleFlow<'m>>,
    discarded: bool,
}

impl<'m> Flows<'m> {
    /// Those of one set.
    pub(super) fn of(set: &Set<'m>) -> Self {
        Self {
            sets: Sets {
                message: set.message(),
                slots: [].iter(),
            },
            origin: Some(set.origin()),
            records: if set.is_options() {
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
    /// Discarded packets of sFlow too, with their
    /// [`drop_reason`](Flow::drop_reason).
    #[must_use]
    pub const fn with_discarded(mut self) -> Self {
        self.discarded = true;
        self
    }
}

impl<'m> Flows<'m> {
    /// Biflows as two flows: behind each that has a reverse direction comes
    /// that one ([`Flow::reverse`]).
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
    /// Goes to the next sample, or to the records of the next set.
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

/// The sFlow samples of a message.
#[derive(Debug, Clone)]
pub struct MessageSamples<'m> {
    sets: Sets<'m>,
    samples: Samples<'m>,
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

/// The problems of a message.
#[derive(Debug, Clone)]
pub struct Problems<'m> {
    message: Message<'m>,
    slots: core::slice::Iter<'m, ProblemSlot>,
}

impl<'m> Iterator for Problems<'m> {
    type Item = Problem<'m>;

    fn next(&mut self) -> Option<Problem<'m>> {
        let slot = self.slots.next()?;
        Some(Problem {
            error: slot.error,
            set: slot.set,
            octets: slot.octets,
            header: &self.message.origin(slot.origin)?.header,
        })
    }
}
