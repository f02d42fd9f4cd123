//! From the packets of a capture to the datagrams and messages in them.

mod layer;

use core::net::{IpAddr, SocketAddr};
use core::ops::Range;

use netflow_core::{Timestamp, Transport};

use crate::connection::{Captured, Messages};
use crate::fragment::Fragments;
use crate::frame::Frame;
use crate::limits::CaptureOptions;
use crate::link;
use crate::mark::Mark;
use crate::mirror::{CapturePath, FormerSighting, Recent};
use crate::sctp::Associations;
use crate::select::Selection;
use crate::summary::{CaptureSummary, count};
use crate::tcp::Streams;

use self::layer::Layer;

/// Takes packets, keeps what must wait, and finds where a datagram is.
#[derive(Debug)]
pub(crate) struct Extractor {
    selection: Selection,
    fragments: Fragments,
    streams: Streams,
    associations: Associations,
    /// The complete messages of both.
    messages: Messages,
    recent: Recent,
    tunnel_limit: usize,
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
pub(crate) struct ExtractedMessage {
    pub(crate) exporter: SocketAddr,
    pub(crate) destination: SocketAddr,
    pub(crate) transport: Transport,
    pub(crate) received: Timestamp,
    pub(crate) frame: u64,
    pub(crate) cut: bool,
    pub(crate) begins_session: bool,
    pub(crate) octets: OctetsAt,
}

/// Where octets are.
#[derive(Debug)]
pub(crate) enum OctetsAt {
    /// Octets in the window of the input.
    Window(Range<usize>),
    /// Octets in the datagram that was reassembled last.
    Whole(Range<usize>),
    /// Octets in the messages of streams and associations.
    Stream(Range<usize>),
}

impl Extractor {
    pub(crate) fn new(options: CaptureOptions) -> Self {
        Self {
            fragments: Fragments::new(&options.limits),
            streams: Streams::new(&options.limits),
            associations: Associations::new(&options.limits),
            messages: Messages::default(),
            recent: Recent::new(options.limits.recent_datagrams),
            tunnel_limit: options.limits.tunnels,
            selection: Selection::new(options.ports, options.limits.pairs),
            whole: Vec::new(),
            unsupported: None,
            before: 0,
            time: Timestamp::UNIX_EPOCH,
            summary: CaptureSummary::default(),
        }
    }

    /// Continues after a mark.
    pub(crate) fn resume(mut self, mark: &Mark) -> Self {
        self.before = mark.frame;
        self.selection.remember(&mark.pairs);
        self.recent.resume(&mark.recent);
        self
    }

    /// Packets of the file so far.
    pub(crate) const fn packets(&self) -> u64 {
        self.before.saturating_add(self.summary.packets)
    }

    /// The pairs that were seen exporting; `None` while a datagram is reassembled, or once a
    /// stream or a tunnel was seen: what of them comes next cannot be read by itself.
    pub(crate) fn pairs(&self) -> Option<Vec<(IpAddr, IpAddr)>> {
        let is_quiet = self.streams.is_unused()
            && self.associations.is_unused()
            && !self.recent.has_tunnels()
            && self.fragments.is_quiet(self.time);
        is_quiet.then(|| self.selection.pairs())
    }

    /// The datagrams that were seen last, for a mark.
    pub(crate) fn recent(&self) -> Vec<FormerSighting> {
        self.recent.sightings()
    }

    pub(crate) const fn summary(&self) -> &CaptureSummary {
        &self.summary
    }

    /// The first link type that was passed over.
    pub(crate) const fn unsupported(&self) -> Option<u32> {
        self.unsupported
    }

    /// The octets of a datagram; `window` is that of the input.
    pub(crate) fn octets<'a>(&'a self, octets: OctetsAt, window: &'a [u8]) -> &'a [u8] {
        match octets {
            OctetsAt::Window(range) => window.get(range),
            OctetsAt::Whole(range) => self.whole.get(range),
            OctetsAt::Stream(range) => Some(self.messages.octets(range)),
        }
        .unwrap_or_default()
    }

    /// A message of a stream that is ready.
    pub(crate) fn pop(&mut self) -> Option<ExtractedMessage> {
        let ready = self.messages.pop()?;
        self.summary.count_datagram(ready.captured);
        Some(ExtractedMessage {
            exporter: ready.ends.source,
            destination: ready.ends.destination,
            transport: Transport::Stream,
            received: ready.captured.time,
            frame: ready.captured.frame,
            cut: false,
            begins_session: ready.begins_session,
            octets: OctetsAt::Stream(ready.octets),
        })
    }

    /// Returns the messages that can be read of what still waits, and drops the rest.
    pub(crate) fn finish(&mut self) {
        self.fragments.finish(&mut self.summary);
        self.messages.clear_if_empty();
        self.streams.finish(&mut self.messages, &mut self.summary);
        self.associations
            .finish(&mut self.messages, &mut self.summary);
    }

    /// A message of an IPFIX file.
    pub(crate) fn message(&mut self, frame: Frame) -> ExtractedMessage {
        const NOWHERE: SocketAddr =
            SocketAddr::new(IpAddr::V4(core::net::Ipv4Addr::UNSPECIFIED), 0);
        count(&mut self.summary.packets);
        count(&mut self.summary.datagrams);
        ExtractedMessage {
            exporter: NOWHERE,
            destination: NOWHERE,
            transport: Transport::File,
            received: frame.time,
            frame: self.packets(),
            cut: frame.cut,
            begins_session: false,
            octets: OctetsAt::Window(frame.octets),
        }
    }

    /// A datagram that a document holds as it was received.
    pub(crate) fn document(&mut self, frame: Frame, exporter: SocketAddr) -> ExtractedMessage {
        ExtractedMessage {
            exporter,
            transport: Transport::Udp,
            ..self.message(frame)
        }
    }

    /// Takes a packet of a capture; returns the datagram if it is or completes one.
    pub(crate) fn packet(&mut self, frame: &Frame, window: &[u8]) -> Option<ExtractedMessage> {
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
        let layer = Layer {
            packet: &link.packet,
            octets: octets.get(link.start..).unwrap_or_default(),
            names_ip: link.names_ip,
            captured: Captured {
                frame: self.packets(),
                time: frame.time,
                tunnel: None,
                is_juniper: link_type == link::JUNIPER_ETHERNET,
            },
            path: CapturePath::of_interfaces(frame.interface, link.interface),
            depth: 0,
        };
        let mut found = self.network(&layer)?;
        let start = frame.octets.start.saturating_add(link.start);
        found.octets = found.octets.moved(start);
        Some(found)
    }
}

impl OctetsAt {
    /// The same octets, counted from a start `by` octets earlier; only those of the window are
    /// counted from the start of a packet.
    fn moved(self, by: usize) -> Self {
        match self {
            Self::Window(range) => {
                Self::Window(range.start.saturating_add(by)..range.end.saturating_add(by))
            }
            other => other,
        }
    }
}
