//! Datagrams generated to put load on a collector.

mod sflow;

use core::net::{Ipv4Addr, SocketAddr};
use std::time::SystemTime;

use netflow_core::element::iana;
use netflow_core::encode::{
    FixedBuilder, FixedHeader, IpfixHeader, MessageBuilder, NetflowV9Header, TemplateDefinition,
};
use netflow_core::value::Value;
use netflow_core::wire::fixed;

use crate::args::GeneratedKind;

/// Flows of a NetFlow v5 packet, as routers send them.
const V5_FLOWS: u32 = 30;
/// Flows of a message of v9 or IPFIX, which fill a datagram of an Ethernet frame.
const FLOWS: u32 = 24;
/// Messages of an exporter from one template to the next.
const TEMPLATE_EVERY: u32 = 100;
/// The address of the first exporter.
const FIRST: u32 = 0x0a00_0001;
/// Milliseconds for which an exporter has run.
const UPTIME: u32 = 3_600_000;

/// Generates datagrams of several exporters in turn.
#[derive(Debug)]
pub(super) struct Generator {
    kind: GeneratedKind,
    template: TemplateDefinition,
    /// Messages that each exporter has sent.
    messages: Vec<u32>,
    next: usize,
    flows: u32,
    payload: Vec<u8>,
}

impl Generator {
    pub(super) fn new(kind: GeneratedKind, exporters: u32) -> Self {
        let template = TemplateDefinition::new(256)
            .field(iana::SOURCE_IPV4_ADDRESS.id, 4)
            .field(iana::DESTINATION_IPV4_ADDRESS.id, 4)
            .field(iana::SOURCE_TRANSPORT_PORT.id, 2)
            .field(iana::DESTINATION_TRANSPORT_PORT.id, 2)
            .field(iana::PROTOCOL_IDENTIFIER.id, 1)
            .field(iana::TCP_CONTROL_BITS.id, 1)
            .field(iana::IP_CLASS_OF_SERVICE.id, 1)
            .field(iana::INGRESS_INTERFACE.id, 4)
            .field(iana::EGRESS_INTERFACE.id, 4)
            .field(iana::OCTET_DELTA_COUNT.id, 8)
            .field(iana::PACKET_DELTA_COUNT.id, 8)
            .field(iana::FLOW_START_MILLISECONDS.id, 8)
            .field(iana::FLOW_END_MILLISECONDS.id, 8);
        Self {
            kind,
            template,
            messages: vec![0; usize::try_from(exporters).unwrap_or(1)],
            next: 0,
            flows: 0,
            payload: Vec::new(),
        }
    }

    /// The next datagram, and the exporter that sends it.
    pub(super) fn next(&mut self) -> (SocketAddr, &[u8]) {
        let exporter = self.next;
        self.next = (exporter + 1) % self.messages.len();
        let sent = self.messages.get(exporter).copied().unwrap_or_default();
        let buffer = core::mem::take(&mut self.payload);
        self.payload = match self.kind {
            GeneratedKind::V5 => self.v5(sent, buffer),
            GeneratedKind::V9 | GeneratedKind::Ipfix => self.sets(sent, buffer),
            GeneratedKind::Sflow => sflow::datagram(exporter, sent, buffer, || self.number()),
        };
        if let Some(count) = self.messages.get_mut(exporter) {
            *count = sent.wrapping_add(1);
        }
        (SocketAddr::new(address(exporter).into(), 0), &self.payload)
    }

    fn v5(&mut self, sent: u32, buffer: Vec<u8>) -> Vec<u8> {
        let Some(layout) = fixed::layout(5, 0) else {
            return Vec::new();
        };
        let header = FixedHeader::default()
            .with_sys_uptime(UPTIME)
            .with_unix_secs(now())
            .with_sequence(sent.wrapping_mul(V5_FLOWS));
        let mut message = FixedBuilder::new(layout, header).with_buffer(buffer);
        for _ in 0..V5_FLOWS {
            let number = self.number();
            // There is room for 30 records of known fields.
            let _ = message.named([
                (
                    "srcaddr",
                    Ipv4Addr::from_bits(0xc000_0200 | number & 0xff)
                        .octets()
                        .into(),
                ),
                (
                    "dstaddr",
                    Ipv4Addr::from_bits(0xc633_6400 | number >> 8 & 0xff)
                        .octets()
                        .into(),
                ),
                ("srcport", port(number).into()),
                ("dstport", 443_u16.into()),
                ("prot", 6_u8.into()),
                ("dPkts", (1 + number % 100).into()),
                ("dOctets", (64 + number % 100 * 700).into()),
                ("first", (UPTIME - 2_000).into()),
                ("last", (UPTIME - 1_000).into()),
            ]);
        }
        message.finish()
    }

    fn sets(&mut self, sent: u32, buffer: Vec<u8>) -> Vec<u8> {
        let message = if self.kind == GeneratedKind::V9 {
            let header = NetflowV9Header::default()
                .with_sys_uptime(UPTIME)
                .with_unix_secs(now())
                .with_sequence(sent);
            MessageBuilder::new(header)
        } else {
            let header = IpfixHeader::default()
                .with_export_time(now())
                .with_sequence(sent.wrapping_mul(FLOWS));
            MessageBuilder::new(header)
        };
        let mut message = message.with_buffer(buffer);
        if sent % TEMPLATE_EVERY == 0 {
            let _ = message.template(&self.template);
        }
        let millis = u64::from(now()) * 1_000;
        let (start, end) = (
            (millis - 2_000).to_be_bytes(),
            (millis - 1_000).to_be_bytes(),
        );
        for _ in 0..FLOWS {
            let number = self.number();
            // A datagram has room for as many records of this template.
            let _ = message.record(
                &self.template,
                [
                    Ipv4Addr::from_bits(0xc000_0200 | number & 0xff)
                        .octets()
                        .into(),
                    Ipv4Addr::from_bits(0xc633_6400 | number >> 8 & 0xff)
                        .octets()
                        .into(),
                    port(number).into(),
                    443_u16.into(),
                    6_u8.into(),
                    0x1b_u8.into(),
                    0_u8.into(),
                    1_u32.into(),
                    2_u32.into(),
                    u64::from(64 + number % 100 * 700).into(),
                    u64::from(1 + number % 100).into(),
                    Value::Octets(&start),
                    Value::Octets(&end),
                ],
            );
        }
        message.finish()
    }

    /// The number of a flow.
    fn number(&mut self) -> u32 {
        self.flows = self.flows.wrapping_add(1);
        self.flows
    }
}

/// The address of an exporter.
fn address(exporter: usize) -> Ipv4Addr {
    let number = u32::try_from(exporter).unwrap_or_default();
    Ipv4Addr::from_bits(FIRST.wrapping_add(number))
}

fn port(number: u32) -> u16 {
    u16::try_from(1_024 + number % 60_000).unwrap_or(1_024)
}

fn now() -> u32 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        u32::try_from(since.as_secs()).unwrap_or(u32::MAX)
    })
}
