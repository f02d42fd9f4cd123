//! Elements that flows work their own fields out from.

use super::FieldType;
use crate::element::ElementId;

/// What the flow works its own fields out from: elements that are looked up
/// once, when a template is compiled, as those of the table are. Of an element that
/// is `second` the second field of a template counts, not the first: headers
/// inside others follow them (RFC 7011, section 8).
macro_rules! ingredients {
    ($($(#[$doc:meta])+ $variant:ident $type:ident $source:tt $($second:ident)?;)+) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(crate) enum Ingredient {
            $($(#[$doc])+ $variant,)+
        }

        impl Ingredient {
            pub(crate) const ALL: &'static [Self] = &[$(Self::$variant,)+];

            #[expect(clippy::as_conversions, reason = "the number of the variant")]
            pub(crate) const fn index(self) -> u8 {
                self as u8
            }

            pub(crate) const fn field_type(self) -> FieldType {
                match self { $(Self::$variant => FieldType::$type,)+ }
            }

            pub(crate) const fn elements(self) -> &'static [ElementId] {
                match self { $(Self::$variant => elements!($source),)+ }
            }

            /// The second field of the element is meant.
            pub(crate) const fn is_second(self) -> bool {
                match self { $(Self::$variant => second!($($second)?),)+ }
            }
        }
    };
}
macro_rules! second {
    () => {
        false
    };
    (second) => {
        true
    };
}

ingredients! {
    /// Source address of IPv4, else the prefix that stands for it, else the client of a
    /// connection (Cisco AVC, which has no source and destination).
    SourceIpv4 Address [8 44 9/12236];
    /// Source address of IPv6, else the prefix.
    SourceIpv6 Address [27 170 9/12238];
    /// Destination address of IPv4, else the prefix, else the server of a connection.
    DestinationIpv4 Address [12 45 9/12237];
    /// Destination address of IPv6, else the prefix.
    DestinationIpv6 Address [28 169 9/12239];
    /// Next hop of IPv4.
    NextHopIpv4 Address [15];
    /// Next hop of IPv6.
    NextHopIpv6 Address [62];
    /// BGP next hop of IPv4.
    BgpNextHopIpv4 Address [18];
    /// BGP next hop of IPv6.
    BgpNextHopIpv6 Address [63];
    /// Prefix length of the IPv4 source.
    SourcePrefixIpv4 U8 [9];
    /// Prefix length of the IPv6 source.
    SourcePrefixIpv6 U8 [29];
    /// Prefix length of the IPv4 destination.
    DestinationPrefixIpv4 U8 [13];
    /// Prefix length of the IPv6 destination.
    DestinationPrefixIpv6 U8 [30];
    /// IPv4 source after translation; 40001 to 40005 of v9 are those of early
    /// Cisco ASA.
    PostNatSourceIpv4 Address [225 4294967295/7233];
    /// IPv6 source after translation.
    PostNatSourceIpv6 Address [281];
    /// IPv4 destination after translation.
    PostNatDestinationIpv4 Address [226 4294967295/7234];
    /// IPv6 destination after translation.
    PostNatDestinationIpv6 Address [282];
    /// 4 or 6.
    IpVersion U8 [60];
    /// The first packet, in the forms of [`clock`](crate::flow), best first.
    Start U64 [156 154 152 150 22 158 325 324 323 322];
    /// The last packet, likewise.
    End U64 [157 155 153 151 21 159 325 324 323 322];
    /// The first packet, in elements of sixteen octets.
    StartTimeval Octets [154];
    /// The last packet, likewise.
    EndTimeval Octets [155];
    /// Duration in milliseconds.
    DurationMilliseconds U64 [161];
    /// Duration in microseconds.
    DurationMicroseconds U64 [162];
    /// When the exporter started, absolute.
    SystemInit U64 [160];
    /// Sampling rate in the record.
    SamplingInterval U64 [34];
    /// That of a random sampler.
    SamplingRandomInterval U64 [50];
    /// The sampler, whose rate options announce.
    SamplerId U64 [48];
    /// The selector, likewise.
    SelectorId U64 [302];
    /// Name of the sampler or selector, in the record itself.
    SamplerName Text [84 335];
    /// Name of the application, in the record itself: nProbe's L7_PROTO_NAME (57591 in
    /// v9) and App-ID of Palo Alto (56701 in v9) are such too.
    ApplicationName Text [96 35632/119 4294967295/24823 4294967295/23933];
    /// Description of the application, likewise.
    ApplicationDescription Text [94];
    /// Name of an interface, likewise: of the input, or where the direction is egress of the
    /// output.
    InterfaceName Text [82];
    /// Name of the VRF, likewise.
    VrfName Text [236];
    /// Packets taken in a row.
    SamplingPacketInterval U64 [305];
    /// Packets left out in a row.
    SamplingPacketSpace U64 [306];
    /// Packets taken of a population.
    SamplingSize U64 [309];
    /// The population.
    SamplingPopulation U64 [310];
    /// How likely a packet is taken, a float.
    SamplingProbability Octets [311];
    /// Flows taken in a row.
    SamplingFlowInterval U64 [396];
    /// Flows left out in a row.
    SamplingFlowSpacing U64 [397];
    /// The first octets of a sampled frame.
    DataLinkFrame Text [315];
    /// The first octets of a sampled IP packet.
    IpHeader Text [313];
    /// The first octets of a sampled label stack.
    MplsLabelStack Text [316];
    /// The first octets after the IP header of a sampled packet.
    IpPayload Text [314];
    /// The first octets after the label stack of a sampled packet.
    MplsPayload Text [317];
    /// What kind of frame the section is of.
    DataLinkFrameType U64 [408];
    /// Where in its header or payload the section begins.
    SectionOffset U64 [409];
    /// What follows the first header of IPv6.
    NextHeader U8 [193];
    /// Octets after the exporter forwarded them.
    PostOctets U64 [23];
    /// Packets after the exporter forwarded them.
    PostPackets U64 [24];
    /// Addresses, ports and protocol of the inner packet, where records repeat
    /// elements.
    InnerSourceIpv4 Address [8] second;
    /// Source of IPv6.
    InnerSourceIpv6 Address [27] second;
    /// Destination of IPv4.
    InnerDestinationIpv4 Address [12] second;
    /// Destination of IPv6.
    InnerDestinationIpv6 Address [28] second;
    /// Source port.
    InnerSourcePort U16 [7] second;
    /// Destination port.
    InnerDestinationPort U16 [11] second;
    /// Protocol.
    InnerProtocol U8 [4] second;
    /// The same of the inner packet of VMware, IPv4 or IPv6.
    TenantSource Address [6876/881 6876/883];
    /// Destination.
    TenantDestination Address [6876/882 6876/884];
    /// Source port.
    TenantSourcePort U16 [6876/886];
    /// Destination port.
    TenantDestinationPort U16 [6876/887];
    /// Protocol.
    TenantProtocol U8 [6876/880];
    /// Segment of an overlay: a VNI.
    SegmentId U64 [351];
    /// Source port of UDP, where there is one of TCP too.
    UdpSourcePort U16 [180];
    /// Destination port of UDP, likewise.
    UdpDestinationPort U16 [181];
    /// ICMP type and code as one number.
    IcmpTypeCode U64 [32];
    /// That of ICMPv6.
    Icmpv6TypeCode U64 [139];
    /// ICMP type.
    IcmpType U8 [176];
    /// That of ICMPv6.
    Icmpv6Type U8 [178];
    /// ICMP code.
    IcmpCode U8 [177];
    /// That of ICMPv6.
    Icmpv6Code U8 [179];
    /// Sections of the MPLS label stack, from the top.
    MplsLabel1 U64 [70];
    /// The second.
    MplsLabel2 U64 [71];
    /// The third.
    MplsLabel3 U64 [72];
    /// The fourth.
    MplsLabel4 U64 [73];
    /// The fifth.
    MplsLabel5 U64 [74];
    /// The sixth.
    MplsLabel6 U64 [75];
    /// The seventh.
    MplsLabel7 U64 [76];
    /// The eighth.
    MplsLabel8 U64 [77];
    /// The ninth.
    MplsLabel9 U64 [78];
    /// The tenth.
    MplsLabel10 U64 [79];
    /// Differentiated Services code point.
    DiffServ U8 [195];
    /// The code point after the exporter changed it.
    PostDiffServ U8 [98];
    /// The type of service after the exporter changed it.
    PostTos U8 [55];
    /// The exporter that a mediator received the flow from (RFC 7119).
    OriginalExporterIpv4 Address [403];
    /// That of IPv6.
    OriginalExporterIpv6 Address [404];
    /// The exporter, as mediators that predate RFC 7119 name the original one.
    ExporterIpv4 Address [130];
    /// That of IPv6.
    ExporterIpv6 Address [131];
    /// A wireless station.
    Station Address [366];
    /// A BGP community (RFC 8549).
    Community Numbers [483];
    /// The communities of the route to the source.
    SourceCommunities Numbers [484];
    /// The communities of the route to the destination.
    DestinationCommunities Numbers [485];
    /// An extended community.
    ExtendedCommunity Numbers [486];
    /// The extended communities of the route to the destination.
    DestinationExtendedCommunities Numbers [488];
    /// A large community.
    LargeCommunity Numbers [489];
    /// The large communities of the route to the destination.
    DestinationLargeCommunities Numbers [491];
}
