//! A flow as nfdump keeps it.

use core::net::{IpAddr, Ipv4Addr};

use netflow_core::packet::protocol::{ICMP, ICMPV6};
use netflow_core::{Projected, ProjectedFlow, Protocol, Timestamp};

use super::fields;
use super::groups::FieldGroups;
use crate::format::dialect::positions::number_of_set;
use crate::format::dialect::record::{ElementKind, ElementPlaces};
use crate::format::dialect::{Faults, protocols};

/// How the flows of a template are read.
#[derive(Debug)]
pub(super) struct DumpPlan {
    pub(super) groups: FieldGroups,
    /// Where elements without a normalised field are; none in samples.
    pub(super) places: Option<ElementPlaces>,
}

/// How an element of IANA is read from the record; none if it is not.
pub(super) fn kind(id: u16) -> Option<ElementKind> {
    let is_read = matches!(
        id,
        3 | 23
            | 24
            | 52
            | 53
            | 55..=57
            | 70..=81
            | 128
            | 129
            | 138
            | 148
            | 192
            | 227
            | 228
            | 243
            | 245
            | 252..=256
            | 283
    );
    is_read.then_some(ElementKind::Number)
}

/// What is known of all flows of a set.
#[derive(Debug, Clone, Copy)]
pub(super) struct SetFacts {
    pub(super) exporter: u64,
    pub(super) router: Option<IpAddr>,
    /// The sampling rate that all have, or that none has.
    pub(super) rate: Option<Option<u64>>,
}

impl SetFacts {
    /// Of the set of this flow.
    pub(super) fn new(
        exporter: u64,
        projected: &Projected<'_, '_>,
        row: &ProjectedFlow<'_, '_, '_>,
    ) -> Self {
        let flow = row.flow();
        let number = || row.number(fields::SAMPLING_RATE);
        // Samples of one message may differ: some state no rate, and discarded packets have none.
        let rate = match flow.sample() {
            Some(_) => None,
            None => number_of_set(projected, fields::SAMPLING_RATE, number),
        };
        Self {
            exporter,
            router: flow.agent_address().or(flow.exporter_address()),
            rate,
        }
    }
}

/// What a flow is read from.
#[derive(Debug)]
pub(super) struct FlowReader<'r, 'p, 'f, 'm> {
    pub(super) row: ProjectedFlow<'p, 'f, 'm>,
    pub(super) plan: &'r DumpPlan,
    pub(super) set: &'r SetFacts,
}

impl FlowReader<'_, '_, '_, '_> {
    /// The number in the first field of this element, which no field of flows stands for; 0 without one.
    #[inline]
    pub(super) fn element(&self, id: u16) -> u64 {
        self.element_if_any(id).unwrap_or(0)
    }

    /// The same; `None` without one.
    #[inline]
    pub(super) fn element_if_any(&self, id: u16) -> Option<u64> {
        let places = self.plan.places.as_ref()?;
        places.number(self.row.flow().record()?, id)
    }

    /// The number in a field; 0 if the flow lacks it.
    #[inline]
    pub(super) fn number(&self, position: usize) -> u64 {
        self.row.number(position).unwrap_or(0)
    }

    /// The lower flags of TCP.
    #[inline]
    pub(super) fn tcp_flags(&self) -> u8 {
        self.number(fields::TCP_FLAGS) as u8
    }

    /// The letters `CEUAPRSF`, with dots for flags that are not set.
    pub(super) fn flag_letters(&self) -> [u8; 8] {
        protocols::letters(self.tcp_flags(), protocols::TCP_FLAGS)
    }

    /// Whether the flow is an event of a firewall or of address translation.
    pub(super) fn is_event(&self) -> bool {
        let mut fields = [fields::NAT_EVENT, fields::FIREWALL_EVENT].into_iter();
        fields.any(|position| self.row.number(position).is_some())
    }

    /// The sampling rate, if it is known.
    #[inline]
    pub(super) fn rate(&self) -> Option<u64> {
        match self.set.rate {
            Some(rate) => rate,
            None => self.row.number(fields::SAMPLING_RATE),
        }
    }
}

/// What all forms print of a flow.
#[derive(Debug)]
pub(super) struct DumpedFlow {
    pub(super) groups: FieldGroups,
    pub(super) faults: Faults,
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
    pub(super) flows: u64,
}

impl DumpedFlow {
    /// What is printed of a flow.
    #[inline(always)]
    pub(super) fn new(reader: &FlowReader<'_, '_, '_, '_>, faults: Faults) -> Self {
        let row = &reader.row;
        let groups = reader.plan.groups;
        let header = row.flow().header();
        let number = |position| reader.number(position);
        // The numbers of these fields have no more octets.
        let octet = |position| number(position) as u8;
        let protocol = octet(fields::PROTOCOL);
        let is_sample = header.protocol == Protocol::SflowV5;
        // nfdump stores what it takes the whole traffic for.
        let rate = if faults.are_copied() {
            reader.rate()
        } else {
            None
        };
        let factor = rate.unwrap_or(1).max(1);
        let is_icmp = matches!(protocol, ICMP | ICMPV6);
        let hides_times = groups.has_unread_times && faults.are_copied();
        let time = |position| {
            let time = if hides_times {
                None
            } else {
                row.time(position)
            };
            time.or(is_sample.then_some(header.received))
        };
        let (start, end) = (time(fields::START), time(fields::END));
        Self {
            groups,
            faults,
            start: start.or(end),
            end: end.or(start),
            received: header.received,
            protocol,
            source: row.address(fields::SOURCE),
            destination: row.address(fields::DESTINATION),
            source_port: number(fields::SOURCE_PORT) as u16,
            destination_port: number(fields::DESTINATION_PORT) as u16,
            icmp: is_icmp.then(|| (octet(fields::ICMP_TYPE), octet(fields::ICMP_CODE))),
            packets: number(fields::PACKETS).saturating_mul(factor),
            octets: number(fields::OCTETS).saturating_mul(factor),
            flows: reader.element(3).max(1),
        }
    }

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
