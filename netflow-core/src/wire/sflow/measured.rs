//! Flow samples whose structures are found while their lengths are checked.

use zerocopy::FromBytes;

use crate::wire::sflow::block::OpaqueBlockHeader;
use crate::wire::sflow::data_format::{DataFormat, Kind};
use crate::wire::sflow::flow_record::{ExtendedSwitch, SampledHeader};
use crate::wire::sflow::flow_sample::FlowSample;
use crate::wire::sflow::sample::Sample;
use crate::wire::sflow::verify::{holds, is_other_whole};
use crate::wire::sflow::xdr::{padding, size};

/// Where a flow sample is, and the structures in it that flows are read from.
///
/// The walk that validates a datagram finds both, so that its flows need not be searched again: that
/// took as many instructions as the walk itself.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(
    not(feature = "alloc"),
    expect(
        dead_code,
        reason = "flows need an allocator, and only they are read by the places"
    )
)]
pub(crate) struct MeasuredSample {
    /// Octets of the datagram before the sample.
    offset: usize,
    /// Octets of the sample's records before the contents of the first `sampled_header`.
    header: usize,
    /// The same of its first `extended_switch`; as many as no sample has if there is none.
    switch: usize,
}

/// No structure is found there.
const ABSENT: usize = usize::MAX;

impl MeasuredSample {
    /// The places in a flow sample, and its header. `None` if it has no `sampled_header` or
    /// anything in it is unusual: a fault, octets after the last record, a cut. Then the sample is
    /// validated record by record, which finds the fault.
    #[inline]
    pub(super) fn of<'a>(sample: &Sample<'a>) -> Option<(FlowSample<'a>, Self)> {
        let flow = sample.as_flow()?;
        let (header, switch) = places(flow.records.octets, flow.record_count());
        if header == ABSENT || sample.is_cut() {
            return None;
        }
        let measured = Self {
            offset: sample.offset(),
            header,
            switch,
        };
        Some((flow, measured))
    }
}

/// Octets of these records before the contents of the first `sampled_header` and those of the first
/// `extended_switch`. [`ABSENT`] for both if anything in the records is unusual.
///
/// BE ADVISED: this loop is the most frequent of sFlow, and is written for the number of its
/// instructions. It has no call but the last one, so that its values stay in registers and none are
/// saved; it knows the two structures that switches send and no padding. All else is left to
/// [`places_in_any`], which has to return the same where this one returns something.
#[inline(never)]
fn places(records: &[u8], count: u32) -> (usize, usize) {
    let (mut header, mut switch) = (ABSENT, ABSENT);
    let (mut rest, mut found) = (records, 0_u32);
    while let Ok((head, contents)) = OpaqueBlockHeader::ref_from_prefix(rest) {
        let place = records.len().wrapping_sub(contents.len());
        let length = size(head.length.get());
        let Some((octets, after)) = contents.split_at_checked(length) else {
            return (ABSENT, ABSENT);
        };
        let is_whole = match DataFormat::from_tag(head.format.get()) {
            SampledHeader::FORMAT => {
                header = header.min(place);
                SampledHeader::is_whole(octets)
            }
            ExtendedSwitch::FORMAT => {
                switch = switch.min(place);
                holds::<ExtendedSwitch>(octets)
            }
            _ => false,
        };
        if !is_whole || length & 3 != 0 {
            return places_in_any(records, count);
        }
        rest = after;
        found = found.wrapping_add(1);
    }
    if found == count && rest.is_empty() {
        (header, switch)
    } else {
        (ABSENT, ABSENT)
    }
}

/// The same for records of any structure.
#[inline(never)]
fn places_in_any(records: &[u8], count: u32) -> (usize, usize) {
    let (mut header, mut switch) = (ABSENT, ABSENT);
    let mut rest = records;
    for _ in 0..count {
        let Ok((head, contents)) = OpaqueBlockHeader::ref_from_prefix(rest) else {
            return (ABSENT, ABSENT);
        };
        let Some((octets, after)) = contents.split_at_checked(size(head.length.get())) else {
            return (ABSENT, ABSENT);
        };
        rest = after.get(padding(octets.len())..).unwrap_or_default();
        let place = records.len().wrapping_sub(contents.len());
        let is_whole = match DataFormat::from_tag(head.format.get()) {
            SampledHeader::FORMAT => {
                header = header.min(place);
                SampledHeader::is_whole(octets)
            }
            ExtendedSwitch::FORMAT => {
                switch = switch.min(place);
                holds::<ExtendedSwitch>(octets)
            }
            format => is_other_whole(Kind::Flow, format, octets),
        };
        if !is_whole {
            return (ABSENT, ABSENT);
        }
    }
    if rest.is_empty() {
        (header, switch)
    } else {
        (ABSENT, ABSENT)
    }
}

#[cfg(feature = "alloc")]
impl MeasuredSample {
    /// The sample in the datagram whose walk measured it.
    #[inline]
    pub(crate) fn sample<'a>(&self, datagram: &'a [u8]) -> Option<Sample<'a>> {
        Sample::at(datagram, self.offset)
    }

    /// Its `sampled_header`.
    #[inline]
    pub(crate) fn header<'a>(&self, flow: &FlowSample<'a>) -> Option<SampledHeader<'a>> {
        SampledHeader::parse(flow.records.octets.get(self.header..)?)
    }

    /// Its `extended_switch`.
    #[inline]
    pub(crate) fn switch<'a>(&self, flow: &FlowSample<'a>) -> Option<&'a ExtendedSwitch> {
        let octets = flow.records.octets.get(self.switch..)?;
        Some(ExtendedSwitch::ref_from_prefix(octets).ok()?.0)
    }
}
