//! The header of a message of any protocol.

use core::net::{IpAddr, SocketAddr};

use crate::datagram::{Datagram, DatagramId, Protocol};
use crate::error::Error;
use crate::exporter::{SequenceEvent, SequenceUnit};
use crate::time::Timestamp;
use crate::wire::{ipfix, sflow, v1, v5, v6, v7, v8, v9};

/// The header of a message, and the source and time of its datagram. Late data has
/// the header that it arrived with.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct MessageHeader {
    /// The protocol.
    pub protocol: Protocol,
    /// Address and port the datagram was sent from.
    pub exporter: SocketAddr,
    /// When the datagram was received.
    pub received: Timestamp,
    /// The caller's number of the file or socket its datagram was read from.
    pub input: u32,
    /// The caller's number of its datagram within the input.
    pub frame: u64,
    /// Octets of the payload before the message.
    pub offset: usize,
    /// When the message was sent; absent in sFlow.
    pub export_time: Option<Timestamp>,
    /// Milliseconds since the exporter started, modulo 2^32; absent in IPFIX.
    pub sys_uptime: Option<u32>,
    /// The sequence number, in the unit of the protocol; absent in v1.
    pub sequence: Option<u32>,
    /// The result of checking the sequence number.
    pub sequence_event: SequenceEvent,
    /// The unit that the number counts, as far as is known at this message.
    pub sequence_unit: Option<SequenceUnit>,
    /// Observation domain: the v9 source id, the IPFIX domain, engine type and
    /// id (`type * 256 + id`) in v5, v6 and v8, the sub-agent in sFlow, else 0.
    pub observation_domain: u32,
    /// The address that the sFlow agent reports.
    pub agent_address: Option<IpAddr>,
    /// The sampling word of v5 and v6: mode in the top two bits, interval below.
    pub sampling: Option<u16>,
    /// When the exporter started, if its options announced it
    /// (systemInitTimeMilliseconds): the origin of uptimes in IPFIX.
    pub system_init: Option<Timestamp>,
}

impl MessageHeader {
    fn new(protocol: Protocol, datagram: &Datagram<'_>, offset: usize) -> Self {
        Self {
            protocol,
            exporter: datagram.exporter,
            received: datagram.received,
            input: datagram.input,
            frame: datagram.frame,
            offset,
            export_time: None,
            sys_uptime: None,
            sequence: None,
            sequence_event: SequenceEvent::None,
            sequence_unit: None,
            observation_domain: 0,
            agent_address: None,
            sampling: None,
            system_init: None,
        }
    }

    /// The numbers of the input and frame of its datagram.
    #[must_use]
    pub const fn datagram_id(&self) -> DatagramId {
        DatagramId {
            input: self.input,
            frame: self.frame,
        }
    }

    fn set_clock(&mut self, uptime: u32, seconds: u32, nanos: u32) {
        let time = Timestamp::from_secs(seconds).saturating_add(i64::from(nanos));
        self.export_time = Some(time);
        self.sys_uptime = Some(uptime);
    }

    fn set_engine(&mut self, sequence: u32, engine: u16) {
        self.sequence = Some(sequence);
        self.observation_domain = u32::from(engine);
    }
}

/// The header of a fixed version, and what its records need.
pub(crate) struct FixedHeader {
    pub(crate) header: MessageHeader,
    pub(crate) version: u16,
    pub(crate) scheme: u8,
    pub(crate) count: u16,
    pub(crate) len: usize,
}

/// Reads the header of a fixed version at `offset` of the datagram.
pub(crate) fn fixed(
    protocol: Protocol,
    octets: &[u8],
    datagram: &Datagram<'_>,
    offset: usize,
) -> Result<FixedHeader, Error> {
    let mut header = MessageHeader::new(protocol, datagram, offset);
    let (version, scheme, count, len) = match protocol {
        Protocol::NetflowV5 => {
            let (wire, _) = v5::Header::parse(octets, offset)?;
            header.set_clock(wire.sys_uptime(), wire.unix_secs(), wire.unix_nsecs());
            header.set_engine(wire.sequence(), wire.engine());
            header.sampling = Some(wire.sampling());
            (5, 0, wire.count(), v5::Header::LEN)
        }
        Protocol::NetflowV6 => {
            let (wire, _) = v6::Header::parse(octets, offset)?;
            header.set_clock(wire.sys_uptime(), wire.unix_secs(), wire.unix_nsecs());
            header.set_engine(wire.sequence(), wire.engine());
            header.sampling = Some(wire.sampling());
            (6, 0, wire.count(), v6::Header::LEN)
        }
        Protocol::NetflowV7 => {
            let (wire, _) = v7::Header::parse(octets, offset)?;
            header.set_clock(wire.sys_uptime(), wire.unix_secs(), wire.unix_nsecs());
            header.set_engine(wire.sequence(), 0);
            (7, 0, wire.count(), v7::Header::LEN)
        }
        Protocol::NetflowV8 => {
            let (wire, _) = v8::Header::parse(octets, offset)?;
            header.set_clock(wire.sys_uptime(), wire.unix_secs(), wire.unix_nsecs());
            header.set_engine(wire.sequence(), wire.engine());
            (8, wire.scheme(), wire.count(), v8::Header::LEN)
        }
        // Version 1 is the only fixed version left.
        _ => {
            let (wire, _) = v1::Header::parse(octets, offset)?;
            header.set_clock(wire.sys_uptime(), wire.unix_secs(), wire.unix_nsecs());
            (1, 0, wire.count(), v1::Header::LEN)
        }
    };
    Ok(FixedHeader {
        header,
        version,
        scheme,
        count,
        len,
    })
}

/// Reads the header of a v9 message at `offset` of the datagram.
pub(crate) fn netflow_v9(
    octets: &[u8],
    datagram: &Datagram<'_>,
    offset: usize,
) -> Result<MessageHeader, Error> {
    let (wire, _) = v9::Header::parse(octets, offset)?;
    let mut header = MessageHeader::new(Protocol::NetflowV9, datagram, offset);
    header.set_clock(wire.sys_uptime(), wire.unix_secs(), 0);
    header.sequence = Some(wire.sequence());
    header.observation_domain = wire.source_id();
    Ok(header)
}

/// Reads the header of an IPFIX message at `offset` of the datagram, and its length.
pub(crate) fn ipfix(
    octets: &[u8],
    datagram: &Datagram<'_>,
    offset: usize,
) -> Result<(MessageHeader, u16), Error> {
    let (wire, _) = ipfix::Header::parse(octets, offset)?;
    let mut header = MessageHeader::new(Protocol::Ipfix, datagram, offset);
    header.export_time = Some(Timestamp::from_secs(wire.export_time()));
    header.sequence = Some(wire.sequence());
    header.observation_domain = wire.observation_domain_id();
    Ok((header, wire.length()))
}

/// The header of an sFlow datagram.
pub(crate) fn sflow(
    wire: &sflow::Datagram<'_>,
    datagram: &Datagram<'_>,
    offset: usize,
) -> MessageHeader {
    let mut header = MessageHeader::new(Protocol::SflowV5, datagram, offset);
    header.sys_uptime = Some(wire.uptime_ms());
    header.sequence = Some(wire.sequence_number());
    header.observation_domain = wire.sub_agent_id();
    header.agent_address = wire.agent_address();
    header
}
