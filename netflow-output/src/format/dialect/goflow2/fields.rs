//! The fields of flows that are read by their position in a projection.

positions! {
    START = Start;
    END = End;
    SAMPLING_RATE = SamplingRate;
    OCTETS = Octets;
    INPUT = InputInterface;
    OUTPUT = OutputInterface;
    SOURCE = SourceAddress;
    DESTINATION = DestinationAddress;
    VLAN = Vlan;
    POST_VLAN = PostVlan;
    NEXT_HOP = NextHop;
    BGP_NEXT_HOP = BgpNextHop;
    SOURCE_AS = SourceAs;
    DESTINATION_AS = DestinationAs;
    NEXT_AS = NextAs;
    SOURCE_PREFIX_LENGTH = SourcePrefixLength;
    DESTINATION_PREFIX_LENGTH = DestinationPrefixLength;
    AS_PATH = AsPath;
    COMMUNITIES = Communities;
}
