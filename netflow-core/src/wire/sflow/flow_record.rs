//! Flow structures of fixed layout, and the sampled header.

use core::net::{Ipv4Addr, Ipv6Addr};

use zerocopy::byteorder::big_endian::U32;
use zerocopy::{FromBytes, Immutable, KnownLayout, Unaligned};

use crate::wire::sflow::data_format::DataFormat;
use crate::wire::sflow::xdr::{Ipv4, Ipv6, Mac, layout, size};

/// `sampled_header`, 0:1 (sFlow version 5, section 5): the first octets of a packet.
///
/// ```
/// use netflow_core::example;
/// use netflow_core::packet::{HeaderProtocol, Packet};
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// let datagram = Datagram::parse(example::sflow().payload)?;
/// let sample = datagram.samples().next().unwrap()?;
/// let SampleKind::Flow(flow) = sample.kind()? else { panic!() };
/// let sampled = flow.records().next().unwrap()?.as_sampled_header().unwrap();
/// let packet = Packet::dissect(HeaderProtocol(sampled.protocol), sampled.header);
/// assert_eq!(packet.destination_port(), Some(53));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampledHeader<'a> {
    /// What the octets begin with: 1 Ethernet, 11 IPv4, 12 IPv6, … (`header_protocol`).
    pub protocol: u32,
    /// Octets of the packet before it was cut.
    pub frame_length: u32,
    /// Octets taken away from the end of the packet before it was cut, such as the FCS.
    pub stripped: u32,
    /// The octets; fewer than announced if the record ends before.
    pub header: &'a [u8],
}

#[derive(FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct SampledHeaderLayout {
    protocol: U32,
    frame_length: U32,
    stripped: U32,
    header_length: U32,
}

impl<'a> SampledHeader<'a> {
    /// The data format of the structure.
    pub const FORMAT: DataFormat = DataFormat::new(0, 1);

    #[inline]
    pub(super) fn parse(octets: &'a [u8]) -> Option<Self> {
        let (layout, header) = SampledHeaderLayout::ref_from_prefix(octets).ok()?;
        Some(Self {
            protocol: layout.protocol.get(),
            frame_length: layout.frame_length.get(),
            stripped: layout.stripped.get(),
            header: header
                .get(..size(layout.header_length.get()))
                .unwrap_or(header),
        })
    }

    /// Whether the octets hold all of the header they announce.
    #[inline]
    pub(super) fn is_whole(octets: &[u8]) -> bool {
        SampledHeaderLayout::ref_from_prefix(octets)
            .is_ok_and(|(layout, header)| size(layout.header_length.get()) <= header.len())
    }
}

/// `sampled_ethernet`, 0:2 (sFlow version 5, section 5): the addresses of a frame.
///
/// ```
/// use netflow_core::wire::sflow::{Datagram, SampleKind};
///
/// // A flow sample with one structure, which is sampled_ethernet.
/// let words = [
///     5_u32, 1, 0xc000_0201, 0, 1, 60_000, 1, // version, agent, numbers, one sample
///     1, 64, 1, 3, 512, 512, 0, 3, 4, 1, // flow sample, octets, numbers, one structure
///     2, 24, 1500, 0x0200_0000, 0x0001_0000, 0x0200_0000, 0x0002_0000, 0x0800,
/// ];
/// let payload: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
/// let sample = Datagram::parse(&payload)?.samples().next().unwrap()?;
/// let SampleKind::Flow(flow) = sample.kind()? else { panic!() };
/// let record = flow.records().next().unwrap()?;
/// let ethernet = record.as_sampled_ethernet().unwrap();
/// assert_eq!((ethernet.src_mac(), ethernet.ether_type()), ([2, 0, 0, 0, 0, 1], 0x0800));
/// # Ok::<(), netflow_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampledEthernet {
    length: u32,
    src_mac: [u8; 6],
    dst_mac: [u8; 6],
    ether_type: u32,
}

#[derive(FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct EthernetLayout {
    length: U32,
    src_mac: Mac,
    dst_mac: Mac,
    ether_type: U32,
}

/// The structure as some agents send it, without padding.
#[derive(FromBytes, KnownLayout, Immutable, Unaligned)]
#[repr(C)]
struct PackedEthernetLayout {
    length: U32,
    src_mac: [u8; 6],
    dst_mac: [u8; 6],
    ether_type: U32,
}

impl SampledEthernet {
    /// The data format of the structure.
    pub const FORMAT: DataFormat = DataFormat::new(0, 2);

    /// Reads the structure. If it has 20 octets, the addresses have no padding.
    pub(super) fn parse(octets: &[u8]) -> Option<Self> {
        if let Ok(packed) = PackedEthernetLayout::ref_from_bytes(octets) {
            return Some(Self {
                length: packed.length.get(),
                src_mac: packed.src_mac,
                dst_mac: packed.dst_mac,
                ether_type: packed.ether_type.get(),
            });
        }
        let (layout, _) = EthernetLayout::ref_from_prefix(octets).ok()?;
        Some(Self {
            length: layout.length.get(),
            src_mac: layout.src_mac.get(),
            dst_mac: layout.dst_mac.get(),
            ether_type: layout.ether_type.get(),
        })
    }

    /// Octets of the MAC packet without its lower layer encapsulations.
    #[must_use]
    pub const fn length(&self) -> u32 {
        self.length
    }

    /// Source address.
    #[must_use]
    pub const fn src_mac(&self) -> [u8; 6] {
        self.src_mac
    }

    /// Destination address.
    #[must_use]
    pub const fn dst_mac(&self) -> [u8; 6] {
        self.dst_mac
    }

    /// EtherType.
    #[must_use]
    pub const fn ether_type(&self) -> u32 {
        self.ether_type
    }
}

layout! {
    /// `sampled_ipv4`, 0:3 (sFlow version 5, section 5): the addresses and ports of an
    /// IPv4 packet.
    SampledIpv4 = 0:3 {
        /// Octets of the IP packet without its lower layer encapsulations.
        length: U32 => u32,
        /// IP protocol.
        protocol: U32 => u32,
        /// Source address.
        src_ip: Ipv4 => Ipv4Addr,
        /// Destination address.
        dst_ip: Ipv4 => Ipv4Addr,
        /// Source port of TCP or UDP.
        src_port: U32 => u32,
        /// Destination port of TCP or UDP.
        dst_port: U32 => u32,
        /// Flags of TCP.
        tcp_flags: U32 => u32,
        /// Type of service.
        tos: U32 => u32,
    }

    /// `sampled_ipv6`, 0:4 (sFlow version 5, section 5): the addresses and ports of an
    /// IPv6 packet.
    SampledIpv6 = 0:4 {
        /// Octets of the IP packet without its lower layer encapsulations.
        length: U32 => u32,
        /// IP next header.
        protocol: U32 => u32,
        /// Source address.
        src_ip: Ipv6 => Ipv6Addr,
        /// Destination address.
        dst_ip: Ipv6 => Ipv6Addr,
        /// Source port of TCP or UDP.
        src_port: U32 => u32,
        /// Destination port of TCP or UDP.
        dst_port: U32 => u32,
        /// Flags of TCP.
        tcp_flags: U32 => u32,
        /// Traffic class.
        priority: U32 => u32,
    }

    /// `extended_switch`, 0:1001 (sFlow version 5, section 5): VLAN and priority.
    ExtendedSwitch = 0:1001 {
        /// VLAN of the packet as it came in.
        src_vlan: U32 => u32,
        /// 802.1p priority of the packet as it came in.
        src_priority: U32 => u32,
        /// VLAN of the packet as it went out.
        dst_vlan: U32 => u32,
        /// 802.1p priority of the packet as it went out.
        dst_priority: U32 => u32,
    }

    /// `extended_nat_port`, 0:1020 (sFlow Port NAT Structures): ports after translation.
    ExtendedNatPort = 0:1020 {
        /// Source port.
        src_port: U32 => u32,
        /// Destination port.
        dst_port: U32 => u32,
    }

    /// `extended_vni_egress`, 0:1029 (sFlow Tunnel Structures): the virtual network a
    /// packet goes out to.
    ExtendedVniEgress = 0:1029 {
        /// Identifier of the network, such as the VNI of VXLAN.
        vni: U32 => u32,
    }

    /// `extended_vni_ingress`, 0:1030 (sFlow Tunnel Structures): the virtual network a
    /// packet came in from.
    ExtendedVniIngress = 0:1030 {
        /// Identifier of the network, such as the VNI of VXLAN.
        vni: U32 => u32,
    }

    /// `extended_decapsulate_egress`, 0:1027 (sFlow Tunnel Structures): the packet is
    /// decapsulated on its way out.
    ExtendedDecapsulateEgress = 0:1027 {
        /// Where the inner header begins in the sampled header, in octets.
        inner_header_offset: U32 => u32,
    }

    /// `extended_decapsulate_ingress`, 0:1028 (sFlow Tunnel Structures): the packet is
    /// decapsulated on its way in.
    ExtendedDecapsulateIngress = 0:1028 {
        /// Where the inner header begins in the sampled header, in octets.
        inner_header_offset: U32 => u32,
    }

    /// `extended_socket_ipv4`, 0:2100 (sFlow Application Structures): the connection of a
    /// transaction, as its server has it.
    ExtendedSocketIpv4 = 0:2100 {
        /// IP protocol.
        protocol: U32 => u32,
        /// Address of the server.
        local_ip: Ipv4 => Ipv4Addr,
        /// Address of the client.
        remote_ip: Ipv4 => Ipv4Addr,
        /// Port of the server.
        local_port: U32 => u32,
        /// Port of the client.
        remote_port: U32 => u32,
    }

    /// `extended_socket_ipv6`, 0:2101 (sFlow Application Structures): the connection of a
    /// transaction, as its server has it.
    ExtendedSocketIpv6 = 0:2101 {
        /// IP protocol.
        protocol: U32 => u32,
        /// Address of the server.
        local_ip: Ipv6 => Ipv6Addr,
        /// Address of the client.
        remote_ip: Ipv6 => Ipv6Addr,
        /// Port of the server.
        local_port: U32 => u32,
        /// Port of the client.
        remote_port: U32 => u32,
    }
}
