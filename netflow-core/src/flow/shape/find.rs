//! The shape of one sample.

use super::{ABSENT, Facts, NO_PROTOCOL, SampleShape, Structures};
use crate::flow::{Origin, SampleFlow};
use crate::packet::Packet;
use crate::wire::sflow::{Record, SampleKind};

/// Octets of `sampled_header` before the header itself (sFlow version 5, section 5).
const BEFORE_HEADER: usize = 16;
/// A VLAN of `extended_switch` above these is none.
const LAST_VLAN: u32 = 4095;
/// Octets of the headers that are read.
const IPV4_LEN: usize = 20;
const IPV6_LEN: usize = 40;
/// Ports, or type and code of ICMP.
const PORTS_LEN: usize = 4;
/// From the ports of TCP to its flags.
const TCP_FLAGS_END: usize = 14;
/// Both addresses of Ethernet.
const ETHERNET_ADDRESSES: usize = 12;

const ICMP: u16 = 1;
const TCP: u16 = 6;
const ICMPV6: u16 = 58;

impl SampleShape {
    /// The shape of a sample; `None` if it has more octets than an offset can count.
    pub(crate) fn of(flow: &SampleFlow<'_>, origin: &Origin) -> Option<Self> {
        let sample = flow.sample();
        let kind = sample.kind().ok()?;
        let mut shape = Self {
            structures: Structures::NONE,
            facts: Facts(0),
            header: ABSENT,
            network: ABSENT,
            transport: ABSENT,
            switch: ABSENT,
            ether_type: 0,
            protocol: NO_PROTOCOL,
        };
        shape.records(&kind, sample.contents_offset())?;
        shape.sample(&kind, flow, origin);
        if shape.header != ABSENT {
            shape.packet(flow.packet())?;
        }
        Some(shape)
    }

    /// What the records of the sample are. The contents of the sample begin at this offset.
    fn records(&mut self, kind: &SampleKind<'_>, contents: usize) -> Option<()> {
        for record in kind.records().flatten() {
            let structure = structure(&record);
            let start = record.contents_offset().saturating_sub(contents);
            match structure {
                Structures::HEADER if self.header == ABSENT => {
                    if record.as_sampled_header().is_none() {
                        continue;
                    }
                    self.header = offset(start.saturating_add(BEFORE_HEADER))?;
                }
                Structures::SWITCH if self.switch == ABSENT => {
                    let Some(switch) = record.as_extended_switch() else {
                        continue;
                    };
                    self.switch = offset(start)?;
                    let is_vlan = |vlan| vlan <= LAST_VLAN;
                    self.facts
                        .set(Facts::SOURCE_VLAN, is_vlan(switch.src_vlan()));
                    self.facts
                        .set(Facts::DESTINATION_VLAN, is_vlan(switch.dst_vlan()));
                }
                _ => {}
            }
            self.structures = self.structures.or(structure);
        }
        Some(())
    }

    /// What the header of the sample says, and what is known besides the sample.
    fn sample(&mut self, kind: &SampleKind<'_>, flow: &SampleFlow<'_>, origin: &Origin) {
        let facts = &mut self.facts;
        let (input, output) = match kind {
            SampleKind::Flow(sample) => {
                facts.set(Facts::EXPANDED, sample.expanded());
                facts.set(Facts::RATE, sample.sampling_rate() > 0);
                (sample.input(), sample.output())
            }
            SampleKind::Discarded(packet) => {
                facts.set(Facts::DISCARDED, true);
                (packet.input(), packet.output())
            }
            _ => return,
        };
        facts.set(Facts::INPUT, input.index().is_some());
        facts.set(Facts::OUTPUT, output.index().is_some());
        facts.set(Facts::REASON, output.discard_reason().is_some());
        let direction = flow.direction();
        facts.set(Facts::INGRESS, direction == Some(0));
        facts.set(Facts::EGRESS, direction == Some(1));
        facts.set(Facts::TRANSACTION, flow.is_transaction());
        facts.set(Facts::CONFIGURED_RATE, origin.configured_rate.is_some());
        facts.set(Facts::OVERRIDE_RATE, origin.override_rate.is_some());
        facts.set(Facts::INTERFACES, origin.interfaces.is_some());
        let mut known = origin.exporter.iter().chain(&origin.other_domains);
        facts.set(
            Facts::NAMES,
            known.any(|exporter| !exporter.names.is_empty()),
        );
    }

    /// Where the headers of the sampled packet are.
    fn packet(&mut self, packet: &Packet<'_>) -> Option<()> {
        let len = packet.octets().len();
        let facts = &mut self.facts;
        let is_ethernet = packet.is_ethernet() && len >= ETHERNET_ADDRESSES;
        facts.set(Facts::ETHERNET, is_ethernet);
        let has_addresses = || packet.destination_mac().or(packet.source_mac()).is_some();
        facts.set(Facts::OTHER_LINK, !is_ethernet && has_addresses());
        let tags = packet.vlans().take(2).count();
        facts.set(Facts::TAG, tags > 0);
        facts.set(Facts::TAGS, tags > 1);
        facts.set(Facts::LABELS, packet.mpls_offset().is_some());
        self.ether_type = packet.ether_type().unwrap_or(0);
        self.protocol = packet.protocol().map_or(NO_PROTOCOL, u16::from);
        let at = |place: usize| offset(usize::from(self.header).saturating_add(place));
        let is_whole = |place: usize, needed: usize| place.saturating_add(needed) <= len;
        if let Some(network) = packet.network_offset() {
            self.network = at(network)?;
            let needed = match packet.ip_version() {
                Some(4) => {
                    facts.set(Facts::IPV4, true);
                    facts.set(Facts::NO_OFFSET, packet.fragment_offset() == Some(0));
                    IPV4_LEN
                }
                Some(6) => {
                    facts.set(Facts::IPV6, true);
                    facts.set(Facts::FRAGMENT, packet.fragment_offset().is_some());
                    IPV6_LEN
                }
                _ => usize::MAX,
            };
            facts.set(Facts::WHOLE_NETWORK, is_whole(network, needed));
        }
        if let Some(transport) = packet.transport_offset() {
            self.transport = at(transport)?;
            let needed = if self.protocol == TCP {
                TCP_FLAGS_END
            } else {
                PORTS_LEN
            };
            facts.set(Facts::WHOLE_TRANSPORT, is_whole(transport, needed));
            let flags = packet.tcp_flags();
            facts.set(Facts::LOW_FLAGS, flags.is_some_and(|flags| flags < 0x100));
        }
        // Most packets carry one of these over IP, and are not a tunnel.
        let is_ip = facts.has(Facts::IPV4) || facts.has(Facts::IPV6);
        let is_none = is_ip && matches!(self.protocol, TCP | ICMP | ICMPV6);
        facts.set(Facts::INNER, !is_none && packet.inner().is_some());
        Some(())
    }
}

/// An offset in a sample; `None` if it is too large.
fn offset(at: usize) -> Option<u16> {
    u16::try_from(at).ok().filter(|at| *at != ABSENT)
}

/// The structure that a record holds, if fields are read from it (sFlow version 5, section 5; sFlow
/// Port NAT, Tunnel and Application Structures).
fn structure(record: &Record<'_>) -> Structures {
    let format = record.format();
    if format.enterprise() != 0 {
        return Structures::NONE;
    }
    match format.format() {
        1 => Structures::HEADER,
        2 => Structures::ETHERNET,
        3 | 4 => Structures::IP,
        1001 => Structures::SWITCH,
        1002 => Structures::ROUTER,
        1003 => Structures::GATEWAY,
        1004 => Structures::USER,
        1006 => Structures::MPLS,
        1007 => Structures::NAT,
        1020 => Structures::NAT_PORT,
        1023..=1026 => Structures::TUNNEL,
        1027 | 1028 => Structures::DECAPSULATE,
        1029 | 1030 => Structures::VNI,
        2100 | 2101 => Structures::SOCKET,
        _ => Structures::NONE,
    }
}
