//! From the headers of one packet to the datagram in it, through fragments and tunnels.

use core::net::SocketAddr;

use netflow_core::Transport;
use netflow_core::packet::{Inner, Packet, protocol};

use super::{ExtractedMessage, Extractor, OctetsAt};
use crate::connection::{Captured, Endpoints};
use crate::ip::{self, Fragment, Ip, Tcp, Udp};
use crate::mirror::CapturePath;
use crate::octets::{u16_at, u32_at};
use crate::sctp::SctpPacket;
use crate::summary::count;
use crate::tcp::Segment;

/// The UDP port of SCTP (RFC 6951); a NAT may change that of one side.
const SCTP_OVER_UDP: u16 = 9899;

/// One packet: that of a frame, or one inside a tunnel.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layer<'a> {
    /// Its headers.
    pub(super) packet: &'a Packet<'a>,
    /// The octets that the headers count from, with those after the packet's end.
    pub(super) octets: &'a [u8],
    /// What carries it says that it is an IP packet.
    pub(super) names_ip: bool,
    pub(super) captured: Captured,
    /// Where it was captured, up to the tunnel that it is in.
    pub(super) path: CapturePath,
    /// Tunnels around it.
    pub(super) depth: usize,
}

/// What an IP packet carries that is not a fragment, or was reassembled.
#[derive(Debug, Clone, Copy)]
struct Payload<'a> {
    layer: Layer<'a>,
    ip: &'a Ip,
    /// Where it ends in the octets.
    end: usize,
    /// Octets after that which were not captured.
    missing: usize,
}

impl Extractor {
    /// A packet; the octets of what it returns are counted from its start.
    pub(super) fn network(&mut self, layer: &Layer<'_>) -> Option<ExtractedMessage> {
        let layer = &Layer {
            path: layer.path.with_headers(layer.packet),
            ..*layer
        };
        if layer.packet.ip_version().is_none() && !layer.names_ip {
            return self.tunnel(layer, layer.octets.len());
        }
        let Some(ip) = Ip::of(layer.packet, layer.octets) else {
            count(&mut self.summary.malformed);
            return None;
        };
        if let Some(fragment) = ip.fragment {
            return self.fragment(&ip, fragment, layer);
        }
        self.transport(&Payload {
            layer: *layer,
            ip: &ip,
            end: ip.payload.end,
            missing: ip.missing,
        })
    }

    /// A fragment, which may complete a datagram.
    fn fragment(
        &mut self,
        ip: &Ip,
        fragment: Fragment,
        layer: &Layer<'_>,
    ) -> Option<ExtractedMessage> {
        count(&mut self.summary.fragments);
        if !ip::may_transport(ip.protocol) {
            count(&mut self.summary.other_passed_over);
            return None;
        }
        let mut whole = core::mem::take(&mut self.whole);
        let protocol = self.fragments.insert(
            (ip, fragment),
            layer.octets.get(ip.payload.clone()).unwrap_or_default(),
            layer.captured.time,
            &mut whole,
            &mut self.summary,
        );
        let mut found = protocol.and_then(|protocol| self.reassembled(ip, protocol, &whole, layer));
        match &mut found {
            // A datagram in a tunnel that was fragmented itself is in `self.whole`.
            Some(ExtractedMessage {
                octets: OctetsAt::Whole(_),
                ..
            }) => {}
            Some(found) => {
                if let OctetsAt::Window(range) = &found.octets {
                    found.octets = OctetsAt::Whole(range.clone());
                }
                self.whole = whole;
            }
            None => self.whole = whole,
        }
        found
    }

    /// A reassembled datagram; extension headers of IPv6 may be in it.
    fn reassembled(
        &mut self,
        ip: &Ip,
        protocol: u8,
        whole: &[u8],
        layer: &Layer<'_>,
    ) -> Option<ExtractedMessage> {
        let ip_version = if ip.source.is_ipv6() { 6 } else { 4 };
        let packet = Packet::dissect_ip_payload(ip_version, protocol, whole);
        if packet.protocol().is_none() {
            count(&mut self.summary.malformed);
            return None;
        }
        self.transport(&Payload {
            layer: Layer {
                packet: &packet,
                octets: whole,
                ..*layer
            },
            ip,
            end: whole.len(),
            missing: 0,
        })
    }

    fn transport(&mut self, payload: &Payload<'_>) -> Option<ExtractedMessage> {
        match payload.layer.packet.protocol() {
            Some(protocol::UDP) => self.udp(payload),
            Some(protocol::TCP) => self.tcp(payload),
            Some(protocol::SCTP) => self.sctp(payload),
            _ => self.tunnel(&payload.layer, payload.end),
        }
    }

    /// A packet that ends at `end` and is not a transport of flow export: what it carries, if it is
    /// a tunnel.
    fn tunnel(&mut self, layer: &Layer<'_>, end: usize) -> Option<ExtractedMessage> {
        match layer.packet.inner() {
            Some(inner) if layer.depth < self.tunnel_limit => self.inner(&inner, layer, end),
            _ => {
                count(&mut self.summary.other_passed_over);
                None
            }
        }
    }

    /// The packet in a tunnel. Its octets are those of the one around it up to `end`: it may hold
    /// more of them than its headers, which are read of 65,535 octets at most.
    fn inner(
        &mut self,
        inner: &Inner<'_>,
        layer: &Layer<'_>,
        end: usize,
    ) -> Option<ExtractedMessage> {
        let start = inner.packet.octets().as_ptr().addr();
        let start = start.checked_sub(layer.octets.as_ptr().addr())?;
        let octets = layer.octets.get(start..end).unwrap_or_default();
        let mut found = self.network(&Layer {
            packet: &inner.packet,
            octets,
            names_ip: false,
            captured: Captured {
                tunnel: Some(inner.tunnel),
                ..layer.captured
            },
            path: layer
                .path
                .in_tunnel(inner.tunnel, inner.tunnel_id, layer.packet),
            depth: layer.depth.saturating_add(1),
        })?;
        found.octets = found.octets.moved(start);
        Some(found)
    }

    /// A UDP datagram: flow export, or a tunnel on the port of one.
    fn udp(&mut self, payload: &Payload<'_>) -> Option<ExtractedMessage> {
        let layer = &payload.layer;
        let Some(udp) = Udp::of(layer.packet, payload.end, payload.missing) else {
            count(&mut self.summary.malformed);
            return None;
        };
        let octets = layer.octets.get(udp.payload.clone()).unwrap_or_default();
        if udp.source == SCTP_OVER_UDP || udp.destination == SCTP_OVER_UDP {
            if let Some(packet) = payload.sctp_over_udp(octets) {
                if !self.selection.is_proved(udp.destination, octets) && self.follow_sctp(&packet) {
                    return self.pop();
                }
            }
        }
        let inner = layer.packet.inner();
        if inner.is_none() && layer.depth == 0 {
            let (source, destination) = (payload.ip.source, payload.ip.destination);
            if !self
                .selection
                .takes(source, destination, udp.destination, octets)
            {
                count(&mut self.summary.udp_passed_over);
                return None;
            }
        } else if !self.selection.is_proved(udp.destination, octets) {
            // In a tunnel, and on a port of tunnels, that a pair has exported before proves
            // nothing: it may be any other traffic between them.
            return match inner {
                Some(inner) if layer.depth < self.tunnel_limit => {
                    self.inner(&inner, layer, payload.end)
                }
                _ => {
                    count(&mut self.summary.udp_passed_over);
                    None
                }
            };
        }
        self.datagram(payload, udp)
    }

    /// A UDP datagram of flow export, unless it was returned before.
    fn datagram(&mut self, payload: &Payload<'_>, udp: Udp) -> Option<ExtractedMessage> {
        let layer = &payload.layer;
        let octets = layer.octets.get(udp.payload.clone()).unwrap_or_default();
        let ends = payload.ends(udp.source, udp.destination);
        let payload = (octets, udp.length);
        if let Some(kind) = self.recent.copy_of(&layer.path, ends, payload) {
            count(&mut self.summary.mirrored);
            self.summary.copies.count(kind);
            return None;
        }
        self.summary.count_datagram(layer.captured);
        if udp.cut {
            count(&mut self.summary.cut);
        }
        Some(ExtractedMessage {
            exporter: ends.source,
            destination: ends.destination,
            transport: Transport::Udp,
            received: layer.captured.time,
            frame: layer.captured.frame,
            cut: udp.cut,
            begins_session: false,
            octets: OctetsAt::Window(udp.payload),
        })
    }

    /// A TCP segment, which may complete a message.
    fn tcp(&mut self, payload: &Payload<'_>) -> Option<ExtractedMessage> {
        let layer = &payload.layer;
        let Some(tcp) = Tcp::of(layer.packet) else {
            count(&mut self.summary.malformed);
            return None;
        };
        let octets = layer.octets.get(tcp.payload..payload.end);
        let segment = Segment {
            ends: payload.ends(tcp.source, tcp.destination),
            sequence: tcp.sequence,
            syn: tcp.syn,
            fin: tcp.fin,
            rst: tcp.rst,
            payload: octets.unwrap_or_default(),
            missing: payload.missing,
            captured: layer.captured,
        };
        let expected = self.selection.is_stream_port(tcp.destination);
        self.messages.clear_if_empty();
        let is_followed =
            self.streams
                .insert(&segment, expected, &mut self.messages, &mut self.summary);
        if is_followed {
            count(&mut self.summary.segments);
        } else {
            count(&mut self.summary.tcp_passed_over);
        }
        self.pop()
    }

    /// An SCTP packet, which may complete messages.
    fn sctp(&mut self, payload: &Payload<'_>) -> Option<ExtractedMessage> {
        let Some(packet) = payload.sctp() else {
            count(&mut self.summary.malformed);
            return None;
        };
        if !self.follow_sctp(&packet) {
            count(&mut self.summary.sctp_passed_over);
        }
        self.pop()
    }

    /// Takes an SCTP packet if it belongs to an association of IPFIX.
    fn follow_sctp(&mut self, packet: &SctpPacket<'_>) -> bool {
        let port = packet.ends.destination.port();
        let expected = self.selection.is_stream_port(port);
        self.messages.clear_if_empty();
        let is_followed =
            self.associations
                .insert(packet, expected, &mut self.messages, &mut self.summary);
        if is_followed {
            count(&mut self.summary.sctp_packets);
        }
        is_followed
    }
}

impl<'a> Payload<'a> {
    fn ends(&self, source: u16, destination: u16) -> Endpoints {
        Endpoints {
            source: SocketAddr::new(self.ip.source, source),
            destination: SocketAddr::new(self.ip.destination, destination),
        }
    }

    /// An SCTP packet in UDP; `None` if it is cut.
    fn sctp_over_udp(&self, octets: &'a [u8]) -> Option<SctpPacket<'a>> {
        const HEADER: usize = 12;
        Some(SctpPacket {
            ends: self.ends(u16_at(octets, 0)?, u16_at(octets, 2)?),
            tag: u32_at(octets, 4)?,
            chunks: octets.get(HEADER..)?,
            captured: self.layer.captured,
        })
    }

    /// The common header of SCTP (RFC 9260, section 3.1); `None` if it is cut.
    fn sctp(&self) -> Option<SctpPacket<'a>> {
        const TAG: usize = 4;
        let packet = self.layer.packet;
        let tag = packet.transport_offset()?.checked_add(TAG)?;
        Some(SctpPacket {
            ends: self.ends(packet.source_port()?, packet.destination_port()?),
            tag: u32_at(self.layer.octets, tag)?,
            chunks: self.layer.octets.get(packet.payload_offset()?..self.end)?,
            captured: self.layer.captured,
        })
    }
}
