//! The columns of a shape.

use super::{ABSENT, Facts, NO_PROTOCOL, SampleShape, Structures};
use crate::element::ElementId;
use crate::field::FlowField;
use crate::flow::FlowColumn;
use crate::template::FieldPlan;

/// What agents send in place of a sampled header (sFlow version 5, section 5), and of a transaction.
const IN_PLACE_OF_HEADER: Structures = Structures::ETHERNET
    .or(Structures::IP)
    .or(Structures::SOCKET);

const ICMP: u16 = 1;
const TCP: u16 = 6;
const ICMPV6: u16 = 58;
/// TCP, UDP, DCCP, SCTP and UDP-Lite.
const WITH_PORTS: [u16; 5] = [TCP, 17, 33, 132, 136];

/// Where members are in the header of a sample (sFlow version 5, section 5).
struct Header {
    sampling_rate: u16,
    input: u16,
    output: u16,
}

const COMPACT: Header = Header {
    sampling_rate: 8,
    input: 20,
    output: 24,
};
const EXPANDED: Header = Header {
    sampling_rate: 12,
    input: 28,
    output: 36,
};
const DISCARDED: Header = Header {
    // It has none.
    sampling_rate: ABSENT,
    input: 16,
    output: 20,
};

impl SampleShape {
    /// How a field is read from the samples of this shape. Places are offsets in the octets of the
    /// sample.
    pub(crate) fn column(&self, field: FlowField) -> FlowColumn {
        use FlowField as F;
        match field {
            F::ExporterAddress
            | F::ExporterPort
            | F::AgentAddress
            | F::ExportProtocol
            | F::ObservationDomain
            | F::TemplateId
            | F::Sequence
            | F::Received
            | F::ExportTime
            | F::Late
            | F::Frame
            | F::Start
            | F::End
            | F::Duration
            | F::Clock
            | F::ClockSuspect
            // One packet was sampled, or none.
            | F::Packets
            | F::Counters => FlowColumn::Same,
            F::SourceAddress => self.address(12, 8),
            F::DestinationAddress => self.address(16, 24),
            F::Octets if self.has_header() => number(self.header.wrapping_sub(12), 4),
            F::Octets => self.in_place_of_header(),
            F::InputInterface if self.facts.has(Facts::INPUT) => number(self.members().input, 4),
            F::OutputInterface if self.facts.has(Facts::OUTPUT) => number(self.members().output, 4),
            F::InputInterface | F::OutputInterface => FlowColumn::Absent,
            F::Direction if self.facts.has(Facts::INGRESS) || self.facts.has(Facts::EGRESS) => {
                FlowColumn::Same
            }
            F::Direction => FlowColumn::Absent,
            F::SamplingRate | F::Sampling | F::OctetsScaled | F::PacketsScaled => {
                self.sampling(field)
            }
            F::Protocol
            | F::EtherType
            | F::IpVersion
            | F::Tos
            | F::Dscp
            | F::Ecn
            | F::Ttl
            | F::FragmentId
            | F::FragmentOffset
            | F::Ipv6FlowLabel => self.network(field),
            F::SourcePort | F::DestinationPort | F::TcpFlags | F::IcmpType | F::IcmpCode => {
                self.transport(field)
            }
            F::SourceMac | F::DestinationMac | F::Vlan | F::PostVlan | F::CustomerVlan => {
                self.link(field)
            }
            _ => self.rare(field),
        }
    }

    /// What few samples have.
    fn rare(&self, field: FlowField) -> FlowColumn {
        use FlowField as F;
        let structures = match field {
            F::SourceAs
            | F::DestinationAs
            | F::NextAs
            | F::AsPath
            | F::Communities
            | F::BgpNextHop => Structures::GATEWAY,
            F::NextHop | F::SourcePrefixLength | F::DestinationPrefixLength => Structures::ROUTER,
            F::PostNatSourceAddress | F::PostNatDestinationAddress => Structures::NAT,
            F::PostNatSourcePort | F::PostNatDestinationPort => Structures::NAT_PORT,
            F::UserName => Structures::USER,
            F::TunnelSourceAddress | F::TunnelDestinationAddress => Structures::TUNNEL,
            F::MplsLabels => {
                return each_if(self.has(Structures::MPLS) || self.facts.has(Facts::LABELS));
            }
            F::DropReason => {
                return each_if(self.facts.has(Facts::DISCARDED) || self.facts.has(Facts::REASON));
            }
            F::TunnelType => return self.tunnel(Structures::TUNNEL),
            F::TunnelId => return self.tunnel(Structures::VNI),
            F::InnerSourceAddress
            | F::InnerDestinationAddress
            | F::InnerSourcePort
            | F::InnerDestinationPort
            | F::InnerProtocol => return self.tunnel(Structures::DECAPSULATE),
            F::InputInterfaceName | F::OutputInterfaceName => {
                return each_if(self.facts.has(Facts::NAMES) || self.facts.has(Facts::INTERFACES));
            }
            F::IngressVrfName | F::EgressVrfName => return each_if(self.facts.has(Facts::NAMES)),
            // Only records have these.
            F::SamplerName
            | F::ApplicationName
            | F::SourceCommunities
            | F::ExtendedCommunities
            | F::LargeCommunities
            | F::PostDscp
            | F::OriginalExporterAddress
            | F::StationAddress => Structures::NONE,
            // No other element is read from a sample.
            _ => return each_if(field.elements().is_empty()),
        };
        each_if(self.has(structures))
    }

    fn has(&self, any: Structures) -> bool {
        self.structures.has(any)
    }

    fn has_header(&self) -> bool {
        self.header != ABSENT
    }

    const fn members(&self) -> Header {
        if self.facts.has(Facts::DISCARDED) {
            DISCARDED
        } else if self.facts.has(Facts::EXPANDED) {
            EXPANDED
        } else {
            COMPACT
        }
    }

    /// A field that structures have which agents send in place of a sampled header.
    fn in_place_of_header(&self) -> FlowColumn {
        each_if(self.has(IN_PLACE_OF_HEADER))
    }

    /// An address at these offsets in the headers of IPv4 and IPv6.
    fn address(&self, v4: u16, v6: u16) -> FlowColumn {
        if !self.has_header() {
            return self.in_place_of_header();
        }
        self.of_network(
            |network| octets(network(v4), 4),
            |network| octets(network(v6), 16),
        )
    }

    /// A field of the IP header of either version, if all of it is there.
    fn of_network(
        &self,
        v4: impl FnOnce(&dyn Fn(u16) -> u16) -> FlowColumn,
        v6: impl FnOnce(&dyn Fn(u16) -> u16) -> FlowColumn,
    ) -> FlowColumn {
        let at = |skip: u16| self.network.saturating_add(skip);
        let is_v4 = self.facts.has(Facts::IPV4);
        if !is_v4 && !self.facts.has(Facts::IPV6) {
            FlowColumn::Absent
        } else if !self.facts.has(Facts::WHOLE_NETWORK) {
            FlowColumn::Each
        } else if is_v4 {
            v4(&at)
        } else {
            v6(&at)
        }
    }

    fn network(&self, field: FlowField) -> FlowColumn {
        use FlowField as F;
        if !self.has_header() {
            return self.in_place_of_header();
        }
        let of_fragment = |_: &dyn Fn(u16) -> u16| each_if(self.facts.has(Facts::FRAGMENT));
        match field {
            F::Protocol => same_if(self.protocol != NO_PROTOCOL),
            F::EtherType => same_if(self.ether_type != 0),
            F::IpVersion => same_if(self.facts.has(Facts::IPV4) || self.facts.has(Facts::IPV6)),
            F::Tos => self.of_network(|at| number(at(1), 1), |_| FlowColumn::Each),
            F::Dscp => self.of_network(|at| bits(at(1), 2, 0x3f), |_| FlowColumn::Each),
            F::Ecn => self.of_network(|at| bits(at(1), 0, 0b11), |_| FlowColumn::Each),
            F::Ttl => self.of_network(|at| number(at(8), 1), |at| number(at(7), 1)),
            F::FragmentId => self.of_network(|at| number(at(4), 2), of_fragment),
            F::FragmentOffset => {
                let is_known = self.facts.has(Facts::NO_OFFSET);
                let v4 = if is_known {
                    FlowColumn::Same
                } else {
                    FlowColumn::Each
                };
                self.of_network(|_| v4, of_fragment)
            }
            _ => self.of_network(|_| FlowColumn::Absent, |_| FlowColumn::Each),
        }
    }

    fn transport(&self, field: FlowField) -> FlowColumn {
        use FlowField as F;
        if !self.has_header() {
            return match field {
                F::IcmpType | F::IcmpCode => FlowColumn::Absent,
                _ => self.in_place_of_header(),
            };
        }
        let has_it = match field {
            F::TcpFlags => self.protocol == TCP,
            F::IcmpType | F::IcmpCode => matches!(self.protocol, ICMP | ICMPV6),
            _ => WITH_PORTS.contains(&self.protocol),
        };
        if !has_it || self.transport == ABSENT {
            return FlowColumn::Absent;
        }
        if !self.facts.has(Facts::WHOLE_TRANSPORT) {
            return FlowColumn::Each;
        }
        let at = |skip: u16| self.transport.saturating_add(skip);
        match field {
            F::SourcePort => number(at(0), 2),
            F::DestinationPort => number(at(2), 2),
            F::IcmpType => number(at(0), 1),
            F::IcmpCode => number(at(1), 1),
            _ if self.facts.has(Facts::LOW_FLAGS) => number(at(13), 1),
            _ => FlowColumn::Each,
        }
    }

    fn link(&self, field: FlowField) -> FlowColumn {
        use FlowField as F;
        let in_ethernet = || each_if(self.has(Structures::ETHERNET));
        // The low two octets of a word that is no more than 4,095.
        let in_switch = |skip: u16| number(self.switch.saturating_add(skip), 2);
        match field {
            F::DestinationMac if self.facts.has(Facts::ETHERNET) => octets(self.header, 6),
            F::SourceMac if self.facts.has(Facts::ETHERNET) => {
                octets(self.header.saturating_add(6), 6)
            }
            F::DestinationMac | F::SourceMac if self.facts.has(Facts::OTHER_LINK) => {
                FlowColumn::Each
            }
            F::DestinationMac | F::SourceMac => in_ethernet(),
            F::Vlan if self.facts.has(Facts::SOURCE_VLAN) => in_switch(2),
            F::Vlan => each_if(self.facts.has(Facts::TAG)),
            F::PostVlan if self.facts.has(Facts::DESTINATION_VLAN) => in_switch(10),
            F::PostVlan => FlowColumn::Absent,
            _ => each_if(self.facts.has(Facts::TAGS)),
        }
    }

    /// The rate that was configured in place of any other, of the sample, or configured where there
    /// is none; a discarded packet is not sampled.
    fn sampling(&self, field: FlowField) -> FlowColumn {
        let is_override = self.facts.has(Facts::OVERRIDE_RATE);
        let is_known =
            is_override || self.facts.has(Facts::RATE) || self.facts.has(Facts::CONFIGURED_RATE);
        if !is_known || self.facts.has(Facts::DISCARDED) {
            return FlowColumn::Absent;
        }
        let in_sample = !is_override && self.facts.has(Facts::RATE);
        match field {
            FlowField::OctetsScaled => FlowColumn::Each,
            FlowField::PacketsScaled if self.facts.has(Facts::TRANSACTION) => FlowColumn::Absent,
            // One packet was sampled.
            FlowField::SamplingRate | FlowField::PacketsScaled if in_sample => {
                number(self.members().sampling_rate, 4)
            }
            _ => FlowColumn::Same,
        }
    }

    /// A field of the inner packet, or of a structure that describes it.
    fn tunnel(&self, reported: Structures) -> FlowColumn {
        each_if(self.has(reported) || self.facts.has(Facts::INNER))
    }
}

const fn each_if(is_any: bool) -> FlowColumn {
    if is_any {
        FlowColumn::Each
    } else {
        FlowColumn::Absent
    }
}

const fn same_if(is_any: bool) -> FlowColumn {
    if is_any {
        FlowColumn::Same
    } else {
        FlowColumn::Absent
    }
}

fn number(offset: u16, width: usize) -> FlowColumn {
    FlowColumn::Number(place(offset, width))
}

fn octets(offset: u16, width: usize) -> FlowColumn {
    FlowColumn::Octets(place(offset, width))
}

fn bits(offset: u16, shift: u8, mask: u8) -> FlowColumn {
    FlowColumn::Bits {
        place: place(offset, 1),
        shift,
        mask,
    }
}

/// No element supplies it.
fn place(offset: u16, width: usize) -> FieldPlan {
    FieldPlan {
        offset: offset.into(),
        width,
        element: ElementId::iana(0),
    }
}
