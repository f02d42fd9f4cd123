//! Numbers of the IP protocol field and the Next Header field (IANA Protocol Numbers) that lead to
//! headers read here.

/// IPv6 Hop-by-Hop Options (RFC 8200, section 4.3).
pub const HOP_BY_HOP: u8 = 0;
/// ICMP (RFC 792).
pub const ICMP: u8 = 1;
/// IGMP (RFC 3376).
pub const IGMP: u8 = 2;
/// IPv4 in another header (RFC 2003).
pub const IPV4: u8 = 4;
/// TCP (RFC 9293).
pub const TCP: u8 = 6;
/// UDP (RFC 768).
pub const UDP: u8 = 17;
/// DCCP (RFC 4340).
pub const DCCP: u8 = 33;
/// IPv6 in another header (RFC 2473).
pub const IPV6: u8 = 41;
/// IPv6 Routing header (RFC 8200, section 4.4).
pub const ROUTING: u8 = 43;
/// IPv6 Fragment header (RFC 8200, section 4.5).
pub const FRAGMENT: u8 = 44;
/// GRE (RFC 2784).
pub const GRE: u8 = 47;
/// Authentication Header (RFC 4302).
pub const AUTHENTICATION: u8 = 51;
/// ICMPv6 (RFC 4443).
pub const ICMPV6: u8 = 58;
/// Nothing follows the IPv6 headers (RFC 8200, section 4.7).
pub const NO_NEXT_HEADER: u8 = 59;
/// IPv6 Destination Options (RFC 8200, section 4.6).
pub const DESTINATION_OPTIONS: u8 = 60;
/// Ethernet in IP (RFC 3378).
pub const ETHER_IP: u8 = 97;
/// SCTP (RFC 9260).
pub const SCTP: u8 = 132;
/// UDP-Lite (RFC 3828).
pub const UDP_LITE: u8 = 136;
/// MPLS in IP (RFC 4023).
pub const MPLS: u8 = 137;
/// An Ethernet frame after Segment Routing over IPv6 (RFC 8986).
pub const ETHERNET: u8 = 143;
