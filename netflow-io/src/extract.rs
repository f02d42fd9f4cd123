//! From the packets of a capture to the datagrams and messages in them.

use core::net::{IpAddr, SocketAddr};
use core::ops::Range;

use netflow_core::packet::Packet;
use netflow_core::{Timestamp, Transport};

use crate::fragment::Fragments;
use crate::frame::Frame;
use crate::ip::{self, Fragment, Ip, Tcp, Udp};
use crate::limits::CaptureOptions;
use crate::link;
use crate::mark::Mark;
use crate::select::Selection;
use crate::summary::{CaptureSummary, count};
use crate::tcp::{Captured, Ends, Segment, Streams};

/// Takes packets, keeps what must wait, and says where a datagram is.
#[derive(Debug)]
pub(crate) struct Extractor {
    selection: Selection,
    fragments: Fragments,
    streams: Streams,
    /// The fragmented datagram that was completed last.
    whole: Vec<u8>,
    /// The first link type that is not read here.
    unsupported: Option<u32>,
    /// Packets of the file before the first that is read.
    before: u64,
    /// When the last packet was captured.
    time: Timestamp,
    summary: CaptureSummary,
}

/// A datagram or message, and where its octets are.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) exporter: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) transport: Transport,
    pub(crate) received: Timestamp,
    pub(crate) frame: u64,
    pub(crate) cut: bool,
    pub(crate) begins_session: bool,
    pub(crate) octets: Octets,
}

/// Where octets are.
#[derive(Debug)]
pub(crate) enum Octets {
    /// In the window of the input.
    Window(Range<usize>),
    /// In the datagram that was put together last.
    Whole(Range<usize>),
    /// Among the messages of streams.
    Stream(Range<usize>),
}

/// A packet that is no fragment, or was reassembled.
struct Payload<'a> {
    ip: &'a Ip,
    /// Its headers.
    packet: &'a Packet<'a>,
    /// The octets that the headers count from.
    octets: &'a [u8],
    /// Where the packet ends in them.
    end: usize,
    /// Octets after that which were not captured.
    missing: usize,
    captured: Captured,
}

impl Extractor {
    pub(crate) fn new(options: CaptureOptions) -> Self {
        Self {
            fragments: Fragments::new(&options.limits),
            streams: Streams::new(&options.limits),
            selection: Selection::new(options.ports, options.limits.pairs),
            whole: Vec::new(),
            unsupported: None,
            before: 0,
            time: Timestamp::UNIX_EPOCH,
            summary: CaptureSummary::default(),
        }
    }

    /// Goes on behind a mark.
    pub(crate) fn behind(mut self, mark: &Mark) -> Self {
        self.before = mark.frame;
        self.selection.remember(&mark.pairs);
        self
    }

    /// Packets of the file so far.
    pub(crate) const fn packets(&self) -> u64 {
        self.before.saturating_add(self.summary.packets)
    }

    /// Who was seen exporting to whom; `None` while a datagram is put together, or when a
    /// stream was: what of it comes next cannot be read by itself.
    pub(crate) fn pairs(&self) -> Option<Vec<(IpAddr, IpAddr)>> {
        let is_quiet = self.streams.is_unused() && self.fragments.is_quiet(self.time);
        is_quiet.then(|| self.selection.pairs())
    }

    pub(crate) const fn summary(&self) -> &CaptureSummary {
        &self.summary
    }

    /// The first link type that was passed over.
    pub(crate) const fn unsupported(&self) -> Option<u32> {
        self.unsupported
    }

    /// The octets of a datagram; `window` is that of the input.
    pub(crate) fn octets<'a>(&'a self, octets: Octets, window: &'a [u8]) -> &'a [u8] {
        match octets {
            Octets::Window(range) => window.get(range),
            Octets::Whole(range) => self.whole.get(range),
            Octets::Stream(range) => Some(self.streams.message(range)),
        }
        .unwrap_or_default()
    }

    /// A message of a stream that is ready.
    pub(crate) fn pop(&mut self) -> Option<Found> {
        let ready = self.streams.pop()?;
        count(&mut self.summary.datagrams);
        Some(Found {
            exporter: ready.ends.source,
            destination: ready.ends.destination,
            transport: Transport::Stream,
            received: ready.captured.time,
            frame: ready.captured.frame,
            cut: false,
            begins_session: ready.begins_session,
            octets: Octets::Stream(ready.octets),
        })
    }

    /// Gives up what waits, but for what can be had of it.
    pub(crate) fn finish(&mut self) {
        self.fragments.finish(&mut self.summary);
        self.streams.finish(&mut self.summary);
    }

    /// A message of an IPFIX file.
    pub(crate) fn message(&mut self, frame: Frame) -> Found {
        const NOWHERE: SocketAddr =
            SocketAddr::new(IpAddr::V4(core::net::Ipv4Addr::UNSPECIFIED), 0);
        count(&mut self.summary.packets);
        count(&mut self.summary.datagrams);
        Found {
            exporter: NOWHERE,
            destination: NOWHERE,
            transport: Transport::File,
            received: frame.time,
            frame: self.packets(),
            cut: frame.cut,
            begins_session: false,
            octets: Octets::Window(frame.octets),
        }
    }

    /// Takes a packet of a capture; gives the datagram if it is or completes one.
    pub(crate) fn packet(&mut self, frame: &Frame, window: &[u8]) -> Option<Found> {
        count(&mut self.summary.packets);
        self.time = frame.time;
        let Some(link_type) = frame.link_type else {
            count(&mut self.summary.malformed);
            return None;
        };
        let octets = window.get(frame.octets.clone()).unwrap_or_default();
        let Some(link) = link::dissect(link_type, octets) else {
            self.unsupported = self.unsupported.or(Some(link_type));
            count(&mut self.summary.link_type_passed_over);
            return None;
        };
        if link.packet.ip_version().is_none() && !link.names_ip {
            count(&mut self.summary.other_passed_over);
            return None;
        }
        let octets = octets.get(link.start..).unwrap_or_default();
        let Some(ip) = Ip::of(&link.packet, octets) else {
            count(&mut self.summary.malformed);
            return None;
        };
        let captured = Captured {
            frame: self.packets(),
            time: frame.time,
        };
        if let Some(fragment) = ip.fragment {
            return self.fragment(&ip, fragment, octets, captured);
        }
        let mut found = self.transport(&Payload {
            ip: &ip,
            packet: &link.packet,
            octets,
            end: ip.payload.end,
            missing: ip.missing,
            captured,
        })?;
        let start = frame.octets.start.saturating_add(link.start);
        found.octets = found.octets.moved(start);
        Some(found)
    }

    /// A fragment, which may complete a datagram.
    fn fragment(
        &mut self,
        ip: &Ip,
        fragment: Fragment,
        octets: &[u8],
        captured: Captured,
    ) -> Option<Found> {
        count(&mut self.summary.fragments);
        if !ip::may_transport(ip.protocol) {
            count(&mut self.summary.other_passed_over);
            return None;
        }
        let mut whole = core::mem::take(&mut self.whole);
        let protocol = self.fragments.insert(
            (ip, fragment),
            octets.get(ip.payload.clone()).unwrap_or_default(),
            captured.time,
            &mut whole,
            &mut self.summary,
        );
        let found = protocol.and_then(|protocol| self.reassembled(ip, protocol, &whole, captured));
        self.whole = whole;
        found
    }

    /// A reassembled datagram; extension headers of IPv6 may stand in it.
    fn reassembled(
        &mut self,
        ip: &Ip,
        protocol: u8,
        whole: &[u8],
        captured: Captured,
    ) -> Option<Found> {
        let ip_version = if ip.source.is_ipv6() { 6 } else { 4 };
        let packet = Packet::dissect_ip_payload(ip_version, protocol, whole);
        if packet.protocol().is_none() {
            count(&mut self.summary.malformed);
            return None;
        }
        let mut found = self.transport(&Payload {
            ip,
            packet: &packet,
            octets: whole,
            end: whole.len(),
            missing: 0,
            captured,
        })?;
        found.octets = match found.octets {
            Octets::Window(range) => Octets::Whole(range),
            other => other,
        };
        Some(found)
    }

    fn transport(&mut self, payload: &Payload<'_>) -> Option<Found> {
        match payload.packet.protocol() {
            Some(ip::UDP) => self.udp(payload),
            Some(ip::TCP) => self.tcp(payload),
            _ => {
                count(&mut self.summary.other_passed_over);
                None
            }
        }
    }

    /// A UDP datagram; its octets are counted from the start of the packet.
    fn udp(&mut self, payload: &Payload<'_>) -> Option<Found> {
        let Some(udp) = Udp::of(payload.packet, payload.end, payload.missing) else {
            count(&mut self.summary.malformed);
            return None;
        };
        let octets = payload.octets.get(udp.payload.clone()).unwrap_or_default();
        let (source, destination) = (payload.ip.source, payload.ip.destination);
        if !self
            .selection
            .takes(source, destination, udp.destination, octets)
        {
            count(&mut self.summary.udp_passed_over);
            return None;
        }
        count(&mut self.summary.datagrams);
        if udp.cut {
            count(&mut self.summary.cut);
        }
        Some(Found {
            exporter: SocketAddr::new(source, udp.source),
            destination: SocketAddr::new(destination, udp.destination),
            transport: Transport::Udp,
            received: payload.captured.time,
            frame: payload.captured.frame,
            cut: udp.cut,
            begins_session: false,
            octets: Octets::Window(udp.payload),
        })
    }

    /// A TCP segment, which may complete a message.
    fn tcp(&mut self, payload: &Payload<'_>) -> Option<Found> {
        let Some(tcp) = Tcp::of(payload.packet) else {
            count(&mut self.summary.malformed);
            return None;
        };
        let segment = Segment {
            ends: Ends {
                source: SocketAddr::new(payload.ip.source, tcp.source),
                destination: SocketAddr::new(payload.ip.destination, tcp.destination),
            },
            sequence: tcp.sequence,
            syn: tcp.syn,
            fin: tcp.fin,
            rst: tcp.rst,
            payload: payload
                .octets
                .get(tcp.payload..payload.end)
                .unwrap_or_default(),
            missing: payload.missing,
            captured: payload.captured,
        };
        let expected = self.selection.is_stream_port(tcp.destination);
        if self.streams.insert(&segment, expected, &mut self.summary) {
            count(&mut self.summary.segments);
        } else {
            count(&mut self.summary.tcp_passed_over);
        }
        self.pop()
    }
}

impl Octets {
    /// The same octets told from a start `by` octets earlier; messages of streams have
    /// their own.
    fn moved(self, by: usize) -> Self {
        let moved =
            |range: Range<usize>| range.start.saturating_add(by)..range.end.saturating_add(by);
        match self {
            Self::Window(range) => Self::Window(moved(range)),
            Self::Whole(range) => Self::Whole(moved(range)),
            Self::Stream(range) => Self::Stream(range),
        }
    }
}
