//! `event`, `flow`, `source`, `destination`, `network` and `related` of a document.

use core::net::IpAddr;

use netflow_core::text::UnixTime;
use netflow_core::value::{MacAddress, Value};
use netflow_core::{MessageHeader, Timestamp};

use super::facts::{Facts, Role};
use super::{DocumentWriter, EcsOptions, Encode, action, write_mac, write_time};
use crate::enrich::{Geo, Services};
use crate::format::dialect::community_id;
use crate::format::dialect::flow_id::{self, FiveTuple};

const MILLISECOND: i64 = 1_000_000;

impl DocumentWriter<'_, '_> {
    pub(super) fn write_event<E: Encode>(&self, facts: &Facts, out: &mut E) {
        let times = Times::of(self, facts);
        out.key("event");
        out.object(|out| {
            if facts.has(Role::BiflowDirection) {
                write_event_start(self.header, self.record.is_options(), true, out);
            } else {
                out.members(&self.common.event);
            }
            if let Some(start) = times.start {
                out.key("start");
                write_time(UnixTime::from(start), out);
            }
            if let Some(end) = times.end {
                out.key("end");
                write_time(UnixTime::from(end), out);
            }
            if let Some(duration) = times.duration {
                out.key("duration");
                out.signed(duration);
            }
            out.members(&self.common.event_end);
        });
    }

    /// What only flows have.
    pub(super) fn write_flow<E: Encode>(&self, facts: &Facts, out: &mut E) {
        let (mut source, mut destination) = self.endpoints(facts);
        let flow = FiveTuple {
            source: source.address,
            destination: destination.address,
            source_port: source.port.unwrap_or(0),
            destination_port: destination.port.unwrap_or(0),
            protocol: protocol(facts).unwrap_or(0),
        };
        let networks = &self.options.internal_networks;
        let is_internal = [flow.source_or_any(), flow.destination_or_any()]
            .map(|address| networks.is_internal(address));
        [source.is_internal, destination.is_internal] = is_internal;
        out.key("flow");
        out.object(|out| {
            out.key("id");
            let id = flow_id::text(&flow);
            out.ascii(&id.block, id.len);
            out.key("locality");
            write_locality(is_internal == [true, true], out);
        });
        let is_biflow = facts.has(Role::BiflowDirection);
        self.write_network(&flow, is_internal, facts, out);
        write_related(&flow, facts, out);
        // The initiator is the destination of the record (RFC 5103, section 6.3).
        if is_biflow && facts.number(Role::BiflowDirection) == Some(2) {
            core::mem::swap(&mut source, &mut destination);
        }
        source.write("source", self.options, out);
        destination.write("destination", self.options, out);
        if is_biflow && !source.is_empty() && !destination.is_empty() {
            source.write("client", self.options, out);
            destination.write("server", self.options, out);
        }
    }

    fn endpoints(&self, facts: &Facts) -> (Endpoint, Endpoint) {
        let (mut source, mut destination) = (Endpoint::default(), Endpoint::default());
        if facts.has(Role::Direction) {
            let macs = (facts.mac(Role::StationMac), facts.mac(Role::AccessPointMac));
            if let (Some(station), Some(access_point)) = macs {
                let is_outbound = facts.number(Role::Direction) == Some(1);
                let (near, far) = if is_outbound {
                    (&mut destination, &mut source)
                } else {
                    (&mut source, &mut destination)
                };
                near.mac = Some(station);
                near.address = facts.address(Role::StationAddress);
                far.mac = Some(access_point);
            }
        }
        let address = |ipv4, ipv6| facts.address(ipv4).or_else(|| facts.address(ipv6));
        let first = |roles: [Role; 3]| facts.first_number(&roles);
        source.address = address(Role::SourceIpv4, Role::SourceIpv6).or(source.address);
        source.port = facts.port(Role::SourcePort);
        source.mac = facts.mac(Role::SourceMac).or(source.mac);
        source.octets = first(OCTETS);
        source.packets = first(PACKETS);
        destination.address =
            address(Role::DestinationIpv4, Role::DestinationIpv6).or(destination.address);
        destination.port = facts.port(Role::DestinationPort);
        destination.mac = facts.mac(Role::DestinationMac).or(destination.mac);
        destination.octets = first(REVERSE_OCTETS);
        destination.packets = first(REVERSE_PACKETS);
        (source, destination)
    }

    fn write_network<E: Encode>(
        &self,
        flow: &FiveTuple,
        is_internal: [bool; 2],
        facts: &Facts,
        out: &mut E,
    ) {
        let is_integration = self.options.integration;
        out.key("network");
        out.object(|out| {
            let services = self.options.enrichment.services.as_ref();
            if let Some(service) = services.and_then(|services| service(services, flow)) {
                out.key("application");
                out.string(service);
            }
            if let Some(protocol) = facts.number(Role::Protocol) {
                out.key("transport");
                match protocol {
                    1 => out.word("icmp"),
                    6 => out.word("tcp"),
                    17 => out.word("udp"),
                    58 => out.word("ipv6-icmp"),
                    _ => out.word(&format!("unknown ({})", protocol & 0xff)),
                }
                out.key("iana_number");
                if is_integration {
                    out.number_word(protocol);
                } else {
                    out.unsigned(protocol);
                }
            }
            let sum = |forward: &[Role], reverse: &[Role]| {
                let reverse = facts.first_number(reverse).unwrap_or(0);
                Some(facts.first_number(forward)?.saturating_add(reverse))
            };
            if let Some(octets) = sum(&OCTETS, &REVERSE_OCTETS) {
                out.key("bytes");
                out.unsigned(octets);
            }
            if let Some(packets) = sum(&PACKETS, &REVERSE_PACKETS) {
                out.key("packets");
                out.unsigned(packets);
            }
            out.key("direction");
            if is_integration {
                out.word(direction_by_locality(flow, is_internal));
            } else {
                match facts.number(Role::Direction) {
                    Some(0) => out.word("inbound"),
                    Some(1) => out.word("outbound"),
                    Some(other) => out.word(&format!("unknown ({})", other & 0xff)),
                    None => out.word("unknown"),
                }
            }
            if facts.has(Role::Ssid) {
                out.key("name");
                self.write_ssid(out);
            }
            let seed = self.options.community_id_seed;
            if let Some(id) = community_id::text(flow, self.icmp(facts), seed) {
                out.key("community_id");
                out.ascii(&id.block, id.len);
            }
            if is_integration {
                write_version(facts, out);
            }
        });
    }

    /// ICMP type and code; Elastic always takes 0 for both.
    fn icmp(&self, facts: &Facts) -> (u8, u8) {
        if self.options.faults.are_copied() {
            return (0, 0);
        }
        let small = |number: u64| u8::try_from(number & 0xff).unwrap_or(0);
        let both = [Role::IcmpTypeCodeIpv4, Role::IcmpTypeCodeIpv6];
        let both = facts.first_number(&both);
        let kind = facts.first_number(&[Role::IcmpTypeIpv4, Role::IcmpTypeIpv6]);
        let code = facts.first_number(&[Role::IcmpCodeIpv4, Role::IcmpCodeIpv6]);
        let kind = kind.or(both.map(|both| both >> 8)).unwrap_or(0);
        (small(kind), small(code.or(both).unwrap_or(0)))
    }

    fn write_ssid<E: Encode>(&self, out: &mut E) {
        let name = |field: &netflow_core::record::Field<'_, '_>| {
            field.template().name() == Some("wlanSSID")
        };
        match self
            .record
            .fields()
            .find(name)
            .and_then(|field| field.value())
        {
            Some(Value::Text(text)) => out.text(text),
            _ => out.null(),
        }
    }
}

/// The name of the service of a flow. Elastic's input writes none, but its mapping has the field.
fn service<'s>(services: &'s Services, flow: &FiveTuple) -> Option<&'s str> {
    let port = services.server_port(flow.protocol, flow.source_port, flow.destination_port);
    services.name(flow.protocol, port)
}

/// The direction as the integration's pipeline works it out.
const fn direction_by_locality(flow: &FiveTuple, is_internal: [bool; 2]) -> &'static str {
    if flow.source.is_none() || flow.destination.is_none() {
        return "unknown";
    }
    match is_internal {
        [true, true] => "internal",
        [true, false] => "outbound",
        [false, true] => "inbound",
        [false, false] => "external",
    }
}

/// The members of `event` before its times; `is_session` says that the record has a direction of biflows.
pub(super) fn write_event_start<E: Encode>(
    header: &MessageHeader,
    is_options: bool,
    is_session: bool,
    out: &mut E,
) {
    out.key("created");
    write_time(UnixTime::from(header.received), out);
    out.key("kind");
    out.word("event");
    out.key("action");
    out.word(action(is_options));
    out.key("category");
    out.array(|out| {
        out.word("network");
        if is_session {
            out.word("session");
        }
    });
    if !is_options {
        out.key("type");
        out.array(|out| out.word("connection"));
    }
}

/// What the integration's pipeline adds to `event`.
pub(super) fn write_module<E: Encode>(out: &mut E) {
    out.key("module");
    out.word("netflow");
    out.key("dataset");
    out.word("netflow.log");
}

const OCTETS: [Role; 3] = [Role::OctetDelta, Role::OctetTotal, Role::InitiatorOctets];
const PACKETS: [Role; 3] = [Role::PacketDelta, Role::PacketTotal, Role::InitiatorPackets];
const REVERSE_OCTETS: [Role; 3] = [
    Role::ReverseOctetDelta,
    Role::ReverseOctetTotal,
    Role::ResponderOctets,
];
const REVERSE_PACKETS: [Role; 3] = [
    Role::ReversePacketDelta,
    Role::ReversePacketTotal,
    Role::ResponderPackets,
];

/// One end of a flow.
#[derive(Debug, Default)]
struct Endpoint {
    address: Option<IpAddr>,
    port: Option<u16>,
    mac: Option<MacAddress>,
    octets: Option<u64>,
    packets: Option<u64>,
    /// Whether the address is internal.
    is_internal: bool,
}

impl Endpoint {
    const fn is_empty(&self) -> bool {
        self.address.is_none()
            && self.port.is_none()
            && self.mac.is_none()
            && self.octets.is_none()
            && self.packets.is_none()
    }

    #[inline(always)]
    fn write<E: Encode>(&self, key: &'static str, options: &EcsOptions, out: &mut E) {
        if self.is_empty() {
            return;
        }
        out.key(key);
        out.object(|out| {
            if let Some(address) = self.address {
                out.key("ip");
                out.address(address);
                out.key("locality");
                write_locality(self.is_internal, out);
                let enrichment = &options.enrichment;
                let names = enrichment.host_names.as_ref();
                if let Some(name) = names.and_then(|names| names.name(address)) {
                    out.key("domain");
                    out.string(&name);
                }
                if !enrichment.geo.is_empty() {
                    write_place(&enrichment.geo, address, out);
                }
            }
            if let Some(port) = self.port {
                out.key("port");
                out.unsigned(port.into());
            }
            if let Some(mac) = self.mac {
                out.key("mac");
                write_mac(mac, out);
            }
            if let Some(octets) = self.octets {
                out.key("bytes");
                out.unsigned(octets);
            }
            if let Some(packets) = self.packets {
                out.key("packets");
                out.unsigned(packets);
            }
        });
    }
}

/// `network.type`, an array if the record has addresses of both versions.
fn write_version<E: Encode>(facts: &Facts, out: &mut E) {
    let has = |source, destination| facts.has(source) || facts.has(destination);
    let versions = [
        has(Role::SourceIpv4, Role::DestinationIpv4).then_some("ipv4"),
        has(Role::SourceIpv6, Role::DestinationIpv6).then_some("ipv6"),
    ];
    match versions {
        [None, None] => {}
        [Some(one), None] | [None, Some(one)] => {
            out.key("type");
            out.word(one);
        }
        [Some(one), Some(other)] => {
            out.key("type");
            out.array(|out| {
                out.word(one);
                out.word(other);
            });
        }
    }
}

/// `geo` and `as`, as the geoip processor of the integration's pipeline writes them.
fn write_place<E: Encode>(geo: &Geo, address: IpAddr, out: &mut E) {
    if let Some(place) = geo.place(address) {
        out.key("geo");
        out.object(|out| {
            let names = [
                ("continent_name", place.continent),
                ("country_iso_code", place.country_code),
                ("country_name", place.country),
                ("region_name", place.region),
                ("city_name", place.city),
            ];
            for (key, name) in names {
                if let Some(name) = name {
                    out.key(key);
                    out.string(name);
                }
            }
            if let (Some(country), Some(region)) = (place.country_code, place.region_code) {
                out.key("region_iso_code");
                out.string(&format!("{country}-{region}"));
            }
            if let Some((latitude, longitude)) = place.location {
                out.key("location");
                out.object(|out| {
                    out.key("lat");
                    out.float(latitude);
                    out.key("lon");
                    out.float(longitude);
                });
            }
        });
    }
    if let Some(system) = geo.system(address) {
        out.key("as");
        out.object(|out| {
            out.key("number");
            out.unsigned(system.number.into());
            if let Some(name) = system.organization {
                out.key("organization");
                out.object(|out| {
                    out.key("name");
                    out.string(name);
                });
            }
        });
    }
}

/// When a flow began and ended.
struct Times {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    duration: Option<i64>,
}

impl Times {
    fn of(document: &DocumentWriter<'_, '_>, facts: &Facts) -> Self {
        let header = document.header;
        let copies_faults = document.options.faults.are_copied();
        let init = facts.number(Role::SystemInit);
        let sent = header.export_time;
        // The uptime of an IPFIX exporter that reports when it started. Elastic takes the time
        // of the start itself for an uptime.
        let uptime = match header.sys_uptime.filter(|uptime| *uptime > 0) {
            Some(uptime) => Some(u64::from(uptime)),
            None if copies_faults => init,
            None => init.and_then(|init| {
                let sent = u64::try_from(sent?.as_nanos() / MILLISECOND).ok()?;
                sent.checked_sub(init)
            }),
        };
        let time = |role| {
            let (since, uptime) = (facts.number(role)?, uptime?);
            let ago = i64::try_from(uptime.checked_sub(since)?).ok()?;
            Some(sent?.saturating_add(ago.checked_mul(MILLISECOND)?.checked_neg()?))
        };
        let (mut start, mut end) = (time(Role::StartUptime), time(Role::EndUptime));
        let mut duration = match (start, end) {
            (Some(start), Some(end)) => Some(end.nanos_since(start)),
            _ => None,
        };
        let announced = facts.number(Role::Duration).filter(|_| duration.is_none());
        let announced = announced
            .and_then(|millis| i64::try_from(millis).ok())
            .and_then(|millis| millis.checked_mul(MILLISECOND));
        if let Some(nanos) = announced {
            duration = Some(nanos);
            let other_end = start.map(|start| start.saturating_add(nanos));
            start = start.or(end.map(|end| end.saturating_add(-nanos)));
            end = other_end.or(end);
        }
        Self {
            start,
            end,
            duration,
        }
    }
}

fn protocol(facts: &Facts) -> Option<u8> {
    u8::try_from(facts.number(Role::Protocol)?).ok()
}

/// `flow.locality` and the locality of an address.
#[inline(always)]
fn write_locality<E: Encode>(is_internal: bool, out: &mut E) {
    if is_internal {
        out.word("internal");
    } else {
        out.word("external");
    }
}

/// The addresses of the record, each once, in the order of their octets.
fn write_related<E: Encode>(flow: &FiveTuple, facts: &Facts, out: &mut E) {
    let of_record = |address: Option<IpAddr>, ipv4, ipv6| {
        address.filter(|_| facts.has(ipv4) || facts.has(ipv6))
    };
    let source = of_record(flow.source, Role::SourceIpv4, Role::SourceIpv6);
    let destination = of_record(
        flow.destination,
        Role::DestinationIpv4,
        Role::DestinationIpv6,
    );
    let (first, second) = match (source, destination) {
        (Some(one), Some(other)) if one == other => (Some(one), None),
        (Some(one), Some(other)) => (Some(one.min(other)), Some(one.max(other))),
        (one, other) => (one.or(other), None),
    };
    if first.is_none() {
        return;
    }
    out.key("related");
    out.object(|out| {
        out.key("ip");
        out.array(|out| {
            for address in [first, second].into_iter().flatten() {
                out.address(address);
            }
        });
    });
}

/// What the integration's pipeline adds to every document.
pub(super) fn write_integration<E: Encode>(out: &mut E) {
    // Filebeat adds it; older dashboards of the integration select by it.
    out.key("input");
    out.object(|out| {
        out.key("type");
        out.word("netflow");
    });
    out.key("ecs");
    out.object(|out| {
        out.key("version");
        out.word("8.11.0");
    });
    out.key("data_stream");
    out.object(|out| {
        for (key, word) in [
            ("type", "logs"),
            ("dataset", "netflow.log"),
            ("namespace", "default"),
        ] {
            out.key(key);
            out.word(word);
        }
    });
}
