//! `--frame`: what each octet of one packet means.

mod dissection;
mod header;
mod netflow;
mod packet;
mod sflow;
mod show;
mod tree;

use core::net::SocketAddr;

use netflow_core::{
    Datagram, DatagramId, Decoded, Decoder, Error, InputNames, Message, Protocol, Timestamp,
};

use self::dissection::Dissection;
use self::tree::{PASSED_OVER, TreeNode, place};
use super::page::PageStyle;
use crate::args::ReportFormat;
use crate::rows::{Analysis, End};

/// Explains the datagrams of one frame.
#[derive(Debug)]
pub(super) struct OneFrame {
    wanted: DatagramId,
    format: ReportFormat,
    look: PageStyle,
    inputs: InputNames,
    /// Its datagrams; a TCP segment may complete several messages.
    datagrams: Vec<Dissection>,
    is_past: bool,
}

impl OneFrame {
    pub(super) const fn new(
        wanted: DatagramId,
        format: ReportFormat,
        look: PageStyle,
        inputs: InputNames,
    ) -> Self {
        Self {
            wanted,
            format,
            look,
            inputs,
            datagrams: Vec::new(),
            is_past: false,
        }
    }

    /// Whether it is the frame that is asked for.
    fn is_it(&mut self, datagram: DatagramId) -> bool {
        self.is_past |= datagram > self.wanted;
        datagram == self.wanted
    }

    fn title(&self, octets: usize, exporter: SocketAddr, received: Timestamp) -> String {
        let frame = self.wanted.frame;
        format!("Frame {frame}: {octets} octets from {exporter}, received {received}")
    }

    fn names(&mut self, decoder: &Decoder) {
        for datagram in &mut self.datagrams {
            datagram.names(decoder);
        }
    }
}

impl Analysis for OneFrame {
    fn message(&mut self, decoded: &Decoded<'_>) {
        let Some(first) = decoded.headers().next() else {
            return;
        };
        for datagram in &mut self.datagrams {
            datagram.later(decoded, self.wanted, &self.inputs);
        }
        if self.is_it(first.datagram_id()) {
            let tree = datagram(decoded);
            let payload = decoded.payload();
            let title = self.title(payload.len(), first.exporter, first.received);
            let dissection = Dissection::new(title, tree, payload);
            self.datagrams.push(dissection.lacking(decoded));
        }
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error) {
        if self.is_it(datagram.id()) {
            let payload = datagram.payload;
            let mut tree = TreeNode::new(0..payload.len(), "datagram");
            header::fields(&mut tree, None, payload, 0);
            tree.fill(payload, "cannot be read");
            tree.problem(error, payload.len(), error.kind.section());
            let title = self.title(payload.len(), datagram.exporter, datagram.received);
            self.datagrams.push(Dissection::new(title, tree, payload));
        }
    }

    fn session_ends(&mut self, decoder: &Decoder, _: SocketAddr) {
        self.names(decoder);
    }

    fn is_done(&self) -> bool {
        self.is_past && !self.datagrams.iter().any(Dissection::is_waiting)
    }

    fn finish(&mut self, end: &End<'_>, out: &mut Vec<u8>) -> Result<(), String> {
        if self.datagrams.is_empty() {
            return Err(format!(
                "frame {} is not there, holds no flow export, or is a fragment or segment that \
                 completes nothing",
                self.wanted.frame
            ));
        }
        self.names(end.decoder);
        let mut written = Vec::new();
        for (index, datagram) in (1..).zip(&self.datagrams) {
            let (tree, payload) = (&datagram.tree, &datagram.payload);
            match self.format {
                ReportFormat::Text => {
                    show::text(&datagram.title, tree, payload, self.look, &mut written);
                }
                ReportFormat::Json => show::json(index, tree, payload, &mut written),
            }
        }
        if self.format == ReportFormat::Json {
            out.push(b'[');
            out.append(&mut written);
            out.extend_from_slice(b"]\n");
        } else {
            out.append(&mut written);
        }
        Ok(())
    }
}

/// A datagram as a tree of ranges whose leaves are all its octets.
fn datagram(decoded: &Decoded<'_>) -> TreeNode {
    let payload = decoded.payload();
    let mut tree = TreeNode::new(0..payload.len(), "datagram");
    let mut messages = own_messages(decoded).peekable();
    while let Some(message) = messages.next() {
        let next = messages.peek();
        let end = next.map_or(payload.len(), |next| next.header().offset);
        tree.children.push(whole_message(decoded, &message, end));
    }
    tree.fill(payload, "belongs to no message");
    for problem in own_messages(decoded).flat_map(|message| message.problems()) {
        let section = problem.error.kind.section_in(problem.header.protocol);
        tree.problem(&problem.error, problem.octets, section);
    }
    tree
}

/// The messages in the datagram, without late data.
fn own_messages<'m>(decoded: &Decoded<'m>) -> impl Iterator<Item = Message<'m>> + use<'m> {
    decoded.messages().filter(|message| !message.is_late())
}

/// One message: its header, then what it holds.
fn whole_message(decoded: &Decoded<'_>, message: &Message<'_>, end: usize) -> TreeNode {
    let payload = decoded.payload();
    let header = message.header();
    let title = format!("{} message", header.protocol.name());
    let mut node = TreeNode::new(header.offset..end, title);
    header::fields(&mut node, Some(header.protocol), payload, header.offset);
    for set in message.sets() {
        match header.protocol {
            Protocol::SflowV5 => sflow::samples(&mut node, &set, payload),
            _ => netflow::set(&mut node, &set, decoded),
        }
    }
    // What the message does not claim belongs to the datagram.
    let last = node
        .children
        .last()
        .map_or(header.offset, |last| last.range.end);
    node.range.end = claimed_end(payload, message, end).max(last).min(end);
    node.fill(payload, PASSED_OVER);
    node
}

/// Where a message says it ends; one that counts its contents ends after them.
fn claimed_end(payload: &[u8], message: &Message<'_>, end: usize) -> usize {
    let header = message.header();
    let second = payload
        .get(header.offset + 2..header.offset + 4)
        .map_or(0, |octets| {
            usize::from(octets[0]) << 8 | usize::from(octets[1])
        });
    match header.protocol {
        Protocol::NetflowV9 => end,
        Protocol::Ipfix => header.offset + second,
        Protocol::SflowV5 => {
            let set = message.sets().next();
            set.map_or(end, |set| set.offset() + set.body().len())
        }
        protocol => {
            let set = message.sets().next();
            let record_len = set.and_then(|set| set.template()?.record_len());
            record_len.map_or(end, |len| {
                header.offset + header::len(protocol) + second * len
            })
        }
    }
}

/// Where these octets are in the payload, if they are part of it.
fn offset_of(octets: &[u8], payload: &[u8]) -> Option<usize> {
    place(octets, payload).map(|range| range.start)
}
