//! Flow messages of records: which elements goflow2 reads, and into what.

use core::net::IpAddr;

use netflow_core::record::DataRecord;
use netflow_core::value::{NtpTime, unsigned};
use netflow_core::{MessageHeader, ProjectedFlow, Protocol, Timestamp};

use super::fields;
use super::message::{FlowMessage, IPV4, IPV6, MOST_ITEMS, ether_type_of, nanos};
use crate::format::dialect::Faults;
use crate::format::dialect::record::{ElementKind, ElementPlaces, ElementValue};

const MILLISECOND: u64 = 1_000_000;

impl FlowMessage {
    /// The message for a record; a later field replaces an earlier one of the same meaning.
    pub(super) fn of_record(
        row: &ProjectedFlow<'_, '_, '_>,
        record: &DataRecord<'_, '_>,
        plan: &ElementPlaces,
        faults: Faults,
    ) -> Self {
        let flow = row.flow();
        let header = flow.header();
        let mut message = Self::of_header(flow);
        // What follows may say better when the flow was.
        let sent = header.export_time.unwrap_or(header.received);
        let sent = match header.protocol {
            Protocol::NetflowV9 | Protocol::Ipfix => {
                Timestamp::from_nanos(sent.as_nanos() / 1_000_000_000 * 1_000_000_000)
            }
            _ => sent,
        };
        message.start = nanos(sent);
        message.end = message.start;
        let mut reader = RecordReader {
            message: &mut message,
            header,
            faults,
            sent: nanos(sent),
            has_octets: false,
            has_packets: false,
        };
        plan.for_each(record, |id, value| match value {
            ElementValue::Number(number) => reader.number(id, number),
            ElementValue::Octets(octets) => reader.field(id, octets),
        });
        if let Some(packet) = flow.packet() {
            message.fill_from_packet(&packet, faults);
            if message.bytes == 0 {
                message.bytes = packet.octets().len() as u64;
            }
            message.packets = 1;
        }
        if !faults.are_copied() {
            message.correct(row);
        }
        message
    }

    /// Replaces what goflow2 reads wrongly.
    fn correct(&mut self, row: &ProjectedFlow<'_, '_, '_>) {
        if let Some(start) = row.time(fields::START) {
            self.start = nanos(start);
        }
        if let Some(end) = row.time(fields::END) {
            self.end = nanos(end);
        }
    }
}

/// How goflow2 reads an element of IANA; none if it does not.
pub(super) const fn kind(id: u16) -> Option<ElementKind> {
    Some(match id {
        8 | 12 | 15 | 18 | 27 | 28 | 47 | 62 | 63 | 140 => ElementKind::Octets,
        56 | 57 | 80 | 81 => ElementKind::Octets,
        21 | 22 | 150..=159 => ElementKind::Octets,
        1
        | 2
        | 4..=7
        | 9..=11
        | 13
        | 14
        | 16
        | 17
        | 23
        | 24
        | 29..=32
        | 52
        | 54
        | 58..=60
        | 70..=72
        | 88
        | 89
        | 138
        | 139
        | 176..=179
        | 197
        | 312 => ElementKind::Number,
        _ => return None,
    })
}

/// Reads the fields of one record.
struct RecordReader<'r> {
    message: &'r mut FlowMessage,
    header: &'r MessageHeader,
    faults: Faults,
    /// Nanoseconds since 1970 when the message was sent.
    sent: u64,
    has_octets: bool,
    has_packets: bool,
}

impl RecordReader<'_> {
    /// Reads a field that is not a number of a fixed length.
    fn field(&mut self, id: u16, octets: &[u8]) {
        match id {
            8 | 12 | 15 | 18 | 27 | 28 | 47 | 62 | 63 | 140 => self.address(id, octets),
            56 | 57 | 80 | 81 => self.mac(id, octets),
            21 | 22 | 150..=159 => self.time(id, octets),
            _ => {
                // A number of no more than eight octets.
                if let Some(number) = unsigned(octets) {
                    self.number(id, number);
                }
            }
        }
    }

    fn number(&mut self, id: u16, number: u64) {
        let message = &mut *self.message;
        // As the fields of protobuf are: the lower 32 bits.
        let short = number as u32;
        match id {
            1 => {
                message.bytes = number;
                self.has_octets = true;
            }
            2 => {
                message.packets = number;
                self.has_packets = true;
            }
            // goflow2 lets what was sent replace what was received.
            23 if self.faults.are_copied() || !self.has_octets => message.bytes = number,
            24 if self.faults.are_copied() || !self.has_packets => message.packets = number,
            4 => message.protocol = short,
            5 => message.tos = short,
            6 => message.tcp_flags = short,
            7 => message.source_port = short,
            9 | 29 => message.source_prefix_length = short,
            10 => message.input = short,
            11 => message.destination_port = short,
            13 | 30 => message.destination_prefix_length = short,
            14 => message.output = short,
            16 => message.source_as = short,
            17 => message.destination_as = short,
            31 => message.flow_label = short,
            32 | 139 => {
                message.icmp_type = short >> 8 & 0xff;
                message.icmp_code = short & 0xff;
            }
            52 => message.ttl = short,
            54 => message.fragment_id = short,
            58 => {
                message.vlan = short;
                message.source_vlan = short;
            }
            59 => message.destination_vlan = short,
            60 => match number {
                4 => message.ether_type = IPV4,
                6 => message.ether_type = IPV6,
                _ => {}
            },
            70..=72 => {
                let place = usize::from(id - 70);
                if message.mpls_labels.len() <= place {
                    message.mpls_labels.resize(place + 1, 0);
                }
                message.mpls_labels[place] = short >> 4;
            }
            88 => message.fragment_offset = short,
            89 => message.forwarding_status = short,
            138 => message.observation_point = short,
            176 | 178 => message.icmp_type = short,
            177 | 179 => message.icmp_code = short,
            197 => message.ip_flags = short >> 5,
            312 => {
                message.bytes = number;
                message.packets = 1;
            }
            _ => {}
        }
    }

    fn address(&mut self, id: u16, octets: &[u8]) {
        let Some(address) = address(octets) else {
            return;
        };
        let message = &mut *self.message;
        let place = match id {
            8 | 27 => &mut message.source,
            12 | 28 => &mut message.destination,
            15 | 62 => {
                message.next_hop = Some(address);
                return;
            }
            18 | 63 => {
                message.bgp_next_hop = Some(address);
                return;
            }
            _ => {
                if message.mpls_addresses.len() < MOST_ITEMS {
                    message.mpls_addresses.push(address);
                }
                return;
            }
        };
        // Zeros do not replace the address of the other version of IP.
        if place.is_none() || !address.is_unspecified() {
            *place = Some(address);
            message.ether_type = ether_type_of(address);
        }
    }

    fn mac(&mut self, id: u16, octets: &[u8]) {
        let Some(number) = unsigned(octets) else {
            return;
        };
        match id {
            56 | 81 => self.message.source_mac = number,
            _ => self.message.destination_mac = number,
        }
    }

    /// The time of an uptime.
    fn uptime(&self, then: u64) -> u64 {
        let uptime = self.header.sys_uptime.unwrap_or(0);
        let since = match self.header.protocol {
            Protocol::NetflowV9 => u64::from(uptime).wrapping_sub(then),
            // The difference of v5 is of 32 bits.
            _ => uptime.wrapping_sub(then as u32).into(),
        };
        self.sent.wrapping_sub(since.wrapping_mul(MILLISECOND))
    }

    fn time(&mut self, id: u16, octets: &[u8]) {
        let number = unsigned(octets);
        let is_ipfix = self.header.protocol == Protocol::Ipfix;
        let time = match id {
            21 | 22 if is_ipfix => None,
            21 | 22 => number.map(|then| self.uptime(then)),
            _ if !is_ipfix => None,
            150 | 151 => number.map(|seconds| seconds.wrapping_mul(1_000_000_000)),
            152 | 153 => number.map(|millis| millis.wrapping_mul(MILLISECOND)),
            154..=157 => ntp(octets),
            _ => number.map(|micros| self.sent.wrapping_sub(micros.wrapping_mul(1_000))),
        };
        if let Some(time) = time {
            match id {
                21 | 151 | 153 | 155 | 157 | 159 => self.message.end = time,
                _ => self.message.start = time,
            }
        }
    }
}

/// Nanoseconds since 1970.
fn ntp(octets: &[u8]) -> Option<u64> {
    let time = NtpTime::parse(octets)?;
    let seconds = u64::try_from(time.unix_seconds()).ok()?;
    Some(
        seconds
            .wrapping_mul(1_000_000_000)
            .wrapping_add(time.nanos().into()),
    )
}

fn address(octets: &[u8]) -> Option<IpAddr> {
    if let Ok(octets) = <[u8; 4]>::try_from(octets) {
        return Some(octets.into());
    }
    Some(<[u8; 16]>::try_from(octets).ok()?.into())
}
