//! The iterators over the content of a message or of a whole datagram: its sets, records, flows,
//! samples and problems.

use super::problem::Problem;
use super::samples::MeasuredFlows;
use super::scratch::{ProblemSlot, ScratchRef, SetSlot};
use super::set::{Records, Samples, Set, SetKind};
use crate::flow::{Flow, Origin, SampleFlow};
use crate::record::DataRecord;
use crate::wire::sflow;

/// `iterators!(Message)`: the iterators of a type over what is in its `sets`.
macro_rules! iterators {
    ($type:ident) => {
        impl<'m> $type<'m> {
            /// The [`sets`](Self::sets), with common properties (RFC 5473): a set whose records
            /// refer to properties that options announced is replaced by sets of records that end
            /// with these properties. Flows are made of them.
            #[must_use]
            pub fn joined_sets(&self) -> JoinedSets<'m> {
                JoinedSets::new(self.sets())
            }

            /// The data records of all [`sets`](Self::sets), options among them, as they were sent.
            #[must_use]
            pub fn records(&self) -> MessageRecords<'m> {
                MessageRecords::new(self.sets())
            }

            /// The flows: data records other than options, and sFlow flow samples.
            #[must_use]
            pub fn flows(&self) -> Flows<'m> {
                Flows::new(self.sets())
            }

            /// The samples; only sFlow has them.
            #[must_use]
            pub fn samples(&self) -> MessageSamples<'m> {
                MessageSamples::new(self.sets())
            }
        }
    };
}
pub(super) use iterators;

/// The sets of a message or of a whole datagram.
#[derive(Debug, Clone)]
pub struct Sets<'m> {
    content: ScratchRef<'m>,
    slots: core::slice::Iter<'m, SetSlot>,
}

impl<'m> Sets<'m> {
    pub(super) fn new(content: ScratchRef<'m>, slots: &'m [SetSlot]) -> Self {
        Self {
            content,
            slots: slots.iter(),
        }
    }
}

impl<'m> Iterator for Sets<'m> {
    type Item = Set<'m>;

    #[inline]
    fn next(&mut self) -> Option<Set<'m>> {
        let slot = self.slots.next()?;
        let origin = self.content.origin(slot.origin)?;
        Some(Set::new(self.content, slot, origin))
    }
}

/// The sets of a message or of a whole datagram, with the common properties of their records
/// ([`Decoded::joined_sets`](crate::Decoded::joined_sets)).
#[derive(Debug, Clone)]
pub struct JoinedSets<'m> {
    sets: Sets<'m>,
    /// What is left of the sets in the place of one.
    joined: Sets<'m>,
}

impl<'m> JoinedSets<'m> {
    pub(super) fn new(sets: Sets<'m>) -> Self {
        let joined = Sets::new(sets.content, &[]);
        Self { sets, joined }
    }

    /// The joined sets that replace one set; none if no record of it is joined.
    fn of(set: &Set<'m>) -> Self {
        let content = set.content();
        Self {
            sets: Sets::new(content, &[]),
            joined: Sets::new(content, content.joined_slots(set.slot())),
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
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let flows = decoded.flows();
/// let octets: u64 = flows.filter_map(|flow| flow.octets()).sum();
/// assert_eq!(octets, 1500);
/// // A record of both directions (RFC 5103) becomes two flows.
/// assert_eq!(decoded.flows().split_biflows().count(), 1);
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Flows<'m> {
    sets: JoinedSets<'m>,
    origin: Option<&'m Origin>,
    records: Records<'m>,
    samples: Samples<'m>,
    /// The samples of which it is known where their structures are.
    measured: MeasuredFlows<'m>,
    /// There may be more samples.
    has_samples: bool,
    /// The last of them.
    sample: SampleFlow<'m>,
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
            measured: MeasuredFlows::new(&[], &[]),
            has_samples: false,
            sample: SampleFlow::EMPTY,
            discarded: false,
        }
    }

    /// The flows of one set.
    pub(super) fn of(set: &Set<'m>) -> Self {
        let mut flows = Self {
            sets: JoinedSets::of(set),
            origin: Some(set.origin()),
            records: if set.is_options() || set.is_joined_apart() {
                Records::EMPTY
            } else {
                set.records()
            },
            samples: Samples::EMPTY,
            measured: MeasuredFlows::new(&[], &[]),
            has_samples: false,
            sample: SampleFlow::EMPTY,
            discarded: false,
        };
        if set.kind() == SetKind::Samples {
            flows.begin_samples(set);
        }
        flows
    }
}

impl<'m> Set<'m> {
    /// Its flows, as [`Decoded::flows`](crate::Decoded::flows) iterates over those of all sets;
    /// none if it holds something else.
    #[must_use]
    pub fn flows(&self) -> Flows<'m> {
        Flows::of(self)
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
            if self.has_samples && self.advance_sample() {
                return Some(Flow::from_sample(self.sample, self.origin?));
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

impl<'m> Flows<'m> {
    /// Begins a set of samples.
    fn begin_samples(&mut self, set: &Set<'m>) {
        match set.measured_flows() {
            Some(measured) => self.measured = measured,
            None => self.samples = set.samples(),
        }
        self.has_samples = true;
    }

    /// Advances to the records or samples of the next set.
    #[inline(never)]
    fn advance(&mut self) -> Option<()> {
        let set = self.sets.next()?;
        self.origin = Some(set.origin());
        match set.kind() {
            SetKind::Data => self.records = set.records(),
            SetKind::Samples => self.begin_samples(&set),
            _ => {}
        }
        Some(())
    }

    /// Advances to the next sample; `false` if there is none. Apart from [`advance`](Self::advance), which
    /// has less to save without it.
    #[inline(never)]
    fn advance_sample(&mut self) -> bool {
        self.measured.fill_next(&mut self.sample).is_some() || self.search_sample()
    }

    /// The same among samples that were not measured.
    #[inline(never)]
    fn search_sample(&mut self) -> bool {
        let discarded = self.discarded;
        let flows = &mut self.samples;
        match flows.find_map(|sample| SampleFlow::new(sample, discarded)) {
            Some(sample) => self.sample = sample,
            None => self.has_samples = false,
        }
        self.has_samples
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
    content: ScratchRef<'m>,
    slots: core::slice::Iter<'m, ProblemSlot>,
}

impl<'m> Problems<'m> {
    pub(super) fn new(content: ScratchRef<'m>, slots: &'m [ProblemSlot]) -> Self {
        Self {
            content,
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
            header: &self.content.origin(slot.origin)?.header,
        })
    }
}
