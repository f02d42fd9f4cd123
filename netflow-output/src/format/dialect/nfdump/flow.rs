//! A flow as nfdump keeps it.

use core::net::{IpAddr, Ipv4Addr};

use netflow_core::element::ElementId;
use netflow_core::value::unsigned;
use netflow_core::wire::template::FieldKey;
use netflow_core::{Flow, Protocol, Timestamp};

use super::groups::FieldGroups;
use crate::format::dialect::{Faults, protocols};

/// What all forms print of a flow.
#[derive(Debug)]
pub(super) struct DumpedFlow {
    pub(super) groups: FieldGroups,
    pub(super) faults: Faults,
    pub(super) is_event: bool,
    pub(super) start: Option<Timestamp>,
    pub(super) end: Option<Timestamp>,
    pub(super) received: Timestamp,
    pub(super) protocol: u8,
    pub(super) source: Option<IpAddr>,
    pub(super) destination: Option<IpAddr>,
    pub(super) source_port: u16,
    pub(super) destination_port: u16,
    pub(super) icmp: Option<(u8, u8)>,
    pub(super) packets: u64,
    pub(super) octets: u64,
    pub(super) tcp_flags: u8,
    pub(super) tos: u8,
    pub(super) forwarding_status: u64,
    pub(super) flows: u64,
    pub(super) is_sampled: bool,
    /// AS of source and destination.
    pub(super) systems: (u32, u32),
    /// Input and output interface.
    pub(super) interfaces: (u32, u32),
}

const ICMP: u8 = 1;
const ICMP_V6: u8 = 58;

impl DumpedFlow {
    pub(super) fn new(flow: &Flow<'_>, groups: FieldGroups, faults: Faults) -> Self {
        let header = flow.header();
        let protocol = flow.protocol().unwrap_or(0);
        let is_sample = header.protocol == Protocol::SflowV5;
        let rate = flow.sampling_rate().filter(|rate| *rate > 1);
        // nfdump stores what it takes the whole traffic for.
        let factor = rate.filter(|_| faults.are_copied()).unwrap_or(1);
        let is_icmp = matches!(protocol, ICMP | ICMP_V6);
        let hides_times = groups.has_unread_times && faults.are_copied();
        let start = flow
            .start()
            .filter(|_| !hides_times)
            .or(is_sample.then_some(header.received));
        let end = flow
            .end()
            .filter(|_| !hides_times)
            .or(is_sample.then_some(header.received));
        let is_event = flow.nat_event().is_some() || flow.firewall_event().is_some();
        Self {
            groups,
            faults,
            is_event,
            start: start.or(end),
            end: end.or(start),
            received: header.received,
            protocol,
            source: flow.source_address(),
            destination: flow.destination_address(),
            source_port: flow.source_port().unwrap_or(0),
            destination_port: flow.destination_port().unwrap_or(0),
            icmp: is_icmp.then(|| (flow.icmp_type().unwrap_or(0), flow.icmp_code().unwrap_or(0))),
            packets: flow.packets().unwrap_or(0).saturating_mul(factor),
            octets: flow.octets().unwrap_or(0).saturating_mul(factor),
            tcp_flags: (flow.tcp_flags().unwrap_or(0) & 0xff) as u8,
            tos: flow.tos().unwrap_or(0),
            forwarding_status: flow.forwarding_status().unwrap_or(0).into(),
            flows: number(flow, 3).unwrap_or(1).max(1),
            is_sampled: flow.sampling_rate().is_some(),
            systems: (
                flow.source_as().unwrap_or(0),
                flow.destination_as().unwrap_or(0),
            ),
            interfaces: (
                flow.input_interface().unwrap_or(0),
                flow.output_interface().unwrap_or(0),
            ),
        }
    }

    /// The time of the first packet; the year 1970 if it is not known.
    pub(super) fn start_or_epoch(&self) -> Timestamp {
        self.start.unwrap_or(Timestamp::from_nanos(0))
    }

    /// The time of the last packet; the year 1970 if it is not known.
    pub(super) fn end_or_epoch(&self) -> Timestamp {
        self.end.unwrap_or(Timestamp::from_nanos(0))
    }

    /// Nanoseconds from the first to the last packet; 0 if the exporter has them in reverse order.
    pub(super) fn duration(&self) -> i64 {
        match (self.start, self.end) {
            (Some(start), Some(end)) => end.nanos_since(start).max(0),
            _ => 0,
        }
    }

    /// The source port; 0 for ICMP, which has none.
    pub(super) fn source_port_of_line(&self) -> u16 {
        if self.icmp.is_some() {
            0
        } else {
            self.source_port
        }
    }

    /// `CEUAPRSF`, with dots for flags that are not set.
    pub(super) fn flags(&self) -> [u8; 8] {
        protocols::letters(self.tcp_flags, protocols::TCP_FLAGS)
    }

    /// The source; 0.0.0.0 if it is not known.
    pub(super) fn source_or_any(&self) -> IpAddr {
        self.source.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }

    /// The destination; 0.0.0.0 if it is not known.
    pub(super) fn destination_or_any(&self) -> IpAddr {
        self.destination
            .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
    }
}

/// The number in the first field of this element of a flow's record.
pub(super) fn number(flow: &Flow<'_>, id: u16) -> Option<u64> {
    let key = FieldKey::Element(ElementId::iana(id));
    let mut fields = flow.record()?.fields();
    unsigned(fields.find(|field| field.template().key() == key)?.octets())
}
