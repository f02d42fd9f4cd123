//! The header of a message of any protocol.

use core::net::{IpAddr, SocketAddr};

use crate::datagram::{Datagram, DatagramId, Protocol};
use crate::error::Error;
use crate::exporter::{SequenceEvent, SequenceUnit};
use crate::time::Timestamp;
use crate::wire::{ipfix, sflow, v1, v5, v6, v7, v8, v9};

/// The header of a message, and the source and time of its datagram. Late data has
/// the header that it arrived with.
///
/// ```
/// use netflow_core::{Decoder, Limits, example};
///
/// let mut decoder = Decoder::new(Limits::default());
/// let decoded = decoder.decode(example::ipfix())?;
/// let header = decoded.messages().next().unwrap().header();
/// assert_eq!((header.exporter.port(), header.sequence), (50_000, Some(1)));
/// assert_eq!(header.export_time, Some(header.received));
/// # Ok::<(), netflow_core::Error>(())
/// ```
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
    /// The header of a message at `offset` of the datagram, without what the message says.
    #[inline(always)]
    pub(crate) fn new(protocol: Protocol, datagram: &Datagram<'_>, offset: usize) -> Self {
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

/// Sets what the header of a message says.
impl MessageHeader {
    /// NetFlow v9.
    #[inline]
    pub(crate) fn set_v9(&mut self, wire: &v9::Header) {
        self.set_clock(wire.sys_uptime(), wire.unix_secs(), 0);
        self.sequence = Some(wire.sequence());
        self.observation_domain = wire.source_id();
    }

    /// IPFIX.
    #[inline]
    pub(crate) fn set_ipfix(&mut self, wire: &ipfix::Header) {
        self.export_time = Some(Timestamp::from_secs(wire.export_time()));
        self.sequence = Some(wire.sequence());
        self.observation_domain = wire.observation_domain_id();
    }

    /// sFlow.
    #[inline]
    pub(crate) fn set_sflow(&mut self, wire: &sflow::Datagram<'_>) {
        self.sys_uptime = Some(wire.uptime_ms());
        self.sequence = Some(wire.sequence_number());
        self.observation_domain = wire.sub_agent_id();
        self.agent_address = wire.agent_address();
    }
}

/// The header of a fixed version, and what its records need.
pub(crate) struct FixedHeader<'a> {
    pub(crate) version: u16,
    pub(crate) scheme: u8,
    pub(crate) count: u16,
    pub(crate) len: usize,
    wire: FixedWire<'a>,
}

enum FixedWire<'a> {
    V1(&'a v1::Header),
    V5(&'a v5::Header),
    V6(&'a v6::Header),
    V7(&'a v7::Header),
    V8(&'a v8::Header),
}

impl<'a> FixedHeader<'a> {
    /// Reads the header of a fixed version at `offset` of the datagram.
    #[inline]
    pub(crate) fn parse(
        protocol: Protocol,
        octets: &'a [u8],
        offset: usize,
    ) -> Result<Self, Error> {
        let (version, scheme, count, len, wire) = match protocol {
            Protocol::NetflowV5 => {
                let (wire, _) = v5::Header::parse(octets, offset)?;
                (5, 0, wire.count(), v5::Header::LEN, FixedWire::V5(wire))
            }
            Protocol::NetflowV6 => {
                let (wire, _) = v6::Header::parse(octets, offset)?;
                (6, 0, wire.count(), v6::Header::LEN, FixedWire::V6(wire))
            }
            Protocol::NetflowV7 => {
                let (wire, _) = v7::Header::parse(octets, offset)?;
                (7, 0, wire.count(), v7::Header::LEN, FixedWire::V7(wire))
            }
            Protocol::NetflowV8 => {
                let (wire, _) = v8::Header::parse(octets, offset)?;
                let (scheme, count) = (wire.scheme(), wire.count());
                (8, scheme, count, v8::Header::LEN, FixedWire::V8(wire))
            }
            // Version 1 is the only fixed version left.
            _ => {
                let (wire, _) = v1::Header::parse(octets, offset)?;
                (1, 0, wire.count(), v1::Header::LEN, FixedWire::V1(wire))
            }
        };
        Ok(Self {
            version,
            scheme,
            count,
            len,
            wire,
        })
    }

    /// Sets what it says.
    #[inline]
    pub(crate) fn fill(&self, header: &mut MessageHeader) {
        match self.wire {
            FixedWire::V1(wire) => {
                header.set_clock(wire.sys_uptime(), wire.unix_secs(), wire.unix_nsecs());
            }
            FixedWire::V5(wire) => {
                header.set_clock(wire.sys_uptime(), wire.unix_secs(), wire.unix_nsecs());
                header.set_engine(wire.sequence(), wire.engine());
                header.sampling = Some(wire.sampling());
            }
            FixedWire::V6(wire) => {
                header.set_clock(wire.sys_uptime(), wire.unix_secs(), wire.unix_nsecs());
                header.set_engine(wire.sequence(), wire.engine());
                header.sampling = Some(wire.sampling());
            }
            FixedWire::V7(wire) => {
                header.set_clock(wire.sys_uptime(), wire.unix_secs(), wire.unix_nsecs());
                header.set_engine(wire.sequence(), 0);
            }
            FixedWire::V8(wire) => {
                header.set_clock(wire.sys_uptime(), wire.unix_secs(), wire.unix_nsecs());
                header.set_engine(wire.sequence(), wire.engine());
            }
        }
    }
}
