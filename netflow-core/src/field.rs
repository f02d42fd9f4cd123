//! The normalised fields: what a flow is said to have, whatever protocol told it.
//!
//! One table gives each field its name, its type, its unit and the elements
//! that may supply it, best first. The accessors of [`Flow`](crate::Flow), the
//! columns, JSON and every binding are made from it, so that no two of them
//! can disagree.

use crate::element::ElementId;

/// The elements that may supply a field, each a line of the table.
macro_rules! elements {
    (flow) => {
        &[]
    };
    ([$($enterprise:literal $(/ $id:literal)?)+]) => {
        const { &[$(elements!(@ $enterprise $(/ $id)?)),+] }
    };
    (@ $id:literal) => {
        ElementId::new(0, $id)
    };
    (@ $enterprise:literal / $id:literal) => {
        ElementId::new($enterprise, $id)
    };
}

#[cfg(feature = "alloc")]
mod ingredient;

#[cfg(feature = "alloc")]
pub(crate) use self::ingredient::Ingredient;

/// The table. A line is
///
/// ```text
/// /// What it is.
/// SourcePort source_port U16 "" [7 182 180];
/// ```
///
/// and gives the variant, the name, the [`FieldType`], the unit and the IANA
/// elements that may supply it, best first. `p/n` is element `n` of enterprise
/// `p`; `flow` means that the flow works it out, in a function of that name.
/// `$callback!` is called with all lines.
macro_rules! normalised_fields {
    ($callback:ident) => {
        $callback! {
            /// Address of the exporter, as the datagram came.
            ExporterAddress exporter_address Address "" flow;
            /// Port the exporter sent from.
            ExporterPort exporter_port U16 "" flow;
            /// Address the sFlow agent gives itself.
            AgentAddress agent_address Address "" flow;
            /// The protocol that carried the flow, such as `netflow9`.
            ExportProtocol export_protocol Name "" flow;
            /// Observation domain: the v9 source id, the IPFIX domain, engine type
            /// and id (`type * 256 + id`) in v5, v6 and v8, the sub-agent in sFlow.
            ObservationDomain observation_domain U32 "" flow;
            /// Template the record was read by; absent in the fixed versions and sFlow.
            TemplateId template_id U16 "" flow;
            /// Sequence number of the message, in the unit of its protocol.
            Sequence sequence U32 "" flow;
            /// When the datagram was received.
            Received received Time "" flow;
            /// When the message was sent, as its header says; absent in sFlow.
            ExportTime export_time Time "" flow;
            /// The record waited for its template.
            Late late Flag "" flow;
            /// The caller's number of the datagram, such as the frame of a capture.
            Frame frame U64 "" flow;
            /// When the first packet was seen.
            Start start Time "" flow;
            /// When the last packet was seen.
            End end Time "" flow;
            /// From the first to the last packet.
            Duration duration Duration "ns" flow;
            /// How start and end were worked out.
            Clock clock Name "" flow;
            /// The times cannot be right: a clock is off by more than a day, or
            /// the flow ends after it was sent or before it starts, it starts more
            /// than a year before, or it ended more than a day ago and, by the uptime,
            /// before the exporter started.
            ClockSuspect clock_suspect Flag "" flow;
            /// Source address; of sFlow, in the outer header.
            SourceAddress source_address Address "" flow;
            /// Destination address; of sFlow, in the outer header.
            DestinationAddress destination_address Address "" flow;
            /// Source port of TCP, UDP, SCTP.
            SourcePort source_port U16 "" [7 182 180];
            /// Destination port of TCP, UDP, SCTP.
            DestinationPort destination_port U16 "" [11 183 181];
            /// IP protocol number.
            Protocol protocol U8 "" [4 193];
            /// Octets as counted by the exporter, not scaled; of sFlow, the frame's length.
            Octets octets U64 "octets" [1 85 231 352 353 23 171 312 224];
            /// Packets as counted by the exporter, not scaled; of sFlow, 1.
            Packets packets U64 "packets" [2 86 298 24 172];
            /// Octets of the other direction (RFC 5103, or a firewall's responder).
            ReverseOctets reverse_octets U64 "octets" [29305/1 29305/85 232 23];
            /// Packets of the other direction.
            ReversePackets reverse_packets U64 "packets" [29305/2 29305/86 299 24];
            /// One packet of so many was counted.
            SamplingRate sampling_rate U64 "" flow;
            /// Which rule gave the sampling rate.
            Sampling sampling Name "" flow;
            /// Name of the sampler or selector of the record.
            SamplerName sampler_name Text "" flow;
            /// Octets times the sampling rate; absent when that is not known.
            OctetsScaled octets_scaled U64 "octets" flow;
            /// Packets times the sampling rate; absent when that is not known.
            PacketsScaled packets_scaled U64 "packets" flow;
            /// All TCP flags seen.
            TcpFlags tcp_flags U16 "" [6];
            /// Type of service or traffic class.
            Tos tos U8 "" [5];
            /// 4 or 6.
            IpVersion ip_version U8 "" flow;
            /// Time to live or hop limit.
            Ttl ttl U8 "hops" [192];
            /// Lowest time to live.
            MinTtl min_ttl U8 "hops" [52];
            /// Highest time to live.
            MaxTtl max_ttl U8 "hops" [53];
            /// Identification of the IP datagram.
            FragmentId fragment_id U32 "" [54];
            /// Offset of the fragment.
            FragmentOffset fragment_offset U16 "8 octets" [88];
            /// Flow label of IPv6.
            Ipv6FlowLabel ipv6_flow_label U32 "" [31];
            /// EtherType of the network layer.
            EtherType ether_type U16 "" [256];
            /// ICMP or ICMPv6 type.
            IcmpType icmp_type U8 "" flow;
            /// ICMP or ICMPv6 code.
            IcmpCode icmp_code U8 "" flow;
            /// Interface the flow came in by.
            InputInterface input_interface U32 "" [10 252];
            /// Interface the flow went out by.
            OutputInterface output_interface U32 "" [14 253];
            /// Name of the input interface.
            InputInterfaceName input_interface_name Text "" flow;
            /// Name of the output interface.
            OutputInterfaceName output_interface_name Text "" flow;
            /// Source MAC address.
            SourceMac source_mac Mac "" [56 81];
            /// Destination MAC address.
            DestinationMac destination_mac Mac "" [80 57];
            /// VLAN the flow came in by.
            Vlan vlan U16 "" [58 243];
            /// VLAN the flow went out by.
            PostVlan post_vlan U16 "" [59 254];
            /// MPLS labels, from the top.
            MplsLabels mpls_labels Numbers "" flow;
            /// Next hop.
            NextHop next_hop Address "" flow;
            /// BGP next hop.
            BgpNextHop bgp_next_hop Address "" flow;
            /// AS of the source; of sFlow, that of the router where it is its own.
            SourceAs source_as U32 "" [16];
            /// AS of the destination; of sFlow, that of the router where it is its own.
            DestinationAs destination_as U32 "" [17];
            /// AS of the BGP next hop.
            NextAs next_as U32 "" [128];
            /// AS path to the destination.
            AsPath as_path Numbers "" flow;
            /// BGP communities.
            Communities communities Numbers "" flow;
            /// Prefix length of the source.
            SourcePrefixLength source_prefix_length U8 "bits" flow;
            /// Prefix length of the destination.
            DestinationPrefixLength destination_prefix_length U8 "bits" flow;
            /// VRF the flow came in by.
            IngressVrf ingress_vrf U32 "" [234];
            /// VRF the flow went out by.
            EgressVrf egress_vrf U32 "" [235];
            /// Name of the ingress VRF.
            IngressVrfName ingress_vrf_name Text "" flow;
            /// Name of the egress VRF.
            EgressVrfName egress_vrf_name Text "" flow;
            /// Source address after translation.
            PostNatSourceAddress post_nat_source_address Address "" flow;
            /// Destination address after translation.
            PostNatDestinationAddress post_nat_destination_address Address "" flow;
            /// Source port after translation.
            PostNatSourcePort post_nat_source_port U16 "" [227 4294967295/7235];
            /// Destination port after translation.
            PostNatDestinationPort post_nat_destination_port U16 "" [228 4294967295/7236];
            /// 0 ingress, 1 egress.
            Direction direction U8 "" [61];
            /// Forwarding status (RFC 7270, section 4.12).
            ForwardingStatus forwarding_status U32 "" [89];
            /// Why sFlow discarded the packet.
            DropReason drop_reason U32 "" flow;
            /// Why the flow ended.
            FlowEndReason flow_end_reason U8 "" [136];
            /// Firewall event.
            FirewallEvent firewall_event U8 "" [233 4294967295/7237];
            /// Firewall extended event of Cisco (field type 33002).
            FirewallExtendedEvent firewall_extended_event U16 "" [4294967295/234];
            /// Access list of the input, three numbers of four octets (33000).
            IngressAcl ingress_acl Octets "" [4294967295/232];
            /// Access list of the output (33001).
            EgressAcl egress_acl Octets "" [4294967295/233];
            /// NAT event.
            NatEvent nat_event U8 "" [230];
            /// Application, as `engine:selector` (RFC 6759).
            ApplicationId application_id Application "" [95];
            /// Name of the application.
            ApplicationName application_name Text "" flow;
            /// Name of the user.
            UserName user_name Text "" [371 4294967295/7232 4294967295/23934];
            /// Number of the flow or connection.
            FlowId flow_id U64 "" [148];
            /// How the inner packet of a sampled packet is carried, such as `vxlan`.
            TunnelType tunnel_type Name "" flow;
            /// Number of the tunnel: VNI, GRE key, TEID.
            TunnelId tunnel_id U64 "" flow;
            /// Source address of the inner packet.
            InnerSourceAddress inner_source_address Address "" flow;
            /// Destination address of the inner packet.
            InnerDestinationAddress inner_destination_address Address "" flow;
            /// Source port of the inner packet.
            InnerSourcePort inner_source_port U16 "" flow;
            /// Destination port of the inner packet.
            InnerDestinationPort inner_destination_port U16 "" flow;
            /// IP protocol number of the inner packet.
            InnerProtocol inner_protocol U8 "" flow;
        }
    };
}
#[cfg(feature = "alloc")]
pub(crate) use normalised_fields;

/// What a field is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FieldType {
    /// 8 bits, unsigned.
    U8,
    /// 16 bits, unsigned.
    U16,
    /// 32 bits, unsigned.
    U32,
    /// 64 bits, unsigned.
    U64,
    /// Yes or no.
    Flag,
    /// An IPv4 or IPv6 address.
    Address,
    /// A MAC address, six octets.
    Mac,
    /// A time: nanoseconds since 1970 UTC.
    Time,
    /// Nanoseconds between two times.
    Duration,
    /// Text of the exporter's, in UTF-8 as a rule.
    Text,
    /// Octets of no further meaning.
    Octets,
    /// One of few words of ours.
    Name,
    /// An application id (RFC 6759).
    Application,
    /// A list of 32-bit numbers.
    Numbers,
}

/// Makes the enumeration from the lines of the table.
macro_rules! enumeration {
    ($($(#[$doc:meta])+ $variant:ident $name:ident $type:ident $unit:literal $source:tt;)+) => {
        /// A normalised field, in the order of the columns.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum FlowField {
            $($(#[$doc])+ $variant,)+
        }

        impl FlowField {
            /// Every field.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Its place among all fields.
            #[cfg(feature = "alloc")]
            #[expect(clippy::as_conversions, reason = "the number of the variant")]
            pub(crate) const fn index(self) -> u8 {
                self as u8
            }

            /// The name, the same everywhere.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => stringify!($name),)+ }
            }

            /// The type.
            #[must_use]
            pub const fn field_type(self) -> FieldType {
                match self { $(Self::$variant => FieldType::$type,)+ }
            }

            /// The unit; empty if it has none.
            #[must_use]
            pub const fn unit(self) -> &'static str {
                match self { $(Self::$variant => $unit,)+ }
            }

            /// The elements that may supply it, best first; none when the flow
            /// works it out from several or from the header.
            #[must_use]
            pub const fn elements(self) -> &'static [ElementId] {
                match self { $(Self::$variant => elements!($source),)+ }
            }
        }
    };
}
normalised_fields!(enumeration);

impl FlowField {
    /// The field of this name.
    ///
    /// ```
    /// use netflow_core::field::FlowField;
    ///
    /// assert_eq!(FlowField::by_name("source_port"), Some(FlowField::SourcePort));
    /// ```
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|field| field.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::FlowField;
    use crate::element;

    #[test]
    fn every_element_of_the_table_is_registered() {
        for field in FlowField::ALL {
            for id in field.elements() {
                assert!(element::get(*id).is_some(), "{} {id}", field.name());
            }
        }
    }

    #[test]
    fn every_name_finds_its_field() {
        for field in FlowField::ALL {
            assert_eq!(FlowField::by_name(field.name()), Some(*field));
        }
    }
}
