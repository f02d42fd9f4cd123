//! How the value of a member is written.

use core::net::IpAddr;

use netflow_core::element::{self, iana};
use netflow_core::field::{FieldType, FlowField};
use netflow_core::packet::protocol::{ICMP, ICMPV6, TCP};
use netflow_core::value::MacAddress;
use netflow_core::wire::sflow::{Sample, SampleKind};
use netflow_core::{Flow, FlowValue, Prefix, Timestamp};

use super::words;
use crate::format::dialect::encode::RoomWriter;
use crate::format::json::Json;
use crate::format::{flow, flow_value};

/// How the value of a member is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::format::dialect) enum Form {
    /// As the schema `flow` writes the field.
    Plain,
    /// A number as text.
    Text,
    /// The name of the host with an address; the address where it is not known.
    HostName,
    /// The same; nothing unless names are asked for.
    HostNameIfAsked,
    /// The name of the service at a port, with protocol and port: `https (TCP/443)`; `TCP/50000` without a name.
    PortName,
    /// The same of the port of the server.
    ServiceName,
    /// The port of the server.
    ServicePort,
    /// The city of an address; an array of those of several addresses.
    City,
    /// The country, likewise.
    Country,
    /// The two letters of the country, likewise.
    CountryCode,
    /// Latitude and longitude of an address.
    Location,
    /// Who runs the autonomous system of an address, and its number: `Example (64496)`.
    SystemName,
    /// The description of an interface that the caller named.
    InterfaceDescription,
    /// Its speed in millions of bits per second, of 32 bits (ifHighSpeed, RFC 2863).
    InterfaceSpeed,
    /// The same in all documents.
    Constant,
    /// Seconds since 1970.
    Seconds,
    /// Milliseconds since 1970.
    Milliseconds,
    /// Seconds since 1970 with six digits of fraction, as text.
    Epoch,
    /// The same; a time that an uptime gives is that of sending less whole seconds.
    EpochOfUptime,
    /// An IPv6 address; IPv4 is mapped into it (RFC 4291, section 2.5.5.2).
    Ipv6,
    /// A MAC address as a number.
    MacNumber,
    /// A MAC address as twelve digits.
    MacHex,
    /// A number as `0x` and two digits or more.
    Hex8,
    /// An EtherType, or that of an IP version, as `0x` and four digits.
    Hex16,
    /// `ingress` or `egress`.
    Direction,
    /// An EtherType, or that of an IP version.
    EtherType,
    /// The name of an IP version or of its EtherType.
    EtherTypeName,
    /// An EtherType in hex.
    EtherTypeHex,
    /// The name of an IP version: `IPv4`.
    IpVersionName,
    /// A number, of flows of ICMP only.
    OfIcmp,
    /// A number, of flows of ICMPv6 only.
    OfIcmpv6,
    /// The keyword of a protocol, or its number.
    Keyword,
    /// The keyword in lower case.
    LowerKeyword,
    /// The network of the address that a prefix length belongs to: `192.0.2.0/24`.
    Network,
    /// The first address of that network.
    NetworkAddress,
    /// The names of the TCP flags that are set, from the lowest bit.
    FlagNames,
    /// The same of flows of TCP only, from the highest bit.
    FlagNamesOfTcp,
    /// The same from the lowest bit.
    FlagNamesOfTcpFromLowest,
    /// Status and reason: `FORWARDED Unknown`.
    ForwardingStatus,
    /// Each label after its place: `0-69`.
    LabelStack,
    /// Communities as `65000:1`, with `_` between them.
    Communities,
    /// Numbers with `_` between them.
    Path,
    /// The number of a VXLAN.
    Vxlan,
    /// The version of the protocol of the export.
    Version,
    /// The kind of the protocol of the export: `netflow`, `ipfix` or `sflow`.
    FlowKind,
    /// Octets of both directions, times the sampling rate.
    BothOctets,
    /// Packets of both directions, times the sampling rate.
    BothPackets,
    /// Octets; of a sampled packet those that its IP header has.
    OctetsOfIp,
    /// Octets of the sampled packet from its IP header on.
    IpSize,
    /// The same, where only IPv4 is known.
    IpSizeOfIpv4,
}

const IPV4: u64 = 0x0800;
const IPV6: u64 = 0x86dd;

impl Form {
    /// The protocol whose flows alone have a value of this form.
    pub(super) const fn protocol(self) -> Option<u8> {
        match self {
            Self::OfIcmp => Some(ICMP),
            Self::OfIcmpv6 => Some(ICMPV6),
            Self::FlagNamesOfTcp | Self::FlagNamesOfTcpFromLowest => Some(TCP),
            _ => None,
        }
    }

    /// Whether the value is looked up in what no exporter says.
    pub(super) const fn is_looked_up(self) -> bool {
        matches!(
            self,
            Self::HostName
                | Self::HostNameIfAsked
                | Self::PortName
                | Self::ServiceName
                | Self::ServicePort
                | Self::City
                | Self::Country
                | Self::CountryCode
                | Self::Location
                | Self::SystemName
                | Self::InterfaceDescription
                | Self::InterfaceSpeed
        )
    }

    /// Whether the value depends on the field alone, not on others of the flow.
    pub(super) const fn is_of_field(self) -> bool {
        !matches!(
            self,
            Self::OfIcmp
                | Self::OfIcmpv6
                | Self::Network
                | Self::NetworkAddress
                | Self::FlagNamesOfTcp
                | Self::FlagNamesOfTcpFromLowest
                | Self::PortName
                | Self::ServiceName
                | Self::ServicePort
                | Self::InterfaceDescription
                | Self::InterfaceSpeed
                | Self::BothOctets
                | Self::BothPackets
                | Self::OctetsOfIp
                | Self::Vxlan
                | Self::IpSize
                | Self::IpSizeOfIpv4
        )
    }

    /// Whether the value is a number, not a string.
    pub(super) fn is_number(self, fields: &[FlowField]) -> bool {
        match self {
            Self::Seconds
            | Self::Milliseconds
            | Self::MacNumber
            | Self::EtherType
            | Self::OfIcmp
            | Self::OfIcmpv6
            | Self::Vxlan
            | Self::ServicePort
            | Self::InterfaceSpeed
            | Self::Version
            | Self::BothOctets
            | Self::BothPackets
            | Self::OctetsOfIp
            | Self::IpSize
            | Self::IpSizeOfIpv4 => true,
            Self::Plain => fields.first().is_some_and(|field| {
                matches!(
                    field.field_type(),
                    FieldType::U8 | FieldType::U16 | FieldType::U32 | FieldType::U64
                )
            }),
            _ => false,
        }
    }

    /// Whether each number has a value of this form. It does not depend on the other fields of the flow.
    pub(super) const fn takes_all_numbers(self) -> bool {
        matches!(
            self,
            Self::Plain
                | Self::Text
                | Self::Hex8
                | Self::Hex16
                | Self::EtherType
                | Self::EtherTypeHex
                | Self::Keyword
                | Self::LowerKeyword
                | Self::ForwardingStatus
        )
    }

    /// The field of the address that the prefix length in this field is of.
    pub(super) const fn address_of(length: FlowField) -> FlowField {
        match length {
            FlowField::SourcePrefixLength => FlowField::SourceAddress,
            _ => FlowField::DestinationAddress,
        }
    }

    /// Writes a value; `false` if this form has none for it.
    pub(super) fn write(
        self,
        value: FlowValue<'_>,
        field: FlowField,
        flow: &Flow<'_>,
        is_json: bool,
        out: &mut RoomWriter<'_>,
    ) -> bool {
        match (self, value) {
            (_, FlowValue::Unsigned(number)) => return self.number(number, field, flow, out),
            (_, FlowValue::Time(time)) => return self.time(time, field, flow, is_json, out),
            (_, FlowValue::Address(address)) => return self.address(address, is_json, out),
            (_, FlowValue::Mac(address)) => return self.mac(address, is_json, out),
            (Self::Plain, value) => plain(value, is_json, out),
            (Self::Version, FlowValue::Name(name)) => version(name, out),
            (Self::FlowKind, FlowValue::Name(name)) => {
                word(
                    name.trim_end_matches(|digit: char| digit.is_ascii_digit()),
                    out,
                );
            }
            (Self::LabelStack | Self::Communities | Self::Path, FlowValue::Numbers(numbers)) => {
                self.numbers(numbers.iter(), out);
            }
            _ => return false,
        }
        true
    }

    /// Writes an address; `false` if this form has no addresses.
    #[inline]
    pub(super) fn address(self, address: IpAddr, is_json: bool, out: &mut RoomWriter<'_>) -> bool {
        match self {
            Self::Plain if is_json => quoted(out, |out| out.address(address)),
            Self::Plain => out.address(address),
            Self::Ipv6 => ipv6(address, out),
            _ => return false,
        }
        true
    }

    /// Writes a MAC address; `false` if this form has none.
    pub(super) fn mac(
        self,
        MacAddress(octets): MacAddress,
        is_json: bool,
        out: &mut RoomWriter<'_>,
    ) -> bool {
        let [a, b, c, d, e, f] = octets;
        match self {
            Self::Plain if is_json => quoted(out, |out| out.mac(octets)),
            Self::Plain => out.mac(octets),
            Self::MacNumber => out.number(u64::from_be_bytes([0, 0, a, b, c, d, e, f])),
            Self::MacHex => out.hex(&octets),
            _ => return false,
        }
        true
    }

    /// Writes a number; `false` if this form has none for it.
    pub(super) fn number(
        self,
        number: u64,
        field: FlowField,
        flow: &Flow<'_>,
        out: &mut RoomWriter<'_>,
    ) -> bool {
        match self {
            Self::Plain => out.number(number),
            Self::OctetsOfIp => {
                let length = flow.packet().and_then(|packet| packet.ip_total_length());
                out.number(length.map_or(number, u64::from));
            }
            Self::IpSize | Self::IpSizeOfIpv4 => ip_size(flow, self == Self::IpSize, out),
            Self::Text => quoted(out, |out| out.number(number)),
            Self::Hex8 => hex(out, number, 2),
            Self::Hex16 => hex(out, ether_type(number), 4),
            Self::EtherType => out.number(ether_type(number)),
            Self::EtherTypeHex => quoted(out, |out| hex_digits(number, 1, out)),
            Self::Direction | Self::EtherTypeName | Self::IpVersionName => {
                let number = match (self, number) {
                    (Self::EtherTypeName, IPV4) => 4,
                    (Self::EtherTypeName, IPV6) => 6,
                    (_, number) => number,
                };
                return u8::try_from(number).is_ok_and(|octet| self.word(octet, out));
            }
            Self::OfIcmp | Self::OfIcmpv6 => {
                let wanted = if self == Self::OfIcmp { ICMP } else { ICMPV6 };
                if flow.protocol() != Some(wanted) {
                    return false;
                }
                out.number(number);
            }
            Self::Keyword | Self::LowerKeyword => match u8::try_from(number) {
                Ok(protocol) => return self.word(protocol, out),
                Err(_) => quoted(out, |out| out.number(number)),
            },
            Self::Network | Self::NetworkAddress => {
                let address = match field {
                    FlowField::SourcePrefixLength => flow.source_address(),
                    _ => flow.destination_address(),
                };
                return self.network(number, address, out);
            }
            Self::FlagNames | Self::FlagNamesOfTcp | Self::FlagNamesOfTcpFromLowest => {
                let is_of_all = self == Self::FlagNames;
                let has_flags = is_of_all || flow.protocol() == Some(TCP);
                // The names are those of the lowest octet.
                return has_flags && self.word(number as u8, out);
            }
            Self::ForwardingStatus => quoted(out, |out| forwarding_status(number, out)),
            Self::Vxlan if flow.tunnel_type() == Some("vxlan") => {
                out.number(number);
            }
            Self::BothOctets => both(flow, flow.octets(), flow.reverse_octets(), out),
            Self::BothPackets => both(flow, flow.packets(), flow.reverse_packets(), out),
            _ => return false,
        }
        true
    }

    /// Writes the word of an octet; `false` if it has none in this form.
    #[inline]
    pub(super) fn word(self, octet: u8, out: &mut RoomWriter<'_>) -> bool {
        self.words()
            .is_some_and(|words| words::write(words, octet, out))
    }

    /// Writes a time; `false` if this form has no times.
    pub(super) fn time(
        self,
        time: Timestamp,
        field: FlowField,
        flow: &Flow<'_>,
        is_json: bool,
        out: &mut RoomWriter<'_>,
    ) -> bool {
        let nanos = time.as_nanos();
        match self {
            Self::Plain => plain(FlowValue::Time(time), is_json, out),
            Self::Seconds => out.signed(nanos.div_euclid(SECOND)),
            Self::Milliseconds => out.signed(nanos.div_euclid(1_000_000)),
            Self::Epoch => epoch(nanos, out),
            Self::EpochOfUptime => {
                let sent = flow.header().export_time.map(Timestamp::as_nanos);
                let is_of_uptime = matches!(field, FlowField::Start | FlowField::End)
                    && flow.clock() == Some("uptime");
                match sent.filter(|_| is_of_uptime) {
                    Some(sent) => {
                        let since = sent.saturating_sub(nanos) / SECOND;
                        let seconds = sent.div_euclid(SECOND) - since;
                        epoch(seconds.saturating_mul(SECOND), out);
                    }
                    None => epoch(nanos, out),
                }
            }
            _ => return false,
        }
        true
    }

    /// Writes the network of the address that a prefix length is of; `false` if it is longer than the address, or there
    /// is no address.
    pub(super) fn network(
        self,
        length: u64,
        address: Option<IpAddr>,
        out: &mut RoomWriter<'_>,
    ) -> bool {
        let bits = |address: IpAddr| if address.is_ipv4() { 32 } else { 128 };
        let length = u8::try_from(length).ok();
        let Some((address, length)) = address.zip(length) else {
            return false;
        };
        if length > bits(address) {
            return false;
        }
        quoted(out, |out| {
            out.address(Prefix::new(address, length).address());
            if self == Self::Network {
                out.octet(b'/');
                out.number_16(length.into());
            }
        });
        true
    }

    /// The same of an IPv4 address.
    pub(super) fn ipv4_network(
        self,
        address: [u8; 4],
        length: u8,
        out: &mut RoomWriter<'_>,
    ) -> bool {
        let Some(host_bits) = 32_u32.checked_sub(length.into()) else {
            return false;
        };
        let mask = u32::MAX.checked_shl(host_bits).unwrap_or(0);
        quoted(out, |out| {
            out.ipv4((u32::from_be_bytes(address) & mask).to_be_bytes());
            if self == Self::Network {
                out.octet(b'/');
                out.number_16(length.into());
            }
        });
        true
    }

    fn numbers(self, numbers: impl Iterator<Item = u32>, out: &mut RoomWriter<'_>) {
        if self == Self::LabelStack {
            out.octet(b'[');
            for (place, number) in numbers.enumerate() {
                if place > 0 {
                    out.octet(b',');
                }
                out.make_room();
                quoted(out, |out| {
                    out.number(place as u64);
                    out.octet(b'-');
                    out.number(number.into());
                });
            }
            return out.octet(b']');
        }
        quoted(out, |out| {
            for (place, number) in numbers.enumerate() {
                if place > 0 {
                    out.octet(b'_');
                }
                if self == Self::Communities {
                    out.make_room();
                    out.number((number >> 16).into());
                    out.octet(b':');
                    out.number((number & 0xffff).into());
                } else {
                    out.make_room();
                    out.number(number.into());
                }
            }
        });
    }
}

/// A value as the schema `flow` writes it.
fn plain(value: FlowValue<'_>, is_json: bool, out: &mut RoomWriter<'_>) {
    out.directly(|out| match is_json {
        true => flow::write_value(&mut Json::new(out), value),
        false => flow_value::plain(out, value),
    });
}

/// A word that needs no escapes, in quotes.
pub(super) fn word(word: &str, out: &mut RoomWriter<'_>) {
    quoted(out, |out| out.text(word.as_bytes()));
}

/// A string that needs no escapes.
pub(super) fn quoted(out: &mut RoomWriter<'_>, write: impl FnOnce(&mut RoomWriter<'_>)) {
    out.octet(b'"');
    write(out);
    out.octet(b'"');
}

/// Nanoseconds of a second.
pub(super) const SECOND: i64 = 1_000_000_000;

fn epoch(nanos: i64, out: &mut RoomWriter<'_>) {
    quoted(out, |out| {
        // Less than a million.
        let micros = (nanos.rem_euclid(SECOND) / 1_000) as u32;
        out.signed(nanos.div_euclid(SECOND));
        out.octet(b'.');
        out.three_digits(micros / 1_000);
        out.three_digits(micros % 1_000);
    });
}

fn hex(out: &mut RoomWriter<'_>, number: u64, digits: usize) {
    out.block(b"0x", 2);
    hex_digits(number, digits, out);
}

/// A number in hex, with this number of digits at least.
fn hex_digits(number: u64, digits: usize, out: &mut RoomWriter<'_>) {
    let needed = (u64::BITS - number.leading_zeros()).div_ceil(4) as usize;
    for place in (0..needed.max(digits)).rev() {
        let digit = (number >> (4 * place) & 0xf) as usize;
        out.octet(b"0123456789abcdef"[digit]);
    }
}

/// The EtherType of an IP version; any other number is one.
const fn ether_type(number: u64) -> u64 {
    match number {
        4 => IPV4,
        6 => IPV6,
        number => number,
    }
}

fn ipv6(address: IpAddr, out: &mut RoomWriter<'_>) {
    // With dotted digits, as ClickHouse writes and reads mapped addresses.
    let mapped = match address {
        IpAddr::V4(address) => Some(address),
        IpAddr::V6(address) => address.to_ipv4_mapped(),
    };
    quoted(out, |out| {
        if mapped.is_some() {
            out.block(b"::ffff:", 7);
        }
        out.address(mapped.map_or(address, IpAddr::V4));
    });
}

/// Status and reason, which the registry has as one text with a colon between. nfacctd has another reason
/// for 0 and no word before those of consumed packets.
fn forwarding_status(number: u64, out: &mut RoomWriter<'_>) {
    let text = element::code(iana::FORWARDING_STATUS.id, number & 0xff);
    let Some(text) = text else {
        return out.number(number);
    };
    let (status, reason) = text.split_once(": ").unwrap_or((text, "Unknown"));
    let reason = match number {
        0 => "Unclassified",
        _ => reason.strip_prefix("Terminate ").unwrap_or(reason),
    };
    for letter in status.bytes() {
        out.octet(letter.to_ascii_uppercase());
    }
    out.octet(b' ');
    out.text(reason.as_bytes());
}

fn version(name: &str, out: &mut RoomWriter<'_>) {
    let version = match name {
        "ipfix" => "10",
        name => name.trim_start_matches(|letter: char| !letter.is_ascii_digit()),
    };
    out.text(version.as_bytes());
}

/// The sum of both directions, times the sampling rate if it is known.
fn both(flow: &Flow<'_>, forward: Option<u64>, reverse: Option<u64>, out: &mut RoomWriter<'_>) {
    let sum = forward.unwrap_or(0).saturating_add(reverse.unwrap_or(0));
    let rate = flow.sampling_rate().unwrap_or(1).max(1);
    out.number(sum.saturating_mul(rate));
}

/// The frame's length without what was stripped and what is before its IP header.
fn ip_size(flow: &Flow<'_>, knows_ipv6: bool, out: &mut RoomWriter<'_>) {
    let stripped = match flow.sample().map(Sample::kind) {
        Some(Ok(SampleKind::Flow(sample))) => {
            let mut records = sample.records();
            records.find_map(|record| Some(record.ok()?.as_sampled_header()?.stripped))
        }
        _ => None,
    };
    let packet = flow.packet();
    let packet = packet.filter(|packet| knows_ipv6 || packet.ip_version() == Some(4));
    let offset = packet.and_then(|packet| packet.network_offset());
    let before = u64::from(stripped.unwrap_or(0)).saturating_add(offset.unwrap_or(0) as u64);
    out.number(flow.octets().unwrap_or(0).saturating_sub(before));
}
