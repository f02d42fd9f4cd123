//! The fields of flows that are read by their position in a projection.

positions! {
    START = Start;
    END = End;
    PROTOCOL = Protocol;
    SOURCE = SourceAddress;
    DESTINATION = DestinationAddress;
    SOURCE_PORT = SourcePort;
    DESTINATION_PORT = DestinationPort;
    ICMP_TYPE = IcmpType;
    ICMP_CODE = IcmpCode;
    PACKETS = Packets;
    OCTETS = Octets;
    TCP_FLAGS = TcpFlags;
    TOS = Tos;
    FORWARDING_STATUS = ForwardingStatus;
    SAMPLING_RATE = SamplingRate;
    SOURCE_AS = SourceAs;
    DESTINATION_AS = DestinationAs;
    INPUT = InputInterface;
    OUTPUT = OutputInterface;
    SOURCE_PREFIX_LENGTH = SourcePrefixLength;
    DESTINATION_PREFIX_LENGTH = DestinationPrefixLength;
    DIRECTION = Direction;
    VLAN = Vlan;
    POST_VLAN = PostVlan;
    BGP_NEXT_HOP = BgpNextHop;
    NEXT_HOP = NextHop;
    REVERSE_PACKETS = ReversePackets;
    REVERSE_OCTETS = ReverseOctets;
    INGRESS_VRF = IngressVrf;
    EGRESS_VRF = EgressVrf;
    IP_VERSION = IpVersion;
    NAT_EVENT = NatEvent;
    FIREWALL_EVENT = FirewallEvent;
    SOURCE_MAC = SourceMac;
    DESTINATION_MAC = DestinationMac;
    POST_NAT_SOURCE = PostNatSourceAddress;
    POST_NAT_DESTINATION = PostNatDestinationAddress;
}
