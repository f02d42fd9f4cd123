//! `--frame`: what each octet of one packet means.

mod dissection;
mod header;
mod list;
mod netflow;
mod packet;
mod sflow;
mod show;
mod tree;

use core::net::SocketAddr;

use netflow_core::{
    Datagram, DatagramId, Decoder, Error, Message, MessageHeader, Protocol, Set, Timestamp,
};

use self::dissection::Dissection;
use self::tree::{Node, PASSED_OVER, place};
use super::page::Look;
use super::words::Inputs;
use crate::args::Report;
use crate::rows::{End, Rows};

/// Explains the datagrams of one frame.
#[derive(Debug)]
pub(super) struct OneFrame {
    wanted: DatagramId,
    format: Report,
    look: Look,
    inputs: Inputs,
    /// Its datagrams; a TCP segment may complete several messages.
    datagrams: Vec<Dissection>,
    is_past: bool,
}

impl OneFrame {
    pub(super) const fn new(
        wanted: DatagramId,
        format: Report,
        look: Look,
        inputs: Inputs,
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

impl Rows for OneFrame {
    fn message(&mut self, message: &Message<'_>, _: &mut Vec<u8>) {
        let Some(first) = message.headers().next() else {
            return;
        };
        for datagram in &mut self.datagrams {
            datagram.later(message, self.wanted, &self.inputs);
        }
        if self.is_it(first.datagram_id()) {
            let own = own_headers(message);
            let tree = datagram(message, &own);
            let payload = message.payload();
            let title = self.title(payload.len(), first.exporter, first.received);
            let dissection = Dissection::new(title, tree, payload);
            self.datagrams.push(dissection.lacking(message, &own));
        }
    }

    fn unreadable(&mut self, datagram: &Datagram<'_>, error: &Error, _: &mut Vec<u8>) {
        if self.is_it(datagram.id()) {
            let payload = datagram.payload;
            let mut tree = Node::new(0..payload.len(), "datagram");
            header::fields(&mut tree, None, payload, 0);
            tree.fill(payload, "cannot be read");
            tree.problem(error, payload.len());
            let title = self.title(payload.len(), datagram.exporter, datagram.received);
            self.datagrams.push(Dissection::new(title, tree, payload));
        }
    }

    fn session_ends(&mut self, decoder: &Decoder, _: SocketAddr) {
        self.names(decoder);
    }

    fn are_live(&self) -> bool {
        false
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
                Report::Text => show::text(&datagram.title, tree, payload, self.look, &mut written),
                Report::Json => show::json(index, tree, payload, &mut written),
            }
        }
        if self.format == Report::Json {
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
fn datagram(message: &Message<'_>, headers: &[&MessageHeader]) -> Node {
    let payload = message.payload();
    let mut tree = Node::new(0..payload.len(), "datagram");
    for (index, header) in headers.iter().enumerate() {
        let end = headers
            .get(index + 1)
            .map_or(payload.len(), |next| next.offset);
        tree.children.push(whole_message(message, header, end));
    }
    tree.fill(payload, "belongs to no message");
    let own = |found: &MessageHeader| headers.iter().any(|known| core::ptr::eq(*known, found));
    for problem in message.problems() {
        if own(problem.header) {
            tree.problem(&problem.error, problem.octets);
        }
    }
    tree
}

/// The headers of the messages in the datagram, without those of late data.
fn own_headers<'m>(message: &Message<'m>) -> Vec<&'m MessageHeader> {
    let late: Vec<&MessageHeader> = message
        .sets()
        .filter(|set| set.is_late())
        .map(|set| set.header())
        .collect();
    let is_late = |header: &MessageHeader| late.iter().any(|late| core::ptr::eq(*late, header));
    message.headers().filter(|known| !is_late(known)).collect()
}

/// One message: its header, then what it holds.
fn whole_message(message: &Message<'_>, header: &MessageHeader, end: usize) -> Node {
    let payload = message.payload();
    let title = format!("{} message", header.protocol.name());
    let mut node = Node::new(header.offset..end, title);
    header::fields(&mut node, Some(header.protocol), payload, header.offset);
    for set in message.sets() {
        if core::ptr::eq(set.header(), header) {
            match header.protocol {
                Protocol::SflowV5 => sflow::samples(&mut node, &set, payload),
                _ => netflow::set(&mut node, &set, message),
            }
        }
    }
    // What the message does not claim belongs to the datagram.
    let last = node
        .children
        .last()
        .map_or(header.offset, |last| last.range.end);
    node.range.end = claimed_end(message, header, end).max(last).min(end);
    node.fill(payload, PASSED_OVER);
    node
}

/// Where a message says it ends; what counts its contents ends behind them.
fn claimed_end(message: &Message<'_>, header: &MessageHeader, end: usize) -> usize {
    let payload = message.payload();
    let second = payload
        .get(header.offset + 2..header.offset + 4)
        .map_or(0, |octets| {
            usize::from(octets[0]) << 8 | usize::from(octets[1])
        });
    match header.protocol {
        Protocol::NetflowV9 => end,
        Protocol::Ipfix => header.offset + second,
        Protocol::SflowV5 => {
            let of_it = |set: &Set<'_>| core::ptr::eq(set.header(), header);
            let set = message.sets().find(of_it);
            set.map_or(end, |set| set.offset() + set.body().len())
        }
        protocol => {
            let mut sets = message.sets();
            let set = sets.find(|set| core::ptr::eq(set.header(), header));
            let record_len = set.and_then(|set| set.template()?.record_len());
            record_len.map_or(end, |len| {
                header.offset + header::len(protocol) + second * len
            })
        }
    }
}

/// Where these octets stand in the payload, if they do.
fn offset_of(octets: &[u8], payload: &[u8]) -> Option<usize> {
    place(octets, payload).map(|range| range.start)
}
