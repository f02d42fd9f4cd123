//! Which flow a record is of, as far as sums have to know: by the properties that its packets share
//! (RFC 7011, section 2, Flow Key), or by the connection id of a firewall (NF_F_CONN_ID of the Cisco ASA
//! NetFlow Implementation Guide).

use core::net::IpAddr;

use crate::datagram::Protocol;
use crate::element::iana;
use crate::exporter::SequenceEvent;
use crate::flow::{ClockRule, Flow};
use crate::record::Field;
use crate::time::Timestamp;
use crate::value;
use crate::wire::template::FieldKey;

/// Which flow a record is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct FlowIdentity {
    exporter: IpAddr,
    protocol_of_export: Protocol,
    observation_domain: u32,
    pub(super) flow: Named,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Named {
    /// The flow with this connection id of a firewall.
    Connection(u64),
    /// The flow whose packets have these values in common.
    Packets {
        addresses: [Option<IpAddr>; 2],
        ports: [Option<u16>; 2],
        protocol: Option<u8>,
        input: Option<u32>,
        flow_id: Option<u64>,
        start: Start,
    },
}

impl FlowIdentity {
    pub(super) fn new(flow: &Flow<'_>, connection: Option<u64>) -> Self {
        let header = flow.header();
        let of_packets = || Named::Packets {
            addresses: [flow.source_address(), flow.destination_address()],
            ports: [flow.source_port(), flow.destination_port()],
            protocol: flow.protocol(),
            input: flow.input_interface(),
            flow_id: flow.flow_id(),
            start: Start::of(flow),
        };
        Self {
            exporter: header.exporter.ip().to_canonical(),
            protocol_of_export: header.protocol,
            observation_domain: header.observation_domain,
            flow: connection.map_or_else(of_packets, Named::Connection),
        }
    }
}

/// When the exporter says that a flow began. Uptimes are compared as they were sent: the time of
/// their message is in whole seconds in NetFlow v9, so what follows from both differs between
/// the messages of one flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Start {
    Unknown,
    Time(Timestamp),
    Uptime(u64),
}

impl Start {
    pub(super) fn of(flow: &Flow<'_>) -> Self {
        let is_start = |field: &Field<'_, '_>| {
            field.template().key() == FieldKey::Element(iana::FLOW_START_SYS_UP_TIME.id)
        };
        let is_by_uptime = flow.clock_rule() == Some(ClockRule::Uptime);
        let record = flow
            .record()
            .filter(|_| is_by_uptime || flow.start().is_none());
        let uptime = record.and_then(|record| record.fields().find(is_start));
        match uptime.and_then(|field| value::unsigned(field.octets())) {
            Some(uptime) => Self::Uptime(uptime),
            None => flow.start().map_or(Self::Unknown, Self::Time),
        }
    }
}

/// When a connection that ended began, and when it ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    start: Start,
    end: Option<Timestamp>,
}

impl Life {
    pub(super) fn of(flow: &Flow<'_>) -> Self {
        Self {
            start: Start::of(flow),
            end: flow.end(),
        }
    }

    /// Whether a record is of this connection, not of another that has its id now.
    pub(super) fn holds(&self, flow: &Flow<'_>) -> bool {
        if is_duplicate(flow) {
            return true;
        }
        let other = Self::of(flow);
        if self.start != Start::Unknown && other.start != Start::Unknown {
            return self.start == other.start;
        }
        self.end
            .zip(other.end)
            .is_some_and(|(end, other)| other <= end)
    }
}

/// The datagram was received before.
pub(super) fn is_duplicate(flow: &Flow<'_>) -> bool {
    flow.header().sequence_event == SequenceEvent::Duplicate
}

/// The message was sent before others that were received.
pub(super) fn is_behind(flow: &Flow<'_>) -> bool {
    matches!(
        flow.header().sequence_event,
        SequenceEvent::Duplicate | SequenceEvent::Late
    )
}
