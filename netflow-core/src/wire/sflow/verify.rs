//! One walk that proves a datagram.

use crate::error::{Error, ErrorKind};
use crate::wire::sflow::counter_record::{EthernetCounters, IfCounters};
use crate::wire::sflow::data_format::{DataFormat, Kind};
use crate::wire::sflow::datagram::Datagram;
use crate::wire::sflow::extended::{ExtendedMpls, ExtendedNat, ExtendedRouter, ExtendedUser};
use crate::wire::sflow::flow_record::{ExtendedSwitch, SampledHeader};
use crate::wire::sflow::flow_sample::FlowSample;
use crate::wire::sflow::gateway::ExtendedGateway;
use crate::wire::sflow::measured::MeasuredSample;
use crate::wire::sflow::record::{Record, Records};
use crate::wire::sflow::sample::{Sample, SampleKind};
use crate::wire::sflow::structure::Structure;

/// What a datagram holds, as found, not as announced.
///
/// ```
/// use netflow_core::example;
/// use netflow_core::wire::sflow::Datagram;
///
/// let datagram = Datagram::parse(example::sflow().payload)?;
/// let counts = datagram.verify(|error, octets| println!("{error}: {octets} octets"));
/// assert_eq!((counts.flow_samples, counts.counters_samples), (1, 1));
/// assert_eq!(counts.end, example::sflow().payload.len());
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Flow samples.
    pub flow_samples: u32,
    /// Counters samples.
    pub counters_samples: u32,
    /// Discarded packets.
    pub discarded_packets: u32,
    /// Samples that cannot be read: of an unknown format, or shorter than their header.
    pub other_samples: u32,
    /// Flow records, of flow samples and of discarded packets.
    pub flow_records: u32,
    /// Counter records.
    pub counter_records: u32,
    /// Octets of the datagram up to the end of its last sample.
    pub end: usize,
}

impl Datagram<'_> {
    /// Walks the datagram once, counts what it holds, and reports each fault with the
    /// octets that cannot be read for it.
    ///
    /// One cause is one fault: what a shortened sample or record lacks is not reported
    /// again. Structures of fixed layout are validated by their length alone. An unknown
    /// record is not a fault.
    ///
    /// ```
    /// use netflow_core::wire::sflow::Datagram;
    ///
    /// let mut payload = Vec::new();
    /// for word in [5_u32, 1, 0xc000_0201, 2, 17, 60_000, 1, 9, 4, 0] {
    ///     payload.extend(word.to_be_bytes());
    /// }
    /// let mut faults = Vec::new();
    /// Datagram::parse(&payload)?.verify(|error, skipped| faults.push((error, skipped)));
    /// let (error, skipped) = faults[0];
    /// assert_eq!(error.to_string(), "sample format 0:9 is not known at octet 28");
    /// assert_eq!(skipped, 4);
    /// # Ok::<(), netflow_core::Error>(())
    /// ```
    pub fn verify(&self, fault: impl FnMut(Error, usize)) -> Counts {
        self.walk(&mut Faults(fault))
    }

    /// Walks the datagram as [`verify`](Self::verify) does, and shows its samples as well.
    #[inline(never)]
    pub(crate) fn walk(&self, visitor: &mut impl Visitor) -> Counts {
        let mut counts = Counts::default();
        let mut samples = self.samples();
        let mut unread = 0;
        while let Some(sample) = samples.sample() {
            // Nearly every sample is a flow sample in which nothing is unusual.
            if let Some((flow, measured)) = MeasuredSample::of(&sample) {
                counts.flow_samples = counts.flow_samples.saturating_add(1);
                counts.flow_records = counts.flow_records.saturating_add(flow.record_count());
                visitor.measured(&flow, measured);
            } else {
                unread = verify_sample(sample, &mut counts, visitor);
            }
        }
        counts.end = samples.offset();
        if let Some(error) = samples.fault() {
            let rest = samples.rest().len();
            let cut = matches!(error.kind, ErrorKind::SampleTooLong { .. });
            visitor.fault(error, if cut { unread } else { rest });
            counts.end = counts.end.saturating_add(rest);
        }
        counts
    }
}

/// Receives what one walk over a datagram finds, in its order.
pub(crate) trait Visitor {
    /// A flow sample in which nothing is unusual.
    fn measured(&mut self, flow: &FlowSample<'_>, measured: MeasuredSample);

    /// Another sample of a known format, whose header is there.
    fn sample(&mut self, kind: SampleKind<'_>);

    /// A fault, and the octets that cannot be read for it.
    fn fault(&mut self, error: Error, octets: usize);
}

/// A visitor that only wants the faults.
struct Faults<F>(F);

impl<F: FnMut(Error, usize)> Visitor for Faults<F> {
    fn measured(&mut self, _: &FlowSample<'_>, _: MeasuredSample) {}

    fn sample(&mut self, _: SampleKind<'_>) {}

    fn fault(&mut self, error: Error, octets: usize) {
        (self.0)(error, octets);
    }
}

/// Counts and checks one sample, by value, so that the walk need not keep it in memory. Of a cut one returns the octets that no record took,
/// and leaves the fault to the datagram.
#[inline(never)]
fn verify_sample(sample: Sample<'_>, counts: &mut Counts, visitor: &mut impl Visitor) -> usize {
    let length = sample.octets().len();
    let error = match sample.kind() {
        Ok(SampleKind::Unknown) => {
            let format = sample.format();
            let kind = ErrorKind::UnknownSample {
                enterprise: format.enterprise(),
                format: format.format(),
            };
            Error::new(kind, sample.offset())
        }
        Ok(kind) => {
            let (samples, records) = match kind {
                SampleKind::Flow(_) => (&mut counts.flow_samples, &mut counts.flow_records),
                SampleKind::Discarded(_) => {
                    (&mut counts.discarded_packets, &mut counts.flow_records)
                }
                _ => (&mut counts.counters_samples, &mut counts.counter_records),
            };
            *samples = samples.saturating_add(1);
            visitor.sample(kind);
            return verify_records(kind.records(), sample.is_cut(), records, visitor);
        }
        Err(error) => error,
    };
    counts.other_samples = counts.other_samples.saturating_add(1);
    if !sample.is_cut() {
        visitor.fault(error, length);
    }
    length
}

/// Counts and checks the records of a sample; of a cut one returns the octets that no
/// record took.
#[inline]
fn verify_records(
    mut records: Records<'_>,
    cut: bool,
    count: &mut u32,
    visitor: &mut impl Visitor,
) -> usize {
    let mut unread = 0;
    while let Some(record) = records.record() {
        *count = count.saturating_add(1);
        if record.is_cut() {
            unread = unread_octets(&record);
        } else if !is_whole(&record) {
            if let Some((error, skipped)) = fault_by_table(&record) {
                visitor.fault(error, skipped);
            }
        }
    }
    if let Some(error) = records.fault() {
        if !matches!(error.kind, ErrorKind::SampleTooLong { .. }) {
            unread = records.rest().len();
        }
        if !cut {
            visitor.fault(error, unread);
        }
        return unread;
    }
    // Zeros after the last record are padding.
    let rest = records.rest();
    if !cut && rest.iter().any(|octet| *octet != 0) {
        let length = rest.len();
        let kind = ErrorKind::TrailingOctets { length };
        visitor.fault(Error::new(kind, records.offset()), length);
    }
    unread
}

/// Octets of a shortened record that its members do not take.
#[cold]
fn unread_octets(record: &Record<'_>) -> usize {
    if record.structure().is_none() {
        return record.octets().len();
    }
    let mut members = record.members();
    members.by_ref().for_each(drop);
    members.skipped()
}

/// Whether all members of a record are there; `false` also if only the table shows that. The
/// structures of nearly all flow samples are validated in the loop over the records.
#[inline]
fn is_whole(record: &Record<'_>) -> bool {
    let octets = record.octets();
    match (record.kind(), record.format()) {
        (Kind::Flow, SampledHeader::FORMAT) => SampledHeader::is_whole(octets),
        (Kind::Flow, ExtendedSwitch::FORMAT) => holds::<ExtendedSwitch>(octets),
        (kind, format) => is_other_whole(kind, format, octets),
    }
}

/// The same for other structures; the most frequent are validated without the table.
#[inline(never)]
pub(super) fn is_other_whole(kind: Kind, format: DataFormat, octets: &[u8]) -> bool {
    match (kind, format) {
        (Kind::Flow, ExtendedGateway::FORMAT) => ExtendedGateway::parse(octets).is_some(),
        (Kind::Flow, ExtendedRouter::FORMAT) => ExtendedRouter::parse(octets).is_some(),
        (Kind::Flow, ExtendedUser::FORMAT) => ExtendedUser::parse(octets).is_some(),
        (Kind::Flow, ExtendedMpls::FORMAT) => ExtendedMpls::parse(octets).is_some(),
        (Kind::Flow, ExtendedNat::FORMAT) => ExtendedNat::parse(octets).is_some(),
        (Kind::Counter, IfCounters::FORMAT) => holds::<IfCounters>(octets),
        (Kind::Counter, EthernetCounters::FORMAT) => holds::<EthernetCounters>(octets),
        _ => match Structure::get(kind, format) {
            Some(structure) => structure.size().is_some_and(|size| octets.len() >= size),
            None => true,
        },
    }
}

/// Whether all of a fixed layout is there.
pub(super) const fn holds<T>(octets: &[u8]) -> bool {
    octets.len() >= size_of::<T>()
}

#[cold]
fn fault_by_table(record: &Record<'_>) -> Option<(Error, usize)> {
    let mut members = record.members();
    members.by_ref().for_each(drop);
    Some((members.fault()?, members.skipped()))
}
