//! A flow from an sFlow sample: the sampled header, and what its other records
//! add.

use core::net::IpAddr;

use super::packet;
use crate::field::FlowField;
use crate::packet::{HeaderProtocol, Packet, Tunnel};
use crate::value::{MacAddress, Text};
use crate::wire::sflow::{
    ExtendedGateway, ExtendedMpls, ExtendedSwitch, Interface, MeasuredSample, Record, Records,
    Sample, SampleKind,
};

/// The outer header of a tunnel that the sampled header does not show: the frame was sampled
/// before it was encapsulated, or after.
#[derive(Debug, Clone, Copy)]
pub(super) struct ReportedTunnel {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    /// What the header says the tunnel is, if it is a known one.
    pub(super) kind: Option<Tunnel>,
}

/// A sample whose sampled header is dissected. One walk finds that and what else flows are often
/// asked for; the other records are looked for when they are needed, since few are.
///
/// Functions for what is rare take it by value: a flow whose address is passed on is written to memory
/// first, and so would be those of records.
#[derive(Debug, Clone, Copy)]
pub(crate) struct SampleFlow<'m> {
    /// A flow sample or a discarded packet.
    sample: Sample<'m>,
    packet: Packet<'m>,
    frame_length: Option<u32>,
    switch: Option<&'m ExtendedSwitch>,
    /// A transaction was sampled, and no packet.
    is_transaction: bool,
}

impl<'m> SampleFlow<'m> {
    /// A flow sample, or if asked for a discarded packet.
    #[inline]
    pub(crate) fn new(sample: Sample<'m>, discarded: bool) -> Option<Self> {
        let kind = sample.kind().ok()?;
        let mut records = match kind {
            SampleKind::Flow(flow) => flow.records(),
            SampleKind::Discarded(packet) if discarded => packet.records(),
            _ => return None,
        };
        let (mut header, mut switch) = (None, None);
        while let Some(record) = records.record() {
            header = header.or_else(|| record.as_sampled_header());
            switch = switch.or_else(|| record.as_extended_switch());
        }
        let packet = header.map_or(Packet::EMPTY, |header| header.packet());
        Some(Self {
            sample,
            packet,
            frame_length: header.map(|header| header.frame_length),
            switch,
            is_transaction: header.is_none() && is_transaction(kind.records()),
        })
    }

    /// What stands for a sample before there is one.
    pub(crate) const EMPTY: Self = Self {
        sample: Sample::EMPTY,
        packet: Packet::EMPTY,
        frame_length: None,
        switch: None,
        is_transaction: false,
    };

    /// Becomes the flow of a sample that was measured when its datagram was validated. It is
    /// filled where it stays: a result would be written to memory twice.
    #[inline]
    pub(crate) fn fill(&mut self, datagram: &'m [u8], measured: &MeasuredSample) -> Option<()> {
        let sample = measured.sample(datagram)?;
        let flow = sample.as_flow()?;
        let header = measured.header(&flow)?;
        self.sample = sample;
        self.frame_length = Some(header.frame_length);
        self.switch = measured.switch(&flow);
        self.is_transaction = false;
        // Two assignments, since the packet would be copied where both meet.
        match header.usual_packet() {
            Some(packet) => self.packet = packet,
            None => self.packet = header.packet(),
        }
        Some(())
    }

    /// The sample by its kind.
    fn kind(&self) -> SampleKind<'m> {
        self.sample.kind().unwrap_or(SampleKind::Unknown)
    }

    pub(super) const fn sample(&self) -> &Sample<'m> {
        &self.sample
    }

    pub(super) const fn packet(&self) -> &Packet<'m> {
        &self.packet
    }

    /// A transaction of a server was sampled, and no packet.
    pub(super) const fn is_transaction(&self) -> bool {
        self.is_transaction
    }

    /// One packet of this many was taken; a discarded packet is not sampled.
    #[inline]
    pub(super) fn sampling_rate(&self) -> Option<u64> {
        let rate = self.sample.as_flow()?.sampling_rate();
        Some(u64::from(rate)).filter(|rate| *rate > 0)
    }

    /// Why the packet was discarded; of a flow sample, if its output says so
    /// (`interface`, sFlow version 5, section 5).
    pub(super) fn drop_reason(&self) -> Option<u32> {
        match self.kind() {
            SampleKind::Discarded(packet) => Some(packet.reason()),
            SampleKind::Flow(flow) => flow.output().discard_reason(),
            _ => None,
        }
    }

    /// A notification of a drop, which is not sampled.
    pub(super) fn is_discarded_packet(&self) -> bool {
        matches!(self.kind(), SampleKind::Discarded(_))
    }

    pub(super) fn ip_version(&self) -> Option<u8> {
        self.packet.ip_version()
    }

    pub(super) fn gateway(&self) -> Option<ExtendedGateway<'m>> {
        self.find(|record| record.as_extended_gateway())
    }

    pub(super) fn mpls(&self) -> Option<ExtendedMpls<'m>> {
        self.find(|record| record.as_extended_mpls())
    }

    /// A number that most samples have, if this one does. It fits the type of its field.
    #[inline(always)]
    pub(super) fn usual(&self, field: FlowField) -> Option<u64> {
        match field {
            FlowField::Octets => self.frame_length.map(u64::from),
            FlowField::Packets => (!self.is_transaction).then_some(1),
            FlowField::InputInterface => self.sample.as_flow()?.input_index().map(u64::from),
            FlowField::OutputInterface => self.sample.as_flow()?.output_index().map(u64::from),
            FlowField::SourcePort
            | FlowField::DestinationPort
            | FlowField::Protocol
            | FlowField::TcpFlags
            | FlowField::Tos => packet::unsigned(&self.packet, field),
            FlowField::Vlan => self.switch_vlan(ExtendedSwitch::src_vlan),
            _ => None,
        }
    }

    /// Any number. Not a part of its caller, which asks for the [usual](Self::usual) ones first.
    #[inline(never)]
    pub(super) fn unsigned(self, field: FlowField) -> Option<u64> {
        match field {
            FlowField::Packets => (!self.is_transaction).then_some(1),
            FlowField::Direction => self.direction(),
            FlowField::InputInterface => self.interface(false).map(u64::from),
            FlowField::OutputInterface => self.interface(true).map(u64::from),
            FlowField::Vlan | FlowField::PostVlan => self.vlan(field),
            FlowField::Octets => {
                let length = self.frame_length.map(u64::from);
                length.or_else(|| self.without_header(field))
            }
            FlowField::SourcePort
            | FlowField::DestinationPort
            | FlowField::Protocol
            | FlowField::TcpFlags
            | FlowField::Tos
            | FlowField::EtherType => {
                packet::unsigned(&self.packet, field).or_else(|| self.without_header(field))
            }
            FlowField::CustomerVlan
            | FlowField::Ttl
            | FlowField::FragmentId
            | FlowField::FragmentOffset
            | FlowField::Ipv6FlowLabel => packet::unsigned(&self.packet, field),
            _ => self.number_from_records(field),
        }
    }

    #[inline]
    pub(super) fn address(&self, field: FlowField) -> Option<IpAddr> {
        let address = match field {
            FlowField::SourceAddress | FlowField::DestinationAddress => {
                packet::address(&self.packet, field)
            }
            _ => return self.address_from_records(field),
        };
        // One arm a version: an address that may be of either is assembled
        // in memory.
        match address {
            Some(IpAddr::V4(address)) => Some(IpAddr::V4(address)),
            Some(IpAddr::V6(address)) => Some(IpAddr::V6(address)),
            None => self.address_without_header(field),
        }
    }

    pub(super) fn mac(&self, field: FlowField) -> Option<MacAddress> {
        packet::mac(&self.packet, field).or_else(|| {
            let sampled = self.find(|record| record.as_sampled_ethernet())?;
            match field {
                FlowField::SourceMac => Some(MacAddress(sampled.src_mac())),
                FlowField::DestinationMac => Some(MacAddress(sampled.dst_mac())),
                _ => None,
            }
        })
    }

    pub(super) fn text(&self, field: FlowField) -> Option<Text<'m>> {
        let FlowField::UserName = field else {
            return None;
        };
        let user = self.find(|record| record.as_extended_user())?;
        let name = if user.src_user.is_empty() {
            user.dst_user
        } else {
            user.src_user
        };
        (!name.is_empty()).then(|| Text::new(name))
    }

    /// An interface index; one that is not known, or several, is none.
    #[inline]
    fn interface(&self, output: bool) -> Option<u32> {
        let Some(flow) = self.sample.as_flow() else {
            return self.interface_of_discarded(output);
        };
        let interface = if output { flow.output() } else { flow.input() };
        interface.index()
    }

    #[cold]
    fn interface_of_discarded(self, output: bool) -> Option<u32> {
        let SampleKind::Discarded(packet) = self.kind() else {
            return None;
        };
        let interface = if output {
            packet.output()
        } else {
            packet.input()
        };
        interface.index()
    }

    /// Which way the sampled packet passed its data source, by the numbers of directions of
    /// IPFIX (flowDirection, 61): 0 in, 1 out. Not known of a source that is not an interface, and of
    /// a packet that went out where it came in.
    #[inline(never)]
    pub(super) fn direction(self) -> Option<u64> {
        let (source, input, output) = match self.kind() {
            SampleKind::Flow(flow) => (flow.source_id(), flow.input(), flow.output()),
            SampleKind::Discarded(packet) => (packet.source_id(), packet.input(), packet.output()),
            _ => return None,
        };
        let is_source =
            |interface: Interface| source.class == 0 && interface.index() == Some(source.index);
        match (is_source(input), is_source(output)) {
            (true, false) => Some(0),
            (false, true) => Some(1),
            _ => None,
        }
    }

    /// The packet that the device takes out of the sampled one, by the place that it reports
    /// (extended_decapsulate_egress and _ingress, sFlow Tunnel Structures). A place that is not after
    /// the start of the outer header is none.
    pub(super) fn decapsulated(&self) -> Option<Packet<'m>> {
        let egress = self.find(|record| record.as_extended_decapsulate_egress());
        let offset = egress
            .map(|record| record.inner_header_offset())
            .or_else(|| {
                let ingress = self.find(|record| record.as_extended_decapsulate_ingress());
                ingress.map(|record| record.inner_header_offset())
            })?;
        let header = self.find(|record| record.as_sampled_header())?;
        let offset = usize::try_from(offset).ok()?;
        let outer = self.packet.network_offset().unwrap_or(0);
        let octets = header.header.get(offset..).filter(|_| offset > outer)?;
        Some(Packet::dissect(inner_protocol(octets), octets))
    }

    fn find<T>(&self, record: impl Fn(Record<'m>) -> Option<T>) -> Option<T> {
        self.kind().records().flatten().find_map(record)
    }

    /// The VLAN of the switch, else the tag of the packet. 4294967295 is none.
    fn vlan(&self, field: FlowField) -> Option<u64> {
        if field == FlowField::PostVlan {
            return self.switch_vlan(ExtendedSwitch::dst_vlan);
        }
        let of_switch = self.switch_vlan(ExtendedSwitch::src_vlan);
        of_switch.or_else(|| self.packet.vlan().map(u64::from))
    }

    /// A VLAN of the switch.
    #[inline]
    fn switch_vlan(&self, vlan: fn(&ExtendedSwitch) -> u32) -> Option<u64> {
        let vlan = self.switch.map(vlan).filter(|vlan| *vlan <= 4095);
        vlan.map(u64::from)
    }

    /// Numbers that are in a record of their own. What the AS of the router
    /// itself sends has source AS 0, and what it receives an empty path
    /// (RFC 4271, section 5.1.2).
    #[inline(never)]
    fn number_from_records(self, field: FlowField) -> Option<u64> {
        let number = match field {
            FlowField::SourceAs => {
                let gateway = self.gateway()?;
                match gateway.src_as {
                    0 => gateway.autonomous_system,
                    source => source,
                }
            }
            FlowField::DestinationAs => {
                let gateway = self.gateway()?;
                match gateway.dst_as_path.clone().last() {
                    Some(mut segment) => segment.autonomous_systems.next_back()?,
                    None => gateway.autonomous_system,
                }
            }
            FlowField::NextAs => self.gateway()?.as_path().next()?,
            FlowField::SourcePrefixLength => {
                self.find(|record| record.as_extended_router())?
                    .src_mask_len
            }
            FlowField::DestinationPrefixLength => {
                self.find(|record| record.as_extended_router())?
                    .dst_mask_len
            }
            FlowField::PostNatSourcePort | FlowField::PostNatDestinationPort => {
                return self.translated_port(field).map(u64::from);
            }
            _ => return None,
        };
        Some(u64::from(number))
    }

    /// The tunnel that records of its own report (sFlow Tunnel Structures).
    pub(super) fn tunnel(&self) -> Option<ReportedTunnel> {
        let v4 = self.find(|record| record.as_extended_ipv4_tunnel());
        let v4 = v4.map(|header| ReportedTunnel {
            source: header.src_ip().into(),
            destination: header.dst_ip().into(),
            kind: Tunnel::of_outer_header(4, header.protocol(), header.dst_port()),
        });
        v4.or_else(|| {
            let header = self.find(|record| record.as_extended_ipv6_tunnel())?;
            Some(ReportedTunnel {
                source: header.src_ip().into(),
                destination: header.dst_ip().into(),
                kind: Tunnel::of_outer_header(6, header.protocol(), header.dst_port()),
            })
        })
    }

    /// The virtual network that a record of its own reports (sFlow Tunnel Structures).
    pub(super) fn virtual_network(&self) -> Option<u64> {
        let egress = self.find(|record| record.as_extended_vni_egress());
        let vni = egress.map(|record| record.vni()).or_else(|| {
            let ingress = self.find(|record| record.as_extended_vni_ingress())?;
            Some(ingress.vni())
        })?;
        Some(vni.into())
    }

    /// A port after translation. Zero is none beside an address of zeros, or of unknown type (type 0
    /// of `address`; sFlow version 5, section 5), or where there is no address: a translator assigns
    /// a port with an address (RFC 3022, section 2.2).
    fn translated_port(&self, field: FlowField) -> Option<u32> {
        let ports = self.find(|record| record.as_extended_nat_port())?;
        let (port, address) = match field {
            FlowField::PostNatSourcePort => (ports.src_port(), FlowField::PostNatSourceAddress),
            _ => (ports.dst_port(), FlowField::PostNatDestinationAddress),
        };
        let address = self.address_from_records(address);
        let is_none = port == 0 && address.is_none_or(|sent| sent.is_unspecified());
        (!is_none).then_some(port)
    }

    #[inline(never)]
    fn address_from_records(self, field: FlowField) -> Option<IpAddr> {
        match field {
            FlowField::NextHop => self.find(|record| record.as_extended_router())?.nexthop,
            FlowField::BgpNextHop => self.gateway()?.nexthop,
            FlowField::PostNatSourceAddress => {
                self.find(|record| record.as_extended_nat())?.src_address
            }
            FlowField::PostNatDestinationAddress => {
                self.find(|record| record.as_extended_nat())?.dst_address
            }
            _ => None,
        }
    }

    /// Agents that send no header send its members (sampled_ethernet, _ipv4, _ipv6).
    #[cold]
    fn without_header(self, field: FlowField) -> Option<u64> {
        if self.frame_length.is_some() {
            return None;
        }
        let v4 = self.find(|record| record.as_sampled_ipv4());
        let v6 = self.find(|record| record.as_sampled_ipv6());
        let ethernet = self.find(|record| record.as_sampled_ethernet());
        if self.is_transaction {
            return self.socket(field);
        }
        let number = match field {
            FlowField::SourcePort => v4
                .map(|ip| ip.src_port())
                .or_else(|| v6.map(|ip| ip.src_port())),
            FlowField::DestinationPort => v4
                .map(|ip| ip.dst_port())
                .or_else(|| v6.map(|ip| ip.dst_port())),
            FlowField::Protocol => v4
                .map(|ip| ip.protocol())
                .or_else(|| v6.map(|ip| ip.protocol())),
            FlowField::TcpFlags => v4
                .map(|ip| ip.tcp_flags())
                .or_else(|| v6.map(|ip| ip.tcp_flags())),
            FlowField::Tos => v4.map(|ip| ip.tos()).or_else(|| v6.map(|ip| ip.priority())),
            FlowField::Octets => ethernet
                .map(|frame| frame.length())
                .or_else(|| v4.map(|ip| ip.length()))
                .or_else(|| v6.map(|ip| ip.length())),
            FlowField::EtherType => ethernet.map(|frame| frame.ether_type()),
            _ => None,
        };
        number.map(u64::from)
    }

    #[cold]
    fn address_without_header(self, field: FlowField) -> Option<IpAddr> {
        if self.frame_length.is_some() {
            return None;
        }
        let source = field == FlowField::SourceAddress;
        if self.is_transaction {
            return self.socket_address(source);
        }
        if let Some(ip) = self.find(|record| record.as_sampled_ipv4()) {
            let address = if source { ip.src_ip() } else { ip.dst_ip() };
            return Some(address.into());
        }
        let ip = self.find(|record| record.as_sampled_ipv6())?;
        let address = if source { ip.src_ip() } else { ip.dst_ip() };
        Some(address.into())
    }

    /// The protocol and ports of a transaction.
    fn socket(&self, field: FlowField) -> Option<u64> {
        let v4 = self.find(|record| record.as_extended_socket_ipv4());
        let v4 = v4.map(|socket| {
            let [remote, local] = [socket.remote_port(), socket.local_port()];
            [socket.protocol(), remote, local]
        });
        let [protocol, remote, local] = v4.or_else(|| {
            let socket = self.find(|record| record.as_extended_socket_ipv6())?;
            let [remote, local] = [socket.remote_port(), socket.local_port()];
            Some([socket.protocol(), remote, local])
        })?;
        let number = match field {
            FlowField::Protocol => protocol,
            FlowField::SourcePort if self.is_client() => local,
            FlowField::DestinationPort if self.is_client() => remote,
            FlowField::SourcePort => remote,
            FlowField::DestinationPort => local,
            _ => return None,
        };
        Some(u64::from(number))
    }

    /// The address of the client of a transaction, or of the server.
    fn socket_address(&self, source: bool) -> Option<IpAddr> {
        let is_remote = source != self.is_client();
        if let Some(socket) = self.find(|record| record.as_extended_socket_ipv4()) {
            let address = if is_remote {
                socket.remote_ip()
            } else {
                socket.local_ip()
            };
            return Some(address.into());
        }
        let socket = self.find(|record| record.as_extended_socket_ipv6())?;
        let address = if is_remote {
            socket.remote_ip()
        } else {
            socket.local_ip()
        };
        Some(address.into())
    }

    /// The agent sampled a transaction as its client, whose end of the socket is the local one:
    /// `transaction` says so, else the interfaces. Host sFlow sends the device itself as input of
    /// a transaction that it began, and as output of one that it served (`mod_json.c`,
    /// sendAppSample). Without either the agent is the server, which the structures were made for
    /// (sFlow Application Structures, section 3).
    fn is_client(&self) -> bool {
        match self.find(|record| record.transaction_side()) {
            Some(1) => return true,
            Some(2) => return false,
            _ => {}
        }
        match self.kind() {
            SampleKind::Flow(flow) => flow.input().is_internal() && !flow.output().is_internal(),
            _ => false,
        }
    }
}

/// A sample without a header is of a transaction if its records are, and none is of a packet.
#[cold]
fn is_transaction(records: Records<'_>) -> bool {
    let mut packets = records.clone().flatten();
    !packets.any(|record| record.is_packet())
        && records.flatten().any(|record| record.is_transaction())
}

/// What a packet begins with if only its position is known. An EtherType that is known after
/// two addresses means Ethernet; else the version and length of an IP header decide.
fn inner_protocol(octets: &[u8]) -> HeaderProtocol {
    let ether_type = octets.get(12..14).and_then(|octets| octets.try_into().ok());
    let is_ethernet = matches!(
        ether_type.map(u16::from_be_bytes),
        Some(0x0800 | 0x86dd | 0x0806 | 0x8100 | 0x88a8 | 0x9100 | 0x9200 | 0x8847 | 0x8848)
    );
    match octets.first() {
        Some(0x45..=0x4f) if !is_ethernet => HeaderProtocol::IPV4,
        Some(0x60..=0x6f) if !is_ethernet => HeaderProtocol::IPV6,
        _ => HeaderProtocol::ETHERNET,
    }
}
