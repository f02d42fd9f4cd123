//! The header of a message.

use netflow_core::{MessageHeader, Protocol, SequenceEvent};

use crate::c_types::netflow_address;

/// A protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_protocol {
    /// One that this version of the header does not name.
    NETFLOW_PROTOCOL_OTHER = 0,
    /// NetFlow version 1.
    NETFLOW_PROTOCOL_NETFLOW1 = 1,
    /// NetFlow version 5.
    NETFLOW_PROTOCOL_NETFLOW5 = 5,
    /// NetFlow version 6.
    NETFLOW_PROTOCOL_NETFLOW6 = 6,
    /// NetFlow version 7.
    NETFLOW_PROTOCOL_NETFLOW7 = 7,
    /// NetFlow version 8.
    NETFLOW_PROTOCOL_NETFLOW8 = 8,
    /// NetFlow version 9 (RFC 3954).
    NETFLOW_PROTOCOL_NETFLOW9 = 9,
    /// IPFIX (RFC 7011).
    NETFLOW_PROTOCOL_IPFIX = 10,
    /// sFlow version 5.
    NETFLOW_PROTOCOL_SFLOW5 = 105,
}

/// The result of checking the sequence number of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_sequence_event {
    /// Nothing.
    NETFLOW_SEQUENCE_NONE = 0,
    /// The number expected.
    NETFLOW_SEQUENCE_IN_ORDER = 1,
    /// Units before it are missing, `netflow_header.lost` of them.
    NETFLOW_SEQUENCE_GAP = 2,
    /// It belongs before messages that were received already.
    NETFLOW_SEQUENCE_LATE = 3,
    /// It was received already.
    NETFLOW_SEQUENCE_DUPLICATE = 4,
    /// The exporter restarted.
    NETFLOW_SEQUENCE_RESTART = 5,
}

/// Bits of `netflow_header.present`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum netflow_header_field {
    /// `export_time` is there.
    NETFLOW_HEADER_EXPORT_TIME = 1,
    /// `sys_uptime` is there.
    NETFLOW_HEADER_SYS_UPTIME = 2,
    /// `sequence` is there.
    NETFLOW_HEADER_SEQUENCE = 4,
    /// `system_init` is there.
    NETFLOW_HEADER_SYSTEM_INIT = 8,
    /// `sampling` is there.
    NETFLOW_HEADER_SAMPLING = 16,
}

/// The header of a message, and the source and time of its datagram. Late data has the header it
/// arrived with.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct netflow_header {
    /// When the datagram was received, nanoseconds since 1970 UTC.
    pub received: i64,
    /// When the message was sent, likewise; absent in sFlow.
    pub export_time: i64,
    /// When the exporter started, likewise, if its options announced it.
    pub system_init: i64,
    /// The caller's number of the datagram within its input.
    pub frame: u64,
    /// Octets of the payload before the message.
    pub offset: usize,
    /// A `netflow_protocol`.
    pub protocol: u32,
    /// Bits of `netflow_header_field`.
    pub present: u32,
    /// Observation domain: the v9 source id, the IPFIX domain, engine type and id in v5, v6 and
    /// v8, the sub-agent in sFlow, else 0.
    pub observation_domain: u32,
    /// The sequence number, in the unit of the protocol.
    pub sequence: u32,
    /// A `netflow_sequence_event`.
    pub sequence_event: u32,
    /// Units that are missing before the message.
    pub lost: u32,
    /// Milliseconds since the exporter started, modulo 2^32.
    pub sys_uptime: u32,
    /// The sampling word of v5 and v6: mode in the top two bits, interval below.
    pub sampling: u16,
    /// Port the datagram was sent from.
    pub port: u16,
    /// Address the datagram was sent from.
    pub exporter: netflow_address,
    /// The address that the sFlow agent reports.
    pub agent_address: netflow_address,
    /// The caller's number of the file or socket that the datagram was read from.
    pub input: u32,
    /// 0.
    pub reserved: u32,
}

pub(crate) const fn protocol(protocol: Protocol) -> u32 {
    let number = match protocol {
        Protocol::NetflowV1 => netflow_protocol::NETFLOW_PROTOCOL_NETFLOW1,
        Protocol::NetflowV5 => netflow_protocol::NETFLOW_PROTOCOL_NETFLOW5,
        Protocol::NetflowV6 => netflow_protocol::NETFLOW_PROTOCOL_NETFLOW6,
        Protocol::NetflowV7 => netflow_protocol::NETFLOW_PROTOCOL_NETFLOW7,
        Protocol::NetflowV8 => netflow_protocol::NETFLOW_PROTOCOL_NETFLOW8,
        Protocol::NetflowV9 => netflow_protocol::NETFLOW_PROTOCOL_NETFLOW9,
        Protocol::Ipfix => netflow_protocol::NETFLOW_PROTOCOL_IPFIX,
        Protocol::SflowV5 => netflow_protocol::NETFLOW_PROTOCOL_SFLOW5,
        _ => netflow_protocol::NETFLOW_PROTOCOL_OTHER,
    };
    number as u32
}

impl netflow_header {
    pub(crate) fn new(header: &MessageHeader) -> Self {
        let (event, lost) = match header.sequence_event {
            SequenceEvent::InOrder => (netflow_sequence_event::NETFLOW_SEQUENCE_IN_ORDER, 0),
            SequenceEvent::Gap(lost) => (netflow_sequence_event::NETFLOW_SEQUENCE_GAP, lost),
            SequenceEvent::Late => (netflow_sequence_event::NETFLOW_SEQUENCE_LATE, 0),
            SequenceEvent::Duplicate => (netflow_sequence_event::NETFLOW_SEQUENCE_DUPLICATE, 0),
            SequenceEvent::Restart => (netflow_sequence_event::NETFLOW_SEQUENCE_RESTART, 0),
            _ => (netflow_sequence_event::NETFLOW_SEQUENCE_NONE, 0),
        };
        let present = [
            (
                netflow_header_field::NETFLOW_HEADER_EXPORT_TIME,
                header.export_time.is_some(),
            ),
            (
                netflow_header_field::NETFLOW_HEADER_SYS_UPTIME,
                header.sys_uptime.is_some(),
            ),
            (
                netflow_header_field::NETFLOW_HEADER_SEQUENCE,
                header.sequence.is_some(),
            ),
            (
                netflow_header_field::NETFLOW_HEADER_SYSTEM_INIT,
                header.system_init.is_some(),
            ),
            (
                netflow_header_field::NETFLOW_HEADER_SAMPLING,
                header.sampling.is_some(),
            ),
        ];
        let present = present
            .into_iter()
            .filter(|(_, is_present)| *is_present)
            .fold(0, |bits, (field, _)| bits | field as u32);
        let nanos = |time: Option<netflow_core::Timestamp>| time.map_or(0, |time| time.as_nanos());
        Self {
            received: header.received.as_nanos(),
            export_time: nanos(header.export_time),
            system_init: nanos(header.system_init),
            frame: header.frame,
            offset: header.offset,
            protocol: protocol(header.protocol),
            present,
            observation_domain: header.observation_domain,
            sequence: header.sequence.unwrap_or(0),
            sequence_event: event as u32,
            lost,
            sys_uptime: header.sys_uptime.unwrap_or(0),
            sampling: header.sampling.unwrap_or(0),
            port: header.exporter.port(),
            exporter: header.exporter.ip().into(),
            agent_address: header.agent_address.map(Into::into).unwrap_or_default(),
            input: header.input,
            reserved: 0,
        }
    }
}
